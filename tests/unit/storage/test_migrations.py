"""The schema: what the migrations make is what the tables say, and what is no database of ours is refused."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import bare, is_file, query, url
from places import ROOT
from sqlalchemy import JSON, Column, Connection, Engine, inspect
from store_helpers import Recorder, day, listing

from storage.checking.checking import check
from storage.engines import migrating
from storage.engines.opening import one_run, open_engine
from storage.engines.upgrading import head, upgrade
from storage.errors import LockHeld, StorageError
from storage.store import open_store
from storage.tables import Base

INDEX = "search_words"
pytestmark = pytest.mark.usefixtures("each_engine")

MIGRATIONS = ROOT / "migrations"


def at(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(bare(tmp_path / "pmtrend.db"))
    upgrade(opened)
    yield opened
    opened.dispose()


def alembic(engine: Engine, work: Callable[[Config], None]) -> None:
    """Run an Alembic command in one transaction on the engine."""
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        work(config)


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": another_default,
            "include_name": lambda name, kind, _: kind != "table" or not name.startswith(INDEX),
        },
    )
    return list(compare_metadata(context, Base.metadata))


def tables(connection: Connection) -> set[str]:
    """The tables but those of which the engine makes its full-text index."""
    return {name for name in inspect(connection).get_table_names() if not name.startswith(INDEX)}


def another_default(
    _: object, __: object, column: Column[Any], found: str | None, ___: object, wanted: str | None
) -> bool | None:
    """Tell if the defaults of a column differ; None: as Alembic finds, which cannot compare JSON."""
    if not isinstance(column.type, JSON):
        return None
    return (found or "").removesuffix("::json") != (wanted or "")


def schema(engine: Engine) -> list[tuple[Any, ...]]:
    """All that the engine itself knows of the tables."""
    with engine.connect() as connection:
        if is_file():
            statement = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2"
            return [tuple(row) for row in connection.exec_driver_sql(statement)]
        return [tuple(row) for statement in CATALOGUE for row in connection.exec_driver_sql(statement)]


CATALOGUE = (
    "SELECT 'table', tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 2",
    "SELECT 'column', table_name, column_name, data_type, collation_name, is_nullable, column_default "
    "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 2, 3",
    "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 2",
    "SELECT 'constraint', conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace ORDER BY 2, 3",
)


# ------------------------------------------------------------------ the migrations make the tables


def test_upgrading_from_nothing_gives_exactly_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        assert differences(connection) == []
        assert tables(connection) == {*Base.metadata.tables, "alembic_version"}
        assert check(connection, "Asia/Shanghai") == []
    assert upgrade(engine) is False, "a second upgrade has nothing to do"


def test_constraints_and_nullability_are_the_same_as_in_the_tables(engine: Engine, tmp_path: Path) -> None:
    """What Alembic's comparison does not look at: keys, unique constraints and foreign keys."""
    made = open_engine(bare(tmp_path / "made.db"))
    Base.metadata.create_all(made)
    ours, theirs = inspect(engine), inspect(made)
    for table in Base.metadata.tables:
        for read in ("get_pk_constraint", "get_unique_constraints", "get_foreign_keys", "get_indexes"):
            left, right = getattr(ours, read)(table), getattr(theirs, read)(table)
            if isinstance(left, list):
                left, right = sorted(left, key=str), sorted(right, key=str)
            assert left == right, f"{table}: {read}"
        columns = [
            [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)]
            for seen in (ours, theirs)
        ]
        assert sorted(columns[0]) == sorted(columns[1]), table
    made.dispose()


def test_a_new_revision_would_hold_only_what_the_tables_have_more(engine: Engine) -> None:
    """As docs/CONTRIBUTING.md makes one: nothing is missing now, not even for the tables of the index."""
    with engine.connect() as connection:
        command.check(migrating.config(connection))


def test_the_revisions_are_one_line(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [head()]
    assert len(scripts.get_bases()) == 1
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True), "revisions are numbered in their order"


def test_down_to_nothing_and_up_again(engine: Engine) -> None:
    before = schema(engine)
    alembic(engine, lambda config: command.downgrade(config, "base"))
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert upgrade(engine) is True
    assert schema(engine) == before


