"""S1 and S2: how much is listed, on a panel that never changed, and what came and went."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from reports.document.tables import IndexChange, LevelIndex, LevelPoint, LevelSeries, Movement, MovementRow
from reports.document.terms import ROLES, Reason, RoleId, Status
from reports.measures.breaks import TOO_MUCH, lost_to_breaks
from reports.measures.panel import KINDS, ROLE_CODES, Panel, columns_of
from reports.measures.population import window
from reports.measures.statements import FEW_EMPLOYERS, clear
from reports.statistics.arrays import Bools, Floats, Ints
from reports.statistics.index import (
    IndexUncertainty,
    TwoWayIndex,
    index_uncertainty,
    matched_chain,
    two_way_index,
)
from reports.statistics.shares import FEW_CLUSTERS
from reports.statistics.testing import benjamini_hochberg
from storage.weeks import label

CHANGE_WEEKS = 13
LEAST_WEEKS = 4

# ------------------------------------------------------------------ S1


@dataclass(frozen=True, slots=True)
class ClassLevel:
    """One class's fitted index: `counts` (series x weeks), the fit, its chain and uncertainty by segment."""

    role: RoleId
    counts: Floats
    fit: TwoWayIndex
    chain: Floats
    uncertainty: dict[int, IndexUncertainty]

    def segment(self, week: int) -> int:
        """Return the number of the stretch of comparable weeks that a week (column) lies in."""
        return int(self.fit.week_segment[week])

    def base(self, segment: int) -> int:
        """Column of the first week of the segment with a positive index."""
        inside = (self.fit.week_segment == segment) & (np.nan_to_num(self.fit.week_effect) > 0)
        return int(np.flatnonzero(inside)[0])

    def index(self, week: int) -> float | None:
        """The two-way index of a column, 100 at its segment's base; None where nothing was observed."""
        return 100 * float(self.fit.week_effect[week]) if self.segment(week) else None

    def chained(self, week: int) -> float | None:
        """The chain index, set to 100 at the same base."""
        segment = self.segment(week)
        if not segment:
            return None
        value, base = float(self.chain[week]), float(self.chain[self.base(segment)])
        return 100 * value / base if np.isfinite(value) and base > 0 else None

    def interval(self, week: int) -> tuple[float | None, float | None]:
        """95 % bounds of `index`, None below 10 employers."""
        index, segment = self.index(week), self.segment(week)
        if index is None or self.uncertainty[segment].clusters < FEW_CLUSTERS:
            return None, None
        found = self.uncertainty[segment].interval(index / 100, week, self.base(segment))
        return (None, None) if found is None else (100 * found[0], 100 * found[1])


def fit_level(panel: Panel, role: RoleId) -> ClassLevel:
    """Fit the index of one class to the stock of all series of the panel."""
    counts, unit, _ = panel.series(columns_of(role))
    fit = two_way_index(counts)
    employer = panel.employer[unit]
    segments = range(1, int(fit.week_segment.max(initial=0)) + 1)
    uncertainty = {s: index_uncertainty(counts, fit, s, employer) for s in segments}
    return ClassLevel(role, counts, fit, matched_chain(counts), uncertainty)


def level_index(panel: Panel, levels: list[ClassLevel], status: Status, reason: Reason) -> LevelIndex:
    """Return S1 from the first observed week on."""
    observed = np.flatnonzero(panel.usable.any(axis=0))
    first = int(observed[0]) if len(observed) else panel.last
    columns = range(first, len(panel.weeks))
    return {
        "id": "S1",
        "population": "panel",
        "status": status,
        "reason": reason,
        "weeks": [label(panel.weeks[w]) for w in columns],
        "series": [_series(panel, level, columns) for level in levels],
    }


def _series(panel: Panel, level: ClassLevel, columns: range) -> LevelSeries:
    now = level.segment(panel.last)
    segments = [level.segment(w) for w in columns]
    starts = {s: columns[segments.index(s)] for s in sorted(set(segments) - {0, 1})}
    return {
        "role": level.role,
        "base": label(panel.weeks[level.base(now)]) if now else None,
        "employers": level.uncertainty[now].clusters if now else 0,
        "restarts": [label(panel.weeks[w]) for w in sorted(starts.values())],
        "points": [_point(panel, level, w) for w in columns],
    }


