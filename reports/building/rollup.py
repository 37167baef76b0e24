"""The weekly counts of a store: made of all its rows, kept in it, and held against them again.

They are what a report would count, year by year, with all that is known. No report reads them: what was known
at another instant is not in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from reports.building.reading import HISTORY
from reports.measures.panel import PANEL_WEEKS, build_panel
from reports.measures.weekly_counts import weekly_counts
from reports.statistics.arrays import Ints
from storage.reading.posting_columns import ROLE_CLASSES
from storage.reading.weekly_counts import COLUMNS, UNKNOWN, Basis, WeeklyCounts, in_order
from storage.store import Store
from storage.weeks import WEEK, label, week_end, week_of

_NAMED = 3
"""Differing rows that are named."""
_NOTHING = [0] * len(COLUMNS[3:])
"""The counts of a row that there is not."""


def count_weeks(store: Store) -> WeeklyCounts:
    """Return the counts of all weeks of the store, made of its rows."""
    basis = store.counts_basis()
    rows = [np.zeros((0, len(COLUMNS)), dtype=np.int64), *_years(store)]
    return WeeklyCounts(basis, in_order(np.concatenate(rows)))


def _years(store: Store) -> Iterator[Ints]:
    """Yield the counts of 52 weeks after 52 weeks; the panel of each begins with the last of those before."""
    begun = store.history_from()
    if begun is None:
        return
    first, last = (week_of(at, store.zone) for at in (begun, max(store.newest_looks().values())))
    for past in range(0, (last - first).days // 7 + 1, PANEL_WEEKS - 1):
        week = first + (past + PANEL_WEEKS - 2) * WEEK
        facts = store.facts(
            first_week=week - HISTORY,
            until=week_end(week, store.zone),
            details_from=last + WEEK,  # nothing was listed so late: no details are read
            looks=False,
        )
        yield weekly_counts(build_panel(facts, week), first=1)


def refresh(store: Store) -> int:
    """Bring the stored counts up to date; return how many rows changed. Raises StorageError."""
    return store.write_weekly_counts(count_weeks(store))


def catch_up(store: Store) -> None:
    """The same, if anything was stored since they were made."""
    if store.stored_counts_basis() != store.counts_basis():
        refresh(store)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many counts are stored, what they do not know yet, and what differs."""

    rows: int
    lacking: Basis
    wrong: tuple[str, ...]


def verify(store: Store) -> Comparison | None:
    """Make the counts again and compare; None if there are none yet of what is on file.

    What they do not know yet may be in any row, so then nothing is called wrong.
    """
    stored = store.weekly_counts()
    if stored is None:
        return None if store.history_from() else Comparison(0, Basis(0, 0), ())
    counted = count_weeks(store)
    lacking = Basis(*(now - then for now, then in zip(counted.basis, stored.basis, strict=True)))
    return Comparison(len(stored.rows), lacking, () if any(lacking) else tuple(_wrong(stored, counted)))


def _wrong(stored: WeeklyCounts, counted: WeeklyCounts) -> Iterator[str]:
    kept, right = (_by_key(one.without(other)) for one, other in ((stored, counted), (counted, stored)))
    keys = sorted(kept | right)
    for key in keys[:_NAMED]:
        week, unit, role = key
        counts = zip(COLUMNS[len(key) :], kept.get(key, _NOTHING), right.get(key, _NOTHING), strict=True)
        told = [
            f"{name} {_told(there)}, by the rows {_told(is_)}" for name, there, is_ in counts if there != is_
        ]
        yield f"{label(date.fromordinal(week))}, unit {unit}, {ROLE_CLASSES[role]}: {', '.join(told)}"
    if keys[_NAMED:]:
        yield f"and {len(keys) - _NAMED:,} more"


def _by_key(rows: Ints) -> dict[tuple[int, int, int], list[int]]:
    return {(week, unit, role): counts for week, unit, role, *counts in rows.tolist()}


def _told(count: int) -> str:
    return "unknown" if count == UNKNOWN else str(count)
