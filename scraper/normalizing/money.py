"""Amounts of money as postings write them: the grammar below the reading of salaries.

`amounts` finds every sum or range with a currency, a unit or a period, and says what stands there;
whether it is a salary is decided in `salary`. Works on folded text of any language; offsets are kept.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scraper.folding import fold
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
# 1,234,567.89 · 110'000 · 65.000 (thousands) · 65 000 is left out: too often two numbers.
_NUMBER = r"(?:\d{1,3}(?:[,'’]\d{3})+(?:\.\d{1,2})?(?!\d)|\d{1,3}(?:\.\d{3})+(?![\d.])|\d+(?:\.\d+)?)"
_PER_WORDS = "|".join(words for _, words in _PERIODS)
_PER = (
    rf"(?:\s?(?:/|per\s|每|(?<![a-z])an?\s)\s?(?:{_PER_WORDS})(?![a-z])"
    rf"|\s?,?\s?(?:{'|'.join(words for _, words in _ADVERBS)})(?![a-z]))"
)


def _amount(at: int) -> str:
    return (
        rf"(?P<cur{at}>{_CURRENCY}\s?)?(?P<num{at}>{_NUMBER})(?:\s?(?P<unit{at}>{_UNIT}))?(?P<plus{at}>\+(?!\s?[^\W\d_]))?"
        rf"(?P<yuan{at}>\s?[元块])?(?P<after{at}>\s?{_CURRENCY}(?![a-z]))?(?P<per{at}>{_PER})?"
    )


_COMMENT = r"(?:\s?[\[(][^\])\n]{1,90}[\])])?"
_JOIN = r"(?:\s{0,3}(?:-{1,2}|~|至|到|–|—)\s{0,3}|\s(?:to|and|through|up to)\s)"
_RANGE = re.compile(
    rf"{_amount(0)}(?:{_COMMENT}(?P<join>{_JOIN}){_amount(1)}(?:{_COMMENT}{_JOIN}{_amount(2)})?)?"
)
_DIGIT = re.compile(r"(?<![0-9])(?<![0-9][.,'])\d")
_IN_A_WORD = re.compile(r"[a-z#]\Z")
_SIGN = re.compile(rf"{_CURRENCY}\s?\Z")
_LONGEST_SIGN = max(map(len, _CURRENCIES)) + 1
_MONTHS = re.compile(r"\s{0,2}[·.,,，、x*×/(+]?\s{0,2}(\d{2})(?:\s?[-~]\s?(\d{2}))?\s?(?:个月)?薪")
_DRAWN_DIGIT = re.compile("[\ue031-\ue03a]")
# What is counted in thousands but is not money.
_NOT_MONEY = re.compile(
    r"\+?\s?(?:[%年岁人位名届级条次篇家单件字行台款门套座张只°]|个(?!月)|用户|粉丝|上下文|分辨率|视频|超高清|参数|门店|商家|客户|"
    r"(?:users?|customers?|employees|people|developers?|downloads|tokens?|context|qps|dau|mau|stars|followers|"
    r"subscribers|rows|requests|companies|businesses|km|px|fps|hz|gb|tb|sq)(?![a-z]))"
)


@dataclass(frozen=True, slots=True)
class Amount:
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


def amounts(text: str) -> Iterator[Amount]:
    """Yield the amounts in `text` (any case, any width), left to right."""
    text = _digits_mended(fold(text))
    at = 0
    while digit := _DIGIT.search(text, at):
        # From digit to digit, looking back for the sign: trying the whole grammar at every letter is slow.
        sign = _SIGN.search(text, max(at, digit.start() - _LONGEST_SIGN), digit.start())
        in_word = not sign and _IN_A_WORD.search(text, max(0, digit.start() - 1), digit.start())
        match = None if in_word else _RANGE.match(text, sign.start() if sign else digit.start())
        amount = _read(match, text) if match else None
        at = amount.end if amount else match.end() if match else digit.end()
        if amount:
            yield amount


def _period_of(words: str) -> Period | None:
    for period, pattern in (*_ADVERBS, *_PERIODS):
        if re.search(rf"(?<![a-z])(?:{pattern})(?![a-z])", words):
            return period
    return None


def _digits_mended(text: str) -> str:
    """Give private-use digits back their meaning: one job board draws its salaries with U+E031 to U+E03A."""
    if not _DRAWN_DIGIT.search(text):
        return text
    return text.translate({0xE031 + digit: str(digit) for digit in range(10)})


def _read(match: re.Match[str], text: str) -> Amount | None:
    ends = [end for end in ("0", "1", "2") if match["num" + end] is not None]
    values = [_value(match["num" + end]) for end in ends]
    units = [match["unit" + end] or "" for end in ends]
    if not _scale(values, units):
        return None
    currency = next((code for code in _currencies(match, ends)), None)
    per = next((match["per" + end] for end in ends if match["per" + end]), None)
    period: Period | None = _period_of(per) if per else "year" if "lpa" in units else None
    after = text[match.end() : match.end() + 24]
    months = _MONTHS.match(after)
    yuan = any(match["yuan" + end] for end in ends)
    marked = currency or yuan or period or any(units) or months
    if not currency and not yuan and not period and not months and _NOT_MONEY.match(after):
        return None
    if not marked and len(values) == 1:
        return None
    return Amount(
        low=min(values),
        high=max(values),
        is_range=len(values) > 1,
        joined_by_and=(match["join"] or "").strip() == "and",
        currency=currency,
        units=frozenset(filter(None, units)),
        yuan=yuan,
        plus=bool(match["plus" + ends[-1]]),
        period=period,
        months=(int(months[1]), int(months[2] or months[1])) if months else None,
        start=match.start(),
        end=match.end() + (months.end() if months else 0),
    )


def _value(number: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", number):
        return float(number.replace(".", ""))
    return float(re.sub(r"[,'’]", "", number))


def _scale(values: list[float], units: list[str]) -> bool:
    """Scale the values in place and complete the units; tell whether a rising range results.

    A unit on the right holds for the left too ("15-30K"), unless the left is larger ("8000-1.2万"). A unit
    on the left alone holds for the right if the right is too small without it ("$72k-96").
    """
    last = len(values) - 1
    for at in range(last - 1, -1, -1):
        if not units[at] and values[at] <= values[at + 1]:
            units[at] = units[at + 1]
    for at in range(1, last + 1):
        if not units[at] and units[at - 1] and values[at] < values[at - 1] * _UNITS[units[at - 1]]:
            units[at] = units[at - 1]
    values[:] = [value * _UNITS.get(unit, 1.0) for value, unit in zip(values, units, strict=True)]
    return values == sorted(values)


def _currencies(match: re.Match[str], ends: list[str]) -> Iterator[str]:
    """Yield the currencies named, codes before bare signs: "$215,000 CAD" is Canadian."""
    written = [match[group + end] for end in ends for group in ("after", "cur")]
    codes = [_CURRENCIES[words.strip()] for words in written if words]
    yield from sorted(codes, key=lambda code: code in "$¥")
