"""A database on a PostgreSQL server: how it is opened, whose turn it is to write, and what its errors mean.

The only file that knows psycopg. It keeps the promises of the SQLite file: writers take turns (one advisory
lock a database, held by each writing transaction), a reading transaction sees one state from its first to its
last statement, and one run keeps others out (an advisory lock of a session, which the server frees when its
holder is gone). https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DataError

from storage.errors import LockHeld, StorageError
from storage.json_columns import json_text

_PATIENCE = 30.0
"""Seconds that a transaction waits for its turn to write."""
_CONNECT = 10
"""Seconds that a server has for its answer, unless the URL says otherwise (connect_timeout)."""
_SPACE, _TO_WRITE, _RUN = 0x706D7472, 1, 2
"""Advisory locks are numbers: those of pmtrend ("pmtr"), and which."""

_SESSION = (
    "SET timezone TO 'UTC'; SET datestyle TO 'ISO'; SET client_encoding TO 'UTF8'; "
    # Compiling a statement costs more than any of ours takes.
    "SET jit TO off"
)


def open_server(url: URL) -> Engine:
    """Return an engine for the database that the URL names. Nothing is asked of the server yet.

    Raises StorageError if the driver is not installed or no database is named.
    """
    try:
        import psycopg  # noqa: F401 (SQLAlchemy's sentence on its absence does not say what to install)
    except ImportError:
        raise StorageError(
            "PostgreSQL needs a driver that is not installed: pip install 'pmtrend[postgresql]'"
        ) from None
    if not url.database:
        raise StorageError(
            f"{url.render_as_string(hide_password=True)!r} names no database; "
            "write postgresql+psycopg://USER@HOST/DATABASE"
        )
    options = {"connect_timeout": _CONNECT} if "connect_timeout" not in url.query else {}
    engine = create_engine(url, connect_args=options, pool_pre_ping=True, json_serializer=json_text)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(dbapi: Any, _record: object) -> None:
    encoding = dbapi.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StorageError(
            f"the database {dbapi.info.dbname} has the encoding {encoding}, which cannot hold every text; "
            "create it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    _outside(dbapi, _SESSION)
    set_patience(dbapi)


def _outside(dbapi: Any, statement: str) -> None:
    """Execute a statement in no transaction, so that it stands whatever becomes of the next one."""
    dbapi.autocommit = True
    try:
        dbapi.execute(statement)
    finally:
        dbapi.autocommit = False


def _on_begin(connection: Connection) -> None:
    from psycopg import IsolationLevel

    options = connection.get_execution_options()
    readonly = options.get("readonly", False)
    dbapi: Any = connection.connection.dbapi_connection
    dbapi.read_only = readonly
    # A writer has to see what was committed while it waited for its turn: each statement looks anew.
    dbapi.isolation_level = IsolationLevel.REPEATABLE_READ if readonly else IsolationLevel.READ_COMMITTED
    if not readonly and not options.get("out_of_turn", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SPACE}, {_TO_WRITE})")


def set_patience(dbapi: Any, seconds: float = _PATIENCE) -> None:
    """Let a connection that is in no transaction wait no longer than this for its turn to write."""
    _outside(dbapi, f"SET lock_timeout TO {seconds * 1000:.0f}")


@contextmanager
def one_run(engine: Engine, *, shared: bool = False) -> Iterator[None]:
    """Be the only run on this database, or one of those that are `shared`."""
    import psycopg

    lock = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
    with engine.connect() as connection:
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.autocommit = True  # a transaction as long as a run would keep the server from cleaning up
        try:
            (free,) = dbapi.execute(f"SELECT {lock}({_SPACE}, {_RUN})").fetchone()
            if not free:
                raise LockHeld(
                    f"another run of pmtrend is at work on this store (database {engine.url.database})"
                )
            yield
        finally:
            # The server frees it with the session, but notices the end of that in its own time.
            with suppress(psycopg.Error):
                dbapi.execute("SELECT pg_advisory_unlock_all()")
            connection.invalidate()


def insert_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]], most: int) -> None:
    """Insert rows (values in the order of the columns, JSON as its text) by COPY, one at a time."""
    import psycopg

    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    statement = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    dbapi: Any = connection.connection.dbapi_connection
    try:
        with dbapi.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.DataError as error:
        raise DataError(statement, None, error) from error
    except psycopg.Error as error:
        raise DatabaseError(statement, None, error) from error


def insert_values(connection: Connection, table: Table, values: list[Any]) -> None:
    """Insert rows whose values stand one row behind the other."""
    width = len(table.columns)
    rows = (values[start : start + width] for start in range(0, len(values), width))
    insert_rows(connection, table, rows, len(values))


def settle(connection: Connection, tables: Sequence[Table]) -> None:
    """Let numbers go on after the largest there is, and plans be made for what is there."""
    for table in tables:
        if (number := table.autoincrement_column) is not None:
            sequence = func.pg_get_serial_sequence(table.name, number.name)
            largest = select(func.max(number)).scalar_subquery()
            connection.execute(select(func.setval(sequence, largest)).where(sequence.is_not(None)))
        connection.exec_driver_sql(f"ANALYZE {connection.dialect.identifier_preparer.quote(table.name)}")


# ------------------------------------------------------------------ what errors mean

_STATES = {
    "25006": "is read-only",
    "53100": "cannot grow: the disk of the server is full",
    "55P03": "is locked by another program",
    "57014": "took too long: the server ended the statement",
    "XX001": "is damaged",
    "XX002": "is damaged",
}
"""SQLSTATE -> what it means. https://www.postgresql.org/docs/15/errcodes-appendix.html"""
_ENDED = ("57P01", "57P02", "57P05", "25P03")
"""The server ended the session."""
_UNREACHED = re.compile(
    r"connection refused|no such file|could not translate|resolve|timeout expired|timed out|unreachable"
    r"|no route|starting up|shutting down",
    re.IGNORECASE,
)


