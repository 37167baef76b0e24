"""How many years a posting asks for. A stated floor is a requirement; a missing one is unknown, never 0."""

import math
from typing import Literal, Protocol

import numpy as np

from reports.measures.panel import Panel
from reports.statistics.arrays import Floats, Ints

Measure = Literal["total", "ai"]


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
