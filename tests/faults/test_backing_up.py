"""Row 43: copies of a store that is in use, and what is no place for one."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from store_helpers import Recorder, day, listing
from typed import typed

import pmtrend
from storage.errors import StorageError
from storage.store import open_store


def looks(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as database:
        return [number for (number,) in database.execute("SELECT id FROM fetches ORDER BY id")]


def test_a_copy_without_a_name_is_called_after_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pmtrend, "utcnow", lambda: day(0))
    name = f"pmtrend-{day(0):%Y%m%dT%H%M%SZ}.db"
    assert typed(monkeypatch, capsys, "db", "backup") == (0, f"wrote {name}\n", "")
    assert looks(tmp_path / name) == []
    assert typed(monkeypatch, capsys, "db", "backup").code == 1


def test_a_copy_made_while_a_run_writes_is_one_moment_of_the_store(
    recorder: Recorder, tmp_path: Path
) -> None:
    """Each copy is sound by itself, holds the looks up to some one and no later ones, and stops no run."""
    recorder.record(listing(day(0), [f"p{n}" for n in range(40)]))
    stop, another = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            for week in range(1, 10_000):
                if stop.is_set():
                    return
                ids = [f"p{n}" for n in range(40) if (n + week) % 9]
                recorder.record(listing(day(7 * week), ids, texts={one: f"RAG {week}" for one in ids[:5]}))
                another.set()
        except BaseException as error:
            failed.append(error)

    writer = threading.Thread(target=run)
    writer.start()
    copies = [tmp_path / f"copy-{number}.db" for number in range(5)]
    try:
        for copy in copies:
            before = len(looks(tmp_path / "store.db"))
            recorder.store.backup(copy)
            assert looks(copy) == list(range(1, len(looks(copy)) + 1))
            assert before <= len(looks(copy)) <= len(looks(tmp_path / "store.db"))
            another.clear()
        assert another.wait(60) or failed
    finally:
        stop.set()
        writer.join()
    assert failed == []
    for copy in copies:
        with closing(open_store(f"sqlite:///{copy}")) as store:
            assert store.check() == []
    assert len(looks(tmp_path / "store.db")) > len(looks(copies[0]))
    assert not list(tmp_path.glob("*.part*"))


def test_what_is_no_place_for_a_copy_is_one_sentence(recorder: Recorder, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine")
    places = {
        there: "exists already; choose another name",
        tmp_path / "no-folder" / "copy.db": "does not exist",
        there / "copy.db": "does not exist",
        tmp_path / ("x" * 300): "",
    }
    for place, sentence in places.items():
        with pytest.raises((StorageError, OSError)) as refused:
            recorder.store.backup(place)
        assert isinstance(refused.value, StorageError), place.name[:9]
        assert sentence in str(refused.value) and "\n" not in str(refused.value)
    assert there.read_text() == "mine"


def test_a_damaged_store_is_not_copied(recorder: Recorder, tmp_path: Path) -> None:
    recorder.record(listing(day(0), [f"p{n}" for n in range(300)]))
    recorder.store.close()
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'tags'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = bytes(size)
    path.write_bytes(content)
    with closing(open_store(f"sqlite:///{path}")) as store, pytest.raises(StorageError) as refused:
        store.backup(tmp_path / "copy.db")
    assert "\n" not in str(refused.value)
    assert not list(tmp_path.glob("copy.db*"))
