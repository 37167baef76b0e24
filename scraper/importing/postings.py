"""The fields of one row as a raw posting. Nothing is interpreted that a board did not state in a column."""

import re
from collections.abc import Mapping
from datetime import datetime

from scraper.importing.cleaning import readable_salary
from scraper.importing.columns import company_pages, link_hosts
from scraper.importing.dates import parse_posted
from scraper.importing.facts import split_facts, split_title
from scraper.importing.texts import compose
from scraper.importing.values import Plain, as_number, as_text
from scraper.model import RawPosting
from scraper.parsing.urls import canonical_url
from storage.records import Pay, Period, Quote, Workplace

_PERIODS: tuple[tuple[str, Period], ...] = (
    ("year", "year"), ("annual", "year"), ("annum", "year"), ("年", "year"),
    ("month", "month"), ("月", "month"), ("week", "week"), ("周", "week"),
    ("day", "day"), ("daily", "day"), ("天", "day"), ("日", "day"),
    ("hour", "hour"), ("时", "hour"),
)  # fmt: skip
# Where no column states the period: nobody is paid so much a month in these.
_YEARLY_FROM = 20_000
_YEARLY_CURRENCIES = frozenset(("USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SGD"))
_NOT_A_MONTH = re.compile(r"/\s?(?:年|天|日|小?时|周)|[年日时]薪")
_SMALLEST_MONTHLY_YUAN = 1_000  # below it the column counts thousands, or days: not known which


def raw_posting(fields: Mapping[str, Plain], seen: datetime) -> RawPosting | None:
    """Return the posting of a row as `seen` then, without its native id; None if it has no title."""
    title, card = split_title(as_text(fields.get("title"), " "))
    if not title:
        return None
    facts = fields.get("facts")
    if facts is not None:
        card = split_facts(facts if isinstance(facts, list) else [as_text(facts)]) | card
    description = compose(fields, title)
    link = link_of(fields)
    return RawPosting(
        native_id="",
        title=title,
        url=link,
        description=description.text,
        format=description.format,
        company=" ".join(as_text(fields.get("company"), " ").split()),
        locations=_locations(fields.get("location")) or tuple(filter(None, [card.get("location", "")])),
        workplace=_workplace(fields.get("workplace")),
        pay=_pay(fields),
        salary_raw=_salary(fields) or card.get("salary", ""),
        experience_raw=_experience(fields.get("experience"), title) or card.get("experience", ""),
        education_raw=as_text(fields.get("education")) or card.get("education", ""),
        posted_at=parse_posted(fields.get("posted"), seen),
        requisition=" ".join(as_text(fields.get("requisition"), " ").split()),
        apply_url=_apply_url(fields, link),
        text_cut=description.cut,
    )


def link_of(fields: Mapping[str, Plain]) -> str:
    """Return the canonical address of the posting, "" if the row has none (or only one of its company).

    It stands for the link as well: what canonical_url drops are traces of the visitor who saved the row.
    """
    text = as_text(fields.get("url") or fields.get("apply_url"), " ")
    for prefix, host in link_hosts().items():
        text = host + text if text.startswith(prefix) else text
    link = canonical_url(text)
    return "" if link.startswith(company_pages()) else link


def _apply_url(fields: Mapping[str, Plain], link: str) -> str:
    """Return where one applies if that is another site than the posting's own."""
    url = canonical_url(as_text(fields.get("apply_url"), " "))
    return url if url and link and _host(url) != _host(link) else ""


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.")


def _locations(value: Plain | None) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [as_text(value)]
    return tuple(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))


def _workplace(value: Plain | None) -> Workplace | None:
    if isinstance(value, bool):
        return "remote" if value else None  # not remote is not yet on site
    text = re.sub(r"[\s_-]", "", as_text(value)).casefold()
    if "hybrid" in text or "混合" in text:
        return "hybrid"
    if (
        text in ("true", "yes", "1", "是")
        or ("remote" in text and "no" not in text)
        or text == "telecommute"
        or text.startswith("远程")
    ):
        return "remote"
    if "onsite" in text or "inoffice" in text or text in ("office", "现场", "坐班", "现场办公"):
        return "onsite"
    return None


def _experience(value: Plain | None, title: str) -> str:
    """A bare number of years is a minimum; as a word it can be read by those who read phrases."""
    text = as_text(value)
    number = as_number(text) if text != "0" else 0.0
    if number is None or number > 50:
        return text
    return f"{number:g}年以上" if _is_chinese(title) else f"{number:g}+ years"


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def _salary(fields: Mapping[str, Plain]) -> str:
    """A bare number beside a Chinese title is yuan, of a month or a year as its size tells its reader."""
    text = readable_salary(as_text(fields.get("salary"), " "))
    number = as_number(text)
    if number and number >= _SMALLEST_MONTHLY_YUAN and _is_chinese(as_text(fields.get("title"))):
        text = f"{number:.12g}元"
    if not text:
        low, high, unit = _bounds(fields)
        text = "-".join(f"{bound:.12g}" for bound in (low, high) if bound is not None)
        text = f"{text}{unit}" if text else ""
    months = _months(fields)
    return f"{text}·{months}薪" if text and months and "薪" not in text else text


def _months(fields: Mapping[str, Plain]) -> str:
    """Return how many salaries a year has; boards write 0 where they do not say."""
    number = re.search(r"\d+(?:\.5)?", as_text(fields.get("salary_months")))
    return number[0] if number and 12 <= float(number[0]) <= 36 else ""


def _bounds(fields: Mapping[str, Plain]) -> tuple[float | None, float | None, str]:
    low, high = as_number(fields.get("monthly_min")), as_number(fields.get("monthly_max"))
    unit = "元/月"
    if low is None and high is None:
        if as_text(fields.get("pay_source")) == "description":
            return None, None, ""
        low, high = as_number(fields.get("salary_min")), as_number(fields.get("salary_max"))
        period = _period(fields, low or high or 0)
        unit = f" {_currency(fields)}".rstrip() + (f"/{period}" if period else "")
    elif max(low or 0, high or 0) < _SMALLEST_MONTHLY_YUAN:
        unit = ""
    return (high, low, unit) if low is not None and high is not None and low > high else (low, high, unit)


def _pay(fields: Mapping[str, Plain]) -> Pay | None:
    low, high, unit = _bounds(fields)
    if low is None and high is None:
        return None
    yuan_a_month = "monthly_min" in fields or "monthly_max" in fields
    if yuan_a_month and _NOT_A_MONTH.search(as_text(fields.get("salary"))):
        return None  # the same columns are then said to hold something else: not known what
    period = "month" if unit == "元/月" else None if yuan_a_month else _period(fields, low or high or 0)
    if period is None:
        return None
    months = _months(fields)
    return Pay(
        min=low,
        max=high,
        currency="CNY" if yuan_a_month else _currency(fields) or None,
        period=period,
        months=float(months) if months else None,
        quote=Quote(_salary(fields)),
    )


def _currency(fields: Mapping[str, Plain]) -> str:
    text = as_text(fields.get("currency")).upper()
    text = {"RMB": "CNY", "人民币": "CNY", "元": "CNY", "¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}.get(
        text, text
    )
    return text if re.fullmatch(r"[A-Z]{3}", text) else ""


def _period(fields: Mapping[str, Plain], amount: float) -> Period | None:
    stated = as_text(fields.get("salary_period")).casefold()
    for word, period in _PERIODS:
        if word in stated:
            return period
    return "year" if amount >= _YEARLY_FROM and _currency(fields) in _YEARLY_CURRENCIES else None
