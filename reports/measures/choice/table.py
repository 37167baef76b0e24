"""T13 to T15 of a week: the cards of all profiles, the barrier, and what never decides."""

from collections.abc import Mapping, Sequence

from reports.document.choice import Choice, Named, TradeOff
from reports.document.tables import DaysOpen, IndexChange
from reports.document.terms import ROLES, RoleId
from reports.measures.choice.barrier import barrier
from reports.measures.choice.card import card
from reports.measures.choice.openings import DOORS, openings_of
from reports.measures.panel import Panel
from reports.measures.population import WINDOW_WEEKS, listed_population, window, window_population
from reports.measures.requirements import Tags
from storage.profile import Profile
from storage.records import TaxonomyRecord, TaxonomyTag

STANDING = (
    Profile("newcomer", 1, 0, frozenset({"data_analysis"}), "bachelor"),
    Profile("switching", 5, 0, frozenset({"data_analysis", "sql"}), "bachelor"),
    Profile("experienced", 5, 3, frozenset({"data_analysis", "llm", "machine_learning", "sql"}), "bachelor"),
)
"""Whose cards every report shows: a newcomer, a product manager without AI, and one with it."""


def choice(
    panel: Panel,
    tags: Tags,
    taxonomy: TaxonomyRecord | None,
    trade_offs: Sequence[TradeOff],
    profiles: Sequence[Profile],
    *,
    standing: Sequence[Profile] = STANDING,
    examples: int = 3,
) -> Choice:
    """Return T13 to T15: the cards of `profiles`, then those of `standing`."""
    people, first = listed_population(panel), panel.last
    listed = len(people.rows) > 0
    if not listed:
        people, first = window_population(panel), panel.last - WINDOW_WEEKS + 1
    openings = openings_of(panel, people, tags, taxonomy)
    named = {tag.id: tag for tag in (*tags.tags, *(taxonomy.tags if taxonomy else ()))}

    def names(id: str) -> Named:
        tag = named.get(id, TaxonomyTag(id, id, id, "none"))
        return {"id": id, "en": tag.en, "zh": tag.zh}

    some = len(openings.rows) > 0
    return {
        "id": "T13",
        "population": "listed" if listed else "window",
        "status": "ok" if some else "insufficient",
        "reason": "" if some else "no_postings",
        "window": window(panel, first, panel.last),
        "cards": [
            card(openings, profile, names, standing=i >= len(profiles), examples=examples)
            for i, profile in enumerate((*profiles, *standing))
        ],
        "barrier": barrier(openings),
        "trade_offs": [one for one in trade_offs if one["role"] in DOORS],
    }


def trade_offs(changes: Sequence[IndexChange], days: Mapping[RoleId, DaysOpen]) -> list[TradeOff]:
    """Return what is listed beside the cards, by class; `changes` of the level are parallel to ROLES."""
    return [
        {"role": role, "days_open": days[role], "change_13w": change}
        for role, change in zip(ROLES, changes, strict=True)
    ]
