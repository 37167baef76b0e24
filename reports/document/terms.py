"""The words and small values that all tables of a report share."""

from typing import Literal, TypedDict

RoleId = Literal["all", "ai_pm", "aigc_pm", "both", "other_pm"]
ROLES: tuple[RoleId, ...] = ("all", "ai_pm", "aigc_pm", "both", "other_pm")

Kind = Literal["regular", "first", "partial", "all_failed", "empty"]
"""regular: as usual · first: no earlier usable listing, so levels only (baseline) · partial: postings were
seen, but no listing of the week was whole, so composition only · all_failed: boards were asked, none gave a
posting · empty: nobody asked and nothing is listed."""

Status = Literal["ok", "baseline", "insufficient", "not_comparable"]
Reason = Literal[
    "",
    "first_week",  # nothing to compare with yet
    "no_usable_cells",  # no whole listing in the week
    "no_postings",  # the population is empty
    "no_flow",  # no new postings on matched listings in one of the windows
    "few_employers",  # fewer than 20 employers in the comparison
    "small_counts",  # fewer than 10 mentions, or an expected count below 5
    "few_weeks",  # fewer than 4 weeks lie between the two ends
    "break",  # more than half of the compared stock was lost to a break
    "disconnected",  # the two weeks share no chain of comparable listings
]
Verdict = Literal["rose", "fell", "no_clear_change", "insufficient", "not_comparable", "level"]
Direction = Literal["higher_in_aigc", "higher_in_ai", "no_clear_difference", "insufficient"]
PrintRule = Literal["full", "small_n", "counts"]
"""full: n >= 30 and at least 10 employers · small_n: n >= 10, print the share greyed as "small n" ·
counts: print only "y of n"."""

Population = Literal["fetches", "stock", "panel", "flow_4w", "window"]
"""fetches: the boards' outcomes · stock: postings listed at the last usable observation of the week ·
panel: stock per series (unit, epoch) on usable cells · flow_4w: postings that newly appeared in the 4 weeks
ending with the report week between two usable observations, one per vacancy · window: postings listed at any
time in those 4 weeks, one per vacancy (its first posting)."""


class Window(TypedDict):
    """Whole weeks, both ends included."""

    first: str
    last: str


class Table(TypedDict):
    """What every table says about itself. `status` ok: rows are complete; else `reason` tells why not."""

    id: str
    population: Population
    status: Status
    reason: Reason


class Share(TypedDict):
    """`y` of `n` postings, with the interval widened by the design effect of employers (Wilson on n_eff).

    `employers` of the n postings, `employers_y` of them with at least one of the y; `employer_share` is their
    ratio. `share`, `lo`, `hi` are None when n = 0; `print` says what may be shown.
    """

    y: int
    n: int
    share: float | None
    lo: float | None
    hi: float | None
    n_eff: float | None
    employers: int
    employers_y: int
    employer_share: float | None
    print: PrintRule


class Change(TypedDict):
    """A stratified (Mantel-Haenszel) difference of shares, second group minus first, clustered by employer.
    The interval is cut off at -1 and 1, the ends of what a difference of shares can be.

    `n0`/`n1` postings of the earlier/later window (or of ai_pm / aigc_pm) inside the strata that hold both;
    `employers` = clusters; `strata` = their number; `lost` = fraction of the postings of both groups that lie
    outside common strata; `q` = Benjamini-Hochberg over the family of the table. d, lo, hi, p, q are None
    where `reason` says that there is too little.
    """

    d: float | None
    lo: float | None
    hi: float | None
    p: float | None
    q: float | None
    n0: int
    n1: int
    employers: int
    strata: int
    lost: float | None
    reason: Reason