def hold_few_pages(dbapi: Any, *, few: bool) -> None:
    """The server holds its pages itself."""


def meaning(error: BaseException | None) -> str:
    """Return what an error means to a person, as the rest of a sentence on the database; "" if nothing."""
    from psycopg import InterfaceError, OperationalError, ProgrammingError, errors

    cause = _cause(error)
    state = getattr(error, "sqlstate", None)
    if state in _STATES:
        return f"{_STATES[state]} ({cause})"
    if isinstance(error, errors.InsufficientPrivilege):
        return f"does not let this user do that: {cause}; let its owner GRANT it, or give the user a database"
    if state in _ENDED:
        return f"was lost on the way ({cause}); what was not stored whole is not stored: call again"
    if isinstance(error, ProgrammingError) and "connect" in cause and not state:
        return f"cannot be opened: {cause}"  # the parameters behind the URL
    if not isinstance(error, (OperationalError, InterfaceError)) or (state and state[:2] not in ("08", "28")):
        return ""
    if not _is_of_opening(str(error)):
        return f"was lost on the way ({cause}); what was not stored whole is not stored: call again"
    if "password" in cause:
        return f"cannot be opened: {cause} (the password belongs into the URL, PGPASSWORD or ~/.pgpass)"
    if cause.startswith("database ") and "does not exist" in cause:
        return f"cannot be opened: {cause}; create it first (createdb)"
    if _UNREACHED.search(cause):
        return f"cannot be reached: {cause}"
    return f"cannot be opened: {cause}"


def _is_of_opening(text: str) -> bool:
    return text.startswith(("connection failed", "connection is bad", "failed to resolve")) or (
        "connection timeout" in text
    )


def _cause(error: BaseException | None) -> str:
    """The server's own words: of several lines the first, without what psycopg puts before it."""
    line = str(error).strip().partition("\n")[0]
    for before in ("FATAL:", "connection failed:"):
        line = line.rpartition(before)[2]
    return line.strip()
