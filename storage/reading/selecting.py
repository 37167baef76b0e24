"""Result rows as numpy columns: what many rows are read with.

The driver's own rows are taken, a few thousand at a time: a million of SQLAlchemy's would cost seconds.
"""

from array import array
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Date, Select, Text, case
from sqlalchemy.orm import InstrumentedAttribute

from storage.column_types import UtcDateTime
from storage.reading.columns import NEVER, Ints, microseconds

ROWS: Final = 400
"""Rows that are fetched at a time: so few stay in the caches of the processor, which halves the time."""
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()


def code_of(column: InstrumentedAttribute[Any], words: Sequence[str]) -> ColumnElement[int]:
    """Return the place of the column's word among the words (NULL: NULL), under the name of the column."""
    return case({word: code for code, word in enumerate(words)}, value=column).label(column.key)


def columns(connection: Connection, statement: Select[*tuple[Any, ...]]) -> dict[str, Ints]:
    """Return what the statement selects: by the name of a column an array.

    An instant becomes microseconds since 1970 UTC (int64, NEVER for NULL), a day its proleptic ordinal, a
    number that is NULL -1 (int32). A text becomes a hash (int64) that is equal where texts are: two of a
    million others share one with a probability of 3e-8.
    """
    readers = {column.name: _reader(column.type) for column in statement.selected_columns}
    # Grown in place: thousands of small arrays would leave holes in the memory that nobody gives back.
    data = {name: array(kind) for name, (kind, _) in readers.items()}
    result = connection.execute(statement)
    while rows := result.cursor.fetchmany(ROWS):
        for column, (_, read), values in zip(
            data.values(), readers.values(), zip(*rows, strict=True), strict=True
        ):
            column.frombytes(read(values).tobytes())
    result.close()
    return {name: np.frombuffer(one, dtype=one.typecode) for name, one in data.items()}


def _reader(kind: object) -> tuple[str, Callable[[Sequence[Any]], Ints]]:
    """Return the type code of a column and what makes an array of that type of some values."""
    if isinstance(kind, UtcDateTime):
        return "q", _instants
    if isinstance(kind, Text):
        return "q", lambda values: np.fromiter(map(hash, values), np.int64, len(values))
    return "i", days if isinstance(kind, Date) else _numbers


def _instants(values: Sequence[Any]) -> Ints:
    if isinstance(next(filter(None, values), None), datetime):
        return np.array([microseconds(value) for value in values], dtype=np.int64)
    # SQLite gives texts without a zone.
    found: npt.NDArray[np.datetime64] = np.array(values, dtype="datetime64[us]")
    return np.where(np.isnat(found), NEVER, found.view(np.int64))


def days(values: Sequence[str | date]) -> Ints:
    """Return the proleptic ordinals of days as the driver gives them."""
    found: npt.NDArray[np.datetime64] = np.array(values, dtype="datetime64[D]")
    return (found.view(np.int64) + _FIRST_DAY).astype(np.int32)


def _numbers(values: Sequence[int | None]) -> Ints:
    if None in values:
        return np.array([-1 if value is None else value for value in values], dtype=np.int32)
    return np.array(values, dtype=np.int32)
