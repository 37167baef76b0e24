"""One SQLite file: how it is opened, whose turn it is to write, and what its errors mean."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path
from textwrap import shorten
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Connection, Date, Engine, Table, create_engine, event
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import URL

from storage.column_types import UtcDateTime
from storage.errors import LockHeld, StorageError
from storage.json_columns import json_text

_TURNS, _PAUSE = 600, 0.05
_PARAMETERS = 288
"""Values of a statement that inserts several rows: 32 tags."""
_PATIENCE = 30.0
"""Seconds that a transaction waits for its turn to write."""
_HOLD_PAGES, _HOLD_FEW_PAGES = "PRAGMA cache_size=-8000", "PRAGMA cache_size=-500"
"""KB of pages that are held: what looks that are stored together write; what going through a store needs."""


def open_file(url: URL) -> Engine:
    """Return an engine for the file that the URL names. Raises StorageError if there can be no database."""
    named = unquote(str(url))
    if url.query:
        raise StorageError(
            f"{named!r} has parameters ({', '.join(sorted(url.query))}), of which SQLite's files have none; "
            f"write sqlite:///{url.database or 'pmtrend.db'}"
        )
    if url.database in (None, "", ":memory:"):
        raise StorageError(f"{named!r} names no file and would lose everything; write sqlite:///pmtrend.db")
    _check_file(url)
    path = str(url.database)
    frozen = {"creator": lambda: connect(path)} if _is_frozen(path) else {}
    engine = create_engine(url, json_serializer=json_text, **frozen)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _check_file(url: URL) -> None:
    path = Path(str(url.database))
    if path.is_dir():
        raise StorageError(f"the database {path} is a directory, not a file")
    if not path.parent.is_dir():
        raise StorageError(f"the folder {path.parent} of the database does not exist")
    if not path.exists() and not os.access(path.parent, os.W_OK):
        folder = "this folder" if path.parent == Path() else path.parent
        raise StorageError(f"there is no database {path}, and {folder} may not be written to")
    if path.exists() and path.stat().st_size:
        try:
            with path.open("rb") as file:
                head = file.read(16)
        except PermissionError:
            raise StorageError(f"the database {path} cannot be read: permission denied") from None
        if head != b"SQLite format 3\0":
            raise StorageError(f"{path} is not an SQLite database")


def connect(path: str) -> sqlite3.Connection:
    """Return a plain connection to a database file, to be used in any thread."""
    if _is_frozen(path):
        return sqlite3.connect(
            f"{Path(path).absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False
        )
    return sqlite3.connect(path, check_same_thread=False)


def _is_frozen(path: str) -> bool:
    """Tell whether the database at `path` lies where nothing can be written, and nobody is at work on it.

    SQLite reads such a one only if told so, for it cannot put its shared memory beside it
    (https://www.sqlite.org/wal.html#readonly); with a log beside it rows would be left out.
    """
    file = Path(path)
    return file.is_file() and not os.access(file.parent, os.W_OK) and not Path(f"{path}-wal").exists()


def _on_connect(dbapi: Any, _record: object) -> None:
    # pysqlite would open transactions late and deferred; we begin them ourselves. WAL lets reports read
    # while a run writes; FULL because few commits are made and each is a board's whole observation.
    dbapi.isolation_level = None
    set_patience(dbapi)
    _use_wal(dbapi)
    # A look at a large board writes hundreds of pages. After a thousand SQLite would copy them into the
    # database, and many of them again after the next looks. What looks that are stored together write fits
    # into 8 MB; of the 2 MB that SQLite holds by itself, pages were written before the commit and with it.
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "wal_autocheckpoint=4000"):
        dbapi.execute(f"PRAGMA {pragma}")
    hold_few_pages(dbapi, few=False)


def _use_wal(dbapi: Any) -> None:
    """Write ahead from now on, whoever else opens the new database at the same moment.

    Turning it on needs the file for itself and may fail at once, whatever busy_timeout says, so the turns
    are taken here.
    """
    for patience in reversed(range(_TURNS)):
        try:
            dbapi.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or not patience:
                raise
            time.sleep(_PAUSE)


def _on_begin(connection: Connection) -> None:
    # A deferred read-then-write transaction fails at once with "database is locked" when another writer
    # came between; BEGIN IMMEDIATE waits for its turn instead.
    readonly = connection.get_execution_options().get("readonly", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


def set_patience(dbapi: Any, seconds: float = _PATIENCE) -> None:
    """Let a connection wait no longer than this for its turn to write."""
    dbapi.execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")


def hold_few_pages(dbapi: Any, *, few: bool) -> None:
    """Let a connection hold few pages or, as it does by itself, more.

    Who goes through a store once needs a page hardly ever again, and few stay in the caches of the processor:
    that is a sixth of the time.
    """
    dbapi.execute(_HOLD_FEW_PAGES if few else _HOLD_PAGES)


def meaning(error: BaseException | None) -> str:
    """Return what an error means to a person, as the rest of a sentence on the database; "" if nothing."""
    cause = shorten(str(error), 200)  # of a damaged schema SQLite tells all of it
    known = {
        "readonly": "is read-only",
        "disk is full": "cannot grow: the disk is full",
        "malformed": "is damaged",
        "Could not decode": "is damaged",
        "not a database": "is not an SQLite database",
        "locked": "is locked by another program",
        "unable to open": "cannot be opened",
    }
    return next((f"{sentence} ({cause})" for sign, sentence in known.items() if sign in cause), "")


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path` for the time of the block. Raises LockHeld at once if another run has it.

    It is the kernel's lock and frees itself when its holder dies.
    """
    try:
        file = path.open("a")
    except OSError as error:
        raise StorageError(f"the lock file {path} cannot be opened: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LockHeld(f"another run of pmtrend is at work on this store ({path})") from None
        yield


@contextmanager
def one_run(engine: Engine, *, shared: bool = False) -> Iterator[None]:
    """Be the only run on this store, also one that may be `shared`."""
    with exclusive(Path(f"{engine.url.database}.lock")):
        yield


def insert_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]], most: int) -> None:
    """Insert rows (values in the order of the columns, JSON as its text), holding `most` at a time."""
    rest = iter(rows)
    while values := list(chain.from_iterable(islice(rest, most))):
        insert_values(connection, table, values)


