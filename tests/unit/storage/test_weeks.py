"""Weeks in a zone: the clocks there may jump, the year may end in the middle, the instant is the same."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.weeks import (
    WEEK,
    day_start,
    label,
    last_finished,
    parse_label,
    week_end,
    week_of,
    week_to_report,
)

ZONES = (
    *("Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Asuncion"),
    *("Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"),
)
INSTANTS = st.integers(946_857_600, 2_144_880_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(INSTANTS, st.sampled_from(ZONES))
def test_every_instant_belongs_to_one_week_and_weeks_follow_each_other(instant: datetime, zone: str) -> None:
    monday = week_of(instant, zone)
    assert monday.weekday() == 0
    assert week_end(monday - WEEK, zone) <= instant < week_end(monday, zone)
    assert last_finished(instant, zone) == monday - WEEK


@given(st.dates(date(2000, 1, 1), date(2037, 12, 1)), st.sampled_from(ZONES))
def test_the_end_of_a_week_is_the_first_instant_of_the_next(day: date, zone: str) -> None:
    monday = day - timedelta(days=day.weekday())
    end = week_end(monday, zone)
    assert week_of(end, zone) == monday + WEEK
    assert week_of(end.astimezone(UTC) - timedelta(microseconds=1), zone) == monday


@pytest.mark.parametrize(
    ("instant", "zone", "monday"),
    [
        # Shanghai is eight hours ahead: its Monday begins on Sunday afternoon in UTC.
        ("2026-11-22T15:59:59", "Asia/Shanghai", "2026-11-16"),
        ("2026-11-22T16:00:00", "Asia/Shanghai", "2026-11-23"),
        # Berlin, the night in which 02:30 is twice: both belong to the Sunday.
        ("2026-10-25T00:30:00", "Europe/Berlin", "2026-10-19"),
        ("2026-10-25T01:30:00", "Europe/Berlin", "2026-10-19"),
        ("2026-10-25T23:00:00", "Europe/Berlin", "2026-10-26"),
        # Berlin, the night in which 02:30 is not at all, and the Monday after it.
        ("2026-03-29T01:00:00", "Europe/Berlin", "2026-03-23"),
        ("2026-03-29T22:00:00", "Europe/Berlin", "2026-03-30"),
        # New York, where the clocks go back on the Sunday that ends a week.
        ("2026-11-02T04:59:59", "America/New_York", "2026-10-26"),
        ("2026-11-02T05:00:00", "America/New_York", "2026-11-02"),
    ],
)
def test_where_the_clocks_jump(instant: str, zone: str, monday: str) -> None:
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert week_of(at, zone) == date.fromisoformat(monday)


@pytest.mark.parametrize(
    ("monday", "name"),
    [
        ("2026-12-28", "2026-W53"),
        ("2027-01-04", "2027-W01"),
        ("2024-12-30", "2025-W01"),
        ("2026-11-16", "2026-W47"),
    ],
)
def test_a_week_is_named_after_the_year_that_holds_its_thursday(monday: str, name: str) -> None:
    assert label(date.fromisoformat(monday)) == name
    assert parse_label(name) == date.fromisoformat(monday)


SUNDAY_EVENING = datetime(2026, 11, 22, 12, 17, tzinfo=UTC)  # 20:17 in Shanghai


@pytest.mark.parametrize(
    ("instant", "history_from", "reported"),
    [
        (SUNDAY_EVENING, None, "2026-W47"),
        (SUNDAY_EVENING, SUNDAY_EVENING, "2026-W47"),
        (SUNDAY_EVENING + timedelta(hours=10), SUNDAY_EVENING - 9 * WEEK, "2026-W47"),  # Monday morning
        (SUNDAY_EVENING - timedelta(days=1), SUNDAY_EVENING - 9 * WEEK, "2026-W46"),
        (datetime(2026, 11, 25, 3, tzinfo=UTC), datetime(2026, 11, 25, 2, tzinfo=UTC), "2026-W48"),
        (datetime(2026, 11, 25, 3, tzinfo=UTC), datetime(2026, 11, 20, 2, tzinfo=UTC), "2026-W47"),
    ],
)  # fmt: skip
def test_the_week_that_a_run_reports(instant: datetime, history_from: datetime | None, reported: str) -> None:
    assert label(week_to_report(instant, "Asia/Shanghai", history_from)) == reported


def test_a_day_begins_at_midnight_in_its_zone() -> None:
    assert day_start(date(2026, 11, 23), "Asia/Shanghai") == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert day_start(date(2026, 11, 23), "UTC") == datetime(2026, 11, 23, tzinfo=UTC)
    # New York goes to summer time at 2:00 on that day: it begins in winter time.
    assert day_start(date(2026, 3, 8), "America/New_York") == datetime(2026, 3, 8, 5, tzinfo=UTC)
