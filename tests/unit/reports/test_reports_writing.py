"""Reports on disk: data files that are described, stable bytes, whole files, nothing stale."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import threading
from copy import deepcopy
from pathlib import Path

import pytest
from report_market import report_of_kind

from reports.document.weekly import WeeklyReport
from reports.errors import ReportError
from reports.output import writing
from reports.output.writing import report_files, write_report
from reports.rendering import csv_files
from reports.wording.words import LANGS


@pytest.fixture(scope="module")
def regular() -> WeeklyReport:
    return report_of_kind("regular")


# ------------------------------------------------------------------ data files


def test_every_file_and_column_is_described(regular: WeeklyReport) -> None:
    dictionary = csv_files.data_dictionary(regular)
    files = csv_files.csv_files(regular)
    assert re.findall(r"^## (\S+)$", dictionary, re.M) == list(files)
    for content in files.values():
        for column in content.splitlines()[0].split(","):
            assert csv_files.meaning(column)
            assert f"| `{column}` |" in dictionary


def test_the_dictionary_describes_nothing_that_is_not_there() -> None:
    described = csv_files.dictionary()
    assert set(described["files"]) == {t.name.removesuffix(".csv") for t in csv_files.TABLES}
    leaves = {c for t in csv_files.TABLES for c in t.columns()}
    unused = {
        name for name in described["columns"] if not any(c == name or c.endswith(f"_{name}") for c in leaves)
    }
    assert unused == set()
    assert all(any(c.startswith(f"{name}_") for c in leaves) for name in described["outer"])


def test_csv_files_are_sorted_unix_text_with_the_numbers_of_the_report(regular: WeeklyReport) -> None:
    files = csv_files.csv_files(regular)
    for table_ in csv_files.TABLES:
        content = files[table_.name]
        assert "\r" not in content
        rows = list(csv.DictReader(io.StringIO(content)))
        keys = [tuple(row[name] for name in table_.key) for row in rows]
        assert len(set(keys)) == len(keys) or table_.name == "breaks.csv"
        assert all(row["report_week"] == regular["week"] for row in rows)
    skills = {(r["role"], r["tag"]): r for r in csv.DictReader(io.StringIO(files["skills.csv"]))}
    assert len(skills) == len(regular["skills"]["rows"]) > 0
    for row in regular["skills"]["rows"]:
        assert skills[row["role"], row["tag"]]["share"] == repr(row["share"])
        assert skills[row["role"], row["tag"]]["y"] == str(row["y"])


# ------------------------------------------------------------------ on disk


def test_writing_twice_gives_the_same_bytes(regular: WeeklyReport, tmp_path: Path) -> None:
    first = write_report(regular, tmp_path / "a", LANGS)
    reread: WeeklyReport = json.loads((tmp_path / "a" / regular["week"] / "report.json").read_text("utf-8"))
    second = write_report(reread, tmp_path / "b", LANGS)
    assert [p.relative_to(tmp_path / "a") for p in first] == [p.relative_to(tmp_path / "b") for p in second]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert {p.name for p in first} >= {
        "report.en.md",
        "report.zh.md",
        "report.json",
        "README.md",
        "skills.csv",
    }
    on_disk = {p for p in (tmp_path / "a").rglob("*") if p.is_file()}
    assert on_disk == set(first)


@pytest.mark.usefixtures("blank_charts")
def test_what_an_earlier_rendering_left_is_removed_and_nothing_else(
    regular: WeeklyReport, tmp_path: Path
) -> None:
    write_report(regular, tmp_path, LANGS)
    folder = tmp_path / regular["week"]
    (folder / "notes.txt").write_text("mine")
    (folder / "charts" / "old.en.svg").write_text("old")
    (folder / "data" / "old.csv").write_text("old")
    (folder / "views").mkdir()
    (folder / "views" / "report.en.md").write_text("a view")
    assert "report.zh.md" in {p.name for p in folder.iterdir()}
    write_report(regular, tmp_path, ["en"])
    assert (folder / "report.zh.md").exists(), "the same state in another language stays"
    changed = {**regular, "notices": ["another state of that week"]}
    write_report(changed, tmp_path, ["en"])  # type: ignore[arg-type]
    left = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert {"notes.txt", "views/report.en.md", "report.en.md"} <= left
    assert not left & {"charts/old.en.svg", "data/old.csv", "report.zh.md", "charts/level.zh.svg"}


@pytest.mark.usefixtures("blank_charts")
def test_where_no_thread_can_be_started_all_is_written(
    regular: WeeklyReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    files = report_files(regular, ["en"])
    monkeypatch.setattr(writing, "report_files", lambda *_, **__: files)
    monkeypatch.setattr(threading.Thread, "start", refused)
    written = write_report(regular, tmp_path, ["en"])
    folder = tmp_path / regular["week"]
    assert {str(path.relative_to(folder)): path.read_bytes() for path in written} == files


@pytest.mark.usefixtures("blank_charts")
def test_a_file_where_the_folder_should_be_is_one_sentence(regular: WeeklyReport, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ReportError, match="cannot be written to") as caught:
        write_report(regular, tmp_path / "out", LANGS)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.usefixtures("blank_charts")
def test_a_folder_where_a_file_should_be_is_one_sentence(regular: WeeklyReport, tmp_path: Path) -> None:
    (tmp_path / regular["week"] / "report.json").mkdir(parents=True)
    with pytest.raises(ReportError, match="cannot be written to"):
        write_report(regular, tmp_path, LANGS)


@pytest.mark.usefixtures("blank_charts")
def test_a_full_disk_leaves_the_old_file_and_no_litter(
    regular: WeeklyReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(regular, tmp_path, ["en"])
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    changed = deepcopy(regular)
    changed["notices"] = ["changed"]
    with pytest.raises(ReportError, match="No space left on device"):
        write_report(changed, tmp_path, ["en"])
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.usefixtures("blank_charts")
def test_what_a_killed_process_had_begun_to_write_is_taken_away_when_it_is_old(
    regular: WeeklyReport, tmp_path: Path
) -> None:
    write_report(regular, tmp_path, ["en"])
    folder = tmp_path / regular["week"]
    old = [place / ".pmtrend-old" for place in (tmp_path, folder, folder / "charts", folder / "data")]
    young = folder / "charts" / ".pmtrend-young"
    for path in (*old, young):
        path.write_text("half a fi")
    for path in old:
        os.utime(path, (0, 0))
    write_report(regular, tmp_path, ["en"])
    assert [path for path in tmp_path.rglob(".pmtrend-*")] == [young]


def test_what_draws_is_loaded_by_what_prints_and_what_notebooks_need_by_nothing() -> None:
    costly = ("matplotlib", "pandas", "urllib.request")
    loads = f"import sys, reports.output.{{}}; print(*[m for m in {costly} if m in sys.modules])"
    for module, heavy in (("writing", []), ("overview", []), ("printing", ["matplotlib"])):
        shown = subprocess.run(
            [sys.executable, "-c", loads.format(module)], check=True, capture_output=True, text=True
        )
        assert shown.stdout.split() == heavy, module
