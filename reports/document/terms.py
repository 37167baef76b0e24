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
    "not_asked",  # the report is on something else
    "first_week",  # nothing to compare with yet
    "no_usable_cells",  # no whole listing in the week
    "no_postings",  # the population is empty
    "no_flow",  # no new postings on matched listings in one of the windows
    "few_employers",  # fewer than 20 employers in the comparison
    "small_counts",  # fewer than 10 mentions, or an expected count below 5
    "few_postings",  # fewer than 30 postings of a class
    "wide_interval",  # a difference that matters could have gone unseen
    "not_robust",  # the difference turns or shrinks with who is counted
    "not_stated",  # nothing that could be compared is stated
    "one_employer",  # without one employer there would be nothing to compare
    "short_history",  # the listings have not been followed for long enough
    "few_weeks",  # fewer than 4 weeks lie between the two ends
    "break",  # more than half of the compared stock was lost to a break
    "disconnected",  # the two weeks share no chain of comparable listings
    "no_stays",  # no posting could be watched from one look to the next
    "few_cells",  # no cell of place and years holds five of each class
    "short_watch",  # no source watched both classes long enough
]
Verdict = Literal["rose", "fell", "no_clear_change", "insufficient", "not_comparable", "level"]
Direction = Literal["higher_in_aigc", "higher_in_ai", "no_clear_difference", "undecided", "insufficient"]
"""no_clear_difference: none is clear, and one that matters would mostly have been seen · undecided: none is
clear, and one that matters could have gone unseen · insufficient: not tested."""
PrintRule = Literal["full", "small_n", "counts"]
"""full: n >= 30 and at least 10 employers · small_n: n >= 10, print the share greyed as "small n" ·
counts: print only "y of n"."""


def print_rule(n: int, employers: int) -> PrintRule:
    """Return what may be printed of a figure that rests on n postings of so many employers."""
    if n >= 30 and employers >= 10:
        return "full"
    return "small_n" if n >= 10 else "counts"


Population = Literal["fetches", "stock", "panel", "flow_4w", "window", "listed", "stays"]
"""fetches: the boards' outcomes · stock: postings listed at the last usable observation of the week ·
panel: stock per series (unit, epoch) on usable cells · flow_4w: postings that newly appeared in the 4 weeks
ending with the report week between two usable observations, one per vacancy · window: postings listed at any
time in those 4 weeks, one per vacancy (its first posting) · listed: on offer in the report week, one per
vacancy · stays: stays of postings that were watched in the last 13 weeks."""


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
    outside common strata; `q` = Benjamini-Hochberg over the family of the table; `mde` = the smallest
    difference that would have been seen in 80 % of cases. d, lo, hi, p, q, mde are None where `reason` says
    that there is too little.
    """

    d: float | None
    lo: float | None
    hi: float | None
    p: float | None
    q: float | None
    mde: float | None
    n0: int
    n1: int
    employers: int
    strata: int
    lost: float | None
    reason: Reason


class Readings(TypedDict):
    """The difference (second group minus first) when it is asked otherwise.

    `d_both_as_aigc`, `d_both_as_ai`: `both` is added to either side. `d_named`: only postings that name an AI
    technique or a step of work on models; a Chinese title may say AI and no more, and then counts as AI PM.
    `d_by_years`: strata are source and years asked for. `robust`: d keeps its sign and half its size in all
    of these that are known (None: there is no d, or none is known).
    """

    d_both_as_aigc: float | None
    d_both_as_ai: float | None
    d_named: float | None
    d_by_years: float | None
    robust: bool | None
