"""Structured pay: one Pay from one or several stated ranges."""

from collections.abc import Iterable
from dataclasses import replace

from storage.records import Pay, Period

_PERIODS: dict[str, Period] = {
    "hour": "hour",
    "hourly": "hour",
    "day": "day",
    "daily": "day",
    "week": "week",
    "weekly": "week",
    "month": "month",
    "monthly": "month",
    "year": "year",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
}


def period(word: str) -> Period | None:
    """Return the period that a word names ("YEAR", "annual", "hourly"), None if none."""
    return _PERIODS.get(word.lower())


def stated(low: float | None, high: float | None, currency: str, per: Period | None) -> Pay | None:
    """Return the Pay of one stated range, None if it states no amount: boards write 0 for "not given"."""
    low, high = low if low and low > 0 else None, high if high and high > 0 else None
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        low, high = high, low
    code = currency.strip().upper()
    return Pay(low, high, code if len(code) == 3 and code.isascii() and code.isalpha() else None, per)


def envelope(ranges: Iterable[Pay | None]) -> Pay | None:
    """Return the envelope (min of mins, max of maxes) of ranges that stand for places or levels.

    Only ranges in the currency and period of the first one count: amounts of different units are not
    comparable, and the first range is the board's own first choice. None if there is none.
    """
    known = [one for one in ranges if one is not None]
    if not known:
        return None
    first = known[0]
    alike = [one for one in known if (one.currency, one.period) == (first.currency, first.period)]
    lows = [one.min for one in alike if one.min is not None]
    highs = [one.max for one in alike if one.max is not None]
    return replace(first, min=min(lows, default=None), max=max(highs, default=None))
