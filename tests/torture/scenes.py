"""Homes in which a verb is run and killed: boards on loopback, some weeks old; and how homes compare."""

import json
import shutil
import socket
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from killing import Ended, Point, run
from loopback import Asked, LoopbackBoard, Scripted
from toys import START, Toys, job, page

import pmtrend
from commands import live
from reports.building.rollup import verify
from scraper.fetching import client
from scraper.fetching.replay import ReplayArchive
from scraper.normalizing.posting import stored_hashes
from scraper.runs.replaying import visits
from scraper.sources import FAMILIES
from storage.engines.opening import open_engine
from storage.store import open_store

WEEK = timedelta(days=7)
WEEKS = 3
NOW = START + WEEKS * WEEK
"""When the verb is run that is killed; the weeks before were collected."""
TEXTS = (
    "Requirements: 3+ years as a product manager, RAG, prompt engineering. Nice to have: SQL.",
    "You own our AI agents. Required: 5 years of product management, experience with LLM evaluation, Python.",
    "任职要求：3年以上产品经理经验，熟悉大模型、RAG、Prompt；本科及以上学历。加分项：SQL、数据分析。",
    "Own the checkout and payments. 4+ years of product experience, A/B testing.",
)
TITLES = ("AI Product Manager", "AIGC产品经理", "Product Manager, Payments", "Senior Product Manager, Agents")
LIVE = "test.db"


def _jobs(prefix: str, week: int, texts: bool) -> list[dict[str, Any]]:
    """Of some postings a few come and go each week; one is worded anew in the last."""
    found = []
    for number in range(12):
        if (number + week) % 6 == 0:
            continue  # away this week
        words = TEXTS[number % len(TEXTS)] + (" Now with voice." if number == 3 and week == WEEKS else "")
        text = f"{words} Team {number}." if texts else ""
        found.append(job(f"{prefix}{number}", TITLES[number % len(TITLES)], text))
    return found


@dataclass
class Market:
    """Boards whose answers depend on the week alone, so that whoever asks again is told the same."""

    board: LoopbackBoard
    toys: Toys
    week: int = 0

    def __post_init__(self) -> None:
        self.boards = (
            self.toys.board("a.test/acme"),
            self.toys.board("a.test/bolt", "toydetail"),
            self.toys.board("b.test/calm"),
            self.toys.board("b.test/down"),
        )
        self.board.say("/acme", lambda _: Scripted(body=page(*_jobs("a", self.week, True), next="acme2")))
        self.board.say("/acme2", lambda _: Scripted(body=page(job(f"x{self.week}", text=TEXTS[0]))))
        self.board.say("/bolt", lambda _: Scripted(body=page(*_jobs("b", self.week, False))))
        for number in range(12):
            self.board.say(f"/detail/b{number}", partial(self._detail, number))
        self.board.say("/calm", lambda _: Scripted(body=page(*_jobs("c", 0, True))))
        self.board.say("/down", lambda _: Scripted(503) if self.week else Scripted(body=page(job("d1"))))

    @staticmethod
    def _detail(number: int, _: Asked) -> Scripted:
        return Scripted(body=json.dumps({"text": f"{TEXTS[number % len(TEXTS)]} Squad {number}."}).encode())


