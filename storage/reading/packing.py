"""Many rows of SQLite as numpy columns: a column of thousands of rows comes as one text.

A row that Python is handed costs as much as finding it: eleven objects a spell. `group_concat` hands over
one for a column of a thousand spells, which numpy reads at once. Of spells every other part is read by a
second process, where there is one (storage/reading/twins.py).
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Date, Label, Select, Text, bindparam, func, literal_column, select

from storage.column_types import UtcDateTime
from storage.reading.columns import Ints
from storage.reading.selecting import columns, days
from storage.reading.twins import Readers

_STEP: Final = 4_000
"""Keys at a time: so few rows stay in the caches of the processor."""
_NEVER: Final[Any] = literal_column("'1969-12-31 23:59:59.999999'")
"""In place of an instant that is NULL: a microsecond before 1970, which is NEVER."""
_WIDTH: Final = len("1969-12-31 23:59:59.999999,")
_FORM: Final = "0000-00-00 00:00:00.000000,"
_LEAST: Final = np.frombuffer(_FORM.encode(), dtype=np.uint8)
_MOST: Final = np.frombuffer(_FORM.replace("0", "9").encode(), dtype=np.uint8)
_COUNTS: Final[Sequence[Mapping[int, float]]] = (
    {0: 1000, 1: 100, 2: 10, 3: 1},
    {5: 10, 6: 1},
    {8: 10, 9: 1},
    {11: 36e9, 12: 36e8, 14: 6e8, 15: 6e7, 17: 1e7, 18: 1e6}
    | {20: 1e5, 21: 1e4, 22: 1e3, 23: 100, 24: 10, 25: 1},
)
"""What a digit of an instant counts by its place: of the year, month, day, and microsecond of the day."""
_PLACES: Final = np.array([[of.get(place, 0) for of in _COUNTS] for place in range(_WIDTH)], dtype=np.float64)
_NOUGHTS: Final = _PLACES.sum(axis=0) * ord("0")
_DAY: Final = 86_400_000_000


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Columns of every other part of the rows, and how many rows each of these parts has."""

    counts: Ints
    columns: dict[str, Ints]


def columns_in_parts(connection: Connection, statement: Select[*tuple[Any, ...]]) -> dict[str, Ints]:
    """Return what the statement selects as selecting.columns does.

    Its first column is a number of the rows, by which it is read in parts. Raises ValueError for a value that
    is none of its column's type.
    """
    if connection.dialect.name != "sqlite":
        return columns(connection, statement)
    return _parts(connection, statement, 0, 1).columns


def packed_columns(readers: Readers, statement: Callable[[], Select[*tuple[Any, ...]]]) -> dict[str, Ints]:
    """Return likewise what two processes read; of SQLite only. `statement` makes it, and can be pickled."""
    even, odd = readers.both(*(partial(_every_other, statement, turn) for turn in range(2)))
    counts = np.zeros(len(even.counts) + len(odd.counts), dtype=np.int64)
    counts[::2], counts[1::2] = even.counts, odd.counts
    is_odd = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    found = {}
    for name in list(even.columns):
        one, other = even.columns.pop(name), odd.columns.pop(name)
        found[name] = np.empty(len(is_odd), dtype=one.dtype)
        found[name][~is_odd], found[name][is_odd] = one, other
    return found


def _every_other(
    statement: Callable[[], Select[*tuple[Any, ...]]], turn: int, connection: Connection
) -> _Parts:
    return _parts(connection, statement(), turn, 2)


def _parts(connection: Connection, whole: Select[*tuple[Any, ...]], turn: int, turns: int) -> _Parts:
    """Read that part of the rows (0: the first) and from there on every one whose turn it is."""
    selected = list(whole.selected_columns)
    key, readers = _named(selected[0]), [_reader(column.type) for column in selected]
    packed = whole.with_only_columns(func.count(), *map(_packed, selected)).where(
        key >= bindparam("first"), key < bindparam("first") + _STEP
    )
    # Grown in place: thousands of small arrays would leave holes in the memory that nobody gives back.
    data, counts = [array(kind) for kind, _ in readers], array("i")
    last = connection.scalar(select(func.max(key))) or 0
    for first in range(turn * _STEP, last + 1, turns * _STEP):
        count, *texts = connection.execute(packed, {"first": first}).one()
        counts.append(count)
        if not count:
            continue
        for column, (_, read), text in zip(data, readers, texts, strict=True):
            values = read(text)
            if len(values) != count:
                raise ValueError("a value of a column is none of its type")
            column.frombytes(values.tobytes())
    return _Parts(
        np.frombuffer(counts, dtype=np.int32),
        {of.name: np.frombuffer(one, dtype=one.typecode) for of, one in zip(selected, data, strict=True)},
    )


def _named(column: Any) -> Any:
    """Return the column or expression itself, without its label."""
    return column.element if isinstance(column, Label) else column


def _packed(column: Any) -> Any:
    value = _named(column)
    if isinstance(column.type, UtcDateTime):
        value = func.ifnull(value, _NEVER)
    elif not isinstance(column.type, Text | Date):
        value = func.ifnull(value, -1)
    return func.group_concat(value)


def _reader(kind: object) -> tuple[str, Callable[[str], Ints]]:
    """Return the type code of a column and what makes an array of that type of its text."""
    if isinstance(kind, UtcDateTime):
        return "q", _instants
    if isinstance(kind, Date):
        return "i", lambda text: days(text.split(","))
    return ("q", _hashes) if isinstance(kind, Text) else ("i", _numbers)


def _hashes(text: str) -> Ints:
    return np.array(list(map(hash, text.split(","))), dtype=np.int64)


def _numbers(text: str) -> Ints:
    return np.fromstring(text, dtype=np.int32, sep=",")


def _instants(text: str) -> Ints:
    """Return the microseconds since 1970 of instants as SQLite has them, `2026-11-15 16:00:00.000000`."""
    written = np.frombuffer(f"{text},".encode(), dtype=np.uint8)
    if len(written) % _WIDTH:
        raise ValueError(f"{text[:_WIDTH]!r} begins what are no instants")
    signs = written.reshape(-1, _WIDTH)
    year, month, day, microsecond = (signs.astype(np.float64) @ _PLACES - _NOUGHTS).astype(np.int64).T
    form = (signs < _LEAST).any() or (signs > _MOST).any()
    if form or (month < 1).any() or (month > 12).any() or (day < 1).any():
        raise ValueError(f"{text[:_WIDTH]!r} begins what are no instants")
    months = (year - 1970) * 12 + month - 1
    first = int(months.min())
    # The days on which the months begin that come, and the one after them.
    known = np.arange(first, int(months.max()) + 2).view("M8[M]").astype("M8[D]").view(np.int64)
    begins, ends = known[months - first], known[months - first + 1]
    if (day > ends - begins).any():
        raise ValueError(f"{text[:_WIDTH]!r} begins what are no instants")
    found: Ints = (begins + day - 1) * _DAY + microsecond
    return found
