"""Dates and times as boards write them beyond ISO 8601 with an offset (which `items.iso_time` reads)."""

from datetime import UTC, datetime

from scraper.sources.parts import items


def day(item: items.Item, name: str) -> datetime | None:
    """Return a calendar day ("2026-09-18", or the day that a longer time begins with) as its midnight in UTC.

    The board does not say in which zone its day is. None if the field is absent, null or empty. Raises
    TypeError or ValueError if it is something else.
    """
    value = items.text(item, name)
    if not value:
        return None
    try:
        return datetime.strptime(value[:10], "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{name!r} is no day: {value[:40]!r}") from None


def epoch_time(item: items.Item, name: str) -> datetime | None:
    """Return seconds since 1970 as UTC, whole seconds; None if absent or null. Raises ValueError."""
    value = items.number(item, name)
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(value // 1, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{name!r} is no time in seconds since 1970") from None
