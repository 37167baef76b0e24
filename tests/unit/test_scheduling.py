"""The crontab line: five fields in the machine's zone, a command that survives odd paths."""

from datetime import timedelta
from pathlib import Path

import pytest

from scraper.errors import ConfigError
from scraper.scheduling import cron_line


def line(expression: str, hours: float = 0, folder: str = "/srv/pm") -> str:
    return cron_line(
        expression, ["/opt/pmtrend", "weekly"], Path(folder), Path("log"), timedelta(hours=hours)
    )


@pytest.mark.parametrize(
    ("utc", "ahead", "local"),
    [
        ("17 22 * * sun", 0, "17 22 * * sun"),
        ("17 22 * * sun", 8, "17 6 * * mon"),
        ("17 3 * * mon", -5, "17 22 * * sun"),
        ("50 23 * * *", 5.5, "20 5 * * *"),
        ("*/10 22 * * sun", 8, "*/10 22 * * sun"),
    ],
)
def test_a_plain_time_is_moved_into_the_zone_that_cron_reads(utc: str, ahead: float, local: str) -> None:
    assert line(utc, ahead).startswith(f"{local} cd ")


def test_odd_folders_and_percent_signs_survive() -> None:
    assert line("17 22 * * sun", folder="/srv/p m/100%").endswith(
        r"cd '/srv/p m/100\%' && /opt/pmtrend weekly >>log 2>&1"
    )


@pytest.mark.parametrize("expression", ["17 22 * * 0", "every sunday", "99 22 * * sun", "17 22 * *"])
def test_what_cron_and_the_daemon_would_read_differently_or_not_at_all_is_refused(expression: str) -> None:
    with pytest.raises(ConfigError, match="schedule"):
        line(expression)
