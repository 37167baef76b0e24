"""Bringing a database to this release's schema, and refusing one that is newer."""

import sqlite3
from contextlib import closing, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from storage.engines.opening import one_run
from storage.engines.sqlite import connect
from storage.errors import StorageError

_HEAD = "0009"


def head() -> str:
    """Return the schema revision of this release: that of the last migration."""
    return _HEAD


def revision(connection: Connection) -> str:
    """Return the schema revision of the database, "" if it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def upgrade(engine: Engine) -> bool:
    """Create or upgrade the schema; tell whether anything changed.

    The check and the change happen in one write transaction, so two upgraders take turns. Before an older
    schema is changed, a copy of an SQLite database is put beside it, `<name>.<revision>.bak`. Raises
    StorageError if the schema is newer than this release knows, LockHeld while a run is at work on it.
    """
    with engine.connect().execution_options(readonly=True) as connection, connection.begin():
        if revision(connection) == head():
            return False
    with engine.begin() as connection:
        present = revision(connection)
        if present == head():
            return False
        strange = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
        if not present and strange:
            raise StorageError(
                f"{engine.url.database} holds tables of another program ({', '.join(strange[:3])}); "
                "give pmtrend a database of its own"
            )
        from storage.engines.migrating import (  # a tenth of a second that other starts need not spend
            knows,
            migrate,
        )

        if present and not knows(connection, present):
            raise StorageError(
                f"the database has schema {present}, which this release does not know; "
                "it was written by a newer pmtrend, so upgrade pmtrend"
            )
        with one_run(engine) if present else nullcontext():
            if present and engine.dialect.name == "sqlite":
                _copy(engine, Path(f"{engine.url.database}.{present}.bak"))
            migrate(connection)
    return True


def backup(engine: Engine, target: Path) -> None:
    """Write a consistent copy of an SQLite store to `target` (temporary file, then rename)."""
    if engine.dialect.name != "sqlite":
        raise StorageError(
            f"{engine.url.database} is no file of ours: back it up with `pg_dump -Fc`, "
            "or write it to a file with `pmtrend db copy`"
        )
    try:
        if target.exists():
            raise StorageError(f"{target} exists already; choose another name for the backup")
        if not target.parent.is_dir():
            raise StorageError(f"the folder {target.parent} does not exist")
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}") from None
    _copy(engine, target)


def _copy(engine: Engine, target: Path) -> None:
    """Write a verified copy to `target`, in place of an earlier one."""
    source = str(engine.url.database)
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with closing(connect(source)) as reader, closing(sqlite3.connect(part)) as writer:
            reader.backup(writer)
            sound = writer.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        if not sound:
            raise StorageError(f"the copy of {source} is damaged; nothing was written to {target}")
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise StorageError(f"{source} cannot be copied to {target}: {error}") from error
