"""Where in a posting the words of a query stand, and the sentences that show it."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from storage.searching.query import Clause

QUOTES: Final = 2
LONGEST: Final = 160
"""Code points of a quote."""
_MOST_HITS: Final = 50
"""Occurrences of one word that are looked at."""
_BORDER: Final = re.compile(r"[。！？!?；;\r\n]+|[.:：](?=\s)")

Span = tuple[int, int]
"""Code points [start, end) of a field."""


class Quote(NamedTuple):
    """The slice `[start:end)` of the text, with the spans of the words in it (offsets into the text, too)."""

    start: int
    end: int
    text: str
    hits: tuple[Span, ...]


class _Sentence(NamedTuple):
    start: int
    end: int
    spans: list[Span]
    clauses: set[int]


def spans(clauses: Sequence[Clause], folded: str) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, number of the clause) of what is found in a folded text."""
    for number, clause in enumerate(clauses):
        for match in itertools.islice(clause.pattern.finditer(folded), _MOST_HITS):
            yield match.start(), match.end(), number


def merged(found: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans in order, those that touch as one."""
    whole: list[Span] = []
    for start, end in sorted(found):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((start, end))
    return tuple(whole)


def quotes(clauses: Sequence[Clause], text: str, folded: str) -> tuple[Quote, ...]:
    """Return up to two sentences of `text`, in its order, that hold most of the words."""
    sentences = _sentences(text, sorted(spans(clauses, folded)))
    chosen: list[_Sentence] = []
    told: set[int] = set()
    while sentences and len(chosen) < QUOTES:
        best = max(sentences, key=lambda one: (len(one.clauses - told), len(one.clauses), -one.start))
        chosen.append(best)
        sentences.remove(best)
        told |= best.clauses
    return tuple(_quote(text, one) for one in sorted(chosen))


def _sentences(text: str, found: Iterable[tuple[int, int, int]]) -> list[_Sentence]:
    """Return the sentences with words in them."""
    sentences: list[_Sentence] = []
    borders = itertools.chain(_BORDER.finditer(text), [None])
    begin, stop, after = 0, 0, 0
    for start, end, clause in found:
        while start >= after:
            begin = after
            border = next(borders, None)
            stop, after = (border.start(), border.end()) if border else (len(text), len(text) + 1)
        if not sentences or sentences[-1].start != begin:
            sentences.append(_Sentence(begin, max(stop, end), [], set()))
        sentences[-1].spans.append((start, end))
        sentences[-1].clauses.add(clause)
    return sentences


def _quote(text: str, sentence: _Sentence) -> Quote:
    """Return the sentence, of one that is long the part around its first words."""
    start, end, found, _ = sentence
    if end - start > LONGEST:
        first = found[0][0]
        start = max(start, min(first - LONGEST // 4, end - LONGEST))
        if (blank := text.find(" ", start, first)) >= 0 and start > sentence.start:
            start = blank
        end = max(min(start + LONGEST, end), found[0][1])
        if (blank := text.rfind(" ", found[0][1], end)) >= 0 and end < sentence.end:
            end = blank
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    inside = merged((max(a, start), min(b, end)) for a, b in found if a < end and b > start)
    return Quote(start, end, text[start:end], inside)
