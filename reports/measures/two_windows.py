"""What newly appeared in the last four weeks, and in the four before: the two sides of every comparison."""

from dataclasses import dataclass

import numpy as np

from reports.document.terms import Reason, RoleId, Status, Window
from reports.measures.breaks import TOO_MUCH, lost_to_breaks
from reports.measures.panel import Panel, belongs
from reports.measures.population import WINDOW_WEEKS, Population, flow_population, window, with_text
from reports.statistics.arrays import Bools, Ints, distinct


@dataclass(frozen=True, slots=True)
class TwoWindows:
    """Two flow populations and, as parallel arrays, one population of both: first `now`, then `then`.

    `rows` are panel rows, `stratum` the series (the same number in both windows), `later` tells the window,
    `read` whether a posting came with its whole text.
    `lost`: fraction of stock that breaks take from comparing the windows. `status` and `reason` say whether
    they may be compared at all.
    """

    now: Population
    then: Population
    window: Window
    compared: Window
    lost: float | None
    status: Status
    reason: Reason
    rows: Ints
    role: Ints
    employer: Ints
    stratum: Ints
    later: Bools
    read: Bools

    def of(self, role: RoleId) -> Bools:
        """Return which postings of both windows belong to the class."""
        return belongs(self.role, role)


def two_windows(panel: Panel, status: Status, reason: Reason) -> TwoWindows:
    """Return the windows of the report week; `status` and `reason` are what the kind of week allows."""
    first, before = panel.last - WINDOW_WEEKS + 1, panel.last - 2 * WINDOW_WEEKS + 1
    now = flow_population(panel, first, panel.last)
    then = flow_population(panel, before, first - 1)
    lost = lost_to_breaks(panel, (before, first - 1), (first, panel.last))
    if status == "ok" and lost is not None and lost > TOO_MUCH:
        status, reason = "not_comparable", "break"
    elif status == "ok" and not len(now.rows):
        status, reason = "insufficient", "no_flow"
    elif status == "ok" and not len(then.rows):
        status, reason = "baseline", "no_flow"
    _, stratum = distinct(np.concatenate([now.stratum, then.stratum]))
    return TwoWindows(
        now=now,
        then=then,
        window=window(panel, first, panel.last),
        compared=window(panel, before, first - 1),
        lost=lost,
        status=status,
        reason=reason,
        rows=np.concatenate([now.rows, then.rows]),
        role=np.concatenate([now.role, then.role]),
        employer=np.concatenate([now.employer, then.employer]),
        stratum=stratum,
        later=np.arange(len(stratum)) < len(now.rows),
        read=np.concatenate([with_text(panel, now), with_text(panel, then)]),
    )
