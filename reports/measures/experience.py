"""T7: how many years are asked for. A stated floor is a requirement; a missing one is unknown, never 0."""

from typing import Literal

import numpy as np

from reports.document.composition import Experience, ExperienceContrast, ExperienceRow, OpenAt
from reports.document.terms import ROLES, Change, Reason, RoleId, Status, print_rule
from reports.measures.comparison import Comparison
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, window
from reports.measures.posting_rows import is_stated
from reports.measures.statements import adjust, change_row, direction_of, known, share_of
from reports.measures.years import Measure, caps_of, floors_of
from reports.statistics.arrays import Bools, Floats, count_distinct, quantile
from reports.statistics.shares import Clusters

OPEN_YEARS = (0, 1, 2, 3, 5)
CURVE_YEARS = tuple(range(11))
CONTRASTS: tuple[tuple[Literal["open_0", "open_1", "open_3"], int], ...] = (
    ("open_0", 0),
    ("open_1", 1),
    ("open_3", 3),
)


def experience(panel: Panel, compared: Comparison) -> Experience:
    """Return T7 over the population of postings that is compared."""
    people = compared.people
    floors = {m: floors_of(panel, people.rows, m) for m in ("total", "ai")}
    caps = {"total": caps_of(panel, people.rows), "ai": None}
    # Only a text asks for years of AI; those of experience a board may also state in a field.
    asked = {"total": np.ones(len(people.rows), dtype=bool), "ai": compared.read}
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
        "contrast": _contrasts(compared, floors["total"], floors["ai"]) if len(people.rows) else [],
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
    employers = Clusters(employer)
    curve = [_open_at(least, most, employers, years) for years in CURVE_YEARS]
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
        "open": [one for one in curve if one["years"] in OPEN_YEARS],
        "curve": curve,
        "print": print_rule(len(stated), count_distinct(employer)),
    }


def _open_at(floors: Floats, caps: Floats | None, employers: Clusters, years: int) -> OpenAt:
    opened = floors <= years
    found = employers.share(opened)
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


def _contrasts(compared: Comparison, total: Floats, ai: Floats) -> list[ExperienceContrast]:
    stated = compared.among(~np.isnan(total))
    rows = [_contrast(compared.with_text, "asks_ai_years", ~np.isnan(ai))]
    rows += [_contrast(stated, name, np.nan_to_num(total, nan=np.inf) <= years) for name, years in CONTRASTS]
    changes: list[Change] = [row["difference"] for row in rows]
    adjust(changes)
    for row in rows:
        row["direction"] = direction_of(row["difference"])
    return rows


def _contrast(
    compared: Comparison, name: Literal["asks_ai_years", "open_0", "open_1", "open_3"], y: Bools
) -> ExperienceContrast:
    in_ai, in_aigc = compared.shares(y)
    return {
        "id": name,
        "ai": in_ai,
        "aigc": in_aigc,
        "difference": change_row(compared.difference(y), in_ai["n"] + in_aigc["n"]),
        "direction": "insufficient",
    }