def _point(panel: Panel, level: ClassLevel, week: int) -> LevelPoint:
    lo, hi = level.interval(week)
    units = int(panel.usable[:, week].sum())
    return {
        "week": label(panel.weeks[week]),
        "segment": level.segment(week),
        "index": level.index(week),
        "lo": lo,
        "hi": hi,
        "chain": level.chained(week),
        "units": units,
        "stock": int(panel.stock[:, week, columns_of(level.role)].sum()) if units else None,
    }


# ------------------------------------------------------------------ change of the index


def index_changes(panel: Panel, levels: list[ClassLevel]) -> list[IndexChange]:
    """Return each class's change over 13 weeks, or since the first comparable week within them."""
    changes = [_index_change(panel, level) for level in levels]
    for change, q in zip(changes, benjamini_hochberg([c["p"] for c in changes]), strict=True):
        change["q"] = q
        if change["value"] is not None:
            sure = clear(change["lo"], change["hi"], q)
            change["verdict"] = "no_clear_change" if not sure else "rose" if change["value"] > 0 else "fell"
    return changes


def natural_start(panel: Panel) -> int | None:
    """Return the column 13 weeks before the report week, or the first observed one after that."""
    observed = np.flatnonzero(panel.usable[:, : panel.last].any(axis=0))
    inside = observed[observed >= panel.last - CHANGE_WEEKS]
    return int(inside[0]) if len(inside) else None


def _index_change(panel: Panel, level: ClassLevel) -> IndexChange:
    now, start = panel.last, natural_start(panel)
    segment = level.segment(now)
    if not segment:
        usable = panel.usable[:, now].any()
        return _unmeasured(panel, 0, None, None, "no_postings" if usable else "no_usable_cells")
    employers = level.uncertainty[segment].clusters
    if start is None:
        return _unmeasured(panel, employers, None, None, "first_week")

    def lost(week: int) -> float:
        return lost_to_breaks(panel, (week, week), (now, now)) or 0.0

    effect = np.nan_to_num(level.fit.week_effect)
    alike = [w for w in range(start, now) if level.segment(w) == segment and effect[w] > 0]
    broken = lost(start) > TOO_MUCH
    if broken:  # begin after the break, if that leaves enough weeks
        alike = [w for w in alike if lost(w) <= TOO_MUCH]
    if not alike or now - alike[0] < LEAST_WEEKS:
        reason: Reason = "break" if broken else "few_weeks" if alike else "disconnected"
        return _unmeasured(panel, employers, start, lost(start), reason)
    if employers < FEW_EMPLOYERS:
        return _unmeasured(panel, employers, alike[0], lost(alike[0]), "few_employers")
    return _measured(panel, level, alike[0], lost(alike[0]))


def _unmeasured(
    panel: Panel, employers: int, start: int | None, lost: float | None, reason: Reason
) -> IndexChange:
    return {
        "value": None,
        "lo": None,
        "hi": None,
        "p": None,
        "q": None,
        "employers": employers,
        "lost": lost,
        "window": window(panel, panel.last, panel.last),
        "compared": None if start is None else window(panel, start, start),
        "verdict": "not_comparable" if reason == "break" else "insufficient",
        "reason": reason,
    }


def _measured(panel: Panel, level: ClassLevel, start: int, lost: float) -> IndexChange:
    uncertainty = level.uncertainty[level.segment(panel.last)]
    change = _unmeasured(panel, uncertainty.clusters, start, lost, "few_employers")
    ratio = float(level.fit.week_effect[panel.last] / level.fit.week_effect[start])
    found = uncertainty.interval(ratio, panel.last, start)
    if found is not None:
        change["value"], change["reason"] = ratio - 1, ""
        change["lo"], change["hi"], change["p"] = found[0] - 1, found[1] - 1, found[2]
    return change


