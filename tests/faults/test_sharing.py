"""Several collectors on one PostgreSQL: each board once a round, each host by one at a time, whoever dies."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import databases
import pytest
from collectors import KILL, STOP, WAKE, Collector, Questions, start, stopped
from sqlalchemy import text
from toys import START, Days, fetching, job, page
from typed import typed
from worker_tasks import gone

import pmtrend
from scraper.clock import utcnow
from scraper.looking import hosts
from scraper.looking.sharing import Held
from scraper.model import Board
from scraper.runs import collecting
from storage.errors import LeaseLost, LockHeld, StorageError
from storage.leasing import rows
from storage.leasing.rows import Claim, Leases, Round
from storage.store import Store, open_store

TERM, LONG = timedelta(seconds=4), timedelta(minutes=5)
NAMES = ("c0", "c1", "c2", "c3")
KEYS = [f"h{number % 12:02}.test/b{number:02}" for number in range(40)]
"""40 boards on 12 hosts: three or four each."""


@pytest.fixture(scope="module", autouse=True)
def on_a_server(databases: Any) -> Iterator[None]:
    from databases import on

    with on(databases), databases.borrowed():
        yield


@pytest.fixture
def market(toys: Any, board: Any, scripted: Any) -> tuple[Questions, list[Board]]:
    """40 boards with three postings each, and who asks for them."""
    questions = Questions()
    for number, key in enumerate(KEYS):
        listed = page(*(job(f"{number}-{one}", text=f"Own RAG for team {number}-{one}.") for one in range(3)))
        board.say(f"/{key.partition('/')[2]}", questions.answers(scripted, listed))
    return questions, [toys.board(key) for key in KEYS]


@pytest.fixture
def started(
    market: tuple[Questions, list[Board]], board: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Collector]]:
    """Start collectors on the store x.db, of which each asks two hosts at a time."""
    monkeypatch.setattr(hosts, "WORKERS", 2)
    monkeypatch.setattr(hosts, "_PAUSE", 0.1)
    url = databases.url(tmp_path / "x.db")

    def start_all(clock: Callable[[], Any], term: timedelta) -> list[Collector]:
        return [start(name, url, market[1], board.port, tmp_path, clock, term) for name in NAMES]

    return start_all


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(databases.url(tmp_path / "x.db"))
    yield opened
    opened.close()


def all_there(questions: Questions) -> None:
    """Let nobody have an answer before all four have asked, so that all take part."""
    questions.on_question = lambda name, number: questions.wait(lambda: len(questions.by()) == len(NAMES))


def looks(store: Store, path: Path) -> Counter[str]:
    """How many looks are stored of each board."""
    return Counter(
        key for (key,) in databases.query(path, "SELECT key FROM fetches JOIN boards ON boards.id = board_id")
    )


# ------------------------------------------------------------------ four at work


def test_four_collectors_ask_each_board_once_a_round_and_each_host_one_at_a_time(
    market: Any, started: Any, store: Store, board: Any, tmp_path: Path
) -> None:
    questions, _ = market
    all_there(questions)
    for round_ in (1, 2):
        # An hour later: looks of one second, which two rounds in a row may be, are one look.
        told = [one.ended() for one in started(lambda hours=round_: utcnow() + timedelta(hours=hours), LONG)]
        assert sorted(what for _, what in questions.asked) == sorted(KEYS)
        assert set(questions.by()) == set(NAMES)
        assert {host: most for host, most in board.most.items() if host} == dict.fromkeys(
            {key.partition("/")[0] for key in KEYS}, 1
        )
        assert sum(one["looks"] for one in told) == 40
        assert {one["looks"] + one["elsewhere"] for one in told} == {40}
        assert {(one["code"], one["lost"], one["stopped"]) for one in told} == {(0, 0, "")}
        for one in told:
            elsewhere = one["elsewhere"]
            assert f"looked at by other collectors in this round: {elsewhere} boards" in one["lines"]
        assert sum(one["unchanged"] for one in told) == (0 if round_ == 1 else 40)
        assert looks(store, tmp_path / "x.db") == dict.fromkeys(KEYS, round_)
        assert store.check() == []
        questions.asked.clear()
    kinds = databases.query(tmp_path / "x.db", "SELECT kind, finished_at IS NOT NULL FROM runs")
    assert kinds == [("collect", True)] * 8
    assert len({path.name for path in (tmp_path / "archive").rglob("*.warc.gz")}) == 8


def test_the_hosts_of_a_killed_one_are_taken_over_and_the_report_is_that_of_a_single_one(
    market: Any,
    started: Any,
    store: Store,
    board: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions, boards = market
    processes: list[Collector] = []
    all_started, killed = Event(), Event()

    def on_question(name: str, number: int) -> None:
        questions.wait(lambda: len(questions.by()) == len(NAMES))
        if (name, number) == ("c0", 5):  # the first of its hosts is not done yet, or just so
            assert all_started.wait(60)
            processes[0].send(KILL)
            killed.set()

    questions.on_question = on_question
    processes += started(Days(), LONG)
    all_started.set()
    assert killed.wait(60)
    gone(processes[0].pid)
    over = "UPDATE leases SET expires_at = clock_timestamp() WHERE split_part(holder, ':', 2) = '{}'"
    databases.query(tmp_path / "x.db", f"{over.format(processes[0].pid)} AND done_at IS NULL")
    told = [one.ended() for one in processes]
    assert told[0] is None and None not in told[1:]
    times = Counter(what for _, what in questions.asked)
    twice = {what for what in KEYS if times[what] == 2}
    assert times.keys() == set(KEYS) and max(times.values()) == 2
    assert twice <= {what for name, what in questions.asked if name == "c0"}, "not stored, so asked again"
    of_killed = "JOIN boards ON boards.id = board_id JOIN runs ON runs.id = run_id WHERE finished_at IS NULL"
    stored = {key for (key,) in databases.query(tmp_path / "x.db", f"SELECT key FROM fetches {of_killed}")}
    assert stored and not stored & twice
    assert max(most for host, most in board.most.items() if host) == 1
    assert looks(store, tmp_path / "x.db") == dict.fromkeys(KEYS, 1)
    assert {one["looks"] + one["elsewhere"] for one in told[1:]} == {40}
    assert store.check() == []

    alone = open_store(databases.url(tmp_path / "alone.db"))
    with fetching(board.port, Days()) as fetcher:
        questions.on_question = lambda name, number: None
        collecting.collect(alone, boards, fetcher, clock=Days())
    alone.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pmtrend, "utcnow", lambda: START + timedelta(days=8))
    reports = []
    for name in ("x", "alone"):
        words = ("report", "--week", "2026-W37", "--lang", "en", "--out", name)
        assert typed(monkeypatch, capsys, "--db", databases.url(tmp_path / f"{name}.db"), *words)[0] == 0
        reports.append(report(tmp_path / name))
        columns = "metric, week, role, dimension, value, lo, hi, n"
        numbers = f"SELECT {columns} FROM vintages ORDER BY metric, week, role, dimension"
        reports[-1]["numbers"] = databases.query(tmp_path / f"{name}.db", numbers)
    assert len(reports[0]) > 5 and len(reports[0]["numbers"]) > 20
    assert reports[0] == reports[1]


def report(folder: Path) -> dict[str, Any]:
    """The words and charts of a report; tables that name single postings number them as they were stored.

    In which order boards are, one collector with its workers cannot promise either.
    """
    return {
        path.name: path.read_bytes() for kind in ("md", "svg") for path in sorted(folder.rglob(f"*.{kind}"))
    }


STOPPED_IN_ONE = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND state = 'idle in transaction' AND state_change < clock_timestamp() - interval '0.2s'"""


