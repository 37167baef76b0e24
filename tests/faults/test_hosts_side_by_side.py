"""Live runs over many hosts: who is asked when, how many at once, and what ends a run early."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from toys import START, Days, fetching, job, opened, page

from scraper.errors import ConfigError, Refused
from scraper.fetching.archive import WarcArchive
from scraper.looking import hosts
from scraper.model import Reply, Request
from scraper.runs import collecting
from scraper.sources import FAMILIES

JSON = ("Content-Type", "application/json")


def slow(board: Any, scripted: Any, body: bytes, seconds: float = 0.02) -> Any:
    """An answer whose body takes its time, and until two requests have met at the board."""

    def chunks() -> Iterator[bytes]:
        time.sleep(seconds)
        for _ in range(12_000):
            if board.most[""] > 1:
                break
            time.sleep(0.01)
        yield body

    return scripted(chunks=chunks)


@contextmanager
def all_threads_end() -> Iterator[None]:
    """Fail if the block leaves a worker behind."""
    before = set(threading.enumerate())
    yield
    for _ in range(3_000):
        left = [one for one in threading.enumerate() if one not in before and "_work" in one.name]
        if not left:
            return
        time.sleep(0.01)
    frames = sys._current_frames()
    stacks = ["".join(traceback.format_stack(frames[one.ident])) for one in left if one.ident in frames]
    raise AssertionError("still at work:\n" + "\n".join(stacks))


def test_hosts_are_asked_side_by_side_and_each_by_one_request_at_a_time(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    keys = [f"{host}.test/b{number}" for host in "abcde" for number in range(3)]
    for number, key in enumerate(keys):
        board.say(f"/{key.partition('/')[2]}", slow(board, scripted, page(job(f"{number % 3}"))))
    # One family's details stand on a host that others' lists are asked of, by another worker.
    board.say("/list", slow(board, scripted, page(*(job(f"d{n}", text="") for n in range(5)))))
    for number in range(5):
        board.say(f"/detail/d{number}", slow(board, scripted, b'{"text": "Own RAG."}'))
    boards = [*(toys.board(key) for key in keys), toys.board("a.test/list", "toydetail")]
    with opened(tmp_path / "x.db") as store, fetching(board.port, Days()) as fetcher:
        summary = collecting.collect(store, boards, fetcher, clock=Days())
        assert store.check() == []
    assert set(summary.states.values()) == {"complete"} and len(summary.states) == 16
    assert {host: most for host, most in board.most.items() if host} == {f"{h}.test": 1 for h in "abcde"}
    assert board.most[""] > 1


def test_no_more_hosts_are_asked_at_once_than_there_are_workers(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    board.say("/jobs", slow(board, scripted, page(job(1)), 0.05))
    boards = [toys.board(f"h{number}.test/jobs") for number in range(2 * hosts.WORKERS)]
    with opened(tmp_path / "x.db") as store, fetching(board.port, Days()) as fetcher:
        collecting.collect(store, boards, fetcher, clock=Days())
    assert 2 <= board.most[""] <= hosts.WORKERS


def test_the_most_overdue_board_of_a_host_goes_first_and_a_new_one_before_all(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    for name in "abcd":
        board.say(f"/{name}", scripted(body=page(job(name))))
    clock = Days()
    with opened(tmp_path / "x.db") as store, fetching(board.port, clock) as fetcher:
        for name in "bca":
            collecting.collect(store, [toys.board(f"one.test/{name}")], fetcher, clock=clock)
            clock.now += timedelta(days=1)
        board.asked.clear()
        collecting.collect(store, [toys.board(f"one.test/{name}") for name in "abcd"], fetcher, clock=clock)
    assert [one.path for one in board.asked] == ["/d", "/b", "/c", "/a"]


def test_a_host_that_does_not_answer_is_given_up_after_three_boards(
    toys: Any, board: Any, tmp_path: Path
) -> None:
    """Row 9: the port of the silent host is closed; the other host is not concerned."""

    class Down:
        asked: list[str] = []  # noqa: RUF012

        def fetch(self, request: Request, *, published: bool) -> Reply:
            self.asked.append(request.url)
            return live.fetch(request, published=published)

    boards = [toys.board(f"down.test/{number}") for number in range(9)] + [toys.board("up.test/x")]
    closed = toys.port
    toys.port = closed + 1  # nobody listens there; it may be dialled
    with opened(tmp_path / "x.db") as store, fetching(closed, Days(), tries=1) as live:
        summary = collecting.collect(store, boards, Down(), clock=Days())
    assert sum("down.test" in url for url in Down.asked) == 3
    assert sum("up.test" in url for url in Down.asked) == 1
    assert summary.stopped == "not asked: 6 boards whose hosts do not answer"
    assert summary.exit_code == 2


def test_an_answer_of_any_kind_counts_as_one(toys: Any, board: Any, tmp_path: Path) -> None:
    boards = [toys.board(f"odd.test/{number}") for number in range(6)]
    with opened(tmp_path / "x.db") as store, fetching(board.port, Days()) as fetcher:
        summary = collecting.collect(store, boards, fetcher, clock=Days())
    assert len(board.asked) == 6 and set(summary.states.values()) == {"missing"}


def test_boards_that_failed_repeatedly_are_left_alone_and_counted(
    toys: Any, board: Any, tmp_path: Path
) -> None:
    """Row 5: 404 on three days; then the board waits two days, and four after that."""
    clock, asked = Days(), []
    with opened(tmp_path / "x.db") as store, fetching(board.port, clock) as fetcher:
        for _ in range(12):
            board.asked.clear()
            summary = collecting.collect(store, [toys.board("a.test/gone")], fetcher, clock=clock)
            asked.append(len(board.asked))
            assert summary.waiting == 1 - len(board.asked)
            clock.now += timedelta(days=1)
    assert asked == [1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0]


def test_failures_of_one_evening_are_no_state(toys: Any, board: Any, tmp_path: Path) -> None:
    """Row 5: confirmations are spaced; a network that is down while somebody tries thrice proves nothing."""
    clock = Days()
    with opened(tmp_path / "x.db") as store, fetching(board.port, clock) as fetcher:
        for _ in range(5):
            collecting.collect(store, [toys.board("a.test/gone")], fetcher, clock=clock)
            clock.now += timedelta(minutes=20)
        (outlook,) = store.outlooks().values()
    assert (len(board.asked), outlook.failures, outlook.quarantined) == (5, 1, False)


def test_a_refusal_is_respected_for_a_day(toys: Any, board: Any, scripted: Any, tmp_path: Path) -> None:
    """Row 6."""
    board.say("/shut", scripted(403))
    clock, asked = Days(), []
    with opened(tmp_path / "x.db") as store, fetching(board.port, clock) as fetcher:
        for hours in (1, 22, 1, 1):
            collecting.collect(store, [toys.board("a.test/shut")], fetcher, clock=clock)
            asked.append(len(board.asked))
            clock.now += timedelta(hours=hours)
    assert asked == [1, 1, 1, 2]


# ------------------------------------------------------------------ row 22: bugs of ours


@pytest.mark.parametrize("where", ["first", "parse", "query"])
def test_a_bug_in_a_family_fails_its_boards_only(
    where: str,
    toys: Any,
    board: Any,
    scripted: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from dataclasses import replace

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(FAMILIES, "toyfeed", replace(FAMILIES["toyfeed"], **{where: broken}))
    board.say("/jobs", scripted(body=page(job(1))))
    boards = [toys.board("a.test/jobs", "toyfeed"), toys.board("a.test/jobs"), toys.board("b.test/jobs")]
    with opened(tmp_path / "x.db") as store, fetching(board.port, Days()) as fetcher:
        summary = collecting.collect(store, boards, fetcher, clock=Days())
        assert store.check() == []
    assert summary.states == {
        "toyfeed:a.test/jobs": "failed",
        "toy:a.test/jobs": "complete",
        "toy:b.test/jobs": "complete",
    }
    assert summary.exit_code == 3
    assert "ZeroDivisionError: a bug" in caplog.text, "with its traceback"


# ------------------------------------------------------------------ what ends a run


def test_an_archive_that_cannot_be_written_ends_the_run_with_its_sentence(
    toys: Any,
    board: Any,
    scripted: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Row 29: the disk fills while eight workers write; what was stored stays, no worker is left behind."""
    import scraper.fetching.archive as module

    board.say("/jobs", slow(board, scripted, page(job(1))))
    boards = [toys.board(f"h{number}.test/jobs") for number in range(30)]
    room, write = [12], os.write

    def filling(descriptor: int, data: Any) -> int:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(module.os, "write", filling)
    with opened(tmp_path / "x.db") as store, all_threads_end():
        with (
            pytest.raises(ConfigError, match="No space left on device"),
            WarcArchive(tmp_path / "archive", Days()) as archive,
            fetching(board.port, Days(), archive=archive) as fetcher,
        ):
            collecting.collect(store, boards, fetcher, clock=Days())
        assert store.check() == []
    assert len(board.asked) < 30
    assert "Traceback" not in caplog.text


