"""T17: what a reader must know before believing the other tables."""

from datetime import timedelta
from typing import Literal

import numpy as np

from reports.document.instants import instant
from reports.document.tables import Completeness, MdeRow, MissingUnit, Quality, SuspectRun, Totals
from reports.document.terms import ROLES
from reports.measures.health import counts
from reports.measures.level import CHANGE_WEEKS, ClassLevel
from reports.measures.panel import KINDS, NOT_PM, PM_CODES, Panel
from reports.measures.population import WINDOW_WEEKS, Population, flow_population
from reports.measures.posting_rows import is_stated
from reports.statistics.arrays import count_distinct
from reports.statistics.shares import clustered_share
from reports.statistics.testing import detectable_change
from storage.reading.columns import Cells
from storage.records import Facts, FetchFact
from storage.weeks import WEEK, label, week_end

GAP_POINTS = 2.0
FEW_UNITS = 3
LEAST_MATCHED = 0.6
SHARES = (0.05, 0.1, 0.3, 0.5)

Field = Literal["years", "salary", "education", "text"]
FILLED: tuple[tuple[Field, tuple[str, ...]], ...] = (
    ("years", ("years_min", "years_max")),
    ("salary", ("salary",)),
    ("education", ("education",)),
    ("text", ("has_text",)),
)
"""Each field with the facts of a posting of which one must be stated."""


def quality(panel: Panel, facts: Facts, level: ClassLevel, people: Population) -> Quality:
    """Return T17; `level` is that of the class `all`, `people` the population of the window."""
    totals = [_totals(panel, w) for w in range(panel.last - CHANGE_WEEKS + 1, panel.last + 1)]
    now = totals[-1]
    usable, paired = panel.usable[:, panel.last], panel.paired[:, panel.last]
    share = _ratio(now["matched_after"], now["raw"])
    index, chain = level.index(panel.last), level.chained(panel.last)
    gap = abs(index - chain) if index is not None and chain is not None else None
    first = panel.last - WINDOW_WEEKS + 1
    reposts = (panel.kind == KINDS["repost"]) & panel.births.inside(first, panel.last)
    adverts, vacancies = len(people.adverts), len(people.rows)
    before = [t["raw"] for t in totals[:-1] if t["raw"] is not None]
    return {
        "id": "T17",
        "population": "window",
        "status": "ok" if vacancies else "insufficient",
        "reason": "" if vacancies else "no_postings",
        "alarms": _alarms(gap, int(paired.sum()), share) if usable.any() and before else [],
        "index_gap": gap,
        "matched_units": int(paired.sum()),
        "matched_share": share,
        "totals": totals,
        "raw_change": _growth(before[-1] if before else None, now["raw"]),
        "matched_change": _growth(now["matched_before"], now["matched_after"]),
        "suspects": _suspects(panel, facts),
        "missing_units": _missing_units(panel),
        "completeness": _completeness(panel, people),
        "adverts": adverts,
        "vacancies": vacancies,
        "intensity": adverts / vacancies if vacancies else None,
        "reposts_4w": int((reposts & (panel.spell_role != NOT_PM)).sum()),
        "not_pm_adverts": _not_pm_adverts(panel),
        "pending": pending(panel),
        "mde": _mde(panel, people),
    }


def pending(panel: Panel) -> int:
    """Return how many PM postings were missed in the report week without a second miss yet."""
    mine = panel.exits.weekly() & (panel.exits.week == panel.last) & (panel.spell_role != NOT_PM)
    return int((mine & ~panel.closed & ~panel.censored).sum())


def preliminary(panel: Panel, facts: Facts) -> bool:
    """Tell whether the week may still move: nothing usable was seen after it, or misses wait for a second.

    Misses that are still unconfirmed a week after its end stay open, but no longer make it preliminary.
    """
    week = panel.weeks[-1]
    cells = Cells.of(facts.cells)
    if not (cells.usable & (cells.week > week.toordinal())).any():
        return True
    settled = week_end(week, facts.zone) + timedelta(days=7)
    return pending(panel) > 0 and (facts.data_cut is None or facts.data_cut < settled)


