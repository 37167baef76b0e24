"""Running on a schedule: the crontab line for cron, and a daemon for machines without cron."""

import shlex
from collections.abc import Callable
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


def cron_line(expression: str, command: list[str], folder: Path, log: Path) -> str:
    """Return the crontab line that runs `command` in `folder` at `expression` (UTC) and appends to `log`."""
    _trigger(expression)
    words = " ".join(shlex.quote(word) for word in command)
    # A bare % ends a crontab command.
    line = f"cd {shlex.quote(str(folder))} && {words} >>{shlex.quote(str(log))} 2>&1".replace("%", r"\%")
    return f"{expression} {line}"


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
