"""Tagging again what is stored, after a change of the taxonomy or its rules."""

from collections.abc import Callable
from datetime import datetime

from scraper.recording import tag_record
from scraper.understanding import TAXONOMY
from storage.store import Store


def retag(
    store: Store, *, clock: Callable[[], datetime], on_batch: Callable[[int], object] = lambda n: None
) -> int:
    """Tag every stored text that the current taxonomy has not tagged; return how many. May be interrupted."""
    done = 0
    while batch := store.untagged(TAXONOMY, 500):
        rows = [(text.version, tag_record(text)) for text in batch]
        store.add_taggings(TAXONOMY, rows, clock())
        done += len(rows)
        on_batch(len(rows))
    return done
