"""Whether a regular expression can take exponential time, found from its structure and not by trying.

A backtracking matcher tries every way in which a text can be read as the beginning of a match. A loop that
reads one word in two ways, as `(a+)+b` does, reads n such words in 2^n ways: the automaton is exponentially
ambiguous (Weber and Seidl, "On the degree of ambiguity of finite automata", 1991; for matchers Weideman et
al., "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers by Using Ambiguity of NFA",
2016).

A loop whose end is the end of the pattern never fails, so never is tried again. What an atomic group or a
possessive loop has left it does not enter again. Assertions on single characters (`\\b`, `(?<!x)`, `(?=x)`,
`^`) are followed; longer ones count as met. So what is not found is not there; what is found may be harmless.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LOOP = 16
"""A repetition that may be made more often is a loop; a shorter one multiplies the time by a constant."""
_SAMPLES = [*map(chr, range(128)), *"é产年，：（\u3000\u200b①١\u0301İ"]
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_READ_NOTHING = {op.AT, op.GROUPREF, op.SUBPATTERN, op.BRANCH, op.ASSERT, op.ASSERT_NOT, *_REPEATS}
Reached = dict[tuple[int, ...], int]


@dataclass(slots=True)
class Part:
    """A piece of a pattern as an automaton of its positions (Glushkov): how it begins, ends, is passed over.

    `first` and `last` have the condition under which a position is the first or last, `empty` that under
    which nothing is read (None: something always is). A condition is a bit for each pair of the characters
    before and behind a place.
    """

    first: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    empty: int | None = None


class Automaton:
    """The positions of a pattern: which characters each reads, which follows which under which condition."""

    def __init__(self, pattern: str | bytes, flags: int):
        self._flags = flags
        tree = parser.parse(pattern, flags)
        self._flags |= tree.state.flags
        self._letters = self._minterms(tree)
        self.width = len(self._letters)
        self.reads: list[int] = []
        self.atoms: list[frozenset[int]] = []
        self.follows: list[dict[int, int]] = []
        self.bounds: list[tuple[frozenset[int], int]] = []
        self.twice: set[tuple[int, int]] = set()
        self.ends: set[int] = set()
        self.atom_ends: set[int] = set()
        self._atom: list[int] = []
        self._known: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.everywhere = self._position((1 << self.width) - 1)
        whole = self._sequence(list(tree))
        start = {self.everywhere: self.always}
        self._link(start, start)
        self._link(start, whole.first)
        self.ends |= self._surely(whole.last)

    # -------------------------------------------------------------- characters

    def _minterms(self, tree: Any) -> list[str]:
        """One character for each way in which the pattern tells characters apart."""
        samples = dict.fromkeys([*_SAMPLES, *_literals(tree)])
        sets = [one for one in _sets(tree)]
        kinds: dict[tuple[bool, ...], str] = {}
        for char in samples:
            key = (*(self._reads(one, char) for one in sets), _is_word(char), char == "\n")
            kinds.setdefault(key, char)
        return list(kinds.values())

    def _reads(self, node: Any, char: str) -> bool:
        name, value = node
        if self._flags & re.IGNORECASE:
            forms = {char, char.lower(), char.upper()}
            return any(_in(name, value, form, self._flags) for form in forms if len(form) == 1)
        return _in(name, value, char, self._flags)

    def _mask(self, node: Any) -> int:
        return sum(1 << at for at, char in enumerate(self._letters) if self._reads(node, char))

    def _pairs(self, before: int, behind: int) -> int:
        """The condition that the character before is among some and the one behind among others."""
        return sum(behind << (at * self.width) for at in range(self.width) if before >> at & 1)

    @property
    def always(self) -> int:
        """The condition that is always met; its highest bit is lost where something else is to be met."""
        return (2 << (self.width * self.width)) - 1

    def _surely(self, lasts: dict[int, int]) -> set[int]:
        return {position for position, condition in lasts.items() if condition == self.always}

    # -------------------------------------------------------------- building

    def _position(self, reads: int) -> int:
        self.reads.append(reads)
        self.atoms.append(frozenset(self._atom))
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

    def _link(self, lasts: dict[int, int], firsts: dict[int, int]) -> None:
        for (before, ends), (behind, begins) in product(lasts.items(), firsts.items()):
            condition = ends & begins & (self.always >> 1)
            if condition:
                follows = self.follows[before]
                if follows.get(behind, 0) & condition:
                    self.twice.add((before, behind))
                follows[behind] = follows.get(behind, 0) | condition

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
        if name in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY, op.RANGE, op.CATEGORY):
            position = self._position(self._mask(node))
            return Part({position: self.always}, {position: self.always})
        if name is op.BRANCH:
            return self._either([self._sequence(branch) for branch in value[1]])
        if name is op.SUBPATTERN:
            return self._sequence(value[3])
        if name is op.ATOMIC_GROUP:
            return self._atomic(lambda: self._sequence(value))
        if name in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self._repeated(*value)
        if name is op.POSSESSIVE_REPEAT:
            return self._atomic(lambda: self._repeated(*value))
        if name is op.AT:
            return Part(empty=self._at(value))
        if name in (op.ASSERT, op.ASSERT_NOT):
            return self._asserted(name is op.ASSERT, *value)
        if name is op.GROUPREF:
            return Part(empty=self.always)  # what it reads again is as long as it was
        if name is op.GROUPREF_EXISTS:
            branches = [self._sequence(one) for one in value[1:] if one is not None]
            return self._either([*branches, *([] if len(branches) == 2 else [Part(empty=self.always)])])
        raise NotImplementedError(name)

    def _atomic(self, build: Any) -> Part:
        self._atom.append(len(self.reads))
        part: Part = build()
        self._atom.pop()
        self.atom_ends |= self._surely(part.last)
        return part

    def _repeated(self, least: int, most: Any, body: Any) -> Part:
        endless = most is op.MAXREPEAT
        times = max(1, min(least, 2)) if endless or most > LOOP else min(int(most), 3)
        part = Part(empty=self.always)  # built from its end: x{0,3} is (x(x(x)?)?)?
        for count in reversed(range(times)):
            begun = len(self.reads)
            once = self._sequence(body)
            if count == times - 1 and (endless or most > LOOP):
                self._link(once.last, once.first)
                self.bounds.append((frozenset(range(begun, len(self.reads))), 0 if endless else int(most)))
            part = self._joined(once, part)
            if count >= least:
                part = self._either([part, Part(empty=self.always)])
        return part

    def _at(self, where: Any) -> int:
        letters = (1 << self.width) - 1
        word = sum(1 << at for at, char in enumerate(self._letters) if _is_word(char))
        line = sum(1 << at for at, char in enumerate(self._letters) if char == "\n")
        if where in (op.AT_BOUNDARY, op.AT_NON_BOUNDARY):
            other = letters & ~word
            edge = self._pairs(word, other) | self._pairs(other, word)
            return edge if where is op.AT_BOUNDARY else self.always & ~edge
        if where is op.AT_BEGINNING and self._flags & re.MULTILINE:
            return self._pairs(line, letters)
        if where in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            return 0
        return self._pairs(letters, line)  # an end of the text or of a line

    def _asserted(self, positive: bool, direction: int, body: Any) -> Part:
        letters = (1 << self.width) - 1
        nodes = _flat(body)
        short = len(nodes) == 1 and nodes[0][0] not in (op.BRANCH, op.MAX_REPEAT, op.AT)
        if short and nodes[0][0] in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
            known = self._mask(nodes[0]) if positive else letters & ~self._mask(nodes[0])
            return Part(empty=self._pairs(known, letters) if direction < 0 else self._pairs(letters, known))
        if direction < 0:
            return Part(empty=self.always >> 1)
        ahead = self._sequence(body)
        self.ends |= self._surely(ahead.last)
        # Another way to go on, which leads nowhere: what is behind begins where this began.
        return Part(ahead.first, {}, self.always >> 1)

    # -------------------------------------------------------------- what it costs

    def exponentials(self) -> Iterator[str]:
        """Tell of each loop that reads one word in two ways, and so a word twice as long in four."""
        for positions in set(self._loops().values()):
            if positions & self.ends:
                continue  # whoever comes so far has a match
            doubled = (
                (before, behind)
                for before in positions
                for behind in self.follows[before]
                if behind in positions and (before, behind) in self.twice
            )
            if any(not self._left(before, behind) for before, behind in doubled):
                yield f"exponential: {self._shown(positions)} within a loop of its own"
            yield from self._two_ways(positions)

    def _left(self, before: int, behind: int) -> bool:
        """Tell whether what reads `before` is behind us for good when `behind` is read."""
        if self.atoms[before] - self.atoms[behind]:
            return True
        return bool(self.atoms[before]) and behind in self.atom_ends

    def _loops(self) -> dict[int, frozenset[int]]:
        """The strongly connected positions, by each position that is among some (Tarjan's way)."""
        index: dict[int, int] = {}
        low: dict[int, int] = {}
        stack: list[int] = []
        found: dict[int, frozenset[int]] = {}

        def visit(at: int) -> None:
            index[at] = low[at] = len(index)
            stack.append(at)
            for behind in self.follows[at]:
                if behind not in index:
                    visit(behind)
                    low[at] = min(low[at], low[behind])
                elif behind in stack:
                    low[at] = min(low[at], index[behind])
            if low[at] == index[at]:
                group = frozenset(stack[stack.index(at) :])
                del stack[stack.index(at) :]
                if len(group) > 1 or at in self.follows[at]:
                    found.update(dict.fromkeys(group, group))

        visit(self.everywhere)
        del found[self.everywhere]
        return found

    def _steps(self, at: int, before: int) -> list[tuple[int, int]]:
        """What may follow a position that read the letter `before`: (position, its letters)."""
        known = self._known.get((at, before))
        if known is None:
            letters = (1 << self.width) - 1
            known = [
                (behind, read)
                for behind, condition in self.follows[at].items()
                if (read := (condition >> (before * self.width)) & letters & self.reads[behind])
            ]
            self._known[at, before] = known
        return known

    def _reach(self, starts: dict[tuple[int, ...], int], loops: tuple[frozenset[int] | None, ...]) -> Reached:
        """Where several readers of one word can be: positions -> the letters that they may have read last.

        A reader with a loop stays in it.
        """
        reached: dict[tuple[int, ...], int] = {}
        waiting = list(starts.items())
        while waiting:
            places, letters = waiting.pop()
            ahead: dict[tuple[int, ...], int] = {}
            for last in _bits(letters):
                steps = [
                    [(to, read) for to, read in self._steps(at, last) if loop is None or to in loop]
                    for at, loop in zip(places, loops, strict=True)
                ]
                for chosen in product(*steps):
                    shared = -1
                    for _, read in chosen:
                        shared &= read
                    if shared:
                        to = tuple(one for one, _ in chosen)
                        ahead[to] = ahead.get(to, 0) | shared
            for to, read in ahead.items():
                new = read & ~reached.get(to, 0)
                if new:
                    reached[to] = reached.get(to, 0) | new
                    waiting.append((to, new))
        return reached

    def _two_ways(self, loop: frozenset[int]) -> Iterator[str]:
        """Tell of a word that leads in two ways from a position of the loop back to it."""
        for q in loop:
            if self.atoms[q] and loop & self.atom_ends:
                continue
            reached = self._reach({(q, q): self.reads[q]}, (loop, loop))
            parted = {places: read for places, read in reached.items() if places[0] != places[1]}
            if parted and self._reach(parted, (loop, loop)).get((q, q), 0) & self.reads[q]:
                yield f"exponential: {self._shown(loop)} in two ways"
                return

    def _shown(self, positions: frozenset[int]) -> str:
        if self.everywhere in positions:
            return "a begin anywhere"
        found = [most for inside, most in self.bounds if positions <= inside]
        most = 0 if 0 in found else min(found, default=0)
        letters = 0
        for position in positions:
            letters |= self.reads[position]
        shown = "".join(self._letters[at] for at in _bits(letters))
        return f"a loop over {shown[:12]!r}{'…' * (len(shown) > 12)}{f' up to {most} times' * bool(most)}"


def _bits(number: int) -> Iterator[int]:
    at = 0
    while number:
        if number & 1:
            yield at
        number >>= 1
        at += 1


def may_repeat_itself(pattern: str | bytes, flags: int) -> bool:
    """Tell whether a loop holds another repetition or a choice: no other loop reads a word in two ways."""

    def choices(nodes: Any) -> bool:
        return any(
            name in (*_REPEATS, op.BRANCH, op.GROUPREF_EXISTS) or choices(_inside(name, value))
            for name, value in nodes
        )

    def nested(nodes: Any) -> bool:
        for name, value in nodes:
            if name in _REPEATS and (value[1] is op.MAXREPEAT or value[1] > LOOP) and choices(value[2]):
                return True
            if nested(_inside(name, value)):
                return True
        return False

    return nested(parser.parse(pattern, flags))


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


def _flat(nodes: Any) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        found += _flat(node[1][3]) if node[0] is op.SUBPATTERN else [node]
    return found


def _walk(nodes: Any) -> Iterator[Any]:
    """All nodes that read a character."""
    for name, value in nodes:
        inside = _inside(name, value)
        yield from _walk(inside)
        if not inside and name not in _READ_NOTHING:
            yield name, value


def _sets(tree: Any) -> list[Any]:
    return list({repr(node): node for node in _walk(tree)}.values())


def _literals(tree: Any) -> Iterator[str]:
    for name, value in _walk(tree):
        for inner, what in value if name is op.IN else [(name, value)]:
            if inner in (op.LITERAL, op.NOT_LITERAL):
                yield chr(what)
            elif inner is op.RANGE:
                yield from (chr(what[0]), chr(what[1]))


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _in(name: Any, value: Any, char: str, flags: int) -> bool:
    if name is op.LITERAL:
        return ord(char) == value
    if name is op.NOT_LITERAL:
        return ord(char) != value
    if name is op.ANY:
        return bool(flags & re.DOTALL) or char != "\n"
    if name is op.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if name is op.CATEGORY:
        kinds = {
            op.CATEGORY_DIGIT: char.isdecimal(),
            op.CATEGORY_SPACE: char.isspace(),
            op.CATEGORY_WORD: _is_word(char),
        }
        negated = {
            op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
            op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
            op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
        }
        return not kinds[negated[value]] if value in negated else kinds[value]
    negate = value[0][0] is op.NEGATE
    return any(_in(*one, char, flags) for one in value[negate:]) != negate


sys.setrecursionlimit(max(sys.getrecursionlimit(), 10_000))
