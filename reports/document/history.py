"""The tables of what became of earlier numbers and of how things were read: T18, T19."""

from typing import Literal, TypedDict

from reports.document.terms import Window

RevisionReason = Literal[
    "taxonomy",  # another vocabulary was in force
    "late",  # looks came in at dates that the earlier report had known already
    "accepted",  # a suspect look was confirmed by the next one
    "break",  # a change of scope or coverage became known
    "later_look",  # the week was looked at again
    "confirmed",  # closures of that week were confirmed
    "reopened",  # closures of that week were taken back
    "returned",  # postings that had been missed came back
    "reclassed",  # texts were edited, and their postings changed the class
    "edited",  # texts were edited
    "program",  # another version of pmtrend computed it
    "refit",  # the index is fitted to all weeks at once
    "unexplained",  # nothing of all this
]


class RevisionRow(TypedDict):
    """A number that was published before and moved by more than 1 %. `old` None is not possible, `new` None:
    it is not stated any more. `change` is relative to `old` (None: from 0, or withdrawn).

    `metric` and `dimension` as in the table `vintages`. `published`: as_of of the earlier vintage,
    `published_week`: the week of its report. An `old` index is brought to the base of the new one.
    """

    metric: str
    week: str
    role: str
    dimension: str
    old: float
    new: float | None
    change: float | None
    published: str
    published_week: str
    reasons: list[RevisionReason]


class EarlierEdition(TypedDict):
    """An earlier report whose numbers are compared, and how many of them."""

    week: str
    as_of: str
    compared: int


class Revisions(TypedDict):
    """T18. Rows by metric, week, role and dimension. `earlier` is empty while nothing was published before.

    `compared` numbers that are stated again, `revised` of them moved by more than 1 %, `unexplained` of these
    for no known reason.
    """

    id: str
    earlier: list[EarlierEdition]
    compared: int
    revised: int
    unexplained: int
    rows: list[RevisionRow]


class ChangelogRow(TypedDict):
    """Something that changed from `week` on. Events and what they name:

    taxonomy, program: `subject` is the version, `note` the hash · new_source, new_board: looked at for the
    first time · lost_source, lost_board: looked at for the last time · break: as in `breaks`, of the unit
    `subject`.
    """

    week: str
    event: Literal["taxonomy", "program", "new_source", "lost_source", "new_board", "lost_board", "break"]
    source: str
    subject: str
    note: str


class Changelog(TypedDict):
    """T19, the 13 weeks that end with the report week. Rows by week, event, source and subject."""

    id: str
    window: Window
    rows: list[ChangelogRow]