def stop_between_transactions(collector: Collector, store: Store) -> None:
    """Stop a collector where the server has nothing of it to end."""
    while True:
        collector.send(STOP)
        time.sleep(0.3)
        with store._snapshot() as connection:
            if connection.scalar(text(STOPPED_IN_ONE)) == 0:
                return
        collector.send(WAKE)


def test_one_that_wakes_after_its_hosts_were_taken_over_asks_no_more_and_stores_nothing(
    market: Any, started: Any, store: Store, board: Any, tmp_path: Path
) -> None:
    questions, _ = market
    processes: list[Collector] = []
    all_started = Event()

    def on_question(name: str, number: int) -> None:
        questions.wait(lambda: len(questions.by()) == len(NAMES))
        if (name, number) == ("c0", 2):
            assert all_started.wait(60)
            stop_between_transactions(processes[0], store)

    questions.on_question = on_question
    processes += started(utcnow, TERM)
    all_started.set()
    told = [one.ended() for one in processes[1:]]
    assert stopped(processes[0].pid)
    assert looks(store, tmp_path / "x.db") == dict.fromkeys(KEYS, 1)
    asked = questions.by()["c0"]
    processes[0].send(WAKE)
    late = processes[0].ended()
    assert late is not None and late["lost"] >= 1 and late["code"] == 0
    assert late["looks"] + late["elsewhere"] + late["lost"] == 40
    assert questions.by()["c0"] <= asked + 1, "but what its other worker was about to send"
    assert looks(store, tmp_path / "x.db") == dict.fromkeys(KEYS, 1)
    assert {one["code"] for one in told if one} == {0}
    assert store.check() == []
    log = (tmp_path / "c0.log").read_text()
    assert log.count("is not stored: another collector has taken over") == late["lost"]


