"""The tables of a report as pandas frames: those of the CSV files, with types."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from docs_pages import blocks
from report_market import KINDS, report_of_kind

from reports.building.weekly import to_json
from reports.rendering.csv_files import csv_files
from reports.rendering.frames import frames
from reports.wording.escaping import csv_cell


@pytest.mark.parametrize("kind", KINDS)
def test_they_hold_what_the_files_hold(kind: str) -> None:
    report = report_of_kind(kind)
    made, written = frames(report), csv_files(report)
    assert [f"{name}.csv" for name in made] == list(written)
    for name, frame in made.items():
        columns, *rows = csv.reader(StringIO(written[f"{name}.csv"]))
        assert list(frame.columns) == columns
        for known, (_, row) in zip(rows, frame.iterrows(), strict=True):
            for text, value in zip(known, row, strict=True):
                if pd.isna(value):
                    assert text == "", name
                elif isinstance(value, str):
                    assert text == csv_cell(value), name
                else:  # a column of which all values are whole has them as such
                    assert value == {"true": True, "false": False}.get(text) or float(value) == float(text)


def test_columns_have_the_types_of_their_values() -> None:
    made = frames(report_of_kind("regular"))
    skills = made["skills"].dtypes
    assert [str(skills[name]) for name in ("role", "y", "share")] == ["string", "Int64", "Float64"]
    assert str(made["contrast"]["by_definition"].dtype) == "boolean"
    numbers = [frame.select_dtypes("Float64") for frame in made.values()]
    assert any(frame.isna().any(axis=None) for frame in numbers), "nor does what is not known make texts"


def test_the_lines_of_the_documentation_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (lines,) = (block.text for block in blocks("docs/DATA.md") if "rendering.frames" in block.text)
    report = report_of_kind("regular")
    folder = tmp_path / "pmtrend-reports" / "2026-W47"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(to_json(report), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    *before, last = lines.splitlines()
    names: dict[str, Any] = {}
    exec("\n".join(before), names)
    shown = eval(last, names)
    of_aigc = [row for row in report["skills"]["rows"] if row["role"] == "aigc_pm"]
    assert list(shown["n"]) == [row["n"] for row in sorted(of_aigc, key=lambda row: row["tag"])] != []
