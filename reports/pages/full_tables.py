"""Whole tables for the page, where the markdown shows their first rows and names the file with the rest.

The tables that a section writes are written by it here too, in the same columns, with all their rows. Any
other file is shown as it is: its columns by the names that `data/README.md` explains, a share, a difference
or a window as everywhere in the report.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, get_type_hints, is_typeddict

from reports.document.terms import ROLES, Change, Share, Window
from reports.document.weekly import WeeklyReport
from reports.rendering.csv_tables import TABLES, CsvTable, Row
from reports.sections import movers, quality, requirements
from reports.wording.escaping import Markdown, md
from reports.wording.tables import Column, table
from reports.wording.words import NOTHING, Words

MOST_ROWS = 1000
"""A file of more rows is no table that anybody reads; it stays a file."""

_Maker = Callable[[WeeklyReport, Words], Markdown]


def full_table(file: str, report: WeeklyReport, words: Words) -> tuple[Markdown, int] | None:
    """Return all rows of a data file (`data/skills.csv`) as markdown, and how many the file has.

    None if the report has no such file, or it is too long or empty.
    """
    source = _SOURCES.get(file)
    rows = list(source.rows(report)) if source else []
    if source is None or not 0 < len(rows) <= MOST_ROWS:
        return None
    told = _SECTIONS[file](report, words) if file in _SECTIONS else _data_table(source, rows, words)
    return (told, len(rows)) if told else None


# ------------------------------------------------------------------ as the sections write them


def _skills(report: WeeklyReport, words: Words) -> Markdown:
    told = [(role, requirements.skills(report, words, role, complete=True)) for role in ROLES]
    return Markdown("\n\n".join(f"**{words(f'role.{role}')}**\n\n{rows}" for role, rows in told if rows))


_SECTIONS: Mapping[str, _Maker] = {
    "data/contrast.csv": lambda report, words: requirements.contrast(report, words, complete=True),
    "data/skills.csv": _skills,
    "data/movers.csv": lambda report, words: movers.movers(report, words, complete=True),
    "data/board_problems.csv": lambda report, words: quality.problems(report, words, complete=True),
}
_SOURCES: Mapping[str, CsvTable] = {f"data/{one.name}": one for one in TABLES}


# ------------------------------------------------------------------ as the files have them

_HEADS = {
    "role": "column.role",
    "tag": "column.requirement",
    "week": "column.week",
    "board": "column.board",
    "state": "column.state",
    "verdict": "column.verdict",
}
_SAID_BY_TAG = frozenset({"en", "zh"})


def _data_table(source: CsvTable, rows: list[Row], words: Words) -> Markdown:
    hints = {name: type(None) for name in (*source.key, *source.beside)} | get_type_hints(source.shape)
    lines = [dict(_cells(row, hints, words)) for row in rows]
    columns = dict.fromkeys(name for line in lines for name in line)
    heads: list[Column] = [
        (_head(name, words), "left" if _is_text(name, rows) else "right") for name in columns
    ]
    return table(heads, [[line.get(name, NOTHING) for name in columns] for line in lines])


def _cells(row: Row, hints: Mapping[str, Any], words: Words, outer: str = "") -> Iterator[tuple[str, str]]:
    """Yield (column, text) for a row in the order of `hints`; nested values are flattened."""
    whole = _whole(row, words)
    parts = _parts_of(Share) if whole is not None else frozenset()
    if whole is not None:
        yield f"{outer}share", whole
    for name in hints:
        value = row.get(name)
        if name in parts or (name in _SAID_BY_TAG and "tag" in row):
            continue
        if isinstance(value, Mapping):
            told = _whole(value, words)
            inner = {key: type(None) for key in value}
            yield from [(f"{outer}{name}", told)] if told else _cells(value, inner, words, f"{outer}{name}_")
        elif not isinstance(value, list) or all(isinstance(one, str) for one in value):
            yield f"{outer}{name}", _told(name, value, row, words)


def _whole(value: Mapping[str, Any], words: Words) -> Markdown | None:
    """A value that the report writes as one: a share, a difference, a window."""
    if _parts_of(Share) <= value.keys():
        return words.share(value)  # type: ignore[arg-type]
    if _parts_of(Change) <= value.keys():
        return words.difference(value)  # type: ignore[arg-type]
    return words.window(value) if _parts_of(Window) == value.keys() else None  # type: ignore[arg-type]


@cache
def _parts_of(shape: type) -> frozenset[str]:
    assert is_typeddict(shape)
    return frozenset(get_type_hints(shape))


def _told(name: str, value: object, row: Row, words: Words) -> Markdown:
    if value is None or value == "":
        return NOTHING
    if name == "tag" and row.keys() >= _SAID_BY_TAG:
        return md(words.tag(row))
    if isinstance(value, list):
        return words.joined([_told(name, one, row, words) for one in value])
    if isinstance(value, bool):
        return Markdown("true" if value else "false")
    if isinstance(value, int):
        return words.count(value)
    if isinstance(value, float):
        return words.number(value, decimals=4)
    return words(f"{name}.{value}") if words.is_name(f"{name}.{value}") else words.reason(str(value))


def _head(name: str, words: Words) -> Markdown:
    return words(_HEADS[name]) if name in _HEADS else Markdown(f"`{name}`")


def _is_text(name: str, rows: list[Row]) -> bool:
    return any(isinstance(row.get(name), str | list) for row in rows)
