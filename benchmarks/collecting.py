"""What a run costs, above all one in which nothing has changed: `python benchmarks/collecting.py`.

600 invented boards are played on loopback, half of them with an ETag, and collected into a new store: for
the first time, again unchanged, after 2 % of them have changed (one PM posting more, another role gone), and
again unchanged but without any ETag, so that only the hash of the body tells. Each run is a process of its
own; a day lies between the runs on its clock; hosts are asked without a gap. The least CPU time of all rounds
counts: what else the machine does only adds to it.
"""

import argparse
import hashlib
import json
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import played_boards
from played_boards import Mode

RUNS = (
    ("first", Mode()),
    ("unchanged", Mode()),
    ("2 % of the boards changed", Mode(changed=True)),
    ("unchanged, no ETag", Mode(validators=False, changed=True)),
)
_OWN = ("runs", "fetches", "cells")
"""Tables that a run may write in although nothing has changed."""
_MADE = ("search_", "weekly_counts", "settings")
"""Beginnings of the names of tables that are made of others (the setting says of how much)."""
_CONTEXT = multiprocessing.get_context("spawn")  # a fresh interpreter, as a scheduled run is
Addresses = dict[str, tuple[str, int]]
Rows = dict[str, Counter[bytes]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost. Times in seconds; sizes in bytes, those of files at its end."""

    wall: float
    cpu: float
    peak: int
    requests: int = 0
    received: int = 0
    added: dict[str, int] | None = None  # table -> rows that it has and had not before
    removed: int = 0  # rows that are gone or different
    database: int = 0
    archive: int = 0


# ------------------------------------------------------------------ one run, in a process of its own


def collect(sender: Connection, folder: Path, addresses: Addresses, count: int, days: int) -> None:
    """Do what `pmtrend collect` does, with the played boards, and send (seconds of wall, of CPU, peak)."""
    began = time.monotonic()
    from commands.counting import count_weeks
    from commands.indexing import INDEXED_AFTER_A_RUN, add_to_index
    from scraper.clock import utcnow
    from scraper.fetching.archive import WarcArchive
    from scraper.fetching.client import HttpFetcher, Limits
    from scraper.model import Board, Request
    from scraper.runs import collecting
    from scraper.sources import FAMILIES
    from storage.store import open_store

    for name, (host, port) in addresses.items():

        def first(board: Board, family: Any = FAMILIES[name], at: str = f"{host}:{port}") -> Request:
            request: Request = family.first(board)
            return replace(request, url=urlsplit(request.url)._replace(scheme="http", netloc=at).geturl())

        FAMILIES[name] = replace(FAMILIES[name], first=first)
    boards = played_boards.boards(count)
    store = open_store(f"sqlite:///{folder / 'bench.db'}")

    def clock() -> Any:
        return utcnow() + timedelta(days=days)

    allowed = frozenset(addresses.values())
    with (
        WarcArchive(folder / "archive", clock) as archive,
        HttpFetcher(
            "mailto:bench@example.org",
            archive=archive,
            clock=clock,
            allow_addresses=allowed,
            limits=Limits(gap=0),
        ) as fetcher,
    ):
        summary = collecting.collect(store, boards, fetcher, clock=clock)
    count_weeks(store)
    add_to_index(store, most=INDEXED_AFTER_A_RUN)
    store.close()
    if summary.exit_code or len(summary.states) != count:
        raise RuntimeError("\n".join(summary.lines()))
    used = resource.getrusage(resource.RUSAGE_SELF)
    sender.send((time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024))


def measured(folder: Path, addresses: Addresses, count: int, days: int) -> Cost:
    """Run `collect` in a process of its own and return its cost as far as that process knows it."""
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=collect, args=(sender, folder, addresses, count, days))
    process.start()
    sender.close()
    try:
        return Cost(*receiver.recv())
    except EOFError:
        raise SystemExit("the run failed; see above") from None
    finally:
        process.join()


# ------------------------------------------------------------------ a round of runs, and what they wrote


def round_of_runs(control: Connection, addresses: Addresses, count: int) -> list[Cost]:
    """Do all runs one after another in a new folder."""
    costs = []
    with tempfile.TemporaryDirectory(prefix="pmtrend-bench-") as name:
        folder = Path(name)
        database, before = folder / "bench.db", Rows()
        for days, (_, mode) in enumerate(RUNS):
            control.send(mode)
            control.recv()
            cost = measured(folder, addresses, count, days)
            control.send(mode)
            requests, received = control.recv()
            after = rows(database)
            added = {table: (after[table] - before.get(table, Counter())).total() for table in after}
            removed = sum((before[table] - after[table]).total() for table in before)
            before = after
            files = sum(path.stat().st_size for path in (folder / "archive").rglob("*.warc.gz"))
            costs.append(
                replace(
                    cost,
                    requests=requests,
                    received=received,
                    added={table: number for table, number in added.items() if number},
                    removed=removed,
                    database=database.stat().st_size,
                    archive=files,
                )
            )
    return costs


def rows(database: Path) -> Rows:
    """Return table -> hashes of its rows, each with how often it stands there; but for `_MADE`."""
    with closing(sqlite3.connect(database)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {
            name: Counter(
                hashlib.sha256(repr(row).encode()).digest()
                for row in connection.execute(f'SELECT * FROM "{name}"')
            )
            for name in names
            if not name.startswith(_MADE)
        }


def best(rounds: Sequence[Sequence[Cost]]) -> list[Cost]:
    """Return each run's least times and highest peak of all rounds, the rest being the same in all."""
    return [
        replace(
            same[0],
            wall=min(cost.wall for cost in same),
            cpu=min(cost.cpu for cost in same),
            peak=max(cost.peak for cost in same),
        )
        for same in zip(*rounds, strict=True)
    ]


# ------------------------------------------------------------------ what is printed


def table(costs: Sequence[Cost]) -> str:
    """Return a Markdown table."""
    lines = [
        "| run | requests | received | wall | CPU | of the first | peak memory | database | archive |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (name, _), cost in zip(RUNS, costs, strict=True):
        lines.append(
            f"| {name} | {cost.requests} | {cost.received / 1e6:.1f} MB | {cost.wall:.1f} s "
            f"| {cost.cpu:.2f} s | {cost.cpu / costs[0].cpu:.1%} | {cost.peak / 1e6:.0f} MB "
            f"| {cost.database / 1e6:.1f} MB | {cost.archive / 1e6:.1f} MB |"
        )
    return "\n".join(lines)


def written(costs: Sequence[Cost]) -> str:
    """Return a Markdown table of the rows that each run wrote."""
    names = sorted({name for cost in costs for name in cost.added or {}} - set(_OWN))
    head = ["run", *_OWN, *names, "changed or removed"]
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    for (run, _), cost in zip(RUNS, costs, strict=True):
        added = cost.added or {}
        numbers = [added.get(name, 0) for name in (*_OWN, *names)]
        lines.append(f"| {run} | {' | '.join(map(str, [*numbers, cost.removed]))} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if an unchanged run wrote more than its own rows."""
    parser = argparse.ArgumentParser(description="Measure what runs over invented boards cost.")
    parser.add_argument("--boards", type=int, default=600, help="how many are played (600)")
    parser.add_argument("--rounds", type=int, default=3, help="of which the least times count (3)")
    options = parser.parse_args(arguments)
    control, theirs = _CONTEXT.Pipe()
    server = _CONTEXT.Process(target=played_boards.serve, args=(theirs, options.boards), daemon=True)
    server.start()
    theirs.close()
    addresses, facts = control.recv()
    rounds = []
    for number in range(options.rounds):
        rounds.append(round_of_runs(control, addresses, options.boards))
        print(f"round {number + 1}:", *(f"{cost.cpu:.2f} s" for cost in rounds[-1]), file=sys.stderr)
    control.close()
    server.join()
    costs = best(rounds)
    print(json.dumps(facts), table(costs), written(costs), sep="\n\n")
    unchanged = [cost for (name, _), cost in zip(RUNS, costs, strict=True) if name.startswith("unchanged")]
    return int(any(cost.removed or set(cost.added or ()) - set(_OWN) for cost in unchanged))


if __name__ == "__main__":
    sys.exit(main())
