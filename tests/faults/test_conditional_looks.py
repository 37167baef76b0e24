"""Looks at boards that did not change: conditional requests, hashes of bodies, what their archives tell."""

import gzip
import json
import re
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from toys import START, Live, fetching, job, learned, opened, page, rows

from scraper.errors import ShapeChanged
from scraper.model import Board, Page, Reply, Request
from scraper.runs import collecting
from scraper.sources import FAMILIES
from scraper.sources.parts import asking

JSON = ("Content-Type", "application/json")
Server = Callable[..., None]


@pytest.fixture
def tagged(board: Any, scripted: Any) -> Server:
    """Say what stands at a path, from a server that knows validators."""

    def say(path: str, body: bytes, *, etag: str = "", modified: str = "") -> None:
        stated = (("ETag", etag), ("Last-Modified", modified))
        headers = (JSON, *(pair for pair in stated if pair[1]))
        known = {"if-none-match": etag, "if-modified-since": modified}

        def answer(asked: Any) -> Any:
            conditions = {name: value for name, value in asked.headers.items() if name in known}
            same = bool(conditions) and all(known[name] == value for name, value in conditions.items())
            return scripted(304 if same else 200, headers, b"" if same else body)

        board.say(path, answer)

    return say


@contextmanager
def same_rows(live: Live) -> Any:
    yield
    assert learned(live.replayed()) == learned(live.database)


# ------------------------------------------------------------------ validators


