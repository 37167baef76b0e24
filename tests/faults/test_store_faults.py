"""Rows 23 and 27 to 33: two at once, wrong clocks, kills, full disks, and what is no store of ours."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from toys import START, Days, Live, fetching, job, learned, opened, page

from scraper.errors import ConfigError
from scraper.fetching import archive
from scraper.fetching.archive import WarcArchive
from scraper.fetching.replay import ReplayArchive
from scraper.runs import collecting, replaying
from scraper.understanding.posting import TAXONOMY
from storage.engines.migrating import migrate
from storage.engines.opening import open_engine
from storage.errors import StorageError
from storage.store import open_store

# ------------------------------------------------------------------ row 23: two collectors

COLLECT = r"""
import pathlib, sys, time
import pmtrend
from scraper.runs import collecting
from scraper.errors import ServerTrouble
from scraper.fetching.client import HttpFetcher
folder = pathlib.Path(sys.argv.pop(1))
def fetch(self, request, *, published):
    (folder / "asking").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    raise ServerTrouble(request.url, "the server answered 503", status=503)
HttpFetcher.fetch = fetch
pmtrend.main()
"""


def collector(folder: Path) -> subprocess.Popen[str]:
    """A `pmtrend collect` of one board that waits for its answer until the file "go" is there."""
    return subprocess.Popen(
        [sys.executable, "-c", COLLECT, str(folder), "collect", "--board", "stripe"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PMTREND")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(path: Path) -> None:
    for _ in range(12_000):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{path.name} never came")


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_of_two_collectors_the_second_ends_at_once_and_the_lock_does_not_outlive_the_first(
    tmp_path: Path, how: str
) -> None:
    (tmp_path / "pmtrend.toml").write_text('operator = "mailto:pm@example.org"\n')
    first = collector(tmp_path)
    until(tmp_path / "asking")
    second = collector(tmp_path)
    out, err = second.communicate(timeout=300)
    assert (second.returncode, out) == (4, "")
    assert "another run of pmtrend is at work on this store" in err and err.count("\n") == 1
    if how == "is killed":
        first.send_signal(signal.SIGKILL)
        first.wait(300)
    (tmp_path / "go").touch()
    out, err = first.communicate(timeout=300)
    assert first.returncode == (-signal.SIGKILL if how == "is killed" else 2), err
    third = collector(tmp_path)
    _, err = third.communicate(timeout=300)
    assert third.returncode == 2, err
    with opened(tmp_path / "pmtrend.db") as store:
        assert store.check() == []


def test_two_runs_on_one_store_without_the_lock_take_turns(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    """The lock keeps runs from doing the work twice; the store is sound without it."""
    import threading

    for name in "abcdef":
        board.say(f"/{name}", scripted(body=page(*(job(f"{name}{n}") for n in range(3)))))
    failures: list[BaseException] = []

    def run(names: str) -> None:
        try:
            with opened(tmp_path / "x.db") as store, fetching(board.port, Days()) as fetcher:
                boards = [toys.board(f"{name}.test/{name}") for name in names]
                collecting.collect(store, boards, fetcher, clock=Days())
        except BaseException as error:
            failures.append(error)

    with opened(tmp_path / "x.db"):
        pass
    threads = [threading.Thread(target=run, args=(names,)) for names in ("abcd", "cdef")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with opened(tmp_path / "x.db") as store:
        assert (store.status(START).total, store.check()) == (18, [])


# ------------------------------------------------------------------ row 27: clocks


def test_a_clock_that_was_set_back_is_refused_before_anything_is_asked(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    board.say("/jobs", scripted(body=page(job(1))))
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    live.clock.now = START + timedelta(days=365)  # the clock was a year ahead, once
    live.run()
    before = learned(live.database)
    live.clock.now = START
    with pytest.raises(ConfigError) as caught:
        live.run()
    said = str(caught.value)
    assert "the clock says 2026-09-07 02:00 UTC" in said and "2027-09-07 02:00 UTC" in said
    assert "\n" not in said
    assert (len(board.asked), learned(live.database)) == (1, before)


def test_a_clock_that_is_an_hour_behind_is_none_of_our_business(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    """And whatever comes of it: a posting is never seen last before it was seen first."""
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    for hours, number in ((48, 1), (47, 2), (46, 1), (72, 2)):
        board.say("/jobs", scripted(body=page(job(number), job(3))))
        live.clock.now = START + timedelta(hours=hours)
        live.run()
    with closing(sqlite3.connect(live.database)) as database:
        wrong = database.execute("SELECT count(*) FROM spells WHERE opened_at > last_seen_at").fetchone()
    assert wrong == (0,)
    with opened(live.database) as store:
        assert store.check() == []


# ------------------------------------------------------------------ row 31: upgrades


def test_before_an_upgrade_the_database_is_copied(tmp_path: Path) -> None:
    """Row 31."""
    path = tmp_path / "x.db"
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.exec_driver_sql("INSERT INTO settings VALUES ('zone', 'Asia/Shanghai')")
    engine.dispose()
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(tmp_path / "x.db.0001.bak")) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert copy.execute("SELECT value FROM settings").fetchall() == [("Asia/Shanghai",)]
    assert sorted(one.name for one in tmp_path.glob("*.part")) == []


def test_without_a_copy_nothing_is_upgraded(tmp_path: Path) -> None:
    """Row 31: a folder of the copy's name stands for a disk without room."""
    path = tmp_path / "x.db"
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, "0001")
    engine.dispose()
    (tmp_path / "x.db.0001.bak").mkdir()
    with pytest.raises(StorageError, match="cannot be copied") as refused:
        open_store(f"sqlite:///{path}")
    assert "\n" not in str(refused.value)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


