"""Answers of job boards as records: which layout of answers.toml a document has, and what its paths hold."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from scraper.importing.columns import Bad, Record
from scraper.importing.values import Plain, as_text, plain

_DEEPEST = 12
_HOLE = re.compile(r"\{([^{}]+)\}")
_JOINTS = (("+", "·"), (", ", ", "))


@dataclass(frozen=True, slots=True)
class Layout:
    """One table of answers.toml."""

    lists: tuple[str, ...]
    has: tuple[tuple[str, ...], ...]
    site: str
    fields: Mapping[str, tuple[str, ...]]


@cache
def _layouts() -> Mapping[str, Layout]:
    data = tomllib.loads((files(__package__) / "answers.toml").read_text(encoding="utf-8"))
    return {
        name: Layout(
            lists=tuple(table["list"]),
            has=tuple(tuple(paths.split("|")) for paths in table["has"]),
            site=table.get("site", ""),
            fields={field: tuple(paths) for field, paths in table["fields"].items()},
        )
        for name, table in data.items()
    }


def answer_rows(document: Any) -> list[Record | Bad] | None:
    """Return the postings of an answer, or of a list of answers, numbered from 1; None if it is not one."""
    answers = document if isinstance(document, list) else [document]
    found = [rows for answer in answers if (rows := _rows_of(answer)) is not None]
    return _renumbered([row for rows in found for row in rows]) if found else None


def job_posting_rows(document: Any) -> list[Record | Bad]:
    """Return the schema.org JobPosting objects of a JSON-LD document, numbered from 1."""
    layout = _layouts()["job_posting"]
    return _renumbered([_row(layout, item) for item in _typed(document)])


def refusal(document: Any) -> str:
    """Return how an answer without postings says no ("code 37: 您的环境存在异常"), "" if it does not."""
    if not isinstance(document, Mapping):
        return ""
    code = next((document[key] for key in ("code", "status", "statusCode", "flag") if key in document), None)
    said = next((as_text(plain(document[key]), " ") for key in ("message", "msg") if document.get(key)), "")
    if not said or not isinstance(code, int | str) or str(code) in ("0", "1", "200") or len(said) > 200:
        return ""
    return f"code {code}: {' '.join(said.split())}"


def _rows_of(answer: Any) -> list[Record | Bad] | None:
    if not isinstance(answer, Mapping):
        return None
    for layout in _layouts().values():
        for path in layout.lists:
            value = _at(answer, path.split("."))
            items = value if isinstance(value, list) else [value]
            if any(_is_posting(layout, item) for item in items) or (value == [] and len(path.split(".")) > 1):
                return [_row(layout, item) for item in items]
    typed = job_posting_rows(answer) if {"@type", "@graph"} & answer.keys() else []
    return typed or None


def _is_posting(layout: Layout, item: Any) -> bool:
    return isinstance(item, Mapping) and all(
        any(plain(_at(item, path.split("."))) is not None for path in paths) for paths in layout.has
    )


def _row(layout: Layout, item: Any) -> Record | Bad:
    if not isinstance(item, Mapping):
        return Bad(0, "it is not a JSON object")
    fields: dict[str, Plain] = {}
    for field, paths in layout.fields.items():
        for path in paths:
            value = _value(item, path.removesuffix("…"))
            if value is not None:
                fields[field] = value
                if path.endswith("…"):
                    fields["cut"] = True
                break
    if (
        layout.site
        and as_text(fields.get("url")).startswith("/")
        and not as_text(fields["url"]).startswith("//")
    ):
        fields["url"] = layout.site + as_text(fields["url"])
    return Record(0, fields)


def _value(item: Mapping[str, Any], path: str) -> Plain | None:
    if "{" in path:
        values = {hole: as_text(plain(_at(item, hole.split(".")))) for hole in _HOLE.findall(path)}
        return _HOLE.sub(lambda match: values[match[1]], path) if all(values.values()) else None
    for joint, between in _JOINTS:
        if joint in path:
            return _joined(item, path.split(joint), between)
    value = _at(item, path.removesuffix("$").split("."))
    return None if path.endswith("$") and isinstance(value, Mapping) else plain(value)


def _joined(item: Mapping[str, Any], paths: Sequence[str], between: str) -> Plain | None:
    """Join the values of paths that end in one object, for each such object if there are several."""
    parent, names = paths[0].split(".")[:-1], [path.rsplit(".", 1)[-1] for path in paths]
    holders = _at(item, parent) if parent else item
    texts = []
    for holder in holders if isinstance(holders, list) else [holders]:
        if isinstance(holder, Mapping):
            parts = dict.fromkeys(as_text(plain(holder.get(name)), "/") for name in names)
            texts.append(between.join(filter(None, parts)))
    return plain(texts) if isinstance(holders, list) else plain(texts[0] if texts else None)


def _at(value: Any, steps: Sequence[str]) -> Any:
    for at, step in enumerate(steps):
        if isinstance(value, list):
            found = [_at(item, steps[at:]) for item in value]
            return [item for item in found if item is not None] or None
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def _typed(document: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(document, list):
        for item in document:
            yield from _typed(item, depth + 1)
    elif isinstance(document, Mapping):
        kinds = document.get("@type")
        if "JobPosting" in (kinds if isinstance(kinds, list) else [kinds]):
            yield document
        else:
            for child in document.values():
                yield from _typed(child, depth + 1)


def _renumbered(rows: Sequence[Record | Bad]) -> list[Record | Bad]:
    return [
        Record(number, row.fields) if isinstance(row, Record) else Bad(number, row.reason)
        for number, row in enumerate(rows, start=1)
    ]
