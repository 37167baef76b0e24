"""Two processes that read the same: a fork reads one half of many rows and brings it as columns.

Two threads would get in each other's way: what they read goes through one lock of Python's, what SQLite needs
for it through another. SQLite's locks on a file belong to a process, though, and a fork would take those of
its parent for its own (https://www.sqlite.org/howtocorrupt.html, 2.6). So there is one only where this
process has no connection to the file, and each of the two opens its own.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine

from storage.engines.opening import few_pages
from storage.forking import asked, forked

T = TypeVar("T")
U = TypeVar("U")

Reading = Callable[[], AbstractContextManager[Connection]]
"""Opens a connection in a transaction that reads."""
_LARGE: Final = 2**25
"""Bytes of a file from which on a second process is worth being started."""
_OPEN_FILES: Final = Path("/proc/self/fd")


class Readers:
    """A connection, within a transaction that reads, and perhaps a process that reads the same state."""

    def __init__(self, connection: Connection, twin: Pipe | None = None):
        self.connection, self._twin = connection, twin

    def both(self, here: Callable[[Connection], T], there: Callable[[Connection], U]) -> tuple[T, U]:
        """Return what both read, at once if there is a twin; `there` and what it reads can be pickled."""
        mine, told = asked(self._twin, there, lambda: here(self.connection))
        if told:
            return mine, cast(U, told[0])
        self._twin = None
        return mine, there(self.connection)


@contextmanager
def readers(engine: Engine, reading: Reading) -> Iterator[Readers]:
    """Yield what reads one state of the database; two processes where that is worthwhile and can be."""
    work, worthwhile = partial(_read_on_demand, engine), _can_be_opened_twice(engine)
    with forked(work, worthwhile=worthwhile) as pipe, reading() as connection, few_pages(connection):
        if pipe is not None and not _read_the_same(engine, connection, pipe):
            pipe = None
        yield Readers(connection, pipe)


def _can_be_opened_twice(engine: Engine) -> bool:
    """Tell whether this is a large SQLite file that nobody in this process has open."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or path is None or os.path.getsize(path) < _LARGE:
        return False
    engine.dispose()  # the connections that wait to be used again
    try:
        return not any(_is(file, path) for file in _OPEN_FILES.iterdir())
    except OSError:
        return False


def _is(file: Path, path: str) -> bool:
    try:
        return file.samefile(path)
    except FileNotFoundError:  # the descriptor by which the list was read
        return False


def _read_the_same(engine: Engine, connection: Connection, pipe: Pipe) -> bool:
    """Begin reading here and there, and tell whether both see the same: nobody committed meanwhile."""
    with engine.connect().execution_options(readonly=True) as watch:
        # It changes if another connection commits: https://www.sqlite.org/pragma.html#pragma_data_version
        before = _data_version(watch)
        _, begun = asked(pipe, None, lambda: _begin(connection))
        return bool(begun) and _data_version(watch) == before


def _read_on_demand(engine: Engine, pipe: Pipe) -> None:
    """Read what is asked for, of the state of the moment in which the other one says to begin."""
    pipe.recv()
    with (
        engine.connect().execution_options(readonly=True) as connection,
        connection.begin(),
        few_pages(connection),
    ):
        _begin(connection)
        pipe.send([True])
        while True:
            read: Callable[[Connection], Any] = pipe.recv()
            pipe.send([read(connection)])


def _begin(connection: Connection) -> None:
    """Take the state of the database that the transaction will see; BEGIN alone does not."""
    connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar()


def _data_version(connection: Connection) -> Any:
    dbapi: Any = connection.connection.dbapi_connection
    return dbapi.execute("PRAGMA data_version").fetchone()[0]
