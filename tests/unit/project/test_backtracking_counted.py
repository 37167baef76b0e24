"""What is found to be linear takes steps that grow with the text: counted, on patterns made at random."""

import random
import re
import sys
from collections.abc import Iterator
from itertools import product

import pytest
from backtracking import Growing
from counting_matcher import CountingMatcher, TooManySteps
from pattern_automaton import Automaton

WORDS = ["".join(word) for size in (1, 2, 3) for word in product("abc", repeat=size)]
MOST = 60_000


@pytest.fixture(autouse=True)
def _deep() -> Iterator[None]:
    """Each character is a few calls deeper."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


def made(chance: random.Random, depth: int) -> str:
    """Return a pattern over a, b and c."""
    kind = chance.random()
    if depth == 0 or kind < 0.3:
        return chance.choice(["a", "b", "c", "[ab]", "[^a]", ".", "ab"])
    if kind < 0.45:
        return made(chance, depth - 1) + made(chance, depth - 1)
    if kind < 0.57:
        return f"(?:{made(chance, depth - 1)}|{made(chance, depth - 1)})"
    if kind < 0.85:
        body = made(chance, depth - 1)
        body = body if len(body) == 1 or (body.startswith("[") and body.endswith("]")) else f"(?:{body})"
        return body + chance.choice(["*", "+", "*?", "+?", "?", "*+", "++", "?+", "{0,2}"])
    if kind < 0.9:
        return f"(?>{made(chance, depth - 1)})"
    if kind < 0.96:
        return f"{chance.choice(['(?=', '(?!'])}{made(chance, depth - 1)})"
    return chance.choice(["(?<!a)", "(?<=b)", "^", "$", r"\b", "(?<![ab])"])


def patterns(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        pattern = made(chance, 3) + chance.choice(["", "c", "$", "b"])
        try:
            re.compile(pattern)
        except re.error:
            continue
        found.append(pattern)
    return found


def steps(pattern: str, text: str) -> int:
    matcher = CountingMatcher(pattern, MOST)
    matcher.search(text)
    return matcher.steps


def test_the_counting_matcher_finds_what_re_finds() -> None:
    chance = random.Random(1)
    for pattern in patterns(1, 300):
        text = "".join(chance.choice("abc") for _ in range(7))
        expected = [match.span() for match in re.finditer(pattern, text)]
        try:
            assert CountingMatcher(pattern, MOST).search(text) == expected, (pattern, text)
        except TooManySteps:
            continue


def test_what_is_found_to_be_linear_is() -> None:
    chance = random.Random(2)
    linear = [one for one in patterns(2, 120) if Growing(Automaton(one, 0)).growth().kind == "linear"]
    assert len(linear) > 60
    for pattern in linear:
        for word in chance.sample(WORDS, 6):
            lead, end = chance.choice(["", "a", "b"]), chance.choice(["", "c", "\n"])
            small, large = (steps(pattern, (lead + word * size)[:size] + end) for size in (60, 120))
            assert large <= 3.2 * small or large < 1500, (pattern, lead, word, end, small, large)


@pytest.mark.parametrize(
    ("pattern", "power"),
    [(r"a+b", 2), (r"a++b", 2), (r"(?=a+)b", 2), (r"^a+a+b", 2), (r"a+a+b", 3), (r"^(?:a(?:a*b)?)*", 2)],
)
def test_what_is_found_to_grow_faster_does(pattern: str, power: int) -> None:
    lead, word = Growing(Automaton(pattern, 0)).growth().witness or ("", "")
    small, large = (steps(pattern, lead + word * size) for size in (20, 40))
    assert large > 0.75 * 2**power * small
