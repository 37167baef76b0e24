"""What postings say, by the rows of the panel."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from reports.statistics.arrays import Bools, Ints
from storage.reading.columns import Coded
from storage.reading.posting_columns import Postings
from storage.records import PostingFact

DETAIL_WEEKS = 13
"""What a posting says is known of those listed in so many weeks up to the report week."""


class PostingRows(Sequence[PostingFact]):
    """What postings say, by panel row. Only of those listed in the last `DETAIL_WEEKS`."""

    def __init__(self, postings: Postings, recent: Bools):
        self.columns, self.recent = postings, recent

    def __len__(self) -> int:
        return len(self.recent)

    @overload
    def __getitem__(self, row: int) -> PostingFact: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[PostingFact]: ...
    def __getitem__(self, row: int | slice) -> PostingFact | Sequence[PostingFact]:
        """Return the posting of a row. Raises LookupError for one that was not listed lately."""
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        if not self.recent[row]:
            raise LookupError(
                f"row {row} was not listed in the last {DETAIL_WEEKS} weeks: nothing is known of it"
            )
        return self.columns.at(row)

    def heads(self, rows: Ints) -> list[tuple[str, str]]:
        """Return titles and addresses of these rows, listed lately: of a store they are read at once."""
        return self.columns.details.heads(self.columns.detail[rows].tolist())

    @cached_property
    def with_text(self) -> Bools:
        """By row: was it listed lately, and came with its whole text?"""
        found = np.zeros(len(self), dtype=bool)
        lately = np.flatnonzero(self.recent)
        found[lately] = self.each("has_text", bool, lately)
        return found

    def coded(self, fact: str, rows: Ints) -> Coded[Any]:
        """Return what these rows, listed lately, say of a fact that few different values make up."""
        column = self.columns.details.coded[fact]
        return Coded(column.codes[self.columns.detail[rows]], column.values)

    def each(self, fact: str, value: Callable[[Any], bool | float | str], rows: Ints) -> NDArray[Any]:
        """Return `value` of what these rows say of such a fact, computed once for each different one."""
        return self.coded(fact, rows).each(value)


def is_stated(value: object) -> bool:
    """Tell whether a fact is stated (not None), or holds (not False)."""
    return value is not None and value is not False
