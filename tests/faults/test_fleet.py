"""Workers that read and tag ahead: what is stored is what one process stores, whatever becomes of them."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import databases
import fleet_tasks
import pytest
import source_cases
from distributed import dask
from places import RECORDINGS, ROOT
from test_as_of import files
from typed import typed

import pmtrend
from scraper.boards import load_boards
from scraper.errors import ConfigError, FetchError, InputError, PmtrendError
from scraper.fetching.archive import WarcArchive
from scraper.fetching.outcome import Answer
from scraper.fetching.replay import ReplayArchive
from scraper.fetching.warcfile import records
from scraper.model import RawPosting
from scraper.runs.recording import Looked
from scraper.runs.replaying import replay
from scraper.workers.fleet import Fleet, fleet
from storage.store import open_store

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)  # as in conftest.demo_database
DEMO = ROOT / "demo" / "market.warc.gz"


@pytest.fixture(scope="module")
def two() -> Iterator[Fleet]:
    """Two workers of this machine, for all tests: starting them takes seconds."""
    with fleet(2, None) as workers:
        assert workers.size == 2
        yield workers


def address(workers: Fleet) -> str:
    return str(workers._client.scheduler.address)


def replayed(path: Path, archives: list[Path], workers: Fleet | None, **options: Any) -> Any:
    """The rows of a new database that the archives were replayed into."""
    store = open_store(f"sqlite:///{path}")
    replay(store, ReplayArchive(archives), load_boards(), clock=lambda: NOW, fleet=workers, **options)
    store.close()
    return databases.rows_of(f"sqlite:///{path}")


# ------------------------------------------------------------------ the same store


@pytest.mark.usefixtures("blank_charts")
@pytest.mark.file  # demo_database is one
def test_the_demonstration_is_the_same_to_the_last_byte_of_its_report(
    two: Fleet,
    demo_database: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    databases.copy(demo_database, tmp_path / "serial.db")
    found = replayed(tmp_path / "workers.db", [DEMO], two)
    assert found == databases.rows_of(f"sqlite:///{tmp_path / 'serial.db'}")
    assert len(found["taggings"]) > 300
    monkeypatch.setattr(pmtrend, "utcnow", lambda: NOW)
    for name in ("serial", "workers"):
        words = ("--week", "2026-W46", "--lang", "en", "--out", tmp_path / name)
        assert (
            typed(monkeypatch, capsys, "--db", f"sqlite:///{tmp_path / name}.db", "report", *words).code == 0
        )
    assert files(tmp_path / "serial") == files(tmp_path / "workers")


def in_parts(folder: Path, order: Sequence[int], end: float = 1) -> list[Path]:
    """The demonstration, up to a part of it, in as many files, named so that they come in that order."""
    data = DEMO.read_bytes()
    with DEMO.open("rb") as file:
        starts = [offset for offset, _ in records(file)]
    last = int(end * len(starts)) // 2 * 2
    cuts = [starts[last * part // len(order) // 2 * 2] for part in range(len(order))]
    cuts.append(starts[last] if end < 1 else len(data))
    found = []
    for name, (start, stop) in zip(order, pairwise(cuts), strict=True):
        found.append(folder / f"{name}.warc.gz")
        found[-1].write_bytes(data[start:stop])
    return sorted(found)


_FEW = ("empty", "normal", "one_item_broken", "page_one", "page_two", "shape_changed")


def listed(case: Path) -> Sequence[RawPosting]:
    try:
        return source_cases.read(case).postings
    except FetchError:
        return ()


@pytest.fixture(scope="module")
def all_families(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every recorded reply of every family, a week apart, good ones and broken ones, with details."""
    with WarcArchive(tmp_path_factory.mktemp("families"), lambda: NOW) as archive:
        weeks: Counter[str] = Counter()
        for case in source_cases.cases():
            name = case.parts[-2]
            _, request, told = source_cases.asked(case)
            if "detail_of" in told or case.name not in _FEW:
                continue
            weeks[name] += 1
            at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=weeks[name])
            (body,) = case.glob("reply.*")
            archive.write(request, Answer(request.url, 200, (), body.read_bytes(), at))
            whole = next((RECORDINGS / name / "detail").glob("reply.*"), None)
            for detail in {one.detail for one in listed(case)} - {None} if whole else ():
                answer = Answer(detail.url, 200, (), whole.read_bytes(), at + timedelta(seconds=5))
                archive.write(detail, answer)
    assert archive.path is not None
    return archive.path


def test_every_family_is_the_same(two: Fleet, all_families: Path, tmp_path: Path) -> None:
    serial = replayed(tmp_path / "serial.db", [all_families], None)
    assert replayed(tmp_path / "workers.db", [all_families], two) == serial
    assert {row[1] for row in serial["boards"]} >= {"greenhouse", "smartrecruiters", "bytedance"}
    assert len(serial["postings"]) > 50
    assert replayed(tmp_path / "workers.db", [all_families], two) == serial, "the second time"


