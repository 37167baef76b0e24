"""What tagging a whole store again costs: `python benchmarks/retagging.py [--postings 20000] [--again]`.

A store is filled with invented postings, half of them Chinese of 1.5 KB, half English of 4.3 KB, each with a
text of its own: those of the demonstration, lengthened by what its employers say of their other teams. Then
`pmtrend retag` is run on it as a user does. Meanwhile a reader asks ten times a second how far it is, each
time with a connection of its own, and once a second for the status of the store, as `pmtrend status` does.
Where that takes long it asks more rarely, so that it has a tenth of one core at most. With `--again` the
taxonomy is then made an earlier one and the store tagged once more, beside the taggings it has.

Memory is the sum of the peaks of all processes; they share some of it. Linux.
"""

import argparse
import itertools
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from scraper.parsing.folding import fold
from scraper.understanding.posting import TAXONOMY
from storage.store import Store, open_store
from storage.tables import Board, Company, Posting, Unit, Version

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "demo"))

from market import Demo
from wording import Wording, word

GOAL = 1_000_000 / 600  # postings a second
SIZES = {"zh": 1_500, "en": 4_300}
"""Bytes of a text: the means of real ones."""
_SEEN = datetime(2026, 5, 4, tzinfo=UTC)
_ROWS = 5_000
_A_MILLION = 1_000_000 / 60  # seconds for one → minutes for a million
_TICK = os.sysconf("SC_CLK_TCK")


# ------------------------------------------------------------------ the store


def posting_texts(market: str) -> Iterator[tuple[str, str]]:
    """Yield (title, text) without end, none like another."""
    demo = Demo()
    fragments = demo.texts[market]
    openings = [one for one in demo.openings if one.company.market == market and one.role != "staff"]
    pool = []
    for opening in openings:
        teams = [f"{one['title']}: {one['text'].format(area=opening.area)}" for one in fragments["staff"]]
        wording = word(opening, fragments, 0)
        pool.append((wording.title, _lengthened(_text(wording), teams, SIZES[market])))
    closing_line = {"zh": "职位编号", "en": "Posting no."}[market]
    for number, (title, text) in enumerate(itertools.cycle(pool)):
        yield title, f"{text}\n\n{closing_line} {number}"


def _text(wording: Wording) -> str:
    sections = (wording.intro, *wording.lists, wording.benefits)
    return "\n\n".join(
        [wording.blurb, *("\n".join([one.heading, *(f"- {line}" for line in one.lines)]) for one in sections)]
    )


def _lengthened(text: str, teams: Sequence[str], size: int) -> str:
    """Let the other teams introduce themselves until the text has about `size` bytes."""
    lines, there = [text, ""], len(text.encode())
    for turn in itertools.count():
        if there >= size:
            return "\n".join(lines)
        lines.append(f"{turn + 1}. {teams[turn % len(teams)]}")
        there += len(lines[-1].encode())
    raise AssertionError("unreachable")


def fill(database: str, count: int) -> int:
    """Make a store of `count` postings that nobody has tagged; return the bytes of their texts."""
    store = open_store(database)
    size = 0
    with store.engine.begin() as connection:
        units = _units(connection)
    texts = zip(posting_texts("zh"), posting_texts("en"), strict=True)
    numbered = enumerate(itertools.islice(itertools.chain.from_iterable(texts), count), start=1)
    while part := list(itertools.islice(numbered, _ROWS)):
        postings = [
            {
                "id": number,
                "family": "toy",
                "native_id": str(number),
                "unit_id": units[number % len(units)],
                "company_id": units[number % len(units)],
                "vacancy": str(number),
                "url": f"https://jobs.example/{number}",
                "market": "en" if number % 2 == 0 else "zh",
            }
            for number, _ in part
        ]
        versions = [_version(number, title, text) for number, (title, text) in part]
        with store.engine.begin() as connection:
            connection.execute(insert(Posting), postings)
            connection.execute(insert(Version), versions)
        size += sum(len(text.encode()) for _, (_, text) in part)
    while store.index_texts(fold):  # as the runs that stored them would have done
        pass
    store.close()
    return size


def _units(connection: Connection) -> list[int]:
    values = {"id": 1, "family": "toy", "key": "all", "name": "All", "market": "en", "multi_employer": True}
    connection.execute(insert(Board), values)
    numbers = list(range(1, 1001))
    connection.execute(insert(Company), [{"id": n, "key": f"e{n}", "name": f"Employer {n}"} for n in numbers])
    connection.execute(insert(Unit), [{"id": n, "board_id": 1, "company_id": n} for n in numbers])
    return numbers


def _version(number: int, title: str, text: str) -> dict[str, Any]:
    return {
        "id": number,
        "posting_id": number,
        "first_seen_at": _SEEN,
        "content_hash": str(number),
        "title": title,
        "text": text,
        "salary_raw": "",
        "experience_raw": "",
        "education_raw": "",
        "places": [],
        "countries": [],
        "structured": {},
    }


