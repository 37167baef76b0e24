"""Many rows of SQLite as numpy columns: a column of thousands of rows comes as one text.

A row that Python is handed costs as much as finding it: fourteen objects a spell. `group_concat` hands over
one for a column of a thousand spells, which numpy reads at once, and the next ones are read meanwhile.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Label, Select, Text, bindparam, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute

from storage.column_types import UtcDateTime
from storage.reading.columns import Ints
from storage.reading.twins import by_turns

_STEP: Final = 2_000
"""Keys at a time: so few rows stay in the caches of the processor."""
_NEVER: Final[Any] = literal_column("'1969-12-31 23:59:59.999999'")
"""In place of an instant that is NULL: a microsecond before 1970, which is NEVER."""
_WIDTH: Final = len("1969-12-31 23:59:59.999999,")
_MARKS: Final = {4: "-", 7: "-", 10: " ", 13: ":", 16: ":", 19: ".", 26: ","}
_PLACES: Final = np.array(
    [
        [1000, 100, 10, 1] + [0] * 16,
        [0] * 4 + [10, 1] + [0] * 14,
        [0] * 6 + [10, 1] + [0] * 12,
        [0] * 8 + [36e9, 36e8, 6e8, 6e7, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1],
    ],
    dtype=np.float64,
).T
"""What each of the 20 digits of an instant counts of its year, month, day and microsecond of the day."""
_DAY: Final = 86_400_000_000


def packed_columns(
    connections: Sequence[Connection],
    statement: Select[*tuple[Any, ...]],
    key: InstrumentedAttribute[int],
) -> dict[str, Ints]:
    """Return what the statement selects as selecting.columns does; of SQLite only, and without days.

    `key` is a number of each row, by which it is read in parts. Raises ValueError for a value that is none of
    its column's type.
    """
    names = [column.name for column in statement.selected_columns]
    readers = [_reader(column.type) for column in statement.selected_columns]
    packed = statement.with_only_columns(func.count(), *map(_packed, statement.selected_columns)).where(
        key >= bindparam("first"), key < bindparam("first") + _STEP
    )

    def read(connection: Connection, first: int) -> list[Ints]:
        count, *texts = connection.execute(packed, {"first": first}).one()
        if not count:
            return []
        found = [read(text) for (_, read), text in zip(readers, texts, strict=True)]
        if any(len(one) != count for one in found):
            raise ValueError("a value of a column is none of its type")
        return found

    # Grown in place: thousands of small arrays would leave holes in the memory that nobody gives back.
    data = [array(kind) for kind, _ in readers]
    last = connections[0].scalar(select(func.max(key))) or 0
    for part in by_turns(connections, range(0, last + 1, _STEP), read):
        for column, values in zip(data, part, strict=False):
            column.frombytes(values.tobytes())
    return {name: np.frombuffer(one, dtype=one.typecode) for name, one in zip(names, data, strict=True)}


def _packed(column: Any) -> Any:
    value = column.element if isinstance(column, Label) else column
    if isinstance(column.type, UtcDateTime):
        value = func.ifnull(value, _NEVER)
    elif not isinstance(column.type, Text):
        value = func.ifnull(value, -1)
    return func.group_concat(value)


def _reader(kind: object) -> tuple[str, Callable[[str], Ints]]:
    """Return the type code of a column and what makes an array of that type of its text."""
    if isinstance(kind, UtcDateTime):
        return "q", _instants
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
    digits = np.delete(signs, list(_MARKS), axis=1) - ord("0")
    marks = np.frombuffer("".join(_MARKS.values()).encode(), dtype=np.uint8)
    if (digits > 9).any() or (signs[:, list(_MARKS)] != marks).any():  # what is below "0" wraps around
        raise ValueError(f"{text[:_WIDTH]!r} begins what are no instants")
    year, month, day, microsecond = (digits.astype(np.float64) @ _PLACES).astype(np.int64).T
    months = (year - 1970) * 12 + month - 1
    begins, ends = ((months + more).view("M8[M]").astype("M8[D]").view(np.int64) for more in (0, 1))
    if ((month < 1) | (month > 12) | (day < 1) | (day > ends - begins)).any():
        raise ValueError(f"{text[:_WIDTH]!r} begins what are no instants")
    found: Ints = (begins + day - 1) * _DAY + microsecond
    return found
