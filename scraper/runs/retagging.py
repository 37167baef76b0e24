"""Tagging again what is stored, after a change of the taxonomy or its rules.

One process reads texts and writes taggings, others tag. Batches are stored in the order of the versions, each
whole or not at all: a run that is ended, however, leaves what is done, and the next goes on behind it.
"""

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime

from scraper.errors import PmtrendError
from scraper.understanding.posting import TAXONOMY
from scraper.understanding.records import Tagged, Untaggable, tag_texts
from scraper.workers.processes import WorkerLost, in_processes
from storage.counted import counted
from storage.records import StoredText
from storage.store import Store

BATCH = 250
"""Texts that are sent, tagged and stored at a time."""
MOST_CHARS = 1_000_000
"""Characters of a batch, so that few long texts are one, too."""
FEWEST = 2_000
"""Texts for which starting processes is worth it: it takes each about half a second."""
_NAMED = 10
_LOG = logging.getLogger(__name__)


class Retagging:
    """Tags every stored text that the current taxonomy has not tagged; counts what became of them.

    `jobs` is how many processes tag, if there is enough to do; `now` is when they are tagged.
    """

    def __init__(self, store: Store, now: datetime, jobs: int):
        self.store, self.now = store, now
        self.total = store.count_untagged(TAXONOMY)
        self.processes = jobs if self.total >= FEWEST else 1
        self.tagged = 0
        self.failed = 0
        self._named: list[Untaggable] = []
        self._after = 0

    def batches(self) -> Generator[int, None, None]:
        """Do it; yield how many texts are done with each batch that is stored.

        When a process is lost, all are started again, and what they had is tagged again. Raises PmtrendError
        if another is lost before anything more could be stored, or if it is of another release than this one.
        """
        lost = 0
        while True:
            before = self._after
            try:
                with closing(in_processes(tag_texts, self._texts(), self.processes)) as results:
                    for taxonomy, tagged in results:
                        if taxonomy != TAXONOMY.sha256:
                            raise PmtrendError("pmtrend was changed while it ran; run `pmtrend retag` again")
                        yield self._stored(tagged)
                return
            except WorkerLost:
                lost = lost + 1 if self._after == before else 1
                if lost > 1:
                    raise PmtrendError(
                        "processes that tag ended again and again, perhaps for want of memory; try --jobs 1"
                    ) from None
                _LOG.warning("a process that tags has ended; its texts are tagged again")

    def _texts(self) -> Iterator[list[StoredText]]:
        after = self._after
        while texts := self.store.untagged(TAXONOMY, BATCH, after=after, most_chars=MOST_CHARS):
            after = texts[-1].version
            yield texts

    def _stored(self, tagged: Sequence[Tagged]) -> int:
        rows = [one for one in tagged if not isinstance(one, Untaggable)]
        if rows:
            self.store.add_taggings(TAXONOMY, rows, self.now)
        failed = [one for one in tagged if isinstance(one, Untaggable)]
        self.tagged += len(rows)
        self.failed += len(failed)
        self._named += failed[: _NAMED - len(self._named)]
        last = tagged[-1]
        self._after = last.version if isinstance(last, Untaggable) else last[0]
        return len(tagged)

    @property
    def exit_code(self) -> int:
        """0, or 3 if texts could not be tagged."""
        return 3 if self.failed else 0

    def line(self) -> str:
        """Say how far it came."""
        if self.tagged + self.failed == self.total:
            return f"{counted(self.tagged, 'text')} tagged"
        return f"{self.tagged} of {self.total} texts tagged; `pmtrend retag` goes on with the others"

    def problems(self) -> list[str]:
        """Name the first of those that failed."""
        told = [f"not tagged: {one}" for one in self._named]
        more = self.failed - len(told)
        return [*told, f"… and {more} more not tagged"] if more else told
