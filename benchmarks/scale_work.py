"""What scale.py does with a store, each piece of work in a process of its own: storing looks, counting."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from market_life import BOARDS, WEEKS
from market_store import OTHERS, START
from market_texts import TEXTS, models, texts
from report import Cost

from reports.building.rollup import refresh
from scraper.normalizing.identity import content_hash
from scraper.runs.waiting import TOGETHER, Look, Waiting
from scraper.understanding.posting import TAXONOMY
from scraper.understanding.records import tag_record
from storage.memories import Repetition, SeenPage
from storage.records import Listing, PostingRecord
from storage.store import Store, open_store

ROLES = ("ai_pm", "aigc_pm", "other_pm", "other_pm")
TABLES = (
    *("taxonomies", "runs", "companies", "boards", "units", "fetches", "cells"),
    *("postings", "versions", "taggings", "tags", "spells"),
)
"""Those that a first look fills."""
_LEAVE = 0.08
"""Of the open postings, in a week."""
_AT_ONCE = 50  # repetitions; as in scraper/runs/waiting.py


# ------------------------------------------------------------------ looks


class Board(NamedTuple):
    """A board of a store."""

    number: int
    family: str
    key: str
    name: str
    market: str
    several: int
    scope: str

    def look(self, week: int, listed: Mapping[str, str], came: Sequence[PostingRecord]) -> Listing:
        """Return a look in a week: native id -> employer of the PM postings, and those that came."""
        others = {f"other {self.number - 1} {place}": "" for place in range(OTHERS)}
        return Listing(
            *(self.family, self.key, self.name, self.market),
            START + timedelta(weeks=week, seconds=20 * (self.number - 1)),
            *("complete", self.scope, f"{self.number} {week}"),
            multi_employer=bool(self.several),
            listed=len(listed) + OTHERS,
            pages=1,
            ids=(dict(listed) if self.several else dict.fromkeys(listed, "")) | others,
            postings=tuple(came),
            company_key=f"source:{self.family}:{self.key}" if self.several else self.key,
            kept=len(listed),
            seen_pages=(SeenPage(f"https://jobs.example/{self.key}", "GET", (), "", str(week)),),
        )


class Market:
    """Postings that are understood, each with a text of its own."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(1)
        self.texts, self.models = texts(), models()
        self._tagged = lru_cache(maxsize=None)(self._tag)

    def posting(self, board: Board, native_id: str, employer: str) -> PostingRecord:
        """Return a posting that was not there before."""
        model = self.models[(board.number - 1) % len(self.models)]
        role = ROLES[int(self.rng.integers(len(ROLES)))]
        record = self._tagged(model.key, role, int(self.rng.integers(TEXTS)))
        said = f"{record.text}\n\n{native_id}"
        return replace(
            record,
            native_id=native_id,
            text=said,
            url=f"https://jobs.example/{board.key}/{native_id}",
            content_hash=content_hash(record.title, said, "", "", ""),
            company=board.name,
            company_key=employer,
        )

    def _tag(self, model: str, role: str, turn: int) -> PostingRecord:
        record = self.texts[model, role][turn][0].record
        return replace(record, tagging=tag_record(record))


class Recorder:
    """Records looks, each as it comes or up to `together` at a time, and keeps the time."""

    def __init__(self, store: Store, week: int, together: int = 1):
        self.store, self.wall, self.cpu = store, 0.0, 0.0
        self.waiting = Waiting(together)
        at = START + timedelta(weeks=week)
        self.run = store.begin_run("collect", TAXONOMY, now=at, observed_from=at)

    def __call__(self, listing: Listing) -> None:
        """Record a look."""
        started = time.perf_counter(), time.process_time()
        if self.waiting.concern(listing):
            self._store()
        self.waiting.add(Look(listing))
        if self.waiting.full:
            self._store()
        self._spent(*started)

    def finish(self) -> None:
        """Record what still waits."""
        started = time.perf_counter(), time.process_time()
        self._store()
        self._spent(*started)

    def _store(self) -> None:
        looks = [look.listing for look in self.waiting.take() if isinstance(look, Look)]
        self.store.record_together(self.run, looks)

    def _spent(self, wall: float, cpu: float) -> None:
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu

    def cost(self) -> Cost:
        """Return what all looks so far have cost."""
        return Cost(self.wall, self.cpu, _peak())


def _peak() -> int:
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024


# ------------------------------------------------------------------ storing


