"""Opening a database, and the sentences for what cannot be opened or fails on the way.

What differs between SQLite and PostgreSQL is in `storage.engines.sqlite` and `storage.engines.postgresql`:
how a connection is set up, how writers take turns, how one run keeps others out, and what errors mean.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, Table, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from storage.engines import sqlite
from storage.errors import StorageError

_IN_QUERY = ("password", "sslpassword")
"""libpq's own parameters that are secret."""
_SECRETS = re.compile(rf"(?<=[?&])(?:{'|'.join(_IN_QUERY)})=[^&]*", re.IGNORECASE)
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")


def open_engine(database: str) -> Engine:
    """Return an engine for the SQLAlchemy URL `database`. Raises StorageError if it cannot be one."""
    try:
        url = make_url(database)
        if url.drivername in _POSTGRESQL:
            from storage.engines import postgresql

            return postgresql.open_server(url.set(drivername="postgresql+psycopg"))
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StorageError(
            f"{without_password(database)!r} is not a database URL; write it as sqlite:///pmtrend.db "
            "or postgresql+psycopg://USER@HOST/DATABASE"
        ) from None
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StorageError(
            f"{url.drivername} databases are not supported; use sqlite:///FILE "
            "or postgresql+psycopg://USER@HOST/DATABASE"
        )
    return sqlite.open_file(url)


def without_password(database: str | URL) -> str:
    """Return a database URL as it may be shown; what is none without all that may be a password."""
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        scheme, mark, rest = str(database).partition("://")
        if not mark:
            scheme, rest = "", scheme
        return _SECRETS.sub("", scheme + mark + rest.rpartition("@")[2])
    return url.difference_update_query(_IN_QUERY).render_as_string(hide_password=True)


def holds_password(database: str) -> bool:
    """Tell whether a database URL must not be shown as it is."""
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        return without_password(database) != database
    return url.password is not None or not url.query.keys().isdisjoint(_IN_QUERY)


def _module(engine: Engine) -> ModuleType:
    if engine.dialect.name == "sqlite":
        return sqlite
    from storage.engines import postgresql

    return postgresql


@contextmanager
def patience(connection: Connection, seconds: float) -> Iterator[None]:
    """Let a connection that has begun nothing yet wait no longer than this for its turn to write."""
    dbapi: Any = connection.connection.dbapi_connection
    module = _module(connection.engine)
    module.set_patience(dbapi, seconds)
    try:
        yield
    finally:
        module.set_patience(dbapi)


@contextmanager
def few_pages(connection: Connection) -> Iterator[None]:
    """For the time of the block let a connection hold few pages: it goes through the database once."""
    dbapi: Any = connection.connection.dbapi_connection
    module = _module(connection.engine)
    module.hold_few_pages(dbapi, few=True)
    try:
        yield
    finally:
        module.hold_few_pages(dbapi, few=False)


def one_run(engine: Engine, *, shared: bool = False) -> AbstractContextManager[None]:
    """Be the only run on this store for the time of the block. Raises LockHeld at once if another one is.

    `shared` ones let each other in, where the engine has leases for their work (PostgreSQL).
    """
    held: AbstractContextManager[None] = _module(engine).one_run(engine, shared=shared)
    return held


def insert_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]], most: int) -> None:
    """Insert rows (values in the order of the columns, JSON as its text), holding `most` of them at a time.

    Raises DataError where a value does not fit into its column.
    """
    _module(connection.engine).insert_rows(connection, table, rows, most)


def insert_values(connection: Connection, table: Table, values: list[Any]) -> None:
    """Insert rows like `insert_rows`, given as their values one row behind the other; the list is used up."""
    _module(connection.engine).insert_values(connection, table, values)


def settle(connection: Connection, tables: Sequence[Table]) -> None:
    """Let the engine know what is in tables that were filled at once."""
    _module(connection.engine).settle(connection, tables)


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn database errors that a person can mend into one sentence.

    An error of clearing up after an interrupt, as of a connection whose answer nobody waited for, is that
    interrupt.
    """
    driver = engine.dialect.loaded_dbapi
    try:
        yield
    except (DatabaseError, driver.Error) as error:  # the driver's own where its rows are taken directly
        if _of_an_interrupt(error):
            raise KeyboardInterrupt from None
        meaning = _module(engine).meaning(error.orig if isinstance(error, DatabaseError) else error)
        if not meaning:
            raise
        raise StorageError(f"the database {without_password(engine.url)} {meaning}") from error


def _of_an_interrupt(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
