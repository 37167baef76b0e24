"""Copying a store from one database to another: all of it or nothing, whichever engines they are on."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import databases
import pytest
from databases import bare, rows, url
from store_helpers import TAXONOMY, Recorder, Repeating, day, feed, listing, seen
from typed import typed

from storage.engines import copying
from storage.engines.opening import open_engine
from storage.errors import StorageError
from storage.store import open_store
from storage.tables import Base

pytestmark = pytest.mark.usefixtures("each_engine")


KEPT = sum(not table.info.get("derived") for table in Base.metadata.tables.values())
"""Tables that a copy holds: an index that is made of other rows is made anew."""


def quiet(done: int, total: int) -> None:
    pass


def filled(folder: Path, name: str = "store.db") -> Path:
    """A store that has rows in every table that a run writes."""
    recorder = Repeating(folder, name)
    recorder.look(seen(listing(day(0), ["a", "b", "中"])))
    recorder.look(seen(listing(day(7), ["a", "b", "中"])))
    recorder.look(listing(day(14), ["a", "b"], texts={"a": "RAG\n\\N\t'\"%s {} é 😀 \\\\."}))
    recorder.look(listing(day(15), ["a"], state="partial"))
    recorder.look(listing(day(21), ["a", "b"]))
    recorder.look(listing(day(28), ["a"]))
    recorder.look(listing(day(30), ["a", "b"]))
    recorder.look(feed(day(31), {"x": ["f1", "f2"], "y": ["f3"]}))
    facts = recorder.store.facts(first_week=day(-7).date(), until=day(30))
    edition = recorder.store.history(facts, day(14).date()).edition
    assert edition is not None
    recorder.store.publish(edition, [], day(30))
    recorder.store.finish_run(recorder.run, day(30))
    recorder.store.close()
    return folder / name


@pytest.fixture(scope="module")
def source(each_engine: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a store, for who only reads it."""
    return filled(tmp_path_factory.mktemp("source"))


def test_it_is_the_same_row_by_row_and_goes_on_alike(tmp_path: Path) -> None:
    path, told = filled(tmp_path), []
    database = bare(tmp_path / "copy.db")
    count, tables = copying.copy(url(path), database, lambda done, total: told.append((done, total)))
    assert rows(tmp_path / "copy.db") == rows(path)
    assert count == sum(map(len, rows(path).values())) and tables == KEPT
    assert sum(done for done, _ in told) == 2 * count and {total for _, total in told} == {2 * count}
    for name in (path, tmp_path / "copy.db"):
        with closing(open_store(url(name))) as store:
            assert store.check() == []
            run = store.begin_run("replay", TAXONOMY, now=day(40), observed_from=day(40))
            store.record(run, listing(day(40), ["a", "new"], key="another"))
    assert rows(tmp_path / "copy.db") == rows(path), "new rows get the next numbers in both"


def test_sqlite_to_postgresql_and_back(source: Path, tmp_path: Path, server: Any) -> None:
    there, back = server.create(), tmp_path / "back.db"
    copying.copy(url(source), server.url(there), quiet)
    copying.copy(server.url(there), f"sqlite:///{back}", quiet)
    assert databases.rows_of(server.url(there)) == databases.rows_of(f"sqlite:///{back}") == rows(source)
    server.drop(there)


def test_an_empty_store_and_into_one_that_was_only_opened(source: Path, tmp_path: Path) -> None:
    Recorder(tmp_path, "empty.db").store.close()
    open_store(bare(tmp_path / "opened.db"), "Europe/Berlin").close()
    copying.copy(url(source), url(tmp_path / "opened.db"), quiet)
    assert rows(tmp_path / "opened.db") == rows(source), "with the zone of the source"


# ------------------------------------------------------------------ what is refused


def refused(source: str, target: str) -> str:
    with pytest.raises(StorageError) as found:
        copying.copy(source, target, quiet)
    assert "\n" not in str(found.value)
    return str(found.value)


def test_a_database_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    path = filled(tmp_path)
    Recorder(tmp_path, "other.db").store.close()  # one run, nothing else
    before = rows(tmp_path / "other.db")
    assert "is not empty" in refused(url(path), url(tmp_path / "other.db"))
    assert "is not empty" in refused(url(path), url(path))
    assert rows(tmp_path / "other.db") == before
    foreign = bare(tmp_path / "foreign.db")
    engine = open_engine(foreign)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE customers (id INTEGER)")
    engine.dispose()
    assert "is not empty" in refused(url(path), foreign)


