"""Looks of which none depends on what another brings.

What the store knows of them is read for all at once, and the rows that they bring are written at once.
"""

from collections.abc import Iterable, Iterator

from storage.records import Listing


class Touched:
    """What some looks name: boards, postings, employers, originals. They read and write nothing else."""

    def __init__(self) -> None:
        self.boards: set[tuple[str, str]] = set()
        self._postings: dict[str, set[str]] = {}
        self._employers: set[str] = set()
        self._originals: set[str] = set()

    def add(self, look: Listing) -> None:
        """Add what a look names."""
        self.boards.add((look.family, look.key))
        self._postings.setdefault(look.posting_family, set()).update(look.ids)
        self._employers.add(look.company_key)
        self._employers.update([posting.company_key for posting in look.postings])
        self._originals.update([posting.address for posting in look.postings if posting.address])

    def concern(self, look: Listing) -> bool:
        """Tell whether what the store says of a look depends on those that were added."""
        return (
            (look.family, look.key) in self.boards
            or look.company_key in self._employers
            or not self._postings.get(look.posting_family, set()).isdisjoint(look.ids)
            or any(
                posting.company_key in self._employers or posting.address in self._originals
                for posting in look.postings
            )
        )


def independent(looks: Iterable[Listing]) -> Iterator[list[Listing]]:
    """Yield the looks in their order, in lists in which none depends on one before it."""
    batch: list[Listing] = []
    touched = Touched()
    for look in looks:
        if batch and touched.concern(look):
            yield batch
            batch, touched = [], Touched()
        batch.append(look)
        touched.add(look)
    if batch:
        yield batch
