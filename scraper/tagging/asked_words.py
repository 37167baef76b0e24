"""The words of everything asked besides tags, years and the degree.

They stand in industries.toml and conditions.toml and are found by the one scan of matching.py. A word
here is only an occasion to look closer: whether it is asked of the candidate is told by industries.py,
languages.py, degrees.py, travel.py and permits.py, each in the sentence where it stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from scraper.tagging.hits import ListHits
from scraper.tagging.tables import load

Family = Literal["industry", "language", "elite", "full_time", "degree_zh", "degree_en", "travel", "permit"]

MOST_MENTIONS = 40
"""Mentions of one word list that are looked at in one text; an honest posting has a few."""

_PREFIX = "asked."


class Word(NamedTuple):
    """`id` (of the industry, the language ...) is named at `[start:end)` in the sentence of that index."""

    start: int
    end: int
    sentence: int
    id: str


AskedWords = Mapping[Family, Sequence[Word]]
"""The words that stand in a text, by family; those of one id are in order."""


@cache
def word_lists() -> Mapping[str, Sequence[str]]:
    """Return the word lists for the scan; longer words of another meaning stand in the list they cover."""
    return {f"{_PREFIX}{family}.{id}": words for family, id, words in _listed()}


def asked_words(low: str, found: ListHits) -> tuple[AskedWords, AskedWords]:
    """Return the words in title and in text, by family.

    `low` is the folded text, `found` the hits of all word lists as (start, end, sentence), sentence -1 being
    the title.
    """
    owners, spared = _owners(), _spared()
    head: dict[Family, list[Word]] = {}
    body: dict[Family, list[Word]] = {}
    for name, hits in found.items():
        owner = owners.get(name)
        if owner is None:
            continue
        family, id = owner
        for start, end, sentence in hits[:MOST_MENTIONS]:
            if sentence < 0:
                head.setdefault(family, []).append(Word(start, end, sentence, id))
            elif family != "industry" or low[start:end] not in spared[id]:
                body.setdefault(family, []).append(Word(start, end, sentence, id))
    return head, body


@cache
def _owners() -> Mapping[str, tuple[Family, str]]:
    return {f"{_PREFIX}{family}.{id}": (family, id) for family, id, _ in _listed()}


@cache
def _spared() -> Mapping[str, frozenset[str]]:
    return {id: frozenset(entry["except"]) for id, entry in load("industries")["industry"].items()}


def _listed() -> Iterator[tuple[Family, str, Sequence[str]]]:
    for id, entry in load("industries")["industry"].items():
        yield "industry", id, (*entry["zh"], *entry["en"], *entry["except"])
    conditions = load("conditions")
    for id, entry in conditions["language"].items():
        yield "language", id, entry["words"]
    families: tuple[Family, ...] = ("elite", "full_time", "degree_zh", "degree_en")
    for family in families:
        yield family, family, conditions["degree"][family]
    others: tuple[Family, ...] = ("travel", "permit")
    for family in others:
        yield family, family, (*conditions[family]["zh"], *conditions[family]["en"])
