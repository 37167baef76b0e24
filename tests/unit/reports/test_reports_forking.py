"""Work in a fork of the process: whatever becomes of the fork, both results are there or the error is."""

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from facts_builder import at, monday
from report_market import WEEKS, market, passages, report_of

from reports.building import weekly
from reports.building.weekly import to_json
from storage import forking
from storage.forking import side_by_side
from storage.reading.posting_columns import Postings


def no_child_is_left() -> bool:
    return multiprocessing.active_children() == []


@pytest.fixture(params=[True, False], ids=["two cores", "one core"])
def cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(forking, "has_another_core", lambda: request.param)
    return bool(request.param)


def test_both_are_made_and_the_second_elsewhere_if_there_is_a_core(cores: bool) -> None:
    here, there = side_by_side(os.getpid, os.getpid)
    assert here == os.getpid()
    assert (there != here) == cores
    assert no_child_is_left()


def test_a_large_answer_fits_through(cores: bool) -> None:
    assert side_by_side(lambda: 1, lambda: b"x" * 5_000_000) == (1, b"x" * 5_000_000)


@pytest.mark.usefixtures("cores")
def test_what_is_raised_there_is_raised_here() -> None:
    def there() -> int:
        raise LookupError("no font has it")

    with pytest.raises(LookupError, match="no font has it"):
        side_by_side(lambda: 1, there)
    assert no_child_is_left()


@pytest.mark.usefixtures("cores")
def test_what_is_raised_here_ends_the_fork() -> None:
    def here() -> int:
        raise LookupError("no font has it")

    with pytest.raises(LookupError, match="no font has it"):
        side_by_side(here, signal.pause)
    assert no_child_is_left()


@pytest.mark.usefixtures("cores")
def test_a_fork_that_is_killed_is_done_without() -> None:
    parent = os.getpid()

    def there() -> str:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return "made"

    assert side_by_side(lambda: 1, there) == (1, "made")
    assert no_child_is_left()


def test_a_fork_that_can_start_no_thread_is_done_without(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(forking, "has_another_core", lambda: True)
    monkeypatch.setattr(forking, "Thread", refused)
    assert side_by_side(os.getpid, os.getpid) == (os.getpid(), os.getpid())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("missing", ["fork", "pipe"])
def test_where_no_fork_can_be_started_both_are_made_here(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    def refused(*_: object) -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(forking, "has_another_core", lambda: True)
    monkeypatch.setattr(os, missing, refused)
    assert side_by_side(os.getpid, os.getpid) == (os.getpid(), os.getpid())
    assert no_child_is_left()


def test_a_fork_ends_with_the_process_that_it_was_forked_from() -> None:
    """Also where that was killed and could tell it nothing."""
    script = (
        "import os, sys, time; from storage import forking; forking.has_another_core = lambda: True\n"
        "def there():\n print(os.getpid(), flush=True)\n time.sleep(600)\n"
        "forking.side_by_side(lambda: time.sleep(600), there)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        assert int(parent.stdout.readline()) != parent.pid
        parent.kill()
        assert parent.stdout.read() == ""  # ends when the last one that could write there has ended


@pytest.mark.usefixtures("cores")
def test_an_answer_that_cannot_travel_is_made_here() -> None:
    _, there = side_by_side(lambda: 1, lambda: lambda: 2)
    assert there() == 2


def test_a_report_is_the_same_with_half_of_its_tables_made_in_a_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = to_json(report_of(market()))
    monkeypatch.setattr(weekly, "_MANY", 0)
    monkeypatch.setattr(forking, "has_another_core", lambda: True)
    assert to_json(report_of(market())) == alone


def test_what_a_fork_makes_asks_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection must not be used on both sides of a fork: titles, addresses, quotes are read here."""
    asked: list[str] = []

    def noted(name: str, ask: Any) -> Any:
        return lambda *words: (asked.append(name), ask(*words))[1]

    facts = market().facts()
    columns = Postings.of(facts.postings)
    details = replace(columns.details, heads=noted("heads", columns.details.heads))
    facts = replace(
        facts,
        as_of=at(WEEKS - 1, 6.0),
        postings=replace(columns, details=details),
        passages=noted("passages", partial(passages, facts)),
    )

    def in_turn(here: Any, there: Any, **_: bool) -> tuple[Any, Any]:
        made = here()
        before = list(asked)
        found = there()
        assert asked == before
        return made, found

    monkeypatch.setattr(weekly, "side_by_side", in_turn)
    assert weekly.build_weekly(facts, monday(WEEKS - 1))["skills"]["rows"]
    assert "heads" in asked
