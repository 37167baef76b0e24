"""What `pmtrend find` costs as a store grows: `python benchmarks/finding.py [--postings 10000 100000]`.

Stores are made by market_store.py (a million postings take some minutes and 7 GB). Their search index is made
by `pmtrend db reindex`, whose process is watched; then each query is searched in this process, several times,
and once by `pmtrend find`, start of the program included. Queries go from what few texts have to what all
have. With `--folder` the stores are kept, and used again. `--layouts` measures what else FTS5 could store.
Linux.
"""

import argparse
import math
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from market_store import made_at
from report import Cost, watched

from scraper.parsing.folding import fold
from storage.searching.query import read_query
from storage.searching.search import Filters, Found
from storage.searching.text import folding, text_tokens, unit_tokens, units
from storage.store import Store, open_store

MOST_SECONDS = 0.1
_NOT_YET = datetime(2026, 9, 1, tzinfo=UTC)
SEARCHES: tuple[tuple[str, str, Filters], ...] = (
    ("nothing", "blockchain 量子", Filters()),
    ("a rare phrase", '"向量检索" 资金归集', Filters()),
    ("two words", "RAG 金融", Filters()),
    ("a word of many texts", "figma", Filters()),
    ("the same, without another", "figma -sql", Filters()),
    ("singular for plural", "agents", Filters()),
    ("a word of half of all texts", "产品", Filters()),
    ("a word of three characters", "大模型", Filters()),
    ("a phrase of half of all texts", '"product manager"', Filters()),
    ("words in one, mostly apart", "AI产品经理", Filters()),
    ("one character", "金", Filters()),
    ("either", "rag OR 检索增强", Filters()),
    ("a rare class", "product", Filters(roles=("both",))),
    ("one city", "大模型", Filters(cities=("上海",))),
    ("open, lately", "产品", Filters(roles=("aigc_pm",), since=_NOT_YET, open=True)),
    ("every filter", "rag", Filters(roles=("aigc_pm", "both"), cities=("上海",), since=_NOT_YET, open=True)),
)
_BATCH = 1000
_LAYOUTS = ("detail=none", "detail=column", "detail=full")


@dataclass(frozen=True, slots=True)
class Built:
    """Making the index anew: what the process cost, how many texts there are, bytes of the index."""

    cost: Cost
    texts: int
    size: int


@dataclass(frozen=True, slots=True)
class Searched:
    """A query: seconds of the first search in the process, of the others the median and the longest."""

    first: float
    median: float
    longest: float
    found: Found


def build(database: Path) -> Built:
    """Make the index of a store anew."""
    cost = watched(database, "db", "reindex")
    with closing(sqlite3.connect(database)) as connection:
        (texts,) = connection.execute("SELECT count(*) FROM search_documents").fetchone()
        sizes = (
            connection.execute(f"SELECT coalesce(sum({columns}), 0) FROM {table}").fetchone()[0]
            for table, columns in (
                ("search_words_data", "length(block) + 8"),
                ("search_words_docsize", "length(sz) + 6"),
                ("search_words_idx", "length(term) + 8"),
                ("search_documents", "10"),
            )
        )
        return Built(cost, texts, sum(sizes))


def search(store: Store, query: str, filters: Filters, rounds: int) -> Searched:
    """Search several times."""
    spent = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        found = store.find(read_query(query, fold), fold, filters, 20)
        spent.append(time.perf_counter() - began)
    return Searched(spent[0], statistics.median(spent[1:]), max(spent[1:]), found)


def look_cost(store: Store) -> float:
    """Return the seconds that the end of a run takes which stored nothing new: every run pays them."""
    began = time.perf_counter()
    store.count_unindexed()
    return time.perf_counter() - began


def layouts(database: Path, most: int = 10_000) -> Iterator[tuple[str, int, float]]:
    """Yield (what FTS5 stores, bytes, seconds) for the first texts of a store, all tokens in their order."""
    folded = folding(fold)
    with closing(sqlite3.connect(database)) as connection:
        texts = connection.execute("SELECT id, title, text FROM versions ORDER BY id LIMIT ?", (most,))
        rows = [(id, folded(f"{title}\n{text}")) for id, title, text in texts]
    sets = [(id, " ".join(sorted(text_tokens(text)))) for id, text in rows]
    runs = [(id, " ".join(token for unit in units(text) for token in unit_tokens(unit))) for id, text in rows]
    tries = [(f"{detail}, no text", detail, sets if "none" in detail else runs) for detail in _LAYOUTS]
    tries.append(("detail=none, the tokens as text, too", "detail=none", sets))
    for name, detail, said in tries:
        content = "" if "text, too" in name else "content='', "
        with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(f"{folder}/x.db")) as made:
            made.execute(f"CREATE VIRTUAL TABLE x USING fts5(w, {content}{detail}, tokenize='ascii')")
            began = time.perf_counter()
            for start in range(0, len(said), _BATCH):
                with made:
                    made.executemany("INSERT INTO x (rowid, w) VALUES (?, ?)", said[start : start + _BATCH])
            spent = time.perf_counter() - began
            pages, size = (
                made.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
            )
            yield name, pages * size, spent


