"""The tables of an export: their columns, types and keys, as tables.toml says them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

ColumnType = Literal["integer", "number", "string", "boolean", "datetime", "array"]
WEEK = "week"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it means, whether a value may be missing, and the only values there are (if named)."""

    name: str
    type: ColumnType
    description: str
    required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `weekly` is what its partition by week means, "" if it has none; `references` by column."""

    name: str
    description: str
    columns: tuple[Column, ...]
    weekly: str = ""
    key: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The columns with `week` before them where the table has that partition."""
        week = Column(WEEK, "string", f"ISO week, `2026-W47`: {self.weekly}", required=True)
        return (week, *self.columns) if self.weekly else self.columns


@cache
def tables() -> Mapping[str, Table]:
    """Return the tables by name, in the order in which they are described."""
    text = (files("reports.export") / "tables.toml").read_text(encoding="utf-8")
    return {
        name: Table(
            name,
            told["description"],
            tuple(
                Column(column, **{**said, "values": tuple(said.get("values", ()))})
                for column, said in told["columns"].items()
            ),
            told.get("weekly", ""),
            tuple(told.get("key", ())),
            told.get("references", {}),
        )
        for name, told in tomllib.loads(text).items()
    }


def exported(texts: bool) -> list[Table]:
    """Return the tables of an export, with `texts` or without."""
    return [table for table in tables().values() if texts or table.name != "texts"]