@contextmanager
def market() -> Iterator[Market]:
    """The boards, and a program that asks them without waiting, by names that end in .test."""
    resolve = socket.getaddrinfo

    def resolved(host: Any, *more: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.1" if str(name).endswith(".test") else host, *more, **options)

    with LoopbackBoard() as board:
        toys = Toys(board.port)
        made = Market(board, toys)
        hurried = partial(
            client.HttpFetcher,
            sleep=lambda seconds: None,
            allow_addresses=frozenset({board.address}),
            limits=client.Limits(gap=0.0, tries=1),
        )
        with (
            mock.patch.object(socket, "getaddrinfo", resolved),
            mock.patch.object(client, "HttpFetcher", hurried),
            mock.patch.object(live, "load_boards", lambda _: made.boards),
            mock.patch.dict(FAMILIES, toys.families),
        ):
            yield made


# ------------------------------------------------------------------ the homes


_HOMES = {"collect": "collected", "backup": "collected", "compact": "collected", "report": "reported"}


class Scenes:
    """Makes the homes in which verbs are run, each from a copy of the one before."""

    def __init__(self, folder: Path, market: Market):
        self.folder, self.market = folder, market
        self._made: dict[str, Path] = {}
        self._count = 0

    def start(self, verb: str) -> Path:
        """Return the home as it is before the verb, not to be changed."""
        name = _HOMES.get(verb, verb)
        if name not in self._made:
            self._made[name] = self.folder / f"start-{name}"
            getattr(self, f"_{name}")(self._made[name])
        return self._made[name]

    def fresh(self, verb: str) -> Path:
        """Return a copy of it."""
        self._count += 1
        home = self.folder / f"home-{self._count}"
        shutil.copytree(self.start(verb), home)
        return home

    def run(self, home: Path, verb: str, kill: Point | float | None = None) -> Ended:
        """Run the verb in the home."""
        now = NOW + 30 * WEEK if verb == "compact" else NOW
        warcs = sorted(path.as_posix() for path in home.rglob("*.warc.gz")) if verb == "replay" else []
        return run(home, [*VERBS[verb], *warcs], now, kill=kill)

    def _collected(self, home: Path) -> None:
        home.mkdir()
        (home / "pmtrend.toml").write_text(
            f'operator = "mailto:pm@example.org"\ndatabase = "sqlite:///{LIVE}"\n'
        )
        for self.market.week in range(WEEKS):
            done(run(home, ["collect"], START + self.market.week * WEEK), 0, 3)
        self.market.week = WEEKS

    def _import(self, home: Path) -> None:
        shutil.copytree(self.start("collect"), home)
        rows = [
            f'"{TITLES[n % 4]}",Firm {n % 3},https://e.example/{n},"{TEXTS[n % 4]} Unit {n}.",2026-09-{day}'
            for day in ("08", "15", "22")
            for n in range(10)
            if (n + int(day)) % 5
        ]
        table = "\n".join(["title,company,url,description,collected_at", *rows])
        (home / "export.csv").write_text(table, encoding="utf-8")

    def _replay(self, home: Path) -> None:
        """Only the archive is left."""
        shutil.copytree(self.start("collect"), home)
        for path in home.glob(f"{LIVE}*"):
            path.unlink()

    def _retag(self, home: Path) -> None:
        """The taxonomy of this release has tagged nothing yet."""
        shutil.copytree(self.start("collect"), home)
        with closing(sqlite3.connect(home / LIVE)) as database, database:
            database.execute("UPDATE taxonomies SET sha256 = 'earlier', version = 'earlier'")

    def _upgrade(self, home: Path) -> None:
        """A store of the first schema, which knew no unchanged looks."""
        from alembic import command
        from alembic.config import Config

        shutil.copytree(self.start("collect"), home)
        with closing(sqlite3.connect(home / LIVE)) as database, database:
            database.execute("DELETE FROM cells WHERE fetch_id IN (SELECT id FROM fetches WHERE unchanged)")
            database.execute("DELETE FROM fetches WHERE unchanged")
        engine = open_engine(f"sqlite:///{home / LIVE}")
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(Path(pmtrend.__file__).parent / "migrations"))
            config.attributes["connection"] = connection
            command.downgrade(config, "0001")
        engine.dispose()

    def _reported(self, home: Path) -> None:
        """A report of the week is there; since then the week went on."""
        shutil.copytree(self.start("collect"), home)
        done(run(home, [*VERBS["report"], "--as-of", "2026-09-21T12:00Z"], NOW), 0)
        done(run(home, ["collect"], NOW), 0, 3)


VERBS: Mapping[str, Sequence[str]] = {
    "collect": ["collect"],
    "import": ["import", "export.csv", "--source", "firms", "--complete"],
    "replay": ["replay"],
    "retag": ["retag", "--jobs", "1"],
    "upgrade": ["db", "upgrade"],
    "backup": ["db", "backup", "copy.db"],
    "report": ["report", "--week", "2026-W39", "--lang", "en"],
    "compact": ["archive", "compact", "--older", "60d"],
}


def done(ended: Ended, *codes: int) -> None:
    assert ended.code in codes, ended.code


# ------------------------------------------------------------------ what is in them

_KEYS = {
    "settings": ("name",),
    "companies": ("key",),
    "boards": ("family", "key"),
    "units": ("board_id", "company_id"),
    "fetches": ("board_id", "observed_at", "digest"),
    "cells": ("fetch_id", "unit_id"),
    "breaks": ("board_id", "unit_id", "at"),
    "postings": ("family", "native_id"),
    "versions": ("posting_id", "first_seen_at", "content_hash"),
    "spells": ("posting_id", "opened_at"),
    "gaps": ("spell_id", "last_seen_at"),
    "sightings": ("fetch_id", "spell_id"),
    "taxonomies": ("sha256",),
    "taggings": ("version_id", "taxonomy_id"),
    "tags": ("tagging_id", "fine"),
    "publications": ("week", "view", "as_of"),
    "vintages": ("publication_id", "metric", "week", "role", "dimension"),
    "weekly_counts": ("week", "unit_id", "role"),
}
"""What a row is known by, whatever its number."""
_LEFT_OUT = {
    "fetches": {"run_id"},  # a run that was killed is one more run
    "publications": {"last_run", "published_at"},
}
_MADE_ANEW = {"spells", "weekly_counts"}
"""Of which a row may go when more is known."""
_UNCOMPARED = {"runs", "alembic_version", "sqlite_sequence"}
_INDEX = "search_words"
"""The search index lays its own tables out as it likes; `db check` holds it to the texts."""


