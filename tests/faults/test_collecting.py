"""Runs as a whole: live over loopback, again from the archive that they left, and back in time."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from databases import rows, url
from places import DEMO

from reports.building.weekly import build_weekly, to_json
from scraper.boards import load_boards
from scraper.errors import ServerTrouble
from scraper.fetching.archive import WarcArchive
from scraper.fetching.client import HttpFetcher
from scraper.fetching.outcome import Answer
from scraper.fetching.replay import ReplayArchive
from scraper.importing import ImportedListing
from scraper.model import Board, RawPosting, Reject, Reply, Request
from scraper.runs import collecting, loading, replaying
from scraper.sources import FAMILIES, greenhouse
from scraper.understanding import records
from storage.store import Store, open_store

pytestmark = pytest.mark.usefixtures("each_engine")

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    store = open_store(url(path))
    try:
        yield store
    finally:
        store.close()


def now() -> datetime:
    return NOW


# ------------------------------------------------------------------ live and again


def job(number: int, title: str, text: str) -> dict[str, Any]:
    return {
        "id": number,
        "internal_job_id": number,
        "title": title,
        "absolute_url": f"https://example.com/jobs/{number}",
        "location": {"name": "Berlin"},
        "first_published": "2026-11-01T10:00:00-04:00",
        "updated_at": "2026-11-01T10:00:00-04:00",
        "content": f"&lt;p&gt;{text}&lt;/p&gt;",
        "metadata": [],
        "departments": [],
        "offices": [],
    }


@pytest.fixture
def on_loopback(board: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the greenhouse family ask the scripted board instead of the real host."""
    family = greenhouse.FAMILY

    def first(asked: Board) -> Any:
        return replace(family.first(asked), url=board.url(f"/{asked.key}"))

    def key_of(url: str) -> str | None:
        return url.rsplit("/", 1)[1] if url.startswith(board.url("/")) else None

    moved = replace(family, first=first, key_of=key_of)
    monkeypatch.setitem(FAMILIES, "greenhouse", moved)

    def listing_of(request: Any) -> Any:
        return (moved, key) if (key := key_of(request.url)) else None

    monkeypatch.setattr(replaying, "listing_of", listing_of)


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that a run learned; how and when it ran differs."""
    found = rows(path)
    del found["runs"], found["leases"]
    return found


@pytest.mark.usefixtures("on_loopback")
def test_a_live_run_and_the_replay_of_its_archive_learn_the_same(
    board: Any, scripted: Any, open_fetcher: Callable[..., HttpFetcher], tmp_path: Path
) -> None:
    jobs = [
        job(1, "AI Product Manager", "Own RAG and prompts. 3+ years of product experience."),
        job(2, "Cook", ""),
    ]
    board.say("/acme", scripted(body=json.dumps({"jobs": jobs, "meta": {"total": 2}}).encode()))
    board.say("/shut", scripted(status=403, body=b"{}"))
    board.say("/html", scripted(headers=(("Content-Type", "text/html"),), body=b"<html>We moved</html>"))
    boards = [Board("greenhouse", key, key.title()) for key in ("acme", "shut", "html", "gone")]
    with WarcArchive(tmp_path / "archive", now) as archive, open_fetcher(archive=archive) as fetcher:
        with opened(tmp_path / "live.db") as store:
            live = collecting.collect(store, boards, fetcher, clock=now)
        written = archive.path
    assert live.states == {
        "greenhouse:acme": "complete",
        "greenhouse:shut": "refused",
        "greenhouse:html": "failed",
        "greenhouse:gone": "missing",
    }
    assert (live.exit_code, live.created, live.postings) == (3, 1, 2)
    assert written is not None
    with opened(tmp_path / "again.db") as store:
        again = replaying.replay(store, ReplayArchive([written]), boards, clock=now)
    assert again.states == live.states
    assert dump(tmp_path / "again.db") == dump(tmp_path / "live.db")


@pytest.mark.usefixtures("on_loopback")
def test_a_list_asked_for_twice_in_a_second_is_one_look_and_the_good_answer_counts(
    board: Any, tmp_path: Path
) -> None:
    url = board.url("/acme")
    body = json.dumps({"jobs": [job(1, "Product Manager", "x")], "meta": {"total": 1}}).encode()
    with WarcArchive(tmp_path / "archive", now) as archive:
        for status, content in ((503, b"busy"), (200, body), (200, body)):
            archive.write(
                Request(url), Answer(url, status, (("Content-Type", "application/json"),), content, NOW)
            )
    assert archive.path is not None
    with opened(tmp_path / "x.db") as store:
        summary = replaying.replay(store, ReplayArchive([archive.path]), [], clock=now)
    assert (summary.looks, summary.states) == (1, {"greenhouse:acme": "complete"})


@pytest.mark.usefixtures("on_loopback")
def test_a_bug_fails_its_board_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
    board: Any,
    scripted: Any,
    open_fetcher: Callable[..., HttpFetcher],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = json.dumps({"jobs": [job(1, "Product Manager", "x")], "meta": {"total": 1}}).encode()
    board.say("/one", scripted(body=body))
    board.say("/two", scripted(body=body.replace(b'"id": 1', b'"id": 2')))
    board.say("/three", scripted(body=body.replace(b'"id": 1', b'"id": 3')))
    understand, calls = records.understand_in_stages, []

    def broken(*words: Any, **more: Any) -> Any:
        calls.append(words)
        if len(calls) == 2:
            raise ZeroDivisionError("a bug")
        return understand(*words, **more)

    monkeypatch.setattr(records, "understand_in_stages", broken)
    with open_fetcher() as fetcher, opened(tmp_path / "x.db") as store:
        boards = [Board("greenhouse", name, name.title()) for name in ("one", "two", "three")]
        summary = collecting.collect(store, boards, fetcher, clock=now)
        assert (store.status(now()).total, store.check()) == (2, [])
    assert summary.states == {
        "greenhouse:one": "complete",
        "greenhouse:two": "failed",
        "greenhouse:three": "complete",
    }
    assert (
        summary.reasons["greenhouse:two"]
        == "an error of pmtrend itself, ZeroDivisionError; its log tells more"
    )
    assert summary.exit_code == 3
    assert "ZeroDivisionError: a bug" in caplog.text, "with its traceback"


def test_the_time_budget_ends_a_run_between_boards(tmp_path: Path) -> None:
    minutes = count(step=5)

    class Down:
        def fetch(self, request: Request, *, published: bool) -> Reply:
            raise ServerTrouble(request.url, "503")

    boards = [Board("greenhouse", str(number), str(number)) for number in range(50)]
    with opened(tmp_path / "x.db") as store:
        until = NOW + timedelta(minutes=40)
        summary = collecting.collect(
            store, boards, Down(), clock=lambda: NOW + timedelta(minutes=next(minutes)), until=until
        )
    assert summary.exit_code == 2
    assert 1 <= len(summary.states) < 50
    assert summary.stopped.startswith("the time budget ended after")


# ------------------------------------------------------------------ back in time


@pytest.mark.file  # the replay of the demonstration
@pytest.mark.parametrize("day", [date(2026, 10, 18), date(2026, 11, 4)])
def test_a_report_as_of_a_day_is_the_report_of_that_day_byte_for_byte(
    tmp_path: Path, demo_database: Path, day: date
) -> None:
    cut = datetime(day.year, day.month, day.day, 16, tzinfo=UTC) - timedelta(seconds=1)
    archive = ReplayArchive([DEMO])
    boards = load_boards()
    week = date(2026, 10, 12)

    def report(store: Store) -> str:
        until = datetime(2026, 10, 18, 16, tzinfo=UTC)
        return to_json(build_weekly(store.facts(first_week=date(2026, 1, 5), until=until, as_of=cut), week))

    with opened(demo_database) as whole, opened(tmp_path / "then.db") as then:
        known = [exchange for exchange in archive.exchanges if exchange.at <= cut]
        archive.exchanges = tuple(known)
        replaying.replay(then, archive, boards, clock=now)
        assert report(whole) == report(then)


# ------------------------------------------------------------------ files


def imported(at: datetime | None, *titles: str, rejects: int = 0) -> ImportedListing:
    postings = tuple(RawPosting(title, title, company="Acme") for title in titles)
    return ImportedListing(at, postings, (Reject("", "row 2: no title"),) * rejects, f"{at}{titles}")


def do_import(store: Store, *listings: ImportedListing, complete: bool = True, scope: str = "") -> Any:
    return loading.import_listings(store, listings, source="feed", complete=complete, scope=scope, clock=now)


def test_without_complete_nothing_is_ever_missing(tmp_path: Path) -> None:
    start = NOW - timedelta(days=60)
    with opened(tmp_path / "x.db") as store:
        listings = [imported(start + timedelta(days=7 * w), f"PM {w}", "Product Manager") for w in range(4)]
        summary = do_import(store, *listings, complete=False)
        assert summary.states == {"import:feed": "partial"}
        assert store.status(NOW).open == store.status(NOW).total


def test_unreadable_rows_take_completeness_back_but_one_does_not(tmp_path: Path) -> None:
    with opened(tmp_path / "x.db") as store:
        one = do_import(store, imported(NOW - timedelta(days=7), "Product Manager", "PM of AI", rejects=1))
        two = do_import(store, imported(NOW, "Product Manager", "PM of AI", rejects=2))
    assert (one.states, two.states) == ({"import:feed": "complete"}, {"import:feed": "partial"})


def test_a_file_without_any_date_is_a_listing_of_now(tmp_path: Path) -> None:
    with opened(tmp_path / "x.db") as store:
        assert do_import(store, imported(None, "Product Manager")).states == {"import:feed": "complete"}
        facts = store.facts(first_week=date(2026, 11, 9), until=NOW + timedelta(days=7))
    assert facts.data_cut == NOW
    assert [spell.kind for spell in facts.spells] == ["backlog"]


def test_rows_without_a_date_beside_dated_ones_are_no_complete_listing(tmp_path: Path) -> None:
    with opened(tmp_path / "x.db") as store:
        dated, undated = imported(NOW - timedelta(days=1), "Product Manager"), imported(None, "AI PM")
        assert do_import(store, dated, undated).states == {"import:feed": "partial"}


def test_a_new_scope_name_breaks_the_series(tmp_path: Path) -> None:
    titles = [f"Product Manager {number}" for number in range(8)]
    with opened(tmp_path / "x.db") as store:
        do_import(store, imported(NOW - timedelta(days=14), *titles), scope="all cities")
        do_import(store, imported(NOW - timedelta(days=7), *titles[:2]), scope="上海")
        facts = store.facts(first_week=date(2026, 10, 5), until=NOW)
    assert [(b.source, b.unit, b.reason) for b in facts.breaks] == [("feed", None, "scope")]
    assert not any(spell.closed for spell in facts.spells)


def test_a_text_that_comes_back_after_an_older_file_is_tagged(tmp_path: Path) -> None:
    """Stored: the second text. One call brings an older and a newer look, both with the first text."""

    def told(at: datetime, text: str) -> ImportedListing:
        posting = RawPosting("1", "AI Product Manager", company="Acme", description=text)
        return ImportedListing(at, (posting,), (), f"{at}{text}")

    first, second = "Own our RAG assistant and its prompts.", "Own the checkout."
    with opened(tmp_path / "x.db") as store:
        do_import(store, told(NOW - timedelta(days=14), second))
        do_import(store, told(NOW - timedelta(days=21), first), told(NOW - timedelta(days=7), first))
        facts = store.facts(first_week=date(2026, 10, 5), until=NOW)
    (fact,) = facts.postings.values()
    assert "rag" in fact.tags
