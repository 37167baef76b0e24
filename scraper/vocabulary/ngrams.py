"""Frequent phrases of many texts: n-grams of units that hold together and stand on their own.

A unit is a word or an ideograph. Each unit becomes one character of a private code, so that phrases are
substrings and counting them is work for sets and dictionaries; the coded texts are spooled to a temporary
file, since they are read once for every length.

    cohesion   the least pointwise mutual information over all ways to cut the phrase in two, in nats: how
               much more often its parts stand together than chance would have it
    freedom    the smaller of the entropies of what stands left and right of the phrase (branching entropy,
               nats): a fragment of a longer word always has the same neighbour. Where a segment ends, the
               neighbour is one of its own
    items      texts in which the phrase is a whole item of a list
"""

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from operator import add
from types import TracebackType

from ahocorasick_rs import AhoCorasick, MatchKind

CUT = "\x1f"
"""A unit that no phrase holds: it ends a segment."""
ITEM = "\x1e"
"""A unit that ends a segment and stands between the items of a list."""
_AT_ONCE = 20_000
"""Phrases whose neighbours are counted in one pass over the texts: it bounds the memory."""
_FIRST, _SURROGATES, _LAST = 0x100, range(0xD800, 0xE000), 0x10FFFF


@dataclass(frozen=True, slots=True)
class Limits:
    """Which phrases are returned; `opens` and `closes` are units beside which a phrase is an item, too.

    `support`: texts that hold it; `longest`: its units; `alone`: the share of its texts in which it stands
    outside of longer phrases.
    """

    support: int
    longest: int
    cohesion: float
    freedom: float
    opens: frozenset[str] = frozenset()
    closes: frozenset[str] = frozenset()
    alone: float = 0.3


@dataclass(slots=True)
class Phrase:
    """`units`; how many texts hold it, in how many it is an item; whose they are: (of unmarked, of marked).

    `elsewhere` counts the texts that hold it in what was added as no place to look for phrases. `first` is
    the key of the first text that holds it, of the first that holds it as an item if one does.
    """

    units: tuple[str, ...]
    texts: int = 0
    items: int = 0
    elsewhere: int = 0
    owners: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))
    first: int = 0


@dataclass(frozen=True, slots=True)
class _Coded:
    key: int
    owner: int
    marked: bool
    text: str
    elsewhere: str


