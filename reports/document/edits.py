"""What was changed in postings that stayed open."""

from typing import Literal, TypedDict

from reports.document.terms import Share, Table, Window
from storage.records import RoleClass

ChangedFact = Literal["years", "ai_years", "salary", "degree", "role", "requirement"]
Turn = Literal["lowered", "raised", "added", "dropped", "changed"]


class PostingChange(TypedDict):
    """One fact of one posting, before its text was edited and after.

    `changed`: years (required minimum), ai_years, salary, degree (required), role, requirement (a tag:
    `tag`, `en`, `zh`, else ""). `turn` says how: added and dropped where the posting did not state it before,
    or does not any more; changed where neither is more than the other. `value_…` are numbers and
    codes: years; `25000-40000 CNY/month*14`; a degree; a class; the level of a requirement. "": not stated.
    The quotes are the posting's own words, "" where it states nothing. `role` is the class after the edit,
    `edited_at` the instant from which on the text has said so.
    """

    company: str
    title: str
    url: str
    source: str
    role: RoleClass
    changed: ChangedFact
    turn: Turn
    tag: str
    en: str
    zh: str
    value_before: str
    value_after: str
    words_before: str
    words_after: str
    edited_at: str


class ChangeShare(Share):
    """How many of the postings: `text` (edited at all), `any` (any fact changed), else fact and turn, as in
    `years_lowered`."""

    id: str


class RewrittenSource(TypedDict):
    """A source that writes the texts of its postings anew: of `n` that were listed before the window (where
    these are too few, before its last week), of so many `employers`, `y` were edited in it. What differs in
    its texts is not what employers changed."""

    source: str
    n: int
    y: int
    employers: int


class PostingLife(TypedDict):
    """Facts of the postings listed in the report week (`postings`): `reposted` are there again after a
    closure; `parallel` vacancies have several of them (`parallel_postings`), some on several boards, some in
    several cities; `most` postings belong to one vacancy."""

    postings: int
    reposted: int
    parallel: int
    parallel_postings: int
    several_boards: int
    several_cities: int
    most: int


class PostingChanges(Table):
    """Edits in the 4 weeks that end with the report week, of postings listed in it and in a week before.

    Rows by company, title, address, fact and tag. `unread` edited postings could not be compared, since no
    one vocabulary has read both texts (`pmtrend retag` does). Postings of `rewritten` sources
    are in no share and no row. Rows are of the 500 postings edited last; `unlisted` postings changed before
    these.
    """

    window: Window
    rewritten: list[RewrittenSource]
    shares: list[ChangeShare]
    unread: int
    unlisted: int
    life: PostingLife
    rows: list[PostingChange]
