"""Looks in their order, each with what workers found out about it ahead of the run, or with nothing."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from scraper.errors import InputError
from scraper.fetching.replay import ReplayArchive
from scraper.model import Board, Family
from scraper.sources import FAMILIES
from scraper.workers.preparing import NOTHING_AHEAD, Foresight, Prepared, Visit, prepare, tag_prepared
from storage.records import PostingRecord, Tagging

if TYPE_CHECKING:
    from scraper.workers.fleet import Fleet, Promise

T = TypeVar("T")
_TOGETHER = 16
"""Looks that a worker reads in one task, a tenth of a second: what a task costs Dask is taken from the run,
which has it in its own process. More would hold more in memory."""

Untagged = Callable[[Board, Family, Iterable[PostingRecord]], list[PostingRecord]]
"""Which of a board's records the run would tag, as far as it is by now."""


def foreseen(
    visits: Sequence[Visit], paths: Sequence[Path], untagged: Untagged, fleet: "Fleet | None"
) -> Iterator[tuple[Visit, Foresight]]:
    """Yield the visits of an archive, the files at `paths`, each with what the workers of a fleet found out.

    Workers read visits, some at a time. When those are read, it is asked which of their postings are to be
    tagged, and workers do that. So few tasks are underway that memory does not grow with the archive.
    """
    if fleet is None:
        yield from ((visit, NOTHING_AHEAD) for visit in visits)
        return
    index = fleet.submit(ReplayArchive, [path.absolute() for path in paths])
    together = (visits[start : start + _TOGETHER] for start in range(0, len(visits), _TOGETHER))
    reading = ((some, fleet.submit(prepare, index, some)) for some in together)
    underway: set[_Name] = set()
    tagging = (
        _tagging(some, read, untagged, fleet, underway) for some, read in _begun(reading, fleet.size + 1)
    )
    for task in _begun(tagging, fleet.size + 1):
        taggings = _received(task.tagged)
        tagged = dict(zip(task.chosen, taggings, strict=True))
        for place, (visit, prepared) in enumerate(zip(task.visits, task.prepared, strict=True)):
            own = {native_id: tagging for (at, native_id), tagging in tagged.items() if at == place}
            records = (record for record in prepared.records.values() if record.native_id in own)
            yield visit, Foresight(prepared, [(record, own[record.native_id]) for record in records])
        underway.difference_update(task.names)


class _Name(NamedTuple):
    """A content of a posting, by which it is not tagged twice."""

    family: str
    key: str
    native_id: str
    content_hash: str


class _Tagging(NamedTuple):
    """Visits that were read, with what is being tagged of them: (place of the visit, native id)."""

    visits: Sequence[Visit]
    prepared: Sequence[Prepared]
    chosen: Sequence[tuple[int, str]]
    names: Sequence[_Name]
    tagged: "Promise[list[Tagging]]"


def _tagging(
    visits: Sequence[Visit],
    read: "Promise[list[Prepared]]",
    untagged: Untagged,
    fleet: "Fleet",
    underway: set[_Name],
) -> _Tagging:
    prepared = _received(read)
    chosen: dict[_Name, tuple[int, str]] = {}
    for place, (visit, one) in enumerate(zip(visits, prepared, strict=True)):
        family = FAMILIES[visit.board.family]
        for record in untagged(visit.board, family, one.records.values()):
            key = visit.board.key if family.local_ids else ""
            name = _Name(family.name, key, record.native_id, record.content_hash)
            if name not in underway:
                chosen.setdefault(name, (place, record.native_id))
    underway.update(chosen)
    places = list(chosen.values())
    return _Tagging(visits, prepared, places, list(chosen), fleet.submit(tag_prepared, read, places))


def _begun(tasks: Iterable[T], most: int) -> Iterator[T]:
    """Yield tasks in their order, each when `most` behind it are begun, or all."""
    waiting: deque[T] = deque()
    for task in tasks:
        waiting.append(task)
        if len(waiting) > most:
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()


def _received(promise: "Promise[T]") -> T:
    try:
        return promise.result()
    except InputError as error:
        raise InputError(
            f"a worker says: {error} Workers must see the archives under the same names."
        ) from None
