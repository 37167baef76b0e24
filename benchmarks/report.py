"""What a weekly report costs as a store grows: `python benchmarks/report.py [--postings 10000 100000]`.

Stores are made by market_store.py (a million postings take some minutes and 7 GB). `pmtrend report` is run on
each as a user does, both languages, charts and page, and watched: wall clock, CPU, peak memory of the
process. Beside the least of the runs stands where the time goes. With `--folder` the stores are kept, and
used again. Linux.
"""

import argparse
import gc
import json
import math
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from market_store import made_at

from reports.building.reading import read_facts
from reports.building.weekly import build_weekly
from storage.store import open_store
from storage.weeks import WEEK, parse_label

WEEK_REPORTED = "2026-W46"
"""The last but one of the stores: a later look has confirmed what was gone."""
REPORT = ("report", "--week", WEEK_REPORTED, "--out")
MOST_SECONDS, MOST_MEGABYTES = 10.0, 300.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and bytes of one run."""

    wall: float
    cpu: float
    peak: int


def watched(database: Path | str, *words: str) -> Cost:
    """Run a verb of pmtrend on a store: a file of SQLite's, or any by its URL."""
    program = Path(sys.executable).with_name("pmtrend")
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    began = time.monotonic()
    run = subprocess.Popen([program, "--db", url, *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(run.pid, 0)
    if status:
        raise SystemExit(f"{words[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def stages(database: Path) -> dict[str, float]:
    """Return the CPU seconds of reading the facts, computing the report and writing it, in this process."""
    gc.disable()  # as the command does
    monday = parse_label(WEEK_REPORTED)
    store = open_store(f"sqlite:///{database}")
    marks = [time.process_time()]
    facts = read_facts(store, monday, None)
    marks.append(time.process_time())
    built = build_weekly(facts, monday, history=store.history(facts, monday))
    marks.append(time.process_time())
    del facts
    from reports.output.writing import report_files  # loading what draws belongs to writing

    report_files(built, ("en", "zh"))
    marks.append(time.process_time())
    store.close()
    spent = (later - before for before, later in pairwise(marks))
    return dict(zip(("read", "compute", "write"), spent, strict=True))


def _stages_apart(database: Path) -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, __file__, "--stages", database], stdout=subprocess.PIPE, check=True, text=True
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def _postings_listed(database: Path) -> tuple[int, int]:
    """Return how many postings the 53 weeks hold, and how many were listed in the last 13."""
    monday = parse_label(WEEK_REPORTED)
    with sqlite3.connect(database) as connection:
        ages = (str(monday - weeks * WEEK) for weeks in (52, 12))
        counts = [
            connection.execute(
                "SELECT count(DISTINCT posting_id) FROM spells WHERE last_seen_at >= ? AND opened_at < ?",
                (age, str(monday + WEEK)),
            ).fetchone()[0]
            for age in ages
        ]
    return counts[0], counts[1]


def table(rows: Sequence[tuple[int, tuple[int, int], Cost, dict[str, float], int]]) -> str:
    """Return a Markdown table: a row a store, then the exponent with which the costs grow."""
    lines = [
        "| postings | in 53 weeks | in 13 weeks | store "
        "| wall | CPU | to read | to compute | to write | peak memory |",
        f"|{' ---: |' * 10}",
    ]
    lines += [
        f"| {count:,} | {year:,} | {lately:,} | {size / 1e6:,.0f} MB | {cost.wall:.1f} s | {cost.cpu:.1f} s "
        f"| {spent['read']:.1f} s | {spent['compute']:.1f} s | {spent['write']:.1f} s "
        f"| {cost.peak / 1e6:.0f} MB |"
        for count, (year, lately), cost, spent, size in rows
    ]
    if len(rows) > 1:
        (small, _, less, _, _), (large, _, more, _, _) = rows[-2:]
        steps = math.log(large / small)
        exponents = (math.log(b / a) / steps for a, b in ((less.cpu, more.cpu), (less.peak, more.peak)))
        lines += [
            "",
            "From {:,} to {:,} postings CPU grows with the power {:.2f}, peak memory {:.2f}.".format(
                small, large, *exponents
            ),
        ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if a report takes more than 10 s or 300 MB."""
    parser = argparse.ArgumentParser(description="Measure what a weekly report costs as a store grows.")
    parser.add_argument("--postings", type=int, nargs="+", default=[10_000, 100_000], help="sizes of stores")
    parser.add_argument("--rounds", type=int, default=3, help="the least of so many runs counts (3)")
    parser.add_argument("--folder", type=Path, help="where the stores are made, and kept")
    parser.add_argument("--stages", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.stages is not None:
        print(json.dumps(stages(options.stages)))
        return 0
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="pmtrend-bench-") as scratch:
        for count in options.postings:
            database = made_at((options.folder or Path(scratch)) / f"market-{count}.db", count)
            costs = [watched(database, *REPORT, str(Path(scratch) / "out")) for _ in range(options.rounds)]
            cost = Cost(*(min(getattr(one, name) for one in costs) for name in ("wall", "cpu", "peak")))
            size = database.stat().st_size
            rows.append((count, _postings_listed(database), cost, _stages_apart(database), size))
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{datetime.now(UTC):%Y-%m-%d}\n\n{table(rows)}"
    )
    return int(any(c.wall > MOST_SECONDS or c.peak > MOST_MEGABYTES * 1e6 for _, _, c, _, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