def test_what_is_no_store_of_this_release_is_not_copied(tmp_path: Path) -> None:
    target = bare(tmp_path / "target.db")
    assert "there is no store at" in refused(bare(tmp_path / "nothing.db"), target)
    assert databases.is_file() is False or not (tmp_path / "nothing.db").exists()
    databases.query(filled(tmp_path), "UPDATE alembic_version SET version_num = '0001'")
    said = refused(url(tmp_path / "store.db"), target)
    assert "has schema 0001" in said and "db upgrade" in said
    assert "is not a database URL" in refused("store.db", target)


def test_a_run_on_the_target_keeps_a_copy_out(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_store(url(tmp_path / "target.db"))) as store, store.one_run():
        said = typed(monkeypatch, capsys, "db", "copy", url(source), url(tmp_path / "target.db"))
    assert said.code == 4 and "another run of pmtrend" in said.err
    said = typed(monkeypatch, capsys, "db", "copy", url(source), url(tmp_path / "target.db"))
    count = sum(map(len, rows(source).values()))
    assert said == (0, f"copied and compared {count} rows of {KEPT} tables\n", "")


@pytest.mark.file
def test_a_text_that_does_not_fit_is_named(tmp_path: Path, server: Any) -> None:
    """PostgreSQL knows no NUL; none comes into a store, but a file may have been written by other hands."""
    path, there = filled(tmp_path), server.create()
    databases.query(path, "UPDATE versions SET text = 'a' || char(0) || 'b' WHERE id = 3")
    said = refused(url(path), server.url(there))
    assert "does not take a row of versions at or before id 3" in said and "NUL" in said
    with server.connect(there) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall() == [(0,)]
    server.drop(there)


# ------------------------------------------------------------------ all of it or nothing


Spoil = Callable[[dict[str, Any]], list[dict[str, Any]]]


def spoilt(change: Spoil, table: str) -> Callable[..., None]:
    """Insert other rows than those of the source."""
    right = copying.insert_rows

    def insert_rows(connection: Any, into: Any, rows: Any, most: int) -> None:
        names = [column.name for column in into.columns]
        named = (dict(zip(names, row, strict=True)) for row in rows)
        changed = (other for row in named for other in (change(row) if into.name == table else [row]))
        right(connection, into, (tuple(row.values()) for row in changed), most)

    return insert_rows


def at(number: int, **values: Callable[[Any], Any]) -> Spoil:
    """Change values of the row with this id."""

    def change(row: dict[str, Any]) -> list[dict[str, Any]]:
        if row["id"] == number:
            row |= {name: new(row[name]) for name, new in values.items()}
        return [row]

    return change


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("companies", at(1, name=lambda name: name + " "), "differs in companies at id 1"),
        ("versions", at(2, text=str.lower), "differs in versions at id 2"),
        ("taggings", at(3, genai=lambda score: score + 1e-12), "differs in taggings at id 3"),
        ("taxonomies", at(1, body=lambda text: text.replace(":", ": ")), "differs in taxonomies at id 1"),
        ("fetches", at(1, late=lambda late: not late), "differs in fetches at id 1"),
        ("fetches", at(2, observed_at=lambda at: at + timedelta(microseconds=1)), "fetches at id 2"),
        ("fetches", at(8, ids=lambda _: None), "differs in fetches at id 8"),
        (
            "cells",
            lambda row: [] if row["fetch_id"] == 3 else [row],
            "in cells at fetch_id 3, unit_id 1",
        ),
        ("gaps", lambda row: [row, row | {"id": 51}], "has more in gaps: id 51"),
    ],
)
def test_a_difference_is_named_and_nothing_is_kept(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, change: Spoil, said: str
) -> None:
    target = bare(tmp_path / "copy.db")
    with monkeypatch.context() as patch:
        patch.setattr(copying, "insert_rows", spoilt(change, table))
        assert said in refused(url(source), target)
    copying.copy(url(source), target, quiet)
    assert rows(tmp_path / "copy.db") == rows(source)


@pytest.mark.parametrize("after", [1, 12])
def test_a_copy_that_is_killed_leaves_the_target_empty(source: Path, tmp_path: Path, after: int) -> None:
    target = bare(tmp_path / "copy.db")
    command = (
        f"import sys, os, signal; sys.path[:] = {sys.path!r}\n"
        "from storage.engines import copying\n"
        "right, tables = copying.insert_rows, []\n"
        "def insert_rows(*rest):\n"
        "    tables.append(1)\n"
        f"    os.kill(os.getpid(), signal.SIGKILL) if len(tables) > {after} else right(*rest)\n"
        "copying.insert_rows = insert_rows\n"
        f"copying.copy({url(source)!r}, {target!r}, lambda done, total: None)\n"
    )
    assert subprocess.run([sys.executable, "-c", command]).returncode == -9
    copying.copy(url(source), target, quiet)
    assert rows(tmp_path / "copy.db") == rows(source)