def test_an_interrupt_ends_the_run_at_once_and_leaves_no_worker_and_no_traceback(
    toys: Any, board: Any, scripted: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    boards = [toys.board(f"h{number}.test/jobs") for number in range(20)]
    release, waited = threading.Event(), []
    last_of_all = threading.Barrier(hosts.WORKERS, lambda: os.kill(os.getpid(), signal.SIGINT))

    def hanging() -> Iterator[bytes]:
        last_of_all.wait(60)  # once: a second interrupt would break off the clearing up after the first
        if not release.wait(60):
            waited.append("for a slow host")
        yield page(job(1))

    board.say("/jobs", scripted(chunks=hanging))
    with opened(tmp_path / "x.db") as store, all_threads_end():
        with (
            pytest.raises(KeyboardInterrupt),
            WarcArchive(tmp_path / "archive", Days()) as archive,
            fetching(board.port, Days(), archive=archive) as fetcher,
        ):
            collecting.collect(store, boards, fetcher, clock=Days())
        assert waited == []
        release.set()
    assert len(board.asked) == hosts.WORKERS
    assert caplog.text == ""
    assert archive.path is None, "what was broken off tells nothing of the hosts"


def test_an_interrupt_while_workers_are_started_ends_those_that_are_at_work(
    toys: Any, board: Any, scripted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = count()

    class Interrupted(threading.Thread):
        def start(self) -> None:
            if next(started) == 3:
                raise KeyboardInterrupt
            super().start()

    monkeypatch.setattr(hosts, "Thread", Interrupted)
    board.say("/jobs", scripted(body=page(job(1))))
    boards = [toys.board(f"h{number}.test/jobs") for number in range(20)]
    with (
        opened(tmp_path / "x.db") as store,
        all_threads_end(),
        fetching(board.port, Days()) as fetcher,
        pytest.raises(KeyboardInterrupt),
    ):
        collecting.collect(store, boards, fetcher, clock=Days())


def test_an_error_of_the_store_ends_the_run(
    toys: Any, board: Any, scripted: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    board.say("/jobs", slow(board, scripted, page(job(1))))
    boards = [toys.board(f"h{number}.test/jobs") for number in range(20)]

    def full(_: Any) -> None:
        raise ConfigError("the disk of the progress bar is full")

    with opened(tmp_path / "x.db") as store, all_threads_end(), fetching(board.port, Days()) as fetcher:
        with pytest.raises(ConfigError):
            collecting.collect(store, boards, fetcher, clock=Days(), on_look=full)
        assert store.check() == []
    assert caplog.text == ""


# ------------------------------------------------------------------ row 24: time


def test_after_the_budget_no_board_is_begun_and_those_begun_are_finished(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    clock = Days()

    def late() -> Iterator[bytes]:
        clock.now = START + timedelta(minutes=51)
        yield page(job(1))

    board.say("/first", scripted(chunks=late))
    board.say("/second", scripted(body=page(job(2))))
    boards = [toys.board(f"a.test/{name}") for name in ("first", "second")]
    with opened(tmp_path / "x.db") as store, fetching(board.port, clock) as fetcher:
        until = START + timedelta(minutes=50)
        summary = collecting.collect(store, boards, fetcher, clock=clock, until=until)
        finished = store.status(clock()).last_run
    assert summary.states == {"toy:a.test/first": "complete"}
    assert summary.stopped == "the time budget ended after 1 of 2 boards"
    assert finished is not None and finished[2] is not None


def test_a_board_that_takes_for_ever_is_left_ten_minutes_after_the_budget(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    """Row 8, drawn out over many pages: each within its deadline, together without end."""
    clock = Days()

    def crawling(number: int) -> Any:
        def answer(_: Any) -> Any:
            clock.now += timedelta(minutes=1)
            return scripted(body=page(job(number), next=f"p{number + 1}"))

        return answer

    for number in range(200):
        board.say(f"/p{number}", crawling(number))
    with opened(tmp_path / "x.db") as store, fetching(board.port, clock) as fetcher:
        until = START + timedelta(minutes=50)
        summary = collecting.collect(store, [toys.board("a.test/p0")], fetcher, clock=clock, until=until)
    assert summary.states == {"toy:a.test/p0": "partial"}
    assert "the time was over" in summary.reasons["toy:a.test/p0"]
    assert len(board.asked) == 60


def test_details_are_not_argued_for(toys: Any, board: Any, scripted: Any, tmp_path: Path) -> None:
    """Row 6 for details: a refusal of one is a refusal of all, three silent ones are a silent host."""
    board.say("/refusing", scripted(body=page(*(job(f"r{n}", text="") for n in range(30)))))
    board.say("/silent", scripted(body=page(*(job(f"s{n}", text="") for n in range(30)))))
    for number in range(30):
        board.say(f"/detail/r{number}", scripted(403))
        board.say(f"/detail/s{number}", scripted(503))
    boards = [toys.board("a.test/refusing", "toydetail"), toys.board("b.test/silent", "toydetail")]
    with opened(tmp_path / "x.db") as store, fetching(board.port, Days(), tries=1) as fetcher:
        summary = collecting.collect(store, boards, fetcher, clock=Days())
    assert [sum(f"/detail/{kind}" in one.path for one in board.asked) for kind in "rs"] == [1, 3]
    assert set(summary.reasons.values()) == {"the details of 30 postings could not be read"}


class Never:
    """A fetcher that must not be asked."""

    def fetch(self, request: Request, *, published: bool) -> Reply:
        raise Refused(request.url, "asked although nothing was due")


def test_nothing_due_is_no_failure(tmp_path: Path) -> None:
    with opened(tmp_path / "x.db") as store:
        summary = collecting.collect(store, [], Never(), clock=Days())
        assert store.status(START).last_run is None
    assert (summary.exit_code, summary.lines()) == (0, ["no board was looked at"])
