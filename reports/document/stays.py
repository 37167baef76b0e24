"""The table of how long postings stay open: T10 (numbered as in docs/METHOD.md)."""

from typing import TypedDict

from reports.document.terms import Change, Direction, PrintRule, RoleId, Table, Window


class StillOpen(TypedDict):
    """The share of postings still open `days` after they appeared (Kaplan-Meier), with `at_risk` stays under
    observation at that age. None: fewer than 5 were watched there, or at a closure before."""

    days: int
    still_open: float | None
    lo: float | None
    hi: float | None
    at_risk: int


class StayRow(TypedDict):
    """One class: `stays` watched, `closed` of them seen to end, `late` that were open before they could be
    watched (they count from the age they had then), employers.

    `days_p25`, `days_median`, `days_p75`: days by which a quarter, half, three quarters have closed, with
    intervals; None: not reached, or fewer than 10 stays. `wide`: closures that lie between looks more than
    10 days apart.
    """

    role: RoleId
    stays: int
    closed: int
    late: int
    wide: int
    employers: int
    days_median: float | None
    days_median_lo: float | None
    days_median_hi: float | None
    days_p25: float | None
    days_p25_lo: float | None
    days_p25_hi: float | None
    days_p75: float | None
    days_p75_lo: float | None
    days_p75_hi: float | None
    open: list[StillOpen]
    print: PrintRule


class Cliff(TypedDict):
    """A round age at which the postings of a source end much more often than just before and after it: its
    expiry, not the end of a search. `closed` within 3.5 days of `days`, `expected` at the rate beside it."""

    source: str
    days: int
    closed: int
    expected: float
    employers: int


class StayContrast(TypedDict):
    """AIGC PM minus AI PM, strata = source: the share still open after `days`. `higher_in_ai`: AI PM postings
    stay open longer."""

    days: int
    ai: StillOpen
    aigc: StillOpen
    difference: Change
    direction: Direction


class Lifetimes(Table):
    """T10. population stays. `undated`: stays left out, for nobody knows when the posting appeared (backlog
    of boards that give no date, or looks too far apart). `contrast` is the question whether AI PM is harder
    to fill."""

    window: Window
    rows: list[StayRow]
    cliffs: list[Cliff]
    contrast: StayContrast
    undated: int
