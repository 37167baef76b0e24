"""T2 over the year: since which week is the share of a class among new postings another than before?"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from reports.document.composition import MixShift
from reports.document.terms import ROLES, Change, RoleId, Window
from reports.measures.panel import PANEL_WEEKS, Panel
from reports.measures.population import Population, steady_series, weekly_flow, window
from reports.measures.statements import adjust, change_row, clear, share_of
from reports.statistics.arrays import Ints, distinct
from reports.statistics.differences import stratified_difference
from reports.statistics.segmentation import FEWEST_WEEKS, level_shifts
from storage.weeks import label

SPANS = (PANEL_WEEKS, 26, FEWEST_WEEKS)
"""Weeks that may be searched: the more of them, the fewer series were observed throughout."""


@dataclass(frozen=True, slots=True)
class _Flow:
    """New postings of the series that were observed throughout the weeks `first`..`last` (columns)."""

    first: int
    last: int
    people: Population
    week: Ints


def mix_shifts(panel: Panel) -> tuple[Window | None, list[MixShift]]:
    """Return the weeks that were searched, None if there are too few, and the shifts, by class and week.

    Searched is the span of which steady series have most new postings. A shift is told if the segmentation
    finds it, and the stratified change from the level before to the level after is clear.
    """
    flow = max((_flow(panel, span) for span in SPANS), key=lambda flow: len(flow.week))
    sizes = np.bincount(flow.week - flow.first, minlength=flow.last - flow.first + 1)
    if np.count_nonzero(sizes) < FEWEST_WEEKS:
        return None, []
    found = [shift for role in ROLES[1:] for shift in _shifts_of(panel, flow, role, sizes)]
    adjust([row["moved"] for row in found])
    return window(panel, flow.first, flow.last), [row for row in found if _is_clear(row["moved"])]


def _flow(panel: Panel, span: int) -> _Flow:
    first = panel.last - span + 1
    people, week = weekly_flow(panel, first, panel.last)
    steady = np.isin(people.stratum, steady_series(panel, range(first, panel.last + 1)))
    return _Flow(first, panel.last, people.where(steady), week[steady])


def _shifts_of(panel: Panel, flow: _Flow, role: RoleId, sizes: Ints) -> list[MixShift]:
    """Return the shifts of a class; of the cuts that are not clear the least goes first."""
    counts = np.bincount((flow.week - flow.first)[flow.people.of(role)], minlength=len(sizes))
    cuts = [flow.first + place for place in level_shifts(counts, sizes)]
    while True:
        ends = [flow.first, *cuts, flow.last + 1]
        found = [
            _shift(panel, flow, role, before, cut, end)
            for (before, cut), (_, end) in pairwise(pairwise(ends))
        ]
        unclear = [i for i, row in enumerate(found) if not _is_clear(row["moved"])]
        if not unclear:
            return found
        del cuts[max(unclear, key=lambda i: _p(found[i]["moved"]))]


def _shift(panel: Panel, flow: _Flow, role: RoleId, before: int, cut: int, end: int) -> MixShift:
    near = (flow.week >= before) & (flow.week < end)
    people, later = flow.people.where(near), flow.week[near] >= cut
    y = people.of(role)
    _, stratum = distinct(people.stratum)
    moved = stratified_difference(y, later, stratum, people.employer)
    return {
        "role": role,
        "week": label(panel.weeks[cut]),
        "earlier_weeks": window(panel, before, cut - 1),
        "later_weeks": window(panel, cut, end - 1),
        "earlier": share_of(y[~later], people.employer[~later]),
        "later": share_of(y[later], people.employer[later]),
        "moved": change_row(moved, len(y)),
    }


def _is_clear(change: Change) -> bool:
    return clear(change["lo"], change["hi"], _p(change) if change["q"] is None else change["q"])


def _p(change: Change) -> float:
    return 1.0 if change["p"] is None else change["p"]