def _told(found: Found) -> str:
    if found.exact:
        return f"{found.total:,}"
    return f"over {found.total:,}" if found.at_most is None else f"{found.total:,} to {found.at_most:,}"


def table_of_builds(rows: Sequence[tuple[int, int, Built]]) -> str:
    """Return a Markdown table: a row a store (postings, bytes of the store without the index, the index)."""
    lines = [
        "| postings | texts | store without it | index | wall | CPU | a text | peak memory |",
        f"|{' ---: |' * 8}",
    ]
    lines += [
        f"| {count:,} | {built.texts:,} | {size / 1e6:,.0f} MB | {built.size / 1e6:,.1f} MB "
        f"| {built.cost.wall:.1f} s | {built.cost.cpu:.1f} s | {built.cost.cpu / built.texts * 1e3:.2f} ms "
        f"| {built.cost.peak / 1e6:.0f} MB |"
        for count, size, built in rows
    ]
    return "\n".join(lines)


def table_of_searches(counts: Sequence[int], rows: Sequence[Sequence[Searched]]) -> str:
    """Return a Markdown table: a row a query; of each store hits, median and longest milliseconds."""
    lines = [
        "| | query | " + " | ".join(f"{n:,}: found | first | median | longest" for n in counts) + " |",
        f"| --- | --- |{' ---: |' * 4 * len(counts)}",
    ]
    for (name, query, _), searched in zip(SEARCHES, zip(*rows, strict=True), strict=True):
        cells = (
            f"{_told(one.found)} | {one.first * 1e3:.0f} | {one.median * 1e3:.0f} | {one.longest * 1e3:.0f}"
            for one in searched
        )
        lines.append(f"| {name} | `{query}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if the median of any query is more than 100 ms."""
    parser = argparse.ArgumentParser(description="Measure what searching costs as a store grows.")
    parser.add_argument("--postings", type=int, nargs="+", default=[10_000, 100_000], help="sizes of stores")
    parser.add_argument("--rounds", type=int, default=7, help="searches of each query after the first (7)")
    parser.add_argument("--folder", type=Path, help="where the stores are made, and kept")
    parser.add_argument(
        "--layouts", action="store_true", help="only what else FTS5 could store, 10,000 texts"
    )
    options = parser.parse_args(arguments)
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
    builds, searches, commands = [], [], []
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{datetime.now(UTC):%Y-%m-%d}\n"
    )
    with tempfile.TemporaryDirectory(prefix="pmtrend-bench-") as scratch:
        for count in options.postings:
            database = made_at((options.folder or Path(scratch)) / f"market-{count}.db", count)
            if options.layouts:
                for name, size, spent in layouts(database):
                    print(f"| {name} | {size / 1e6:.1f} MB | {spent:.1f} s |")
                continue
            built = build(database)
            builds.append((count, database.stat().st_size - built.size, built))
            with closing(open_store(f"sqlite:///{database}")) as store:
                searches.append([search(store, q, filters, options.rounds) for _, q, filters in SEARCHES])
                idle = look_cost(store)
            command = watched(database, "find", "RAG 金融")
            start = watched(database, "boards", "list", "--family", "ashby")
            commands.append(
                f"{count:,} postings: `pmtrend find` {command.wall:.2f} s, {command.peak / 1e6:.0f} MB "
                f"(`pmtrend boards list`, which searches nothing, {start.wall:.2f} s); "
                f"a run that stored no text {idle * 1e3:.1f} ms"
            )
    if options.layouts:
        return 0
    print(table_of_builds(builds), "", table_of_searches(options.postings, searches), "", sep="\n")
    print("\n".join(commands))
    if len(builds) > 1:
        (small, _, less), (large, _, more) = builds[-2:]
        steps = math.log(large / small)
        cpu = math.log(more.cost.cpu / less.cost.cpu) / steps
        bulk = math.log(more.size / less.size) / steps
        print(f"\nThe index: CPU grows with the power {cpu:.2f}, size with {bulk:.2f}.")
    return int(any(one.median > MOST_SECONDS for of in searches for one in of))


if __name__ == "__main__":
    sys.exit(main())