def test_hosts_of_a_run_that_is_broken_off_come_free_soon(
    toys: Any, board: Any, scripted: Any, store: Store, tmp_path: Path
) -> None:
    board.say("/jobs", scripted(body=page(job(1))))
    boards = [toys.board("a.test/jobs"), toys.board("a.test/other")]

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with fetching(board.port, Days()) as fetcher, pytest.raises(KeyboardInterrupt):
        collecting.collect(store, boards, fetcher, clock=Days(), on_look=interrupted)
    left = databases.query(
        tmp_path / "x.db",
        "SELECT done_at IS NULL, expires_at <= clock_timestamp() + interval '10s' FROM leases",
    )
    assert left == [(True, True)]


def test_a_lease_that_was_given_back_is_not_renewed(store: Store, leases: Leases) -> None:
    """Whoever keeps the leases may just have begun with it."""
    of = leases.join({"a": ["x:1"]}, HOUR)
    claim = taken(store, of, "a")
    assert isinstance(claim, Claim)
    held = Held(leases, claim.lease, utcnow(), utcnow, LONG)
    assert held.renew() and held.is_ours()
    held.give_back((), gave_up=False, pause=NOW)
    assert not held.renew() and not held.is_ours() and not held.lost
    assert isinstance(taken(store, of, "a"), Claim)


# ------------------------------------------------------------------ the door, and the database


def test_collectors_let_each_other_in_and_keep_all_others_out(store: Store) -> None:
    with store.one_run(shared=True), store.one_run(shared=True), pytest.raises(LockHeld), store.one_run():
        pass
    with store.one_run(), pytest.raises(LockHeld), store.one_run(shared=True):
        pass
    with store.one_run():
        pass


def test_on_a_file_there_is_one_collector_and_no_lease(tmp_path: Path) -> None:
    alone = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    assert alone.leases is None
    with alone.one_run(shared=True), pytest.raises(LockHeld), alone.one_run(shared=True):
        pass
    alone.close()


def taken(store: Store, of: Round, *names: str, term: timedelta = TERM) -> Claim | frozenset[str]:
    assert store.leases
    return store.leases.claim(of, names, "somebody", term)


HOUR, NOW = timedelta(hours=1), timedelta(0)


@pytest.fixture
def leases(store: Store) -> Leases:
    assert store.leases
    return store.leases


def test_a_host_is_given_out_once_in_the_order_that_is_wished(store: Store, leases: Leases) -> None:
    of = leases.join({"a": ["x:1"], "b": ["x:2"]}, HOUR)
    claims = [taken(store, of, "b", "a") for _ in range(3)]
    assert [one.lease.host for one in claims[:2] if isinstance(one, Claim)] == ["b", "a"]
    assert claims[2] == {"a", "b"}, "which are not done yet"
    assert leases.join({"a": ["x:1"]}, HOUR) == of


def test_an_expired_lease_passes_on_and_the_first_holder_can_neither_renew_nor_store(
    store: Store, leases: Leases
) -> None:
    of = leases.join({"a": ["x:1"]}, HOUR)
    first = taken(store, of, "a", term=NOW)
    assert isinstance(first, Claim) and leases.renew(first.lease, NOW), "expired, but nobody wanted it"
    second = taken(store, of, "a")
    assert isinstance(second, Claim) and second.lease.token == first.lease.token + 1
    assert not leases.renew(first.lease)
    leases.release(first.lease, ["x:1"], gave_up=True, pause=NOW)
    assert taken(store, of, "a") == {"a"}, "it is not the first one's to give back"
    with store._writing(second.lease):
        pass
    with pytest.raises(LeaseLost, match="another collector has taken over a"), store._writing(first.lease):
        raise AssertionError("nothing may be stored")


def test_while_a_look_is_stored_its_host_is_renewed_but_given_to_nobody(store: Store, leases: Leases) -> None:
    of = leases.join({"a": ["x:1"], "b": ["x:2"]}, HOUR)
    claim = taken(store, of, "a", term=NOW)
    assert isinstance(claim, Claim)
    with store._writing(claim.lease):
        other = taken(store, of, "a", "b")
        assert isinstance(other, Claim) and other.lease.host == "b"
        assert leases.renew(claim.lease)


