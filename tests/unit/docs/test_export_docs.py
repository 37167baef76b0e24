"""docs/EXPORT.md: its tables are those that are written, its three ways to ask give the report's numbers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from docs_pages import TEXTS, blocks, call
from export_checker import read_checked
from places import ROOT

from reports.building.weekly import build_weekly
from reports.document.weekly import WeeklyReport
from reports.export.package import table_lines
from reports.export.tables import tables
from storage.store import open_store
from storage.weeks import WEEK, parse_label, week_end

PAGE = "docs/EXPORT.md"
DUCKDB, PARQUET, CSV, ASKED = (block.text for block in blocks(PAGE) if block.language == "python")
LAST_WEEK = "2026-W47"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, WeeklyReport]:
    """A folder with an export of the demonstration market, `pm-data`, and the report on its last week."""
    folder = tmp_path_factory.mktemp("export")
    assert call(folder, "replay", str(ROOT / "demo" / "market.warc.gz")).code in (0, 3)
    assert call(folder, "export", "pm-data").code == 0
    store, monday = open_store(f"sqlite:///{folder / 'pmtrend.db'}"), parse_label(LAST_WEEK)
    facts = store.facts(first_week=monday - 53 * WEEK, until=week_end(monday, store.zone))
    report = build_weekly(facts, monday)
    store.close()
    return folder, report


@pytest.fixture(autouse=True)
def new_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """DuckDB keeps one database a process; each test has its own, which loads nothing from elsewhere."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        monkeypatch.setattr(duckdb, "sql", connection.sql)
        yield


def answers(folder: Path, monkeypatch: pytest.MonkeyPatch, *code: str) -> tuple[Any, Any]:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    for block in code:
        exec(block, names)
    stock = {(str(week), role): int(count) for week, role, count in names["stock"].itertuples(index=False)}
    return stock, {str(week): float(share) for week, share in names["rag"].itertuples(index=False)}


@pytest.mark.parametrize(
    "code", [(DUCKDB,), (PARQUET, ASKED), (CSV, ASKED)], ids=["duckdb", "parquet", "csv"]
)
def test_all_ways_to_ask_give_the_numbers_of_the_report(
    code: tuple[str, ...], demo: tuple[Path, WeeklyReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, report = demo
    stock, rag = answers(folder, monkeypatch, *code)
    told = {(row["week"], row["role"]): row["stock"] for row in report["movement"]["rows"]}
    assert stock == {key: count for key, count in told.items() if key[1] != "all" and count}
    assert len({week for week, _ in stock}) == 12
    (row,) = [r for r in report["skills"]["rows"] if (r["role"], r["tag"]) == ("aigc_pm", "rag")]
    weeks = zip(report["skills"]["spark_weeks"], row["spark"], strict=True)
    shares = {week: share for week, share in weeks if share is not None}
    assert rag == pytest.approx(shares, abs=1e-6) and len(shares) == 12


def test_the_export_of_the_demonstration_is_as_its_package_says(demo: tuple[Path, WeeklyReport]) -> None:
    folder, report = demo
    found = read_checked(folder / "pm-data")
    assert len(found["postings"]) > 300
    usable = {(row["week"], row["unit"]): row["listed"] for row in found["panel"]}
    listed = pd.DataFrame(found["listings"]).groupby(["week", "unit"]).size().to_dict()
    more = {key: count - usable[key] for key, count in listed.items() if count != usable[key]}
    assert listed.keys() == {key for key, count in usable.items() if count}
    assert list(more.values()) == [1, 1], "the story has two postings that one look does not show"
    (notice,) = report["notices"]
    assert notice in (folder / "pm-data" / "datapackage.json").read_text(encoding="utf-8")


def test_the_tables_are_those_that_are_written() -> None:
    described = TEXTS[PAGE].partition("\n## The tables\n")[2]
    told = [line.replace("## ", "### ") for table in tables().values() for line in table_lines(table)]
    assert described.splitlines() == told


def test_the_layout_is_that_of_an_export(demo: tuple[Path, WeeklyReport]) -> None:
    (layout,) = [block.text for block in blocks(PAGE) if not block.language]
    for path in re.findall(r"^(\S+) ", layout, re.MULTILINE):
        assert (demo[0] / path).is_file(), path
