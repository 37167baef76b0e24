"""The tables of level and quality: T0, T1, S1, S2, T17 (numbered as in docs/METHOD.md; see weekly.py)."""

from typing import Literal, TypedDict

from reports.document.terms import Reason, RoleId, Share, Table, Verdict, Window

# ------------------------------------------------------------------ T0 run health


class StateCounts(TypedDict):
    """Boards by how they were read in the week; `not_fetched`: only in the 12 weeks before.

    A board is `complete` if any look of the week counts: it was complete, or suspect and confirmed by the
    next one. Else it has the state of its latest look.
    """

    complete: int
    partial: int
    refused: int
    missing: int
    failed: int
    suspect: int
    not_fetched: int


class StripCell(TypedDict):
    """One source in one week: boards fetched, how many complete, how many suspect (as in `StateCounts`), and
    the mark to draw.

    mark: complete (all), mixed (some complete), suspect (none complete, some suspect), failed (none of
    either), absent (no fetch).
    """

    week: str
    boards: int
    complete: int
    suspect: int
    mark: Literal["complete", "mixed", "suspect", "failed", "absent"]


class SourceHealth(TypedDict):
    """One source; listed/kept/rejected/pages sum one fetch of each of its boards: the last one of the week
    that counts (see `StateCounts`), else the latest. `last_complete`: the last look that counts."""

    source: str
    boards: int
    states: StateCounts
    listed: int
    kept: int
    rejected: int
    pages: int
    last_complete: str | None
    strip: list[StripCell]


class BoardProblem(TypedDict):
    """A board without any look in the week that counts, with its latest one."""

    board: str
    company: str
    source: str
    state: str
    reason: str
    observed_at: str
    listed: int
    last_complete: str | None


class Quarantined(TypedDict):
    """A board that by the end of the week had brought nothing at least three times in a row, with its last
    look; it is asked again from `not_before` on. `failures` counts those at least 20 hours apart."""

    board: str
    company: str
    source: str
    state: str
    reason: str
    failures: int
    last_look: str
    not_before: str


class TemplateDrift(TypedDict):
    """A field that the postings of a listing usually have (`usual`: median share of its looks before) and of
    which its last look of the week shows much less (`now`)."""

    board: str
    company: str
    source: str
    source_field: str
    now: float
    usual: float
    observed_at: str


class RunHealth(Table):
    """T0. `weeks` are the 13 columns of every strip, oldest first; `totals` over all sources."""

    weeks: list[str]
    boards: int
    totals: StateCounts
    sources: list[SourceHealth]
    problems: list[BoardProblem]
    quarantined: list[Quarantined]
    drift: list[TemplateDrift]


# ------------------------------------------------------------------ T1 headline


class IndexChange(TypedDict):
    """Relative change of the two-way index between two weeks (0.12 = +12 %), clustered by employer."""

    value: float | None
    lo: float | None
    hi: float | None
    p: float | None
    q: float | None
    employers: int
    lost: float | None
    window: Window
    compared: Window | None
    verdict: Verdict
    reason: Reason


class DaysOpen(TypedDict):
    """Kaplan-Meier median of the days a posting stays open; None: not reached, or too few spells watched."""

    median: float | None
    lo: float | None
    hi: float | None
    n: int
    closed: int


class HeadlineRow(TypedDict):
    """One class. Counts of the week: stock, vacancies and employers of the stock, births, reposts, closures
    and unconfirmed misses (`pending`) on pairs of usable cells (None: no pair). `births_4w` adds births whose
    interval spans a missing week inside the 4 weeks. `window` counts adverts listed in the 4 weeks.
    `share_of_all`, `share_of_ai_type` (None for `all`, `other_pm`) are shares of the stock's vacancies.
    """

    role: RoleId
    stock: int | None
    vacancies: int | None
    employers: int | None
    births: int | None
    births_4w: int | None
    reposts: int | None
    reposts_4w: int | None
    repost_rate_4w: float | None
    closures: int | None
    closures_4w: int | None
    pending: int | None
    window: int
    index: float | None
    index_lo: float | None
    index_hi: float | None
    chain: float | None
    change_13w: IndexChange
    share_of_all: Share
    share_of_ai_type: Share | None
    median_floor: float | None
    floor_n: int
    days_open: DaysOpen
    spark: list[float | None]


class Headline(Table):
    """T1, one row per class in class order. `spark`: the index of the last 13 weeks, oldest first.

    `units` usable of `units_followed` (usable at least once in the last 13 weeks); `not_pm` = stock of
    postings that are no PM role.
    """

    rows: list[HeadlineRow]
    units: int
    units_followed: int
    not_pm: int | None


