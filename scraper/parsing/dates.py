"""Dates as boards print them, to UTC instants."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from scraper.parsing.folding import fold

_EARLIEST_YEAR = 2000
_FUTURE_SLACK = timedelta(days=2)

_CLOCK = r"(?:[t\s]*(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
_NUMERIC = re.compile(rf"(\d{{4}})\s?[-/.年]\s?(\d{{1,2}})\s?[-/.月]\s?(\d{{1,2}})\s?日?{_CLOCK}")
_MONTH_DAY = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s?月\s?(\d{{1,2}})\s?日{_CLOCK}"
    r"|^(?:发布于)?\s?(\d{1,2})-(\d{1,2})(?:\s?(?:发布|更新))?$"
)
_RELATIVE_DAY = re.compile(rf"(今天|今日|刚刚|昨天|昨日|前天){_CLOCK}")
_DAYS_BACK = {"今天": 0, "今日": 0, "刚刚": 0, "昨天": 1, "昨日": 1, "前天": 2}
_AGO = re.compile(
    r"((?<!\d)\d+|an?)\s?\+?\s?(minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|分钟|个?小时|天|日|周|个?月|年)\+?\s?(?:ago|前)"
)
_AGO_WORDS = re.compile(r"\b(today|just posted|just now|yesterday)\b")
_UNITS = (
    ("分钟|min", timedelta(minutes=1)),
    ("小时|hour|hr", timedelta(hours=1)),
    ("天|日|day", timedelta(days=1)),
    ("周|week", timedelta(weeks=1)),
    ("月|month", timedelta(days=30)),
    ("年|year", timedelta(days=365)),
)
_ENGLISH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*"
    r"(?:(\d{1,2})(?:st|nd|rd|th)?)?,?\s*(\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_date(raw: str, *, now: datetime, zone: str = "Asia/Shanghai") -> datetime | None:
    """Return the instant that `raw` names, UTC-aware; None for what is not a date or lies in the future.

    Understood: ISO 8601, Unix seconds and milliseconds, RFC 2822, "2026年09月14日", "7月10日更新",
    "昨天 11:05", "3天前", "Posted 3 Days Ago", "June 12, 2026". Numeric and Chinese forms without a zone
    are times in `zone` (an IANA name), English ones in UTC. A day without a year is the last such day.
    """
    text = fold(raw[:100]).strip()
    local = now.astimezone(ZoneInfo(zone))
    try:
        found = (
            _epoch(text)
            or _iso(text)
            or _rfc(raw)
            or _local(text, local)
            or _english(text)
            or _ago(text, now)
        )
    except (ValueError, OverflowError):
        return None
    if found is None or found.year < _EARLIEST_YEAR or found > now + _FUTURE_SLACK:
        return None
    return found.astimezone(UTC)


def _epoch(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{10}(?:\.\d+)?|\d{13}", text):
        return None
    seconds = float(text) / (1000 if len(text) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _iso(text: str) -> datetime | None:
    """ISO 8601 with a zone; without one the numeric form below decides."""
    if not re.match(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}", text):
        return None
    try:
        found = datetime.fromisoformat(text.upper().replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _rfc(raw: str) -> datetime | None:
    if not re.match(r"\s*(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d{1,2}:\d{2}", raw):
        return None
    found = parsedate_to_datetime(raw.strip())
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _local(text: str, now: datetime) -> datetime | None:
    """Numeric and Chinese forms, read in the zone of `now`."""
    if match := _NUMERIC.search(text):
        year, month, day = (int(part) for part in match.groups()[:3])
        return _at(now, year, month, day, match.groups()[3:])
    if match := _RELATIVE_DAY.search(text):
        date = now - timedelta(days=_DAYS_BACK[match[1]])
        return _at(now, date.year, date.month, date.day, match.groups()[1:])
    if match := _MONTH_DAY.search(text):
        month, day = int(match[1] or match[6]), int(match[2] or match[7])
        return _latest(now, month, day, match.groups()[2:5])
    return None


def _latest(now: datetime, month: int, day: int, clock: tuple[str | None, ...]) -> datetime | None:
    for year in range(now.year, now.year - 5, -1):  # five years hold a 29 February
        try:
            found = _at(now, year, month, day, clock)
        except ValueError:
            continue
        if found <= now + _FUTURE_SLACK:
            return found
    return None


def _at(now: datetime, year: int, month: int, day: int, clock: tuple[str | None, ...]) -> datetime:
    hour, minute, second = (int(part or 0) for part in clock[:3])
    return datetime(year, month, day, hour, minute, second, tzinfo=now.tzinfo)


def _english(text: str) -> datetime | None:
    match = _ENGLISH.search(text)
    if match is None or not (match[1] or match[3]):
        return None
    return datetime(int(match[4]), _MONTHS.index(match[2]) + 1, int(match[1] or match[3]), tzinfo=UTC)


def _ago(text: str, now: datetime) -> datetime | None:
    if match := _AGO.search(text):
        count = 1 if match[1] in ("a", "an") else int(match[1])
        unit = next(length for words, length in _UNITS if re.search(words, match[2]))
        return now - count * unit
    if match := _AGO_WORDS.search(text):
        return now - timedelta(days=match[1] == "yesterday")
    return None
