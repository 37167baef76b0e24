"""What options of the command line mean: times, days, weeks, names. One sentence for what means nothing."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scraper.errors import ConfigError
from storage.weeks import day_start, label, last_finished, parse_label, week_of

LONGEST_BUDGET = timedelta(hours=24)
YEARS = range(2000, 2101)
"""Of weeks and days that can be asked about."""
_UNITS = {"s": 1, "m": 60, "h": 3600}


def read_budget(text: str) -> timedelta:
    """Return how long a run may begin boards: 90s, 50m, 2h. Raises ConfigError."""
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not (number.isascii() and number.isdigit()) or not number.strip("0"):
        raise ConfigError(f"--budget {text!r} is not a time; write it as 90s, 50m or 2h")
    if len(number) > 9 or (budget := timedelta(seconds=int(number) * _UNITS[unit])) > LONGEST_BUDGET:
        raise ConfigError(f"--budget {text!r} is too long: 24h at most")
    return budget


def read_days(option: str, text: str) -> timedelta:
    """Return a number of days: 365d. Raises ConfigError."""
    if not re.fullmatch("[1-9][0-9]{0,4}d", text):
        raise ConfigError(f"{option} {text!r} is no number of days; write it as 365d")
    return timedelta(days=int(text[:-1]))


def read_name(option: str, text: str) -> str:
    """Return a name without outer blanks. Raises ConfigError if it is not one line of text."""
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text.strip()):
        raise ConfigError(f"{option} {text.strip()!r} holds characters that no name has")
    return text.strip()


def read_monday(option: str, text: str) -> date:
    """Return the Monday of a week: 2026-W47. Raises ConfigError."""
    try:
        monday = parse_label(text)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from None
    _within_years(f"{option}:", text, monday)
    return monday


def read_weeks(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """Return the Mondays that --since and --until name. Raises ConfigError, also for a wrong order."""
    first = None if since is None else read_monday("--since", since)
    last = None if until is None else read_monday("--until", until)
    if first and last and first > last:
        raise ConfigError(f"--since {since} lies after --until {until}")
    return first, last


def read_as_of(text: str) -> date | datetime:
    """Return the day that --as-of names, or the instant (aware; a report names the one it was made at).

    Raises ConfigError.
    """
    try:
        day, at = date.fromisoformat(text), None
    except ValueError:
        try:
            at = datetime.fromisoformat(text)
            day = at.date()
        except ValueError:
            at = day = None
    if day is None or (at is not None and at.tzinfo is None):
        raise ConfigError(f"--as-of {text!r} is not a day; write it as 2026-11-23") from None
    _within_years("--as-of", text, day)
    return at or day


def end_of(as_of: date | datetime, zone: str) -> datetime:
    """Return the last second of a day in the zone; an instant as it is."""
    if isinstance(as_of, datetime):
        return as_of
    return day_start(as_of + timedelta(days=1), zone) - timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Times:
    """Which week is asked for (its Monday), and what was known when: what is None, store and clock decide."""

    week: date | None = None
    as_of: date | datetime | None = None

    def cut(self, zone: str) -> datetime | None:
        """Return the instant up to which what was recorded counts; None for all."""
        return None if self.as_of is None else end_of(self.as_of, zone)

    def monday(self, zone: str, now: datetime, history_from: datetime | None = None) -> date:
        """Return the Monday of the week, else of the last one that had ended when that was known.

        That is at least the week of `history_from`, the first look of a store.
        """
        if self.week is not None:
            return self.week
        finished = last_finished(self.cut(zone) or now, zone)
        return finished if history_from is None else max(finished, week_of(history_from, zone))

    def refuse_ahead(self, zone: str, now: datetime, looks: Callable[[], Iterable[datetime]]) -> None:
        """Raise ConfigError for a week that has not begun at `now`, be it named or the last at --as-of.

        A clock may be behind what is on file: with a look in that week or after it, it has begun.
        """
        week = self.monday(zone, now)
        if (begins := day_start(week, zone)) <= now or any(look >= begins for look in looks()):
            return
        asked = f"--week {label(week)}" if self.week is not None else f"--as-of {self.as_of}: {label(week)}"
        raise ConfigError(
            f"{asked} has not begun, it begins on {week}; "
            f"the last that is over is {label(last_finished(now, zone))}"
        )


def read_times(week: str | None, as_of: str | None = None) -> Times:
    """Return what --week and --as-of say. Raises ConfigError."""
    return Times(
        None if week is None else read_monday("--week", week), None if as_of is None else read_as_of(as_of)
    )


def read_since(text: str) -> date:
    """Return the first day of a week (2026-W30), or a day (2026-07-20). Raises ConfigError."""
    try:
        day = parse_label(text) if "W" in text.upper() else date.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"--since {text!r} is no week and no day; write 2026-W30 or 2026-07-20") from None
    _within_years("--since", text, day)
    return day


def _within_years(option: str, text: str, day: date) -> None:
    if day.year not in YEARS:
        raise ConfigError(f"{option} {text!r} lies outside the years {YEARS[0]} to {YEARS[-1]}")
