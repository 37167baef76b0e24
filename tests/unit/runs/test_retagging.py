"""Tagging a store again: the same in one process or several, undisturbed or not; and who waits for it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import databases
import pytest
import worker_tasks
from databases import query, rows, url
from sqlalchemy import event
from store_helpers import START, Recorder, day, listing
from typed import Outcome, typed
from worker_tasks import gone

from scraper.errors import PmtrendError
from scraper.runs import retagging
from scraper.runs.retagging import Retagging
from scraper.understanding import records
from scraper.understanding.posting import TAXONOMY
from scraper.workers.processes import in_processes
from storage.recording.tagging_rows import TAG_COLUMNS, TAGGING_COLUMNS
from storage.store import Store, open_store
from storage.tables import Base

pytestmark = pytest.mark.usefixtures("each_engine")

COUNT = 23
NOW = day(3)
TEXTS = {
    f"p{n}": f"岗位职责：负责第{n}款大模型产品，要求{n % 7 + 1}年以上产品经验，本科以上学历。"
    if n % 2
    else f"You own RAG product number {n}. {n % 7 + 1}+ years of experience. Bachelor's degree required."
    for n in range(1, COUNT + 1)
}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retagging, "BATCH", 4)
    monkeypatch.setattr(retagging, "FEWEST", 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of COUNT texts, all tagged by the taxonomy "t1" only."""
    recorder = Recorder(tmp_path)
    recorder.record(listing(START, TEXTS, texts=TEXTS))
    yield recorder.store
    recorder.store.close()


def copy(path: Path) -> Path:
    return databases.copy(path.with_name("store.db"), path)


