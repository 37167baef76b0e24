"""The same store on PostgreSQL and on SQLite: `python benchmarks/engines.py [--postings 10000 100000]`.

Stores are made by market_store.py (a million postings take some minutes and 7 GB in SQLite). Each is copied
by `pmtrend db copy` to a PostgreSQL server of our own, which has its own defaults but for the memory that it
shares (512 MB). Then the same verbs are run on both, as a user does, and watched: wall clock, CPU and peak
memory of pmtrend's process. What the server itself needs is not in them, but in the wall clock. That both
reports are the same to the byte is checked. With `--folder` the stores are kept, and used again. It needs
PostgreSQL's programs, and the helpers of the tests. Linux.
"""

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from market_store import made_at
from report import REPORT, Cost, watched

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))

import own_server

SETTINGS = {"shared_buffers": "512MB"}
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "choose": ("choose", "--pm-years", "5", "--ai-years", "0"),
    "find": ("find", "RAG 金融"),
    "status": ("status",),
    "db check": ("db", "check"),
}


def costs(url: str, out: Path) -> dict[str, Cost]:
    """Return what the verbs cost on a store; the report goes to `out`."""
    found = {"index for find": watched(url, "db", "reindex"), "report": watched(url, *REPORT, str(out))}
    return found | {name: watched(url, *words) for name, words in COMMANDS.items()}


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a report by its name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def measure(server: own_server.Server, database: Path, scratch: Path) -> tuple[dict[str, Cost], ...]:
    """Return what verbs cost on the file and on the server, which has its copy in the end."""
    name = server.create()
    source, target = f"sqlite:///{database}", server.url(name)
    copied = watched(source, "db", "copy", source, target)
    with server.connect(name) as connection:
        connection.execute("VACUUM ANALYZE")  # what autovacuum does within the hour
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    found = costs(source, scratch / "file"), {"db copy": copied} | costs(target, scratch / "server")
    if files(scratch / "file") != files(scratch / "server"):
        raise SystemExit("the reports of both engines differ")
    assert row is not None
    sizes = (database.stat().st_size, int(str(row[0])))
    print("{}: {:,.0f} MB, on the server {:,.0f} MB".format(database.name, *(size / 1e6 for size in sizes)))
    server.drop(name)
    return found


def table(sizes: Sequence[int], found: Sequence[tuple[dict[str, Cost], ...]]) -> str:
    """Return a Markdown table: a row a verb, for each size a column an engine."""
    heads = [f"{engine}, {size:,}" for size in sizes for engine in ("SQLite", "PostgreSQL")]
    lines = [f"| | {' | '.join(heads)} |", "|---|" + " ---: |" * len(heads)]
    for name in found[0][1]:
        cells = (both[side].get(name) for both in found for side in (0, 1))
        lines.append(f"| {name} | {' | '.join(_told(cost) if cost else '' for cost in cells)} |")
    return "\n".join(lines)


def _told(cost: Cost) -> str:
    return f"{cost.wall:.1f} s ({cost.cpu:.1f} CPU), {cost.peak / 1e6:.0f} MB"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure the same store on PostgreSQL and on SQLite.")
    parser.add_argument("--postings", type=int, nargs="+", default=[10_000, 100_000], help="sizes of stores")
    parser.add_argument("--folder", type=Path, help="where the stores are made, and kept")
    options = parser.parse_args(arguments)
    if own_server.programs() is None:
        raise SystemExit(
            "there are no PostgreSQL server programs here (Debian, Ubuntu: apt install postgresql)"
        )
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
    found = []
    with own_server.running(SETTINGS) as server:
        for count in options.postings:
            with tempfile.TemporaryDirectory(prefix="pmtrend-bench-", dir=options.folder) as scratch:
                database = made_at((options.folder or Path(scratch)) / f"market-{count}.db", count)
                found.append(measure(server, database, Path(scratch)))
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{datetime.now(UTC):%Y-%m-%d}\n\n{table(options.postings, found)}"
    )


if __name__ == "__main__":
    main()