# ------------------------------------------------------------------ S1, S2 series


class LevelPoint(TypedDict):
    """One week of one class. `segment` numbers the connected pieces (0 = unobserved); each restarts at 100.

    `index` two-way index with 95 % interval (None below 10 employers), `chain` matched-chain cross-check,
    `units` observed, `stock` observed on them (raw, not comparable between weeks).
    """

    week: str
    segment: int
    index: float | None
    lo: float | None
    hi: float | None
    chain: float | None
    units: int
    stock: int | None


class LevelSeries(TypedDict):
    """The index of one class; at the weeks `restarts` it begins anew, not comparable with before."""

    role: RoleId
    base: str | None
    employers: int
    restarts: list[str]
    points: list[LevelPoint]


class LevelIndex(Table):
    """S1. 53 weeks ending with the report week, oldest first (leading weeks without data are left out).

    `base` of a series: the first week (positive count) of the segment of the report week.
    """

    weeks: list[str]
    series: list[LevelSeries]


class MovementRow(TypedDict):
    """S2, one (week, class), sorted by week then class order.

    On pairs (units with usable cells of the same epoch in this and the previous week):
    `after - before = births + reposts + entered - closures - pending - left`. `*_gap` counts events whose
    interval ends in this week but began before a missing one (never part of the weekly number). All None in a
    week without pairs; `stock` (all usable cells) None without usable cells. `lost_to_breaks`: fraction of
    the stock of all PM postings that breaks keep from being compared with the week observed before.
    """

    week: str
    role: RoleId
    stock: int | None
    pairs: int
    before: int | None
    after: int | None
    births: int | None
    reposts: int | None
    entered: int | None
    closures: int | None
    pending: int | None
    left: int | None
    births_gap: int
    closures_gap: int
    lost_to_breaks: float | None


class Movement(Table):
    """S2. What came and went, week by week and class by class."""

    rows: list[MovementRow]


# ------------------------------------------------------------------ T17 quality


BreakRow = TypedDict("BreakRow", {"source": str, "unit": str | None, "from": str, "reason": str, "note": str})
"""The series of `unit` (None: all units of `source`) may not be compared across the start of week `from`."""


class SuspectRun(TypedDict):
    """A suspect fetch of the 4 weeks ending with the report week, and what became of it.

    outcome: `new_level` (the next look confirmed it: the series breaks there and goes on), `confirmed` (the
    same where there was no series yet), `other_look` (another look of that week counts), `missing` (the week
    of this board is missing).
    """

    board: str
    company: str
    source: str
    week: str
    observed_at: str
    listed: int
    reason: str
    outcome: Literal["new_level", "confirmed", "other_look", "missing"]


class MissingUnit(TypedDict):
    """A panel unit usable in the 13 weeks before but not in the report week, and its last usable week."""

    unit: str
    source: str
    last_usable: str


class Totals(TypedDict):
    """Raw stock of all usable cells (never a trend: boards come and go) beside the matched pairs."""

    week: str
    raw: int | None
    units: int
    matched_before: int | None
    matched_after: int | None


class Completeness(TypedDict):
    """field: years, salary, education, text; `filled` of `n` vacancies of the window.

    text: the source gave a text, not only a title and fields.
    """

    field: Literal["years", "salary", "education", "text"]
    role: RoleId
    n: int
    filled: int
    share: float | None


class MdeRow(TypedDict):
    """Smallest change of a share near `p` that windows of n vacancies each would show (80 % power,
    alpha 0.05), widened by sqrt(deff)."""

    p: float
    n: int
    deff: float
    mde: float | None


class Quality(Table):
    """T17. alarms: `index_gap` (two-way and chain differ by more than 2 index points), `few_units` (fewer
    than 3 matched units), `low_matched_share` (matched units hold less than 60 % of the stock).

    `adverts` per `vacancies` = `intensity` of the window. `matched_share` of the report week's stock.
    """

    alarms: list[Literal["index_gap", "few_units", "low_matched_share"]]
    index_gap: float | None
    matched_units: int
    matched_share: float | None
    totals: list[Totals]
    raw_change: float | None
    matched_change: float | None
    suspects: list[SuspectRun]
    missing_units: list[MissingUnit]
    completeness: list[Completeness]
    adverts: int
    vacancies: int
    intensity: float | None
    reposts_4w: int
    not_pm_adverts: int
    pending: int
    mde: list[MdeRow]
