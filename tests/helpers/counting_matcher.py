"""A backtracking matcher that counts its steps: it tries what `re` tries, in the same order."""

from collections.abc import Callable, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from pattern_automaton import READERS, reads

Then = Callable[[int], int | None]
"""What is tried behind a place: where the match ends, or None."""


class TooManySteps(Exception):
    """The bound was reached."""


def _beyond(least: int) -> Then:
    return lambda place: place if place >= least else None


class CountingMatcher:
    """Matches patterns of characters, choices, loops, atoms, assertions and borders; `steps` counts."""

    def __init__(self, pattern: str, most: int):
        self._nodes = list(parser.parse(pattern))
        self._most = most
        self.steps = 0

    def search(self, text: str) -> list[tuple[int, int]]:
        """Return where all matches stand, as `finditer` does."""
        found: list[tuple[int, int]] = []
        at, again = 0, False  # again: the last match was empty and ended here, so this one may not be
        while at <= len(text):
            end = self._all(text, self._nodes, at, _beyond(at + again))
            if end is None:
                at, again = at + 1, False
            else:
                found.append((at, end))
                at, again = end, end == at
        return found

    def _all(self, text: str, nodes: Sequence[Any], at: int, then: Then) -> int | None:
        if not nodes:
            return then(at)
        return self._one(text, nodes[0], at, lambda place: self._all(text, nodes[1:], place, then))

    def _one(self, text: str, node: Any, at: int, then: Then) -> int | None:
        self.steps += 1
        if self.steps > self._most:
            raise TooManySteps
        name, value = node
        if name in READERS:
            return then(at + 1) if at < len(text) and reads(node, text[at], 0) else None
        if name is op.BRANCH:
            ends = (self._all(text, branch, at, then) for branch in value[1])
            return next((end for end in ends if end is not None), None)
        if name is op.SUBPATTERN:
            return self._all(text, value[3], at, then)
        if name in (op.ATOMIC_GROUP, op.POSSESSIVE_REPEAT):
            within = [(op.MAX_REPEAT, value)] if name is op.POSSESSIVE_REPEAT else value
            end = self._all(text, within, at, lambda place: place)
            return None if end is None else then(end)
        if name in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self._repeat(text, node, at, then, 0)
        if name in (op.ASSERT, op.ASSERT_NOT):
            start = at if value[0] > 0 else at - 1  # behind: of one character
            end = self._all(text, value[1], start, lambda place: place) if start >= 0 else None
            return then(at) if (end is not None) == (name is op.ASSERT) else None
        assert name is op.AT
        met = {
            op.AT_BEGINNING: at == 0,
            op.AT_END: at == len(text),
            op.AT_BOUNDARY: text[max(at - 1, 0) : at].isalnum() != text[at : at + 1].isalnum(),
        }
        return then(at) if met[value] else None

    def _repeat(self, text: str, node: Any, at: int, then: Then, done: int) -> int | None:
        name, (least, most, body) = node

        def again() -> int | None:
            if most is not op.MAXREPEAT and done >= most:
                return None
            return self._all(
                text,
                body,
                at,
                lambda place: (
                    self._repeat(text, node, place, then, done + 1)
                    if place > at or done < least or most == 1
                    else None
                ),
            )

        if done < least:
            return again()
        if name is op.MAX_REPEAT:
            end = again()
            return then(at) if end is None else end
        end = then(at)
        return again() if end is None else end
