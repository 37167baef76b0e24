"""Many values in lists of a size that a statement takes."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
_CHUNK = 500
"""Values bound in one IN list; SQLite allows 32,766, PostgreSQL plans short lists better."""


def chunks(values: Iterable[T], size: int = _CHUNK) -> Iterator[list[T]]:
    """Yield the values in lists that fit into one IN clause."""
    rest = list(values)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]
