"""How the time of a regular expression grows with the text, found from its structure and not by trying.

A backtracking matcher tries every way in which a text can be read as the beginning of a match, and a search
does so from every place. Where one text can be read in many ways it takes as many steps (Weber and Seidl, "On
the degree of ambiguity of finite automata", 1991; for matchers Weideman et al., "Analyzing Matching Time
Behavior of Backtracking Regular Expression Matchers by Using Ambiguity of NFA", 2016):

- exponentially many, if a loop reads some word in two ways, as `(a+)+b` does;
- a power of its length, if some word leads round one loop, round a later one, and from the first into the
  later: `a+a+b`, and `a+b` where it is searched for, since to begin anywhere is a loop too;
- else only so many, whatever the text: then the time is linear. A loop that may be made 40 times instead of
  without end costs 40 times as much where it is the later one of such a pair.

Whoever has come to where a match is certain goes back no more. What an atom (see pattern_automaton.py) has
left it does not enter again. So what is not found is not there; what is found may be harmless.

This is about one call. Whoever calls a pattern at many places of one text has to bound what each call reads.
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from itertools import product
from typing import NamedTuple

from pattern_automaton import ENDLESS, Atoms, Automaton, Edge

Witness = tuple[str, str]
"""What stands before, and a word: the more often it follows, the more ways there are to read it."""


class Growth(NamedTuple):
    """What a pattern costs.

    `kind`: "linear", "polynomial" or "exponential". `factor`: how often, at most, a linear one reads a
    character for loops that have a limit. `witness` is of what costs most, if anything is read again.
    """

    kind: str
    factor: int
    witness: Witness | None


class State(NamedTuple):
    """Where the readers of one word are: round the first loop, from it to the second, round the second.

    `parted`: the atoms within which the second reader left the first (None: it has not). `round`: the first
    has been round its loop. `back`: the third has just been.
    """

    first: int
    second: int
    third: int
    parted: Atoms | None = None
    round: bool = True
    back: bool = True


Steps = Callable[[State, int], Iterator[tuple[State, int]]]
"""From a state and the letters that may have been read last to what may follow."""


class Growing:
    """The search for words that an automaton can read in many ways."""

    def __init__(self, automaton: Automaton):
        self.automaton = automaton
        self._always = automaton.always >> 1
        self._towards = cache(self._leading_to)
        self._steps = cache(self._stepping)

    def growth(self) -> Growth:
        """Say how the time grows with the text."""
        loops = self.automaton.loops
        for number in loops:
            if number > 0 and (word := self._two_ways(number)):
                return Growth("exponential", 0, word)
        pairs: dict[tuple[int, int], tuple[State, int, str]] = {}
        for one, other in product(loops, loops):
            if one != other and other > 0 and (found := self._in_turn(one, other)):
                pairs[one, other] = found
                if loops[one].most == loops[other].most == ENDLESS:
                    return Growth("polynomial", 0, self._witness(*found))
        factor, last = self._factor(set(pairs))
        return Growth("linear", factor, self._witness(*pairs[last]) if last else None)

    def rounds(self) -> Iterator[Witness]:
        """Yield for each loop the shortest text that leads into it and the shortest word that leads round."""
        for number in self.automaton.loops:
            for head in sorted(self._heads(number) if number > 0 else ())[:1]:
                if found := self._round(number, head):
                    yield self._witness(*found)

    def _round(self, loop: int, head: int) -> tuple[State, int, str] | None:
        inside = self.automaton.loops[loop].positions

        def steps(state: State, letters: int) -> Iterator[tuple[State, int]]:
            for edge, read in self._steps(state.first, letters):
                if edge.behind in inside:
                    yield State(edge.behind, 0, 0, (), back=edge.loop == loop), read

        return self._found(State(head, 0, 0, (), back=False), State(head, 0, 0), self._reached[head], steps)

    def _factor(self, pairs: set[tuple[int, int]]) -> tuple[int, tuple[int, int] | None]:
        """The largest product of limits along a chain of pairs, and the pair that ends it."""
        limits = {at: loop.most if loop.most < ENDLESS else 1 for at, loop in self.automaton.loops.items()}

        def ahead(seen: tuple[int, ...], cost: int) -> tuple[int, tuple[int, ...]]:
            longer = (
                ahead((*seen, other), cost * limits[other])
                for one, other in pairs
                if one == seen[-1] and other not in seen
            )
            return max([(cost, seen), *longer])

        cost, chain = max((ahead((one,), 1) for one, _ in pairs), default=(1, ()))
        return cost, chain[-2:] if len(chain) > 1 else None  # type: ignore[return-value]

    # -------------------------------------------------------------- steps

    @cached_property
    def _reached(self) -> dict[int, int]:
        """The positions that can be reached from the start, and the letters that they may have read then."""
        a = self.automaton
        reached = {a.start: a.reads[a.start]}
        waiting = [(a.start, a.reads[a.start])]
        while waiting:
            for edge, read in self._steps(*waiting.pop()):
                new = read & ~reached.get(edge.behind, 0)
                if new:
                    reached[edge.behind] = reached.get(edge.behind, 0) | new
                    waiting.append((edge.behind, new))
        return reached

    def _stepping(self, at: int, letters: int) -> list[tuple[Edge, int]]:
        """What may follow a position that read one of some letters: edges, and the letters read there."""
        a = self.automaton
        found = []
        for edge, condition in a.follows[at].items():
            read = a.reads[edge.behind]
            if condition != self._always:
                met = 0
                for letter in _bits(letters):
                    met |= condition >> (letter * a.width)
                read &= met
            if read:
                found.append((edge, read))
        return found

    def _leading_to(self, goals: frozenset[int]) -> frozenset[int]:
        """The positions from which one of some can be reached."""
        found, waiting = set(goals), list(goals)
        while waiting:
            for at in self._before[waiting.pop()]:
                if at not in found:
                    found.add(at)
                    waiting.append(at)
        return frozenset(found)

    @cached_property
    def _before(self) -> list[set[int]]:
        before: list[set[int]] = [set() for _ in self.automaton.follows]
        for at, follows in enumerate(self.automaton.follows):
            for edge in follows:
                before[edge.behind].add(at)
        return before

    def _heads(self, loop: int) -> frozenset[int]:
        """Where the ways back of a loop lead to, and no match is certain."""
        a = self.automaton
        edges = (edge for at in a.loops[loop].positions for edge in a.follows[at] if edge.loop == loop)
        return frozenset(edge.behind for edge in edges) & self._reached.keys() - a.ends

    def _dead(self, at: int, edge: Edge, parted: Atoms) -> bool:
        """Tell whether a choice made within atoms is none any more behind an edge."""
        a = self.automaton
        if edge.behind in a.ends:
            return True
        left = any(atom in parted for atom in a.atoms[at] if atom not in edge.atoms)
        return left or any(edge.behind in a.atom_ends.get(one, ()) for one in parted)

    # -------------------------------------------------------------- one loop in two ways

    def _two_ways(self, loop: int) -> Witness | None:
        inside = self.automaton.loops[loop].positions

        def steps(state: State, letters: int) -> Iterator[tuple[State, int]]:
            mine = [one for one in self._steps(state.first, letters) if one[0].behind in inside]
            for edge, read in mine:
                if state.parted is None:
                    yield State(edge.behind, edge.behind, 0), read
                    others = self._others(state.first, edge, mine)
                else:
                    others = [one for one in self._steps(state.second, letters) if one[0].behind in inside]
                for other, also in others:
                    parted = state.parted
                    if parted is None:
                        parted = max(edge.atoms, other.atoms, key=len)
                    dead = self._dead(state.first, edge, parted) or self._dead(state.second, other, parted)
                    if read & also and not dead:
                        yield State(edge.behind, other.behind, 0, parted), read & also

        for head in self._heads(loop):
            goal = State(head, head, 0)
            found = self._found(goal, goal, self._reached[head], steps)
            if found:
                return self._witness(*found)
        return None

    def _others(self, at: int, edge: Edge, steps: list[tuple[Edge, int]]) -> list[tuple[Edge, int]]:
        """The steps that are another way than an edge: those behind it, and itself if it was made twice."""
        behind = [one for one in steps if one[0].behind > edge.behind]
        if (at, edge.behind, edge.atoms) in self.automaton.twice:
            behind += [one for one in steps if one[0][:2] == edge[:2]]
        return behind

    # -------------------------------------------------------------- one loop and a later one

    def _in_turn(self, one: int, other: int) -> tuple[State, int, str] | None:
        a = self.automaton
        first, second, heads = a.loops[one].positions, a.loops[other].positions, self._heads(other)
        towards = self._towards(heads)
        if first.isdisjoint(towards) or not self._united(first) & self._united(second):
            return None

        def steps(state: State, letters: int) -> Iterator[tuple[State, int]]:
            seconds = [step for step in self._steps(state.second, letters) if step[0].behind in towards]
            thirds = [
                step
                for step in self._steps(state.third, letters)
                if step[0].behind in second and step[0].behind not in a.ends
            ]
            firsts = [step for step in self._steps(state.first, letters) if step[0].behind in first]
            for (mine, read), (theirs, also), (edge, too) in product(firsts, thirds, seconds):
                parted = state.parted
                if parted is None and edge != mine:
                    parted = max(mine.atoms, edge.atoms, key=len)
                shared = read & also & too
                if shared and (parted is None or not self._dead(state.second, edge, parted)):
                    been = state.round or mine.loop == one
                    yield (
                        State(mine.behind, edge.behind, theirs.behind, parted, been, theirs.loop == other),
                        shared,
                    )

        for p, q in product(sorted(first & towards & self._reached.keys()), sorted(heads)):
            start, goal = State(p, p, q, None, False, False), State(p, q, q)
            found = self._found(start, goal, self._reached[p] & self._reached[q], steps)
            if found:
                return found
        return None

    def _united(self, positions: frozenset[int]) -> int:
        letters = 0
        for position in positions:
            letters |= self.automaton.reads[position]
        return letters

    # -------------------------------------------------------------- words

    def _found(self, start: State, goal: State, letters: int, steps: Steps) -> tuple[State, int, str] | None:
        """A start, the letter read there, and the shortest word that leads to the goal and ends with it."""
        if not letters or not self._may(start, goal, letters, steps):
            return None
        for letter in _bits(letters):
            word = self._word(start, goal, letter, steps)
            if word is not None:
                return start, letter, word
        return None

    def _may(self, start: State, goal: State, letters: int, steps: Steps) -> bool:
        """Tell whether the goal is reached if each letter may follow where any other of its place may."""
        reached = {start: letters}
        waiting = [(start, letters)]
        while waiting:
            for to, read in steps(*waiting.pop()):
                new = read & ~reached.get(to, 0)
                if new:
                    if _is(to, goal) and new & letters:
                        return True
                    reached[to] = reached.get(to, 0) | new
                    waiting.append((to, new))
        return False

    def _word(self, start: State, goal: State, letter: int, steps: Steps) -> str | None:
        came: dict[tuple[State, int], tuple[State, int] | None] = {(start, letter): None}
        waiting = deque(came)
        while waiting:
            at = waiting.popleft()
            for to, read in steps(at[0], 1 << at[1]):
                for each in _bits(read):
                    if (to, each) not in came:
                        came[to, each] = at
                        waiting.append((to, each))
                        if each == letter and _is(to, goal):
                            return self._read(came, (to, each))
        return None

    def _read(self, came, at) -> str:  # type: ignore[no-untyped-def]
        letters = []
        while came[at] is not None:
            letters.append(self.automaton.letters[at[1]])
            at = came[at]
        return "".join(reversed(letters))

    def _witness(self, start: State, letter: int, word: str) -> Witness:
        return self.leading(start.first, letter), word

    def leading(self, goal: int, letter: int) -> str:
        """The shortest text from the start to a position that reads a letter."""
        a = self.automaton
        came: dict[tuple[int, int], tuple[int, int] | None] = {(a.start, a.width - 1): None}
        waiting = deque(came)
        while waiting:
            at = waiting.popleft()
            if at == (goal, letter):
                return self._read(came, at)
            for edge, read in self._steps(at[0], 1 << at[1]):
                for each in _bits(read):
                    if (edge.behind, each) not in came:
                        came[edge.behind, each] = at
                        waiting.append((edge.behind, each))
        raise AssertionError("what was reached can be reached")


def _is(state: State, goal: State) -> bool:
    """Tell whether readers that parted are where they are to come."""
    return state.parted is not None and state._replace(parted=None) == goal


def _bits(number: int) -> Iterator[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low
