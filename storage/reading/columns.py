"""Many values as columns: parallel numpy arrays, so that a million rows need megabytes and no loops.

Instants are integers, microseconds since 1970 UTC. They compare as they are, and their differences are exact.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, Self, TypeVar, get_args, overload

import numpy as np
import numpy.typing as npt

from storage.records import Cell, FetchState, Spell, SpellKind, SpellReason

Ints = npt.NDArray[np.signedinteger[Any]]
"""Instants are int64, ids and counts at least int32, codes as small as they may be."""
Bools = npt.NDArray[np.bool_]
T = TypeVar("T")

NEVER = -1
"""In place of an instant: there is none."""
SPELL_KINDS: tuple[SpellKind, ...] = get_args(SpellKind)
SPELL_REASONS: tuple[SpellReason, ...] = get_args(SpellReason)
FETCH_STATES: tuple[FetchState, ...] = get_args(FetchState)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(instant: datetime | None) -> int:
    """Return an aware instant as microseconds since 1970 UTC; `NEVER` for None."""
    return NEVER if instant is None else (instant - _EPOCH) // _MICROSECOND


def instant(microseconds: int) -> datetime | None:
    """Return the instant (UTC) of so many microseconds since 1970; None for `NEVER`."""
    return None if microseconds == NEVER else _EPOCH + microseconds * _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return the instant (UTC) of so many microseconds since 1970."""
    return _EPOCH + microseconds * _MICROSECOND


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Generic[T]):
    """A column of few different values: `values[codes[row]]` is that of a row."""

    codes: Ints
    values: Sequence[T]

    @classmethod
    def of(cls, codes: npt.ArrayLike, values: Sequence[T]) -> Self:
        """Return the column of these codes, each as small as the number of values allows."""
        kind = np.int16 if len(values) <= np.iinfo(np.int16).max else np.int32
        return cls(np.array(codes, dtype=kind), values)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> T:
        return self.values[int(self.codes[row])]

    def each(self, tell: Callable[[T], bool | float | str]) -> npt.NDArray[Any]:
        """Return what `tell` says of the value of each row, asked once for each different value."""
        told = np.array([tell(value) for value in self.values])
        return told[self.codes] if len(told) else np.zeros(0)


class Coding(dict[Any, int], Generic[T]):
    """Key -> code, given in the order in which keys come; `meant` has what `make` makes of each key."""

    def __init__(self, make: Callable[[Any], T]):
        self.meant: list[T] = []
        self._make = make

    def __missing__(self, key: Any) -> int:
        code = self[key] = len(self.meant)
        self.meant.append(self._make(key))
        return code


class Rows(Sequence[T]):
    """Parallel columns that read like a sequence of records."""

    __slots__ = ()

    def _row(self, row: int) -> T:
        raise NotImplementedError

    @overload
    def __getitem__(self, row: int) -> T: ...
    @overload
    def __getitem__(self, row: slice) -> list[T]: ...
    def __getitem__(self, row: int | slice) -> T | list[T]:
        found = range(len(self))[row]
        return self._row(found) if isinstance(found, int) else [self._row(one) for one in found]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


# ------------------------------------------------------------------ spells and cells


@dataclass(frozen=True, slots=True, eq=False)
class Spells(Rows[Spell]):
    """Spells as columns, in the order of posting and opening: ids, codes, instants.

    `kind` and `reason` are codes into SPELL_KINDS and SPELL_REASONS.
    """

    posting: Ints
    unit: Ints
    kind: Ints
    opened_at: Ints
    last_seen_at: Ints
    missed_at: Ints
    closed: Bools
    reason: Ints

    @classmethod
    def of(cls, spells: Sequence[Spell]) -> Self:
        """Return the spells as columns; columns are returned as they are."""
        if isinstance(spells, cls):
            return spells
        rows = sorted(spells, key=lambda s: (s.posting, s.unit, s.opened_at))
        return cls(
            posting=np.array([s.posting for s in rows], dtype=np.int32),
            unit=np.array([s.unit for s in rows], dtype=np.int32),
            kind=np.array([SPELL_KINDS.index(s.kind) for s in rows], dtype=np.int8),
            opened_at=np.array([microseconds(s.opened_at) for s in rows], dtype=np.int64),
            last_seen_at=np.array([microseconds(s.last_seen_at) for s in rows], dtype=np.int64),
            missed_at=np.array([microseconds(s.missed_at) for s in rows], dtype=np.int64),
            closed=np.array([s.closed for s in rows], dtype=bool),
            reason=np.array([SPELL_REASONS.index(s.reason) for s in rows], dtype=np.int8),
        )

    def __len__(self) -> int:
        return len(self.posting)

    def _row(self, row: int) -> Spell:
        return Spell(
            int(self.posting[row]),
            int(self.unit[row]),
            SPELL_KINDS[self.kind[row]],
            moment(int(self.opened_at[row])),
            moment(int(self.last_seen_at[row])),
            instant(int(self.missed_at[row])),
            bool(self.closed[row]),
            SPELL_REASONS[self.reason[row]],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Cells(Rows[Cell]):
    """Cells as columns. `week` is the Monday as its proleptic ordinal, `state` a code into FETCH_STATES."""

    unit: Ints
    epoch: Ints
    observed_at: Ints
    week: Ints
    state: Ints
    usable: Bools
    first: Bools
    listed: Ints

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Self:
        """Return the cells as columns; columns are returned as they are."""
        if isinstance(cells, cls):
            return cells
        return cls(
            unit=np.array([c.unit for c in cells], dtype=np.int32),
            epoch=np.array([c.epoch for c in cells], dtype=np.int32),
            observed_at=np.array([microseconds(c.observed_at) for c in cells], dtype=np.int64),
            week=np.array([c.week.toordinal() for c in cells], dtype=np.int32),
            state=np.array([FETCH_STATES.index(c.state) for c in cells], dtype=np.int8),
            usable=np.array([c.usable for c in cells], dtype=bool),
            first=np.array([c.first for c in cells], dtype=bool),
            listed=np.array([c.listed for c in cells], dtype=np.int32),
        )

    def only(self, kept: Bools) -> Self:
        """Return those of the cells that are kept."""
        return type(self)(*(getattr(self, field.name)[kept] for field in fields(self)))

    def __len__(self) -> int:
        return len(self.unit)

    def _row(self, row: int) -> Cell:
        return Cell(
            int(self.unit[row]),
            int(self.epoch[row]),
            moment(int(self.observed_at[row])),
            date.fromordinal(int(self.week[row])),
            FETCH_STATES[self.state[row]],
            bool(self.usable[row]),
            bool(self.first[row]),
            int(self.listed[row]),
        )
