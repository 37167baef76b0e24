"""The tables of a report as long CSV files, with a data dictionary.

A nested value becomes `outer_inner` columns. Rows are sorted by the key columns; every file is written even
if it has no rows. Which files there are: csv_tables.py.
"""

import csv
import tomllib
from functools import cache
from importlib.resources import files
from io import StringIO

from reports.document.weekly import WeeklyReport
from reports.rendering.csv_tables import TABLES, CsvTable, Row
from reports.wording.escaping import csv_cell


def csv_files(report: WeeklyReport) -> dict[str, str]:
    """Return the content of every CSV file of `report`, by file name."""
    return {table.name: _csv(table, report) for table in TABLES}


def data_dictionary(report: WeeklyReport) -> str:
    """Return the markdown that describes every file and column."""
    words = dictionary()
    lines = [f"# Data of {report['week']}", "", *words["intro"]["text"].strip().splitlines()]
    for table in TABLES:
        lines += ["", f"## {table.name}", "", words["files"][table.name.removesuffix(".csv")], ""]
        lines += ["| column | meaning |", "|---|---|"]
        lines += [f"| `{column}` | {meaning(column)} |" for column in table.columns()]
    return "\n".join(lines) + "\n"


def meaning(column: str) -> str:
    """Return what a column means. Raises KeyError for one that the dictionary does not describe."""
    columns, outer = dictionary()["columns"], dictionary()["outer"]
    if column in columns:
        return columns[column]
    for name in sorted(outer, key=len, reverse=True):
        inner = column.removeprefix(f"{name}_")
        if inner != column and inner in columns:
            return f"{outer[name]}: {columns[inner]}"
    raise KeyError(column)


def _csv(table: CsvTable, report: WeeklyReport) -> str:
    columns, written = table.columns(), StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([csv_cell(row.get(name)) for name in columns] for row in flat_rows(table, report))
    return written.getvalue()


def flat_rows(table: CsvTable, report: WeeklyReport) -> list[dict[str, object]]:
    """Return the rows of a table by the names of its columns, sorted; a value that is not known may lack."""
    rows = [_flat(row) | {"report_week": report["week"]} for row in table.rows(report)]
    rows.sort(key=lambda row: [_sortable(row.get(name)) for name in table.key])
    return rows


def _flat(row: Row, prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}_")
        elif isinstance(value, list):
            flat[f"{prefix}{name}"] = ";".join(str(item) for item in value if isinstance(item, str))
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _sortable(value: object) -> tuple[bool, float, str]:
    if isinstance(value, int | float):
        return True, value, ""
    return value is not None, 0.0, str(value)


@cache
def dictionary() -> dict[str, dict[str, str]]:
    """Return what is said of the files and columns: the tables of all files in data_dictionary/."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted((files("reports.rendering") / "data_dictionary").iterdir(), key=lambda one: one.name):
        for table, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if twice := found.setdefault(table, {}).keys() & entries:
                raise ValueError(f"{file.name} describes {sorted(twice)} again")
            found[table] |= entries
    return found
