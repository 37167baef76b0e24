"""Two things at once: one here, the other in a fork of this process, where there is a core for it.

A fork begins with everything that is loaded and computed, and shares its memory until one of the two writes
there; a new process would load what draws first, which takes longer than drawing does. What a fork may not
have here it does not need: it writes no file, prints nothing, and asks no database.
"""

import contextlib
import os
import warnings
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, TypeVar, cast

T = TypeVar("T")
U = TypeVar("U")


def side_by_side(here: Callable[[], T], there: Callable[[], U], *, worthwhile: bool = True) -> tuple[T, U]:
    """Return what both make, one after the other if forking is not `worthwhile`.

    What `there` makes can be pickled. Where a fork does not end well, be it that it was killed or that
    `there` raised, `there` is asked here (again), so that it raises here; likewise where none can be started.
    """
    if not (worthwhile and _has_another_core()):
        return here(), there()
    try:
        fork, ours = _begun(there)
    except OSError:  # no more processes, memory or descriptors are to be had
        return here(), there()
    try:
        mine, told = here(), _received(ours)
    finally:
        fork.kill()  # it has told all, or need not any more
        fork.join()
        ours.close()
    return mine, cast(U, told[0]) if told else there()


def _begun(make: Callable[[], Any]) -> tuple[BaseProcess, Connection]:
    """Return a fork that was started, and where its answer comes in. Raises OSError if none can be."""
    forks = get_context("fork")
    ours, theirs = forks.Pipe(duplex=False)
    fork = forks.Process(target=_answer, args=(make, ours, theirs), daemon=True)
    try:
        with warnings.catch_warnings():
            # The threads that Python warns of from 3.12 on are those of numpy's algebra, made for it.
            warnings.simplefilter("ignore", DeprecationWarning)
            fork.start()
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return fork, ours


def _has_another_core() -> bool:
    return hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _answer(make: Callable[[], Any], ours: Connection, theirs: Connection) -> None:
    """Send what is made, or nothing: whoever gets nothing makes it himself and sees what it raises."""
    ours.close()  # else this process would wait for ever for one that was killed to read
    with contextlib.suppress(BaseException):
        Thread(target=_end_with_the_other, daemon=True).start()
        theirs.send([make()])


def _end_with_the_other() -> None:
    """End this process as soon as the one that it was forked from is gone, which may have been killed."""
    parent = parent_process()
    if parent is not None and wait([parent.sentinel]):
        os._exit(1)


def _received(ours: Connection) -> list[Any]:
    try:
        return cast(list[Any], ours.recv())
    except (EOFError, OSError):
        return []
