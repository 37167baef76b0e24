"""T10: how long postings stay open, from stays watched in the last 13 weeks (a period life table)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from reports.document.stays import Cliff, Lifetimes, StayContrast, StayRow, StillOpen
from reports.document.tables import DaysOpen
from reports.document.terms import ROLES, RoleId, print_rule
from reports.measures.level import CHANGE_WEEKS
from reports.measures.panel import KINDS, NOT_PM, Panel, belongs, rows_of
from reports.measures.population import window
from reports.measures.statements import adjust, change_row, direction_of
from reports.statistics.arrays import Bools, Floats, Ints, count_distinct
from reports.statistics.differences import stratified_difference
from reports.statistics.shares import wilson
from reports.statistics.survival import Curve, Durations, Step, kaplan_meier, survival_values
from reports.statistics.testing import binomial_tail
from storage.reading.columns import NEVER, Cells, microseconds
from storage.recording.lifecycle import CONFIRM_AFTER
from storage.records import Facts
from storage.weeks import WEEK, week_end

LEAST_SPELLS = 10  # below this no curve
LEAST_AT_RISK = 5  # where fewer are watched the curve ends
OPEN_AFTER = (7, 14, 30, 60)
CONTRAST_DAYS = 30
WIDEST_BIRTH = 14.0  # days between the looks around an appearance beyond which nobody knows its date
WIDE = 10.0  # days between the looks around a closure that are told
CLIFF_DAYS = (30, 60, 90, 120)
CLIFF_REACH = 3.5  # days, half a week between looks
CLIFF_CLOSED = 10
CLIFF_EMPLOYERS = 5
CLIFF_RATIO = 2.0
CLIFF_CHANCE = 0.001
_DAY = 86_400_000_000  # microseconds
_PER_DAY = 2  # ages are told apart to half a day


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays that were watched in the window, as parallel arrays; ages in days (see `Durations`)."""

    cases: Durations
    role: Ints
    source: Ints
    late: Bools
    wide: Bools
    undated: int

    def of(self, role: RoleId) -> Bools:
        """Return which stays are of postings of the class."""
        return belongs(self.role, role)


# ------------------------------------------------------------------ what was watched


def watched_stays(panel: Panel, facts: Facts) -> Stays:
    """Return the stays of PM postings that were under observation in the 13 weeks up to the report week.

    A unit is watched from its first usable look in the window to its last one whose misses are settled: a
    later look of the same series, 20 hours on or more, has confirmed them or not. A posting is watched from
    the first of these looks that shows it. It appeared on the day its board gives, if that lies between its
    first sight and the look before, else halfway; backlog on the day its board gives. It closed halfway
    between the last look that showed it and the first that did not.
    """
    start, until = (
        microseconds(week_end(panel.weeks[-1] - WEEK * weeks, facts.zone)) for weeks in (CHANGE_WEEKS, 0)
    )
    end = (until - start) / _DAY
    looks, spells = _looks(panel, facts, start), _spells(panel, start)
    first, horizon = looks.watched(len(panel.units), end)
    born = _born(spells, looks.before(spells.unit, spells.rank))
    closed = spells.closed & (spells.missed < end) & (spells.missed <= horizon[spells.unit])
    left = np.where(
        closed,
        (spells.last_seen + spells.missed) / 2,
        np.minimum(spells.last_seen, horizon[spells.unit]),
    )
    came = np.maximum(spells.opened, first[spells.unit])
    inside = (panel.role[spells.posting] != NOT_PM) & (left > came)
    dated = inside & ~np.isnan(born)
    entry, leave = (np.round((at - born) * _PER_DAY) / _PER_DAY for at in (came, left))
    kept = np.flatnonzero(dated & (leave > entry))
    posting = spells.posting[kept]
    return Stays(
        Durations(entry[kept], leave[kept], closed[kept], panel.company[posting]),
        panel.role[posting],
        panel.source[spells.unit[kept]],
        ((came > spells.opened) | (spells.kind == KINDS["backlog"]))[kept],
        (closed & (spells.missed - spells.last_seen > WIDE))[kept],
        int((inside & ~dated).sum()),
    )


