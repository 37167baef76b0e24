"""Looks that wait to be stored together, in one transaction, in the order in which they were made.

A commit makes the disk say that all is written, and writes each page of an index anew that it touched: for a
look at a small board that costs more than its rows. Live looks come one by one and need not wait, unless they
saw the same again, which is told in one row.
"""

from collections.abc import Collection
from dataclasses import dataclass

from storage.memories import Repetition
from storage.recording.batches import Touched
from storage.records import Listing

TOGETHER = 32
"""Looks that a replay stores at a time. A kill loses them, whole; nobody was told of them."""
_REPETITIONS = 50
"""Unchanged looks stored at a time. A kill loses them, whole, and the next run simply looks again."""
_CHARS = 2_000_000
"""Of texts; with so many no look waits. More pages than SQLite holds (8 MB) would be written twice."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look that waits; `again` are the postings of it whose stored texts may have to be tagged again."""

    listing: Listing
    again: Collection[str] = ()


class Waiting:
    """Up to `most` looks that changed something, at boards that have nothing to do with each other."""

    def __init__(self, most: int):
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._looks: list[Look | Repetition] = []
        self._touched = Touched()
        self._repeated: set[tuple[str, str]] = set()
        self._changed = self._chars = 0

    def take(self) -> list[Look | Repetition]:
        """Return those that wait, in their order; they are to be stored by whoever asks."""
        looks = self._looks
        self._begin()
        return looks

    def add(self, look: Look) -> None:
        """Let a look wait."""
        listing = look.listing
        self._looks.append(look)
        self._touched.add(listing)
        self._chars += sum(len(posting.text) for posting in listing.postings)
        self._changed += 1

    def repeat(self, family: str, key: str, look: Repetition) -> None:
        """Let a look at a board that did not change wait."""
        self._looks.append(look)
        self._repeated.add((family, key))

    @property
    def full(self) -> bool:
        """Whether they are to be stored now."""
        repetitions = len(self._looks) - self._changed
        return self._changed >= self._most or self._chars >= _CHARS or repetitions >= _REPETITIONS

    def has_change(self, family: str, key: str) -> bool:
        """Tell whether a look that may have changed this board waits."""
        return (family, key) in self._touched.boards

    def concern(self, listing: Listing) -> bool:
        """Tell whether what the store says of a look depends on those that wait.

        They have to do with the same rows; or its texts are held against those of all employers.
        """
        return (
            (listing.family, listing.key) in self._repeated
            or (listing.multi_employer and bool(self._touched.boards))
            or self._touched.concern(listing)
        )