# ------------------------------------------------------------------ row 29: full disks


@pytest.fixture
def no_room() -> Iterator[None]:
    """Let no database grow beyond the pages that it has."""

    def limited(dbapi: Any, _: object) -> None:
        pages = dbapi.execute("PRAGMA page_count").fetchone()[0]
        dbapi.execute(f"PRAGMA max_page_count = {pages + 1}")

    event.listen(Engine, "connect", limited)
    yield
    event.remove(Engine, "connect", limited)


def test_a_disk_that_is_full_ends_the_run_with_one_sentence_and_half_a_look_is_none(
    toys: Any, board: Any, scripted: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    board.say("/small", scripted(body=page(job("s"))))
    board.say(
        "/large", scripted(body=page(*(job(n, text=f"Own RAG number {n}. " * 300) for n in range(200))))
    )
    live = Live(tmp_path, board.port, toys.board("a.test/small"))
    live.run()
    before = learned(live.database)
    request.getfixturevalue("no_room")
    live.boards = (toys.board("a.test/large"),)
    with pytest.raises(StorageError) as caught:
        live.run()
    said = str(caught.value)
    assert "cannot grow: the disk is full" in said and "\n" not in said
    assert {name: len(rows) for name, rows in learned(live.database).items()} == {
        name: len(rows) for name, rows in before.items()
    }
    with closing(sqlite3.connect(live.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_run_on_a_disk_that_is_nearly_full_is_not_begun(
    toys: Any, board: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 20 * 2**20

    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: Usage)
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    with pytest.raises(ConfigError, match=r"nearly full \(20 MB left\); nothing was asked"):
        live.run()
    assert board.asked == []


# ------------------------------------------------------------------ row 30: what cannot be written


def test_a_database_that_may_only_be_read_is_one_sentence(tmp_path: Path) -> None:
    """Root may write everywhere, so the mode of the file is not enough: the connection itself is told."""
    path = tmp_path / "x.db"
    with opened(path):
        pass

    def readonly(dbapi: Any, _: object) -> None:
        dbapi.execute("PRAGMA query_only = ON")

    event.listen(Engine, "connect", readonly)
    try:
        with opened(path) as store, pytest.raises(StorageError, match="is read-only") as caught:
            store.add_taggings(TAXONOMY, [], START)
    finally:
        event.remove(Engine, "connect", readonly)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("what", ["folder", "database"])
def test_a_place_that_may_only_be_read_is_one_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / "there" / "x.db"
    path.parent.mkdir()
    if what == "database":
        with opened(path):
            pass
        path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with pytest.raises(StorageError) as caught, closing(open_store(f"sqlite:///{path}")) as store:
            store.add_taggings(TAXONOMY, [], START)
    finally:
        path.parent.chmod(0o755)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", ["archive", "archive/2026"])
def test_an_archive_that_cannot_be_made_is_one_sentence(
    toys: Any, board: Any, scripted: Any, tmp_path: Path, place: str
) -> None:
    board.say("/jobs", scripted(body=page(job(1))))
    target = tmp_path / place
    target.parent.mkdir(exist_ok=True)
    target.write_text("a file")
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    with pytest.raises(ConfigError, match="cannot be written") as caught:
        live.run()
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------------ the archive of a run that was killed


def test_what_a_killed_run_archived_replays_to_what_it_stored(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    """Row 28: the archive is flushed look by look, and its last record may be torn."""
    board.say("/jobs", scripted(body=page(job(1))))
    clock, boards = Days(), [toys.board("a.test/jobs")]
    kept = WarcArchive(tmp_path / "archive", clock)
    with opened(tmp_path / "x.db") as store, fetching(board.port, clock, archive=kept) as fetcher:
        collecting.collect(store, boards, fetcher, clock=clock)
    assert kept.path is not None
    torn = kept.path.read_bytes() + b"\x1f\x8b\x08\x00torn"  # not closed, no index, half a record
    kept.path.write_bytes(torn)
    found = ReplayArchive([kept.path])
    assert re.search("exchanges before that, which can be used: 1", found.problems[0])
    with opened(tmp_path / "y.db") as store:
        replaying.replay(store, found, boards, clock=clock)
    assert learned(tmp_path / "y.db") == learned(tmp_path / "x.db")
    kept.close()
