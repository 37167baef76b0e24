"""Two connections that read the same: while one thread waits for SQLite, another one reads on.

SQLite works without Python's lock as long as no row is handed over, so two threads are as good as two
processes where few rows hold much (storage/reading/packing.py).
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
U = TypeVar("U")


@contextmanager
def twin(connection: Connection) -> Iterator[tuple[Connection, ...]]:
    """Yield the connection, which has read nothing in its transaction yet, and one that reads the same.

    It comes alone where there is no other core, where the database is not an SQLite file, and where another
    program wrote in the very moment in which the two began.
    """
    if not (_has_another_core() and connection.dialect.name == "sqlite"):
        yield (connection,)
        return
    with connection.engine.connect().execution_options(readonly=True) as other:
        # It changes if another connection commits: https://www.sqlite.org/pragma.html#pragma_data_version
        before = _data_version(other)
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar()
        with other.begin():
            yield (connection, other) if _data_version(other) == before else (connection,)


def _has_another_core() -> bool:
    return hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _data_version(connection: Connection) -> Any:
    dbapi: Any = connection.connection.dbapi_connection
    return dbapi.execute("PRAGMA data_version").fetchone()[0]


def by_turns(
    connections: Sequence[Connection], parts: Sequence[T], read: Callable[[Connection, T], U]
) -> Iterator[U]:
    """Yield what `read` makes of each of the parts, in their order; each connection has a thread of its own.

    No more than a few parts are read ahead of the one that is asked for.
    """
    if len(connections) == 1:
        yield from (read(connections[0], part) for part in parts)
        return
    free = deque(connections)

    def take(part: T) -> U:
        connection = free.popleft()
        try:
            return read(connection, part)
        finally:
            free.append(connection)

    with ThreadPoolExecutor(len(connections)) as threads:
        waiting = deque(threads.submit(take, part) for part in parts[: 2 * len(connections)])
        for part in parts[len(waiting) :]:
            yield waiting.popleft().result()
            waiting.append(threads.submit(take, part))
        while waiting:
            yield waiting.popleft().result()
