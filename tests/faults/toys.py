"""Families of boards that exist nowhere, and what a test needs to run on them: hosts, clocks, stores."""

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from scraper.fetching.archive import WarcArchive
from scraper.fetching.client import HttpFetcher, Limits
from scraper.fetching.replay import ReplayArchive
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.runs import collecting, replaying
from scraper.runs.summary import RunSummary
from scraper.sources.parts import items
from storage.store import Store, open_store

START = datetime(2026, 9, 7, 2, tzinfo=UTC)  # a Monday
TEXT = "Own our RAG assistant and its prompts. 3+ years of product experience."


def job(
    number: int | str, title: str = "AI Product Manager", text: str = TEXT, **more: Any
) -> dict[str, Any]:
    return {"id": str(number), "title": title, "text": text, **more}


def page(*jobs: dict[str, Any], **more: Any) -> bytes:
    """The body of one page; `next` is the path of the following one."""
    return json.dumps({"jobs": jobs, **more}).encode()


class Toys:
    """Toy families whose boards stand on the ports of a loopback server under any name: key "host/path".

    `toy` lists postings with texts; `toydetail` has them behind `/detail/<id>`. `parsed` counts
    the pages that were parsed.
    """

    def __init__(self, port: int):
        self.port = port
        self.parsed = 0
        listing = Family("toy", self._first, self._parse, lambda url: None)
        detailed = replace(listing, name="toydetail", parse_detail=self._parse_detail)
        feed = replace(listing, name="toyfeed", multi_employer=True)
        self.families = {family.name: family for family in (listing, detailed, feed)}

    def board(self, key: str, family: str = "toy") -> Board:
        return Board(family, key, key.rpartition("/")[2].title())

    def _url(self, host: str, path: str) -> str:
        return f"http://{host}:{self.port}/{path}"

    def _first(self, board: Board) -> Request:
        host, _, path = board.key.partition("/")
        return Request(self._url(host, path))

    def _parse(self, board: Board, reply: Reply, request: Request) -> Page:
        self.parsed += 1
        payload = reply.json()
        listed = items.member(reply, payload, "jobs", list)
        postings, rejects = items.read_items(
            listed, lambda entry: self._posting(board, request, entry), lambda entry: entry["id"]
        )
        host = str(urlsplit(request.url).hostname)
        following = Request(self._url(host, payload["next"])) if payload.get("next") else None
        told = {name: payload[name] for name in ("total", "scope", "partial") if name in payload}
        return Page(postings, rejects, next=following, **told)

    def _posting(self, board: Board, request: Request, entry: items.Item) -> RawPosting:
        number = items.identity(entry, "id")
        host = str(urlsplit(request.url).hostname)
        behind = board.family == "toydetail"
        return RawPosting(
            native_id=number,
            title=items.title(entry, "title"),
            url=items.text(entry, "url"),
            description=items.text(entry, "text"),
            format="html" if entry.get("html") else "text",
            company=items.text(entry, "company"),
            locations=items.places(items.texts(entry, "places")),
            salary_raw=items.text(entry, "pay"),
            requisition=items.text(entry, "requisition"),
            detail=Request(self._url(host, f"detail/{number}")) if behind else None,
        )

    def _parse_detail(self, posting: RawPosting, reply: Reply) -> RawPosting | None:
        found = reply.json()
        if found.get("gone"):
            return None
        return replace(posting, description=items.text(found, "text"), detail=None)


class Days:
    """A clock that is moved by hand; weeks go by at once."""

    def __init__(self, now: datetime = START):
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@cache
def _empty_store() -> bytes:
    """An empty database of this release's schema; copying it is cheaper than migrating each time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        open_store(f"sqlite:///{path}").close()
        return path.read_bytes()


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    if not path.exists():
        path.write_bytes(_empty_store())
    store = open_store(f"sqlite:///{path}")
    try:
        yield store
    finally:
        store.close()


@contextmanager
def fetching(
    port: int,
    clock: Callable[[], datetime],
    *,
    archive: WarcArchive | None = None,
    keys: dict[str, str] | None = None,
    gap: float = 0.0,
    **limits: Any,
) -> Iterator[HttpFetcher]:
    """A fetcher in real time that hurries and waits for nobody."""
    with HttpFetcher(
        "mailto:pm@example.org",
        archive=archive,
        clock=clock,
        sleep=lambda seconds: None,
        allow_addresses=frozenset({("127.0.0.1", port), ("127.0.0.1", port + 1)}),
        limits=Limits(gap=gap, **limits),
        keys=keys,
    ) as fetcher:
        yield fetcher


def learned(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a database learned, table by table; in which runs it did is left out."""
    found = rows(path)
    del found["runs"]
    found["fetches"] = [(row[0], *row[2:]) for row in found["fetches"]]
    return found


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Table -> its rows."""
    with closing(sqlite3.connect(path)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def everything_written(folder: Path) -> bytes:
    """All bytes below a folder, archives unpacked."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        found.append(gzip.decompress(data) if path.suffix == ".gz" else data)
    return b"\n".join(found)


class Live:
    """Runs over boards week after week, each with an archive."""

    def __init__(self, folder: Path, port: int, *boards: Board, keys: dict[str, str] | None = None):
        self.folder, self.port, self.boards, self.keys = folder, port, boards, keys
        self.clock, self.tries = Days(), 1
        self.written: list[Path] = []
        self.database = folder / "live.db"

    def run(self, database: Path | None = None) -> RunSummary:
        with ExitStack() as stack:
            archive = stack.enter_context(WarcArchive(self.folder / "archive", self.clock))
            connected = fetching(self.port, self.clock, archive=archive, keys=self.keys, tries=self.tries)
            fetcher = stack.enter_context(connected)
            store = stack.enter_context(opened(database or self.database))
            summary = collecting.collect(store, self.boards, fetcher, clock=self.clock)
        self.written += [archive.path] if archive.path else []
        self.clock.now += timedelta(days=7)
        return summary

    def replayed(self) -> Path:
        """A new database that learned all runs from their archives."""
        path = self.folder / "replayed.db"
        with opened(path) as store:
            archive = ReplayArchive(self.written)
            assert archive.problems == ()
            replaying.replay(store, archive, self.boards, clock=self.clock)
        return path
