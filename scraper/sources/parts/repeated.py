"""Boards that list a posting once per place, under the same id."""

from collections.abc import Iterable
from dataclasses import replace

from scraper.model import RawPosting


def merged(postings: Iterable[RawPosting]) -> tuple[RawPosting, ...]:
    """Return one posting per id, in order: the first one; a repeated one with the places of all, sorted.

    They are sorted because rows that come in another order are no change of the posting.
    """
    known: dict[str, RawPosting] = {}
    for posting in postings:
        first = known.setdefault(posting.native_id, posting)
        if first is not posting:
            places = {*first.locations, *posting.locations}
            known[posting.native_id] = replace(first, locations=tuple(sorted(places)))
    return tuple(known.values())
