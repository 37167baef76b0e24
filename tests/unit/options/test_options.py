"""What options mean, and the one sentence for what means nothing."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from scraper.config import Settings, absolute_database, database_of, operator_of
from scraper.errors import ConfigError
from scraper.options.times import (
    read_as_of,
    read_budget,
    read_days,
    read_name,
    read_since,
    read_times,
    read_weeks,
)

SHANGHAI = "Asia/Shanghai"
WEDNESDAY = datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("50m", 3000), ("2h", 7200), ("24h", 86400), ("007s", 7)]
)
def test_a_budget_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert read_budget(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "h", "2", "2d", "2 h", "-2h", "1.5h", "0h", "²h", "٢h", "2H", "86401s"])
def test_what_is_no_budget(text: str) -> None:
    with pytest.raises(ConfigError, match="--budget"):
        read_budget(text)


def test_days() -> None:
    assert read_days("--older", "30d") == timedelta(days=30)
    for text in ("", "d", "30", "0d", "-1d", "100000d", "1.5d", "30 d"):
        with pytest.raises(ConfigError, match=r"--older .* is no number of days; write it as 365d"):
            read_days("--older", text)


def test_a_name_is_one_line_without_outer_blanks() -> None:
    assert read_name("--source", "  拉勾 2026 ") == "拉勾 2026"
    for text in ("a\nb", "a\x1bb", "a\u2028b", "a\ud800b"):
        with pytest.raises(ConfigError, match=r"--source .* holds characters that no name has"):
            read_name("--source", text)


def test_the_week_is_the_one_that_is_named_else_the_last_that_had_ended() -> None:
    assert read_times("2026-w40").monday(SHANGHAI, WEDNESDAY) == date(2026, 9, 28)
    assert read_times(None).monday(SHANGHAI, WEDNESDAY) == date(2026, 11, 16)
    # Sunday 17:00 in UTC is Monday in Shanghai: that week has ended there.
    assert read_times(None).monday(SHANGHAI, datetime(2026, 11, 29, 17, tzinfo=UTC)) == date(2026, 11, 23)
    assert read_times(None).monday("UTC", datetime(2026, 11, 29, 17, tzinfo=UTC)) == date(2026, 11, 16)


def test_the_last_week_is_that_of_the_time_when_it_was_known() -> None:
    # At the end of a Sunday its week has not ended; a second later it has.
    assert read_times(None, "2026-10-11").monday(SHANGHAI, WEDNESDAY) == date(2026, 9, 28)
    assert read_times(None, "2026-10-12").monday(SHANGHAI, WEDNESDAY) == date(2026, 10, 5)
    assert read_times("2026-W30", "2026-10-12").monday(SHANGHAI, WEDNESDAY) == date(2026, 7, 20)


def test_without_a_name_the_week_is_none_before_the_first_look() -> None:
    late, early = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC)
    assert read_times(None).monday(SHANGHAI, WEDNESDAY, late) == date(2026, 11, 23)
    assert read_times(None).monday(SHANGHAI, WEDNESDAY, early) == date(2026, 11, 16)
    assert read_times("2026-W40").monday(SHANGHAI, WEDNESDAY, late) == date(2026, 9, 28)


@pytest.mark.parametrize("text", ["", "2026", "2026-11-23", "2026-W54", "2025-W53", "1999-W51", "2101-W01"])
def test_what_is_no_week(text: str) -> None:
    with pytest.raises(ConfigError, match="--week: "):
        read_times(text)


def test_weeks_from_and_to() -> None:
    assert read_weeks(None, None) == (None, None)
    assert read_weeks("2026-W40", None) == (date(2026, 9, 28), None)
    assert read_weeks("2026-W40", "2026-W40") == (date(2026, 9, 28), date(2026, 9, 28))
    with pytest.raises(ConfigError, match="--since 2026-W41 lies after --until 2026-W40"):
        read_weeks("2026-W41", "2026-W40")
    with pytest.raises(ConfigError, match="--until: "):
        read_weeks("2026-W40", "soon")


def cut(text: str, zone: str) -> datetime | None:
    return read_times(None, text).cut(zone)


def test_a_day_is_known_at_its_end_and_an_instant_at_itself() -> None:
    # The day ends at midnight in Shanghai, eight hours before it does in UTC.
    assert cut("2026-11-23", SHANGHAI) == datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    assert cut("2026-11-23", "UTC") == datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    assert cut("2026-11-23T08:00Z", SHANGHAI) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    east = datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=8)))
    assert cut("2026-11-23T08:00+08:00", "UTC") == east
    assert read_as_of("2100-12-31") == date(2100, 12, 31)
    assert read_times(None).cut(SHANGHAI) is None


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-23T08:00", "2026-02-30", "2026-13-01T00:00Z"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--as-of .* is not a day; write it as 2026-11-23"):
        read_as_of(text)


@pytest.mark.parametrize("text", ["1999-12-31", "2101-01-01", "0001-01-01T00:00+14:00", "9999-12-31"])
def test_a_day_that_nobody_means(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--as-of .* lies outside the years 2000 to 2100"):
        read_as_of(text)


def test_since_is_a_week_or_a_day() -> None:
    assert read_since("2026-W37") == read_since(" 2026-09-07") == date(2026, 9, 7)
    for wrong in ("yesterday", "2026-W60", "2026-13-01", "1999-01-01", "", "2026-W"):
        with pytest.raises(ConfigError, match="--since"):
            read_since(wrong)


# ------------------------------------------------------------------ of the configuration


def test_somebody_is_named_or_nobody_is_asked() -> None:
    assert operator_of(Settings(operator="mailto:me@example.org")) == "mailto:me@example.org"
    with pytest.raises(ConfigError, match="`operator` is not set"):
        operator_of(Settings(operator=" \t"))


@pytest.mark.parametrize(
    ("url", "absolute"),
    [
        ("sqlite:///pmtrend.db", "sqlite:////home/me/pmtrend.db"),
        ("sqlite:///data/../x.db", "sqlite:////home/me/data/../x.db"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///", "sqlite:///"),
        ("postgresql+psycopg://me@host/jobs", "postgresql+psycopg://me@host/jobs"),
    ],
)
def test_the_configured_database_lies_beside_the_file(url: str, absolute: str) -> None:
    home = Path("/home/me")
    assert absolute_database(url, home) == absolute
    assert database_of(Settings(database=url, home=home, source="file")) == absolute
    assert database_of(Settings(database=url, home=home)) == url, "without a file as it is"


def test_a_week_that_has_not_begun_is_refused_unless_it_is_on_file() -> None:
    def never() -> list[datetime]:
        raise AssertionError("the store need not be asked")

    for begun in (None, "2026-W47", "2026-W48"):
        read_times(begun).refuse_ahead(SHANGHAI, WEDNESDAY, never)
    ahead = read_times("2026-W49")
    for looks in ([], [WEDNESDAY]):
        with pytest.raises(
            ConfigError, match=r"2026-W49 has not begun, it begins on 2026-11-30; .* 2026-W47"
        ):
            ahead.refuse_ahead(SHANGHAI, WEDNESDAY, lambda looks=looks: looks)
    # The week begins on Sunday at 16:00 in UTC. A clock may be behind what is on file.
    sunday = datetime(2026, 11, 29, 16, tzinfo=UTC)
    ahead.refuse_ahead(SHANGHAI, sunday, never)
    ahead.refuse_ahead(SHANGHAI, WEDNESDAY, lambda: [WEDNESDAY, sunday])


def test_a_day_far_ahead_names_a_week_that_has_not_begun() -> None:
    """The week of a report as of a day is the last that ended before it."""
    read_times(None, "2026-12-06").refuse_ahead(SHANGHAI, WEDNESDAY, list)
    later = read_times(None, "2026-12-07")
    with pytest.raises(ConfigError, match=r"^--as-of 2026-12-07: 2026-W49 has not begun, .* 2026-W47$"):
        later.refuse_ahead(SHANGHAI, WEDNESDAY, list)
    read_times("2026-W47", "2030-01-01").refuse_ahead(SHANGHAI, WEDNESDAY, list)
