"""Reproducible chance: every draw is a function of a key, so that changing one thing moves no other."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def number(*key: object) -> int:
    """Return a uniformly distributed 64-bit number that depends on `key` alone."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, key)).encode()).digest()[:8], "big")


def draw(*key: object) -> float:
    """Return a number in [0, 1)."""
    return (number(*key) >> 11) / 2**53


def shuffled(items: Sequence[T], *key: object, weight: Callable[[T], float] = lambda item: 1.0) -> list[T]:
    """Return the items in random order; one of twice the weight stands first about twice as often."""
    return sorted(items, key=lambda item: (1 - draw(*key, item)) ** (1 / weight(item)), reverse=True)


def pick(items: Sequence[T], *key: object) -> T:
    """Return one of the items."""
    return items[int(draw(*key) * len(items))]


def some(items: Sequence[T], count: int, *key: object) -> list[T]:
    """Return `count` different items in the order in which they were written (all if there are fewer)."""
    chosen = shuffled(range(len(items)), *key)[:count]
    return [items[index] for index in sorted(chosen)]
