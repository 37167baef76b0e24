"""Work that is done in stages, and many pieces of it in step.

Understanding one posting runs through more code and tables than a core keeps at hand: its nearest caches hold
some tens of kilobytes, so each stage finds there what the one before has left, and loads its own again. Where
many postings are to be understood, the first stage is therefore done for all of them, then the second one:
the same steps in a quarter to a third less time (docs/BENCHMARKS.md). So a piece of work is a generator that
yields where a stage ends and returns its result; it reads like any other function.
"""

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import wraps
from itertools import islice
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Stages = Generator[None, None, T]
"""A piece of work: it yields between its stages and returns its result."""

IN_STEP = 32
"""Pieces of work that are under way at once: of fewer, a cache that was filled serves too few; of more, what
they hold fills it itself."""


def at_once(work: Callable[P, Stages[T]]) -> Callable[P, T]:
    """Return `work` as a function that does a piece of it alone, from beginning to end."""

    @wraps(work)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        (result,) = in_step([work(*args, **kwargs)])
        return result

    return whole


def in_step(works: Iterable[Stages[T]]) -> Iterator[T]:
    """Do pieces of work in step, `IN_STEP` at a time; yield their results, in order.

    An exception of one ends all: a piece of work that may fail by itself has to return that as its result.
    """
    waiting = iter(works)
    while begun := list(islice(waiting, IN_STEP)):
        results: list[Any] = [None] * len(begun)
        going = list(enumerate(begun))
        while going:
            still = []
            for place, work in going:
                try:
                    next(work)
                except StopIteration as ended:
                    results[place] = ended.value
                else:
                    still.append((place, work))
            going = still
        yield from results


def collect_rarely() -> None:
    """Let Python look for dead circles after 10,000 new values instead of 700, in all of this process.

    Work in step holds many values and hardly a circle: to look through them again and again costs up to a
    twelfth of the time. For the beginning of a process that does nothing else.
    """
    gc.set_threshold(10_000)
