"""The postings of a window as columns: little of all of them, what they say of those listed lately."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self, get_args

import numpy as np
import numpy.typing as npt

from storage.reading.columns import Coded, Coding, Ints, instant, microseconds
from storage.records import PostingFact, Requirement, RoleClass

ROLE_CLASSES: tuple[RoleClass, ...] = get_args(RoleClass)
REQUIREMENTS: tuple[Requirement, ...] = get_args(Requirement)

_HEADS: Final = ("title", "url")
_OF_ALL: Final = ("id", "vacancy", "unit", "company", "role", "posted_at")
CODED: Final = tuple(
    field.name for field in fields(PostingFact) if field.name not in (*_HEADS, *_OF_ALL, "tags")
)
"""The facts that few different values make up: a column of each is kept as codes."""


@dataclass(frozen=True, slots=True, eq=False)
class TagColumns:
    """What postings ask for: the hits of row i are those from `starts[i]` up to `starts[i + 1]`.

    `tag` is a code into `names` (sorted), `requirement` one into REQUIREMENTS; one hit per row and tag.
    """

    names: tuple[str, ...]
    starts: Ints
    tag: Ints
    requirement: Ints

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Requirement]]) -> Self:
        """Return the columns of these rows: tag id -> requirement."""
        names = tuple(sorted({tag for row in rows for tag in row}))
        code = {tag: i for i, tag in enumerate(names)}
        return cls(
            names,
            np.cumsum([0, *map(len, rows)], dtype=np.int64),
            np.array([code[tag] for row in rows for tag in row], dtype=np.int16),
            np.array([REQUIREMENTS.index(row[tag]) for row in rows for tag in row], dtype=np.int8),
        )

    def __getitem__(self, row: int) -> Mapping[str, Requirement]:
        hits = slice(self.starts[row], self.starts[row + 1])
        return {
            self.names[tag]: REQUIREMENTS[requirement]
            for tag, requirement in zip(self.tag[hits], self.requirement[hits], strict=True)
        }


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """What the postings listed lately say: coded columns by the name of the fact, and tags.

    `heads` gives title and address of some rows; of a store they are read when asked for, since few ever are.
    """

    heads: Callable[[Sequence[int]], list[tuple[str, str]]]
    coded: Mapping[str, Coded[Any]]
    tags: TagColumns


@dataclass(frozen=True, slots=True, eq=False)
class Postings(Mapping[int, PostingFact]):
    """All postings of the window, by id; as a mapping those of them that have details.

    `vacancy` has equal numbers (int64) for postings of one vacancy, and means nothing else; `role` is a code
    in ROLE_CLASSES, `posted_at` an instant; `detail` is the row in `details`, -1 for a posting without.
    """

    id: Ints
    unit: Ints
    company: Ints
    vacancy: Ints
    role: Ints
    posted_at: Ints
    detail: Ints
    details: Details

    @classmethod
    def of(cls, postings: Mapping[int, PostingFact]) -> Self:
        """Return the postings as columns, all with details; columns are returned as they are."""
        if isinstance(postings, cls):
            return postings
        rows = [postings[id] for id in sorted(postings)]
        said = [(p.title, p.url) for p in rows]
        return cls(
            id=np.array([p.id for p in rows], dtype=np.int32),
            unit=np.array([p.unit for p in rows], dtype=np.int32),
            company=np.array([p.company for p in rows], dtype=np.int32),
            vacancy=vacancy_numbers((p.vacancy, p.id) for p in rows),
            role=np.array([ROLE_CLASSES.index(p.role) for p in rows], dtype=np.int8),
            posted_at=np.array([microseconds(p.posted_at) for p in rows], dtype=np.int64),
            detail=np.arange(len(rows), dtype=np.int32),
            details=Details(
                lambda asked: [said[row] for row in asked],
                {name: _coded(getattr(p, name) for p in rows) for name in CODED},
                TagColumns.of([p.tags for p in rows]),
            ),
        )

    def only(self, kept: npt.NDArray[np.bool_]) -> Self:
        """Return those of the postings (parallel to `id`) that are kept."""
        rows = {
            field.name: getattr(self, field.name)[kept] for field in fields(self) if field.name != "details"
        }
        return replace(self, **rows)

    def at(self, row: int) -> PostingFact:
        """Return the posting of a row, which must have details: a view that is cheap until it is read."""
        return _Posting(self, row)  # type: ignore[return-value]

    def __getitem__(self, id: int) -> PostingFact:
        row = int(np.searchsorted(self.id, id))
        if row == len(self.id) or self.id[row] != id or self.detail[row] < 0:
            raise KeyError(id)
        return self.at(row)

    def __iter__(self) -> Iterator[int]:
        return iter(self.id[self.detail >= 0].tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(self.detail >= 0))


def vacancy_numbers(vacancies: Iterable[tuple[str, int]]) -> Ints:
    """Return a number per (vacancy, posting id); a posting without a vacancy is one of its own.

    The number is a 64-bit hash: that two of a million are equal by chance has a probability of 3e-8.
    """
    return np.fromiter((hash(vacancy or f"\0{id}") for vacancy, id in vacancies), dtype=np.int64)


def _coded(values: Iterable[Any]) -> Coded[Any]:
    values = list(values)
    mappings = any(isinstance(value, Mapping) for value in values)
    coding: Coding[Any] = Coding(dict if mappings else lambda value: value)
    keys = (tuple(sorted(v.items())) if isinstance(v, Mapping) else v for v in values)
    return Coded.of(list(map(coding.__getitem__, keys)), coding.meant)


# ------------------------------------------------------------------ one posting of many


class _Posting:
    """A row of `Postings` that reads like a PostingFact."""

    __slots__ = ("_columns", "_row")

    def __init__(self, columns: Postings, row: int):
        self._columns, self._row = columns, row

    def __eq__(self, other: object) -> bool:
        return all(getattr(self, name) == getattr(other, name, self) for name in _NAMES)

    def __hash__(self) -> int:
        return hash(int(self._columns.id[self._row]))

    def __repr__(self) -> str:
        return f"PostingFact({', '.join(f'{name}={getattr(self, name)!r}' for name in _NAMES)})"


_NAMES: Final = tuple(field.name for field in fields(PostingFact))


def _of_detail(name: str) -> Callable[[_Posting], Any]:
    if name in _HEADS:
        part = _HEADS.index(name)
        return lambda self: self._columns.details.heads([int(self._columns.detail[self._row])])[0][part]

    def get(self: _Posting) -> Any:
        column = self._columns.details.coded[name]
        return column.values[column.codes[self._columns.detail[self._row]]]

    return get


_OWN: Final[Mapping[str, Callable[[_Posting], Any]]] = {
    "id": lambda self: int(self._columns.id[self._row]),
    "vacancy": lambda self: f"{int(self._columns.vacancy[self._row]) % 2**64:016x}",
    "unit": lambda self: int(self._columns.unit[self._row]),
    "company": lambda self: int(self._columns.company[self._row]),
    "role": lambda self: ROLE_CLASSES[self._columns.role[self._row]],
    "posted_at": lambda self: instant(int(self._columns.posted_at[self._row])),
    "tags": lambda self: self._columns.details.tags[self._columns.detail[self._row]],
}

for _name in _NAMES:
    setattr(_Posting, _name, property(_OWN.get(_name) or _of_detail(_name)))
