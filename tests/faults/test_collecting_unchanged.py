"""Live runs over boards that did not change: what is asked, what is written, what a broken run leaves."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import query, rows, url

from scraper.errors import ConfigError
from scraper.fetching.client import HttpFetcher
from scraper.model import Board, Reply, Request
from scraper.runs import collecting
from storage.store import Store, open_store

pytestmark = pytest.mark.usefixtures("each_engine", "on_loopback")

START = datetime(2026, 11, 16, 6, tzinfo=UTC)
KEYS = ("acme", "bolt", "crux", "dune")
JSON = ("Content-Type", "application/json")


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    store = open_store(url(path))
    try:
        yield store
    finally:
        store.close()


def listed(key: str, *titles: str) -> bytes:
    jobs = [
        {"id": 100 * KEYS.index(key) + n, "title": title, "absolute_url": "", "content": f"Own {title}."}
        for n, title in enumerate(titles)
    ]
    return json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}}).encode()


class At:
    """A clock that stands; the fetcher's clock is the same one."""

    def __init__(self, day: int):
        self.now = START + timedelta(days=day)

    def __call__(self) -> datetime:
        return self.now


class Dated:
    """A fetcher whose replies carry the time of the run."""

    def __init__(self, fetcher: HttpFetcher, at: At):
        self.fetcher, self.at = fetcher, at

    def fetch(self, request: Request, *, published: bool) -> Reply:
        return replace(self.fetcher.fetch(request, published=published), fetched_at=self.at())


def run(store: Store, fetcher: HttpFetcher, day: int) -> Any:
    boards = [Board("greenhouse", key, key.title()) for key in KEYS]
    at = At(day)
    return collecting.collect(store, boards, Dated(fetcher, at), clock=at)


def test_an_unchanged_run_writes_its_own_rows_only(
    board: Any, scripted: Any, open_fetcher: Callable[..., HttpFetcher], tmp_path: Path
) -> None:
    """Two boards offer a validator and answer "not modified"; of the others the bytes are the same."""
    for key in KEYS:
        whole = scripted(body=listed(key, "AI Product Manager", "Cook"), headers=(JSON,))
        tagged = replace(whole, headers=(JSON, ("ETag", '"1"')))
        answers = [tagged, scripted(status=304, body=b"")] if key < "c" else [whole]
        board.say(f"/{key}", *answers)
    path = tmp_path / "x.db"
    with open_fetcher() as fetcher, opened(path) as store:
        first = run(store, fetcher, 0)
        before = rows(path)
        second = run(store, fetcher, 1)
        assert store.check() == []
    after = rows(path)
    assert (first.unchanged, second.unchanged, second.postings, second.exit_code) == (0, 4, 8, 0)
    conditions = [one.headers.get("if-none-match") for one in board.asked[4:]]
    assert sorted(map(str, conditions)) == ['"1"', '"1"', "None", "None"]
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"leases"} == {"runs", "fetches", "cells"}  # those of a server: who may ask which host
    for name, count in (("runs", 1), ("fetches", 4), ("cells", 4)):
        assert after[name][: len(before[name])] == before[name]
        assert len(after[name]) == len(before[name]) + count


def test_a_changed_board_among_unchanged_ones_is_stored_in_its_turn(
    board: Any, scripted: Any, open_fetcher: Callable[..., HttpFetcher], tmp_path: Path
) -> None:
    """Unchanged looks wait to be stored together, but never behind a look that came later."""
    for key in KEYS:
        board.say(f"/{key}", scripted(body=listed(key, "AI Product Manager")))
    path = tmp_path / "x.db"
    with open_fetcher() as fetcher, opened(path) as store:
        run(store, fetcher, 0)
        board.say("/crux", scripted(body=listed("crux", "AI Product Manager", "Product Manager, Voice")))
        changed = run(store, fetcher, 1)
        third = run(store, fetcher, 2)
    assert (changed.unchanged, changed.created, third.unchanged) == (3, 1, 4)
    looks = query(
        path, "SELECT key, unchanged FROM fetches JOIN boards ON boards.id = board_id ORDER BY fetches.id"
    )
    assert looks[4:8] == [("acme", 1), ("bolt", 1), ("crux", 0), ("dune", 1)]


@pytest.mark.file  # where hosts are shared, each keeps what it has when it is given back
def test_a_run_that_breaks_off_loses_whole_unchanged_looks_which_the_next_one_repeats(
    board: Any, scripted: Any, open_fetcher: Callable[..., HttpFetcher], tmp_path: Path
) -> None:
    for key in KEYS:
        board.say(f"/{key}", scripted(body=listed(key, "AI Product Manager")))
    path = tmp_path / "x.db"

    class Broken(Dated):
        def fetch(self, request: Request, *, published: bool) -> Reply:
            if request.url.endswith("dune"):
                raise ConfigError("the archive cannot be written: No space left on device")
            return super().fetch(request, published=published)

    with open_fetcher() as fetcher, opened(path) as store:
        run(store, fetcher, 0)
        before = rows(path)
        boards, at = [Board("greenhouse", key, key.title()) for key in KEYS], At(1)
        with pytest.raises(ConfigError, match="No space left"):
            collecting.collect(store, boards, Broken(fetcher, at), clock=at)
        broken = rows(path)
        assert {name for name in broken if broken[name] != before[name]} <= {"runs"}
        assert (run(store, fetcher, 2).unchanged, store.check()) == (4, [])
