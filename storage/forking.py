"""A fork of this process, at work at the same time, where there is a core for it.

A fork begins with everything that is loaded and computed, and shares its memory until one of the two writes
there; a new process would first have to load what this one has. What it brings comes through a pipe; it
writes no file and prints nothing. Whatever becomes of it, the work is done: what it does not bring is made
here.
"""

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, TypeVar, cast

T = TypeVar("T")
U = TypeVar("U")


def side_by_side(here: Callable[[], T], there: Callable[[], U], *, worthwhile: bool = True) -> tuple[T, U]:
    """Return what both make, `there` in a fork; one after the other if forking is not `worthwhile`.

    What `there` makes can be pickled. Where a fork does not end well, be it that it was killed or that
    `there` raised, `there` is asked here (again), so that it raises here; likewise where none can be started.
    """
    with forked(lambda pipe: pipe.send([there()]), worthwhile=worthwhile) as pipe:
        mine, told = here(), received(pipe)
    return mine, cast(U, told[0]) if told else there()


@contextlib.contextmanager
def forked(work: Callable[[Connection], None], *, worthwhile: bool = True) -> Iterator[Connection | None]:
    """Let `work` run in a fork while the block does, with one end of a pipe, and yield the other end.

    None is yielded if it is not `worthwhile`, without another core, and where no fork can be started. The
    fork ends with the block, whatever it is doing. What it raises is seen by nobody.
    """
    begun = _begun(work) if worthwhile and has_another_core() else None
    if begun is None:
        yield None
        return
    fork, ours = begun
    try:
        yield ours
    finally:
        fork.kill()  # it has told all, or need not any more
        fork.join()
        ours.close()


def asked(pipe: Connection | None, question: object, meanwhile: Callable[[], T]) -> tuple[T, list[Any]]:
    """Send a fork a question, and return what is made `meanwhile` and what is then received of it."""
    if pipe is not None:
        with contextlib.suppress(OSError):  # it is gone, and nothing will be received
            pipe.send(question)
    return meanwhile(), received(pipe)


def received(pipe: Connection | None) -> list[Any]:
    """Return the list that a fork sends next, an empty one if it sends none any more, or there is no fork."""
    if pipe is None:
        return []
    try:
        return cast(list[Any], pipe.recv())
    except (EOFError, OSError):
        return []


def has_another_core() -> bool:
    """Tell whether two processes can be at work at once."""
    return hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _begun(work: Callable[[Connection], None]) -> tuple[BaseProcess, Connection] | None:
    """Return a fork that was started, and this end of the pipe; None if there cannot be one."""
    forks = get_context("fork")
    try:  # there may be no more processes, memory or descriptors
        ours, theirs = forks.Pipe()
    except OSError:
        return None
    fork = forks.Process(target=_work, args=(work, ours, theirs))
    try:
        with warnings.catch_warnings():
            # The threads that Python warns of from 3.12 on are those of numpy's algebra, made for it.
            warnings.simplefilter("ignore", DeprecationWarning)
            fork.start()
    except OSError:
        ours.close()
        return None
    finally:
        theirs.close()
    return fork, ours


def _work(work: Callable[[Connection], None], ours: Connection, theirs: Connection) -> None:
    """Do the work if it can be done; whoever is told nothing makes it himself, and sees why it cannot."""
    ours.close()  # else this process would wait for ever for one that was killed to read
    with contextlib.suppress(BaseException):
        Thread(target=_end_with_the_other, daemon=True).start()
        work(theirs)


def _end_with_the_other() -> None:
    """End this process as soon as the one that it was forked from is gone, which may have been killed."""
    parent = parent_process()
    if parent is not None and wait([parent.sentinel]):
        os._exit(1)
