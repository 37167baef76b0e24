"""S4: what new postings ask for, week by week, AI PM beside AIGC PM."""

import numpy as np

from reports.document.changes import RequirementsWeekly, WeeklyPoint, WeeklyShares
from reports.document.terms import Reason, RoleId, Status
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, flow_population, steady_series, with_text
from reports.measures.requirements import Tags
from reports.measures.statements import LEAST_MENTIONS
from reports.statistics.arrays import Ints
from reports.statistics.control import laney_signals
from storage.weeks import label

WEEKS = 13
POOLED_LEAST = 10  # postings below which a pooled share is left out
ROLES_SHOWN: tuple[RoleId, RoleId] = ("ai_pm", "aigc_pm")


def requirements_weekly(panel: Panel, tags: Tags, status: Status, reason: Reason) -> RequirementsWeekly:
    """Return S4; `status` and `reason` are what the kind of week allows."""
    weeks = range(panel.last - WEEKS + 1, panel.last + 1)
    series = steady_series(panel, weeks)
    if status == "ok" and not len(series):
        status, reason = "insufficient", "short_history"
    rows = _rows(panel, tags, weeks, series) if status == "ok" else []
    return {
        "id": "S4",
        "population": "flow_4w",
        "status": status,
        "reason": reason,
        "weeks": [label(panel.weeks[week]) for week in weeks],
        "rows": rows,
    }


def _rows(panel: Panel, tags: Tags, weeks: range, series: Ints) -> list[WeeklyShares]:
    weekly = [_counts(panel, (week, week), tags, series) for week in weeks]
    pooled = [
        _counts(panel, (week - WINDOW_WEEKS + 1, week), tags, series)
        if week - WINDOW_WEEKS + 1 in weeks
        else None
        for week in weeks
    ]
    rows: list[WeeklyShares] = []
    for column, tag in enumerate(tags.tags):
        asked = np.array([[y[column] for y, _ in week] for week in weekly])
        if asked.sum(axis=0).max() < LEAST_MENTIONS:
            continue
        for i, role in enumerate(ROLES_SHOWN):
            sizes = np.array([week[i][1] for week in weekly])
            signals = laney_signals(asked[:, i], sizes)
            points = [
                _point(
                    label(panel.weeks[week]), int(y), int(n), four[i] if four else None, column, bool(signal)
                )
                for week, y, n, four, signal in zip(weeks, asked[:, i], sizes, pooled, signals, strict=True)
            ]
            rows.append({"role": role, "tag": tag.id, "en": tag.en, "zh": tag.zh, "points": points})
    return rows


def _point(
    week: str, y: int, n: int, pooled: tuple[Ints, int] | None, column: int, signal: bool
) -> WeeklyPoint:
    pooled_y, pooled_n = (None, None) if pooled is None else (int(pooled[0][column]), pooled[1])
    enough = pooled_y is not None and pooled_n is not None and pooled_n >= POOLED_LEAST
    return {
        "week": week,
        "y": y,
        "n": n,
        "pooled_y": pooled_y,
        "pooled_n": pooled_n,
        "pooled": pooled_y / pooled_n if enough and pooled_y is not None and pooled_n else None,
        "signal": signal,
    }


def _counts(panel: Panel, weeks: tuple[int, int], tags: Tags, series: Ints) -> list[tuple[Ints, int]]:
    """Per class shown: how many of what was new on these series, with its text, asks for each tag; and n."""
    people = flow_population(panel, *weeks)
    inside = np.isin(people.stratum, series) & with_text(panel, people)
    chosen = [people.rows[inside & people.of(role)] for role in ROLES_SHOWN]
    return [(tags.asked.totals(rows), len(rows)) for rows in chosen]