def ingest(database: Path, count: int, together: int = TOGETHER) -> tuple[Cost, int, float]:
    """Store `count` postings in a new store; return the cost, the rows, and the rate in parts of SQLite's.

    Up to `together` looks are stored at a time.
    """
    market = Market()
    store = open_store(f"sqlite:///{database}")
    recorder = Recorder(store, 0, together)
    for number in range(1, BOARDS + 1):
        of = market.models[(number - 1) % len(market.models)]
        board = Board(number, of.family, f"{of.key}-{number}", f"{of.name} {number}", of.market, 0, "all")
        ids = [
            f"{number}-{place}" for place in range(count * number // BOARDS - count * (number - 1) // BOARDS)
        ]
        came = [market.posting(board, native_id, board.key) for native_id in ids]
        recorder(board.look(0, dict.fromkeys(ids, ""), came))
    recorder.finish()
    store.close()
    rows, spent = plain(database)
    cost = recorder.cost()
    return cost, rows, spent / cost.cpu


def plain(database: Path) -> tuple[int, float]:
    """Write every row of a store into a new one by `executemany`; return how many, and the CPU seconds."""
    path = database.with_suffix(".plain")
    open_store(f"sqlite:///{path}").close()
    count, spent = 0, 0.0
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(path)) as target:
        target.execute("PRAGMA synchronous=FULL")
        for table in TABLES:
            cursor = source.execute(f"SELECT * FROM {table}")
            names = ", ".join(f'"{column[0]}"' for column in cursor.description)
            statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(cursor.description))})"
            while rows := cursor.fetchmany(5_000):
                started = time.process_time()
                target.executemany(statement, rows)
                spent += time.process_time() - started
                count += len(rows)
        started = time.process_time()
        target.commit()
        spent += time.process_time() - started
    return count, spent


# ------------------------------------------------------------------ two weeks more


def two_weeks(database: Path, count: int) -> tuple[Cost, Cost]:
    """Record a week of a store of two years, and one in which nothing changed; return their costs."""
    market, boards, listed = Market(), *_listed(database)
    store = open_store(f"sqlite:///{database}")
    recorder = Recorder(store, WEEKS)
    for week in (WEEKS, WEEKS + 1):
        for board in boards:
            before = listed.get(board.number, {})
            stays = {id: of for id, of in before.items() if week > WEEKS or market.rng.random() >= _LEAVE}
            new = 0 if week > WEEKS else int(market.rng.poisson(count / WEEKS / BOARDS))
            employer = next(iter(before.values()), board.key)
            came = [market.posting(board, f"{board.number}-{week}-{n}", employer) for n in range(new)]
            listed[board.number] = stays | {one.native_id: one.company_key for one in came}
            look = board.look(week, listed[board.number], came)
            if week == WEEKS:
                recorder(look)
            else:  # closes what was missed, so that the next week changes nothing
                store.record(recorder.run, look)
        if week == WEEKS:
            written = recorder.cost()
    started = time.perf_counter(), time.process_time()
    _repeat(store)
    spent = time.perf_counter() - started[0], time.process_time() - started[1]
    store.close()
    return written, Cost(*spent, _peak())


def counts(database: Path, _: int) -> tuple[Cost, int]:
    """Bring the weekly counts of a store up to date; return the cost, and how many rows changed."""
    store = open_store(f"sqlite:///{database}")
    started = time.perf_counter(), time.process_time()
    changed = refresh(store)
    spent = time.perf_counter() - started[0], time.process_time() - started[1]
    store.close()
    return Cost(*spent, _peak()), changed


def _listed(database: Path) -> tuple[list[Board], dict[int, dict[str, str]]]:
    """Return the boards, and board -> native id -> employer of what its last look showed."""
    listed: dict[int, dict[str, str]] = {}
    with closing(sqlite3.connect(database)) as connection:
        boards = connection.execute(
            "SELECT id, family, key, name, market, multi_employer, scope FROM boards ORDER BY id"
        )
        found = [Board(*row) for row in boards]
        for board, native_id, company in connection.execute(
            "SELECT units.board_id, postings.native_id, companies.key FROM spells"
            " JOIN postings ON postings.id = spells.posting_id JOIN units ON units.id = postings.unit_id"
            " JOIN companies ON companies.id = postings.company_id WHERE spells.missed_at IS NULL"
        ):
            listed.setdefault(board, {})[native_id] = company
    return found, listed


def _repeat(store: Store) -> None:
    """Record that every board brought what it had brought the week before, as collecting does."""
    at = START + timedelta(weeks=WEEKS + 2)
    run = store.begin_run("collect", TAXONOMY, now=at, observed_from=at)
    memories = store.memories(TAXONOMY).values()
    looks = [Repetition(one, at + timedelta(seconds=n), f"again {n}") for n, one in enumerate(memories)]
    for start in range(0, len(looks), _AT_ONCE):
        store.record_repetitions(run, looks[start : start + _AT_ONCE])
