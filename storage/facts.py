"""The facts of a posting as JSON: one shape for the column `facts` and for what `pmtrend tag --jsonl` prints.

A quote is `{"quote", "field", "start", "end"}`, or `{"quote"}` of a board's own field. Whole numbers have no
decimals. A missing value inside a fact is null.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from storage.taggings import (
    Alternatives,
    Asked,
    Fingerprint,
    Quote,
    Tagging,
    TagHit,
    TravelAsked,
    YearsDemand,
)


def quote_json(quote: Quote) -> dict[str, Any]:
    """Return where a quote stands and what it says."""
    return _quoted({}, quote)


def _quoted(fact: dict[str, Any], quote: Quote) -> dict[str, Any]:
    """Return a fact with its quote, which is put into it: to merge two dicts takes as long again."""
    text, start, end, field = quote
    fact["quote"] = text
    if start is not None:
        fact["field"], fact["start"], fact["end"] = field, start, end
    return fact


def tag_json(tag: TagHit) -> dict[str, Any]:
    """Return a tag: id, fine tag, requirement, zone, quote."""
    id, fine, requirement, zone, (quote, start, end, field) = tag
    return {
        "id": id,
        "fine": fine,
        "requirement": requirement,
        "zone": zone,
        "quote": quote,
        "field": field,
        "start": start,
        "end": end,
    }


def number_json(value: float | None) -> float | int | None:
    """Return `value`, as an integer if it is whole."""
    return int(value) if value is not None and not value % 1 else value


def asked_json(asked: Asked) -> dict[str, Any]:
    """Return one thing asked: id, requirement, level, quote."""
    fact = {
        "id": asked.id,
        "requirement": asked.requirement,
        "level": asked.level,
    }
    return _quoted(fact, asked.quote)


def years_json(demand: YearsDemand) -> dict[str, Any]:
    """Return one demand for years."""
    fact = {
        "scope": demand.scope,
        "min": number_json(demand.min),
        "max": number_json(demand.max),
        "requirement": demand.requirement,
        "zone": demand.zone,
        "condition": demand.condition,
        "part": demand.part,
    }
    return _quoted(fact, demand.quote)


def travel_json(travel: TravelAsked) -> dict[str, Any]:
    """Return the travel asked for."""
    fact = {
        "requirement": travel.requirement,
        "percent_min": number_json(travel.percent_min),
        "percent_max": number_json(travel.percent_max),
        "times_a_year": number_json(travel.times_a_year),
        "often": travel.often,
    }
    return _quoted(fact, travel.quote)


def fingerprint_json(fingerprint: Fingerprint) -> dict[str, Any]:
    """Return pipeline and application with the pipeline's share, and the stages and groups named."""
    return {
        "pipeline": fingerprint.pipeline,
        "application": fingerprint.application,
        "share": fingerprint.share,
        "stages": list(fingerprint.stages),
        "groups": list(fingerprint.groups),
    }


def alternatives_json(group: Alternatives) -> dict[str, Any]:
    """Return one group of tags of which one suffices."""
    fact = {
        "ids": list(group.ids),
        "requirement": group.requirement,
        "alone": list(group.alone),
    }
    return _quoted(fact, group.quote)


_FAMILIES: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "fingerprint": fingerprint_json,
    "years_all": years_json,
    "industries": asked_json,
    "languages": asked_json,
    "degree_specials": asked_json,
    "travel": travel_json,
    "visa": asked_json,
    "alternatives": alternatives_json,
}
"""Attribute of a tagging, and name of the family -> the shape of what is stated there."""
_SINGLE = ("fingerprint", "travel")
"""All others have a list of facts."""


def facts_json(tagging: Tagging) -> dict[str, Any]:
    """Return all facts of a tagging by family; what is not stated is null or empty."""
    unstated: dict[str, Any] = {name: None if name in _SINGLE else [] for name in _FAMILIES}
    return unstated | _stated(tagging)


def stored_facts(tagging: Tagging) -> dict[str, Any]:
    """Return the value of the column `facts`: only what is stated."""
    facts = _stated(tagging)
    if tagging.compensation:
        facts["compensation"] = dict(tagging.compensation)
    return facts


def _stated(tagging: Tagging) -> dict[str, Any]:
    """Return the facts that are stated, by family: of most postings those are few."""
    facts: dict[str, Any] = {}
    for name, shape in _FAMILIES.items():
        if said := getattr(tagging, name):
            facts[name] = shape(said) if name in _SINGLE else [shape(one) for one in said]
    return facts


def asked_levels(asked: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """Return id -> requirement of one family (industries, languages ...) in a value of the column."""
    return {one["id"]: one["requirement"] for one in asked or ()}


def groups_required(groups: Iterable[Mapping[str, Any]] | None) -> tuple[tuple[str, ...], ...]:
    """Return what a value of the column requires one of, by group: tags in the order of their ids. Those that
    are asked for by themselves as well have a group of their own, too."""
    if not groups:
        return ()
    required = [group for group in groups if group["requirement"] == "required"]
    several = {tuple(sorted(group["ids"])) for group in required}
    return tuple(sorted(several | {(id,) for group in required for id in group["alone"]}))


def travel_asked(travel: Mapping[str, Any] | None) -> str | None:
    """Return whether travel is asked for by what a value of the column says of it: required, preferred, or
    None (also where it says that there is none)."""
    return travel["requirement"] if travel and travel["often"] != "none" else None
