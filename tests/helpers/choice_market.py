"""Small markets for the choice between AI PM and AIGC PM, and how a card is looked at."""

from typing import Any

from facts_builder import TAXONOMY, Market, monday

from reports.building.weekly import build_weekly
from reports.document.choice import Card, Choice, Door
from reports.measures.choice.openings import Openings, openings_of
from reports.measures.panel import build_panel
from reports.measures.population import listed_population
from reports.measures.requirements import tag_matrix
from storage.profile import Profile
from storage.records import RoleClass

ME = Profile("me", 3, 0, frozenset({"sql"}), "bachelor", cities=frozenset({"上海"}))


def market_of(*posts: dict[str, Any], role: RoleClass = "aigc_pm") -> Market:
    """One board that lists these postings (p0, p1 ...)."""
    market = Market()
    ids = [market.post(f"p{i}", **{"role": role, **_with_lists(says)}) for i, says in enumerate(posts)]
    market.look("X", 0, ids)
    return market


def _with_lists(says: dict[str, Any]) -> dict[str, Any]:
    """With lists of industries and languages as what is required."""
    lists = {name: says[name] for name in ("industries", "languages") if name in says}
    return {**says, **{name: dict.fromkeys(asked, "required") for name, asked in lists.items()}}


def openings(market: Market, week: int = 0) -> Openings:
    panel = build_panel(market.facts(), monday(week))
    return openings_of(panel, listed_population(panel), tag_matrix(panel, TAXONOMY), TAXONOMY)


def choice_of(market: Market, *profiles: Profile, week: int = 0) -> Choice:
    return build_weekly(market.facts(), monday(week), profiles=profiles)["choice"]


def door(card: Card, role: str) -> Door:
    return next(one for one in card["doors"] if one["role"] == role)


def levers(door: Door) -> dict[str, int]:
    """What opens how many: `skill:llm+ai_years:1` -> 3."""
    return {
        "+".join(f"{x['kind']}:{x['id']}" for x in row["levers"]): row["u"]
        for row in (*door["singles"], *door["pairs"])
    }
