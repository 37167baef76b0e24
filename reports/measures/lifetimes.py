"""How long postings stay open: ages in days, from the day a board gives or the first sight to the closure."""

from datetime import date, datetime, timedelta

import numpy as np

from reports.document.tables import DaysOpen
from reports.document.terms import ROLES, RoleId
from reports.measures.panel import ROLE_CODES, columns_of
from reports.statistics.survival import median_survival
from storage.records import Facts, PostingFact, Spell
from storage.weeks import week_end

LEAST_SPELLS = 10  # below this no median
_DAY = timedelta(days=1)


def days_open(facts: Facts, week: date) -> dict[RoleId, DaysOpen]:
    """Return the median days open by class, from all spells known by the end of the week.

    A closure lies halfway between the last look that showed the posting and the first that did not. What is
    still listed, or left the scope, is censored when it was last seen. Backlog enters at its age on first
    sight if its board says when it was posted, else it is left out.
    """
    until = week_end(week, facts.zone)
    ages: dict[int, list[tuple[float, float, bool]]] = {code: [] for code in ROLE_CODES.values()}
    for spell in sorted(facts.spells, key=lambda one: (one.posting, one.opened_at)):
        posting = facts.postings.get(spell.posting)
        if posting is not None and spell.opened_at < until and (age := _age(spell, posting, until)):
            ages[ROLE_CODES[posting.role]].append(age)
    return {role: _median([age for code in columns_of(role) for age in ages[code]]) for role in ROLES}


def _age(spell: Spell, posting: PostingFact, until: datetime) -> tuple[float, float, bool] | None:
    born = spell.opened_at
    if spell.kind == "backlog":
        if posting.posted_at is None or posting.posted_at > spell.opened_at:
            return None
        born = posting.posted_at
    closed = spell.closed and spell.missed_at is not None and spell.missed_at < until
    left = min(spell.last_seen_at, until)
    if closed and spell.missed_at is not None:
        left = spell.last_seen_at + (spell.missed_at - spell.last_seen_at) / 2
    return (spell.opened_at - born) / _DAY, (left - born) / _DAY, closed


def _median(ages: list[tuple[float, float, bool]]) -> DaysOpen:
    entry = np.array([age[0] for age in ages])
    leave = np.array([age[1] for age in ages])
    event = np.array([age[2] for age in ages], dtype=bool)
    found = median_survival(entry, leave, event)
    told = found.n >= LEAST_SPELLS
    return {
        "median": found.median if told else None,
        "lo": found.lo if told else None,
        "hi": found.hi if told else None,
        "n": found.n,
        "closed": found.events,
    }
