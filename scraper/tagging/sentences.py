"""Cutting a text into sentences: at line ends, full stops, bullets and list numbers.

The signs of a cut come from the one scan of matching.py; here each is looked at in its place.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scraper.tagging.masking import Text
from scraper.tagging.matching import Hit

_STOPS = "\n。!?;●•◦▪■◆○➢✓"
_DIGITS = "0123456789"
_AFTER_NUMBER = "、.)"
_BEFORE_NO_NUMBER = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,~-\x00(")
_SMALL = frozenset("abcdefghijklmnopqrstuvwxyz")
_SIGNS = re.compile(rf"[{re.escape(_STOPS)}.]|\d[{_AFTER_NUMBER}]")
_ABBREVIATIONS = (
    *("e.g", "i.e", "etc", "inc", "incl", "min", "vs", "sr", "jr", "dr", "approx", "no", "st", "co", "u.s"),
)
_ABBREVIATED = re.compile(rf"(?:\b(?:{'|'.join(map(re.escape, _ABBREVIATIONS))})|^[a-z])$", re.IGNORECASE)
_LONGEST_ABBREVIATION = 6
_SENTENCE_LENGTH = 800
_MOST_CUTS = 2_000
"""Separators that are heeded in one text; honest postings have some hundreds. The rest is cut by length."""


Piece = tuple[int, int, int | None]
"""A sentence `[start:end)`, and its number in a list if it has one."""

_Cut = tuple[int, int, int]
"""A separator `[start:end)`, and the number of the list item that it opens (_NO_NUMBER: none)."""
_NO_NUMBER = -1


def signs() -> Mapping[None, Sequence[str]]:
    """Return what may part sentences, for the scan."""
    numbers = (digit + mark for digit in _DIGITS for mark in _AFTER_NUMBER)
    return {None: (*_STOPS, ". ", *numbers)}


def cut_sentences(text: Text, hits: Sequence[Hit[None]], breaks: Iterable[int]) -> list[Piece]:
    """Return the sentences of `text`; `hits` are those of `signs`, `breaks` further places to cut at."""
    low = text.low
    cuts = [*_cuts(text, hits), *((position, position, _NO_NUMBER) for position in breaks)]
    cuts.sort()
    del cuts[_MOST_CUTS:]
    cuts.append((len(low), len(low), _NO_NUMBER))
    pieces: list[Piece] = []
    start, number = 0, None
    for cut_start, cut_end, opened in cuts:
        if start < cut_start and not low[start:cut_start].isspace():
            if cut_start - start <= _SENTENCE_LENGTH:
                pieces.append((start, cut_start, number))
            else:
                pieces.extend(_parts(low, start, cut_start, number))
            number = None
        if cut_end > start:
            start = cut_end
        if opened != _NO_NUMBER:
            number = opened
    return pieces


def _cuts(text: Text, hits: Sequence[Hit[None]]) -> list[_Cut]:
    cased = text.cased
    if text.masks:  # what is masked was not scanned, but does part sentences
        hidden = (_SIGNS.finditer(cased, max(start - 1, 0), end + 1) for start, end in text.masks)
        places = {found.span() for found in itertools.chain(*hidden)}
        hits = sorted({*hits, *((start, end, None) for start, end in places)})
    cuts: list[_Cut] = []
    done = 0
    for start, end, _ in hits:
        char = cased[start]
        if char == "\n":
            if start > done and cased[start - 1] == "." and _is_full_stop(cased, start - 1):
                cuts.append((start - 1, start, _NO_NUMBER))
        elif start < done:
            continue
        elif char in _DIGITS:
            first = start - 1 if start and cased[start - 1] in _DIGITS else start
            if _opens_item(cased, first, end):
                cuts.append((first, end, int(cased[first : end - 1])))
                done = end
                continue
            start = end - 1
            if not _is_full_stop(cased, start):
                continue
        elif char == "." and not _is_full_stop(cased, start):
            continue
        done = start + 1
        cuts.append((start, done, _NO_NUMBER))
    last = len(cased) - 1
    if last >= done and _is_full_stop(cased, last):
        cuts.append((last, last + 1, _NO_NUMBER))
    return cuts


def _opens_item(cased: str, first: int, end: int) -> bool:
    """Tell whether the number with its mark at `[first:end)` opens a list item, and is no 3.5 or v2."""
    if end == len(cased) or cased[end].isdecimal():
        return False
    return first == 0 or not (cased[first - 1] in _BEFORE_NO_NUMBER or cased[first - 1].isdecimal())


def _is_full_stop(cased: str, at: int) -> bool:
    """Tell whether the sentence ends at `at`: a stop, then a blank and no small letter, or nothing more."""
    if cased[at] != ".":
        return False
    last = len(cased)
    following = at + 1
    while following < last and cased[following].isspace():
        following += 1
    if following < last and (following == at + 1 or cased[following] in _SMALL):
        return False
    before = cased[max(at - _LONGEST_ABBREVIATION, 0) : at].lower()
    if before.endswith(_ABBREVIATIONS) or at == 1:
        return not _ABBREVIATED.search(cased, max(at - _LONGEST_ABBREVIATION, 0), at)
    return True


def _parts(low: str, start: int, end: int, number: int | None) -> Iterator[Piece]:
    """Yield a sentence in parts that are short enough for the work inside a sentence to stay bounded."""
    while end - start > _SENTENCE_LENGTH:
        middle, limit = start + _SENTENCE_LENGTH // 2, start + _SENTENCE_LENGTH
        cut = max(low.rfind(mark, middle, limit) for mark in (",", "、", " ")) + 1 or limit
        yield start, cut, number
        start = cut
    yield start, end, number