def rows(path: Path) -> dict[str, dict[str, str]]:
    """Table -> key of a row -> its values; numbers of rows are replaced by what the rows are known by."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as database:
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        tables = sorted(name for name in names - _UNCOMPARED if not name.startswith(_INDEX))
        parents = {
            name: {row[3]: row[2] for row in database.execute(f"PRAGMA foreign_key_list({name})")}
            for name in tables
        }
        found = {}
        for name in tables:
            cursor = database.execute(f'SELECT * FROM "{name}"')
            columns = [column for column, *_ in cursor.description]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor]
    known: dict[tuple[str, int], tuple[Any, ...]] = {}

    def value(table: str, row: Mapping[str, Any], column: str) -> Any:
        parent = parents[table].get(column)
        return key(parent, row[column]) if parent and row[column] is not None else row[column]

    numbered = {(name, row["id"]): row for name in tables for row in found[name] if "id" in row}

    def key(table: str, number: int) -> tuple[Any, ...]:
        if (table, number) not in known:
            row = numbered[table, number]
            known[table, number] = tuple(value(table, row, column) for column in _KEYS[table])
        return known[table, number]

    result: dict[str, dict[str, str]] = {}
    for name in tables:
        keys = _KEYS.get(name)
        for row in found[name]:
            left_out = _LEFT_OUT.get(name, set()) | {"id"}
            told = {c: value(name, row, c) for c in row if c not in left_out}
            by = tuple(told[c] for c in keys) if keys else tuple(told.values())
            result.setdefault(name, {})[repr(by)] = repr(told)
    return result


def files(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of every file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def archived(home: Path) -> list[tuple[str, ...]]:
    """What a replay finds in the archive of a home: each exchange once, and whether its body is there."""
    archive = ReplayArchive(sorted(home.rglob("*.warc.gz")))
    found = {
        (str(one.at), one.url, str(one.status), one.error, one.digest, str(archive.holds(one)))
        for one in archive.exchanges
    }
    return sorted(found)


def unsound(home: Path, boards: Sequence[Any]) -> list[str]:
    """What is wrong with what a home holds: its databases, its rows, its archive."""
    problems: list[str] = []
    for path in sorted(home.glob("*.db")) + sorted(home.glob("*.bak")):
        with closing(sqlite3.connect(path)) as database:
            said = [row[0] for row in database.execute("PRAGMA integrity_check")]
            problems += [f"{path.name}: {one}" for one in said if one != "ok"]
            broken = database.execute("PRAGMA foreign_key_check").fetchall()
            problems += [f"{path.name}: {len(broken)} foreign keys"] * bool(broken)
    if warcs := sorted(home.rglob("*.warc.gz")):
        archive = ReplayArchive(warcs)
        problems += [one for one in archive.problems if "is cut off" not in one]
        looked = {
            (v.board.family, v.board.key, f"{v.at:%Y-%m-%d %H:%M:%S.%f}") for v in visits(archive, boards)
        }
        problems += [f"a look that is not archived: {one}" for one in sorted(looks(home / LIVE) - looked)]
    return problems


def wrong(home: Path) -> list[str]:
    """What `db check` and `rollup verify` say; opening the store brings it to this release's schema."""
    if not (home / LIVE).exists():
        return []
    store = open_store(f"sqlite:///{home / LIVE}")
    try:
        counts = verify(store)
        return [*store.check(stored_hashes), *(counts.wrong if counts else ())]
    finally:
        store.close()


def looks(path: Path, *, of_files: bool = False) -> set[tuple[str, str, str]]:
    """(family, key, instant) of the looks that a database holds, those of imported files only if asked."""
    statement = "SELECT b.family, b.key, f.observed_at FROM fetches f JOIN boards b ON b.id = f.board_id"
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as database:
        there = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'fetches'").fetchone()[0]
        found = set(database.execute(statement)) if there else set()
    return {look for look in found if of_files or look[0] != "import"}


def lost(home: Path, before: Mapping[str, Mapping[str, str]], ended: Ended) -> list[str]:
    """What was there before the verb, or was stored by it, and is not there any more."""
    now = rows(home / LIVE)
    problems = [
        f"{table}: {len(gone)} rows are lost"
        for table, known in before.items()
        if table not in _MADE_ANEW and (gone := set(known) - set(now.get(table, {})))
    ]
    there = {at for _, _, at in looks(home / LIVE, of_files=True)}
    problems += [f"a stored look is lost: {one}" for one in ended.stored if one[2] not in there]
    return problems
