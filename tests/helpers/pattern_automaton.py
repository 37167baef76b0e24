"""A regular expression as an automaton of its positions (Glushkov, "The abstract theory of automata", 1961).

What a backtracking matcher does more than such an automaton is kept beside it. `$`, `\\b` and assertions are
conditions on the two characters at whose border they stand, exact for one character, else met too often
rather than too rarely. An edge knows the atomic groups, possessive loops and assertions (all three: atoms)
within which it was made, so which of them it leaves; and the loop whose way back it is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

ONCE = 3
"""A repetition that may be made more often is a loop; a shorter one is written out."""
ENDLESS = 1 << 40
"""How often a loop without a limit may be made."""
OUTSIDE = ""
"""The letter before a text and behind it."""
_SAMPLES = [*map(chr, range(128)), *"é产年，：（\u3000\u200b①١\u0301İ\ud800😀"]
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
READERS = (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY, op.RANGE, op.CATEGORY)
_ASCII, _DOTALL, _IGNORECASE, _MULTILINE = map(int, (re.ASCII, re.DOTALL, re.IGNORECASE, re.MULTILINE))
Atoms = tuple[int, ...]


class Edge(NamedTuple):
    """What may follow a position: another, within some atoms, by the way back of a loop (0: of none)."""

    behind: int
    atoms: Atoms
    loop: int


@dataclass(slots=True)
class Part:
    """A piece of a pattern: how it begins, ends, is passed over.

    `first` and `last` have the condition under which a position is the first or last, `empty` that under
    which nothing is read (None: something always is). A condition is a bit for each pair of the characters
    before and behind a place; the bit above these says that it is always met.
    """

    first: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    empty: int | None = None


@dataclass(slots=True)
class Loop:
    """A repetition: its positions, and how often it may be made, also by the loops with a limit around it."""

    positions: frozenset[int]
    most: int


class Automaton:
    """The positions of a pattern: which letters each reads, which follows which under which condition.

    A letter stands for all characters that the pattern does not tell apart. `how` is what is asked of the
    pattern: "search" begins anywhere, "match" at the begin, "fullmatch" also goes on to the end. `ends` has
    the positions behind which a match is certain, `atom_ends` those behind which an atom is.
    """

    def __init__(self, pattern: str, flags: int, how: str = "search"):
        tree = parser.parse(pattern, flags)
        self._flags = int(flags | tree.state.flags)
        self._masks: dict[tuple[str, int], int] = {}
        self._widths = tree.state.groupwidths
        self.letters = [*self._minterms(tree), OUTSIDE]
        self.width = len(self.letters)
        self._all = (1 << self.width) - 1
        self._outside = 1 << (self.width - 1)
        self._surely = 1 << (self.width * self.width)
        self.always = (self._surely << 1) - 1
        self.reads: list[int] = []
        self.atoms: list[Atoms] = []
        self.follows: list[dict[Edge, int]] = []
        self.loops: dict[int, Loop] = {}
        self.twice: set[tuple[int, int, Atoms]] = set()
        self._linked: dict[tuple[int, int, Atoms], int] = {}
        self.ends: set[int] = set()
        self.atom_ends: dict[int, set[int]] = {}
        self._within: list[int] = []
        self._limits: list[int] = []
        self._made = 0
        self.start = self._position(self._outside)
        begin = Part(last={self.start: self.always})
        if how == "search":
            self.everywhere = self._position(self._all & ~self._outside)
            anywhere = {self.everywhere: self.always}
            self._link(begin.last, anywhere)
            self._link(anywhere, anywhere, -1)
            self.loops[-1] = Loop(frozenset([self.everywhere]), ENDLESS)
            begin.last |= anywhere
        whole = self._sequence(list(tree))
        self._link(begin.last, whole.first)
        if how != "fullmatch":
            self.ends |= self._certain(whole.last)

    # -------------------------------------------------------------- letters

    def _minterms(self, tree: Any) -> list[str]:
        """One character for each way in which the pattern tells characters apart."""
        sets = {repr(one): one for one in _sets(tree, self._flags)}
        kinds: dict[tuple[bool, ...], str] = {}
        for char in dict.fromkeys([*_SAMPLES, *_literals(tree)]):
            told = (reads(node, char, flags) for node, flags in sets.values())
            kinds.setdefault((*told, self._is_word(char), char == "\n"), char)
        return list(kinds.values())

    def _is_word(self, char: str) -> bool:
        return _is_word(char, self._flags)

    def _mask(self, node: Any) -> int:
        key = repr(node), self._flags
        if key not in self._masks:
            letters = enumerate(self.letters)
            self._masks[key] = sum(1 << at for at, char in letters if char and reads(node, char, self._flags))
        return self._masks[key]

    def _pairs(self, before: int, behind: int) -> int:
        """The condition that the letter before is among some and the one behind among others."""
        return sum(behind << (at * self.width) for at in range(self.width) if before >> at & 1)

    def _certain(self, lasts: dict[int, int]) -> set[int]:
        return {position for position, condition in lasts.items() if condition & self._surely}

    # -------------------------------------------------------------- building

    def _position(self, reads: int) -> int:
        self.reads.append(reads)
        self.atoms.append(tuple(self._within))
        self.follows.append({})
        return len(self.reads) - 1

    def _sequence(self, nodes: Any) -> Part:
        whole = Part(empty=self.always)
        for node in nodes:
            whole = self._joined(whole, self._node(node))
        return whole

    def _joined(self, left: Part, right: Part) -> Part:
        self._link(left.last, right.first)
        first, last = dict(left.first), dict(right.last)
        if left.empty is not None:
            for position, condition in right.first.items():
                first[position] = first.get(position, 0) | (condition & left.empty)
        if right.empty is not None:
            for position, condition in left.last.items():
                last[position] = last.get(position, 0) | (condition & right.empty)
        both = None if left.empty is None or right.empty is None else left.empty & right.empty
        return Part(first, last, both)

    def _link(self, lasts: dict[int, int], firsts: dict[int, int], loop: int = 0) -> None:
        within = tuple(self._within)
        for before, ends in lasts.items():
            follows = self.follows[before]
            for behind, begins in firsts.items():
                condition = ends & begins & ~self._surely
                if condition:
                    edge = Edge(behind, within, loop)
                    known = self._linked.get((before, behind, within), 0)
                    if known & condition:
                        self.twice.add((before, behind, within))
                    self._linked[before, behind, within] = known | condition
                    follows[edge] = follows.get(edge, 0) | condition

    def _either(self, parts: list[Part]) -> Part:
        found = Part()
        for part in parts:
            for ours, theirs in ((found.first, part.first), (found.last, part.last)):
                for position, condition in theirs.items():
                    ours[position] = ours.get(position, 0) | condition
            if part.empty is not None:
                found.empty = (found.empty or 0) | part.empty
        return found

    def _node(self, node: Any) -> Part:
        name, value = node
        if name in READERS:
            position = self._position(self._mask(node))
            return Part({position: self.always}, {position: self.always})
        if name is op.BRANCH:
            return self._either([self._sequence(branch) for branch in value[1]])
        if name is op.SUBPATTERN:
            outer, self._flags = self._flags, (self._flags | value[1]) & ~value[2]
            part = self._sequence(value[3])
            self._flags = outer
            return part
        if name is op.ATOMIC_GROUP:
            return self._atomic(lambda: self._sequence(value))
        if name in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self._repeated(*value)
        if name is op.POSSESSIVE_REPEAT:
            return self._possessive(*value)
        if name is op.AT:
            return Part(empty=self._at(value))
        if name in (op.ASSERT, op.ASSERT_NOT):
            return self._asserted(name is op.ASSERT, *value)
        if name is op.GROUPREF and self._widths[value][1] <= 40:
            return self._repeated(0, self._widths[value][1], [(op.NOT_LITERAL, -1)])
        if name is op.GROUPREF_EXISTS:
            return self._either([self._sequence(branch or []) for branch in value[1:]])
        raise NotImplementedError(name)

    def _atomic(self, build: Callable[[], Part]) -> Part:
        self._made += 1
        atom = self._made
        self._within.append(atom)
        part = build()
        self._within.pop()
        self.atom_ends[atom] = self._certain(part.last)
        return part

    def _possessive(self, least: int, most: Any, body: Any) -> Part:
        """Behind `x*+` is no other x."""
        part = self._atomic(lambda: self._repeated(least, most, body))
        if most is op.MAXREPEAT and len(body) == 1 and body[0][0] in READERS:
            other = self._pairs(self._all, self._all & ~self._mask(body[0])) | self._surely
            part.last = {position: condition & other for position, condition in part.last.items()}
            part.empty = None if part.empty is None else part.empty & other
        return part

    def _repeated(self, least: int, most: Any, body: Any) -> Part:
        limit = ENDLESS if most is op.MAXREPEAT else int(most)
        looping = limit > ONCE
        times = max(1, min(least, 2)) if looping else limit
        part = Part(empty=self.always)  # built from its end: x{0,3} is (x(x(x)?)?)?
        for count in reversed(range(times)):
            begun = len(self.reads)
            last = looping and count == times - 1
            if last:
                self._limits.append(limit)
            once = self._sequence(body)
            if last:
                self._loop(once, begun)
            part = self._joined(once, part)
            if count >= least:
                part = self._either([part, Part(empty=self.always)])
        return part

    def _loop(self, once: Part, begun: int) -> None:
        most = 1
        for limit in reversed(self._limits):
            if limit == ENDLESS and most > 1:
                break
            most = min(most * limit, ENDLESS)
        self._limits.pop()
        number = len(self.loops) + 1
        self.loops[number] = Loop(frozenset(range(begun, len(self.reads))), most)
        self._link(once.last, once.first, number)

    # -------------------------------------------------------------- conditions

    def _at(self, where: Any) -> int:
        word = sum(1 << at for at, char in enumerate(self.letters) if char and self._is_word(char))
        line = sum(1 << at for at, char in enumerate(self.letters) if char == "\n")
        if where in (op.AT_BOUNDARY, op.AT_NON_BOUNDARY):
            other = self._all & ~word
            edge = self._pairs(word, other) | self._pairs(other, word)
            return edge if where is op.AT_BOUNDARY else self.always & ~edge & ~self._surely
        if where is op.AT_BEGINNING and self._flags & _MULTILINE:
            return self._pairs(line | self._outside, self._all)
        if where in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            return self._pairs(self._outside, self._all)
        return self._pairs(self._all, self._outside | (0 if where is op.AT_END_STRING else line))

    def _asserted(self, positive: bool, direction: int, body: Any) -> Part:
        before = len(self.loops)
        part = self._atomic(lambda: self._sequence(body))
        edges = part.first if direction > 0 else part.last
        if positive:
            condition = 0 if part.empty is None else part.empty & ~self._surely
            for position, met in edges.items():
                condition |= met & self._beside(position, direction)
        else:
            condition = self.always & ~self._surely
            for position in self._certain(part.first) & self._certain(part.last):
                condition &= ~self._beside(position, direction)
        if direction < 0 or len(self.loops) == before:
            return Part(empty=condition)  # it reads so many characters and no more
        # Another way to go on, which leads nowhere: what is behind begins where this began.
        return Part(part.first, {}, condition)

    def _beside(self, position: int, direction: int) -> int:
        reads = self.reads[position]
        return self._pairs(reads, self._all) if direction < 0 else self._pairs(self._all, reads)


# ------------------------------------------------------------------ what a pattern is made of


def _inside(name: Any, value: Any) -> list[Any]:
    """The nodes within a node."""
    if name is op.BRANCH:
        return [node for branch in value[1] for node in branch]
    if name is op.SUBPATTERN:
        return list(value[3])
    if name in _REPEATS:
        return list(value[2])
    if name is op.ATOMIC_GROUP:
        return list(value)
    if name in (op.ASSERT, op.ASSERT_NOT):
        return list(value[1])
    if name is op.GROUPREF_EXISTS:
        return [node for branch in value[1:] for node in branch or ()]
    return []


def _sets(nodes: Any, flags: int) -> Iterator[tuple[Any, int]]:
    """All nodes that read a character, with the flags under which they do."""
    for name, value in nodes:
        if name in READERS:
            yield (name, value), flags
        inner = (flags | value[1]) & ~value[2] if name is op.SUBPATTERN else flags
        yield from _sets(_inside(name, value), inner)


def _literals(tree: Any) -> Iterator[str]:
    for (name, value), _ in _sets(tree, 0):
        for inner, what in value if name is op.IN else [(name, value)]:
            if inner in (op.LITERAL, op.NOT_LITERAL):
                yield from {chr(what), chr(what).swapcase()[0]}
            elif inner is op.RANGE:
                yield from (chr(what[0]), chr(what[1]))


def _is_word(char: str, flags: int) -> bool:
    return (char.isalnum() or char == "_") and (char.isascii() or not flags & _ASCII)


def reads(node: Any, char: str, flags: int) -> bool:
    """Tell whether a node of one of the kinds in `READERS` reads a character, under these flags."""
    if not flags & _IGNORECASE:
        return _in(node, char, flags)
    forms = {char, char.lower(), char.upper()}
    return any(_in(node, form, flags) for form in forms if len(form) == 1)


def _in(node: tuple[Any, Any], char: str, flags: int) -> bool:
    name, value = node
    if name is op.LITERAL:
        return bool(ord(char) == value)
    if name is op.NOT_LITERAL:
        return bool(ord(char) != value)
    if name is op.ANY:
        return bool(flags & _DOTALL) or char != "\n"
    if name is op.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if name is op.CATEGORY:
        known = char.isascii() or not flags & _ASCII
        kinds = {
            op.CATEGORY_DIGIT: char.isdecimal() and known,
            op.CATEGORY_SPACE: char.isspace() and known,
            op.CATEGORY_WORD: _is_word(char, flags),
        }
        negated = {
            op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
            op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
            op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
        }
        return not kinds[negated[value]] if value in negated else kinds[value]
    negate = value[0][0] is op.NEGATE
    return any(_in(one, char, flags) for one in value[negate:]) != negate
