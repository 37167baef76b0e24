"""T9: what postings pay, by market, currency and class. No currency is converted, nothing unsaid is 0."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.document.salary import Disclosure, PayGap, PayRow, RateRow, Salary
from reports.document.terms import ROLES, Reason, RoleId, print_rule
from reports.measures.panel import Panel, rows_of
from reports.measures.population import WINDOW_WEEKS, Population, window
from reports.measures.statements import FEW_EMPLOYERS, RELEVANT, clear, decides, share_of
from reports.measures.years import floors_of
from reports.statistics.arrays import Z95, Bools, Floats, Ints, count_distinct, quantile
from reports.statistics.medians import Shift, median_interval, stratified_shift
from reports.statistics.testing import Z80, benjamini_hochberg
from storage.markets import NAME_OF
from storage.reading.columns import Coding
from storage.records import Pay

LEAST_STATED = 10  # below this no amount is printed
LEAST_IN_CELL = 5  # vacancies of each class in a cell that is compared
WIDE_RANGE = 3.0  # an upper end beyond so many times the lower says little
CHINA = "CN"
FIRST_TIER = frozenset({"北京", "上海", "广州", "深圳"})
YEAR_BANDS = (3.0, 5.0)  # required years: below 3, 3 to 4, 5 and more; not stated is a band of its own
PAIR: tuple[RoleId, RoleId] = ("ai_pm", "aigc_pm")
RATES = ("hour", "day", "week")

Names = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class _Offers:
    """What the vacancies of a population state of their pay, parallel to it; texts are empty where unsaid.

    `low`, `high`: the ends of the range a year, nan unless both are known; `rate`: the middle of one by the
    hour, day or week. `cell` numbers place and years.
    """

    market: Names
    currency: Names
    period: Names
    low: Floats
    high: Floats
    rate: Floats
    stated: Bools
    one_sided: Bools
    assumed: Bools
    cell: Ints

    @property
    def cells(self) -> int:
        return int(self.cell.max(initial=-1)) + 1

    @property
    def yearly(self) -> Bools:
        found: Bools = ~np.isnan(self.low)
        return found

    def pairs(self, chosen: Bools) -> list[tuple[str, str]]:
        """Return market and currency of the chosen vacancies: most first within the markets, by name."""
        counts = Counter(zip(self.market[chosen].tolist(), self.currency[chosen].tolist(), strict=True))
        return sorted(counts, key=lambda pair: (pair[0], -counts[pair], pair[1]))


def salary(panel: Panel, people: Population) -> Salary:
    """Return T9 over a population of postings."""
    offers = _offers(panel, people)
    return {
        "id": "T9",
        "population": "window",
        "status": "ok" if len(people.rows) else "insufficient",
        "reason": "" if len(people.rows) else "no_postings",
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "disclosure": [
            _disclosure(people, offers, market, role)
            for market in sorted(set(offers.market.tolist()))
            for role in ROLES
        ],
        "rows": list(_rows(people, offers)),
        "rates": list(_rates(people, offers)),
        "gaps": _gaps(people, offers),
    }


def _offers(panel: Panel, people: Population) -> _Offers:
    """Return what the vacancies of a population offer."""

    def said(value: Callable[[Pay], bool | float | str], unsaid: bool | float | str) -> NDArray[Any]:
        return panel.postings.each("salary", lambda pay: unsaid if pay is None else value(pay), people.rows)

    def flags(value: Callable[[Pay], bool]) -> Bools:
        return said(value, False).astype(bool)

    low, high, rate = (said(partial(_term, part), math.nan).astype(np.float64) for part in range(3))
    markets = np.array([NAME_OF.get(unit.market, unit.market) for unit in panel.units] + [""], dtype=np.str_)
    unit = rows_of(panel.unit_id, panel.postings.columns.unit[people.rows])  # -1: none of them
    return _Offers(
        market=markets[unit],
        currency=said(lambda pay: pay.currency or "", "").astype(np.str_),
        period=said(lambda pay: pay.period or "", "").astype(np.str_),
        low=low,
        high=high,
        rate=rate,
        stated=flags(lambda _: True),
        one_sided=flags(lambda pay: (pay.min is None) != (pay.max is None)),
        assumed=flags(lambda pay: (pay.period, pay.months) == ("month", None)),
        cell=_cells(panel, people.rows),
    )


def _term(part: int, pay: Pay) -> float:
    """Return the lower end a year, the upper, or the middle by the hour, day or week; nan if not stated."""
    low = high = rate = math.nan
    if pay.currency and pay.min is not None and pay.max is not None:
        ends = pay.annual(pay.min), pay.annual(pay.max)
        if ends[0] is not None and ends[1] is not None and 0 < ends[0] <= ends[1]:
            low, high = ends[0], ends[1]
        elif pay.period in RATES:
            rate = (pay.min + pay.max) / 2
    return (low, high, rate)[part]


def _cells(panel: Panel, rows: Ints) -> Ints:
    """Return a number per panel row: equal where tier of the Chinese city, else country, and years are."""
    place: Coding[str] = Coding(str)
    country = panel.postings.each("countries", lambda named: place[_country(named)], rows).astype(np.int64)
    tier = panel.postings.each("places", lambda named: place[_tier(named)], rows).astype(np.int64)
    floor = np.nan_to_num(floors_of(panel, rows, "total"), nan=-1.0)
    band = np.searchsorted(YEAR_BANDS, floor, "right") + (floor >= 0)
    return np.where(country == place[CHINA], tier, country) * (len(YEAR_BANDS) + 2) + band


def _country(countries: Sequence[str]) -> str:
    return CHINA if CHINA in countries else min(countries, default="")


def _tier(cities: Sequence[str]) -> str:
    """Return the tier of Chinese cities, told apart from the code of a country."""
    return "first tier " if FIRST_TIER & set(cities) else "other " if cities else "unknown "


# ------------------------------------------------------------------ amounts


def _disclosure(people: Population, offers: _Offers, market: str, role: RoleId) -> Disclosure:
    mine = people.of(role) & (offers.market == market)
    by_rate = np.isin(offers.period, RATES)
    return {
        "market": market,
        "role": role,
        "stated": share_of(offers.stated[mine], people.employer[mine]),
        "yearly": int((offers.yearly & mine).sum()),
        "one_sided": int((offers.one_sided & ~by_rate & mine).sum()),
        "by_rate": int((by_rate & mine).sum()),
    }


def _rows(people: Population, offers: _Offers) -> Iterator[PayRow]:
    for market, currency in offers.pairs(offers.yearly):
        here = offers.yearly & (offers.market == market) & (offers.currency == currency)
        for role in ROLES:
            mine = here & people.of(role)
            if mine.any():
                yield _row(people, offers, mine, (market, currency, role))


def _row(people: Population, offers: _Offers, mine: Bools, of: tuple[str, str, RoleId]) -> PayRow:
    low, high, employer = offers.low[mine], offers.high[mine], people.employer[mine]
    middle, n, employers = (low + high) / 2, int(mine.sum()), count_distinct(employer)
    told = n >= LEAST_STATED

    def amount(values: Floats, share: float = 0.5) -> float | None:
        return quantile(values, share) if told else None

    interval = median_interval(middle, employer) if told else None
    each = [float(np.median(middle[employer == one])) for one in np.unique(employer)]
    return {
        "market": of[0],
        "currency": of[1],
        "role": of[2],
        "n": n,
        "employers": employers,
        "pay_p25": amount(middle, 0.25),
        "pay_median": amount(middle),
        "pay_p75": amount(middle, 0.75),
        "pay_median_lo": interval[0] if interval else None,
        "pay_median_hi": interval[1] if interval else None,
        "pay_low": amount(low),
        "pay_high": amount(high),
        "employer_median": amount(np.array(each)),
        "months_assumed": int(offers.assumed[mine].sum()),
        "wide_ranges": int((high > WIDE_RANGE * low).sum()),
        "print": print_rule(n, employers),
    }


def _rates(people: Population, offers: _Offers) -> Iterator[RateRow]:
    by_rate = ~np.isnan(offers.rate)
    for market, currency in offers.pairs(by_rate):
        here = by_rate & (offers.market == market) & (offers.currency == currency)
        for period in RATES:
            for role in ROLES:
                mine = here & (offers.period == period) & people.of(role)
                if mine.any():
                    yield _rate(offers.rate[mine], (market, currency, period, role))


def _rate(rates: Floats, of: tuple[str, str, str, RoleId]) -> RateRow:
    told = len(rates) >= LEAST_STATED
    quartiles = [quantile(rates, share) if told else None for share in (0.25, 0.5, 0.75)]
    return {
        "market": of[0],
        "currency": of[1],
        "period": of[2],
        "role": of[3],
        "n": len(rates),
        "rate_p25": quartiles[0],
        "rate_median": quartiles[1],
        "rate_p75": quartiles[2],
    }


# ------------------------------------------------------------------ AI PM against AIGC PM


def _gaps(people: Population, offers: _Offers) -> list[PayGap]:
    gaps = [
        _gap(people, offers, market, currency)
        for market, currency in offers.pairs(offers.yearly & (people.of("ai_pm") | people.of("aigc_pm")))
    ]
    for gap, q in zip(gaps, benjamini_hochberg([gap["p"] for gap in gaps]), strict=True):
        gap["q"] = q
        if gap["shift"] is not None:
            if not clear(gap["shift_lo"], gap["shift_hi"], q):
                decided = decides(gap["mde"], gap["relevant"])
                gap["direction"] = "no_clear_difference" if decided else "undecided"
            else:
                gap["direction"] = "higher_in_aigc" if gap["shift"] > 0 else "higher_in_ai"
    return gaps


def _gap(people: Population, offers: _Offers, market: str, currency: str) -> PayGap:
    here = offers.yearly & (offers.market == market) & (offers.currency == currency)
    ai, aigc = (np.bincount(offers.cell[here & people.of(role)], minlength=offers.cells) for role in PAIR)
    held = (ai >= LEAST_IN_CELL) & (aigc >= LEAST_IN_CELL)
    used = here & held[offers.cell] & (people.of("ai_pm") | people.of("aigc_pm"))
    employers = count_distinct(people.employer[used])
    reason: Reason = "" if held.any() else "few_cells"
    if held.any() and employers < FEW_EMPLOYERS:
        reason = "few_employers"
    shift = _shift(people, offers, used) if reason == "" else None
    return {
        "market": market,
        "currency": currency,
        "n_ai": int(ai[held].sum()),
        "n_aigc": int(aigc[held].sum()),
        "pay_cells": int(held.sum()),
        "employers": employers,
        "shift": shift.d if shift else None,
        "shift_lo": shift.lo if shift else None,
        "shift_hi": shift.hi if shift else None,
        "p": shift.p if shift else None,
        "q": None,
        "mde": (shift.hi - shift.lo) / 2 * (Z95 + Z80) / Z95 if shift else None,
        "relevant": RELEVANT * float(np.median(_middle(offers, used))) if shift else None,
        "reason": reason if shift or reason else "few_employers",
        "direction": "insufficient",
    }


def _middle(offers: _Offers, used: Bools) -> Floats:
    middle: Floats = (offers.low[used] + offers.high[used]) / 2
    return middle


def _shift(people: Population, offers: _Offers, used: Bools) -> Shift | None:
    """Return the shift inside the cells; None where it hangs on one employer."""
    aigc = people.of("aigc_pm")[used]
    found = stratified_shift(_middle(offers, used), aigc, offers.cell[used], people.employer[used])
    return found if found and math.isfinite(found.lo) and math.isfinite(found.hi) else None