# ------------------------------------------------------------------ S2


@dataclass(frozen=True, slots=True)
class Flows:
    """What happened on pairs of usable cells: units x weeks x 5 role codes each."""

    births: Ints
    reposts: Ints
    entered: Ints
    closures: Ints
    pending: Ints
    left: Ints
    births_gap: Ints
    closures_gap: Ints


def flows(panel: Panel) -> Flows:
    """Count the panel's events by unit, week and role code."""
    births, exits = panel.births, panel.exits
    new, confirmed = panel.kind == KINDS["new"], panel.closed & ~panel.censored
    across, gone_across = (births.before >= 0) & ~births.weekly(), (exits.before >= 0) & ~exits.weekly()

    def count(week: Ints, chosen: Bools) -> Ints:
        return count_events(panel, week, chosen)

    return Flows(
        births=count(births.week, births.weekly() & new),
        reposts=count(births.week, births.weekly() & (panel.kind == KINDS["repost"])),
        entered=count(births.week, births.weekly() & (panel.kind == KINDS["backlog"])),
        closures=count(exits.week, exits.weekly() & confirmed),
        pending=count(exits.week, exits.weekly() & ~panel.closed & ~panel.censored),
        left=count(exits.week, exits.weekly() & panel.censored),
        births_gap=count(births.week, across & new),
        closures_gap=count(exits.week, gone_across & confirmed),
    )


def count_events(panel: Panel, week: Ints, chosen: Bools) -> Ints:
    """Return units x weeks x 5 role codes: the chosen spells by the week (column) of their event."""
    shape = (len(panel.units), len(panel.weeks), len(ROLE_CODES))
    code = (panel.unit[chosen] * shape[1] + week[chosen]) * shape[2] + panel.spell_role[chosen]
    return np.bincount(code, minlength=math.prod(shape)).reshape(shape)


def movement(panel: Panel, found: Flows, status: Status, reason: Reason) -> Movement:
    """Return S2 from the first observed week on."""
    observed = np.flatnonzero(panel.usable.any(axis=0))
    first = int(observed[0]) if len(observed) else panel.last
    lost: dict[int, float | None] = {}
    for before, week in pairwise(observed.tolist()):
        lost[week] = lost_to_breaks(panel, (before, before), (week, week))
    events = {field.name: getattr(found, field.name).sum(axis=0) for field in fields(found)}
    stock = {"stock": panel.stock, "after": panel.stock * panel.paired[:, :, None]}
    # The first week is no one's second, so it does not matter what rolls before it.
    stock["before"] = np.roll(panel.stock, 1, axis=1) * panel.paired[:, :, None]
    totals = events | {name: counts.sum(axis=0) for name, counts in stock.items()}
    return {
        "id": "S2",
        "population": "panel",
        "status": status,
        "reason": reason,
        "rows": [
            _movement_row(panel, totals, week, role, lost.get(week))
            for week in range(first, len(panel.weeks))
            for role in ROLES
        ],
    }


def _movement_row(
    panel: Panel, totals: Mapping[str, Ints], week: int, role: RoleId, lost: float | None
) -> MovementRow:
    """Return a row; `totals` are counts by week and role code over all units, or those of a pair."""
    codes, pairs = columns_of(role), int(panel.paired[:, week].sum())

    def total(name: str) -> int:
        return int(totals[name][week, codes].sum())

    def on_pairs(name: str) -> int | None:
        return total(name) if pairs else None

    return {
        "week": label(panel.weeks[week]),
        "role": role,
        "stock": total("stock") if panel.usable[:, week].any() else None,
        "pairs": pairs,
        "before": on_pairs("before"),
        "after": on_pairs("after"),
        "births": on_pairs("births"),
        "reposts": on_pairs("reposts"),
        "entered": on_pairs("entered"),
        "closures": on_pairs("closures"),
        "pending": on_pairs("pending"),
        "left": on_pairs("left"),
        "births_gap": total("births_gap"),
        "closures_gap": total("closures_gap"),
        "lost_to_breaks": lost,
    }
