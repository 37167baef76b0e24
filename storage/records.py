"""Plain values that cross the border of the store: in from the scraper, out to the reports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from storage.listings import (
    IMPORT,
    FetchState,
    Hashes,
    Industry,
    Listing,
    PostingRecord,
    Recorded,
    StoredText,
    TaxonomyRecord,
    TaxonomyTag,
    Wording,
)
from storage.taggings import (
    Alternatives,
    Asked,
    EducationAsked,
    EducationLevel,
    Fingerprint,
    Pay,
    Period,
    Quote,
    Requirement,
    RoleClass,
    Tagging,
    TagHit,
    TravelAsked,
    Workplace,
    YearsAsked,
    YearsDemand,
    YearsScope,
)

__all__ = [
    "IMPORT",
    "Alternatives",
    "Asked",
    "Break",
    "Cell",
    "EducationAsked",
    "EducationLevel",
    "Facts",
    "FetchFact",
    "FetchState",
    "Fingerprint",
    "Hashes",
    "Industry",
    "Listing",
    "Passage",
    "Passages",
    "Pay",
    "Period",
    "PostingFact",
    "PostingRecord",
    "Quote",
    "Recorded",
    "Requirement",
    "RoleClass",
    "Spell",
    "SpellKind",
    "SpellReason",
    "StoredText",
    "TagHit",
    "Tagging",
    "TaxonomyRecord",
    "TaxonomyTag",
    "TravelAsked",
    "Unit",
    "Wording",
    "Workplace",
    "YearsAsked",
    "YearsDemand",
    "YearsScope",
]
"""What goes in (storage/listings.py) and what a posting says (storage/taggings.py) are part of these; what
comes out is below."""

SpellKind = Literal["backlog", "new", "repost"]
SpellReason = Literal["", "gone", "left_scope", "before_history"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A panel unit: a board, or one employer within a source that lists several."""

    id: int
    name: str
    source: str  # family of a board ("ashby") or the name of an imported source ("pm_feed")
    board: str  # "family:key"
    market: str
    multi_employer: bool
    industry: Industry = "other"  # of the board
    credit: str = ""  # what the terms of its source want to be said with its postings


@dataclass(frozen=True, slots=True)
class Cell:
    """One observation of one unit. `usable` cells count for trends; others are missing, not zero.

    `epoch` grows at each break of the unit's series (scope or coverage): values of different epochs are
    never compared. `first` marks the epoch's first usable cell, whose postings are backlog.
    """

    unit: int
    epoch: int
    observed_at: datetime
    week: date  # Monday of the ISO week in the configured zone
    state: FetchState
    usable: bool
    first: bool
    listed: int


@dataclass(frozen=True, slots=True)
class Spell:
    """One uninterrupted stay of a posting in its listing, as known at the data cut."""

    posting: int
    unit: int
    kind: SpellKind
    opened_at: datetime
    last_seen_at: datetime
    missed_at: datetime | None  # first complete miss after last_seen (confirmed or not)
    closed: bool  # the miss was confirmed by a second one
    reason: SpellReason


@dataclass(frozen=True, slots=True)
class PostingFact:
    """A posting of the window with its latest known version and that version's tagging."""

    id: int
    vacancy: str
    unit: int
    company: int
    company_name: str
    title: str
    url: str
    market: str
    places: tuple[str, ...]
    posted_at: datetime | None
    role: RoleClass
    lang: str
    years_min: float | None
    years_max: float | None
    years_required: bool
    ai_years_min: float | None
    ai_years_required: bool
    education: EducationLevel | None
    education_required: bool
    workplace: str | None
    salary: Pay | None
    tags: Mapping[str, Requirement]  # contract or fine id -> strongest requirement ("mentioned" left out)
    has_text: bool = True  # False: the source gave a title and fields only, or the beginning of the text
    title_label: RoleClass | None = None  # what the title alone says; None: tagged before that was asked
    body_label: RoleClass | None = None  # what duties and requirements say without the title
    pipeline: float | None = None  # share of work on models in the duties; None: none named
    industries: Mapping[str, str] = field(default_factory=dict)  # industry to know -> required or preferred
    languages: Mapping[str, str] = field(default_factory=dict)  # language to speak -> required or preferred
    countries: tuple[str, ...] = ()  # ISO 3166 codes
    degree_specials: Mapping[str, str] = field(default_factory=dict)  # kind of degree -> as above
    company_hidden: bool = False  # its name is withheld ("某大型互联网公司")
    travel: str | None = None  # travel on business: required or preferred; None: none, or nothing said
    # Required tags of which one suffices, by group; a tag of a group that stands alone, too, is asked for by
    # itself as well. Tags in no group are asked for by themselves. Empty: tagged before that was told, too.
    alternatives: tuple[tuple[str, ...], ...] = ()


class Passage(NamedTuple):
    """The line of a posting in which something was found; its quote is the slice `[start:end)` of the line.

    `content_hash` is that of the version of the posting.
    """

    text: str
    start: int
    end: int
    content_hash: str


Passages = Mapping[int, Mapping[str, Passage]]
"""Posting id -> tag id, or `years` or `ai_years` -> where it was found."""


def no_passages(ids: Iterable[int]) -> Passages:
    """Nothing can be read."""
    return {}


@dataclass(frozen=True, slots=True)
class Break:
    """The series of `unit` (None: all units of `source`) may not be compared across the start of `week`."""

    source: str
    unit: str | None
    week: date
    reason: Literal["scope", "coverage", "taxonomy"]
    note: str


@dataclass(frozen=True, slots=True)
class FetchFact:
    """One board's outcome in one run, for the run-health table."""

    board: str
    company: str
    source: str
    observed_at: datetime
    week: date
    state: FetchState
    reason: str
    listed: int
    kept: int
    rejected: int
    pages: int
    accepted: bool = False  # a suspect look that the next one confirmed: it counts, in a new series
    epoch: int = 0  # of the board, as known at the cut
    fills: Mapping[str, float] = field(default_factory=dict, hash=False)  # share of postings with each field


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a weekly report is computed from, cut at `as_of` (inclusive).

    What a store gives are columns (columns.py and posting_columns.py in storage/reading); `postings` then
    are those listed lately, as long back as `Store.facts` was asked for, and its columns know a little of all
    others. `passages` reads those of the postings asked for: they are too many and too long to be read for
    all.
    """

    zone: str
    as_of: datetime
    data_cut: datetime | None  # the last observation at or before as_of
    units: Mapping[int, Unit]
    cells: Sequence[Cell]
    spells: Sequence[Spell]
    postings: Mapping[int, PostingFact]
    fetches: tuple[FetchFact, ...]
    breaks: tuple[Break, ...]
    taxonomy: TaxonomyRecord | None
    schema: str  # Alembic revision
    notices: tuple[str, ...] = ()  # e.g. that the data are invented
    passages: Callable[[Iterable[int]], Passages] = field(default=no_passages, compare=False)
