"""T18: what became of the numbers that earlier reports published, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from reports.document.history import RevisionReason, RevisionRow, Revisions
from reports.document.instants import instant
from reports.document.published import Published, published
from reports.document.tables import LevelIndex
from storage.history import Earlier, Edition, History, Number
from storage.weeks import WEEK, label, parse_label

TOLERANCE = 0.01  # a number is revised if it moved by more than this part of its old value
_EPSILON = 1e-9  # relative: what adding and rounding may leave of an exact 1 %

Key = tuple[str, date, str, str]
Segments = Mapping[tuple[str, date], int]
"""(role, week) -> number of the stretch of weeks whose index has one base."""


def revisions(
    numbers: Iterable[Number], weeks: Iterable[date], segments: Segments, history: History
) -> Revisions:
    """Return T18 of a report with these published numbers; `weeks` are those of which it states series."""
    now = {number.key: number for number in numbers}
    edition, stated = history.edition, {*weeks, *(key[1] for key in now)}
    first = min(
        stated, default=None
    )  # has no week before it in the panel, so of some numbers nothing is known
    rows: list[RevisionRow] = []
    compared: Counter[int] = Counter()
    done: set[Key] = set()
    for i, earlier in enumerate(history.earlier):
        assert edition is not None, "who knows what came before a report knows which one it is"
        before = {n.key: n for n in earlier.numbers if n.metric in published() and n.week in stated}
        scales = _scales(before, now, segments)
        for key, old in before.items():
            if key in done or not _restates(key, now, edition) or (key not in now and key[1] == first):
                continue
            done.add(key)
            compared[i] += 1
            entry, new = published()[key[0]], now.get(key)
            value = old.value * scales.get((key[0], key[2], segments.get((key[2], key[1]), 0)), 1.0)
            if new is None or moved(value, new.value):
                rows.append(_row(old, value, new, earlier, _reasons(entry, key[1], earlier, edition)))
    return {
        "id": "T18",
        "earlier": [
            {
                "week": label(earlier.edition.week),
                "as_of": instant(earlier.edition.as_of) or "",
                "compared": compared[i],
            }
            for i, earlier in enumerate(history.earlier)
            if compared[i]
        ],
        "compared": compared.total(),
        "revised": len(rows),
        "unexplained": sum(row["reasons"] == ["unexplained"] for row in rows),
        "rows": sorted(rows, key=lambda row: (row["metric"], row["week"], row["role"], row["dimension"])),
    }


def moved(old: float, new: float) -> bool:
    """Tell whether a number moved by more than 1 % of its old value (from 0: at all)."""
    return abs(new - old) > TOLERANCE * abs(old) * (1 + _EPSILON)


def level_segments(level: LevelIndex) -> Segments:
    """Return the segments of S1; weeks without an index have none."""
    return {
        (series["role"], parse_label(point["week"])): point["segment"]
        for series in level["series"]
        for point in series["points"]
        if point["segment"]
    }


def _restates(key: Key, now: Mapping[Key, Number], edition: Edition) -> bool:
    """Does the report state this number again, or would it, if it were still known?"""
    entry = published()[key[0]]
    return key in now or (not entry.on_request and (entry.series or key[1] == edition.week))


def _scales(
    before: Mapping[Key, Number], now: Mapping[Key, Number], segments: Segments
) -> dict[tuple[str, str, int], float]:
    """(metric, role, segment) -> factor that brings the old index to the new base: 100 in the same week."""
    found: dict[tuple[str, str, int], float] = {}
    for key in sorted(before.keys() & now.keys(), key=lambda key: (key[0], key[2], key[1])):
        old, new = before[key].value, now[key].value
        if published()[key[0]].based and old > 0 and new > 0:
            found.setdefault((key[0], key[2], segments.get((key[2], key[1]), 0)), new / old)
    return found


def _row(
    old: Number, value: float, new: Number | None, earlier: Earlier, reasons: list[RevisionReason]
) -> RevisionRow:
    return {
        "metric": old.metric,
        "week": label(old.week),
        "role": old.role,
        "dimension": old.dimension,
        "old": value,
        "new": None if new is None else new.value,
        "change": new.value / value - 1 if new is not None and value else None,
        "published": instant(earlier.edition.as_of) or "",
        "published_week": label(earlier.edition.week),
        "reasons": reasons,
    }


def _reasons(entry: Published, week: date, earlier: Earlier, edition: Edition) -> list[RevisionReason]:
    """What was learned since that can move the number, or what else differs between the two reports."""
    first = week - WEEK * (entry.weeks - 1)
    learned = {
        one.kind for one in earlier.learned if entry.fitted or (one.first <= week and one.last >= first)
    }
    found: list[RevisionReason] = []
    if earlier.edition.taxonomy != edition.taxonomy:
        found.append("taxonomy")
    found += [
        kind for kind in entry.moved_by if kind in learned and not (entry.fitted and kind == "later_look")
    ]
    if earlier.edition.code_version != edition.code_version:
        found.append("program")
    if entry.fitted and "later_look" in learned:
        found.append("refit")
    return found or ["unexplained"]
