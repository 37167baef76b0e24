"""T1: the week in one row per class."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from reports.document.tables import DaysOpen, Headline, HeadlineRow, IndexChange
from reports.document.terms import Reason, RoleId, Share, Status
from reports.measures.level import CHANGE_WEEKS, ClassLevel, Flows
from reports.measures.panel import KINDS, NOT_PM, ROLE_CODES, Panel, belongs, columns_of
from reports.measures.population import WINDOW_WEEKS, Population
from reports.measures.statements import share_of
from reports.measures.years import floors_of
from reports.statistics.arrays import Floats, Ints, count_distinct, first_places, quantile

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
    listed = _Listed.of(panel)
    flow = _four_weeks(panel)
    rows = [
        _row(panel, level, change, found, flow, listed, listed_in_window, lifetimes[level.role])
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
        "not_pm": int(np.count_nonzero(listed.role == NOT_PM)) if usable.any() else None,
    }


@dataclass(frozen=True, slots=True)
class _Listed:
    """The spells listed in the week, as parallel arrays; `floor`: years required, nan where none are."""

    role: Ints
    vacancy: Ints
    employer: Ints
    floor: Floats

    @classmethod
    def of(cls, panel: Panel) -> Self:
        lately = panel.lately
        postings = lately.posting[np.flatnonzero(lately.listed(panel.last))]
        floors = floors_of(panel, postings, "total")
        return cls(panel.role[postings], panel.vacancy[postings], panel.company[postings], floors)


def _row(
    panel: Panel,
    level: ClassLevel,
    change: IndexChange,
    found: Flows,
    flow: Ints | None,
    listed: _Listed,
    window: Population,
    lifetime: DaysOpen,
) -> HeadlineRow:
    codes, week = columns_of(level.role), panel.last
    usable = bool(panel.usable[:, week].any())
    mine = np.flatnonzero(belongs(listed.role, level.role))
    floors = listed.floor[mine]
    floors = floors[~np.isnan(floors)]

    def weekly(counts: Ints) -> int | None:
        return int(counts[:, week, codes].sum()) if panel.paired[:, week].any() else None

    births, reposts, closures = (None,) * 3 if flow is None else flow[:, codes].sum(axis=1).tolist()
    lo, hi = level.interval(week)
    return {
        "role": level.role,
        "stock": len(mine) if usable else None,
        "vacancies": count_distinct(listed.vacancy[mine]) if usable else None,
        "employers": count_distinct(listed.employer[mine]) if usable else None,
        "births": weekly(found.births),
        "births_4w": births,
        "reposts": weekly(found.reposts),
        "reposts_4w": reposts,
        "repost_rate_4w": (reposts or 0) / ((births or 0) + (reposts or 0)) if births or reposts else None,
        "closures": weekly(found.closures),
        "closures_4w": closures,
        "pending": weekly(found.pending),
        "window": int(np.count_nonzero(belongs(panel.role[window.adverts], level.role))),
        "index": level.index(week),
        "index_lo": lo,
        "index_hi": hi,
        "chain": level.chained(week),
        "change_13w": change,
        "share_of_all": _share(listed, level.role, tuple(columns_of("all"))),
        "share_of_ai_type": _share(listed, level.role, AI_TYPE)
        if level.role in ("ai_pm", "aigc_pm", "both")
        else None,
        "median_floor": quantile(floors, 0.5),
        "floor_n": len(floors),
        "days_open": lifetime,
        "spark": [level.index(w) for w in range(week - CHANGE_WEEKS + 1, week + 1)],
    }


def _share(listed: _Listed, role: RoleId, among: tuple[int, ...]) -> Share:
    """The class's share of the vacancies listed in the week that belong to `among` (role codes)."""
    base = np.flatnonzero(np.isin(listed.role, among))
    base = base[first_places(listed.vacancy[base])]
    return share_of(belongs(listed.role[base], role), listed.employer[base])


def _four_weeks(panel: Panel) -> Ints | None:
    """Births, reposts and closures in 4 weeks by role code, those across a missing week inside them included.

    None where nothing was observed twice.
    """
    first, last = panel.last - WINDOW_WEEKS + 1, panel.last
    if not _twice_observed(panel, first - 1):
        return None
    born, gone = panel.births.inside(first, last), panel.exits.inside(first, last)
    chosen = (
        born & (panel.kind == KINDS["new"]),
        born & (panel.kind == KINDS["repost"]),
        gone & panel.closed & ~panel.censored,
    )
    roles = [panel.spell_role[np.flatnonzero(spells)] for spells in chosen]
    return np.stack([np.bincount(codes, minlength=len(ROLE_CODES)) for codes in roles])


def _twice_observed(panel: Panel, first: int) -> bool:
    """Is there a series with two usable observations from the column `first` on?"""
    epoch = panel.epoch[:, first:]
    return any(len(e) > len(set(e)) for e in (row[row >= 0].tolist() for row in epoch))
