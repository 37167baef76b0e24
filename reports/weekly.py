"""One week's report: facts in, the value of `report.json` out. Pure; the same facts give the same bytes."""

import json
import math
from datetime import date, timedelta
from typing import cast

from reports.document.terms import ROLES, Kind, Reason, Status
from reports.document.weekly import FORMAT, Provenance, WeeklyReport
from reports.findings import find
from reports.instants import instant
from reports.measures.breaks import break_rows
from reports.measures.experience import experience
from reports.measures.headline import headline
from reports.measures.health import run_health
from reports.measures.level import fit_level, flows, index_changes, level_index, movement
from reports.measures.lifetimes import days_open
from reports.measures.mix import class_mix
from reports.measures.panel import Panel, build_panel
from reports.measures.population import window, window_population
from reports.measures.quality import preliminary, quality
from reports.measures.requirements import contrast, skills, tag_matrix
from storage.records import Facts
from storage.version import __version__
from storage.weeks import label

SIGNIFICANT_DIGITS = 6


def build_weekly(facts: Facts, week: date, *, command: str = "") -> WeeklyReport:
    """Return the report of the ISO week that starts on `week` (a Monday).

    `command` is printed in the provenance as given, so it must not hold what differs between equal runs.
    Observations of later weeks only serve to confirm closures.
    """
    panel = build_panel(facts, week)
    kind = kind_of(panel, facts)
    status, reason = _status(kind)
    people = window_population(panel)
    tags = tag_matrix(panel, facts.taxonomy)
    levels = [fit_level(panel, role) for role in ROLES]
    changes = index_changes(panel, levels)
    found = flows(panel)
    breaks = break_rows(panel, facts.breaks)
    health = run_health(facts, week)
    t1 = headline(panel, levels, changes, found, people, days_open(facts, week), status, reason)
    t2 = class_mix(panel, people, status, reason)
    t3, t6, t7 = skills(panel, people, tags), contrast(panel, people, tags), experience(panel, people)
    now = window(panel, panel.last, panel.last)
    report: WeeklyReport = {
        "format": FORMAT,
        "week": label(week),
        "week_first_day": week.isoformat(),
        "week_last_day": (week + timedelta(days=6)).isoformat(),
        "kind": kind,
        "preliminary": preliminary(panel, facts),
        "notices": sorted(set(facts.notices)),
        "windows": {
            "last_4": window(panel, panel.last - 3, panel.last),
            "previous_4": window(panel, panel.last - 7, panel.last - 4),
            "last_13": window(panel, panel.last - 12, panel.last),
            "last_53": window(panel, 0, panel.last),
        },
        "breaks": breaks,
        "findings": find(kind, health, t1, t2, t3, t6, t7, breaks, now),
        "run_health": health,
        "headline": t1,
        "level_index": level_index(panel, levels, status, reason),
        "movement": movement(panel, found, status, reason),
        "class_mix": t2,
        "skills": t3,
        "contrast": t6,
        "experience": t7,
        "quality": quality(panel, facts, levels[0], people),
        "provenance": _provenance(facts, command),
    }
    return cast(WeeklyReport, rounded(report))


def kind_of(panel: Panel, facts: Facts) -> Kind:
    """Return what kind of week the report week is."""
    if panel.usable[:, panel.last].any():
        return "regular" if panel.usable[:, : panel.last].any() else "first"
    if ((panel.listed_week <= panel.last) & (panel.seen_week >= panel.last)).any():
        return "partial"
    return "all_failed" if any(f.week == panel.weeks[-1] for f in facts.fetches) else "empty"


def _status(kind: Kind) -> tuple[Status, Reason]:
    """Return what the tables of level and flow may say in such a week."""
    if kind == "regular":
        return "ok", ""
    return ("baseline", "first_week") if kind == "first" else ("insufficient", "no_usable_cells")


def _provenance(facts: Facts, command: str) -> Provenance:
    return {
        "id": "T20",
        "data_cut": instant(facts.data_cut),
        "as_of": instant(facts.as_of) or "",
        "zone": facts.zone,
        "schema": facts.schema,
        "taxonomy": facts.taxonomy.version if facts.taxonomy else None,
        "taxonomy_sha256": facts.taxonomy.sha256 if facts.taxonomy else None,
        "code_version": __version__,
        "format": FORMAT,
        "command": command,
        "credits": _credits(facts),
    }


def _credits(facts: Facts) -> list[str]:
    sources = {posting.unit for posting in facts.postings.values()}
    return sorted({facts.units[unit].credit for unit in sources if facts.units[unit].credit})


def rounded(value: object) -> object:
    """Return JSON data with every float at 6 significant digits; -0.0 becomes 0.0."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a report holds finite numbers only")
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return value


def to_json(report: WeeklyReport) -> str:
    """Return the text of report.json: sorted keys, UTF-8 as it is, a newline at the end."""
    return json.dumps(report, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1) + "\n"