def timeless(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows without the time of day at which something was tagged."""
    found = rows(path)
    del found["taxonomies"]
    return found | {"taggings": [row[:-1] for row in found["taggings"]]}


def retagged(path: Path, jobs: int = 1) -> Retagging:
    opened = open_store(url(path))
    try:
        work = Retagging(opened, NOW, jobs)
        for _ in work.batches():
            pass
        return work
    finally:
        opened.close()


def tagged(path: Path) -> list[int]:
    """Versions that the taxonomy of this release has tagged, in the order of their taggings."""
    found = query(path, "SELECT version_id FROM taggings WHERE taxonomy_id > 1 ORDER BY id")
    return [number for (number,) in found]


# ------------------------------------------------------------------ the same result, however it was come by


def test_any_number_of_processes_and_any_batches_store_the_same(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, again, together = (copy(tmp_path / name) for name in ("1.db", "2.db", "3.db"))
    before = rows(alone)
    work = retagged(alone)
    assert (work.tagged, work.total, work.exit_code, work.problems()) == (COUNT, COUNT, 0, [])
    assert tagged(alone) == list(range(1, COUNT + 1))
    monkeypatch.setattr(retagging, "BATCH", 5)
    retagged(again)
    assert retagged(together, jobs=2).processes == 2
    assert rows(alone) == rows(again) == rows(together)
    after = rows(alone)
    assert all(set(before[name]) <= set(after[name]) for name in before), "earlier taggings are kept"
    assert retagged(alone).total == 0


def test_few_texts_are_worth_no_processes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retagging, "FEWEST", COUNT + 1)
    assert Retagging(store, NOW, 8).processes == 1
    monkeypatch.setattr(retagging, "FEWEST", COUNT)
    assert Retagging(store, NOW, 8).processes == 8


def test_a_run_that_is_left_goes_on_where_it_was(store: Store, tmp_path: Path) -> None:
    whole, parted = copy(tmp_path / "whole.db"), copy(tmp_path / "parted.db")
    retagged(whole)
    for done in range(0, COUNT, 4):
        opened = open_store(url(parted))
        work = Retagging(opened, NOW, 1)
        assert work.total == COUNT - done
        batches = work.batches()
        assert next(batches) == min(4, COUNT - done)
        batches.close()
        assert (work.line() == "3 texts tagged") == (done == 20)
        opened.close()
    assert rows(parted) == rows(whole)


def test_a_hole_is_filled(store: Store, tmp_path: Path) -> None:
    """Whatever is missing is tagged, not only what comes after the last."""
    path = copy(tmp_path / "x.db")
    retagged(path)
    query(path, "DELETE FROM tags WHERE tagging_id IN (SELECT id FROM taggings WHERE version_id = 5)")
    query(path, "DELETE FROM taggings WHERE version_id = 5 AND taxonomy_id <> 1")
    assert 5 not in tagged(path)
    assert retagged(path).tagged == 1
    assert sorted(tagged(path)) == list(range(1, COUNT + 1))


def test_values_of_rows_stand_in_the_order_of_their_columns() -> None:
    tagging = ["id", "version_id", "taxonomy_id", *TAGGING_COLUMNS, "tagged_at"]
    assert tagging == [column.name for column in Base.metadata.tables["taggings"].columns]
    assert ["tagging_id", *TAG_COLUMNS] == [column.name for column in Base.metadata.tables["tags"].columns]


# ------------------------------------------------------------------ a worker or everything is killed


def test_what_a_killed_worker_had_is_tagged_by_another(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole, struck = copy(tmp_path / "whole.db"), copy(tmp_path / "struck.db")
    retagged(whole)
    monkeypatch.setenv(worker_tasks.FOLDER, str(tmp_path))
    monkeypatch.setattr(retagging, "tag_texts", worker_tasks.killed_once)
    assert retagged(struck, jobs=2).tagged == COUNT
    assert "a process that tags has ended" in caplog.text
    assert rows(struck) == rows(whole)


def test_workers_that_are_always_killed_end_it_with_a_sentence(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(worker_tasks.FOLDER, str(tmp_path))
    monkeypatch.setattr(retagging, "tag_texts", worker_tasks.always_killed)
    work = Retagging(store, NOW, 2)
    batches = work.batches()
    assert next(batches) + next(batches) == 8
    (tmp_path / "stored").touch()
    with pytest.raises(PmtrendError, match="for want of memory; try --jobs 1"):
        list(batches)
    assert work.line() == f"8 of {COUNT} texts tagged; `pmtrend retag` goes on with the others"
    assert tagged(tmp_path / "store.db") == list(range(1, 9))
    monkeypatch.setattr(retagging, "tag_texts", records.tag_texts)
    work = Retagging(store, NOW, 1)
    assert sum(work.batches()) == COUNT - 8


def test_what_another_release_tagged_is_not_stored_as_ours(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retagging, "tag_texts", worker_tasks.changed)
    with pytest.raises(PmtrendError, match="was changed while it ran"):
        list(Retagging(store, NOW, 1).batches())
    assert tagged(tmp_path / "store.db") == [1, 2, 3, 4]


COMMAND = """
import sys
sys.path[:] = {path!r}
import pmtrend, worker_tasks
from scraper.runs import retagging
retagging.BATCH, retagging.FEWEST, retagging.tag_texts = 4, 1, worker_tasks.waiting
class Telling(retagging.Retagging):
    def _stored(self, tagged):
        done = super()._stored(tagged)
        open(f"counted {{self.tagged}}", "x").close()
        return done
retagging.Retagging = Telling
sys.argv = ["pmtrend", "--db", {database!r}, "retag", "--jobs", {jobs!r}]
pmtrend.main()
"""


@pytest.mark.parametrize(("jobs", "how"), [(2, signal.SIGINT), (1, signal.SIGINT), (2, signal.SIGKILL)])
def test_ctrl_c_and_a_kill_leave_what_is_done_and_no_process(
    store: Store, tmp_path: Path, jobs: int, how: signal.Signals
) -> None:
    """Ctrl-C goes to all processes of a terminal; kill -9 to one, and the others see it."""
    whole, path = copy(tmp_path / "whole.db"), copy(tmp_path / "x.db")
    retagged(whole)
    command = COMMAND.format(path=sys.path, database=url(path), jobs=str(jobs))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PMTREND")}
    run = subprocess.Popen(
        [sys.executable, "-c", command],
        cwd=tmp_path,
        env={**environment, worker_tasks.FOLDER: str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    expected = [*range(1, 9)]  # the third batch waits, in one process; the other process does what it may
    for _ in range(12_000):
        if (tmp_path / "counted 8").exists() and (waits := list(tmp_path.glob("waits *"))):
            break
        time.sleep(0.01)
    else:
        run.kill()
        raise AssertionError(run.communicate())
    if how is signal.SIGINT:
        os.killpg(run.pid, how)
    else:
        run.send_signal(how)
        run.wait(300)
        (tmp_path / "go").touch()
    out, err = run.communicate(timeout=300)
    assert all(gone(int(path.name.split()[1])) for path in waits)
    assert tagged(path) == expected
    if how is signal.SIGINT:
        assert (run.returncode, err.strip()) == (1, "pmtrend: interrupted")
        assert out == f"8 of {COUNT} texts tagged; `pmtrend retag` goes on with the others\n"
    else:
        assert (run.returncode, out, err) == (-signal.SIGKILL, "", "")
    assert retagged(path).tagged == COUNT - 8
    assert timeless(path) == timeless(whole)


# ------------------------------------------------------------------ a text on which the tagger fails


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: Path) -> Outcome:
    monkeypatch.chdir(path.parent)
    return typed(monkeypatch, capsys, "--db", url(path), "retag", "--jobs", 1)


def test_a_text_that_cannot_be_tagged_is_named_and_costs_no_other(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy(tmp_path / "x.db")
    right = records.understand_in_stages

    def understand(title: str, *rest: Any, **more: Any) -> Any:
        if title in ("PM p6", f"PM p{COUNT}"):
            raise RecursionError("too deep\nby far")
        return right(title, *rest, **more)

    monkeypatch.setattr(records, "understand_in_stages", understand)
    outcome = run(monkeypatch, capsys, path)
    assert outcome.code == 3
    assert outcome.out == f"{COUNT - 2} texts tagged\n"
    first, second = outcome.err.splitlines()
    assert first.startswith(
        "pmtrend: not tagged: 'PM p6' of Acme (version 6): RecursionError: too deep by far"
    )
    assert "(test_retagging.py:" in first and f"version {COUNT}" in second
    assert tagged(path) == [n for n in range(1, COUNT) if n != 6]
    monkeypatch.setattr(records, "understand_in_stages", right)
    assert run(monkeypatch, capsys, path) == (0, "2 texts tagged\n", "")


def test_of_many_that_fail_the_first_are_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def understand(*_: Any, **__: Any) -> Any:
        raise ValueError("x" * 10_000)

    monkeypatch.setattr(records, "understand_in_stages", understand)
    work = Retagging(store, NOW, 1)
    assert sum(work.batches()) == COUNT
    assert (work.tagged, work.failed, work.exit_code) == (0, COUNT, 3)
    problems = work.problems()
    assert len(problems) == 11 and problems[-1] == f"… and {COUNT - 10} more not tagged"
    assert max(map(len, problems)) < 500


# ------------------------------------------------------------------ how much is read, and who waits


class Steps:
    """Counts the steps of SQLite's virtual machine that reading texts takes."""

    def __init__(self, store: Store):
        self.each: list[int] = []
        event.listen(store.engine, "before_cursor_execute", self._begin)
        event.listen(store.engine, "connect", self._connected)
        store.engine.dispose()  # so that connections are made anew

    def _connected(self, dbapi: sqlite3.Connection, _: object) -> None:
        dbapi.set_progress_handler(self._step, 1)

    def _step(self) -> None:
        if self.each:
            self.each[-1] += 1

    def _begin(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("SELECT") and "versions.text," in statement:
            self.each.append(0)


@pytest.mark.file
def test_a_later_batch_costs_no_more_than_the_first(store: Store) -> None:
    steps = Steps(store)
    for _ in Retagging(store, NOW, 1).batches():
        pass
    *whole, last, empty = steps.each
    assert len(whole) == 5 and last <= max(whole) and empty < max(whole)
    assert max(whole) <= 1.1 * min(whole)


@pytest.mark.file
def test_texts_are_found_by_their_number_without_sorting(store: Store) -> None:
    asked: list[tuple[str, Any]] = []

    @event.listens_for(store.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    store.untagged(TAXONOMY, 4, after=8)
    store.count_untagged(TAXONOMY)
    statements = [one for one in asked if "versions" in one[0]]
    with closing(sqlite3.connect(store.engine.url.database or "")) as database:
        reading, counting = (
            [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in statements
        )
    assert reading[0] == "SEARCH versions USING INTEGER PRIMARY KEY (rowid>?)"
    assert not any("SCAN" in step or "TEMP B-TREE" in step for step in reading)
    assert "SCAN versions USING COVERING INDEX" in counting[0]
    assert not any("SCAN" in step for step in counting[1:])


def test_long_texts_make_short_batches(store: Store) -> None:
    assert [text.version for text in store.untagged(TAXONOMY, 10)] == list(range(1, 11))
    assert len(store.untagged(TAXONOMY, 10, most_chars=1)) == 1
    length = sum(len(text) for text in list(TEXTS.values())[:3])
    assert len(store.untagged(TAXONOMY, 10, most_chars=length)) == 3
    assert len(store.untagged(TAXONOMY, 10, most_chars=length + 1)) == 4


@pytest.mark.file
def test_between_batches_nothing_is_locked(store: Store, tmp_path: Path) -> None:
    """Others may read and write: no transaction is open while texts are tagged."""
    batches = Retagging(store, NOW, 1).batches()
    next(batches)
    with closing(sqlite3.connect(tmp_path / "store.db", timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0), (
            "nor is it being read"
        )
    assert sum(batches) == COUNT - 4


def test_reports_can_be_read_meanwhile_and_say_what_is_mixed(store: Store) -> None:
    facts = {"first_week": day(0).date(), "until": day(7)}
    batches = Retagging(store, NOW, 1).batches()
    next(batches)
    found = store.facts(**facts)  # type: ignore[arg-type]
    assert len(found.postings) == COUNT
    assert [one.note for one in found.breaks] == [
        f"tagged with another taxonomy than {TAXONOMY.version}: {COUNT - 4} postings; run retag"
    ]
    list(batches)
    assert store.facts(**facts).breaks == ()  # type: ignore[arg-type]


def test_a_report_goes_by_the_vocabulary_in_force_at_its_cut(store: Store) -> None:
    """A retag is no data: reports of data that end before it stay as they are, and know no break."""
    week: dict[str, Any] = {"first_week": day(0).date(), "until": day(2)}
    list(Retagging(store, NOW, 1).batches())
    before, after = store.facts(**week), store.facts(**week, as_of=NOW)
    assert before.taxonomy is not None and before.taxonomy.version == "t1"
    assert after.taxonomy is not None and after.taxonomy.sha256 == TAXONOMY.sha256
    assert before.breaks == after.breaks == ()


# ------------------------------------------------------------------ as it is called


@pytest.mark.parametrize(("asked", "taken"), [(99, 2), (2, 2), (1, 1), (None, 2)])
def test_no_more_processes_than_cores(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asked: int | None,
    taken: int,
) -> None:
    started: list[int] = []

    def alone(work: Any, tasks: Any, processes: int) -> Any:
        started.append(processes)
        return in_processes(work, tasks, 1)

    monkeypatch.setattr("scraper.workers.processes.cores", lambda: 2)
    monkeypatch.setattr(retagging, "in_processes", alone)
    monkeypatch.chdir(tmp_path)
    jobs = ["--jobs", asked] if asked else []
    database = url(copy(tmp_path / "x.db"))
    outcome = typed(monkeypatch, capsys, "--db", database, "retag", *jobs)
    assert (outcome.code, outcome.out) == (0, f"{COUNT} texts tagged\n")
    assert started == [taken]