def test_a_real_archive_is_the_same(two: Fleet, shared_data: Path, tmp_path: Path) -> None:
    archives = sorted((shared_data / "warc").glob("*.warc.gz"))
    serial = replayed(tmp_path / "serial.db", archives, None)
    assert replayed(tmp_path / "workers.db", archives, two) == serial


# ------------------------------------------------------------------ what workers may meet


@pytest.mark.file  # demo_database is one
def test_neither_the_order_of_files_nor_a_killed_worker_matters(
    two: Fleet, demo_database: Path, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill(looked: Looked) -> None:
        if not killed:
            killed.append(min(two._client.run(os.getpid).values()))
            os.kill(killed[0], signal.SIGKILL)

    found = replayed(tmp_path / "workers.db", in_parts(tmp_path, (3, 0, 4, 1, 2)), two, on_look=kill)
    assert killed and found == databases.rows_of(f"sqlite:///{demo_database}")


def test_work_that_kills_its_workers_is_given_up(two: Fleet) -> None:
    with pytest.raises(PmtrendError, match="workers ended again and again"):
        two.submit(fleet_tasks.killed).result()
    assert two.submit(fleet_tasks.doubled, 21).result() == 42


def test_a_worker_that_takes_long_to_start_again_is_not_given_up(two: Fleet) -> None:
    """With none left, whoever waits for work would wait for ever."""
    assert dask.config.get("distributed.deploy.lost-worker-timeout") == "1h"


def test_a_bug_in_a_worker_is_shown_where_it_is(two: Fleet) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        two.submit(fleet_tasks.failing).result()
    assert "fleet_tasks.py" in {Path(str(one.path)).name for one in caught.traceback}


def test_a_worker_without_the_files_says_so(two: Fleet, tmp_path: Path) -> None:
    there = tmp_path / "there.warc.gz"
    there.write_bytes(DEMO.read_bytes())
    archive = ReplayArchive([there])
    store = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    there.rename(tmp_path / "elsewhere.warc.gz")
    with pytest.raises(InputError, match=r"a worker says: .*there\.warc\.gz cannot be read.*same names"):
        replay(store, archive, load_boards(), clock=lambda: NOW, fleet=two)
    store.close()


def test_workers_of_another_release_are_refused(two: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    two._client.wait_for_workers(2, timeout=300)  # those that tests above have killed are started again
    with fleet(None, address(two)) as others:
        assert others.size == 2
    monkeypatch.setattr("scraper.workers.preparing.__version__", "0.0.1")
    refusal = pytest.raises(
        PmtrendError, match=r"have release .* of pmtrend, this is release 0\.0\.1; install"
    )
    with refusal, fleet(None, address(two)):
        pass


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.workers.fleet._PATIENCE", 1)
    for wrong in ("tcp://127.0.0.1:9", "nonsense", "foo://x"):
        with pytest.raises(ConfigError, match="there is no Dask scheduler at"), fleet(None, wrong):
            pass


# ------------------------------------------------------------------ the command


def program(folder: Path, *words: object, before: str = "") -> "subprocess.Popen[str]":
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {before}\nimport pmtrend\npmtrend.main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_without_dask_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    run = program(tmp_path, "replay", "--jobs", "2", DEMO, before="sys.modules['distributed'] = None")
    out, err = run.communicate()
    assert (run.returncode, out) == (1, "")
    assert (
        err
        == "pmtrend: workers need Dask: pip install 'pmtrend[dask]', or leave out --jobs and --scheduler\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_jobs_and_a_cluster_at_once_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = typed(monkeypatch, capsys, "replay", "--jobs", 2, "--scheduler", "tcp://127.0.0.1:9", DEMO)
    assert outcome.code == 1 and "give one of them" in outcome.err


def test_interrupted_it_leaves_no_process_and_goes_on_the_next_time(two: Fleet, tmp_path: Path) -> None:
    """As Ctrl-C in a terminal, which sends the signal to the workers as well."""
    parts = in_parts(tmp_path, (0,), end=0.4)
    run = program(tmp_path, "-v", "replay", "--jobs", "1", *parts)
    assert run.stderr is not None
    for line in run.stderr:
        if "pmtrend: greenhouse:" in line:
            break
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate()
    assert run.returncode == 1
    assert err.splitlines()[-1] == "pmtrend: interrupted" and "Traceback" not in err
    assert _group_ends(run.pid)
    found = replayed(tmp_path / "pmtrend.db", parts, two)
    whole = replayed(tmp_path / "whole.db", parts, None)
    assert len(found["runs"]) == 2 and len(whole["postings"]) > 100
    for name in ("postings", "versions", "spells", "cells"):
        assert found[name] == whole[name], name


def _group_ends(pid: int) -> bool:
    for _ in range(6000):
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False
