"""The databases of a test, on the engine that the test runs on: SQLite, or a PostgreSQL server of our own.

A test names a database by a path in its folder, on both engines. On SQLite that is the file; on PostgreSQL
the server has one for it, which is emptied and used again after the test.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy
from own_server import Server
from sqlalchemy import JSON, Text, cast, event, select
from sqlalchemy.pool import Pool

from storage.engines.opening import open_engine
from storage.store import open_store
from storage.tables import Base

_Check = Callable[..., None]
_TEMPLATE = "empty_store"
_SCHEMA = """
    SELECT relname, attnum, attname, (SELECT max(version_num) FROM alembic_version)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
    ORDER BY 1, 2
"""


@cache
def empty_file() -> bytes:
    """An empty database of this release's schema; copying it is cheaper than migrating each time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        open_store(f"sqlite:///{path}").close()
        return path.read_bytes()


class Databases:
    """Those of one server, by the paths that tests call them by."""

    def __init__(self, server: Server):
        self.server = server
        self._names: dict[Path, str] = {}
        self._free: list[str] = []
        self._bare: set[str] = set()
        self._connections: list[Any] = []
        self._template = ""
        self._schema: list[Any] = []
        event.listen(Pool, "connect", self._connected)

    def name(self, path: Path) -> str:
        """Return the database that stands for a path; a new one is empty and has this release's schema."""
        path = path.absolute()
        if path not in self._names:
            if not self._template:
                self._template = self.server.create(name=_TEMPLATE)
                open_store(self.server.url(_TEMPLATE)).close()
                with self.server.connect(_TEMPLATE) as connection:
                    self._schema = connection.execute(_SCHEMA).fetchall()
            self._names[path] = self._free.pop() if self._free else self.server.create(self._template)
        return self._names[path]

    def bare(self, path: Path) -> str:
        """Return the URL of a database without any table."""
        name = self._names[path.absolute()] = self.server.create()
        self._bare.add(name)
        return self.server.url(name)

    def copy(self, source: Path, target: Path) -> None:
        """Let the target hold what the source holds."""
        self._close()
        self._names[target.absolute()] = self.server.create(self.name(source))

    def forget(self, path: Path) -> None:
        """Let the path stand for no database any more; the one it had is emptied."""
        if name := self._names.pop(path.absolute(), ""):
            self._close()
            if name not in self._bare and self._emptied(name):
                self._free.append(name)
            else:
                self.server.drop(name)

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        """Take back what was asked for in the time of the block, and close every connection."""
        before = set(self._names)
        try:
            yield
        finally:
            self._close()
            for path in self._names.keys() - before:
                self.forget(path)

    def _emptied(self, name: str) -> bool:
        """Delete all rows and let numbers begin anew; False if it has no longer the template's schema."""
        with self.server.connect(name) as connection:
            if connection.execute(_SCHEMA).fetchall() != self._schema:
                return False
            rows = connection.execute(
                "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables "
                "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).fetchall()
            connection.execute(f"TRUNCATE {rows[0][0]} RESTART IDENTITY")  # type: ignore[call-overload]
        return True

    def _connected(self, dbapi: Any, _record: object) -> None:
        if hasattr(dbapi, "pgconn"):
            self._connections.append(dbapi)

    def _close(self) -> None:
        """Stores that a test left open are nobody's any more."""
        while self._connections:
            self._connections.pop().close()


_current: list[Databases] = []
"""Of the test that runs: none on SQLite."""


@contextmanager
def on(databases: Databases) -> Iterator[None]:
    """Let what is opened in the time of the block be on the server."""
    _current.append(databases)
    try:
        yield
    finally:
        _current.pop()


def is_file() -> bool:
    """Tell whether the test runs on SQLite."""
    return not _current


def url(path: Path) -> str:
    """Return the URL of the database that stands for a path; a new one is empty and has this schema."""
    if _current:
        return _current[-1].server.url(_current[-1].name(path))
    if not path.exists():
        path.write_bytes(empty_file())
    return f"sqlite:///{path}"


def fresh(path: Path) -> str:
    """Return the URL of an empty database, in place of one that may stand for the path already."""
    if _current:
        _current[-1].forget(path)
    else:
        path.write_bytes(empty_file())
    return url(path)


def bare(path: Path) -> str:
    """Return the URL of a database that nobody has opened yet."""
    return _current[-1].bare(path) if _current else f"sqlite:///{path}"


def copy(source: Path, target: Path) -> Path:
    """Copy a database that nobody writes to; return the target."""
    if _current:
        _current[-1].copy(source, target)
    else:
        with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(target)) as writer:
            reader.backup(writer)  # what is not yet in the file is in the log beside it
    return target


def holds(
    tried: settings, *strategies: SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """`@given` with settings; on a server, where each example takes longer, a fifth of the examples."""

    def made(check: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            number = tried.max_examples if is_file() else max(tried.max_examples // 5, 3)
            settings(tried, max_examples=number)(given(*strategies)(check))()

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return made


@contextmanager
def borrowed() -> Iterator[None]:
    """Let the databases that are asked for in the time of the block go with it."""
    if not _current:
        yield
        return
    with _current[-1].borrowed():
        yield


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder; the databases in it go with it."""
    with TemporaryDirectory() as made, borrowed():
        yield Path(made)


def query(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a statement on a database; what it changes is kept."""
    engine = open_engine(url(path))
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        found = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return found


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return table -> the rows of a database, as `rows_of` does."""
    return rows_of(url(path))


def rows_of(database: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return table -> its rows in the order of their keys, with values that are the same on both engines.

    The order is that of Python: a database that sorts otherwise gives other rows.
    """
    engine = open_engine(database)
    found = {}
    with engine.connect().execution_options(readonly=True) as connection:
        for table in Base.metadata.sorted_tables:
            columns = [cast(c, Text).label(c.name) if isinstance(c.type, JSON) else c for c in table.columns]
            found[table.name] = [
                tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key))
            ]
    engine.dispose()
    return found


def json_of(value: Any) -> Any:
    """Return a JSON value as it is, whichever driver gave it: SQLite's gives its text."""
    return json.loads(value) if isinstance(value, str) else value
