"""Work on all cores: tasks go to processes, results come back in the order of the tasks.

Each process has a pipe of its own, and nobody else holds its ends: so the death of a worker is seen by its
parent at once, whatever it was doing, and the death of the parent by every worker after its task.
concurrent.futures shares its queues instead: there a worker killed at the wrong moment makes the others wait
for ever, and workers outlive a parent that is killed. A worker loads the module of its work and nothing else;
one started by multiprocessing loads the main program, too, which is nearly twice as much.
"""

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, TypeVar

from scraper.stages import collect_rarely

T = TypeVar("T")
R = TypeVar("R")
_PROGRAM = """import sys
sys.path[:] = {path!r}
from {module} import {function} as work
from scraper.workers.processes import serve
serve(work, {pipe})
"""


class WorkerLost(Exception):
    """A process that worked for us has ended; what it was doing is not done."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(work: Callable[[T], R], tasks: Iterable[T], processes: int) -> Generator[R, None, None]:
    """Yield work(task) for each task, in order, computed in so many processes; 1 is this one.

    `work` is a function at the top of a module; tasks and results can be pickled. Tasks are taken as they are
    needed: no more than two for each process are begun and not yet yielded. Closing it ends the processes.
    Raises WorkerLost when one ends, be it that it was killed or that `work` raised there, which it then has
    told on stderr.
    """
    if processes == 1:
        yield from map(work, tasks)
        return
    with _workers(work, processes) as (idle, threads):
        underway: deque[Future[R]] = deque()
        for task in tasks:
            if len(underway) == 2 * processes:
                yield underway.popleft().result()
            underway.append(threads.submit(_ask, idle, task))
        while underway:
            yield underway.popleft().result()


def serve(work: Callable[[Any], Any], pipe: int) -> None:
    """Do the work that comes through a pipe until nobody is there to work for: what a worker runs."""
    connection = Connection(pipe)
    collect_rarely()
    try:
        while True:
            connection.send(work(connection.recv()))
    except (EOFError, ConnectionError):
        pass


def _ask(idle: SimpleQueue[Connection], task: object) -> Any:
    """Let an idle worker do a task: what a thread does, so that no worker waits while we are busy."""
    connection = idle.get()
    try:
        connection.send(task)
        result = connection.recv()
    except (EOFError, OSError):
        raise WorkerLost from None
    finally:
        idle.put(connection)
    return result


@contextmanager
def _workers(
    work: Callable[[T], R], processes: int
) -> Iterator[tuple[SimpleQueue[Connection], ThreadPoolExecutor]]:
    """Start processes; give the ends of their pipes, and threads to ask them. They end with the block."""
    started: list[subprocess.Popen[bytes]] = []
    connections: list[Connection] = []
    idle: SimpleQueue[Connection] = SimpleQueue()
    threads = ThreadPoolExecutor(processes)
    try:
        for _ in range(processes):
            ours, theirs = Pipe()
            connections.append(ours)
            with theirs, _without_interrupts():
                started.append(_start(work, theirs.fileno()))
            idle.put(ours)
        yield idle, threads
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()
        threads.shutdown(cancel_futures=True)  # nobody is there to answer them any more
        for connection in connections:
            connection.close()


def _start(work: Callable[[T], R], pipe: int) -> subprocess.Popen[bytes]:
    program = _PROGRAM.format(path=sys.path, module=work.__module__, function=work.__qualname__, pipe=pipe)
    return subprocess.Popen([sys.executable, "-c", program], pass_fds=[pipe], stdin=subprocess.DEVNULL)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Put off Ctrl-C, which a terminal sends to all; a process started meanwhile never sees it.

    Whoever starts it answers for it, and its traceback would be noise.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
