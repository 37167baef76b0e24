"""One scan over the folded text that finds all words this room knows, at word edges, with raw offsets.

Aliases, headings, clause words, wording, units of years, degrees and list numbers stand in one Aho-Corasick
automaton that reports overlapping hits; each hit goes to the list of its kind (`Found`). A word that begins
or ends with an ASCII letter or digit must not go on there; an ideograph is an edge (负责AI产品).

A module of this room that needs words of its own hands them in as a word list, and no second scan is made:

    def word_lists() -> Mapping[str, Sequence[str]]:      # in the module; names begin with the module's
        return {"roles.model_work": [...folded words...]}

    WORD_LISTS = (roles.word_lists, …)                    # in tagger.py, once per module

Then the tagger hands its hits on (`hits.ListHits`): under that name `(start, end, sentence)`, in order and
without overlaps (the first and longest word counts), those of the title first with sentence -1 (offsets into
the title); a list without hits is missing, so ask with `.get(name, ())`.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from scraper.tagging.masking import Text
from scraper.tagging.tables import LATIN, Language
from scraper.tagging.taxonomy import Alias

_JUNCTION = re.compile(r"(?<=[\u3400-\u9fff]) ?(?=[a-z0-9])|(?<=[a-z0-9]) ?(?=[\u3400-\u9fff])")

T = TypeVar("T")
Hit = tuple[int, int, T]
"""A word found at `[start:end)`, and what it is."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One way to write a section heading; see zones.py for how `match` is used."""

    text: str
    zone: str
    match: str


class Found(NamedTuple):
    """What one scan found, by kind, each list in the order of where its hits end."""

    aliases: list[Hit[Alias]]
    headings: list[Hit[Heading]]
    abouts: list[Hit[None]]
    list_numbers: list[Hit[None]]
    wording: list[Hit[tuple[Language, str]]]
    clauses: list[Hit[tuple[Language, str]]]
    units: list[Hit[str]]
    parts: list[Hit[None]]
    fresh: list[Hit[str]]
    degrees: list[Hit[str]]
    lists: list[Hit[str]]


Entries = Iterable[tuple[Any, Iterable[str]]]
"""Things, and the folded words that stand for each."""


class Scanner:
    """The automaton over all words. Build once, use for any number of texts."""

    def __init__(self, words: Mapping[str, Entries], signs: Mapping[str, Entries]):
        """Take what to find by its kind (the fields of Found): whole `words`, and `signs` at any place."""
        uses: dict[str, list[tuple[int, Any, bool]]] = {}
        for whole, kinds in ((True, words), (False, signs)):
            for name, entries in kinds.items():
                kind = Found._fields.index(name)
                for thing, spelled in entries:
                    for word in dict.fromkeys(spelled):
                        uses.setdefault(word, []).append((kind, thing, whole))
        self._entries = [_entry(word, of) for word, of in uses.items()]
        self._find = AhoCorasick(
            list(uses), matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
        ).find_matches_as_indexes

    def scan(self, text: Text, seams: AbstractSet[int] = frozenset()) -> Found:
        """Return all that stands in `text`; `seams` are places where words meet that lost their blank."""
        found = Found(*[[] for _ in Found._fields])
        keep = [hits.append for hits in found]
        entries, low = self._entries, text.low
        edged = low + " "  # so that both neighbours of a word can be looked at wherever it stands
        for index, start, end in self._find(low, overlapping=True):
            left, right, kind, thing, inner = entries[index]
            if (left and edged[start - 1] in LATIN and start not in seams) or (
                right and edged[end] in LATIN and end not in seams
            ):
                for kind, thing in inner:
                    if kind != _HEADINGS or _glued(text.cased, start, end):
                        keep[kind]((start, end, thing))
            elif kind != _SEVERAL:
                keep[kind]((start, end, thing))
            else:
                for kind, one in thing:
                    keep[kind]((start, end, one))
        return found


_HEADINGS = Found._fields.index("headings")
_SEVERAL = -1
_Uses = tuple[tuple[int, Any], ...]


def _entry(word: str, uses: Sequence[tuple[int, Any, bool]]) -> tuple[bool, bool, int, Any, _Uses]:
    """Return how to handle a hit of `word`, whose `uses` are (kind, thing, whether it must be a whole word).

    That is: whether it needs an edge left and right, its kind and thing (of _SEVERAL, all of them), and the
    kinds and things that need no edge, or only that of a glued heading.
    """
    edged = any(whole for _, _, whole in uses)
    things = tuple((kind, thing) for kind, thing, _ in uses)
    inner = tuple((kind, thing) for kind, thing, whole in uses if not whole or kind == _HEADINGS)
    kind, thing = things[0] if len(things) == 1 else (_SEVERAL, things)
    return edged and word[0] in LATIN, edged and word[-1] in LATIN, kind, thing, inner


def _glued(cased: str, start: int, end: int) -> bool:
    """Tell whether a heading stands between words that lost their blanks: "…of teaJob SummaryThe person…"."""
    before, after = cased[start - 1 : start], cased[end : end + 1]
    left = before not in LATIN or (not before.isupper() and cased[start].isupper())
    return left and (after not in LATIN or after.isupper() or after.isdecimal())


def spellings(text: str) -> Iterator[str]:
    """Yield the ways an alias is written: blanks as hyphen or nothing, plural, blanks beside ideographs.

    `text` is folded. "fine tuning" gives fine-tuning, finetuning; "ai产品" gives "ai 产品"; four or more
    Latin letters may take a plural s.
    """
    gaps = _latin_gaps(text)
    for variant in dict.fromkeys(itertools.chain(gaps, *(_spaced(gap) for gap in gaps))):
        yield variant
        if (
            variant[-1].isalpha()
            and variant[-1].isascii()
            and variant[-1] != "s"
            and _latin_tail(variant) >= 2
        ):
            yield variant + "s"


def _latin_gaps(text: str) -> list[str]:
    words = re.split(r"(?<=[a-z0-9])[ -](?=[a-z0-9])", text)
    if len(words) == 1:
        return [text]
    if len(words) > 3:  # longer phrases are written one way or with one hyphenation throughout
        return [text, "-".join(words), " ".join(words)]
    seams = itertools.product(" -", repeat=len(words) - 1)
    joined = ["".join(itertools.chain(*zip(words, (*seam, ""), strict=True))) for seam in seams]
    return [*joined, "".join(words)] if len("".join(words)) >= 6 else joined


def _spaced(text: str) -> list[str]:
    return [_JUNCTION.sub(" ", text), _JUNCTION.sub("", text)]


def _latin_tail(text: str) -> int:
    return len(text) - len(text.rstrip("abcdefghijklmnopqrstuvwxyz"))
