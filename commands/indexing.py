"""Bringing the search index up to date, with a bar: after a run, before a search, on request."""

import logging
import math
from typing import TYPE_CHECKING

from commands.progress import progress_bar
from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.store import Store

LOG = logging.getLogger("pmtrend")
INDEXED_AFTER_A_RUN = 20_000
"""Texts that a run adds to the search index at its end, some seconds; `find` adds what is left."""


def add_to_index(store: "Store", most: float = math.inf) -> int:
    """Add to the search index what it lacks, at most so many texts; return how many it lacks still."""
    lacking = store.count_unindexed()
    if not lacking:
        return 0
    from scraper.parsing.folding import fold

    added = 0  # not the bar's own count, which stays 0 where no terminal shows it
    try:
        with progress_bar("texts", min(lacking, most), "indexing") as bar:
            while added < most and (done := store.index_texts(fold)):
                added += done
                bar.update(done)
    except StorageError as error:
        LOG.warning("texts that are not in the search index yet: %s (%s)", f"{lacking - added:,}", error)
    return store.count_unindexed()
