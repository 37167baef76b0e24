"""What a posting pays: read from the board's salary field, or found in the text.

The two readers share one grammar (`money`). A field is about salary, so nearly every amount in it counts.
A text is about everything, so an amount counts only if its shape and the words beside it say so: revenue,
funding, budgets, benefits, bonuses and user numbers are money or numbers too. On-target earnings (OTE)
are not base pay and are never returned. Nothing is converted: pay stays in its currency and period.
"""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scraper.normalizing.money import Amount, iso_currency
from scraper.normalizing.money_context import Neighbours, amounts_in_context
from scraper.normalizing.scanning import Scanned
from scraper.parsing.folding import folded
from storage.records import Pay, Period, Quote

Inferred = Literal["period", "multi"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A salary with what `Pay` does not hold: the upper number of salaries a year, and what was inferred.

    `period`: no period is written, its size tells. `multi`: there are several bands (zones, levels): those
    of one currency and period were joined into the envelope from their lowest to their highest end, `others`
    are what is paid in other currencies.
    """

    pay: Pay
    months_max: int | None = None
    inferred: frozenset[Inferred] = frozenset()
    others: tuple[Pay, ...] = ()


class _Band(NamedTuple):
    """One amount understood as a salary; an open end is None."""

    low: float | None
    high: float | None
    currency: str | None
    period: Period
    inferred: bool
    months: tuple[int, int] | None
    start: int
    end: int
    near: Neighbours


def read_field(raw: str, *, currency: str | None = None) -> Reading | None:
    """Return the pay that a board's salary field states; None for 面议, empty or not understood.

    `currency` (ISO 4217) is the board's own: it settles "$", "元" and amounts without any sign; without
    it they are USD and CNY. `Pay.months` is the lower bound of "14-16薪". The quote has no offsets.
    """
    return read_field_amounts(tuple(amounts_in_context(Scanned(folded(raw)))), raw, currency)


AmountsInContext = tuple[tuple[Amount, Neighbours], ...]


def read_field_amounts(amounts: AmountsInContext, raw: str, currency: str | None) -> Reading | None:
    """Like `read_field`, from the amounts of the field `raw`."""
    bands = [_field_band(amount, near, currency) for amount, near in amounts]
    return _joined([band for band in bands if band is not None], raw, quote=Quote(raw.strip()))


def read_text(text: Scanned, *, currency: str | None = None) -> Reading | None:
    """Return the pay that a posting's text states, its quote with offsets; None if it states none.

    Several bands of one currency and period (zones, levels) give their envelope; of several periods the
    first counts, and of several currencies, too (see `Reading.others`). Where bands stand beside different
    roles, those of the PM count.
    """
    return read_amounts(tuple(amounts_in_context(text)), text.raw, currency)


def read_amounts(amounts: AmountsInContext, raw: str, currency: str | None) -> Reading | None:
    """Like `read_text`, from the amounts of the text `raw`."""
    bands = [_text_band(amount, near, currency) for amount, near in amounts]
    return _joined(_best([band for band in bands if band is not None]), raw)


def read_ote(amounts: AmountsInContext, raw: str, currency: str | None) -> Pay | None:
    """Return the on-target earnings among the amounts of the text `raw`, base and commission together."""
    bands = [
        _band(amount, near, currency) for amount, near in amounts if near.topic == "ote" and amount.currency
    ]
    reading = _joined([band for band in bands if band is not None], raw)
    return reading.pay if reading else None


# ------------------------------------------------------------------------------------ reading one amount

# Units of these are worth a hundredth of a dollar or less: their salaries have more digits.
_SMALL_UNITS = frozenset({"JPY", "INR", "KRW", "IDR", "VND", "HUF"})
_PLAUSIBLE: dict[Period, tuple[float, float]] = {
    "hour": (5, 1_000),
    "day": (40, 10_000),
    "week": (100, 20_000),
    "month": (800, 400_000),
    "year": (8_000, 5_000_000),
}
# From this height on an amount without a period is a yearly one, per currency (below: a monthly one).
_YEARLY_FROM = {"CNY": 100_000, "TWD": 400_000, "HKD": 150_000, "INR": 200_000, "JPY": 1_500_000}
_MILLIONS = frozenset({"m", "mm", "mn", "mil", "million"})
_THOUSANDS = frozenset({"k", "千"})
_YUAN = frozenset({"CNY", "TWD", "HKD"})
_K_IS_MONTHLY_BELOW = 200_000
_OPEN_TOP_LEFT = re.compile(
    r"(?:\bfrom|starting (?:at|from)|at least|minimum(?: (?:base )?salary)?(?: of)?|min\.?|"
    r"不低于|不少于|至少|达)\s?:?\s?$"
)
_OPEN_TOP_RIGHT = re.compile(r"\s?(?:(?:及|或)?以上|起(?!步价)|and (?:up|above)|or more)")
# What is left of a range with a slip of the pen: "$150,00-$220,000", "60/90k".
_HALF_A_RANGE = re.compile(r"\d\s?[-~/]\s?$")
_OPEN_BOTTOM_LEFT = re.compile(r"(?:up to|maximum(?: of)?|max\.?|最高|不超过|不高于)\s?:?\s?$")
_OPEN = 32
"""Characters before an amount in which a word of an open end may stand."""
_OPEN_BOTTOM_RIGHT = re.compile(r"\s?(?:及|或)?(?:以下|以内)")


def _field_band(amount: Amount, near: Neighbours, currency: str | None) -> _Band | None:
    if _is_other_money(amount, near):
        return None
    bare = not (amount.currency or amount.units or amount.yuan or amount.period or amount.months)
    if bare and (amount.low < 1000 or (amount.low >= 1900 and amount.high <= 2100)):
        return None
    if currency is None and not amount.currency and amount.units == {"k"} and amount.high < 100_000:
        currency = "CNY"  # "15-25K" with no sign at all is how the Chinese boards write
    return _band(amount, near, currency)


def _text_band(amount: Amount, near: Neighbours, currency: str | None) -> _Band | None:
    said = near.topic == "salary"
    if _is_other_money(amount, near) or _is_misread(amount, near, said):
        return None
    band = _band(amount, near, currency)
    if band is None or amount.months:
        return band
    announced = said or (near.under_salary_heading() and (amount.is_range or near.ends_line()))
    if amount.currency:
        return band if _is_pay_with_sign(amount, band, announced) else None
    return band if (announced or near.chinese()) and _is_pay_without_sign(amount, said) else None


def _is_misread(amount: Amount, near: Neighbours, said: bool) -> bool:
    """Tell whether an amount is half of a range, or a range two amounts ("$5M and $8M in funding")."""
    if not amount.is_range and _HALF_A_RANGE.search(near.left):
        return True
    return amount.joined_by_and and not (said or "between" in near.left)


def _is_pay_with_sign(amount: Amount, band: _Band, announced: bool) -> bool:
    """Tell whether an amount with the sign of a currency is pay: budgets and prices have one, too."""
    if band.inferred and band.period != "year" and not (announced and amount.is_range):
        return False
    timed = not band.inferred and not amount.units & _MILLIONS
    shaped = amount.is_range and amount.low >= 20_000 and amount.high <= 5 * amount.low
    return announced or timed or shaped


def _is_pay_without_sign(amount: Amount, said: bool) -> bool:
    """Tell whether a bare amount is pay: a range in thousands, or what a word or its period says to be."""
    if amount.is_range and amount.units & _THOUSANDS:
        return True
    marked = bool(amount.units or amount.yuan) or amount.low >= 1000
    return marked and (said or amount.period is not None)


def _band(amount: Amount, near: Neighbours, currency: str | None) -> _Band | None:
    code = _currency(amount, near, currency)
    period = amount.period or ("month" if amount.months else near.period())
    if period is None and code in _YUAN and amount.units & _THOUSANDS and amount.low < _K_IS_MONTHLY_BELOW:
        period = "month"  # custom, not a guess: the boards write every monthly salary in thousands
    inferred = period is None
    if period is None:
        period = _period_by_size(amount.high, code)
    low: float | None = amount.low
    high: float | None = amount.high
    least, most = _PLAUSIBLE[period]
    most *= 2_000 if code in _SMALL_UNITS else 1
    if amount.high > most or amount.high < least or 0 < amount.low < least:
        return None
    if not amount.is_range:
        if amount.plus or _OPEN_TOP_LEFT.search(near.left[-_OPEN:]) or _OPEN_TOP_RIGHT.match(near.after):
            high = None
        elif _OPEN_BOTTOM_LEFT.search(near.left[-_OPEN:]) or _OPEN_BOTTOM_RIGHT.match(near.after):
            low = None
    months = amount.months if period == "month" else None
    return _Band(low, high, code, period, inferred, months, amount.start, amount.end, near)


def _is_other_money(amount: Amount, near: Neighbours) -> bool:
    """Tell whether an amount is no base pay, as the words beside it say, or a plan of pensions (401k)."""
    return near.topic in ("other", "ote") or amount.low == amount.high == 401_000


def _currency(amount: Amount, near: Neighbours, site: str | None) -> str | None:
    if code := iso_currency(amount, site) or site:
        return code
    return "CNY" if near.chinese() or amount.yuan or amount.units & {"千", "万"} else None


def _period_by_size(value: float, currency: str | None) -> Period:
    if currency in _YEARLY_FROM:
        return "year" if value >= _YEARLY_FROM[currency] else "month"
    return "hour" if value < 250 else "month" if value < 15_000 else "year"


# --------------------------------------------------------------------------------------- reading them all


_LONGEST_QUOTE = 240


def _joined(bands: list[_Band], text: str, *, quote: Quote | None = None) -> Reading | None:
    """Join the bands that agree with the first in currency and period into their envelope.

    Its quote is the slice of `text` that holds them all, unless `quote` is given.
    """
    if not bands:
        return None
    first = bands[0]
    group = [band for band in bands if (band.currency, band.period) == (first.currency, first.period)]
    low, high = first.low, first.high
    if len(group) > 1:
        low = min((band.low for band in group if band.low is not None), default=None)
        high = max((band.high for band in group if band.high is not None), default=None)
        if low and high and high > 8 * low:
            group, low, high = [first], first.low, first.high
    end = group[-1].end if group[-1].end - first.start <= _LONGEST_QUOTE else first.end
    months = next((band.months for band in group if band.months), None)
    pay = Pay(
        min=low,
        max=high,
        currency=first.currency,
        period=first.period,
        months=float(months[0]) if months else None,
        quote=quote or Quote(text[first.start : end], first.start, end),
    )
    others = _in_other_currencies(bands, first.currency, text, quote)
    multi = bool(others) or (len(group) > 1 and len({(band.low, band.high) for band in group}) > 1)
    period_inferred = all(band.inferred for band in group)
    return Reading(pay, months[1] if months else None, _INFERRED[period_inferred, multi], others)


def _in_other_currencies(
    bands: list[_Band], currency: str | None, text: str, quote: Quote | None
) -> tuple[Pay, ...]:
    """Return the envelope of the bands in each other currency that is named: "London £120k-£140k"."""
    rest = [band for band in bands if band.currency and band.currency != currency]
    joined = [
        _joined([band for band in rest if band.currency == code], text, quote=quote)
        for code in dict.fromkeys(band.currency for band in rest)
    ]
    return tuple(reading.pay for reading in joined if reading)


_INFERRED: dict[tuple[bool, bool], frozenset[Inferred]] = {
    (False, False): frozenset(),
    (True, False): frozenset(("period",)),
    (False, True): frozenset(("multi",)),
    (True, True): frozenset(("period", "multi")),
}


def _best(bands: list[_Band]) -> list[_Band]:
    """Keep what stands beside a product manager, if other bands stand beside other roles; and of the rest
    what is said to be a salary, if anything is."""
    roles = [band.near.line_role() for band in bands] if len(bands) > 1 else []
    if "other" in roles:
        wanted = "pm" if "pm" in roles else ""
        beside = [band for band, role in zip(bands, roles, strict=True) if role == wanted]
        bands = beside or bands
    said = [band for band in bands if band.near.topic == "salary" or band.near.under_salary_heading()]
    return said or bands
