"""What a store of a size costs in daily use: `python benchmarks/scale.py [--postings 10000 100000 1000000]`.

First that many postings are stored in a new store, understood already, as 600 boards list them at the first
look: several looks in a transaction, as a replay does it, and each in its own, as a live run does. The rows
that this gives are then written by plain `sqlite3.executemany` into another new database of the same schema,
in one transaction.

Then what is done with a store of two years, made by market_store.py (a million postings take some minutes and
7 GB, as much again for a copy). On a copy one more week is recorded, a look at each board: what is new, what
is no longer listed, what stays; then a week in which nothing changed. `report`, `choose`, `status` and
`db check` are run as a user does. Each is a process of its own, so that its peak memory is its own. With
`--folder` the stores are kept, and used again. The weekly counts are made before that week and brought up to
date after it, as at the end of a run. Linux.
"""

import argparse
import json
import math
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from market_store import made_at
from report import REPORT, Cost, watched
from scale_work import counts, ingest, two_weeks

_GREATEST_EXPONENT, _LEAST_RATE = 1.05, 0.4


COMMANDS: Mapping[str, tuple[str, ...]] = {
    "choose": ("choose", "--pm-years", "5", "--ai-years", "0"),
    "status": ("status",),
    "db check": ("db", "check"),
}


@dataclass(frozen=True, slots=True)
class Size:
    """What a store of so many postings costs.

    `rows` were stored with the postings; `rate` is that of plain SQLite's rows a second we reach, `live` the
    same with each look in a transaction of its own.
    """

    postings: int
    bytes: int
    costs: Mapping[str, Cost]
    rows: int
    rate: float
    live: float


def measure(database: Path, count: int, scratch: Path) -> Size:
    """Measure a store; it is left as it was."""
    stored, rows, rate = _apart("ingest", scratch / "new.db", count)
    singly, _, live = _apart("looks", scratch / "single.db", count)
    shutil.copyfile(database, scratch / "copy.db")
    made, _ = _apart("counts", scratch / "copy.db", count)
    week, unchanged = _apart("weeks", scratch / "copy.db", count)
    refreshed, _ = _apart("counts", scratch / "copy.db", count)
    costs = {
        "postings stored": Cost(*stored),
        "postings stored, look by look": Cost(*singly),
        "a week recorded": Cost(*week),
        "an unchanged week": Cost(*unchanged),
        "weekly counts made": Cost(*made),
        "weekly counts of three weeks more": Cost(*refreshed),
    }
    for left in filter(Path.is_file, scratch.iterdir()):
        left.unlink()
    costs["report"] = watched(database, *REPORT, str(scratch / "out"))
    costs |= {name: watched(database, *words) for name, words in COMMANDS.items()}
    return Size(count, database.stat().st_size, costs, rows, rate, live)


def _apart(what: str, database: Path, count: int) -> Any:
    """Do the work in a process of its own."""
    words = [sys.executable, __file__, "--work", what, "--folder", str(database), "--postings", str(count)]
    told = subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(told.stdout)


def exponent(less: Size, more: Size, name: str) -> float:
    """Return the power of the number of postings with which a row of the table (a cost: its CPU) grows."""
    small, large = (
        {"rows stored": size.rows, "database": size.bytes}.get(name) or size.costs[name].cpu
        for size in (less, more)
    )
    return math.log(large / small) / math.log(more.postings / less.postings)


def table(sizes: Sequence[Size]) -> str:
    """Return a Markdown table: a row a cost, a column a size, then the exponent between the last two."""
    lines = [
        "| | " + " | ".join(f"{size.postings:,} postings" for size in sizes) + " | exponent |",
        "|---|" + " ---: |" * (len(sizes) + 1),
    ]
    told = {name: [_told(size.costs[name]) for size in sizes] for name in sizes[0].costs}
    told["rows stored"] = [f"{size.rows:,}" for size in sizes]
    told["database"] = [f"{size.bytes / 1e6:,.0f} MB" for size in sizes]
    for name, cells in told.items():
        grows = f"{exponent(sizes[-2], sizes[-1], name):.2f}" if sizes[1:] else ""
        lines.append(f"| {name} | {' | '.join(cells)} | {grows} |")
    for name, rates in (
        ("rows a second, of plain `executemany`", [size.rate for size in sizes]),
        ("the same, look by look", [size.live for size in sizes]),
    ):
        lines.append(f"| {name} | {' | '.join(f'{rate:.0%}' for rate in rates)} | |")
    return "\n".join(lines)


def _told(cost: Cost) -> str:
    return f"{cost.wall:.1f} s ({cost.cpu:.1f} CPU), {cost.peak / 1e6:.0f} MB"


def _missed(sizes: Sequence[Size]) -> Iterator[str]:
    for size in sizes:
        if size.rate < _LEAST_RATE:
            yield f"{size.postings:,} postings: {size.rate:.0%} of plain executemany"
    for less, more in pairwise(sizes):
        for name in less.costs:
            grows = exponent(less, more, name)
            if grows > _GREATEST_EXPONENT:
                yield f"{name}: grows with the power {grows:.2f} from {less.postings:,} postings"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if anything grows faster than postings do, or is stored too slowly."""
    parser = argparse.ArgumentParser(description="Measure what a store costs in daily use as it grows.")
    parser.add_argument("--postings", type=int, nargs="+", default=[10_000, 100_000], help="sizes of stores")
    parser.add_argument("--folder", type=Path, help="where the stores are made, and kept")
    parser.add_argument("--work", choices=("ingest", "looks", "weeks", "counts"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.work:
        works: dict[str, Callable[[Path, int], Any]] = {
            "ingest": ingest,
            "looks": partial(ingest, together=1),
            "weeks": two_weeks,
            "counts": counts,
        }
        work = works[options.work]
        print(json.dumps(work(options.folder, options.postings[0]), default=astuple))
        return 0
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
    sizes = []
    with tempfile.TemporaryDirectory(prefix="pmtrend-bench-", dir=options.folder) as scratch:
        for count in options.postings:
            database = made_at((options.folder or Path(scratch)) / f"market-{count}.db", count)
            sizes.append(measure(database, count, Path(scratch)))
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{datetime.now(UTC):%Y-%m-%d}\n\n{table(sizes)}"
    )
    missed = list(_missed(sizes))
    print("\n".join(f"missed: {one}" for one in missed), file=sys.stderr, end="\n" * bool(missed))
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
