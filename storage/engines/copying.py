"""Copying a whole store into another database, of the same engine or another, and comparing every row.

The source is read in one transaction, the target written in one: a copy that is broken off, or that differs
in anything, leaves the target empty. Rows pass through a few hundred at a time, however many there are.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, Engine, Select, Table, Text, cast, exists, func, inspect, select
from sqlalchemy.exc import DataError

from storage.engines.opening import explained, insert_rows, one_run, open_engine, settle, without_password
from storage.engines.upgrading import head, revision
from storage.errors import StorageError
from storage.tables import Base, Setting

_ROWS = 500
"""Rows that are held at a time: each may have a text."""

Tell = Callable[[int, int], None]
"""Is told how many rows more are copied or compared, and how many there are to be, each of them twice."""


def copy(source: str, target: str, tell: Tell) -> tuple[int, int]:
    """Copy the store at one URL into the empty database at another; return (rows, tables).

    Every row is read again from both and compared before anything of it stays. What is made of other rows
    (the index of a search) is left out, since it is made anew. Raises StorageError if the source is no store
    of this release's schema, if the target is not empty, or if a row differs.
    """
    with ExitStack() as stack:
        engines = [open_engine(database) for database in (source, target)]
        for engine in engines:
            stack.callback(engine.dispose)
        reading, writing = engines
        _check_there(reading)
        stack.enter_context(explained(reading))
        read = stack.enter_context(reading.connect().execution_options(readonly=True))
        stack.enter_context(read.begin())
        _check_source(read)
        stack.enter_context(explained(writing))
        stack.enter_context(one_run(writing))
        write = stack.enter_context(writing.begin())
        _make_tables(write)
        tables = [table for table in Base.metadata.sorted_tables if not table.info.get("derived")]
        rows = sum(read.scalar(select(func.count()).select_from(table)) or 0 for table in tables)

        def told(done: int) -> None:
            tell(done, 2 * rows)

        for table in tables:
            with closing(_rows(read, table)) as source_rows:
                _write(write, table, source_rows, told)
        settle(write, tables)
        for table in tables:
            with closing(_rows(read, table)) as source_rows, closing(_rows(write, table)) as copied:
                _compare(table, source_rows, copied, told)
    return rows, len(tables)


def _check_there(engine: Engine) -> None:
    """A file that is asked for would be made."""
    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).is_file():
        raise StorageError(f"there is no store at {without_password(engine.url)}")


def _check_source(connection: Connection) -> None:
    name, found = without_password(connection.engine.url), revision(connection)
    if not found:
        raise StorageError(f"there is no store at {name}")
    if found != head():
        raise StorageError(
            f"the store at {name} has schema {found}, not this release's ({head()}); upgrade it first: "
            f"pmtrend --db {name} db upgrade"
        )


def _make_tables(connection: Connection) -> None:
    """Make the tables in an empty database; one that has them and no row in them will do."""
    if not inspect(connection).get_table_names():
        from storage.engines.migrating import migrate  # as in storage.engines.upgrading

        migrate(connection)
        return
    # The settings of a store that was only opened are none that anybody misses.
    filled = (table for table in Base.metadata.sorted_tables if table.name != Setting.__tablename__)
    if revision(connection) != head() or any(
        connection.scalar(select(exists().select_from(table))) for table in filled
    ):
        name = without_password(connection.engine.url)
        raise StorageError(f"{name} is not empty; copy into a new database")
    connection.execute(Setting.__table__.delete())  # type: ignore[attr-defined]


def _rows(connection: Connection, table: Table) -> Generator[Sequence[Any], None, None]:
    """Yield the rows in the order of their keys, JSON as its text, which is kept to the letter."""
    columns = [cast(c, Text).label(c.name) if isinstance(c.type, JSON) else c for c in table.columns]
    statement: Select[Any] = select(*columns).order_by(*table.primary_key)
    with (
        explained(connection.engine),
        connection.execute(statement, execution_options={"yield_per": _ROWS}) as found,
    ):
        yield from found


def _write(
    connection: Connection, table: Table, rows: Iterator[Sequence[Any]], told: Callable[[int], None]
) -> None:
    last: Sequence[Any] = ()

    def passed() -> Iterator[Sequence[Any]]:
        nonlocal last
        for last in _counted(rows, told):  # noqa: UP028 (which was the last is told below)
            yield last

    try:
        insert_rows(connection, table, passed(), _ROWS)
    except DataError as error:
        cause = str(error.orig).partition("\n")[0]
        name = without_password(connection.engine.url)
        raise StorageError(
            f"{name} does not take a row of {table.name} at or before {_key(table, last)}: {cause}"
        ) from error


def _compare(
    table: Table, rows: Iterator[Sequence[Any]], copied: Iterator[Sequence[Any]], told: Callable[[int], None]
) -> None:
    for row in _counted(rows, told):
        if (other := next(copied, None)) is None or tuple(row) != tuple(other):
            raise StorageError(f"the copy differs in {table.name} at {_key(table, row)}; nothing was kept")
    if more := next(copied, None):
        raise StorageError(f"the copy has more in {table.name}: {_key(table, more)}; nothing was kept")


def _counted(rows: Iterator[Sequence[Any]], told: Callable[[int], None]) -> Iterator[Sequence[Any]]:
    number = 0
    for number, row in enumerate(rows, start=1):
        yield row
        if not number % _ROWS:
            told(_ROWS)
    told(number % _ROWS)


def _key(table: Table, row: Sequence[Any]) -> str:
    named = (f"{c.name} {row[place]}" for place, c in enumerate(table.columns) if c.primary_key and row)
    return ", ".join(named) or "its beginning"
