"""T7: how many years are asked for. A stated floor is a requirement; a missing one is unknown, never 0."""

import math
from typing import Literal, Protocol

import numpy as np

from reports.document.composition import Experience, ExperienceContrast, ExperienceRow, OpenAt
from reports.document.terms import ROLES, Change, Reason, RoleId, Status, print_rule
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, window, with_text
from reports.measures.posting_rows import is_stated
from reports.measures.statements import adjust, change_row, direction_of, known, share_of
from reports.statistics.arrays import Bools, Floats, Ints, count_distinct, quantile
from reports.statistics.differences import stratified_difference
from reports.statistics.shares import clustered_share

Measure = Literal["total", "ai"]
OPEN_YEARS = (0, 1, 2, 3, 5)
CURVE_YEARS = tuple(range(11))
CONTRASTS: tuple[tuple[Literal["open_0", "open_1", "open_3"], int], ...] = (
    ("open_0", 0),
    ("open_1", 1),
    ("open_3", 3),
)


class StatesYears(Protocol):
    """What says how many years are asked for: a posting, or one of its texts."""

    @property
    def years_min(self) -> float | None: ...
    @property
    def years_max(self) -> float | None: ...
    @property
    def years_required(self) -> bool: ...
    @property
    def ai_years_min(self) -> float | None: ...
    @property
    def ai_years_required(self) -> bool: ...


def floor_of(posting: StatesYears, measure: Measure) -> float | None:
    """Return the required floor in years (only a cap stated: 0), None if none is required or stated."""
    if measure == "ai":
        return posting.ai_years_min if posting.ai_years_required else None
    if not posting.years_required:
        return None
    return 0.0 if posting.years_min is None and posting.years_max is not None else posting.years_min


def floors_of(panel: Panel, rows: Ints, measure: Measure) -> Floats:
    """Return `floor_of` of each panel row; nan for None."""
    if measure == "ai":
        required, least = ("ai_years_required", "ai_years_min")
        floor = panel.postings.each(least, _or_nan, rows)
    else:
        required = "years_required"
        floor, cap = (panel.postings.each(name, _or_nan, rows) for name in ("years_min", "years_max"))
        floor = np.where(np.isnan(floor) & ~np.isnan(cap), 0.0, floor)
    asked = panel.postings.each(required, bool, rows)
    return np.where(asked == 1, floor, np.nan)


def caps_of(panel: Panel, rows: Ints) -> Floats:
    """Return the years at which the stated range of each panel row ends; inf where it names no upper end."""
    cap = panel.postings.each("years_max", _or_nan, rows)
    floor = floors_of(panel, rows, "total")
    return np.where(np.isnan(cap) | (cap <= np.nan_to_num(floor)), np.inf, cap)


def _or_nan(years: float | None) -> float:
    return math.nan if years is None else years


def stated_floors(panel: Panel, rows: Ints, measure: Measure) -> Floats:
    """Return the required floors of those of the panel rows that state one."""
    floors = floors_of(panel, rows, measure)
    return floors[~np.isnan(floors)]


def experience(panel: Panel, people: Population) -> Experience:
    """Return T7 over a population of postings."""
    floors = {m: floors_of(panel, people.rows, m) for m in ("total", "ai")}
    caps = {"total": caps_of(panel, people.rows), "ai": None}
    # Only a text asks for years of AI; those of experience a board may also state in a field.
    asked = {"total": np.ones(len(people.rows), dtype=bool), "ai": with_text(panel, people)}
    preferred = {m: _preferred_only(panel, people, m) for m in ("total", "ai")}
    status: Status = "ok" if len(people.rows) else "insufficient"
    reason: Reason = "" if len(people.rows) else "no_postings"
    return {
        "id": "T7",
        "population": "window",
        "status": status,
        "reason": reason,
        "window": window(panel, panel.last - WINDOW_WEEKS + 1, panel.last),
        "rows": [
            _row(
                people,
                measure,
                people.of(role) & asked[measure],
                role,
                floors[measure],
                caps[measure],
                preferred[measure],
            )
            for measure in ("total", "ai")
            for role in ROLES
        ]
        if len(people.rows)
        else [],
        "contrast": _contrasts(people, floors["total"], floors["ai"], asked["ai"])
        if len(people.rows)
        else [],
    }


def _preferred_only(panel: Panel, people: Population, measure: Measure) -> Bools:
    def said(fact: str) -> Bools:
        return panel.postings.each(fact, is_stated, people.rows).astype(bool)

    if measure == "ai":
        return said("ai_years_min") & ~said("ai_years_required")
    return (said("years_min") | said("years_max")) & ~said("years_required")


def _row(
    people: Population,
    measure: Measure,
    mine: Bools,
    role: RoleId,
    floors: Floats,
    caps: Floats | None,
    preferred: Bools,
) -> ExperienceRow:
    stated = np.flatnonzero(mine & ~np.isnan(floors))
    least, most, employer = floors[stated], None if caps is None else caps[stated], people.employer[stated]
    asked = share_of(~np.isnan(floors[mine]), people.employer[mine])
    return {
        "measure": measure,
        "role": role,
        "n": asked["n"],
        "employers": asked["employers"],
        "stated": asked,
        "preferred_only": int(preferred[mine].sum()),
        "median": quantile(least, 0.5),
        "p25": quantile(least, 0.25),
        "p75": quantile(least, 0.75),
        "open": [_open_at(least, most, employer, years) for years in OPEN_YEARS],
        "curve": [_open_at(least, most, employer, years) for years in CURVE_YEARS],
        "print": print_rule(len(stated), count_distinct(employer)),
    }


def _open_at(floors: Floats, caps: Floats | None, employer: Ints, years: int) -> OpenAt:
    opened = floors <= years
    found = clustered_share(opened, employer)
    aimed = None if caps is None else int((opened & (years < caps)).sum())
    return {
        "years": years,
        "y": found.y,
        "n": found.n,
        "share": known(found.p),
        "lo": known(found.lo),
        "hi": known(found.hi),
        "aimed_y": aimed,
        "aimed": None if aimed is None or not found.n else aimed / found.n,
    }


def _contrasts(people: Population, total: Floats, ai: Floats, read: Bools) -> list[ExperienceContrast]:
    stated = ~np.isnan(total)
    rows = [_contrast(people, "asks_ai_years", ~np.isnan(ai), read)]
    rows += [
        _contrast(people, name, np.nan_to_num(total, nan=np.inf) <= years, stated)
        for name, years in CONTRASTS
    ]
    changes: list[Change] = [row["difference"] for row in rows]
    adjust(changes)
    for row in rows:
        row["direction"] = direction_of(row["difference"])
    return rows


def _contrast(
    people: Population,
    name: Literal["asks_ai_years", "open_0", "open_1", "open_3"],
    y: Bools,
    among: Bools,
) -> ExperienceContrast:
    ai, aigc = people.of("ai_pm") & among, people.of("aigc_pm") & among
    both = ai | aigc
    found = stratified_difference(y[both], aigc[both], people.stratum[both], people.employer[both])
    return {
        "id": name,
        "ai": share_of(y[ai], people.employer[ai]),
        "aigc": share_of(y[aigc], people.employer[aigc]),
        "difference": change_row(found, int(both.sum())),
        "direction": "insufficient",
    }
