"""T1: the week in one row per class."""

import numpy as np

from reports.document.tables import DaysOpen, Headline, HeadlineRow, IndexChange
from reports.document.terms import Reason, RoleId, Share, Status
from reports.measures.experience import stated_floors
from reports.measures.level import CHANGE_WEEKS, ClassLevel, Flows
from reports.measures.panel import KINDS, NOT_PM, Panel, columns_of
from reports.measures.population import WINDOW_WEEKS, Population
from reports.measures.statements import share_of
from reports.statistics.arrays import Bools, Ints, count_distinct, quantile

AI_TYPE = (0, 1, 2)  # role codes of ai_pm, aigc_pm, both


def headline(
    panel: Panel,
    levels: list[ClassLevel],
    changes: list[IndexChange],
    found: Flows,
    listed_in_window: Population,
    lifetimes: dict[RoleId, DaysOpen],
    status: Status,
    reason: Reason,
) -> Headline:
    """Return T1 of the report week."""
    recent = panel.usable[:, -CHANGE_WEEKS:]
    usable = panel.usable[:, panel.last]
    listed = np.flatnonzero(panel.listed(panel.last))
    rows = [
        _row(panel, level, change, found, listed, listed_in_window, lifetimes[level.role])
        for level, change in zip(levels, changes, strict=True)
    ]
    return {
        "id": "T1",
        "population": "stock",
        "status": status,
        "reason": reason,
        "rows": rows,
        "units": int(usable.sum()),
        "units_followed": int(recent.any(axis=1).sum()),
        "not_pm": int((panel.spell_role[listed] == NOT_PM).sum()) if usable.any() else None,
    }


def _row(
    panel: Panel,
    level: ClassLevel,
    change: IndexChange,
    found: Flows,
    listed: Ints,
    window: Population,
    lifetime: DaysOpen,
) -> HeadlineRow:
    codes, week = columns_of(level.role), panel.last
    usable = bool(panel.usable[:, week].any())
    mine = listed[np.isin(panel.spell_role[listed], codes)]
    postings = panel.posting[mine]
    floors = stated_floors(panel, postings, "total")

    def weekly(counts: Ints) -> int | None:
        return int(counts[:, week, codes].sum()) if panel.paired[:, week].any() else None

    births, reposts, closures = _four_weeks(panel, codes)
    lo, hi = level.interval(week)
    return {
        "role": level.role,
        "stock": len(mine) if usable else None,
        "vacancies": count_distinct(panel.vacancy[postings]) if usable else None,
        "employers": count_distinct(panel.company[postings]) if usable else None,
        "births": weekly(found.births),
        "births_4w": births,
        "reposts": weekly(found.reposts),
        "reposts_4w": reposts,
        "repost_rate_4w": (reposts or 0) / ((births or 0) + (reposts or 0)) if births or reposts else None,
        "closures": weekly(found.closures),
        "closures_4w": closures,
        "pending": weekly(found.pending),
        "window": int(np.isin(panel.role[window.adverts], codes).sum()),
        "index": level.index(week),
        "index_lo": lo,
        "index_hi": hi,
        "chain": level.chained(week),
        "change_13w": change,
        "share_of_all": _share(panel, listed, level.role, tuple(columns_of("all"))),
        "share_of_ai_type": _share(panel, listed, level.role, AI_TYPE)
        if level.role in ("ai_pm", "aigc_pm", "both")
        else None,
        "median_floor": quantile(floors, 0.5),
        "floor_n": len(floors),
        "days_open": lifetime,
        "spark": [level.index(w) for w in range(week - CHANGE_WEEKS + 1, week + 1)],
    }


def _share(panel: Panel, listed: Ints, role: RoleId, among: tuple[int, ...]) -> Share:
    """The class's share of the vacancies listed in the week that belong to `among` (role codes)."""
    base = listed[np.isin(panel.spell_role[listed], among)]
    first = np.unique(panel.vacancy[panel.posting[base]], return_index=True)[1]
    base = base[first]
    return share_of(np.isin(panel.spell_role[base], columns_of(role)), panel.company[panel.posting[base]])


def _four_weeks(panel: Panel, codes: list[int]) -> tuple[int | None, int | None, int | None]:
    """Births, reposts and closures in 4 weeks, those across a missing week inside them included."""
    first, last = panel.last - WINDOW_WEEKS + 1, panel.last
    if not _twice_observed(panel, first - 1):
        return None, None, None
    mine = np.isin(panel.spell_role, codes)

    def count(chosen: Bools) -> int:
        return int((mine & chosen).sum())

    born, gone = panel.births.inside(first, last), panel.exits.inside(first, last)
    return (
        count(born & (panel.kind == KINDS["new"])),
        count(born & (panel.kind == KINDS["repost"])),
        count(gone & panel.closed & ~panel.censored),
    )


def _twice_observed(panel: Panel, first: int) -> bool:
    """Is there a series with two usable observations from the column `first` on?"""
    epoch = panel.epoch[:, first:]
    return any(len(e) > len(set(e)) for e in (row[row >= 0].tolist() for row in epoch))
