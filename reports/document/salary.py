"""The table of pay: T9 (numbered as in docs/METHOD.md). Amounts are in the currency of their row."""

from typing import TypedDict

from reports.document.terms import Direction, PrintRule, Reason, RoleId, Share, Table, Window


class Disclosure(TypedDict):
    """One market (of the board: cn, intl) and class: share of the vacancies that state any pay. Of these
    `yearly` state a range by the month or year, `one_sided` only its lower or upper end, `by_rate` pay by the
    hour, day or week; the others name no currency or period."""

    market: str
    role: RoleId
    stated: Share
    yearly: int
    one_sided: int
    by_rate: int


class PayRow(TypedDict):
    """One market, currency and class: `n` vacancies of `employers` that state both ends of their pay a month
    or year. Pay is a year's: months times the salaries stated, else 12 (`months_assumed` of the n).

    `pay_p25`, `pay_median`, `pay_p75`: quartiles of the midpoints, with the interval of the median;
    `pay_low`, `pay_high`: medians of the lower and the upper ends; `employer_median`: median of the
    employers' medians, each counted once. None below n = 10. `wide_ranges` of the n reach above three times
    their lower end.
    """

    market: str
    currency: str
    role: RoleId
    n: int
    employers: int
    pay_p25: float | None
    pay_median: float | None
    pay_p75: float | None
    pay_median_lo: float | None
    pay_median_hi: float | None
    pay_low: float | None
    pay_high: float | None
    employer_median: float | None
    months_assumed: int
    wide_ranges: int
    print: PrintRule


class RateRow(TypedDict):
    """Pay by the hour, day or week, as stated: quartiles of the midpoints, None below n = 10; in no other
    number."""

    market: str
    currency: str
    period: str
    role: RoleId
    n: int
    rate_p25: float | None
    rate_median: float | None
    rate_p75: float | None


class PayGap(TypedDict):
    """AIGC PM minus AI PM in one market and currency: Hodges-Lehmann shift of the midpoints inside cells of
    place (tier of the Chinese city, else country) and required years that hold five of each class.

    `n_ai`, `n_aigc` vacancies in those `pay_cells`, of `employers`; `q`: Benjamini-Hochberg over the rows;
    `mde`: the smallest shift that would have been seen in 80 % of cases; `relevant`: the smallest that would
    matter, a tenth of the median of all these.
    None where `reason` says that there is too little.
    """

    market: str
    currency: str
    n_ai: int
    n_aigc: int
    pay_cells: int
    employers: int
    shift: float | None
    shift_lo: float | None
    shift_hi: float | None
    p: float | None
    q: float | None
    mde: float | None
    relevant: float | None
    reason: Reason
    direction: Direction


class Salary(Table):
    """T9, sorted by market, currency (most vacancies first) and class. No currency is converted."""

    window: Window
    disclosure: list[Disclosure]
    rows: list[PayRow]
    rates: list[RateRow]
    gaps: list[PayGap]
