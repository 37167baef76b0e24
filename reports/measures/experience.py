"""T7: how many years are asked for. A stated floor is a requirement; a missing one is unknown, never 0."""

from collections.abc import Iterable
from typing import Literal

import numpy as np

from reports.document.composition import Experience, ExperienceContrast, ExperienceRow, OpenAt
from reports.document.terms import ROLES, Change, Reason, RoleId, Status
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, window
from reports.measures.statements import adjust, change_row, direction_of, known, print_rule, share_of
from reports.statistics.arrays import Bools, Floats, quantile
from reports.statistics.differences import stratified_difference
from reports.statistics.shares import clustered_share
from storage.records import PostingFact

Measure = Literal["total", "ai"]
OPEN_YEARS = (0, 1, 2, 3, 5)
CURVE_YEARS = tuple(range(11))
CONTRASTS: tuple[tuple[Literal["open_0", "open_1", "open_3"], int], ...] = (
    ("open_0", 0),
    ("open_1", 1),
    ("open_3", 3),
)


def floor_of(posting: PostingFact, measure: Measure) -> float | None:
    """Return the required floor in years (only a cap stated: 0), None if none is required or stated."""
    if measure == "ai":
        return posting.ai_years_min if posting.ai_years_required else None
    if not posting.years_required:
        return None
    return 0.0 if posting.years_min is None and posting.years_max is not None else posting.years_min


def stated_floors(postings: Iterable[PostingFact], measure: Measure) -> list[float]:
    """Return the required floors of the postings that state one, sorted."""
    return sorted(f for p in postings if (f := floor_of(p, measure)) is not None)


def experience(panel: Panel, people: Population) -> Experience:
    """Return T7 over a population of postings."""
    floors = {m: _floors(panel, people, m) for m in ("total", "ai")}
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
            _row(people, measure, role, floors[measure], preferred[measure])
            for measure in ("total", "ai")
            for role in ROLES
        ]
        if len(people.rows)
        else [],
        "contrast": _contrasts(people, floors["total"], floors["ai"]) if len(people.rows) else [],
    }


def _floors(panel: Panel, people: Population, measure: Measure) -> Floats:
    found = (floor_of(panel.postings[i], measure) for i in people.rows.tolist())
    return np.array([np.nan if f is None else f for f in found], dtype=np.float64)


def _preferred_only(panel: Panel, people: Population, measure: Measure) -> Bools:
    postings = [panel.postings[i] for i in people.rows.tolist()]
    if measure == "ai":
        return np.array(
            [p.ai_years_min is not None and not p.ai_years_required for p in postings], dtype=bool
        )
    return np.array(
        [(p.years_min is not None or p.years_max is not None) and not p.years_required for p in postings],
        dtype=bool,
    )


def _row(
    people: Population, measure: Measure, role: RoleId, floors: Floats, preferred: Bools
) -> ExperienceRow:
    mine = people.of(role)
    stated = mine & ~np.isnan(floors)
    n_stated = int(stated.sum())
    asked = share_of(~np.isnan(floors[mine]), people.employer[mine])
    employers = len(np.unique(people.employer[stated]))
    return {
        "measure": measure,
        "role": role,
        "n": asked["n"],
        "employers": asked["employers"],
        "stated": asked,
        "preferred_only": int(preferred[mine].sum()),
        "median": quantile(floors[stated], 0.5),
        "p25": quantile(floors[stated], 0.25),
        "p75": quantile(floors[stated], 0.75),
        "open": [_open_at(people, floors, stated, y) for y in OPEN_YEARS],
        "curve": [_open_at(people, floors, stated, y) for y in CURVE_YEARS],
        "print": print_rule(n_stated, employers),
    }


def _open_at(people: Population, floors: Floats, stated: Bools, years: int) -> OpenAt:
    found = clustered_share(floors[stated] <= years, people.employer[stated])
    return {
        "years": years,
        "y": found.y,
        "n": found.n,
        "share": known(found.p),
        "lo": known(found.lo),
        "hi": known(found.hi),
    }


def _contrasts(people: Population, total: Floats, ai: Floats) -> list[ExperienceContrast]:
    stated = ~np.isnan(total)
    everyone = np.ones(len(people.rows), dtype=bool)
    rows = [_contrast(people, "asks_ai_years", ~np.isnan(ai), everyone)]
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
