"""Running on a schedule: lines for cron and systemd, and a daemon for machines that have neither."""

import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from scraper.errors import ConfigError
from scraper.scheduling import systemd

GRACE = timedelta(hours=6)
"""A laptop that slept through the hour still runs once when it wakes."""
WALL = timedelta(hours=3)
"""A run that takes so long hangs: its boards have 50 minutes, its last ones and the report minutes more."""
_LEAP_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
"""What never comes from here on (there is no year among the fields) comes in no year."""
_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOK_UP = timedelta(minutes=5)
_HEED = 1.0
"""Seconds after which a signal is heeded that came in the moment in which the first thread began to wait, or
that another thread took: Python runs its handler only when the wait returns."""
_MERCY = 30.0
"""Seconds that a run gets to end after it was told to."""


def _trigger(expression: str) -> CronTrigger:
    systemd.on_calendar(expression)  # what cron, systemd and APScheduler all understand
    _, _, day, _, weekday = expression.split()
    if "*" not in (day[0], weekday[0]):
        raise ConfigError(
            f"schedule {expression!r}: give days of the month or days of the week; of both cron would take "
            "either, the others only what is both"
        )
    try:
        trigger = CronTrigger.from_crontab(expression, timezone="UTC")
    except ValueError as error:
        reason = str(error).removeprefix("Error validating expression ")
        raise ConfigError(f"schedule {expression!r} names no time: {reason}") from None
    if trigger.get_next_fire_time(None, _LEAP_YEAR) is None:
        raise ConfigError(f"schedule {expression!r}: there is no such day in any year")
    return trigger


def next_due(expression: str, now: datetime) -> datetime:
    """Return the first instant after `now` that `expression` (five cron fields, UTC) names.

    Raises ConfigError if it is no such expression, or one that names no day of any year.
    """
    due: datetime = _trigger(expression).get_next_fire_time(None, now)
    return due.astimezone(UTC)


# ------------------------------------------------------------------ for cron and systemd


def cron_lines(
    expression: str, command: Sequence[str], folder: Path, log: Path, utc_offset: timedelta
) -> list[str]:
    """Return the crontab lines that run `command` in `folder` at `expression` (UTC) and append to `log`.

    cron reads the machine's own zone, so the times are moved by `utc_offset`, what the local clock is ahead
    of UTC now; summer time may move them by an hour. Times that fall on different days there take a line
    each. Raises ConfigError for days of the month that are other days there.
    """
    words = " ".join(shlex.quote(word) for word in command)
    # A bare % ends a crontab command.
    order = f"cd {shlex.quote(str(folder))} && {words} >>{shlex.quote(str(log))} 2>&1".replace("%", r"\%")
    return [f"{times} {order}" for times in _local(expression, utc_offset)]


def _local(expression: str, utc_offset: timedelta) -> list[str]:
    """Return the lines of five fields that name in the zone of the machine what `expression` does in UTC."""
    _trigger(expression)
    if not utc_offset:
        return [expression]
    minute, hour, day, month, weekday = expression.split()
    by_week = (day, month) == ("*", "*")
    days: dict[str, set[tuple[int, int]]] = {}
    if by_week:
        for moved in _moved(expression, timedelta(days=7), utc_offset):
            days.setdefault(_DAYS[moved.weekday()], set()).add((moved.hour, moved.minute))
    else:
        within = list(_moved(f"{minute} {hour} * * *", timedelta(days=1), utc_offset))
        if {moved.date() for moved in within} != {_MONDAY.date()}:
            raise ConfigError(
                f"schedule {expression!r}: in the zone of this machine, which cron reads, it falls on other "
                "days of the month; choose an hour that does not, or let systemd or `pmtrend schedule` run it"
            )
        days[f"{day} {month} {weekday}"] = {(moved.hour, moved.minute) for moved in within}
    alike: dict[frozenset[tuple[int, int]], list[str]] = {}
    for name in sorted(days, key=_DAYS.index) if by_week else days:
        alike.setdefault(frozenset(days[name]), []).append(name)
    lines = []
    for times, names in alike.items():
        on = names[0] if not by_week else f"* * {'*' if len(names) == len(_DAYS) else ','.join(names)}"
        lines += [f"{at} {on}" for at in _minutes_and_hours(times)]
    return lines


