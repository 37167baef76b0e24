"""The data files of this room: read once, checked, and hashed together."""

import hashlib
import json
import string
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from scraper.errors import ConfigError

Span = tuple[int, int]
Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

RULES_VERSION = 14
"""The version of the rules that are code and not tables: raised with every change of a module that may change
what is understood of some text. tests/unit/tagging/test_tagging_rules.py notices a change without that."""

TABLES = (
    "alternatives",
    "clauses",
    "conditions",
    "education",
    "fingerprint",
    "headings",
    "industries",
    "roles",
    "taxonomy",
    "wording",
    "years",
)
"""The data files of this room."""


@cache
def load(name: str) -> Mapping[str, Any]:
    """Return the parsed table `name` ("taxonomy", "headings", ...). Raises ConfigError if it is not TOML."""
    raw = resources.files(__package__).joinpath(f"{name}.toml").read_bytes()
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the table {name}.toml of the tagger cannot be read: {error}") from error


@cache
def fingerprint() -> str:
    """Return the SHA-256 over RULES_VERSION and what all tables say; comments and layout do not count."""
    # Not sorted: zones are asked in the order in which wording.toml names them.
    said = json.dumps([RULES_VERSION, *((name, load(name)) for name in TABLES)], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8")).hexdigest()


LATIN = frozenset(string.ascii_letters + string.digits + "_")
"""The characters of an ASCII word."""


def is_latin(char: str) -> bool:
    """Tell whether `char` belongs to an ASCII word ([a-z0-9_], either case)."""
    return char in LATIN


class Lexicon:
    """Word lists by name, looked for in one pass.

    A word that begins or ends with an ASCII letter or digit must not go on there; an ideograph beside it is
    a boundary. Of overlapping words of one list the first and longest counts.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]):
        owners: dict[str, list[str]] = {}
        for name, words in lists.items():
            for word in dict.fromkeys(words):
                owners.setdefault(word, []).append(name)
        self._owners = [(names, is_latin(word[0]), is_latin(word[-1])) for word, names in owners.items()]
        self._find = _automaton(owners)

    def scan(self, text: str) -> dict[str, list[Span]]:
        """Return the spans of each list that has a word in the folded `text`, in order."""
        found: dict[str, list[Span]] = {}
        for names, start, end in self.words_in(text):
            for name in names:
                found.setdefault(name, []).append((start, end))
        return {name: leftmost_longest(spans) for name, spans in found.items()}

    def words_in(self, text: str) -> Iterator[tuple[list[str], int, int]]:
        """Yield the words of `text`, overlapping ones too, each with the names of the lists that hold it."""
        edged = text + " "  # so that both neighbours of a word can be looked at wherever it stands
        for index, start, end in self._find(text, overlapping=True):
            names, left, right = self._owners[index]
            if not ((left and edged[start - 1] in LATIN) or (right and edged[end] in LATIN)):
                yield names, start, end


def leftmost_longest(spans: list[Span]) -> list[Span]:
    """Return `spans` in order without overlaps: of overlapping ones the first, and of those the longest."""
    if len(spans) == 1:
        return spans
    chosen: list[Span] = []
    done = 0
    for span in sorted(spans):
        if span[0] >= done:
            chosen.append(span)
        elif span[0] == chosen[-1][0]:  # a longer one that begins there, too
            chosen[-1] = span
        else:
            continue
        done = span[1]
    return chosen


def blanked(text: str, spans: Iterable[Span], blank: str) -> str:
    """Return `text` with every character of `spans`, which are in order, replaced by `blank`."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += text[done:start], blank * (end - start)
        done = end
    return "".join((*parts, text[done:]))


def edges(spans: Iterable[Span]) -> tuple[int, ...]:
    """Return the union of `spans` as its edges, in order: first start, first end, second start, …"""
    spans = sorted(spans)
    if len(spans) < 2:
        return spans[0] if spans else ()
    flat: list[int] = []
    for start, end in spans:
        if not flat or start > flat[-1]:
            flat += start, end
        elif end > flat[-1]:
            flat[-1] = end
    return tuple(flat)


def inside(position: int, union: Sequence[int]) -> bool:
    """Tell whether `position` lies in a union of spans given by its edges."""
    return bisect_right(union, position) % 2 == 1


class Words:
    """One word list; see Lexicon for what counts as a word."""

    def __init__(self, words: Iterable[str]):
        words = tuple(dict.fromkeys(words))
        self._edges = [(is_latin(word[0]), is_latin(word[-1])) for word in words]
        self._find = _automaton(words)

    def stand_in(self, text: str) -> bool:
        """Tell whether one of the words stands in the folded `text`."""
        edged = text + " "
        for index, start, end in self._find(text, overlapping=True):
            left, right = self._edges[index]
            if not ((left and edged[start - 1] in LATIN) or (right and edged[end] in LATIN)):
                return True
        return False


def _automaton(words: Iterable[str]) -> Callable[..., list[tuple[int, int, int]]]:
    """Return what finds `words` in a text: overlapping hits as (index of the word, start, end)."""
    automaton = AhoCorasick(words, matchkind=MatchKind.Standard, implementation=Implementation.DFA)
    return automaton.find_matches_as_indexes


def places(word: str, text: str) -> Iterator[Span]:
    """Yield where `word` stands in the folded `text` as a word of its own; see Lexicon for what is one."""
    left, right, last = is_latin(word[0]), is_latin(word[-1]), len(text)
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        whole = not (left and start and text[start - 1] in LATIN) and not (
            right and end < last and text[end] in LATIN
        )
        if whole:
            yield start, end
        start = text.find(word, end if whole else start + 1)


def stands_in(word: str, text: str) -> bool:
    """Tell whether `word` stands in the folded `text` as a word of its own."""
    if word[0] not in LATIN and word[-1] not in LATIN:
        return word in text
    return next(places(word, text), None) is not None