def test_every_revision_goes_down_and_up_by_itself(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    for _ in ScriptDirectory.from_config(config).walk_revisions():
        before = schema(engine)
        alembic(engine, lambda config: command.downgrade(config, "-1"))
        assert schema(engine) != before
        alembic(engine, lambda config: command.upgrade(config, "+1"))
        assert schema(engine) == before
        alembic(engine, lambda config: command.downgrade(config, "-1"))


@pytest.mark.parametrize("released", ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"])
def test_a_store_of_every_released_schema_is_upgraded_with_what_it_holds(
    tmp_path: Path, released: str
) -> None:
    recorder = Recorder(tmp_path, "pmtrend.db")
    recorder.record(listing(day(0), ["a", "b"]), listing(day(7), ["a"]), listing(day(14), ["a"]))
    window = {"first_week": day(0).date(), "until": day(21)}
    before = recorder.store.facts(**window)  # type: ignore[arg-type]
    alembic(recorder.store.engine, lambda config: command.downgrade(config, released))
    recorder.store.close()
    with closing(open_store(url(tmp_path / "pmtrend.db"))) as store:
        assert store.check() == []
        after = store.facts(**window)  # type: ignore[arg-type]
        assert (after.spells, after.postings) == (before.spells, before.postings)
        history = store.history(after, day(14).date())
        assert history.edition is not None and history.edition.last_run == recorder.run.id
        assert store.publish(history.edition, [], day(22)) is True


def test_an_early_store_of_revision_2_gets_the_column_that_it_lacks(engine: Engine) -> None:
    alembic(engine, lambda config: command.downgrade(config, "0002"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_versions_text_key")
        connection.exec_driver_sql("ALTER TABLE versions DROP COLUMN text_key")
    assert upgrade(engine) is True
    with engine.connect() as connection:
        assert differences(connection) == []


def test_an_early_store_of_revision_7_gets_the_index_that_it_lacks(engine: Engine) -> None:
    alembic(engine, lambda config: command.downgrade(config, "0008"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_taggings_role")
    assert upgrade(engine) is True
    with engine.connect() as connection:
        assert differences(connection) == []


def test_no_schema_is_changed_while_a_run_is_at_work(tmp_path: Path) -> None:
    database = url(tmp_path / "pmtrend.db")
    engine = open_engine(database)
    alembic(engine, lambda config: command.downgrade(config, "-1"))
    before = schema(engine)
    with one_run(engine, shared=True), pytest.raises(LockHeld):
        open_store(database)
    assert schema(engine) == before
    engine.dispose()
    open_store(database).close()


def test_an_upgrade_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(bare(tmp_path / "pmtrend.db"))

    def broken(config: Config, revision: str) -> None:
        config.attributes["connection"].exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", broken)
        with pytest.raises(RuntimeError):
            upgrade(engine)
    assert schema(engine) == []
    assert upgrade(engine) is True
    engine.dispose()


# ------------------------------------------------------------------ what is refused


def test_a_database_of_a_newer_release_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "pmtrend.db"
    query(path, "UPDATE alembic_version SET version_num = '9999'")
    query(path, "CREATE TABLE invented_later (id INTEGER)")
    engine = open_engine(url(path))
    before = schema(engine)
    with pytest.raises(StorageError, match="schema 9999, which this release does not know") as refused:
        open_store(url(path))
    assert "upgrade pmtrend" in str(refused.value) and "\n" not in str(refused.value)
    assert schema(engine) == before
    assert query(path, "SELECT version_num FROM alembic_version") == [("9999",)]
    engine.dispose()


def _directory(folder: Path) -> Path:
    (folder / "pmtrend.db").mkdir()
    return folder / "pmtrend.db"


def _text(folder: Path) -> Path:
    (folder / "pmtrend.db").write_text("company,title\nExample,Product Manager\n")
    return folder / "pmtrend.db"


def _missing(folder: Path) -> Path:
    return folder / "no such folder" / "pmtrend.db"


def _damaged(folder: Path) -> Path:
    (folder / "pmtrend.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    return folder / "pmtrend.db"


@pytest.mark.file
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_directory, "is a directory, not a file"),
        (_text, "is not an SQLite database"),
        (_missing, "no such folder of the database does not exist"),
        (_damaged, "pmtrend.db"),
    ],
)
def test_what_is_no_database_of_ours(tmp_path: Path, make: Callable[[Path], Path], sentence: str) -> None:
    path = make(tmp_path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StorageError) as refused:
        open_store(at(path))
    assert sentence in str(refused.value) and "\n" not in str(refused.value)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("table", ["companies", "customers"])
def test_a_database_of_another_program_is_left_alone(tmp_path: Path, table: str) -> None:
    database = bare(tmp_path / "pmtrend.db")
    engine = open_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, phone TEXT)")
    with pytest.raises(StorageError) as refused:
        open_store(database)
    assert str(engine.url.database) in str(refused.value) and "\n" not in str(refused.value)
    assert inspect(engine).get_table_names() == [table]
    engine.dispose()


@pytest.mark.file
@pytest.mark.parametrize("named", ["pmtrend.db", "nosuch://x/y", "mysql://localhost/x", "", "sqlite:/x"])
def test_what_is_no_url_of_ours(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StorageError) as refused:
        open_store(named)
    assert "sqlite:///" in str(refused.value) and "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ at once


def _open(url: str, barrier: "threading.Barrier", results: "multiprocessing.Queue[str]") -> None:
    barrier.wait()
    try:
        store = open_store(url)
        results.put(store.zone)
        store.close()
    except BaseException as error:
        results.put(f"{type(error).__name__}: {error}")


def test_processes_that_open_a_new_database_at_once_all_succeed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(3), context.Queue()
    database = bare(tmp_path / "pmtrend.db")
    processes = [context.Process(target=_open, args=(database, barrier, results)) for _ in range(3)]
    for process in processes:
        process.start()
    assert [results.get(timeout=300) for _ in processes] == ["Asia/Shanghai"] * 3
    for process in processes:
        process.join(300)
    assert query(tmp_path / "pmtrend.db", "SELECT version_num FROM alembic_version") == [(head(),)]