def _totals(panel: Panel, week: int) -> Totals:
    usable, pairs = panel.usable[:, week], panel.paired[:, week]
    pm = panel.stock[:, :, PM_CODES].sum(axis=2)
    return {
        "week": label(panel.weeks[week]),
        "raw": int(pm[:, week].sum()) if usable.any() else None,
        "units": int(usable.sum()),
        "matched_before": int(pm[pairs, week - 1].sum()) if pairs.any() else None,
        "matched_after": int(pm[pairs, week].sum()) if pairs.any() else None,
    }


def _ratio(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _growth(before: int | None, after: int | None) -> float | None:
    return after / before - 1 if before and after is not None else None


def _alarms(
    gap: float | None, units: int, share: float | None
) -> list[Literal["index_gap", "few_units", "low_matched_share"]]:
    found: list[Literal["index_gap", "few_units", "low_matched_share"]] = []
    if gap is not None and gap > GAP_POINTS:
        found.append("index_gap")
    if units < FEW_UNITS:
        found.append("few_units")
    if share is None or share < LEAST_MATCHED:
        found.append("low_matched_share")
    return found


def _suspects(panel: Panel, facts: Facts) -> list[SuspectRun]:
    first = panel.weeks[-1] - WEEK * (WINDOW_WEEKS - 1)
    found = [f for f in facts.fetches if f.state == "suspect" and first <= f.week <= panel.weeks[-1]]
    read = {(f.board, f.week) for f in facts.fetches if counts(f)}
    return [
        {
            "board": f.board,
            "company": f.company,
            "source": f.source,
            "week": label(f.week),
            "observed_at": instant(f.observed_at) or "",
            "listed": f.listed,
            "reason": f.reason,
            "outcome": _outcome(f, facts, (f.board, f.week) in read),
        }
        for f in sorted(found, key=lambda f: (f.observed_at, f.board, f.listed))
    ]


def _outcome(
    fetch: FetchFact, facts: Facts, read: bool
) -> Literal["new_level", "confirmed", "other_look", "missing"]:
    """What became of a suspect look; `read`: some look of the board counts in that week."""
    if not fetch.accepted:
        return "other_look" if read else "missing"
    key = fetch.board.partition(":")[2]
    breaks = (b for b in facts.breaks if b.reason == "coverage" and b.week == fetch.week)
    broke = any(b.source == fetch.source and b.unit in (None, key) for b in breaks)
    return "new_level" if broke else "confirmed"


def _missing_units(panel: Panel) -> list[MissingUnit]:
    recent = panel.usable[:, -CHANGE_WEEKS:]
    rows: list[MissingUnit] = []
    for row in np.flatnonzero(recent.any(axis=1) & ~recent[:, -1]).tolist():
        last = panel.weeks[int(np.flatnonzero(panel.usable[row])[-1])]
        unit = panel.units[row]
        rows.append({"unit": unit.name, "source": unit.source, "last_usable": label(last)})
    return sorted(rows, key=lambda r: (r["source"], r["unit"], r["last_usable"]))


def _completeness(panel: Panel, people: Population) -> list[Completeness]:
    rows: list[Completeness] = []
    for field, facts in FILLED:
        stated = [panel.postings.each(f, is_stated, people.rows) for f in facts]
        filled = np.any(stated, axis=0)
        for role in ROLES:
            mine = people.of(role)
            n, k = int(mine.sum()), int(filled[mine].sum())
            rows.append({"field": field, "role": role, "n": n, "filled": k, "share": k / n if n else None})
    return rows


def _not_pm_adverts(panel: Panel) -> int:
    first = panel.last - WINDOW_WEEKS + 1
    listed = (panel.listed_week <= panel.last) & (panel.seen_week >= first) & (panel.spell_role == NOT_PM)
    return count_distinct(panel.posting[listed])


def _mde(panel: Panel, people: Population) -> list[MdeRow]:
    """For two windows as large as this week's flow, or as the window's population while there is no flow."""
    flow = flow_population(panel, panel.last - WINDOW_WEEKS + 1, panel.last)
    base = flow if len(flow.rows) else people
    n = len(base.rows)
    deff = clustered_share(base.of("aigc_pm"), base.employer).deff
    return [{"p": p, "n": n, "deff": deff, "mde": detectable_change(p, n, n, deff)} for p in SHARES]