def insert_values(connection: Connection, table: Table, values: list[Any]) -> None:
    """Insert rows whose values stand one row behind the other; the list is used up.

    Converting each value by its type, as SQLAlchemy does, takes longer than SQLite takes to store it. Only
    instants and days have to be, and few of them are different ones. The driver takes them directly, narrow
    rows several to a statement: to begin one for each took a third of the time of tags.
    """
    dbapi: Any = connection.connection.driver_connection
    width = len(table.columns)
    for place, convert in _converters(table).items():
        column = values[place::width]
        stored = {None: None} | {value: convert(value) for value in {*column} - {None}}
        values[place::width] = map(stored.__getitem__, column)
    done = 0
    for rows in (_PARAMETERS // width, 1):
        size = rows * width
        starts = range(done, len(values) - size + 1, size)
        dbapi.executemany(_insertion(table, rows), (values[start : start + size] for start in starts))
        done += size * len(starts)


@cache
def _insertion(table: Table, rows: int) -> str:
    """Return the statement that inserts so many rows."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    row = f"({', '.join('?' * len(table.columns))})"
    return f"INSERT INTO {table.name} ({columns}) VALUES {', '.join([row] * rows)}"


@cache
def _converters(table: Table) -> Mapping[int, Callable[[Any], Any]]:
    """Return place of a column -> what makes its values those that the driver takes."""
    known = _instants_and_days()
    kinds = enumerate(type(column.type) for column in table.columns)
    return {place: known[kind] for place, kind in kinds if kind in known}


@cache
def _instants_and_days() -> Mapping[type, Callable[[Any], Any]]:
    """Return what converts values of these types; the instant of a look comes in several tables."""
    dialect = pysqlite.dialect()
    processors = {kind: kind().dialect_impl(dialect).bind_processor(dialect) for kind in (UtcDateTime, Date)}
    return {kind: lru_cache(maxsize=256)(convert) for kind, convert in processors.items() if convert}


def settle(connection: Connection, tables: Sequence[Table]) -> None:
    """SQLite looks itself what is in its tables."""
