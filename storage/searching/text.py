"""The words of a text as the search knows them, the same for stored texts and for what is asked.

A text is folded (full width, traditional characters and case; every form as long as the original, so that an
offset stays one) and cut into units: a run of letters, a run of digits, a run of characters of a script that
is written without blanks. Letters and digits part: "GPT4" and "GPT-4" are the same two units.

The index holds tokens. Letters give one, in the singular (Harman's S-stemmer, "How effective is suffixing?",
JASIS 42(1), 1991, with the plural in -es of process, batch and box added); digits one; a run of Chinese each
character and each pair of neighbours, so that a word of two characters is one token. Tokens are made of
letters, digits and characters of Unicode's private use area, and of nothing that any engine's query language
knows. Every word of a query is a set of tokens that a text must have; whether they stand as asked is read in
the text itself.
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cache
from operator import add
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Fold = Callable[[str], str]
"""Folds a text without changing its length; every character by itself."""

CJK: Final = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Han, kana and hangul, as ranges of a regular expression."""
LETTER: Final = rf"[^\W\d_{CJK}]"
_UNIT: Final = re.compile(rf"(?P<run>[{CJK}]+)|(?P<word>{LETTER}+)(?P<sign>[+#]{{0,2}})|(?P<number>\d+)")
_ASCII_WORD: Final = re.compile(r"[a-z]+")
_ASCII_NUMBER: Final = re.compile(r"[0-9]+")
_WORD: Final = re.compile(f"{LETTER}+")
_NUMBER: Final = re.compile(r"\d+")
_RUN: Final = re.compile(f"[{CJK}]+")
_SIGNED: Final = re.compile(rf"(?<!{LETTER})({LETTER}+)([+#]{{1,2}})")
_SIGNS: Final = str.maketrans({"+": "\ue010", "#": "\ue011"})
_IN_TITLE, _CITY, _COMPANY, _OTHER = "\ue000", "\ue001", "\ue002", "\ue003"
LONGEST: Final = 40
"""Characters of a token: longer words (addresses, codes) are told apart in the text."""

_LAST_CASED: Final = 0x3000
"""Above are no alphabets with two cases that postings use."""

Kind = Literal["run", "word", "number"]


class Unit(NamedTuple):
    """One unit of a text that was asked for, folded; `sign` is what belongs to it in C++ or C#."""

    kind: Kind
    text: str
    sign: str = ""


@cache
def folding(fold: Fold) -> Fold:
    """Return the folding of the search: what `fold` does, and Latin accents and all case besides."""
    table: npt.NDArray[np.uint32] | None = None

    def folded(text: str) -> str:
        nonlocal table
        if text.isascii():
            return fold(text)
        if table is None:
            table = _table(fold)
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        return table.take(codes).tobytes().decode("utf-32-le")

    return folded


def _table(fold: Fold) -> npt.NDArray[np.uint32]:
    """Return what each code point is folded to."""
    codes = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    codes[0xD800:0xE000] = 0xFFFD  # halves of surrogate pairs are no characters
    folded = fold(codes.tobytes().decode("utf-32-le"))
    table = np.frombuffer(folded.encode("utf-32-le"), dtype=np.uint32).copy()
    for code in range(0x80, _LAST_CASED):
        char = chr(table[code])
        if not char.isalpha():
            continue
        if unicodedata.name(char, "").startswith("LATIN"):
            char = unicodedata.normalize("NFD", char)[0]
        lower = char.lower()
        table[code] = ord(lower) if len(lower) == 1 else ord(char)
    return table


def units(folded: str) -> Iterator[Unit]:
    """Yield the units of a folded text."""
    for match in _UNIT.finditer(folded):
        if match["word"]:
            yield Unit("word", match["word"], match["sign"])
        else:
            yield Unit("run", match["run"]) if match["run"] else Unit("number", match["number"])


def singular(word: str) -> str:
    """Return a word of letters without the ending of an English plural."""
    if len(word) < 3 or not word.endswith("s") or not word.isascii():
        return word
    if word.endswith("ies") and not word.endswith(("aies", "eies")) and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word if word.endswith(("us", "ss")) else word[:-1]


def spellings(word: str) -> str:
    """Return a regular expression for the words that have the singular of `word`."""
    one = singular(word)
    forms = [one, f"{one}s"]
    if one.endswith(("ss", "sh", "ch", "x", "z")):
        forms.append(f"{one}es")
    if one.endswith("y"):
        forms.append(f"{one[:-1]}ies")
    same = [form for form in {*forms, word} if singular(form) == one]
    return f"(?:{'|'.join(sorted(same, key=len, reverse=True))})"


def unit_tokens(unit: Unit) -> list[str]:
    """Return the tokens that every text with the unit has."""
    if unit.kind == "number":
        return [unit.text[:LONGEST]]
    if unit.kind == "word":
        return [_signed(unit.text, unit.sign) if unit.sign else _stem(unit.text)]
    return list(map(add, unit.text, unit.text[1:])) or [unit.text]


def _stem(word: str) -> str:
    return singular(word)[:LONGEST]


def _signed(word: str, sign: str) -> str:
    return f"{word[:LONGEST]}{sign.translate(_SIGNS)}"


def text_tokens(folded: str) -> set[str]:
    """Return the tokens of a folded text."""
    if folded.isascii():
        words, numbers = _ASCII_WORD.findall(folded), _ASCII_NUMBER.findall(folded)
        found: set[str] = set()
    else:
        words, numbers = _WORD.findall(folded), _NUMBER.findall(folded)
        runs = "\n".join(_RUN.findall(folded))
        found = {pair for pair in set(map(add, runs, runs[1:])) if "\n" not in pair}
        found.update(runs)
        found.discard("\n")
    found.update(map(_stem, set(words)))
    found.update(number[:LONGEST] for number in numbers)
    if "+" in folded or "#" in folded:
        found.update(_signed(word, sign) for word, sign in _SIGNED.findall(folded))
    return found


def in_title(tokens: Iterable[str]) -> set[str]:
    """Return the tokens that a posting has where these stand in its title."""
    return {f"{_IN_TITLE}{token}" for token in tokens}


def city_token(name: str, fold: Fold) -> str:
    """Return the token of the postings in a city."""
    return _CITY + "".join(char if char.isalnum() else _OTHER for char in fold(name))


def company_token(company: int) -> str:
    """Return the token of a company's postings, by its number."""
    return f"{_COMPANY}{company}"


def document_tokens(
    title: str, company: str, places: Iterable[str], text: str, company_id: int, fold: Fold
) -> Set[str]:
    """Return all tokens of a posting; `fold` is one that `folding` made."""
    cities = list(places)
    of_title = text_tokens(fold(title))
    found = text_tokens(fold(text)) | of_title | in_title(of_title)
    for said in (company, *cities):
        found |= text_tokens(fold(said))
    found.update(city_token(city, fold) for city in cities)
    found.add(company_token(company_id))
    return found
