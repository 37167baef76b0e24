"""Fixtures of the fault tests: a scripted board on loopback, and fetchers that may reach it."""

import importlib.util
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from places import DEMO

from scraper.fetching.client import HttpFetcher, Limits
from scraper.model import Board, Request
from scraper.sources import FAMILIES, greenhouse

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)


def _module(name: str) -> Any:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        assert spec and spec.loader
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def scripted() -> Any:
    """The class of one scripted answer."""
    return _module("loopback").Scripted


@pytest.fixture
def board() -> Iterator[Any]:
    """A running LoopbackBoard."""
    with _module("loopback").LoopbackBoard() as running:
        yield running


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_fetcher(board: Any, clock: Clock) -> Callable[..., HttpFetcher]:
    """Make a fetcher on the test's clock, or on real time for faults that are about time or size."""

    def opened(
        *, archive: Any = None, real_time: bool = False, allowed: Any = None, **limits: Any
    ) -> HttpFetcher:
        pace = {} if real_time else {"sleep": clock.sleep, "monotonic": clock.monotonic}
        return HttpFetcher(
            "mailto:pm@example.org",
            archive=archive,
            clock=lambda: NOW,
            allow_addresses=frozenset(allowed or {board.address}),
            limits=Limits(**limits),
            **pace,
        )

    return opened


@pytest.fixture
def fetcher(open_fetcher: Callable[..., HttpFetcher]) -> Iterator[HttpFetcher]:
    with open_fetcher() as running:
        yield running


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that the whole archive of the demonstration was replayed into, to be copied."""
    from scraper.boards import load_boards
    from scraper.fetching.replay import ReplayArchive
    from scraper.runs.replaying import replay
    from storage.store import open_store

    path = tmp_path_factory.mktemp("demo") / "pmtrend.db"
    store = open_store(f"sqlite:///{path}")
    replay(store, ReplayArchive([DEMO]), load_boards(), clock=lambda: NOW)
    store.close()
    return path


@pytest.fixture
def toys(board: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Toy families (see toys.py); their boards stand on the loopback board under any name ending in .test."""
    resolve = socket.getaddrinfo

    def resolved(host: Any, *more: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.1" if str(name).endswith(".test") else host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    found = _module("toys").Toys(board.port)
    for name, family in found.families.items():
        monkeypatch.setitem(FAMILIES, name, family)
    return found


@pytest.fixture
def on_loopback(board: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the greenhouse family ask the scripted board instead of the real host."""
    family = greenhouse.FAMILY

    def first(asked: Board) -> Request:
        return replace(family.first(asked), url=board.url(f"/{asked.key}"))

    monkeypatch.setitem(FAMILIES, "greenhouse", replace(family, first=first))


@pytest.fixture
def diverted(board: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send what is asked of https://host/path to http://loopback/host/path; nothing else knows of it."""
    address = HttpFetcher._with_keys

    def with_keys(self: HttpFetcher, request: Request) -> str:
        return board.url("/" + address(self, request).removeprefix("https://"))

    monkeypatch.setattr(HttpFetcher, "_with_keys", with_keys)
