"""Hits as the other modules take them: those of the vocabulary that count, and those of word lists."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from scraper.tagging.sections import Zone
from scraper.tagging.taxonomy import FineTag
from storage.records import Requirement

Field = Literal["title", "description"]

Stance = Literal["build", "use", "watch"]
"""What the candidate does with a thing: work on it, use it as a tool, keep an eye on it."""


class Hit(NamedTuple):
    """One counted hit: where it stands, what it asks, and whether its clause builds, uses or only watches.

    `sentence` is the index of its sentence, -1 for the title.
    """

    tag: FineTag
    start: int
    end: int
    field: Field
    zone: Zone
    requirement: Requirement
    stance: Stance
    sentence: int


ListHits = Mapping[str, Sequence[tuple[int, int, int]]]
"""The hits of word lists by list, as (start, end, sentence), in order; sentence -1 is the title."""
