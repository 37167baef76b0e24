"""Reading what postings say for an export: all that was understood of their texts, and every quote."""

import json
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, Text, bindparam, cast, func, select

from storage.facts import asked_levels, groups_required, travel_asked
from storage.records import Pay
from storage.tables import Company, Posting, Tag, Tagging, Taxonomy, Version, has_whole_text

_STATED: Final = (
    *("lang", "role", "title_label", "body_label", "classic", "genai"),
    *("years_min", "years_max", "years_requirement"),
    *("ai_years_min", "ai_years_max", "ai_years_requirement"),
    *("education", "education_requirement", "workplace"),
    *("salary_min", "salary_max", "salary_currency", "salary_period", "salary_months"),
    "pipeline_share",
)
"""Columns of a tagging that are exported as they are."""
_FACTS: Final = ("industries", "languages", "travel", "alternatives")
SAID: Final = (
    *("family", "native_id", "vacancy", "company", "company_name", "company_hidden"),
    *("title", "url", "market", "places", "countries", "posted_at", "has_text"),
    *_STATED,
    *("salary_annual_min", "salary_annual_max", "industries", "languages", "travel"),
    *("alternatives", "taxonomy"),
)
POSTING: Final = ("posting", "unit", "first_seen_at", "last_seen_at", "open", *SAID)
"""The columns of a posting's row."""
TAGS: Final = ("posting", "fine", "tag", "requirement", "zone", "field", "quote", "start", "end")


class Said(NamedTuple):
    """What a posting says: values of the columns `SAID`; `text` if it was asked for."""

    posting: int
    tagging: int
    facts: tuple[Any, ...]
    text: str


_STATEMENT: Final = (
    select(
        Tagging.id.label("tagging"),
        *(getattr(Tagging, name) for name in _STATED),
        *(cast(Tagging.facts[name], Text).label(name) for name in _FACTS),
        Posting.id.label("posting"),
        *(Posting.family, Posting.native_id, Posting.vacancy, Posting.market, Posting.posted_at),
        func.coalesce(func.nullif(Version.url, ""), Posting.url).label("url"),
        *(Version.title, Version.places, Version.countries),
        has_whole_text().label("has_text"),
        Company.id.label("company"),
        Company.name.label("company_name"),
        Company.key.label("company_key"),
        Taxonomy.version.label("taxonomy"),
    )
    .join(Version, Version.id == Tagging.version_id)
    .join(Posting, Posting.id == Version.posting_id)
    .join(Company, Company.id == Posting.company_id)
    .join(Taxonomy, Taxonomy.id == Tagging.taxonomy_id)
    .where(Tagging.id.in_(bindparam("taggings", expanding=True)))
)
_TEXTS: Final = (
    select(Tagging.id, Version.text)
    .join(Version, Version.id == Tagging.version_id)
    .where(Tagging.id.in_(bindparam("taggings", expanding=True)))
)
_TAGS: Final = select(
    *(Tag.tagging_id, Tag.fine, Tag.tag, Tag.requirement, Tag.zone, Tag.field, Tag.quote, Tag.start, Tag.end)
).where(Tag.tagging_id.in_(bindparam("taggings", expanding=True)))


def read_said(connection: Connection, taggings: Sequence[int], texts: bool) -> list[Said]:
    """Return what the postings with these taggings (ids) say, in their order; texts only if asked for."""
    rows = {row.tagging: row for row in connection.execute(_STATEMENT, {"taggings": taggings})}
    text: dict[int, str] = {}
    if texts:
        text = {tagging: words for tagging, words in connection.execute(_TEXTS, {"taggings": taggings})}
    return [Said(rows[one].posting, one, _facts(rows[one]), text.get(one, "")) for one in taggings]


def read_tags(connection: Connection, said: Sequence[Said]) -> dict[str, Sequence[Any]]:
    """Return the tags of these postings as the columns `TAGS`: in their order, those of one by `fine`."""
    place = {one.tagging: number for number, one in enumerate(said)}
    result = connection.execute(_TAGS, {"taggings": list(place)})
    rows = [tuple(row) for row in result.cursor.fetchall()]  # the driver's own rows: there are many
    result.close()
    rows.sort(key=itemgetter(1))  # here, since each engine has an order of texts of its own
    rows.sort(key=lambda row: place[row[0]])
    columns = dict(zip(TAGS, zip(*rows, strict=True) if rows else ((),) * len(TAGS), strict=True))
    return columns | {"posting": [said[place[tagging]].posting for tagging in columns["posting"]]}


def _facts(row: Row[Any]) -> tuple[Any, ...]:
    facts = row._asdict()
    pay = Pay(*(facts[f"salary_{name}"] for name in ("min", "max", "currency", "period", "months")))
    facts |= {
        "company_hidden": facts["company_key"].startswith("anonymous:"),
        "has_text": bool(facts["has_text"]),
        "salary_annual_min": pay.annual(pay.min),
        "salary_annual_max": pay.annual(pay.max),
        "industries": sorted(asked_levels(_stated(facts["industries"]))),
        "languages": sorted(asked_levels(_stated(facts["languages"]))),
        "travel": travel_asked(_stated(facts["travel"])),
        "alternatives": ["|".join(ids) for ids in groups_required(_stated(facts["alternatives"]))],
    }
    return tuple(None if value == "" else value for value in _SAID(facts))


_SAID: Final = itemgetter(*SAID)


def _stated(text: str | None) -> Any:
    """What a fact says; one that is not stated is null, of which engines make different things."""
    return None if text is None or text == "null" else json.loads(text)
