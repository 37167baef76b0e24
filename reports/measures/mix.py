"""T2: of what is new, how much is AI PM and AIGC PM, and has that changed?"""

from reports.document.composition import ClassMix, MixRow
from reports.document.terms import ROLES, Change, RoleId
from reports.measures.mix_shifts import mix_shifts
from reports.measures.panel import Panel
from reports.measures.population import Population
from reports.measures.statements import adjust, change_row, share_of, silence, verdict_of
from reports.measures.two_windows import TwoWindows
from reports.statistics.differences import stratified_difference
from reports.statistics.shares import clustered_share
from reports.statistics.testing import detectable_change


def class_mix(panel: Panel, windows: TwoWindows, listed: Population) -> ClassMix:
    """Return T2; `listed` is the population of the window of the report."""
    now, then, status, reason = windows.now, windows.then, windows.status, windows.reason
    changes = [_change(windows, role) for role in ROLES[1:]]
    if status != "ok":
        changes = [silence(change, reason) for change in changes]
    adjust(changes)
    n = len(now.rows)
    searched, shifts = mix_shifts(panel)
    aigc = clustered_share(now.of("aigc_pm"), now.employer)
    return {
        "id": "T2",
        "population": "flow_4w",
        "status": status,
        "reason": reason,
        "window": windows.window,
        "compared": windows.compared,
        "rows": [
            _row(now, then, listed, role, change) for role, change in zip(ROLES[1:], changes, strict=True)
        ],
        "searched": searched,
        "shifts": shifts,
        "not_pm_flow": now.not_pm,
        "not_pm_window": listed.not_pm,
        "lost": windows.lost,
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


def _change(windows: TwoWindows, role: RoleId) -> Change:
    """The Mantel-Haenszel change over series that brought something new in both windows."""
    y = windows.of(role)
    found = stratified_difference(y, windows.later, windows.stratum, windows.employer)
    return change_row(found, len(y))
