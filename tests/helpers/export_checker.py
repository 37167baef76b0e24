"""Reading an export as its data package says it is, by a reader of our own; else an AssertionError.

That the package itself follows the standard was checked with the reference implementation, which is no
dependency of ours: `pip install frictionless` (5.21), `frictionless validate DIR/datapackage.json`.
"""

import csv
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Table = list[dict[str, Any]]
_BOOLEANS = {"true": True, "false": False}
_PARSE: Mapping[str, Callable[[str], Any]] = {
    "integer": int,
    "number": float,
    "string": lambda text: text.removeprefix("'"),
    "boolean": _BOOLEANS.__getitem__,
    "datetime": datetime.fromisoformat,
    "array": json.loads,
}


def package_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return found


def read_checked(folder: Path) -> dict[str, Table]:
    """The tables of the CSV files by name, each checked against its schema."""
    package = package_of(folder)
    resources = {resource["name"]: resource for resource in package["resources"]}
    tables = {name: _read(folder, resource) for name, resource in resources.items()}
    for name, resource in resources.items():
        schema = resource["schema"]
        if key := schema.get("primaryKey"):
            keys = [tuple(row[column] for column in key) for row in tables[name]]
            assert len(set(keys)) == len(keys), f"{name}: {key} is no key"
            assert not any(None in one for one in keys), name
        for reference in schema.get("foreignKeys", ()):
            (column,), (other,) = reference["fields"], reference["reference"]["fields"]
            there = {row[other] for row in tables[reference["reference"]["resource"]]} | {None}
            missing = {row[column] for row in tables[name]} - there
            assert not missing, f"{name}.{column}: {missing}"
    for file in package["pmtrend"]["parquet"]:
        _check_size(folder / file["path"], file)
    return tables


def _read(folder: Path, resource: Mapping[str, Any]) -> Table:
    path = folder / resource["path"]
    _check_size(path, resource)
    dialect, fields = resource["dialect"], resource["schema"]["fields"]
    assert resource["schema"]["missingValues"] == [""] and resource["encoding"] == "utf-8"
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(
            file,
            delimiter=dialect["delimiter"],
            quotechar=dialect["quoteChar"],
            doublequote=dialect["doubleQuote"],
            strict=True,
        )
        assert next(rows) == [field["name"] for field in fields], path
        return [
            {field["name"]: _value(field, cell) for field, cell in zip(fields, row, strict=True)}
            for row in rows
        ]


def _value(field: Mapping[str, Any], cell: str) -> Any:
    constraints = field.get("constraints", {})
    assert field["description"]
    if cell == "":
        assert not constraints.get("required"), field
        return None
    value = _PARSE[field["type"]](cell)
    assert value in constraints.get("enum", [value]), field
    assert re.search(constraints.get("pattern", ""), cell), field
    return value


def _check_size(path: Path, told: Mapping[str, Any]) -> None:
    content = path.read_bytes()
    assert told["bytes"] == len(content)
    assert told["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def read_parquet(folder: Path, table: str) -> Table:
    """The rows of a table in Parquet, those of a week after those of the week before."""
    found: Table = []
    for path in sorted((folder / "parquet" / table).rglob("*.parquet")):
        week = path.parent.name.partition("week=")[2]
        rows = pq.ParquetFile(path).read().to_pylist()
        found += [({"week": week} | row) if week else row for row in rows]
    return found
