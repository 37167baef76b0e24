"""The weekly counts of units: rows made of other rows, for who asks the database in SQL.

What counts is decided in `reports/measures/weekly_counts.py`; here such rows are read and written.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from storage.engines.opening import insert_rows
from storage.reading.columns import Bools, Ints
from storage.reading.posting_columns import ROLE_CLASSES
from storage.reading.selecting import code_of, columns
from storage.tables import Base, Fetch, Setting, Tagging, WeeklyCount

_TABLE: Final = Base.metadata.tables[WeeklyCount.__tablename__]
COLUMNS: Final = tuple(column.key for column in _TABLE.columns)
"""Week, unit and role, which are the key, then what is counted."""
_KEYS: Final = COLUMNS[:3]
_SETTING: Final = "weekly_counts"
_AT_ONCE: Final = 1000
"""Rows that one statement inserts."""
UNKNOWN: Final = -1
"""Stands for a flow where the week before cannot be compared."""

_MARK = select(Setting.value).where(Setting.name == _SETTING)
_DROP = delete(WeeklyCount).where(*(_TABLE.c[name] == bindparam(f"of_{name}") for name in _KEYS))


class Basis(NamedTuple):
    """What counts were made of: how many looks and taggings there were. Neither is ever deleted."""

    looks: int
    taggings: int


@dataclass(frozen=True, slots=True, eq=False)
class WeeklyCounts:
    """Rows in the order of `COLUMNS`, sorted by their key, and their basis.

    The week is its Monday's proleptic ordinal, the role a code into ROLE_CLASSES, -1 what is not known.
    """

    basis: Basis
    rows: Ints

    def without(self, other: "WeeklyCounts") -> Ints:
        """Return the rows that the other does not have like this."""
        if not len(other.rows):
            return self.rows
        place = np.searchsorted(_keys(other.rows), _keys(self.rows))
        beside = other.rows[np.minimum(place, len(other.rows) - 1)]
        differ: Bools = (beside != self.rows).any(axis=1)
        return self.rows[differ]


def read_basis(connection: Connection) -> Basis:
    """Return how many looks and taggings there are."""
    looks, taggings = (
        connection.scalar(select(func.count()).select_from(table)) or 0 for table in (Fetch, Tagging)
    )
    return Basis(looks, taggings)


def read_stored_basis(connection: Connection) -> Basis | None:
    """Return what the stored counts were made of; None if there are none."""
    mark = connection.scalar(_MARK)
    if mark is None:
        return None
    looks, taggings = mark.split()
    return Basis(int(looks), int(taggings))


def read_weekly_counts(connection: Connection) -> WeeklyCounts | None:
    """Return the stored counts; None if they were never made."""
    basis = read_stored_basis(connection)
    if basis is None:
        return None
    role = code_of(WeeklyCount.role, ROLE_CLASSES)
    chosen = [role if name == "role" else _TABLE.c[name] for name in COLUMNS]
    found = columns(connection, select(*chosen))
    return WeeklyCounts(basis, in_order(np.stack([found[name] for name in COLUMNS], axis=1)))


def write_weekly_counts(connection: Connection, counts: WeeklyCounts) -> int:
    """Let the stored counts be these, unless they are of more already; return how many rows changed.

    Only rows that differ are written.
    """
    stored = read_weekly_counts(connection) or WeeklyCounts(Basis(0, 0), counts.rows[:0])
    if any(map(int.__gt__, stored.basis, counts.basis)):
        return 0
    old, new = stored.without(counts), counts.without(stored)
    if len(old):
        names = [f"of_{name}" for name in _KEYS]
        connection.execute(_DROP, [dict(zip(names, _meant(*row), strict=False)) for row in old.tolist()])
    insert_rows(connection, _TABLE, (_meant(*row) for row in new.tolist()), _AT_ONCE)
    connection.execute(delete(Setting).where(Setting.name == _SETTING))
    mark = f"{counts.basis.looks} {counts.basis.taggings}"
    connection.execute(insert(Setting).values(name=_SETTING, value=mark))
    return len(old) + len(new)


def in_order(rows: Ints) -> Ints:
    """Return rows sorted by their key."""
    return rows[np.argsort(_keys(rows))]


def _keys(rows: Ints) -> Ints:
    """Return week, unit and role of each row as one number."""
    week, unit, role = rows[:, : len(_KEYS)].T.astype(np.int64)
    keys: Ints = (week << 40) + (unit << 8) + role
    return keys


def _meant(week: int, unit: int, role: int, *counts: int) -> tuple[date | int | str | None, ...]:
    known = (None if count == UNKNOWN else count for count in counts)
    return date.fromordinal(week), unit, ROLE_CLASSES[role], *known
