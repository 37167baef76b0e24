"""Folding text for matching without moving anything: every function returns as many code points as it got.

Because the length never changes, an offset into folded text is an offset into the raw text, and a quote
is a plain slice. So only one-to-one mappings are used (full-width to ASCII, CJK radicals to ideographs,
traditional to simplified characters, dashes, blanks, ASCII case); `str.lower` and whole-string NFKC are
not, since 'İ'.lower() and NFKC('㎡') have two characters. Half of a surrogate pair, which no encoder and no
automaton takes, folds to U+FFFD.
"""

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import opencc

# Planes without compatibility or CJK characters map to themselves; those named here hold the
# presentation forms that people paste: BMP, mathematical alphanumerics, enclosed forms, CJK supplements.
_RANGES = ((0x0, 0xD800), (0xE000, 0x10000), (0x1D400, 0x1D800), (0x1F100, 0x1F200), (0x2F800, 0x2FA20))
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_TILDES = "\u301c\uff5e\u223c\u02dc"
_BLANKS = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_ITEM_NUMBERS = "".join(map(chr, (*range(0x2460, 0x249C), *range(0x24EA, 0x2500), *range(0x2776, 0x2794))))
"""Numbers of list items that are one sign: ① ⑴ ⒈ ❶. They are no digits: "①3年" asks for three years."""
_SHORT = 48
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u201b": "'", "\u201c": '"', "\u201d": '"', "\u02bc": "'"}


@cache
def _table() -> npt.NDArray[np.uint32]:
    table = np.arange(0x110000, dtype=np.uint32)
    for first, end in _RANGES:
        for code in range(first, end):
            folded = unicodedata.normalize("NFKC", chr(code))
            if len(folded) == 1:
                table[code] = ord(folded)
    # One call for all ideographs: OpenCC converts character by character when blanks part them.
    ideographs = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(ideographs)).split("\n")
    for traditional, simple in zip(ideographs, simplified, strict=True):
        if len(simple) == 1:
            table[ord(traditional)] = ord(simple)
    for chars, target in ((_DASHES, "-"), (_TILDES, "~"), (_BLANKS, " "), (_ITEM_NUMBERS, "•")):
        for char in chars:
            table[ord(char)] = ord(target)
    for char, target in _QUOTES.items():
        table[ord(char)] = ord(target)
    table[0xD800:0xE000] = 0xFFFD
    # Radicals fold to ideographs that may themselves be traditional: look the result up once more.
    return table[table]


@cache
def _lower_table() -> npt.NDArray[np.uint32]:
    table = _table().copy()
    upper = (table >= ord("A")) & (table <= ord("Z"))
    table[upper] += 32
    return table


class _Short(dict[int, int]):
    """What short texts are mapped by, without the detour over arrays; filled as it is asked."""

    def __init__(self, table: npt.NDArray[np.uint32]):
        super().__init__()
        self._table = table

    def __missing__(self, code: int) -> int:
        mapped = self[code] = int(self._table[code])
        return mapped


@cache
def _short() -> _Short:
    return _Short(_table())


@cache
def _short_lower() -> _Short:
    return _Short(_lower_table())


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _text(codes: npt.NDArray[np.uint32]) -> str:
    return codes.tobytes().decode("utf-32-le")


def fold_case_kept(text: str) -> str:
    """Return `text` folded but with its case, for case-sensitive abbreviations; same length."""
    if text.isascii():
        return text.replace("\t", " ")
    if len(text) < _SHORT:
        return text.translate(_short())
    return _text(_table().take(_codes(text)))


def fold(text: str) -> str:
    """Return `text` folded and with A-Z lowered; same length, so offsets stay valid."""
    if text.isascii():
        return text.replace("\t", " ").lower()
    if len(text) < _SHORT:
        return text.translate(_short_lower())
    return _text(_lower_table().take(_codes(text)))


class Folded(NamedTuple):
    """One text in the three forms that reading needs, all of the same length.

    `raw` as given, `low` folded and lowered, `cased` folded with its case.
    """

    raw: str
    low: str
    cased: str


def folded(text: str) -> Folded:
    """Return `text` in all its forms, so that whoever reads it next need not fold it again."""
    if text.isascii():
        cased = text.replace("\t", " ")
        return Folded(text, cased.lower(), cased)
    if len(text) < _SHORT:
        return Folded(text, text.translate(_short_lower()), text.translate(_short()))
    codes = _codes(text)
    return Folded(text, _text(_lower_table().take(codes)), _text(_table().take(codes)))
