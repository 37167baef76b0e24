"""One scan of a folded text for all words by which pay and workplace are read.

Most sentences hold none of them, and reading is slow: who reads looks only where such a word stands.
"""

from bisect import bisect_left
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from scraper.bounds import MAX_READ, clean
from scraper.normalizing.money_words import MONEY_WORDS, Extra, Meaning
from scraper.normalizing.text import detect_language
from scraper.normalizing.workplace_words import CUES
from scraper.parsing.folding import Folded

MAX_HITS = 1_500
"""Words and digits of one text that are looked at; an honest posting has some dozens."""

_PIECE = 16 * 1024
"""Characters that are scanned at once. Most texts are shorter; a word across the border is not found."""
# One job board draws its salaries with private-use digits.
_DRAWN_DIGITS = {0xE031 + digit: str(digit) for digit in range(10)}
_CUE_WORDS = [(word, cue) for cue, words in CUES.items() for word in words]
_FIRST_CUE = len(MONEY_WORDS)
_FIRST_DIGIT = _FIRST_CUE + len(_CUE_WORDS)
_FIRST_DRAWN = _FIRST_DIGIT + 10
_FIND = AhoCorasick(
    [
        *(word.form for word in MONEY_WORDS),
        *(word for word, _ in _CUE_WORDS),
        *_DRAWN_DIGITS.values(),
        *map(chr, _DRAWN_DIGITS),
    ],
    matchkind=MatchKind.LeftmostLongest,
    implementation=Implementation.DFA,
)


class Word(NamedTuple):
    """One word of money at `[start:end)`: what it says of an amount beside it, and the extra it names."""

    start: int
    end: int
    meaning: Meaning
    extra: Extra


class Scanned:
    """The first `MAX_READ` characters of a text with what was found in them, in order.

    `low` is folded; `numbers` are the places where runs of digits begin; `words` those of money, `extras`
    those of them that name on-target earnings, a bonus or equity; `cues` are places and kinds of the words
    of the workplace (see `workplace_words`).
    """

    __slots__ = ("_chinese", "_starts", "cues", "extras", "low", "numbers", "raw", "words")

    def __init__(self, text: Folded):
        self.raw = text.raw
        self.low = low = text.low if len(text.low) <= MAX_READ else text.low[:MAX_READ]
        self.numbers: list[int] = []
        self.words: list[Word] = []
        self.extras: list[Word] = []
        self.cues: list[tuple[int, int]] = []
        last_digit = -2
        for entry, start, end in _hits(low):
            if entry >= _FIRST_DIGIT:
                if start > last_digit + 1:
                    self.numbers.append(start)
                last_digit = start
                if entry >= _FIRST_DRAWN and self.low is low:
                    self.low = low.translate(_DRAWN_DIGITS)
            elif entry >= _FIRST_CUE:
                self.cues.append((start, _CUE_WORDS[entry - _FIRST_CUE][1]))
            else:
                _, edge_before, edge_behind, meaning, extra = MONEY_WORDS[entry]
                if edge_before and start and _in_word(low[start - 1]):
                    continue
                if edge_behind and end < len(low) and _in_word(low[end]):
                    continue
                word = Word(start, end, meaning, extra)
                self.words.append(word)
                if extra:
                    self.extras.append(word)
        self._starts = [word.start for word in self.words]
        self._chinese: bool | None = None

    @property
    def chinese(self) -> bool:
        """Whether the text is in Chinese, at least in part."""
        if self._chinese is None:
            self._chinese = not self.low.isascii() and detect_language(self.raw) != "en"
        return self._chinese

    def last(self, start: int, end: int) -> Word | None:
        """Return the last word with a meaning within `[start:end)`."""
        for at in range(bisect_left(self._starts, end) - 1, -1, -1):
            word = self.words[at]
            if word.start < start:
                return None
            if word.end <= end and word.meaning:
                return word
        return None

    def first(self, start: int, end: int) -> Word | None:
        """Return the first word with a meaning within `[start:end)`."""
        for at in range(bisect_left(self._starts, start), len(self.words)):
            word = self.words[at]
            if word.end > end:
                return None
            if word.meaning:
                return word
        return None

    def speaks_of_pay(self, start: int, end: int) -> bool:
        """Tell whether a word of pay stands within `[start:end)`."""
        for at in range(bisect_left(self._starts, start), len(self.words)):
            word = self.words[at]
            if word.end > end:
                return False
            if word.meaning == "salary":
                return True
        return False


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _hits(low: str) -> list[tuple[int, int, int]]:
    """Return (entry, start, end) of what is found, about `MAX_HITS` at most."""
    if len(low) <= _PIECE:
        return _find(low)[:MAX_HITS]
    found: list[tuple[int, int, int]] = []
    for first in range(0, len(low), _PIECE):
        piece = _find(low[first : first + _PIECE])[: MAX_HITS - len(found)]
        found += [(entry, first + start, first + end) for entry, start, end in piece]
        if len(found) >= MAX_HITS:
            break
    return found


def _find(low: str) -> list[tuple[int, int, int]]:
    try:
        return _FIND.find_matches_as_indexes(low)
    except UnicodeEncodeError:  # a lone surrogate
        return _FIND.find_matches_as_indexes(clean(low))
