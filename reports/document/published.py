"""The numbers of a report that are kept as vintages: published.toml says where each is in report.json."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from importlib.resources import files
from typing import Any, Literal, cast

from reports.document.weekly import WeeklyReport
from storage.history import LearnedKind, Number
from storage.weeks import parse_label

Unit = Literal["count", "index", "share", "points", "percent", "number", "door"]


@dataclass(frozen=True, slots=True)
class Published:
    """One entry of published.toml, where the fields are explained; paths are tuples of keys."""

    metric: str
    rows: tuple[str, ...]
    dimension: tuple[str, ...]
    value: tuple[str, ...]
    lo: tuple[str, ...]
    hi: tuple[str, ...]
    n: tuple[str, ...]
    unit: Unit
    weeks: int
    moved_by: tuple[LearnedKind, ...]
    series: bool
    based: bool
    fitted: bool
    codes: Mapping[str, float]
    on_request: bool


@cache
def published() -> Mapping[str, Published]:
    """Return the entries of published.toml by metric, in its order."""
    told = tomllib.loads((files("reports.document") / "published.toml").read_text(encoding="utf-8"))

    def path(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
        return tuple(entry[name].split(".")) if name in entry else ()

    return {
        entry["metric"]: Published(
            metric=entry["metric"],
            rows=path(entry, "rows"),
            dimension=tuple(entry.get("dimension", ())),
            value=path(entry, "value"),
            lo=path(entry, "lo"),
            hi=path(entry, "hi"),
            n=path(entry, "n"),
            unit=entry["unit"],
            weeks=entry.get("weeks", 1),
            moved_by=tuple(told["moves"][entry["moved_by"]]),
            series=entry.get("series", False),
            based=entry.get("based", False),
            fitted=entry.get("fitted", False),
            codes=entry.get("codes", {}),
            on_request=entry.get("on_request", False),
        )
        for entry in told["number"]
    }


def published_numbers(report: WeeklyReport) -> tuple[Number, ...]:
    """Return the published numbers of a report (as it is written: rounded); what is not known has none."""
    found = (number for entry in published().values() for number in _numbers(report, entry))
    return tuple({number.key: number for number in found}.values())  # equal profiles have equal numbers


def stated_weeks(report: WeeklyReport) -> set[date]:
    """Return the weeks (Mondays) of which the report states series."""
    return {parse_label(row["week"]) for row in report["movement"]["rows"]}


def _numbers(report: WeeklyReport, entry: Published) -> Iterator[Number]:
    for row in _rows(cast(Mapping[str, Any], report), entry.rows, {}):
        value = _at(row, entry.value)
        if value is None:
            continue
        n = _at(row, entry.n)
        yield Number(
            metric=entry.metric,
            week=parse_label(row.get("week", report["week"])),
            role=row.get("role", ""),
            dimension=" ".join(_named(row[name]) for name in entry.dimension if row[name] is not None),
            value=float(entry.codes[value] if entry.codes else value),
            lo=_at(row, entry.lo),
            hi=_at(row, entry.hi),
            n=None if n is None else int(n),
        )


def _named(value: object) -> str:
    """What stands for a value in a dimension: of a profile its name, and a digest of what it says, so that
    one that was changed begins a series of its own."""
    if not isinstance(value, Mapping):
        return str(value)
    said = {**value, "skills": [tag["id"] for tag in value["skills"]]}  # their names are the vocabulary's
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return f"{value['name']} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _rows(
    node: Mapping[str, Any], steps: Sequence[str], outer: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    if not steps:
        yield outer
        return
    found = node[steps[0]]
    for item in found if isinstance(found, list) else [found]:
        yield from _rows(item, steps[1:], {**outer, **item})


def _at(row: Mapping[str, Any], path: Sequence[str]) -> Any:
    """What stands at the path in a row; None where there is no path, or something on it is not known."""
    if not path:
        return None
    return reduce(lambda value, name: None if value is None else value[name], path, cast(Any, row))