def age(path: Path) -> None:
    """Make the taxonomy that tagged last an earlier one."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE taxonomies SET sha256 = 'earlier ' || id")


# ------------------------------------------------------------------ watching a run


@dataclass(slots=True)
class Process:
    """What one process has used so far."""

    cpu: float = 0.0
    peak: int = 0


@dataclass(slots=True)
class Reader:
    """Reads the store while it is written, and notes the longest time (seconds) that it had to wait."""

    path: Path
    alone: float = 0.0  # what the status takes while nobody writes
    longest_count: float = 0.0
    longest_status: float = 0.0
    cpu: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def read_alone(self) -> None:
        """Read before it begins."""
        with closing(open_store(f"sqlite:///{self.path}")) as store:
            self.alone = min(self._status(store) for _ in range(3))

    def _status(self, store: Store) -> float:
        began = time.monotonic()
        store.status(_SEEN, taxonomy=TAXONOMY)
        return time.monotonic() - began

    def read(self) -> None:
        """Read until it is over."""
        store = open_store(f"sqlite:///{self.path}")
        next_status = time.monotonic() + 1
        while not self.over.wait(0.1):
            began = time.monotonic()
            with closing(sqlite3.connect(self.path)) as connection:
                connection.execute(
                    "SELECT count(*) FROM taxonomies, (SELECT max(id) FROM taggings)"
                ).fetchone()
            self.longest_count = max(self.longest_count, time.monotonic() - began)
            if began >= next_status:
                took = self._status(store)
                self.longest_status = max(self.longest_status, took)
                next_status = time.monotonic() + max(1.0, 9 * took)
        store.close()
        self.cpu = time.thread_time()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run cost: seconds, bytes, counts."""

    wall: float
    idle: float  # share of the time of all cores in which nothing ran on them, whoever's
    processes: list[Process]  # the one that reads and writes first
    reader: Reader
    database: int
    log: int  # greatest size of the write-ahead log


def retag(path: Path, jobs: Sequence[str]) -> Cost:
    """Run `pmtrend retag` on the store and watch it."""
    program = Path(sys.executable).with_name("pmtrend")
    reader = Reader(path)
    reader.read_alone()
    reading = threading.Thread(target=reader.read)
    reading.start()
    seen: dict[int, Process] = {}
    log = 0
    began, idle_before = time.monotonic(), _idle()
    run = subprocess.Popen([program, "--db", f"sqlite:///{path}", "retag", *jobs])
    while run.poll() is None:
        for pid in (run.pid, *_children(run.pid)):
            _look(pid, seen.setdefault(pid, Process()))
        log = max(log, _size(path.with_name(path.name + "-wal")))
        time.sleep(0.1)
    wall = time.monotonic() - began
    idle = (_idle() - idle_before) / (wall * (os.cpu_count() or 1))
    reader.over.set()
    reading.join()
    if run.returncode:
        raise SystemExit(f"retag ended with {run.returncode}")
    return Cost(wall, idle, list(seen.values()), reader, _size(path), log)


def _idle() -> float:
    """Return for how many seconds the cores have been idle, summed, waiting for disks included."""
    words = Path("/proc/stat").read_text().split(maxsplit=6)
    return (int(words[4]) + int(words[5])) / _TICK


def _children(pid: int) -> list[int]:
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _look(pid: int, process: Process) -> None:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return
    process.cpu = (int(words[11]) + int(words[12])) / _TICK
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            process.peak = max(process.peak, int(line.split()[1]) * 1024)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


# ------------------------------------------------------------------ what is printed


def table(costs: Sequence[Cost], count: int) -> str:
    """Return a Markdown table, one row a run."""
    lines = [
        "| run | postings/s | wall | a million would take | CPU, reads and writes | CPU, tags | idle "
        "| CPU, reader | peak memory | longest read | status, alone | longest | database | log |",
        f"| --- |{' ---: |' * 13}",
    ]
    for name, cost in zip(("into a fresh store", "beside an earlier tagging"), costs, strict=False):
        first, *others = cost.processes
        tags = " + ".join(f"{one.cpu:.1f}" for one in others if one.cpu >= 0.1)
        lines.append(
            f"| {name} | {count / cost.wall:,.0f} | {cost.wall:.1f} s "
            f"| {cost.wall / count * _A_MILLION:.1f} min "
            f"| {first.cpu:.1f} s | {tags or '0'} s | {cost.idle:.0%} | {cost.reader.cpu:.1f} s "
            f"| {sum(one.peak for one in cost.processes) / 1e6:.0f} MB "
            f"| {cost.reader.longest_count * 1e3:.0f} ms | {cost.reader.alone * 1e3:.0f} ms "
            f"| {cost.reader.longest_status * 1e3:.0f} ms "
            f"| {cost.database / 1e6:,.0f} MB | {cost.log / 1e6:.0f} MB |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if a run is slower than a million postings in ten minutes."""
    parser = argparse.ArgumentParser(description="Measure what tagging a whole store again costs.")
    parser.add_argument("--postings", type=int, default=20_000, help="how many are stored (20000)")
    parser.add_argument(
        "--again", action="store_true", help="once more, beside the taggings of the first run"
    )
    parser.add_argument("--jobs", help="processes that tag (default: one a core)")
    parser.add_argument("--folder", type=Path, help="where the store is made (4 GB for a million postings)")
    options = parser.parse_args(arguments)
    jobs = ["--jobs", options.jobs] if options.jobs else []
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pmtrend-bench-", dir=options.folder) as name:
        path = Path(name) / "bench.db"
        size = fill(f"sqlite:///{path}", options.postings)
        costs = [retag(path, jobs)]
        if options.again:
            age(path)
            costs.append(retag(path, jobs))
    print(
        f"{options.postings:,} postings, {size / 1e6:,.0f} MB of text; {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {datetime.now(UTC):%Y-%m-%d}\n"
    )
    print(table(costs, options.postings))
    return int(any(options.postings / cost.wall < GOAL for cost in costs))


if __name__ == "__main__":
    sys.exit(main())