@dataclass(frozen=True, slots=True)
class _Looks:
    """The usable looks, sorted by unit (panel row) and time; `at` in days from the start of the window.

    `rank` orders them among the instants of the panel (see there).
    """

    unit: Ints
    at: Floats
    rank: Ints
    epoch: Ints

    def watched(self, units: int, end: float) -> tuple[Floats, Floats]:
        """Return by unit its first look in the window and its last before `end` whose misses are settled."""
        first, horizon = np.full(units, np.inf), np.full(units, -np.inf)
        if not len(self.unit):
            return first, horizon
        _, series = np.unique(self.unit * (int(self.epoch.max()) + 1) + self.epoch, return_inverse=True)
        last = np.full(len(series), -np.inf)
        np.maximum.at(last, series, self.at)
        settled = self.at + CONFIRM_AFTER / timedelta(days=1) <= last[series]
        inside = (self.at >= 0) & (self.at < end)
        np.minimum.at(first, self.unit[inside], self.at[inside])
        np.maximum.at(horizon, self.unit[inside & settled], self.at[inside & settled])
        return first, horizon

    def before(self, unit: Ints, rank: Ints) -> Floats:
        """Return the time of the unit's last look before each instant (a rank), nan if there is none."""
        span = max(int(ranks.max(initial=0)) for ranks in (self.rank, rank)) + 1
        place = np.searchsorted(self.unit * span + self.rank, unit * span + rank) - 1
        known = np.flatnonzero(place >= 0)
        known = known[self.unit[place[known]] == unit[known]]
        found: Floats = np.full(len(rank), np.nan)
        found[known] = self.at[place[known]]
        return found


@dataclass(frozen=True, slots=True)
class _Spells:
    """Spells as parallel arrays: panel rows of unit and posting, the rank of the instant of opening, times in
    days from the start of the window (`missed`, `posted`: nan if not known)."""

    unit: Ints
    posting: Ints
    kind: Ints
    rank: Ints
    opened: Floats
    last_seen: Floats
    missed: Floats
    posted: Floats
    closed: Bools


def _looks(panel: Panel, facts: Facts, start: int) -> _Looks:
    cells = Cells.of(facts.cells)
    unit = rows_of(panel.unit_id, cells.unit)
    kept = cells.usable & (unit >= 0)
    unit, observed = unit[kept], cells.observed_at[kept]
    # Twice the place, less one where it lies between two instants of the panel.
    rank = np.searchsorted(panel.instants, observed) + np.searchsorted(panel.instants, observed, "right") - 1
    order = np.lexsort((observed, unit))
    return _Looks(unit[order], (observed[order] - start) / _DAY, rank[order], cells.epoch[kept][order])


