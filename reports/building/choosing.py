"""`pmtrend choose`: the decision card of one person, from the facts of a week."""

import json
from datetime import date

from reports.building.weekly import rounded
from reports.document.choice import ChoiceReport
from reports.document.instants import instant
from reports.document.terms import ROLES
from reports.measures.choice.table import choice, trade_offs
from reports.measures.level import fit_level, index_changes
from reports.measures.lifetimes import days_open, lifetimes
from reports.measures.panel import build_panel
from reports.measures.requirements import tag_matrix
from storage.profile import Profile
from storage.records import Facts
from storage.weeks import label, week_of

FORMAT = 1  # grows when a key changes its meaning or goes away
EXAMPLES = 5


def choose(facts: Facts, week: date, profile: Profile) -> ChoiceReport:
    """Return the card of `profile` in the ISO week that starts on `week` (a Monday)."""
    panel = build_panel(facts, week)
    changes = index_changes(panel, [fit_level(panel, role) for role in ROLES])
    days = {row["role"]: days_open(row) for row in lifetimes(panel, facts)["rows"]}
    found = choice(
        panel,
        tag_matrix(panel, facts.taxonomy),
        facts.taxonomy,
        trade_offs(changes, days),
        [profile],
        standing=(),
        examples=EXAMPLES,
    )
    (card,) = found["cards"]
    credits = {one["credit"] for door in card["doors"] for one in door["examples"]} - {""}
    last = None if facts.data_cut is None else week_of(facts.data_cut, facts.zone)
    report: ChoiceReport = {
        **card,
        "format": FORMAT,
        "week": label(week),
        "zone": facts.zone,
        "as_of": instant(facts.as_of) or "",
        "data_cut": instant(facts.data_cut),
        "seen_last": None if last is None or last == week else label(last),
        "taxonomy": facts.taxonomy.version if facts.taxonomy else None,
        "notices": sorted(set(facts.notices)),
        "credits": sorted(credits),
        "population": found["population"],
        "window": found["window"],
        "barrier": found["barrier"],
        "trade_offs": found["trade_offs"],
    }
    return rounded(report)


def choice_json(report: ChoiceReport) -> str:
    """Return the card as the text of one JSON object: sorted keys, UTF-8 as it is."""
    return json.dumps(report, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
