"""Which CSV files a report has: where the rows of each are, what identifies them, and its columns.

Columns follow the types of reports.document: a nested value becomes `outer_inner` columns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from reports.document import composition, tables
from reports.document.weekly import WeeklyReport

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """One file: its name, type and key of its rows, where they are, and columns beside those of `shape`."""

    name: str
    shape: type
    key: tuple[str, ...]
    rows: Callable[[WeeklyReport], Iterable[Row]]
    beside: tuple[str, ...] = ()

    def columns(self) -> list[str]:
        """Return the names of the columns: the report's week, the key, then the rest as in the shape."""
        return list(dict.fromkeys(["report_week", *self.key, *self.beside, *columns_of(self.shape)]))


def columns_of(shape: type) -> list[str]:
    """Return the columns that a TypedDict is flattened to (lists of records have files of their own)."""
    return list(_flat_columns(shape, ""))


def _flat_columns(shape: type, prefix: str) -> Iterator[str]:
    for name, hint in get_type_hints(shape).items():
        inner = _without_none(hint)
        if is_typeddict(inner):
            yield from _flat_columns(inner, f"{prefix}{name}_")
        elif get_origin(inner) is not list or get_args(inner) == (str,):
            yield f"{prefix}{name}"


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return hint


def _strips(report: WeeklyReport) -> Iterator[Row]:
    for source in report["run_health"]["sources"]:
        for cell in source["strip"]:
            yield {"source": source["source"], **cell}


def _points(report: WeeklyReport) -> Iterator[Row]:
    for series in report["level_index"]["series"]:
        for point in series["points"]:
            yield {"role": series["role"], "base": series["base"], **point}


def _weekly_shares(report: WeeklyReport) -> Iterator[Row]:
    part = report["skills"]
    for row in part["rows"]:
        for week, share in zip(part["spark_weeks"], row["spark"], strict=True):
            yield {"role": row["role"], "tag": row["tag"], "week": week, "stock_share": share}


def _curves(report: WeeklyReport) -> Iterator[Row]:
    for row in report["experience"]["rows"]:
        for at in row["curve"]:
            yield {"measure": row["measure"], "role": row["role"], **at}


class _Nothing(dict[str, Any]):
    """A shape without columns of its own: all of the file's columns are named in `beside`."""


TABLES: tuple[CsvTable, ...] = (
    CsvTable("run_health.csv", tables.StripCell, ("source", "week"), _strips, ("source",)),
    CsvTable("sources.csv", tables.SourceHealth, ("source",), lambda r: r["run_health"]["sources"]),
    CsvTable("board_problems.csv", tables.BoardProblem, ("board",), lambda r: r["run_health"]["problems"]),
    CsvTable("quarantined.csv", tables.Quarantined, ("board",), lambda r: r["run_health"]["quarantined"]),
    CsvTable(
        "template_drift.csv",
        tables.TemplateDrift,
        ("board", "source_field"),
        lambda r: r["run_health"]["drift"],
    ),
    CsvTable("headline.csv", tables.HeadlineRow, ("role",), lambda r: r["headline"]["rows"]),
    CsvTable("level_index.csv", tables.LevelPoint, ("role", "week"), _points, ("role", "base")),
    CsvTable("movement.csv", tables.MovementRow, ("role", "week"), lambda r: r["movement"]["rows"]),
    CsvTable("class_mix.csv", composition.MixRow, ("role",), lambda r: r["class_mix"]["rows"]),
    CsvTable("skills.csv", composition.SkillRow, ("role", "tag"), lambda r: r["skills"]["rows"]),
    CsvTable(
        "skills_weekly.csv",
        _Nothing,
        ("role", "tag", "week"),
        _weekly_shares,
        ("role", "tag", "week", "stock_share"),
    ),
    CsvTable("contrast.csv", composition.ContrastRow, ("tag",), lambda r: r["contrast"]["rows"]),
    CsvTable(
        "experience.csv", composition.ExperienceRow, ("measure", "role"), lambda r: r["experience"]["rows"]
    ),
    CsvTable(
        "experience_open.csv", composition.OpenAt, ("measure", "role", "years"), _curves, ("measure", "role")
    ),
    CsvTable(
        "experience_contrast.csv",
        composition.ExperienceContrast,
        ("id",),
        lambda r: r["experience"]["contrast"],
    ),
    CsvTable(
        "breaks.csv", tables.BreakRow, ("from", "source", "unit", "reason", "note"), lambda r: r["breaks"]
    ),
    CsvTable(
        "suspect_runs.csv", tables.SuspectRun, ("observed_at", "board"), lambda r: r["quality"]["suspects"]
    ),
    CsvTable(
        "missing_units.csv", tables.MissingUnit, ("source", "unit"), lambda r: r["quality"]["missing_units"]
    ),
    CsvTable("totals.csv", tables.Totals, ("week",), lambda r: r["quality"]["totals"]),
    CsvTable(
        "completeness.csv", tables.Completeness, ("field", "role"), lambda r: r["quality"]["completeness"]
    ),
    CsvTable("mde.csv", tables.MdeRow, ("p",), lambda r: r["quality"]["mde"]),
)
