"""Which looks may wait to be stored together, and that nobody is told of one before it is stored."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from databases import query, rows
from places import DEMO
from store_helpers import day, feed, listing

from scraper.boards import load_boards
from scraper.fetching.replay import ReplayArchive
from scraper.runs import replaying
from scraper.runs.summary import Looked, OnLook
from scraper.runs.waiting import Look, Waiting
from storage.store import open_store

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)


def test_looks_wait_until_they_are_many_or_their_texts_are_long() -> None:
    waiting = Waiting(3)
    waiting.add(Look(listing(day(0), ["a"], key="one")))
    waiting.add(Look(listing(day(0), ["b"], key="two")))
    assert not waiting.full
    waiting.add(Look(listing(day(0), ["c"], key="three")))
    assert waiting.full
    assert [look.listing.key for look in waiting.take()] == ["one", "two", "three"]
    assert not waiting.full and waiting.take() == []
    waiting.add(Look(listing(day(0), ["d"], key="long", texts={"d": "x" * 2_100_000})))
    assert waiting.full


def test_one_that_comes_alone_waits_for_no_other() -> None:
    waiting = Waiting(1)
    waiting.add(Look(listing(day(0), [])))
    assert waiting.full


def test_a_look_concerns_those_that_wait_at_its_board_or_with_its_postings_or_if_it_has_employers() -> None:
    waiting = Waiting(9)
    assert not waiting.concern(feed(day(0), {"acme": ["f"]}))
    waiting.add(Look(listing(day(0), ["a"], others=["x"])))
    assert waiting.has_change("ashby", "acme") and not waiting.has_change("ashby", "other")
    assert waiting.concern(listing(day(7), []))
    assert waiting.concern(listing(day(0), ["b", "x"], key="other"))
    assert not waiting.concern(listing(day(0), ["b"], key="other"))
    assert waiting.concern(feed(day(0), {"acme": ["f"]}))
    waiting.take()
    assert not waiting.concern(listing(day(7), ["a"]))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, each look in a transaction of its own."""
    path = tmp_path_factory.mktemp("alone") / "store.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replaying, "TOGETHER", 1)
        _replay(path)
    return path


def _replay(path: Path, on_look: OnLook = lambda looked: None) -> None:
    store = open_store(f"sqlite:///{path}")
    replaying.replay(store, ReplayArchive([DEMO]), load_boards(), clock=lambda: NOW, on_look=on_look)
    store.close()


def test_a_replay_that_stores_looks_together_is_that_which_stores_them_one_by_one(
    alone: Path, tmp_path: Path
) -> None:
    """And tells of each that it is stored when it is."""
    path, changed = tmp_path / "store.db", "SELECT count(*) FROM fetches WHERE NOT unchanged"
    told: list[Looked] = []

    def tell(looked: Looked) -> None:
        if not looked.recorded.unchanged:
            assert len(told) < query(path, changed)[0][0]
            told.append(looked)

    _replay(path, tell)
    assert len(told) == query(alone, changed)[0][0]
    assert [one.listing.observed_at for one in told] == sorted(one.listing.observed_at for one in told)
    assert rows(path) == rows(alone)
