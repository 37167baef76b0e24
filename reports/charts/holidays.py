"""Weeks in which hiring rests, to be marked on charts over weeks: nothing is adjusted for them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from storage.weeks import parse_label

Holiday = Literal["spring_festival", "national_day", "year_end"]

# First day of the first lunar month, as the calendar of GB/T 33661-2017 gives it.
SPRING_FESTIVAL = (
    date(2019, 2, 5),
    date(2020, 1, 25),
    date(2021, 2, 12),
    date(2022, 2, 1),
    date(2023, 1, 22),
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 3),
    date(2031, 1, 23),
    date(2032, 2, 11),
    date(2033, 1, 31),
    date(2034, 2, 19),
    date(2035, 2, 8),
)
LEAST_DAYS = 2  # working days (Monday to Friday) of a week that a holiday takes, to mark the week


def holidays(weeks: Sequence[str]) -> dict[int, Holiday]:
    """Return position -> holiday of those week labels of which a holiday takes two working days or more.

    Spring Festival: its eve and seven days, known for 2019 to 2035. National Day: 1 to 7 October. Year's end:
    24 December to 1 January.
    """
    found: dict[int, Holiday] = {}
    for position, week in enumerate(weeks):
        monday = parse_label(week)
        days = [monday + timedelta(days=day) for day in range(5)]
        names = [name for day in days if (name := _holiday(day))]
        for name in dict.fromkeys(names):
            if names.count(name) >= LEAST_DAYS:
                found[position] = name
    return found


def _holiday(day: date) -> Holiday | None:
    if (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1):
        return "year_end"
    if day.month == 10 and day.day <= 7:
        return "national_day"
    if any(-1 <= (day - first).days <= 6 for first in SPRING_FESTIVAL):
        return "spring_festival"
    return None