def _spells(panel: Panel, start: int) -> _Spells:
    """Return the spells of what was listed in the window."""

    def days(instants: Ints) -> Floats:
        found: Floats = np.where(instants == NEVER, np.nan, (instants - start) / _DAY)
        return found

    recent = np.flatnonzero(panel.instants[panel.last_seen // 2] >= start)
    missed, posting = panel.missed[recent], panel.posting[recent]
    return _Spells(
        panel.unit[recent],
        posting,
        panel.kind[recent],
        panel.opened[recent],
        days(panel.instants[panel.opened[recent] // 2]),
        days(panel.instants[panel.last_seen[recent] // 2]),
        days(np.where(missed < 0, NEVER, panel.instants[missed // 2])),
        days(panel.posted_at[posting]),
        panel.closed[recent],
    )


def _born(spells: _Spells, before: Floats) -> Floats:
    """Return when each posting appeared, nan where nobody knows."""
    backlog = spells.kind == KINDS["backlog"]
    between = (spells.posted > before) & (spells.posted <= spells.opened)
    halfway = np.where(spells.opened - before <= WIDEST_BIRTH, (before + spells.opened) / 2, np.nan)
    given = np.where(spells.posted <= spells.opened, spells.posted, np.nan)
    found: Floats = np.where(backlog, given, np.where(between, spells.posted, halfway))
    return found


# ------------------------------------------------------------------ T10


def lifetimes(panel: Panel, facts: Facts) -> Lifetimes:
    """Return T10."""
    stays = watched_stays(panel, facts)
    told = len(stays.role) > 0
    curves = {role: _curve(stays.cases.where(stays.of(role))) for role in ROLES}
    return {
        "id": "T10",
        "population": "stays",
        "status": "ok" if told else "insufficient",
        "reason": "" if told else "no_stays",
        "window": window(panel, panel.last - CHANGE_WEEKS + 1, panel.last),
        "rows": [_row(role, stays, curves[role]) for role in ROLES],
        "cliffs": _cliffs(panel, stays),
        "contrast": _contrast(stays, curves),
        "undated": stays.undated,
    }


def days_open(row: StayRow) -> DaysOpen:
    """Return what T1 says of it."""
    return {
        "median": row["days_median"],
        "lo": row["days_median_lo"],
        "hi": row["days_median_hi"],
        "n": row["stays"],
        "closed": row["closed"],
    }


def _curve(cases: Durations) -> Curve:
    return kaplan_meier(cases, LEAST_AT_RISK if len(cases.leave) >= LEAST_SPELLS else LEAST_SPELLS)


def _row(role: RoleId, stays: Stays, curve: Curve) -> StayRow:
    mine = stays.of(role)
    cases = stays.cases.where(mine)
    employers = count_distinct(cases.cluster)
    p25, median, p75 = (curve.quantile(share) for share in (0.25, 0.5, 0.75))
    return {
        "role": role,
        "stays": curve.n,
        "closed": curve.events,
        "late": int(stays.late[mine].sum()),
        "wide": int(stays.wide[mine].sum()),
        "employers": employers,
        "days_median": median.age,
        "days_median_lo": median.lo,
        "days_median_hi": median.hi,
        "days_p25": p25.age,
        "days_p25_lo": p25.lo,
        "days_p25_hi": p25.hi,
        "days_p75": p75.age,
        "days_p75_lo": p75.lo,
        "days_p75_hi": p75.hi,
        "open": [_still_open(cases, curve, days) for days in OPEN_AFTER],
        "print": print_rule(curve.n, employers),
    }


def _still_open(cases: Durations, curve: Curve, days: int) -> StillOpen:
    at_risk = (cases.entry < days) & (cases.leave >= days)
    n, step = int(at_risk.sum()), curve.at(days)
    lo = step.lo if step else None
    if step and step.survival == 1:  # nothing has closed: what is watched still bounds it
        independent = max(1, min(n, count_distinct(cases.cluster[at_risk])))
        lo = wilson(independent, independent)[0]
    return {
        "days": days,
        "still_open": step.survival if step else None,
        "lo": lo,
        "hi": step.hi if step else None,
        "at_risk": n,
    }


def _at_contrast(cases: Durations) -> Step | None:
    return kaplan_meier(cases, LEAST_AT_RISK, CONTRAST_DAYS).at(CONTRAST_DAYS)


def _contrast(stays: Stays, curves: Mapping[RoleId, Curve]) -> StayContrast:
    """The difference of the shares still open after 30 days, inside sources that tell both."""
    groups = (stays.of("ai_pm"), stays.of("aigc_pm"))
    still_open = np.full(len(stays.role), np.nan)
    for source in np.unique(stays.source[groups[0] | groups[1]]).tolist():
        parts = [group & (stays.source == source) for group in groups]
        steps = [_at_contrast(stays.cases.where(part)) for part in parts]
        if all(step is not None and step.survival > 0 for step in steps):
            for part in parts:
                still_open[part] = survival_values(stays.cases.where(part), CONTRAST_DAYS)
    known = ~np.isnan(still_open)
    found = stratified_difference(
        still_open[known], groups[1][known], stays.source[known], stays.cases.cluster[known]
    )
    difference = change_row(replace(found, most=1.0), int(groups[0].sum() + groups[1].sum()))
    if difference["reason"] in ("no_flow", "disconnected"):
        watched = sum(bool(group.any()) for group in groups)
        difference["reason"] = ("no_stays", "no_postings", "short_watch")[watched]
    adjust([difference])
    sides = [stays.cases.where(group) for group in groups]
    return {
        "days": CONTRAST_DAYS,
        "ai": _still_open(sides[0], curves["ai_pm"], CONTRAST_DAYS),
        "aigc": _still_open(sides[1], curves["aigc_pm"], CONTRAST_DAYS),
        "difference": difference,
        "direction": direction_of(difference),
    }


# ------------------------------------------------------------------ cliffs


def _cliffs(panel: Panel, stays: Stays) -> list[Cliff]:
    names = {int(code): unit.source for code, unit in zip(panel.source, panel.units, strict=True)}
    found = []
    for source in np.unique(stays.source).tolist():
        cases = stays.cases.where(stays.source == source)
        for days in CLIFF_DAYS:
            near = cases.event & (np.abs(cases.leave - days) <= CLIFF_REACH)
            closed, employers = int(near.sum()), count_distinct(cases.cluster[near])
            expected, around, share = _expected(cases, days, closed)
            many = closed >= max(CLIFF_CLOSED, CLIFF_RATIO * expected) and employers >= CLIFF_EMPLOYERS
            if many and binomial_tail(closed, around, share) < CLIFF_CHANCE:
                found.append(_cliff(names[source], days, closed, expected, employers))
    return found


def _cliff(source: str, days: int, closed: int, expected: float, employers: int) -> Cliff:
    return {"source": source, "days": days, "closed": closed, "expected": expected, "employers": employers}


def _expected(cases: Durations, days: int, closed: int) -> tuple[float, int, float]:
    """Return how many closures near the age the rate of two weeks around it gives; and how many there were
    around, with the share of the time watched there that is near the age."""

    def between(low: float, high: float) -> tuple[float, int]:
        time = np.minimum(cases.leave, high) - np.maximum(cases.entry, low)
        ended = cases.event & (cases.leave > low) & (cases.leave <= high)
        return float(np.maximum(time, 0).sum()), int(ended.sum())

    near, wide = days + CLIFF_REACH, days + 3 * CLIFF_REACH
    time_near, _ = between(2 * days - near, near)
    time_around, ended_around = between(2 * days - wide, wide)
    beside, time_beside = ended_around - closed, time_around - time_near
    if time_near <= 0 or time_beside <= 0:
        return math.inf, ended_around, 1.0
    return beside * time_near / time_beside, ended_around, time_near / time_around
