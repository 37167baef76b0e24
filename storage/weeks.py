"""ISO weeks in a zone. A week is named by its Monday (a date) and labelled `2026-W47`."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


def week_of(instant: datetime, zone: str) -> date:
    """Return the Monday of the ISO week that `instant` (aware) falls into, in the IANA zone `zone`.

    Raises ValueError for a naive one, which is a bug.
    """
    if instant.tzinfo is None:
        raise ValueError(f"naive time {instant!r} belongs to no week")
    local = instant.astimezone(ZoneInfo(zone)).date()
    return local - timedelta(days=local.weekday())


def label(monday: date) -> str:
    """Return the ISO label of the week, e.g. `2026-W53`."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def parse_label(text: str) -> date:
    """Return the Monday of a label such as `2026-W47`. Raises ValueError for a week that does not exist."""
    match = re.fullmatch(r"(\d{4})-W(\d{2})", text.strip().upper())
    if not match:
        raise ValueError(f"{text!r} is not a week; write it as 2026-W47")
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise ValueError(f"{text!r} does not exist: that year has no such ISO week") from None


def last_finished(instant: datetime, zone: str) -> date:
    """Return the Monday of the last week that had ended at `instant`."""
    return week_of(instant, zone) - WEEK


def week_to_report(instant: datetime, zone: str, history_from: datetime | None) -> date:
    """Return the Monday of the week that a run at `instant` reports when it has collected.

    That is the last finished week. On the last day of a week (a Sunday in the zone) it is that week: what was
    collected today belongs to it. So it is while the store's history (its first look) begins within it.
    """
    present = week_of(instant, zone)
    ends_today = instant.astimezone(ZoneInfo(zone)).weekday() == 6
    begins_now = history_from is not None and week_of(history_from, zone) >= present
    return present if ends_today or begins_now else present - WEEK


def week_end(monday: date, zone: str) -> datetime:
    """Return the first instant after the week (next Monday 00:00 in the zone), aware."""
    return day_start(monday + WEEK, zone)


def day_start(day: date, zone: str) -> datetime:
    """Return the first instant of a day in the zone, aware."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