class Corpus:
    """Texts to be searched for phrases: add all, then ask `phrases`. Holds a temporary file until closed."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._units: Counter[str] = Counter()
        self.size = 0
        self.owners: tuple[set[int], set[int]] = (set(), set())

    def __enter__(self) -> "Corpus":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self._file.close()

    def add(
        self, key: int, owner: int, marked: bool, units: Sequence[str], elsewhere: Sequence[str] = ()
    ) -> None:
        """Add one text: its `units`, without white space, and those `elsewhere` in it, only counted."""
        self._units.update(units)
        self.size += 1
        self.owners[marked].add(owner)
        self._file.write(f"{key}\t{owner}\t{int(marked)}\t{' '.join(units)}\t{' '.join(elsewhere)}\n")

    def phrases(
        self,
        limits: Limits,
        wanted: Callable[[Sequence[str]], bool],
        on_pass: Callable[[], object] = lambda: None,
    ) -> list[Phrase]:
        """Return the phrases within `limits` that are `wanted`, in no order that means anything.

        `on_pass` is called for each pass over the texts.
        """
        code = self._code(limits.support)
        names = {char: unit for unit, char in code.items()}
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as spool:
            self._file.seek(0)
            for line in self._file:
                *head, here, elsewhere = line.rstrip("\n").split("\t")
                spool.write("\t".join((*head, _encoded(here, code), _encoded(elsewhere, code))) + "\n")

            def texts() -> Iterator[_Coded]:
                on_pass()
                spool.seek(0)
                return map(_coded, spool)

            counts = _frequent(texts, limits)
            total = sum(count for unit, count in self._units.items() if unit not in (CUT, ITEM))
            chosen = [
                gram
                for gram in counts
                if wanted([names[char] for char in gram])
                and _cohesion(gram, counts, total) >= limits.cohesion
            ]
            return _found(texts, _free(texts, chosen, limits), names, limits)

    def _code(self, support: int) -> dict[str, str]:
        frequent = sorted(unit for unit, count in self._units.items() if count >= support)
        free = (chr(point) for point in range(_FIRST, _LAST) if point not in _SURROGATES)
        return dict(zip(frequent, free, strict=False)) | {CUT: CUT, ITEM: ITEM}


def _encoded(units: str, code: Mapping[str, str]) -> str:
    return "".join(code.get(unit, CUT) for unit in units.split(" "))


def _coded(line: str) -> _Coded:
    key, owner, marked, text, elsewhere = line.rstrip("\n").split("\t")
    return _Coded(int(key), int(owner), marked == "1", text, elsewhere)


# ------------------------------------------------------------------ counting


def _frequent(texts: Callable[[], Iterator[_Coded]], limits: Limits) -> dict[str, int]:
    """Return how often each frequent n-gram occurs, shorter ones first.

    An n-gram is looked at only if both (n-1)-grams in it are frequent.
    """
    found: dict[str, int] = {}
    before: dict[str, int] = {}
    for length in range(1, limits.longest + 1):
        counter = Counter(chain.from_iterable(_grams(text.text, length, before) for text in texts()))
        before = {
            gram: count
            for gram, count in counter.items()
            if count >= limits.support and CUT not in gram and ITEM not in gram
        }
        if not before:
            break
        found |= before
    return found


def _grams(text: str, length: int, before: Mapping[str, int]) -> Iterable[str]:
    if length == 1:
        return text
    if length == 2:
        return map(add, text, text[1:])
    shorter = length - 1
    alive = [text[at : at + shorter] in before for at in range(len(text) - shorter + 1)]
    pairs = enumerate(pairwise(alive))
    return [text[at : at + length] for at, (left, right) in pairs if left and right]


def _cohesion(gram: str, counts: Mapping[str, int], total: int) -> float:
    if len(gram) == 1:
        return math.inf
    return min(
        math.log(counts[gram] * total / (counts[gram[:cut]] * counts[gram[cut:]]))
        for cut in range(1, len(gram))
    )


# ------------------------------------------------------------------ where they stand


class _Neighbours:
    """What stands on one side of a phrase."""

    __slots__ = ("ends", "seen")

    def __init__(self) -> None:
        self.ends, self.seen = 0, Counter[str]()

    def add(self, char: str) -> None:
        if char in ("", CUT, ITEM):
            self.ends += 1
        else:
            self.seen[char] += 1

    def entropy(self) -> float:
        total = self.ends + self.seen.total()
        entropy = -sum(count / total * math.log(count / total) for count in sorted(self.seen.values()))
        return entropy + self.ends / total * math.log(total)


def _free(texts: Callable[[], Iterator[_Coded]], grams: Sequence[str], limits: Limits) -> list[str]:
    """Return those of `grams` that enough texts hold and that are free."""
    free: list[str] = []
    for first in range(0, len(grams), _AT_ONCE):
        some = grams[first : first + _AT_ONCE]
        sides = {gram: (_Neighbours(), _Neighbours()) for gram in some}
        held, search = Counter[str](), _Search(some)
        for text in texts():
            found = search(text.text)
            for gram, start, end in found:
                left, right = sides[gram]
                left.add(text.text[start - 1 : start])
                right.add(text.text[end : end + 1])
            held.update({gram for gram, _, _ in found})
        free += [
            gram
            for gram, (left, right) in sides.items()
            if held[gram] >= limits.support and min(left.entropy(), right.entropy()) >= limits.freedom
        ]
    return free


def _found(
    texts: Callable[[], Iterator[_Coded]], free: Sequence[str], names: Mapping[str, str], limits: Limits
) -> list[Phrase]:
    phrases = {gram: Phrase(tuple(names[char] for char in gram)) for gram in free}
    alone, search = Counter[str](), _Search(free)
    opens = {ITEM, *(char for char, unit in names.items() if unit in limits.opens)}
    closes = {ITEM, *(char for char, unit in names.items() if unit in limits.closes)}
    for text in texts():
        items: dict[str, bool] = {}
        found = search(text.text)
        for gram, start, end in found:
            left, right = text.text[start - 1 : start], text.text[end : end + 1]
            items[gram] = items.get(gram, False) or (left in opens and right in closes)
        for gram, item in items.items():
            _note(phrases[gram], text, item)
        for gram in {gram for gram, _, _ in search(text.elsewhere)}:
            phrases[gram].elsewhere += 1
        alone.update({gram for gram, _, _ in _outermost(found)})
    return [phrases[gram] for gram in free if alone[gram] >= limits.alone * phrases[gram].texts]


def _note(phrase: Phrase, text: _Coded, item: bool) -> None:
    if not phrase.texts or (item and not phrase.items):
        phrase.first = text.key
    phrase.texts += 1
    phrase.items += item
    phrase.owners[text.marked].add(text.owner)


class _Search:
    """Finds all of `grams`, also inside each other: (gram, start, end)."""

    def __init__(self, grams: Sequence[str]):
        self._grams = grams
        self._automaton = AhoCorasick(grams, matchkind=MatchKind.Standard) if grams else None

    def __call__(self, text: str) -> list[tuple[str, int, int]]:
        if self._automaton is None:
            return []
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [(self._grams[index], start, end) for index, start, end in found]


def _outermost(spans: Iterable[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    """Yield the spans that stand in no longer one."""
    reached = -1
    for span in sorted(spans, key=lambda span: (span[1], -span[2])):
        if span[2] > reached:
            reached = span[2]
            yield span
