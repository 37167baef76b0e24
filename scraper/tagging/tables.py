"""The data files of this room: read once, checked, and hashed together."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from scraper.errors import ConfigError
from scraper.folding import fold, fold_case_kept

Span = tuple[int, int]

RULES_VERSION = 3
"""The version of the rules that are code and not tables: raised with every change of a module that may change
what is understood of some text. tests/unit/test_tagging_rules.py notices a change that did not raise it."""

TABLES = ("clauses", "education", "headings", "roles", "taxonomy", "wording", "years")
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


_SURROGATES = re.compile("[\ud800-\udfff]")


def lowered(text: str) -> str:
    """Return `text` folded and lowered, lone surrogates replaced (the automaton takes none); same length."""
    return _SURROGATES.sub("\ufffd", fold(text))


def case_kept(text: str) -> str:
    """Return `text` folded but with its case, lone surrogates replaced; same length."""
    return _SURROGATES.sub("\ufffd", fold_case_kept(text))


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
        self._automaton = AhoCorasick(list(owners), matchkind=MatchKind.Standard)

    def scan(self, text: str) -> dict[str, list[Span]]:
        """Return the spans of each list that has a word in the folded `text`, in order."""
        found: dict[str, list[Span]] = {}
        last = len(text)
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            names, left, right = self._owners[index]
            if (left and start and is_latin(text[start - 1])) or (
                right and end < last and is_latin(text[end])
            ):
                continue
            for name in names:
                found.setdefault(name, []).append((start, end))
        return {name: _leftmost_longest(spans) for name, spans in found.items()}


def _leftmost_longest(spans: list[Span]) -> list[Span]:
    if len(spans) == 1:
        return spans
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not chosen or span[0] >= chosen[-1][1]:
            chosen.append(span)
    return chosen


class Words:
    """One word list; see Lexicon for what counts as a word."""

    def __init__(self, words: Iterable[str]):
        self._lexicon = Lexicon({"": words})

    def spans(self, text: str) -> list[Span]:
        """Return where the words stand in the folded `text`, in order, without overlaps."""
        return self._lexicon.scan(text).get("", [])

    def stand_in(self, text: str) -> bool:
        """Tell whether one of the words stands in the folded `text`."""
        return bool(self._lexicon.scan(text))


def words_pattern(words: Iterable[str]) -> str:
    """Return a regular expression for any of `words`, longest first, for use at a known place."""
    return "|".join(_word(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _word(word: str) -> str:
    return re.escape(word) + ("(?![a-z0-9_])" if is_latin(word[-1]) else "")


def is_latin(char: str) -> bool:
    """Tell whether `char` belongs to an ASCII word ([a-z0-9_], either case)."""
    return char.isascii() and (char.isalnum() or char == "_")
