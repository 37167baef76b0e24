"""One week's report: facts in, the value of `report.json` out. Pure; the same facts give the same bytes."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self, TypeVar, cast

import numpy as np

from reports.building.findings import find
from reports.building.views import WHOLE, View, narrowed
from reports.document.instants import instant
from reports.document.peers import Peers
from reports.document.published import published_numbers, stated_weeks
from reports.document.stays import Lifetimes
from reports.document.terms import ROLES, Kind, Reason, Status, Window
from reports.document.weekly import FORMAT, Demands, Market, Provenance, WeeklyReport, Windows
from reports.measures.breaks import break_rows
from reports.measures.changelog import changelog
from reports.measures.changes import posting_changes
from reports.measures.choice.table import choice, trade_offs
from reports.measures.co_occurrence import co_occurrence
from reports.measures.comparison import compare
from reports.measures.concentration import concentrations
from reports.measures.contrast import contrast, requirement_groups
from reports.measures.emerging import emerging
from reports.measures.evidence import evidence
from reports.measures.experience import experience
from reports.measures.fingerprint import fingerprint
from reports.measures.headline import headline
from reports.measures.health import run_health
from reports.measures.hypotheses import hypotheses
from reports.measures.labels import labels
from reports.measures.level import ClassLevel, fit_level, flows, index_changes, level_index, movement
from reports.measures.lifetimes import days_open, lifetimes
from reports.measures.mix import class_mix
from reports.measures.movers import movers
from reports.measures.panel import Panel, build_panel
from reports.measures.peers import no_peers, peers
from reports.measures.population import WINDOW_WEEKS, Population, telling, window, window_population
from reports.measures.postings import listed_postings
from reports.measures.qualifications import qualifications
from reports.measures.quality import preliminary, quality
from reports.measures.requirements import Tags, skills, tag_matrix
from reports.measures.requirements_weekly import requirements_weekly
from reports.measures.revisions import level_segments, revisions
from reports.measures.salary import salary
from reports.measures.two_windows import TwoWindows, two_windows
from reports.statistics.bootstrap import SEED
from storage.forking import side_by_side
from storage.history import NO_HISTORY, History
from storage.profile import Profile
from storage.reading.posting_columns import Postings
from storage.records import Facts
from storage.version import __version__
from storage.weeks import label

T = TypeVar("T")

SIGNIFICANT_DIGITS = 6
_MANY = 50_000
"""Postings of a panel from which on half of the tables are made in a fork: it saves more than it costs."""
# What JSON leaves as it is: DEL and C1, separators of lines, marks of direction.
_encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True).encode
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def build_weekly(
    facts: Facts,
    week: date,
    *,
    command: str = "",
    history: History = NO_HISTORY,
    profiles: Sequence[Profile] = (),
    view: View = WHOLE,
) -> WeeklyReport:
    """Return the report of the ISO week that starts on `week` (a Monday).

    `command` is printed in the provenance as given, so it must not hold what differs between equal runs.
    `history` is what the store tells of earlier reports and of how the data were read, as of the same cut.
    `profiles` are the people whose decision cards are shown, before those of the report's own examples.
    `view` is the part of the market that it is about. Observations of later weeks only serve to confirm
    closures.
    """
    whole, facts = facts, narrowed(facts, view)
    panel = build_panel(facts, week)
    kind = kind_of(panel, facts)
    many = len(panel.posting_id) >= _MANY
    basics, t10 = side_by_side(
        lambda: _Basics.of(panel, facts, *_status(kind)), lambda: lifetimes(panel, facts), worthwhile=many
    )
    breaks = break_rows(panel, facts.breaks)
    market, demands = side_by_side(
        lambda: _market(panel, facts, week, basics, t10, profiles, history),
        lambda: _demands(panel, basics, t10),
        worthwhile=many,
    )
    findings = find(kind, market, demands, breaks, window(panel, panel.last, panel.last))
    report: WeeklyReport = {
        **market,
        **demands,
        "format": FORMAT,
        "week": label(week),
        "week_first_day": week.isoformat(),
        "week_last_day": (week + timedelta(days=6)).isoformat(),
        "view": view.parts,
        "kind": kind,
        "preliminary": preliminary(panel, facts),
        "notices": sorted(set(facts.notices)),
        "windows": _windows(panel),
        "breaks": breaks,
        "findings": findings,
        "evidence": evidence(
            panel, basics.people, basics.tags, facts, findings, demands["hypotheses"], demands["contrast"]
        ),
        "lifetimes": t10,
        "revisions": revisions((), (), {}, NO_HISTORY),
        "changelog": changelog(facts, week, breaks, history),
        "peers": _peers(whole, view, week, window(panel, panel.last - WINDOW_WEEKS + 1, panel.last)),
        "provenance": _provenance(facts, command),
    }
    return _compared(rounded(report), history)


@dataclass(frozen=True, slots=True)
class _Basics:
    """What the tables are made of. `status` and `reason` are what those of level and flow may say."""

    status: Status
    reason: Reason
    people: Population
    tags: Tags
    windows: TwoWindows
    levels: list[ClassLevel]

    @classmethod
    def of(cls, panel: Panel, facts: Facts, status: Status, reason: Reason) -> Self:
        return cls(
            status=status,
            reason=reason,
            people=window_population(panel),
            tags=tag_matrix(panel, facts.taxonomy),
            windows=two_windows(panel, status, reason),
            levels=[fit_level(panel, role) for role in ROLES],
        )


def _market(
    panel: Panel,
    facts: Facts,
    week: date,
    basics: _Basics,
    t10: Lifetimes,
    profiles: Sequence[Profile],
    history: History,
) -> Market:
    """Return the tables on levels and flows, and those for which single postings are read from the store."""
    status, reason, people, levels = basics.status, basics.reason, basics.people, basics.levels
    changes = index_changes(panel, levels)
    found = flows(panel)
    stays = {row["role"]: days_open(row) for row in t10["rows"]}
    return {
        "run_health": run_health(facts, week),
        "headline": headline(panel, levels, changes, found, people, stays, status, reason),
        "level_index": level_index(panel, levels, status, reason),
        "movement": movement(panel, found, status, reason),
        "labels": labels(panel, people),
        "emerging": emerging(panel, facts, basics.tags, status, reason),
        "choice": choice(panel, basics.tags, facts.taxonomy, trade_offs(changes, stays), profiles),
        "quality": quality(panel, facts, levels[0], people),
        "changes": posting_changes(panel, facts, history),
        "postings": listed_postings(panel, facts),
    }


def _demands(panel: Panel, basics: _Basics, t10: Lifetimes) -> Demands:
    """Return the tables on what postings ask for: all of it is in the panel, so that a fork may make them."""
    people, tags, windows = basics.people, basics.tags, basics.windows
    compared = compare(panel, people, tags)
    return {
        "class_mix": class_mix(panel, windows, people),
        "skills": skills(panel, people.where(telling(panel, people)), tags),
        "hypotheses": hypotheses(panel, tags, compared, t10),
        "requirement_groups": requirement_groups(panel, tags, compared),
        "fingerprint": fingerprint(panel, tags, compared),
        "contrast": contrast(panel, tags, compared),
        "movers": movers(panel, windows, tags),
        "requirements_weekly": requirements_weekly(panel, tags, basics.status, basics.reason),
        "co_occurrence": co_occurrence(panel, people, tags),
        "experience": experience(panel, compared),
        "qualifications": qualifications(panel, compared),
        "salary": salary(panel, people),
        "concentration": concentrations(panel, people),
    }


def _windows(panel: Panel) -> Windows:
    return {
        "last_4": window(panel, panel.last - 3, panel.last),
        "previous_4": window(panel, panel.last - 7, panel.last - 4),
        "last_13": window(panel, panel.last - 12, panel.last),
        "last_53": window(panel, 0, panel.last),
    }


def _compared(report: WeeklyReport, history: History) -> WeeklyReport:
    """Return the report, as it is written, with what became of the numbers published before."""
    segments = level_segments(report["level_index"])
    found = revisions(published_numbers(report), stated_weeks(report), segments, history)
    report["revisions"] = rounded(found)
    return report


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


def _peers(whole: Facts, view: View, week: date, now: Window) -> Peers:
    if view.company is None:
        return no_peers(now)
    # The employer among those of the rest of the view, not of the whole market.
    around = narrowed(whole, replace(view, company=None))
    return peers(build_panel(around, week), around.taxonomy, view.company)


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
        "seed": SEED,
        "format": FORMAT,
        "command": command,
        "credits": _credits(facts),
    }


def _credits(facts: Facts) -> list[str]:
    sources = np.unique(Postings.of(facts.postings).unit).tolist()
    return sorted({facts.units[unit].credit for unit in sources if facts.units[unit].credit})


def rounded(value: T) -> T:
    """Return JSON data with every float at 6 significant digits; -0.0 becomes 0.0."""
    return cast(T, _rounded(value))


def _rounded(value: object) -> object:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a report holds finite numbers only")
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return value


def to_json(report: WeeklyReport) -> str:
    """Return the text of report.json: a row a line, sorted keys, UTF-8 as it is, a newline at the end.

    Characters that steer a terminal or turn the reading around stand there as escapes.
    """
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", _laid_out(report)) + "\n"


def _laid_out(value: object, depth: int = 0) -> str:
    """Return JSON that has lines of its own down to the rows of tables, which are found at depth 3."""
    if depth == 3 or not value or not isinstance(value, dict | list):
        return _encoded(value)
    before = "\n" + " " * (depth + 1)
    if isinstance(value, dict):
        parts = [f"{_encoded(key)}: {_laid_out(value[key], depth + 1)}" for key in sorted(value)]
    else:
        parts = [_laid_out(one, depth + 1) for one in value]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    return f"{opened}{before}{f',{before}'.join(parts)}{before[:-1]}{closed}"
