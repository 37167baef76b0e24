"""T15, the entry-barrier index: how much an opening demands, on fixed anchors from 0 (nothing) to 1.

It is secondary, since its weights are a convention; what a person qualifies for (T13) needs none.
"""

import numpy as np

from reports.document.choice import Barrier, BarrierRow, Component
from reports.document.terms import RoleId
from reports.measures.choice.openings import DOORS, Openings
from reports.statistics.arrays import Floats, count_distinct, quantile
from reports.statistics.bootstrap import median_interval

WEIGHTS: dict[Component, float] = {
    "years": 0.35,
    "ai_years": 0.20,
    "degree": 0.15,
    "skills": 0.20,
    "special": 0.10,
}
MOST_YEARS, MOST_AI_YEARS, MOST_SKILLS = 10, 5, 8
DEGREE_ANCHORS = np.array([0.0, 0.0, 0.25, 0.5, 0.8, 1.0])  # in the order of DEGREES
SPECIALS = 3  # an industry to know, a foreign language, a school of a list
LEAST_KNOWN = 0.5  # of the weight; an opening of which less is known has no index
_NATIVE = {"zh": frozenset({"mandarin"}), "en": frozenset({"english"})}


def barrier(openings: Openings) -> Barrier:
    """Return T15."""
    parts = components(openings)
    weights = np.array(list(WEIGHTS.values()))
    index = weighted(parts, weights)
    equally = weighted(parts, np.full(len(weights), 1 / len(weights)))
    coverage: Floats = ~np.isnan(parts) @ weights
    return {
        "id": "T15",
        "weights": [{"component": name, "weight": weight} for name, weight in WEIGHTS.items()],
        "rows": [_row(openings, role, index, equally, coverage) for role in DOORS],
    }


def components(openings: Openings) -> Floats:
    """Return openings x components on anchors 0 to 1, in the order of `WEIGHTS`; nan where it is not known.

    Total years and degree are known where they are required; the rest where the whole text is, since what it
    does not ask is not asked.
    """
    text, nothing = openings.text, np.full(len(openings.rows), np.nan)
    asks_ai = ~np.isnan(openings.ai_years)
    demands_degree = (openings.degree >= 0) & ~openings.degree_wish
    special = openings.industries.each(bool).astype(np.float64) + openings.elite
    for market, native in _NATIVE.items():
        foreign = openings.languages.each(lambda asked, native=native: bool(asked - native))  # type: ignore[misc]
        special += foreign & (openings.market == market)
    return np.stack(
        [
            np.minimum(openings.years, MOST_YEARS) / MOST_YEARS,
            np.where(asks_ai, np.minimum(openings.ai_years, MOST_AI_YEARS) / MOST_AI_YEARS,
                     np.where(text, 0.0, np.nan)),
            np.where(demands_degree, DEGREE_ANCHORS[openings.degree], nothing),
            np.where(text, np.minimum(openings.needed, MOST_SKILLS) / MOST_SKILLS, nothing),
            np.where(text, special / SPECIALS, nothing),
        ],
        axis=1,
    )  # fmt: skip


def weighted(parts: Floats, weights: Floats) -> Floats:
    """Return the weighted mean of the known components; nan where they have less than half of the weight."""
    held = ~np.isnan(parts) @ weights
    total = np.nan_to_num(parts) @ weights
    found: Floats = np.where(held > LEAST_KNOWN - 1e-9, total / np.maximum(held, LEAST_KNOWN), np.nan)
    return found


def _row(openings: Openings, role: RoleId, index: Floats, equally: Floats, coverage: Floats) -> BarrierRow:
    mine = openings.of(role)
    scored = mine & ~np.isnan(index)
    interval = median_interval(index[scored], openings.employer[scored])
    return {
        "role": role,
        "n": int(scored.sum()),
        "of": int(mine.sum()),
        "employers": count_distinct(openings.employer[scored]),
        "median": quantile(index[scored], 0.5),
        "lo": interval[0] if interval else None,
        "hi": interval[1] if interval else None,
        "equal": quantile(equally[scored & ~np.isnan(equally)], 0.5),
        "coverage": float(coverage[scored].mean()) if scored.any() else None,
    }
