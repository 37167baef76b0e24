"""The files of an export: as their package says, the same in CSV and Parquet, the same bytes every time."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from databases import Databases, on
from export_checker import package_of, read_checked, read_parquet
from store_helpers import TAXONOMY, Recorder, day, feed, listing, posting

from reports.errors import ReportError
from reports.export.csv_writer import CsvTables
from reports.export.parquet_writer import GROUP_ROWS, ParquetTables
from reports.export.tables import exported, tables
from reports.export.writing import Format, write_export
from reports.wording.escaping import csv_text
from storage.exporting.reading import Rows
from storage.records import Listing, Pay, Quote, Tagging, TagHit, YearsAsked
from storage.store import Store

NOW = day(1000)
HOSTILE = [
    '=HYPERLINK("http://evil.example","click")',
    "+1 year of RAG",
    "-5",
    "@SUM(A1)",
    "＝1+1",
    "\u200b=1+1",
    "\t=1",
    " =1",
    "'quoted",
    "''=1",
    'He said "no", and left\r\nthen\ncame back',
    ",;|",
    "岗位，产品经理",
    "\u202egnp.exe",
    "NULL",
    "NaN",
    "true",
    "2026-01-01",
    " blanks ",
    "\ufeffmark",
]


def hostile() -> Listing:
    """A look whose postings say what breaks files."""
    postings = []
    for number, text in enumerate(HOSTILE):
        hit = TagHit("rag", "rag", "required", "required", Quote(text, 0, len(text), "title"))
        old = TagHit("gone_tag", "gone_tag", "mentioned", "unknown", Quote("x"))
        tagging = Tagging(
            *("t1", "mixed", "aigc_pm", 0.25, 5.0),
            years_total=YearsAsked(0.5, None, "required", Quote("half a year")),
            salary=Pay(20000.0, 30000.5, "CNY", "month", 14.0),
            tags=(hit, old),
            title_label="other_pm",
        )
        postings.append(
            replace(
                posting(f"h{number}"),
                title=text,
                text=text,
                places=(text, "上海") if number % 2 else (),
                tagging=tagging,
                posted_at=datetime(2026, 9, 1, 12, 30, 15, 250000, tzinfo=UTC) if number % 3 else None,
            )
        )
    look = listing(day(0), [])
    ids = {one.native_id: "" for one in postings}
    return replace(
        look, ids=ids, postings=tuple(postings), listed=len(ids), kept=len(ids), credit="Jobs by =1+1"
    )


def filled(folder: Path) -> Store:
    recorder = Recorder(folder)
    recorder.record(hostile())
    recorder.record(feed(day(2), {"x": ["a"], "y": ["b", "c"]}), feed(day(9), {"x": ["a"], "y": ["d"]}))
    recorder.record(
        listing(day(9), ["p"], key="other"), listing(day(16), ["q"], state="partial", key="other")
    )
    return recorder.store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = filled(tmp_path)
    yield store
    store.close()


def write(store: Store, folder: Path, format: Format = "both", **options: Any) -> str:
    with store.export(NOW, **options) as export:
        return write_export(export, folder, format, {"--format": format})


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# ------------------------------------------------------------------ what is in them


def test_csv_is_as_its_schema_says_and_parquet_is_the_same(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write(store, folder, texts=True)
    found = read_checked(folder)
    assert list(found) == list(tables())
    for name, rows in found.items():
        assert read_parquet(folder, name) == rows, name
    assert [row["title"] for row in found["postings"]][: len(HOSTILE)] == HOSTILE
    assert [row["text"] for row in found["texts"]][: len(HOSTILE)] == HOSTILE
    assert [row["quote"] for row in found["tags"] if row["tag"] == "rag"][: len(HOSTILE)] == HOSTILE


def test_no_cell_of_a_csv_file_begins_a_formula(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "out", "csv")
    titles = (tmp_path / "out" / "csv" / "postings.csv").read_text(encoding="utf-8")
    for text in HOSTILE[:10]:
        cell = f"'{text}".replace('"', '""')
        assert f",{cell}," in titles or f',"{cell}",' in titles, text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_leading_apostrophe_taken_off_gives_the_text_back(text: str) -> None:
    assert csv_text(text).removeprefix("'") == text
    assert csv_text(csv_text(text)).removeprefix("'").removeprefix("'") == text


def test_what_is_stated_is_told_and_what_is_not_is_missing(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "out", "csv")
    first, *_, last = read_checked(tmp_path / "out")["postings"]
    assert (first["salary_annual_min"], first["salary_annual_max"]) == (280000.0, 420007.0)
    assert (first["years_min"], first["years_max"], first["years_requirement"]) == (0.5, None, "required")
    assert (first["title_label"], first["body_label"], first["taxonomy"]) == ("other_pm", None, "t1")
    assert first["posted_at"] is None and first["places"] == []
    assert last["salary_min"] is None and last["years_min"] is None and last["education"] is None


def test_a_tag_that_the_vocabulary_has_lost_is_named_by_its_id(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "out", "csv")
    named = {row["tag"]: (row["en"], row["era"]) for row in read_checked(tmp_path / "out")["vocabulary"]}
    assert named == {"rag": ("RAG", "genai"), "gone_tag": ("gone_tag", "none")}


def test_an_empty_store_gives_tables_without_rows(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    write(recorder.store, tmp_path / "out")
    found = read_checked(tmp_path / "out")
    assert {name for name, rows in found.items() if rows} == {"vocabulary"}
    for name in found:
        assert pq.read_table(tmp_path / "out" / "parquet" / name).num_rows == len(found[name])
    assert "created" not in package_of(tmp_path / "out")
    recorder.store.close()


# ------------------------------------------------------------------ the package


def test_the_package_says_what_it_is_of(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "out")
    package = package_of(tmp_path / "out")
    assert package["created"] == package["pmtrend"]["as_of"] == "2026-09-23T02:00:00Z"
    assert package["pmtrend"]["taxonomy_sha256"] == TAXONOMY.sha256
    assert package["sources"] == [{"title": "ashby", "credit": "Jobs by =1+1"}, {"title": "feed"}]
    assert "Jobs by =1+1" in package["description"]
    assert "Jobs by =1+1" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert [resource["name"] for resource in package["resources"]] == [
        table.name for table in exported(texts=False)
    ]


def test_parquet_alone_is_a_package_too(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "out", "parquet")
    package = package_of(tmp_path / "out")
    paths = {path for resource in package["resources"] for path in resource["path"]}
    assert paths == {file["path"] for file in package["pmtrend"]["parquet"]}
    assert paths == set(contents(tmp_path / "out")) - {"datapackage.json", "README.md"}
    assert "parquet/postings/week=2026-W37/part-0.parquet" in paths


def test_the_same_store_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(store, tmp_path / name, texts=True)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_both_engines_give_the_same_bytes(store: Store, databases: Databases, tmp_path: Path) -> None:
    with on(databases):
        other = filled(tmp_path)
        assert other.engine.dialect.name == "postgresql"
        write(other, tmp_path / "postgresql", texts=True)
        write(other, tmp_path / "postgresql cut", as_of=day(3), since=day(0).date(), until=day(0).date())
        other.close()
    write(store, tmp_path / "sqlite", texts=True)
    write(store, tmp_path / "sqlite cut", as_of=day(3), since=day(0).date(), until=day(0).date())
    for name in ("", " cut"):
        assert contents(tmp_path / f"postgresql{name}") == contents(tmp_path / f"sqlite{name}")


# ------------------------------------------------------------------ how they are written


def test_pieces_make_the_same_files_as_one_write(tmp_path: Path) -> None:
    numbers = list(range(2 * GROUP_ROWS + 5))
    (table,) = [table for table in tables().values() if table.name == "listings"]
    monday = day(0).date()
    for name, size in (("small", 999), ("large", len(numbers))):
        (tmp_path / name).mkdir()
        for writer in (
            CsvTables(tmp_path / name / "csv", [table]),
            ParquetTables(tmp_path / name / "parquet", [table]),
        ):
            for start in range(0, len(numbers), size):
                some = numbers[start : start + size]
                writer.write(Rows("listings", {"posting": some, "unit": some}, monday))
            writer.close()
    small, large = contents(tmp_path / "small"), contents(tmp_path / "large")
    assert small["csv/listings.csv"] == large["csv/listings.csv"]
    groups = pq.ParquetFile(
        tmp_path / "small" / "parquet" / "listings" / "week=2026-W37" / "part-0.parquet"
    ).metadata
    assert groups.num_rows == len(numbers) and groups.num_row_groups == 2
    for name in ("small", "large"):
        assert [row["unit"] for row in read_parquet(tmp_path / name, "listings")] == numbers


def test_types_are_those_of_the_package(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "out", "parquet")
    for resource in package_of(tmp_path / "out")["resources"]:
        schema = pq.ParquetFile(tmp_path / "out" / resource["path"][0]).schema_arrow
        told = [field["name"] for field in resource["schema"]["fields"] if field["name"] in schema.names]
        assert schema.names == told
        assert len(resource["schema"]["fields"]) - len(told) == any("week=" in p for p in resource["path"])


WITHOUT = """
import sys
sys.modules["pyarrow"] = None
from pathlib import Path
from storage.store import open_store
from reports.errors import ReportError
from reports.export.writing import write_export
from storage.exporting.details import SAID
from datetime import datetime, UTC
store = open_store("sqlite:///" + sys.argv[1])
for format in ("csv", "both"):
    with store.export(datetime(2030, 1, 1, tzinfo=UTC)) as export:
        try:
            write_export(export, Path(sys.argv[2]) / format, format, {})
        except ReportError as error:
            print(error)