def test_one_that_is_stopped_in_a_transaction_loses_what_it_has_locked(
    store: Store, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a host whose lease was just being renewed would be free to nobody, and all would wait for it."""
    monkeypatch.setattr(rows, "_ASLEEP", 1)
    of = leases.join({"a": ["x:1"], "b": ["x:2"]}, HOUR)
    renewing, storing = (taken(store, of, name, term=NOW) for name in "ab")
    assert isinstance(renewing, Claim) and isinstance(storing, Claim)
    with pytest.raises(StorageError), leases._begun(out_of_turn=True) as renewal:
        assert rows._locked(renewal, renewing.lease)
        with pytest.raises(StorageError), store._writing(storing.lease) as look:
            assert taken(store, of, "a", "b") == {"a", "b"}, "which nobody else gets"
            end = time.monotonic() + 60
            passed: list[str] = []
            while len(passed) < 2 and time.monotonic() < end:
                claim = taken(store, of, "a", "b")
                passed += [claim.lease.host] if isinstance(claim, Claim) else []
            assert sorted(passed) == ["a", "b"]
            look.execute(text("SELECT 1"))
        renewal.execute(text("SELECT 1"))


def test_a_pause_holds_for_all_and_into_the_next_round(store: Store, leases: Leases) -> None:
    of = leases.join({"a": ["x:1"]}, HOUR)
    claim = taken(store, of, "a")
    assert isinstance(claim, Claim)
    leases.release(claim.lease, ["x:1"], gave_up=False, pause=HOUR)
    assert taken(store, of, "a") == frozenset(), "the round is done"
    following = leases.join({"a": ["x:1"]}, HOUR)
    assert following.number == of.number + 1
    assert taken(store, following, "a") == {"a"}


def test_a_host_that_one_gave_up_is_asked_by_nobody_in_this_round(store: Store, leases: Leases) -> None:
    of = leases.join({"a": ["x:1", "x:2"], "b": ["x:3"]}, HOUR)
    claim = taken(store, of, "a")
    assert isinstance(claim, Claim)
    leases.release(claim.lease, ["x:1"], gave_up=True, pause=NOW)
    assert leases.join({"a": ["x:1", "x:2"]}, HOUR).number == of.number
    assert taken(store, of, "a") == frozenset()


def test_boards_that_another_one_asked_and_had_nothing_to_store_of_are_not_called_silent(
    toys: Any, board: Any, scripted: Any, store: Store, leases: Leases
) -> None:
    """Two looks of one second that bring the same are one: the round has no look of its own to show."""
    board.say("/jobs", scripted(body=page(job(1))))
    of = leases.join({"b.test": ["toy:b.test/jobs"], "late.test": ["toy:late.test/jobs"]}, HOUR)
    claim = taken(store, of, "b.test")
    assert isinstance(claim, Claim)
    leases.release(claim.lease, ["toy:b.test/jobs"], gave_up=False, pause=NOW)
    with fetching(board.port, Days()) as fetcher:
        boards = [toys.board("a.test/jobs"), toys.board("b.test/jobs")]
        summary = collecting.collect(store, boards, fetcher, clock=Days())
    assert (summary.looks, summary.stopped) == (1, "not asked: 1 board left to other collectors")


def test_a_collector_whose_boards_all_were_looked_at_asks_nothing_and_has_not_failed(
    toys: Any, board: Any, scripted: Any, store: Store, leases: Leases
) -> None:
    """The round is kept open by a host that is still held; a restart within it repeats nothing."""
    board.say("/jobs", scripted(body=page(job(1))))
    boards = [toys.board("a.test/jobs"), toys.board("gone.test/jobs")]
    of = leases.join({"late.test": ["toy:late.test/jobs"]}, HOUR)
    with fetching(board.port, Days()) as fetcher:
        first = collecting.collect(store, boards, fetcher, clock=Days())
        again = collecting.collect(store, boards, fetcher, clock=Days())
        named = collecting.collect(store, [*boards, toys.board("b.test/jobs")], fetcher, clock=Days())
    assert [(one.looks, one.elsewhere, one.exit_code) for one in (first, again, named)] == [
        (2, 0, 0),
        (0, 2, 0),
        (1, 2, 0),
    ]
    assert again.lines() == [
        "no board was looked at",
        "looked at by other collectors in this round: 2 boards",
    ]
    assert len(board.asked) == 3 and leases.looked(of) == {
        f"toy:{one}.test/jobs" for one in ("a", "b", "gone")
    }
