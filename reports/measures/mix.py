"""T2: of what is new, how much is AI PM and AIGC PM, and has that changed?"""

import numpy as np

from reports.document.composition import ClassMix, MixRow
from reports.document.terms import ROLES, Change, Reason, RoleId, Status
from reports.measures.breaks import TOO_MUCH, lost_to_breaks
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, Population, flow_population, window
from reports.measures.statements import adjust, change_row, share_of, silence, verdict_of
from reports.statistics.differences import stratified_difference
from reports.statistics.shares import clustered_share
from reports.statistics.testing import detectable_change


def class_mix(panel: Panel, listed: Population, status: Status, reason: Reason) -> ClassMix:
    """Return T2; `listed` is the population of the window, `status` what the kind of week allows."""
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
    changes = [_change(now, then, role) for role in ROLES[1:]]
    if status != "ok":
        changes = [silence(change, reason) for change in changes]
    adjust(changes)
    n = len(now.rows)
    aigc = clustered_share(now.of("aigc_pm"), now.employer)
    return {
        "id": "T2",
        "population": "flow_4w",
        "status": status,
        "reason": reason,
        "window": window(panel, first, panel.last),
        "compared": window(panel, before, first - 1),
        "rows": [
            _row(now, then, listed, role, change) for role, change in zip(ROLES[1:], changes, strict=True)
        ],
        "not_pm_flow": now.not_pm,
        "not_pm_window": listed.not_pm,
        "lost": lost,
        "mde": detectable_change(aigc.p, n, n, aigc.deff) if 0 < aigc.y < n else None,
    }


def _row(now: Population, then: Population, listed: Population, role: RoleId, change: Change) -> MixRow:
    return {
        "role": role,
        "flow": share_of(now.of(role), now.employer),
        "previous": share_of(then.of(role), then.employer),
        "change": change,
        "verdict": verdict_of(change),
        "window": share_of(listed.of(role), listed.employer),
    }


def _change(now: Population, then: Population, role: RoleId) -> Change:
    """The Mantel-Haenszel change over series that brought something new in both windows."""
    y = np.concatenate([now.of(role), then.of(role)])
    later = np.arange(len(y)) < len(now.rows)
    _, stratum = np.unique(np.concatenate([now.stratum, then.stratum]), return_inverse=True)
    employer = np.concatenate([now.employer, then.employer])
    return change_row(stratified_difference(y, later, stratum, employer), len(y))
