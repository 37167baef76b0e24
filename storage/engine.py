"""Opening a database: pragmas, write transactions, and the sentences for what is not a database."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from storage.errors import StorageError

_TURNS, _PAUSE = 600, 0.05
_PATIENCE = 30.0
"""Seconds that a transaction waits for its turn to write."""


def open_engine(database: str) -> Engine:
    """Return an engine for the SQLAlchemy URL `database`. Raises StorageError if it cannot be one."""
    try:
        url = make_url(database)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise StorageError(f"{database!r} is not a database URL; write it as sqlite:///pmtrend.db") from None
    if url.get_backend_name() != "sqlite":
        raise StorageError(f"{url.get_backend_name()} databases are not supported yet; use sqlite:///FILE")
    if not url.database:
        raise StorageError(
            f"{database!r} names no file and would lose everything; write sqlite:///pmtrend.db"
        )
    _check_file(url)
    path = str(url.database)
    engine = create_engine(url, creator=lambda: connect(path)) if _is_frozen(path) else create_engine(url)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _check_file(url: URL) -> None:
    if url.database == ":memory:":
        return
    path = Path(str(url.database))
    if path.is_dir():
        raise StorageError(f"the database {path} is a directory, not a file")
    if not path.parent.is_dir():
        raise StorageError(f"the folder {path.parent} of the database does not exist")
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
    dbapi.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000:.0f}")
    _use_wal(dbapi)
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        dbapi.execute(f"PRAGMA {pragma}")


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


@contextmanager
def patience(connection: Connection, seconds: float) -> Iterator[None]:
    """Let a connection that has begun nothing yet wait no longer than this for its turn to write."""
    dbapi: Any = connection.connection.dbapi_connection
    dbapi.execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")
    try:
        yield
    finally:
        dbapi.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000:.0f}")


@contextmanager
def explained(database: str) -> Iterator[None]:
    """Turn database errors that a person can mend into one sentence."""
    try:
        yield
    except DatabaseError as error:
        cause = str(error.orig)
        known = {
            "readonly": "is read-only",
            "disk is full": "cannot grow: the disk is full",
            "malformed": "is damaged",
            "not a database": "is not an SQLite database",
            "locked": "is locked by another program",
            "unable to open": "cannot be opened",
        }
        for sign, sentence in known.items():
            if sign in cause:
                raise StorageError(f"the database {database} {sentence} ({cause})") from error
        raise
