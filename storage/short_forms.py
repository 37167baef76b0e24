"""What a tagging says in short: its columns `asked` and `said`, for who reads many.

They say once more what stands in other columns and tables, written with the row and compared by `db check`.
Who reads them need not go through quotes, texts and three tables.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from storage.facts import asked_levels, groups_required, number_json, travel_asked
from storage.taggings import STRENGTH

ASKED = ("tags", "industries", "languages", "degree_specials", "travel", "alternatives")
"""The families of the column `asked`, in their order there."""
_LEVELLED = ASKED[1:4]
ORIGIN = ("market", "whole", "places", "countries")
UNDERSTOOD = (
    *("lang", "years_min", "years_max", "years_requirement", "ai_years_min", "ai_years_requirement"),
    *("education", "education_requirement", "workplace", "title_label", "body_label", "pipeline_share"),
)
PAY = ("salary_min", "salary_max", "salary_currency", "salary_period", "salary_months")
"""The fields of the three lines of the column `said`: of posting and version, of the tagging, of its pay."""


def asked_text(hits: Iterable[tuple[str, str]], facts: Mapping[str, Any]) -> str:
    """Return the value of the column `asked`: what a tagging asks for, without quotes, for who reads many.

    It is made of its tags (id, requirement) and of a value of the column `facts`. Families (ASKED) are
    divided by ";", what is asked in one by ",", each as `id:requirement` in the order of ids; of a tag the
    strongest requirement counts and mere mentions are left out. Travel is the requirement alone. Groups of
    required alternatives are `id|id` (see groups_required).
    """
    tags: dict[str, str] = {}
    for tag, requirement in hits:
        if requirement != "mentioned" and (tag not in tags or STRENGTH[requirement] > STRENGTH[tags[tag]]):
            tags[tag] = requirement
    levels = [_levels_text(asked_levels(facts[name])) if name in facts else "" for name in _LEVELLED]
    groups = ",".join(["|".join(ids) for ids in groups_required(facts.get("alternatives"))])
    return ";".join([_levels_text(tags), *levels, travel_asked(facts.get("travel")) or "", groups])


def _levels_text(levels: Mapping[str, str]) -> str:
    return ",".join([f"{id}:{levels[id]}" for id in sorted(levels)])


def read_asked(family: str) -> dict[str, str]:
    """Return id -> requirement of one family of the column `asked`."""
    hits = (hit.rpartition(":") for hit in family.split(",") if hit)
    return {id: requirement for id, _, requirement in hits}


def read_groups(family: str) -> tuple[tuple[str, ...], ...]:
    """Return the groups of alternatives of the column `asked`, as groups_required tells them."""
    return tuple(tuple(group.split("|")) for group in family.split(",") if group)


def said_text(origin: str, understood: str) -> str:
    """Return the value of the column `said`: what a posting says besides what it asks for.

    Its lines are what `origin_text` gives and the two of `understood_text`. Tabs divide the fields of a line;
    one that is not stated is empty.
    """
    return f"{origin}\n{understood}"


def origin_text(market: str, whole: bool, places: str, countries: str) -> str:
    """Return what posting and version say themselves: ORIGIN, the lists as the JSON that the version has."""
    return "\t".join((market, "1" if whole else "", places, countries))


def understood_text(understood: Iterable[str | float | None], pay: Iterable[str | float | None]) -> str:
    """Return what a tagging says: the values of its columns UNDERSTOOD and, below, PAY."""
    return f"{_line(understood)}\n{_line(pay)}"


def _line(values: Iterable[str | float | None]) -> str:
    return "\t".join(
        ["" if one is None else one if isinstance(one, str) else str(number_json(one)) for one in values]
    )