def _moved(expression: str, span: timedelta, utc_offset: timedelta) -> Iterator[datetime]:
    """Yield the times of `expression` in a span from a Monday on, as a clock so far ahead shows them."""
    trigger = _trigger(expression)
    due: datetime = trigger.get_next_fire_time(None, _MONDAY)
    while due < _MONDAY + span:
        yield due + utc_offset
        due = trigger.get_next_fire_time(None, due + timedelta(minutes=1))


def _minutes_and_hours(times: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield the first two fields of cron for these hours and minutes; hours with the same minutes are one."""
    by_hour: dict[int, list[int]] = {}
    for hour, minute in sorted(times):
        by_hour.setdefault(hour, []).append(minute)
    by_minutes: dict[tuple[int, ...], list[int]] = {}
    for hour, minutes in by_hour.items():
        by_minutes.setdefault(tuple(minutes), []).append(hour)
    for same, hours in by_minutes.items():
        yield f"{_field(same, 60)} {_field(hours, 24)}"


def _field(values: Sequence[int], all_of_them: int) -> str:
    return "*" if len(values) == all_of_them else ",".join(map(str, values))


def systemd_units(
    expression: str, command: Sequence[str], folder: Path, writable: Sequence[Path], user: str
) -> str:
    """Return a service and a timer that run `command` as `user` in `folder` at `expression` (UTC).

    It may write to `folder` and to the folders of `writable` only.
    """
    _trigger(expression)
    calendar = systemd.on_calendar(expression)
    return systemd.units(calendar, command, folder, writable, user, int(WALL.total_seconds()))


# ------------------------------------------------------------------ the daemon


def scheduler(expression: str, job: Callable[[], None]) -> BackgroundScheduler:
    """Return a scheduler, not yet started, that runs `job` at every time of `expression` (UTC).

    Times that passed while the machine slept are made up for once, up to six hours late; a job that is still
    running is not started again.
    """
    made = BackgroundScheduler(timezone="UTC")
    made.add_job(
        job,
        _trigger(expression),
        id="weekly",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=int(GRACE.total_seconds()),
    )
    # The scheduler waits on a clock that stands still while the machine sleeps: it must look up now and then.
    made.add_job(
        _look_up,
        "interval",
        seconds=int(_LOOK_UP.total_seconds()),
        id="look up",
        coalesce=True,
        misfire_grace_time=None,
    )
    return made


def _look_up() -> None:
    """Do nothing: being called is all."""


def run_forever(expression: str, command: Sequence[str], folder: Path, tell: Callable[[str], None]) -> None:
    """Run `command` in `folder` at all times of `expression` (UTC); `tell` how it ended.

    Until interrupted, or terminated, which ends this process with 0 (also where it is the first of a
    container, which is not ended by what it does not handle). A run that is underway is ended, too.
    """
    underway: list[subprocess.Popen[bytes]] = []
    ending = Event()

    def begun(process: subprocess.Popen[bytes]) -> None:
        underway.append(process)
        if ending.is_set():  # it was started in the very moment, and nobody who ends runs saw it
            _end(process)

    def run() -> None:
        tell(run_once(command, folder, WALL, begun))
        underway.clear()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        scheduler(expression, run).start()
        # What a signal raises comes up here, in the first thread. APScheduler's own logs it and goes on.
        while not ending.wait(_HEED):
            pass
    finally:
        ending.set()
        for process in tuple(underway):
            _end(process)


def run_once(
    command: Sequence[str],
    folder: Path,
    wall: timedelta,
    begun: Callable[[subprocess.Popen[bytes]], None] = lambda _: None,
) -> str:
    """Run `command` as a process of its own, which `begun` is told, and return a sentence on how it ended.

    A thread that hangs cannot be ended, a process can: after `wall` it is terminated, so that the next run
    finds its place free. Its transactions are whole and its lock frees itself.
    """
    try:
        process = subprocess.Popen(command, cwd=folder)
    except OSError as error:
        return f"the run could not be started: {error.strerror}"
    begun(process)
    with process:
        try:
            return f"the run ended with {process.wait(wall.total_seconds())}"
        except subprocess.TimeoutExpired:
            _end(process)
    return f"the run was ended after {wall}: it hung"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_MERCY)
    except subprocess.TimeoutExpired:
        process.kill()
