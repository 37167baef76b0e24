"""Running on a schedule: the crontab line for cron, and a daemon for machines without cron."""

import shlex
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from scraper.errors import ConfigError

_GRACE_SECONDS = 6 * 3600
"""A laptop that slept through the hour still runs once when it wakes."""


def _trigger(expression: str) -> CronTrigger:
    fields = expression.split()
    # APScheduler counts days of the week from Monday, cron from Sunday: only names mean the same in both.
    if len(fields) == 5 and any(char.isdigit() for char in fields[4]):
        raise ConfigError(f"schedule {expression!r}: name the days of the week (mon, tue, ...), not numbers")
    try:
        return CronTrigger.from_crontab(expression, timezone="UTC")
    except ValueError as error:
        raise ConfigError(f"schedule {expression!r} is not five cron fields: {error}") from None


def cron_line(expression: str, command: list[str], folder: Path, log: Path, utc_offset: timedelta) -> str:
    """Return the crontab line that runs `command` in `folder` at `expression` (UTC) and appends to `log`.

    cron reads the machine's own zone, so a plain time of a plain day is moved by `utc_offset`, what the
    local clock is ahead of UTC now; summer time may move it by an hour. Other expressions are left as
    they are.
    """
    _trigger(expression)
    expression = _local(expression, utc_offset)
    words = " ".join(shlex.quote(word) for word in command)
    # A bare % ends a crontab command.
    line = f"cd {shlex.quote(str(folder))} && {words} >>{shlex.quote(str(log))} 2>&1".replace("%", r"\%")
    return f"{expression} {line}"


def _local(expression: str, utc_offset: timedelta) -> str:
    minute, hour, day, month, weekday = expression.split()
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    plain = minute.isdigit() and hour.isdigit() and (day, month) == ("*", "*")
    if not plain or weekday.lower() not in (*names, "*"):
        return expression
    moved = timedelta(hours=int(hour), minutes=int(minute)) + utc_offset
    minutes = moved.seconds // 60
    if weekday != "*":
        weekday = names[(names.index(weekday.lower()) + moved.days) % 7]
    return f"{minutes % 60} {minutes // 60} * * {weekday}"


def run_forever(expression: str, job: Callable[[], None]) -> None:
    """Run `job` at every time of `expression` (UTC) until interrupted; a missed time is made up for once."""
    scheduler = BlockingScheduler(timezone="UTC")
    scheduler.add_job(
        job,
        _trigger(expression),
        id="weekly",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=_GRACE_SECONDS,
    )
    scheduler.start()
