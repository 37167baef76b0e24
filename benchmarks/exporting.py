"""What an export costs as a store grows: `python benchmarks/exporting.py [--postings 10000 100000]`.

Stores are made by market_store.py (a million postings take some minutes and 7 GB, their export 2 GB).
`pmtrend export` is run on each as a user does, Parquet, CSV and both, and watched: wall clock, CPU, peak
memory of the process. Then the questions of docs/EXPORT.md are asked of the last one, each way in a process
of its own. With `--folder` the stores are kept, and used again. Linux.
"""

import argparse
import os
import platform
import re
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
from report import Cost, watched

PAGE = Path(__file__).resolve().parents[1] / "docs" / "EXPORT.md"
FORMATS = ("parquet", "csv", "both")
MOST_GROWTH = 1.2
"""Of the peak memory from each size to the next; what grows with looks and with the stock is in it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What one export cost, and the bytes that it wrote."""

    postings: int
    format: str
    cost: Cost
    size: int


def export(database: Path, postings: int, format: str, folder: Path) -> Exported:
    """Run `pmtrend export` on a store."""
    cost = watched(database, "export", str(folder), "--format", format)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Exported(postings, format, cost, size)


def ask(folder: Path) -> dict[str, Cost]:
    """Ask the questions of docs/EXPORT.md of the export `pm-data` in `folder`: what each way costs."""
    duckdb, parquet, csv, asked = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    ways = {"DuckDB on Parquet": duckdb, "pandas on Parquet": parquet + asked, "pandas on CSV": csv + asked}
    found = {}
    for name, code in ways.items():
        began = time.monotonic()
        run = subprocess.Popen([sys.executable, "-c", code], cwd=folder)
        _, status, usage = os.wait4(run.pid, 0)
        if status:
            raise SystemExit(f"{name} ended with {os.waitstatus_to_exitcode(status)}")
        found[name] = Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
    return found


def table(rows: Sequence[Exported], asked: dict[str, Cost]) -> str:
    """Return two Markdown tables: what was written, and what asking costs."""
    lines = ["| postings | format | wall | CPU | peak memory | written |", "|---:|---|---:|---:|---:|---:|"]
    lines += [
        f"| {one.postings:,} | {one.format} | {one.cost.wall:.1f} s | {one.cost.cpu:.1f} s "
        f"| {one.cost.peak / 1e6:.0f} MB | {one.size / 1e6:,.0f} MB |"
        for one in rows
    ]
    lines += ["", "| both questions, of the largest | wall | CPU | peak memory |", "|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {cost.wall:.1f} s | {cost.cpu:.1f} s | {cost.peak / 1e6:,.0f} MB |"
        for name, cost in asked.items()
    ]
    return "\n".join(lines)


def growth(rows: Sequence[Exported], format: str) -> float:
    """Return the largest factor by which the peak memory grows from one size to the next."""
    peaks = [one.cost.peak for one in sorted(rows, key=lambda one: one.postings) if one.format == format]
    return max((after / before for before, after in pairwise(peaks)), default=1.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if the peak memory grows by more than a fifth from size to size."""
    parser = argparse.ArgumentParser(description="Measure what an export costs as a store grows.")
    parser.add_argument("--postings", type=int, nargs="+", default=[10_000, 100_000], help="sizes of stores")
    parser.add_argument("--folder", type=Path, help="where the stores are made, and kept")
    options = parser.parse_args(arguments)
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
    rows: list[Exported] = []
    with tempfile.TemporaryDirectory(prefix="pmtrend-bench-", dir=options.folder) as scratch:
        folder = Path(scratch) / "pm-data"
        for count in sorted(options.postings):
            database = made_at((options.folder or Path(scratch)) / f"market-{count}.db", count)
            rows += [export(database, count, format, folder) for format in FORMATS]
        asked = ask(Path(scratch))
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}\n\n"
        f"{table(rows, asked)}"
    )
    return int(any(growth(rows, format) > MOST_GROWTH for format in FORMATS))


if __name__ == "__main__":
    sys.exit(main())