"""


def test_without_pyarrow_csv_works_and_parquet_is_one_sentence(store: Store, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT, str(tmp_path / "store.db"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "Parquet needs pyarrow: pip install 'pmtrend[parquet]', or ask for --format csv"
    ]
    assert read_checked(tmp_path / "csv")["postings"] and not (tmp_path / "both").exists()


def test_nothing_is_left_where_writing_fails(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "out", "csv")
    before = contents(tmp_path / "out")
    with pytest.raises(ZeroDivisionError), store.export(NOW) as export:
        write_export(export, tmp_path / "out", "csv", {}, on_postings=lambda count: count // 0)
    with pytest.raises(ReportError, match="no part of an export"):
        (tmp_path / "out" / "mine.ipynb").write_text("work", encoding="utf-8")
        write(store, tmp_path / "out", "csv")
    (tmp_path / "out" / "mine.ipynb").unlink()
    assert contents(tmp_path / "out") == before
    assert not list(tmp_path.glob(".*"))


def test_the_columns_of_the_description_are_those_that_are_read(store: Store) -> None:
    with store.export(NOW, texts=True) as export:
        read = {rows.table: set(rows.columns) for rows in export.rows}
    assert read == {name: {column.name for column in table.columns} for name, table in tables().items()}
    assert json.dumps(sorted(read)) == json.dumps(sorted(tables()))
