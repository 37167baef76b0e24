"""The postings of the report's window, one by one."""

from typing import Literal, TypedDict

from reports.document.terms import Table, Window
from storage.records import RoleClass

StayState = Literal[
    "open",  # the last usable look at its board showed it
    "missed",  # the last one did not, and nothing has confirmed that yet
    "closed",  # two looks did not show it
    "unwatched",  # its board changed what it shows, so the end is not known
]


class ListedPosting(TypedDict):
    """One posting and the latest of its stays, as known at the data cut.

    `rank` 1 was open longest. `appeared_at` and `seen_last_at` are instants at which its board was read,
    `open_days` the days between them: at least so long it was open. `backlog`: it was there when its board
    was first read, so nobody knows since when. `reposted`: how often it came back after a closure.
    `vacancy_postings` of the same vacancy were listed in the window, itself included.
    """

    rank: int
    role: RoleClass
    title: str
    company: str
    places: list[str]
    source: str
    url: str
    appeared_at: str
    seen_last_at: str
    open_days: float
    stay: StayState
    backlog: bool
    reposted: int
    vacancy_postings: int


class ListedPostings(Table):
    """AI PM, AIGC PM and both: what was listed at any time in `window`, those open longest first.

    `of` postings in all; the rows are the first 500 of them.
    """

    window: Window
    of: int
    rows: list[ListedPosting]