@pytest.mark.parametrize(
    "validators",
    [
        {"etag": '"v1"'},
        {"etag": 'W/"v1"'},
        {"modified": "Mon, 07 Sep 2026 01:00:00 GMT"},
        {"etag": '"v1"', "modified": "Mon, 07 Sep 2026 01:00:00 GMT"},
    ],
)
def test_what_is_remembered_is_asked_for_and_not_modified_is_an_unchanged_look(
    toys: Any, board: Any, tagged: Server, tmp_path: Path, validators: dict[str, str]
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    tagged("/jobs", page(job(1), job(2, "Cook")), **validators)
    with same_rows(live):
        first, second = live.run(), live.run()
    assert (first.unchanged, second.unchanged, second.states) == (0, 1, first.states)
    sent = [
        {name: one.headers.get(name) for name in ("if-none-match", "if-modified-since")}
        for one in board.asked
    ]
    asked = {"if-none-match": validators.get("etag"), "if-modified-since": validators.get("modified")}
    assert sent == [{"if-none-match": None, "if-modified-since": None}, asked]
    kept = gzip.decompress(live.written[1].read_bytes()).decode()
    assert "WARC-Type: revisit" in kept
    assert "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified" in kept
    assert "304 Not Modified" in kept


def test_a_board_that_changes_is_read_anew_and_asked_with_its_new_validator(
    toys: Any, board: Any, tagged: Server, tmp_path: Path
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    with same_rows(live):
        for etag, titles in (('"1"', ("PM",)), ('"2"', ("PM", "AI PM")), ('"2"', ("PM", "AI PM"))):
            listed = [job(n, f"{title} Product Manager") for n, title in enumerate(titles)]
            tagged("/jobs", page(*listed), etag=etag)
            last = live.run()
    assert [one.headers.get("if-none-match") for one in board.asked] == [None, '"1"', '"2"']
    assert last.unchanged == 1
    assert toys.parsed == 2 + 2, "the last look was parsed neither live nor in the replay"


@pytest.mark.parametrize("spoil", ["page that cannot be read", "look that is lost", "store that is lost"])
def test_a_validator_counts_only_with_the_look_that_was_stored(
    toys: Any, board: Any, tagged: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    """Row 39: otherwise "not modified" would be heard for ever of a board that was never stored."""
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    tagged("/jobs", page(job(1)), etag='"1"')
    with monkeypatch.context() as patch:
        if spoil == "page that cannot be read":
            tagged("/jobs", b"<html>maintenance", etag='"0"')
        if spoil == "look that is lost":
            patch.setattr(
                "storage.store.Store.record_together",
                lambda *_: (_ for _ in ()).throw(ShapeChanged("", "kill")),
            )
        with suppress(ShapeChanged):
            live.run()
    if spoil == "store that is lost":
        live.database.unlink()
    tagged("/jobs", page(job(1)), etag='"1"')
    again = live.run()
    assert again.states == {"toy:a.test/jobs": "complete"} and again.unchanged == 0 and again.created == 1
    assert [one.headers.get("if-none-match") for one in board.asked] == [None, None]


@pytest.mark.parametrize("lost", ["index", "archive"])
def test_without_the_archived_body_the_whole_answer_is_asked_for(
    toys: Any, board: Any, tagged: Server, tmp_path: Path, lost: str
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    tagged("/jobs", page(job(1)), etag='"1"')
    live.run()
    gone = tmp_path / "archive" / "latest-bodies.json" if lost == "index" else live.written.pop()
    gone.unlink()
    second = live.run()
    assert board.asked[1].headers.get("if-none-match") is None
    assert (second.unchanged, toys.parsed) == (1, 1), "the hash of the body does it"
    third = live.run()
    assert (board.asked[2].headers.get("if-none-match"), third.unchanged) == ('"1"', 1)


def test_what_is_not_modified_is_the_body_of_the_validator_and_no_later_one(
    toys: Any, board: Any, scripted: Any, tagged: Server, tmp_path: Path
) -> None:
    """Between the look that is remembered and the "not modified" the board answered something else."""
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    with same_rows(live):
        tagged("/jobs", page(job(1)), etag='"1"')
        live.run()
        for answer in (scripted(503, body=b"busy"), scripted(body=b"<html>maintenance")):
            board.say("/jobs", answer)
            assert set(live.run().states.values()) == {"failed"}
        tagged("/jobs", page(job(1)), etag='"1"')
        assert set(live.run().states.values()) == {"complete"}
        assert live.run().unchanged == 1


def test_not_modified_that_nobody_asked_for_is_a_changed_shape(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    board.say("/jobs", scripted(304))
    with same_rows(live):
        assert live.run().states == {"toy:a.test/jobs": "failed"}


# ------------------------------------------------------------------ without validators


def test_the_same_bytes_are_not_parsed_and_nothing_but_the_look_is_written(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/p1"), toys.board("a.test/single"))
    board.say("/p1", scripted(body=page(job(1), next="p2", total=3)))
    board.say("/p2", scripted(body=page(job(2), job(3, "Cook"), total=3)))
    board.say("/single", scripted(body=page(job(4))))
    live.run()
    parsed, before = toys.parsed, rows(live.database)
    second = live.run()
    after = rows(live.database)
    assert (second.unchanged, toys.parsed - parsed, len(board.asked)) == (2, 0, 6)
    assert {name for name in after if after[name] != before[name]} == {"runs", "fetches", "cells"}
    assert "WARC-Type: response" not in gzip.decompress(live.written[1].read_bytes()).decode()
    assert learned(live.replayed()) == learned(live.database)


def test_of_several_pages_one_that_changed_is_enough_and_none_is_asked_for_twice(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/p1"))
    for number in (1, 2, 3):
        board.say(f"/p{number}", scripted(body=page(job(number), next=f"p{number + 1}" * (number < 3))))
    with same_rows(live):
        live.run()
        board.say("/p2", scripted(body=page(job(2, text="Own the checkout."), next="p3")))
        board.asked.clear()
        changed = live.run()
        assert [one.path for one in board.asked] == ["/p1", "/p2", "/p3"]
        assert (changed.unchanged, changed.changed) == (0, 1)
        assert live.run().unchanged == 1


def test_a_page_that_leads_elsewhere_than_before_is_followed(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/p1"))
    board.say("/p1", scripted(body=page(job(1), next="p2")), scripted(body=page(job(1), next="other")))
    board.say("/p2", scripted(body=page(job(2))))
    board.say("/other", scripted(body=page(job(2), job(3))))
    with same_rows(live):
        live.run()
        second = live.run()
    assert (second.states, second.created) == ({"toy:a.test/p1": "complete"}, 1)
    assert [one.path for one in board.asked] == ["/p1", "/p2", "/p1", "/other"]


@pytest.mark.parametrize(("bad", "state"), [("/p1", "failed"), ("/p2", "partial")])
def test_a_page_that_fails_at_the_second_look_is_asked_once_and_the_memory_stays(
    toys: Any, board: Any, scripted: Any, tmp_path: Path, bad: str, state: str
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/p1"))
    good = {"/p1": scripted(body=page(job(1), next="p2")), "/p2": scripted(body=page(job(2)))}
    for path, answer in good.items():
        board.say(path, *((answer, scripted(500), answer) if path == bad else (answer,)))
    with same_rows(live):
        live.run()
        board.asked.clear()
        second = live.run()
        assert [one.path for one in board.asked] == ["/p1", "/p2"][: 1 if bad == "/p1" else 2]
        assert (second.states, second.closed) == ({"toy:a.test/p1": state}, 0)
        third = live.run()
    assert third.states == {"toy:a.test/p1": "complete"}
    with opened(live.database) as store:
        assert (store.status(live.clock()).open, store.check()) == (2, [])


def test_a_list_that_is_asked_for_by_post_is_recognised_too(
    toys: Any, board: Any, scripted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = FAMILIES["toy"]

    def first(asked: Board) -> Request:
        return asking.json_post(family.first(asked).url, {"page": 1, "keyword": "产品经理"})

    def parse(asked: Board, reply: Reply, request: Request) -> Page:
        read = family.parse(asked, reply, request)
        number = json.loads(request.body)["page"]
        return replace(read, next=asking.turned(request, "page", number + 1) if number < 2 else None)

    monkeypatch.setitem(FAMILIES, "toy", replace(family, first=first, parse=parse, page=("page", 1)))
    live = Live(tmp_path, board.port, toys.board("a.test/search"))
    board.say("/search", lambda asked: scripted(body=page(job(json.loads(asked.body)["page"]))))
    with same_rows(live):
        live.run()
        second = live.run()
    assert (second.unchanged, toys.parsed) == (1, 2 + 2)
    asked = [(one.method, json.loads(one.body)["page"]) for one in board.asked]
    assert asked == [("POST", 1), ("POST", 2)] * 2


def test_a_text_that_changes_with_every_look_is_kept_two_dozen_times(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    """Row 38: a view count in the text."""
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    with opened(live.database) as store, fetching(board.port, live.clock) as fetcher:
        for views in range(30):
            board.say("/jobs", scripted(body=page(job(1, text=f"Own RAG. Seen {views} times."))))
            collecting.collect(store, live.boards, fetcher, clock=live.clock)
            live.clock.now += timedelta(days=1)
        facts = store.facts(first_week=START.date(), until=live.clock.now)
        assert store.check() == []
    versions = rows(live.database)["versions"]
    assert len(versions) == 24
    (spell,) = facts.spells
    assert (spell.last_seen_at, spell.closed) == (START + timedelta(days=29), False)
    assert [fact.role for fact in facts.postings.values()] == ["aigc_pm"]


def test_blanks_and_invisible_marks_make_no_new_text(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    """Row 38: what no reader sees does not count."""
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    for text in ("Own  RAG.\r\nShip it.", "Own RAG.\nShip\u200b it. "):
        board.say("/jobs", scripted(body=page(job(1, text=text))))
        last = live.run()
    assert (last.changed, len(rows(live.database)["versions"])) == (0, 1)
    assert re.fullmatch("[0-9a-f]{64}", str(rows(live.database)["versions"][0][3]))
