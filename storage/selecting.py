"""Result rows as numpy columns: what many rows are read with.

The driver's own rows are taken, a few thousand at a time: a million of SQLAlchemy's would cost seconds.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Date, Select, Text

from storage.columns import NEVER, Ints, microseconds
from storage.tables import UtcDateTime

ROWS: Final = 400
"""Rows that are fetched at a time: so few stay in the caches of the processor, which halves the time."""
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()


def columns(
    connection: Connection,
    statement: Select[*tuple[Any, ...]],
    words: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Ints]:
    """Return what the statement selects: by the name of a column an array of int64.

    An instant becomes microseconds since 1970 UTC (NEVER for NULL), a day its proleptic ordinal, a number
    that is NULL -1. A text becomes its place (int8) among the `words` that are given for it by the column's
    name (-1: NULL), else a hash that is equal where texts are: two of a million others share one with a
    probability of 3e-8.
    """
    known: dict[str, dict[str | None, int]] = {
        name: {word: code for code, word in enumerate(one)} | {None: -1}
        for name, one in (words or {}).items()
    }
    readers = {one.name: _reader(one.type, known.get(one.name)) for one in statement.selected_columns}
    # Grown in place: thousands of small arrays would leave holes in the memory that nobody gives back.
    data = {name: array("b" if name in known else "q") for name in readers}
    result = connection.execute(statement)
    while rows := result.cursor.fetchmany(ROWS):
        for column, read, values in zip(
            data.values(), readers.values(), zip(*rows, strict=True), strict=True
        ):
            column.frombytes(read(values).tobytes())
    result.close()
    return {name: np.frombuffer(one, dtype=one.typecode) for name, one in data.items()}


def _reader(kind: object, words: Mapping[str | None, int] | None) -> Callable[[Sequence[Any]], Ints]:
    if words is not None:
        return lambda values: np.fromiter(map(words.__getitem__, values), np.int8, len(values))
    if isinstance(kind, UtcDateTime):
        return _instants
    if isinstance(kind, Date):
        return _days
    return _hashes if isinstance(kind, Text) else _numbers


def _instants(values: Sequence[Any]) -> Ints:
    if isinstance(next(filter(None, values), None), datetime):
        return np.array([microseconds(value) for value in values], dtype=np.int64)
    found: npt.NDArray[np.datetime64] = np.array(
        values, dtype="datetime64[us]"
    )  # SQLite: texts without a zone
    return np.where(np.isnat(found), NEVER, found.view(np.int64))


def _days(values: Sequence[str | date]) -> Ints:
    found: npt.NDArray[np.datetime64] = np.array(values, dtype="datetime64[D]")
    return found.view(np.int64) + _FIRST_DAY


def _hashes(values: Sequence[str]) -> Ints:
    return np.fromiter(map(hash, values), np.int64, len(values))


def _numbers(values: Sequence[int | None]) -> Ints:
    if None in values:
        return np.array([-1 if value is None else value for value in values], dtype=np.int64)
    return np.array(values, dtype=np.int64)
