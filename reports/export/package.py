"""datapackage.json and README.md of an export: what is in it, column by column, file by file.

Frictionless Data Package, version 2.0 of the standard (datapackage, dataresource, tableschema, tabledialect).
Its resources are the CSV files; without those, the tables in Parquet. It cannot be both: the tools that
validate a package read neither lists nor partitions in Parquet, and would call a sound one broken. So Parquet
files are listed, with sizes and hashes, beside the resources.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from reports.document.instants import instant
from reports.export.tables import WEEK, Column, Table
from reports.wording.escaping import clean, md
from storage.exporting.reading import Export
from storage.version import __version__

FORMAT: Final = 1
"""Of the tables; grows when one or a column goes away or changes its meaning."""
DESCRIPTOR, README = "datapackage.json", "README.md"
_PROFILE: Final = "https://datapackage.org/profiles/2.0/{}.json"
_WEEK_PATTERN: Final = r"^\d{4}-W\d{2}$"
_DIALECT: Final = {
    "$schema": _PROFILE.format("tabledialect"),
    "header": True,
    "delimiter": ",",
    "lineTerminator": "\r\n",
    "quoteChar": '"',
    "doubleQuote": True,
}
_OWNERS: Final = (
    "Titles and quotes, like the texts they come from, belong to the employers who published the postings; "
    "no licence is granted for them here."
)


def descriptor(
    export: Export, tables: Sequence[Table], folder: Path, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the data package that describes the files of an export in `folder`.

    `arguments` are the options that it was asked for with.
    """
    return {
        "$schema": _PROFILE.format("datapackage"),
        "name": "pmtrend-export",
        "title": "Postings for product managers, what they ask for, and when they were listed",
        "description": "\n\n".join(_about(export)),
        "version": f"{FORMAT}.0.0",
        **({"created": instant(export.as_of)} if export.as_of else {}),
        "keywords": ["job postings", "product manager", "AI", "AIGC", "产品经理"],
        **({"sources": sources} if (sources := _sources(export)) else {}),
        "pmtrend": {
            "format": FORMAT,
            "version": __version__,
            "schema": export.schema,
            "taxonomy": export.taxonomy and export.taxonomy.version,
            "taxonomy_sha256": export.taxonomy and export.taxonomy.sha256,
            "zone": export.zone,
            "as_of": instant(export.as_of),
            "data_cut": instant(export.data_cut),
            "arguments": {option: value for option, value in arguments.items() if value is not None},
            "untagged": export.untagged,
            "tagged_otherwise": export.mixed,
            "parquet": [{"path": path, **_measured(folder / path)} for path in _parquet_files(folder)],
        },
        "resources": [_csv(table, folder) for table in tables]
        if (folder / "csv").is_dir()
        else [_parquet(table, folder) for table in tables],
    }


def to_json(package: Mapping[str, Any]) -> str:
    """Return the package as the text of its file."""
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def files_of(package: Mapping[str, Any]) -> set[str]:
    """Return the files that a package lists: paths relative to its folder."""
    paths = (resource["path"] for resource in package["resources"])
    listed = {path for path in paths if isinstance(path, str)}
    return listed | {file["path"] for file in package["pmtrend"].get("parquet", [])}


def _about(export: Export) -> list[str]:
    credits = sorted({clean(unit.credit) for unit in export.units.values() if unit.credit})
    return [
        "Tables of a pmtrend store. See README.md for what they hold.",
        *map(clean, export.notices),
        _OWNERS,
        *credits,
    ]


def _sources(export: Export) -> list[dict[str, str]]:
    """Each family of boards, or imported source, with what its terms want to be said."""
    credits: dict[str, set[str]] = {}
    for unit in export.units.values():
        credits.setdefault(unit.source, set()).update({unit.credit} - {""})
    return [
        {"title": source} | ({"credit": " ".join(sorted(said))} if said else {})
        for source, said in sorted(credits.items())
    ]


# ------------------------------------------------------------------ resources


def _csv(table: Table, folder: Path) -> dict[str, Any]:
    path = f"csv/{table.name}.csv"
    return {
        "$schema": _PROFILE.format("dataresource"),
        "name": table.name,
        "type": "table",
        "path": path,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_measured(folder / path),
        "dialect": _DIALECT,
        "schema": _schema(table),
    }


def _parquet(table: Table, folder: Path) -> dict[str, Any]:
    return {
        "$schema": _PROFILE.format("dataresource"),
        "name": table.name,
        "path": _parquet_files(folder, table.name),
        "description": table.description,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": _schema(table),
    }


def _parquet_files(folder: Path, table: str = "*") -> list[str]:
    paths = folder.glob(f"parquet/{table}/**/*.parquet")
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def _measured(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "hash": f"sha256:{digest}"}


def _schema(table: Table) -> dict[str, Any]:
    return {
        "$schema": _PROFILE.format("tableschema"),
        "fields": [_field(column) for column in table.all_columns],
        "missingValues": [""],
        **({"primaryKey": list(table.key)} if table.key else {}),
        **({"foreignKeys": keys} if (keys := [_reference(*one) for one in table.references.items()]) else {}),
    }


def _reference(column: str, table: str) -> dict[str, Any]:
    return {"fields": [column], "reference": {"resource": table, "fields": [column]}}


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.values:
        constraints["enum"] = list(column.values)
    if column.name == WEEK:
        constraints["pattern"] = _WEEK_PATTERN
    told = {"name": column.name, "type": column.type, "description": column.description}
    return told | ({"constraints": constraints} if constraints else {})


# ------------------------------------------------------------------ README


def readme(export: Export, tables: Sequence[Table]) -> str:
    """Return the markdown that describes an export to people."""
    lines = [
        "# Export of a pmtrend store",
        "",
        f"{_known(export)} Weeks are ISO weeks in {export.zone}.",
    ]
    for said in _about(export)[1:]:
        lines += ["", md(said)]
    lines += [
        "",
        "Parquet has the column `week` in the names of its folders (`week=2026-W47`), CSV as its first one.",
        "In CSV, instants are UTC, lists are JSON, and what is missing is empty. There, a text that a",
        "spreadsheet would run as a formula, or that begins with an apostrophe, has an apostrophe before it:",
        "take one leading apostrophe off.",
    ]
    return "\n".join(lines + [line for table in tables for line in table_lines(table)]) + "\n"


def table_lines(table: Table) -> list[str]:
    """Return the markdown that describes a table."""
    return [
        *("", f"## {table.name}", "", table.description),
        *("", "| column | type | meaning |", "|---|---|---|"),
        *(f"| `{one.name}` | {one.type} | {_meaning(table, one)} |" for one in table.all_columns),
    ]


def _known(export: Export) -> str:
    return f"As known at {instant(export.as_of)}." if export.as_of else "Nothing was seen yet."


def _meaning(table: Table, column: Column) -> str:
    key = "(key) " if column.name in table.key else ""
    reference = f" → `{table.references[column.name]}`" if column.name in table.references else ""
    values = f"; one of {', '.join(f'`{value}`' for value in column.values)}" if column.values else ""
    return f"{key}{column.description}{values}{reference}"
