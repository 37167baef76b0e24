"""Cutting a text into sentences: at line ends, full stops, bullets and list numbers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby, islice
from unicodedata import numeric

from scraper.tagging.masking import Text
from scraper.tagging.tables import load

BULLETS = "●•◦▪■◆○➢✓\uf06c\uf06e\uf075\uf0a7\uf0b2\uf0b7\uf0d8\uf0fc"
"""Bullets that end a sentence; the last ones are of Word's symbol fonts, which texts pasted from it keep."""
_STOPS = f"\n。!?;{BULLETS}"
_DIGITS = "0123456789"
_AFTER_NUMBER = "、.)"
_ABBREVIATIONS = (
    *("e.g", "i.e", "etc", "inc", "incl", "min", "vs", "sr", "jr", "dr", "approx", "no", "st", "co", "u.s"),
)


def _no_abbreviation() -> str:
    """Return a condition that holds behind a full stop unless an abbreviation ends with it."""
    by_length = groupby(sorted(_ABBREVIATIONS, key=len), key=len)  # what is looked back at has one length
    words = ("|".join(map(re.escape, group)) for _, group in by_length)
    return r"(?<!\A[A-Za-z]\.)" + "".join(rf"(?<!\b(?ai:{word})\.)" for word in words)


_SEPARATOR = re.compile(
    rf"[{_STOPS}.{_DIGITS}](?:"
    rf"(?<=[{_STOPS}])"
    # a full stop: a blank behind it and no small letter, or nothing more
    rf"|(?<=\.)(?=[ \n]\s*+(?![a-z])|\Z){_no_abbreviation()}"
    # a number that opens a list item, and is no 3.5 or v2
    rf"|(?<=[{_DIGITS}])(?<![\dA-Za-z.,~\x00(-][{_DIGITS}])[{_DIGITS}]?[{_AFTER_NUMBER}](?=\D)"
    # one that opens an item on years: "1、3-5年…"
    rf"|(?<=[\n。;: ][{_DIGITS}])(?:[、)](?=[{_DIGITS}])|\.(?=[{_DIGITS}]{{1,2}}[-~至到][{_DIGITS}]+年)))"
)
_OTHER_NUMBERS = tuple(
    (re.compile(second), re.compile(number))
    for second, number in (
        (r"[(（]2[)）]", r"[ \t]{0,4}[(（]([0-9]{1,2})[)）]"),
        ("[②⑵⒉❷➁➋]", r"(?<=([①-⒛⓪-⓿❶-➓]))"),
        (
            r"[\n;；。][ \t]{0,4}2[ \t:：]",
            r"[ \t]{0,4}([0-9]{1,2})[ \t:：][ \t]{0,4}(?=[\u3400-\u9fffA-Za-z]|[0-9]{1,2}[年~-])",
        ),
    )
)
"""Other ways to number the items of a list: "(1)…", "①…", and "1 …", whose mark was lost.

Of each the number of a second item, without which none is so numbered, and any number, where an item begins.
"""
_SENTENCE_LENGTH = 800
_MOST_CUTS = 2_000
"""Separators that are heeded in one text; honest postings have some hundreds. The rest is cut by length."""


_LETTERS_A_LINE = 250
_LEAST_LOST = 5


Piece = tuple[int, int, int | None]
"""A sentence `[start:end)`, and its number in a list if it has one."""


def list_numbers() -> Mapping[None, Sequence[str]]:
    """Return how the number of a list item ends, as signs for the scan."""
    return {None: [digit + mark for digit in _DIGITS for mark in _AFTER_NUMBER]}


def lost_line_ends(text: Text) -> frozenset[int]:
    """Return where lines of an English text were run together: "…team skillsStrong writer…".

    Boards that drop the line ends of a text drop all of them, so one whose lines are short lost none. Names
    that are written so stay whole (wording.toml).
    """
    cased = text.cased
    if cased.count("\n") * _LETTERS_A_LINE > len(cased):
        return frozenset()
    places = [found.start() for found in islice(_lost().finditer(cased), _MOST_CUTS)]
    return frozenset(places) if len(places) >= _LEAST_LOST else frozenset()


@cache
def _lost() -> re.Pattern[str]:
    """Return a capital letter behind the end of a line, but for the names that hold one inside."""
    names = []
    for name in load("wording")["joined_names"]["names"]:
        place = next(at for at in range(1, len(name)) if name[at].isupper())
        names.append(f"(?<!{name[: place + 1]}(?={name[place + 1 :]}))")
    return re.compile(rf"[A-Z](?=[a-z])(?:(?<=[a-z)].)|(?<=[a-z)][.!?].)){''.join(names)}")


def cut_sentences(text: Text, breaks: Iterable[int]) -> list[Piece]:
    """Return the sentences of `text`; `breaks` are further places to cut at."""
    low, cased = text.low, text.cased
    # In `cased` nothing is masked: an address may end a sentence, too.
    cuts = [found.span() for found in islice(_SEPARATOR.finditer(cased), _MOST_CUTS)]
    cuts += [(position, position) for position in breaks]
    cuts.sort()
    del cuts[_MOST_CUTS:]
    cuts.append((len(low), len(low)))
    pieces: list[Piece] = []
    start, number = 0, None
    numbered = False
    for cut_start, cut_end in cuts:
        if start < cut_start and not (low[start].isspace() and low[start:cut_start].isspace()):
            if cut_start - start <= _SENTENCE_LENGTH:
                pieces.append((start, cut_start, number))
            else:
                pieces.extend(_parts(low, start, cut_start, number))
            number = None
        if cut_end > start:
            start = cut_end
        if cut_end - cut_start > 1:  # the number of a list item, with its mark
            number = int(cased[cut_start : cut_end - 1])
            numbered = True
    return pieces if numbered else _otherwise_numbered(text, pieces)


def _otherwise_numbered(text: Text, pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with the numbers of the first other way in which two at least are numbered from 1 on.

    Beside plain numbers these are those of lists inside a list; alone they number the list itself.
    """
    for second, way in _OTHER_NUMBERS:
        if not second.search(text.raw):
            continue
        found = [way.match(text.raw, start, end) for start, end, _ in pieces]
        numbers = [int(numeric(one[1])) if len(one[1]) == 1 else int(one[1]) for one in found if one]
        if numbers[:2] == [1, 2]:
            counted = iter(numbers)
            return [
                (one.end(), end, next(counted)) if one else (start, end, None)
                for one, (start, end, _) in zip(found, pieces, strict=True)
            ]
    return pieces


def _parts(low: str, start: int, end: int, number: int | None) -> Iterator[Piece]:
    """Yield a sentence in parts that are short enough for the work inside a sentence to stay bounded."""
    while end - start > _SENTENCE_LENGTH:
        middle, limit = start + _SENTENCE_LENGTH // 2, start + _SENTENCE_LENGTH
        cut = max(low.rfind(mark, middle, limit) for mark in (",", "、", " ")) + 1 or limit
        yield start, cut, number
        start = cut
    yield start, end, number
