"""Amounts of money as postings write them: the grammar below the reading of salaries.

`amounts` finds every sum or range with a currency, a unit or a period, and says what stands there;
whether it is a salary is decided in `salary`. Works on folded text of any language; offsets are kept.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from storage.records import Period

# Longest first: "ca$" before "$". "元" and "万" name no currency by themselves: Taiwan writes them too.
_WRITTEN = {
    "USD": "us$ usd$ usd 美元 美金",
    "CAD": "ca$ cad$ cad c$ 加元",
    "AUD": "au$ aud$ aud a$ 澳元",
    "NZD": "nz$ nzd",
    "SGD": "s$ sg$ sgd 新币",
    "HKD": "hk$ hkd 港币 港元",
    "TWD": "nt$ twd ntd 新台币 台币",
    "BRL": "r$ brl",
    "MXN": "mx$ mxn",
    "GBP": "£ gbp 英镑",
    "EUR": "€ eur euros euro 欧元",
    "INR": "₹ inr rs.",
    "ILS": "₪ ils",
    "KRW": "₩ krw 韩元",
    "JPY": "jpy 日元",
    "CNY": "cn¥ rmb cny 人民币",
    "$": "$",
    "¥": "¥",
}
_CODES = "CHF SEK DKK NOK PLN CZK HUF AED ZAR PHP MYR THB IDR VND"
_CURRENCIES = {written: code for code, words in _WRITTEN.items() for written in words.split()} | {
    code.lower(): code for code in _CODES.split()
}
_UNITS = {
    "k": 1e3, "千": 1e3, "万": 1e4, "w": 1e4, "m": 1e6, "mm": 1e6, "mn": 1e6, "million": 1e6, "mil": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "亿": 1e8, "百万": 1e6, "千万": 1e7,
    "l": 1e5, "lpa": 1e5, "lakh": 1e5, "lakhs": 1e5, "lacs": 1e5, "lac": 1e5, "cr": 1e7, "crore": 1e7,
}  # fmt: skip
_PERIODS: tuple[tuple[Period, str], ...] = (
    ("hour", r"hours?|hrs?\b\.?|h\b|小时|时|钟头"),
    ("day", r"days?|daily|天|日"),
    ("week", r"weeks?|wks?\b|周|星期"),
    ("month", r"months?|mos?\b|月"),
    ("year", r"years?|yrs?\b\.?|annum|y\b|年"),
)
_ADVERBS: tuple[tuple[Period, str], ...] = (
    ("hour", "hourly"), ("day", "daily"), ("week", "weekly"), ("month", "monthly"),
    ("year", r"annually|annual|annualized|yearly|p\.?a\.?(?![a-z])|lpa"),
)  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_LATIN_CURRENCIES = _any(written for written in _CURRENCIES if written[0].isalpha() and written.isascii())
_OTHER_CURRENCIES = _any(
    written for written in _CURRENCIES if not (written[0].isalpha() and written.isascii())
)
_CURRENCY = rf"(?:(?<![a-z])(?:{_LATIN_CURRENCIES}|cn¥)|{_OTHER_CURRENCIES})"
_HAN_UNITS = _any([unit for unit in _UNITS if not unit.isascii()])
_LATIN_UNITS = _any([unit for unit in _UNITS if unit.isascii()])
_UNIT = rf"(?:(?:{_HAN_UNITS})|(?:{_LATIN_UNITS})(?![a-z0-9(]))"
# 65 000: too often two numbers, so a currency must stand beside it or behind the range that it begins.
_SPACED = r"\d{1,3}(?: \d{3}(?!\d)){1,2}"
# 1,234,567.89 · 110'000 · 65.000 (thousands)
_NUMBER = r"(?:\d{1,3}(?:[,'’]\d{3})+(?:\.\d{1,2})?(?!\d)|\d{1,3}(?:\.\d{3})+(?![\d.])|\d+(?:\.\d+)?)"
_PER_WORDS = "|".join(words for _, words in _PERIODS)
_PER = (
    rf"(?:\s?(?:/|per\s|每|(?<![a-z])an?\s)\s?(?:{_PER_WORDS})(?![a-z])"
    rf"|\s?,?\s?(?:{'|'.join(words for _, words in _ADVERBS)})(?![a-z]))"
)


_COMMENT = r"(?:\s?[\[(][^\])\n]{1,90}[\])])?"
_JOIN = r"(?: {0,3}(?:-{1,2}|~|至|到|–|—) {0,3}|\s(?:to|and|through|up to)\s)"


def _amount(at: int) -> str:
    # A sign of the next line is that of the next amount.
    spaced = rf"{_SPACED}(?= ?{_CURRENCY}|{_JOIN}{_SPACED} ?{_CURRENCY})|(?(cur0){_SPACED}|(?!))"
    return (
        rf"(?P<cur{at}>{_CURRENCY} ?)?(?P<num{at}>{spaced}|{_NUMBER})(?:\s?(?P<unit{at}>{_UNIT}))?"
        rf"(?P<plus{at}>\+(?!\s?[^\W\d_]))?"
        rf"(?P<yuan{at}>\s?[元块])?(?P<after{at}> ?(?:\((?={_CURRENCY}\)))?{_CURRENCY}(?![a-z]))?"
        rf"(?P<per{at}>{_PER})?"
    )


_RANGE = re.compile(
    rf"{_amount(0)}(?:{_COMMENT}(?P<join>{_JOIN}){_amount(1)}(?:{_COMMENT}{_JOIN}{_amount(2)})?)?"
)
_IN_A_WORD = frozenset("abcdefghijklmnopqrstuvwxyz#")
_LONGEST_SIGN = max(map(len, _CURRENCIES))
_BY = ("x", "*", "×")
_TIMES = r"1[2-9]|2[0-4]"
_MONTHS = re.compile(
    r"\s{0,2}[·.,,，、x*×/(+]?\s{0,2}(\d{2})(?:\s?[-~]\s?(\d{2}))?\s?(?:个月)?薪"
    rf"|\s{{0,2}}[x*×]\s{{0,2}}({_TIMES})(?:\s?[-~]\s?({_TIMES}))?(?:\s?(?:months?\b|个?月))?"
    r"(?![\d%a-z]|[.,]\d)"
)
_THREE_LETTERS = _any(written for written in _CURRENCIES if written.isascii() and len(written) == 3)
# Beginnings of numbers that the grammar is worth trying at: it is slow, and most numbers are years,
# counts and numbers of list items. Nothing that can be an amount is left out.
_MARK = rf"(?:\s?{_UNIT}|\+?(?:\s?[元块]|\s?{_CURRENCY}|{_PER})|{_MONTHS.pattern})"
_MORE_DIGITS = rf"(?: [0-9]{{3}}(?![0-9])){{1,2}}(?:\s?{_CURRENCY}|{_JOIN}{_SPACED}\s?{_CURRENCY})"
_REST = r"[0-9.,'’]*+"
_HINT = re.compile(
    r"[0-9](?<![0-9][0-9])(?<![0-9][.,'][0-9])(?:"
    r"(?<=[$£€₹₪₩¥元金币镑][0-9])|(?<=[$£€₹₪₩¥元金币镑]\s[0-9])"
    rf"|(?<=[a-z][0-9])(?:(?<=(?:{_THREE_LETTERS})[0-9])|(?<=euro[0-9])|(?<=euros[0-9]))"
    rf"|(?<=[a-z.]\s[0-9])(?:(?<=(?:{_THREE_LETTERS})\s[0-9])|(?<=euro\s[0-9])|(?<=euros\s[0-9]))"
    rf"|(?<![a-z#][0-9]){_REST}(?=[\sa-z$£€₹₪₩¥+/每千万亿百元块美加澳新港台英欧韩日人薪·、x*×(\[~至到–—-])"
    rf"(?:{_MARK}|{_MORE_DIGITS}|(?<=[0-9'’,.]{{4}}){_COMMENT}{_JOIN}[0-9]"
    rf"|{_COMMENT}{_JOIN}(?:{_CURRENCY}|[0-9]{_REST}(?:{_MARK}|{_COMMENT}{_JOIN}(?:{_CURRENCY}|[0-9]{_REST}{_MARK})))))"
)
MAX_AMOUNTS = 100
"""Places of one text at which the grammar is tried; an honest posting has some dozens."""
# What is counted in thousands but is not money.
_NOT_MONEY = re.compile(
    r"\+?\s?(?:[%年岁人位名届级条次篇家单件字行台款门套座张只°]|个(?!月)|用户|粉丝|上下文|分辨率|视频|超高清|参数|门店|商家|客户|"
    r"(?:users?|customers?|employees|people|developers?|downloads|tokens?|context|qps|dau|mau|stars|followers|"
    r"subscribers|rows|requests|companies|businesses|km|px|fps|hz|gb|tb|sq)(?![a-z]))"
)


class Amount(NamedTuple):
    """A sum or a range. `low`/`high` are scaled; equal for a single sum.

    `currency` is an ISO code, or "$"/"¥" as written, or None; `units` the written scales ("k", "万").
    `months` are the salaries a year ("14-16薪"). `[start:end)` is its place in the text.
    """

    low: float
    high: float
    is_range: bool
    joined_by_and: bool
    currency: str | None
    units: frozenset[str]
    yuan: bool
    plus: bool
    period: Period | None
    months: tuple[int, int] | None
    start: int
    end: int


def amounts(low: str, numbers: Iterable[int]) -> Iterator[Amount]:
    """Yield the amounts in a folded text, left to right; the first `MAX_AMOUNTS` of a text full of them.

    `numbers` are the places where its runs of digits begin, in order.
    """
    at = tried = 0
    for digit in numbers:
        if digit < at or not _HINT.match(low, digit):
            continue
        tried += 1
        if tried > MAX_AMOUNTS:
            return
        start = _start(low, at, digit)
        match = None if start is None else _RANGE.match(low, start)
        amount = _read(match, low) if match else None
        at = amount.end if amount else match.end() if match else digit + 1
        if amount:
            yield amount


def _start(low: str, first: int, digit: int) -> int | None:
    """Return where the amount begins whose number begins at `digit`; None if the number is part of a word."""
    if digit == first:
        return digit
    end = digit - 1 if low[digit - 1].isspace() else digit
    for start in range(max(first, end - _LONGEST_SIGN), end):
        if low[start:end] in _CURRENCIES and not (
            low[start].isalpha() and start and "a" <= low[start - 1] <= "z"
        ):
            return start
    return None if low[digit - 1] in _IN_A_WORD else digit


_PERIOD_WORDS: tuple[tuple[Period, re.Pattern[str]], ...] = tuple(
    (period, re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])")) for period, pattern in (*_ADVERBS, *_PERIODS)
)


@lru_cache(maxsize=256)
def _period_of(words: str) -> Period | None:
    return next((period for period, pattern in _PERIOD_WORDS if pattern.search(words)), None)


class _Part(NamedTuple):
    """A number and what is written around it: the groups of the grammar, in their order."""

    currency: str | None
    number: str
    unit: str | None
    plus: str | None
    yuan: str | None
    currency_behind: str | None
    period: str | None


_PART = len(_Part._fields)
_SECOND = range(_PART + 2, 2 * _PART + 2)
"""Groups of the second number; the word between the first two is a group, too."""


def _read(match: re.Match[str], text: str) -> Amount | None:
    if (found := _numbers(match)) is None:
        return None
    parts, values, units = found
    currency = _currency_of(parts)
    per = next((part.period for part in parts if part.period), None)
    period: Period | None = _period_of(per) if per else "year" if "lpa" in units else None
    yuan = any(part.yuan for part in parts)
    end = match.end() if len(parts) != 2 else max(match.end(group) for group in _SECOND)
    after = text[end : end + 24]
    months = _salaries_a_year(after, is_money=bool(currency or (units[-1] and units[1:])))
    alone = len(values) == 1 and not units[0]
    if not (currency or yuan or period or months) and (alone or _NOT_MONEY.match(after)):
        return None
    join = match["join"]
    return Amount(
        low=values[0],
        high=values[-1],
        is_range=len(values) > 1,
        joined_by_and=join is not None and join.strip() == "and",
        currency=currency,
        units=frozenset(unit for unit in units if unit),
        yuan=yuan,
        plus=bool(parts[-1].plus),
        period=period,
        months=_ends(months) if months else None,
        start=match.start(),
        end=end + (months.end() if months else 0),
    )


def _numbers(match: re.Match[str]) -> tuple[list[_Part], list[float], list[str]] | None:
    """Return the numbers that belong together, their values, scaled, and units; None if they do not rise."""
    groups = match.groups()
    numbers = (groups[:_PART], groups[_PART + 1 : 2 * _PART + 1], groups[2 * _PART + 1 :])
    parts = [_Part._make(part) for part in numbers if part[1] is not None]
    scaled = _scaled(parts)
    if scaled is None and len(parts) == 3:
        parts = parts[:2]  # "70k-120k EUR - 0.2% equity": the third number is another thing
        scaled = _scaled(parts)
    return None if scaled is None else (parts, *scaled)


def _salaries_a_year(after: str, *, is_money: bool) -> re.Match[str] | None:
    """Return the match of "14薪", or behind money "x 15", with which `after` begins."""
    if "薪" not in after and after.lstrip()[:1] not in _BY:
        return None
    months = _MONTHS.match(after)
    if months and months[3] and (not is_money or _NOT_MONEY.match(after, months.end())):
        return None
    return months


def _ends(months: re.Match[str]) -> tuple[int, int]:
    least, most = (months[1], months[2]) if months[1] else (months[3], months[4])
    return int(least), int(most or least)


_POINTS_IN_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_THOUSANDS_MARK = re.compile(r"[,'’ ]")


def _value(number: str) -> float:
    if number.isdigit():
        return float(number)
    if _POINTS_IN_THOUSANDS.fullmatch(number):
        return float(number.replace(".", ""))
    return float(_THOUSANDS_MARK.sub("", number))


def _scaled(parts: list[_Part]) -> tuple[list[float], list[str]] | None:
    """Return the values, scaled, and their units, completed; None if they do not rise.

    A unit on the right holds for the left too ("15-30K"), unless the left is larger ("8000-1.2万"). A unit
    on the left alone holds for the right if the right is too small without it ("$72k-96").
    """
    values = [_value(part.number) for part in parts]
    units = [part.unit or "" for part in parts]
    last = len(values) - 1
    for at in range(last - 1, -1, -1):
        if not units[at] and values[at] <= values[at + 1]:
            units[at] = units[at + 1]
    for at in range(1, last + 1):
        if not units[at] and units[at - 1] and values[at] < values[at - 1] * _UNITS[units[at - 1]]:
            units[at] = units[at - 1]
    for at, unit in enumerate(units):
        if unit:
            values[at] *= _UNITS[unit]
    return (values, units) if last == 0 or values == sorted(values) else None


def _currency_of(parts: list[_Part]) -> str | None:
    """Return the currency that is named; codes go before bare signs: "$215,000 CAD" is Canadian."""
    sign: str | None = None
    for part in parts:
        for written in (part.currency_behind, part.currency):
            if written:
                code = _CURRENCIES[written.strip(" (")]
                if code not in ("$", "¥"):
                    return code
                sign = sign or code
    return sign


_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"})


def iso_currency(amount: Amount, site: str | None) -> str | None:
    """Return the ISO 4217 code of the written currency; `site`, the board's own, settles bare signs."""
    if amount.currency == "$":
        return site if site in _DOLLARS else "USD"
    if amount.currency == "¥":
        return site if site in ("CNY", "JPY") else "JPY" if "m" in amount.units else "CNY"
    return amount.currency
