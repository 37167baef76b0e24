"""Details are asked for once, and again only when the list says something new or they could not be read; and
the other things that only a reply tells: a scope, that more is listed than shown, that a posting is gone."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from toys import Live, job, learned, opened, page, rows

from scraper.model import RawPosting
from scraper.runs import recording
from storage.records import TaxonomyRecord


def text(scripted: Any, words: str) -> Any:
    return scripted(body=b'{"text": "%s"}' % words.encode())


def paths(board: Any) -> list[str]:
    found = [one.path for one in board.asked]
    board.asked.clear()
    return found


@pytest.fixture
def live(toys: Any, board: Any, tmp_path: Path) -> Live:
    return Live(tmp_path, board.port, toys.board("a.test/jobs", "toydetail"))


def same(live: Live) -> bool:
    return learned(live.replayed()) == learned(live.database)


def test_only_what_passes_the_gate_is_asked_for_and_only_once(live: Live, board: Any, scripted: Any) -> None:
    board.say("/jobs", scripted(body=page(job(1, text=""), job(2, "Cook", text=""))))
    board.say("/detail/1", text(scripted, "Own RAG."))
    live.run()
    assert paths(board) == ["/jobs", "/detail/1"]
    assert live.run().unchanged == 1
    assert paths(board) == ["/jobs"]
    # Another list, the same entry: its details are not asked for again.
    board.say("/jobs", scripted(body=page(job(1, text=""), job(3, "Baker", text=""))))
    assert live.run().unchanged == 0
    assert paths(board) == ["/jobs"]
    assert same(live)
    assert [row[5] for row in rows(live.database)["versions"]] == ["Own RAG."]


def test_an_entry_that_changed_is_asked_for_again(live: Live, board: Any, scripted: Any) -> None:
    board.say("/detail/1", text(scripted, "Own RAG."), text(scripted, "Own RAG and agents."))
    board.say("/detail/2", text(scripted, "Own the checkout."))
    for title in ("AI Product Manager", "Senior AI Product Manager"):
        board.say("/jobs", scripted(body=page(job(1, title, text=""), job(2, text=""))))
        live.run()
    assert paths(board) == ["/jobs", "/detail/1", "/detail/2", "/jobs", "/detail/1"]
    assert len(rows(live.database)["versions"]) == 3
    assert same(live)


def test_details_that_failed_are_asked_for_next_time_though_the_list_is_the_same(
    live: Live, board: Any, scripted: Any
) -> None:
    board.say("/jobs", scripted(body=page(job(1, text=""), job(2, text=""))))
    board.say("/detail/1", text(scripted, "Own RAG."))
    board.say("/detail/2", scripted(500), scripted(body=b"<html>"), text(scripted, "Own agents."))
    for reason in ("the details of 1 posting could not be read",) * 2 + ("",):
        summary = live.run()
        assert (summary.reasons, summary.states) == (
            {"toydetail:a.test/jobs": reason},
            {"toydetail:a.test/jobs": "complete"},
        )
    assert paths(board) == ["/jobs", "/detail/1", "/detail/2"] + ["/jobs", "/detail/2"] * 2
    assert live.run().unchanged == 1
    assert paths(board) == ["/jobs"]
    assert same(live)


def test_a_posting_that_is_gone_when_its_details_are_asked_for_is_not_listed(
    live: Live, board: Any, scripted: Any
) -> None:
    """The list lags behind: the detail says "not open any more", or 404 while others are answered."""
    board.say("/jobs", scripted(body=page(*(job(n, text="") for n in (1, 2, 3)))))
    board.say("/detail/1", scripted(body=b'{"gone": true}'))
    board.say("/detail/2", scripted(404))
    board.say("/detail/3", text(scripted, "Own RAG."))
    summary = live.run()
    assert (summary.states, summary.created) == ({"toydetail:a.test/jobs": "complete"}, 1)
    assert [row[2] for row in rows(live.database)["postings"]] == ["3"]
    assert same(live)


def test_a_new_vocabulary_tags_the_stored_texts_without_asking(
    live: Live, board: Any, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.say("/jobs", scripted(body=page(job(1, text=""))))
    board.say("/detail/1", text(scripted, "Own our RAG assistant."))
    live.run()
    paths(board)
    newer = replace(recording.TAXONOMY, version="9999.1.0", sha256="of another vocabulary")
    assert isinstance(newer, TaxonomyRecord)
    monkeypatch.setattr(recording, "TAXONOMY", newer)
    live.run()
    assert paths(board) == ["/jobs"]
    taggings = rows(live.database)["taggings"]
    assert [row[1:3] for row in taggings] == [(1, 1), (1, 2)], "one text, under both vocabularies"
    assert live.run().unchanged == 1


# ------------------------------------------------------------------ what only a reply tells


def test_a_scope_that_only_the_reply_tells_breaks_the_series(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    """The thread of another month: what it does not show has not closed, what it shows is backlog."""
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    for thread, numbers in (("thread 1", range(6)), ("thread 1", range(6)), ("thread 2", range(6, 12))):
        board.say("/jobs", scripted(body=page(*(job(n) for n in numbers), scope=thread)))
        last = live.run()
    assert (last.states, last.closed) == ({"toy:a.test/jobs": "complete"}, 0)
    with opened(live.database) as store:
        facts = store.facts(first_week=date(2026, 8, 3), until=live.clock.now)
    (found,) = facts.breaks
    assert found.reason == "scope"
    assert found.note == "asked for thread 1 before, for thread 2 since"
    assert [(s.kind, s.closed, s.reason) for s in facts.spells] == [("backlog", False, "left_scope")] * 6 + [
        ("backlog", False, "")
    ] * 6
    assert same(live)


def test_a_look_that_leads_to_another_thread_is_another_scope_whatever_was_remembered(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/search"))
    board.say("/search", scripted(body=page(next="thread1")))
    for number in (1, 2):
        board.say(f"/thread{number}", scripted(body=page(job(number), scope=f"thread {number}")))
    live.run()
    live.run()
    board.say("/search", scripted(body=page(next="thread2")))
    assert live.run().unchanged == 0
    assert len(rows(live.database)["breaks"]) == 1
    assert same(live)


def test_a_board_that_says_it_shows_not_everything_closes_nothing(
    toys: Any, board: Any, scripted: Any, tmp_path: Path
) -> None:
    live = Live(tmp_path, board.port, toys.board("a.test/jobs"))
    window = "only the newest hundred are shown"
    for numbers in (range(4), range(1, 4), range(2, 4)):
        board.say("/jobs", scripted(body=page(*(job(n) for n in numbers), partial=window)))
        last = live.run()
    assert (last.states, last.reasons) == ({"toy:a.test/jobs": "partial"}, {"toy:a.test/jobs": window})
    with opened(live.database) as store:
        status = store.status(live.clock())
        assert (status.total, status.open) == (4, 4)
    assert same(live)


def test_of_a_posting_that_is_not_wanted_no_text_is_kept() -> None:
    from scraper.bounds import bounded

    cook = RawPosting("1", "Cook", description="Cook well.")
    assert bounded(cook, lambda _: False) == replace(cook, description="C"), "that there is one counts"
    assert bounded(cook, lambda _: True) is cook
