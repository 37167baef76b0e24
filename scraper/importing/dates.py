"""Dates as files write them. A time without a zone is read as UTC, a date is midnight UTC of that day."""

import re
from datetime import UTC, datetime, timedelta, timezone

from scraper.errors import ConfigError
from scraper.importing.values import Plain
from scraper.parsing.dates import parse_date

_STAMP = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2}))?\s*+[日月]?+"
    r"(?:(?:[T\s]|(?<=\s))\s*+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_FIRST_YEAR = 1990
_SHEET_ORIGIN = datetime(1899, 12, 30, tzinfo=UTC)
_SHEET_DAYS = (36_526, 73_050)  # 2000 to 2099: no year, and as seconds since 1970 their first day
_MONTH_NAMES = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")


def parse_as_of(text: str) -> datetime:
    """Return the instant named by `--as-of`: an ISO date (midnight UTC) or an ISO datetime with a zone.

    Raises ConfigError for anything else, and for a year before 1990.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            instant = instant.replace(tzinfo=UTC)
        if instant.tzinfo is not None:
            if instant.year < _FIRST_YEAR:
                raise ConfigError(f"--as-of {text!r} lies before {_FIRST_YEAR}")
            return instant.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        pass
    raise ConfigError(
        f"--as-of {text!r} is neither a date like 2026-05-13 nor a time with its zone like 2026-05-13T08:00Z"
    )


def parse_instant(value: Plain | None) -> datetime | None:
    """Return the instant that a cell names in full, UTC and whole seconds; None if it cannot be read.

    Read are ISO and Chinese forms, English month names, epoch seconds and milliseconds; a month alone is
    its first day, which makes what was seen then backlog rather than news; days since the end of 1899 are a
    spreadsheet's date whose cell lost its format. 03/04/2026 is not read: nobody can say which month it is.
    """
    if isinstance(value, datetime):
        zoned = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return zoned.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value) if abs(value) < 1e15 else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    match = _STAMP.fullmatch(text)
    if match:
        return _from_stamp(match)
    if re.fullmatch(r"\d{1,15}", text, re.ASCII):
        return _from_number(int(text))
    if re.fullmatch(r"\d{5}\.\d{1,12}", text, re.ASCII):
        return _from_number(float(text))
    for form in _MONTH_NAMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def parse_posted(value: Plain | None, seen: datetime) -> datetime | None:
    """Return when a posting says it was posted, also from "昨天", "3 days ago", "7月10日" read at `seen`.

    What is told in words is a day and no more: midnight UTC.
    """
    instant = parse_instant(value)
    if instant is not None or not isinstance(value, str):
        return instant
    told = parse_date(value, now=seen, zone="UTC")
    return told.replace(hour=0, minute=0, second=0, microsecond=0) if told else None


def _from_number(number: float) -> datetime | None:
    if _SHEET_DAYS[0] <= number <= _SHEET_DAYS[1]:
        return _SHEET_ORIGIN + timedelta(seconds=round(number * 86_400))
    number = int(number)
    if 19_900_101_000_000 <= number <= 21_001_231_235_959:  # 20260512103000, as Liepin writes it
        day, clock = divmod(number, 1_000_000)
        return _at(
            day // 10_000, day // 100 % 100, day % 100, clock // 10_000, clock // 100 % 100, clock % 100
        )
    if 19_900_101 <= number <= 21_001_231:
        return _at(number // 10_000, number // 100 % 100, number % 100)
    seconds = number // 1000 if number >= 10**12 else number
    return datetime.fromtimestamp(seconds, UTC) if 946_684_800 <= seconds < 4_102_444_800 else None


def _from_stamp(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    local = _at(year, month, day or 1, hour, minute, second)
    zone = match[7]
    if local is None or not zone or zone.upper() in ("Z", "UTC"):
        return local
    sign = -1 if zone[0] == "-" else 1
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    if offset >= timedelta(hours=24):
        return None
    return local.replace(tzinfo=timezone(sign * offset)).astimezone(UTC)


def _at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    try:
        instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return instant if _FIRST_YEAR <= year <= 2100 else None
