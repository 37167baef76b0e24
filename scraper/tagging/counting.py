"""Which hits of the vocabulary count: the case is right, the sentence around allows it, nothing hides it."""

from bisect import bisect_right
from collections.abc import Iterable

from scraper.tagging.masking import Text
from scraper.tagging.matching import Hit
from scraper.tagging.taxonomy import Alias, Guard
from scraper.tagging.zones import Zoning

Counted = tuple[int, int, Alias, int]
"""An alias that counts at `[start:end)`, and the index of its sentence (-1: the title)."""


def counted_in_title(title: Text, hits: Iterable[Hit[Alias]]) -> list[Counted]:
    """Return the hits that count in a title, which is one sentence."""
    allowed: dict[Guard | None, bool] = {None: True}
    counted: list[Counted] = []
    for start, end, alias in hits:
        guard = alias.guard
        if guard not in allowed:
            allowed[guard] = guard is not None and guard.allows(title.low)
        if allowed[guard] and _case_fits(title.cased[start:end], alias):
            counted.append((start, end, alias, -1))
    return _unhidden(counted)


def counted_in_text(text: Text, hits: Iterable[Hit[Alias]], zoning: Zoning) -> list[Counted]:
    """Return the hits that count in a text, with their sentences."""
    counted: list[Counted] = []
    last, sentence = -1, ""
    allowed: dict[Guard, bool] = {}
    low, cased, starts = text.low, text.cased, zoning.starts
    for start, end, alias in hits:
        if alias.cased is not None and not _case_fits(cased[start:end], alias):
            continue
        index = bisect_right(starts, start) - 1
        if index < 0:
            index = 0
        guard = alias.guard
        if guard is not None:
            if index != last:
                last, allowed = index, {}
                sentence = low[slice(*zoning.sentences[index][:2])]
            if guard not in allowed:
                allowed[guard] = guard.allows(sentence)
            if not allowed[guard]:
                continue
        counted.append((start, end, alias, index))
    return _unhidden(counted)


def _case_fits(found: str, alias: Alias) -> bool:
    wanted = alias.cased
    return wanted is None or found == wanted or (found[-1:] == "s" and found[:-1] == wanted)


def _unhidden(hits: list[Counted]) -> list[Counted]:
    """Drop hits inside a longer hit of a tag that hides theirs; all are in the order of their ends."""
    hidden: set[int] = set()
    for place, (start, end, alias, _) in enumerate(hits):
        hides = alias.tag.hides
        if hides:
            first = place
            while first and hits[first - 1][1] > start:
                first -= 1
            for other in range(first, len(hits)):
                inner_start, inner_end, inner, _ = hits[other]
                if inner_end > end:
                    break
                if inner_start >= start and inner.tag.id in hides:
                    hidden.add(other)
    return [hit for place, hit in enumerate(hits) if place not in hidden] if hidden else hits
