"""A tagging as the values of its rows, in the order of their columns and as SQLite takes them.

Plain values cost a fifth of the objects when they are sent to another process, and nothing is left to be done
with them by the one that writes. Knows no SQL, so that those that only tag need not load it.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from storage.facts import stored_facts
from storage.json_columns import json_text
from storage.records import Quote, Tagging
from storage.short_forms import PAY, UNDERSTOOD, asked_text, understood_text

TaggingRows = tuple[tuple[Any, ...], str, list[tuple[Any, ...]]]
"""The values of a row of `taggings` (TAGGING_COLUMNS but `said`), what it brings to `said`
(short_forms.understood_text), and the values of its rows of `tags` (TAG_COLUMNS)."""


TAGGING_COLUMNS = (
    "role",
    "lang",
    "classic",
    "genai",
    "years_min",
    "years_max",
    "years_requirement",
    "ai_years_min",
    "ai_years_max",
    "ai_years_requirement",
    "education",
    "education_requirement",
    "workplace",
    "salary_min",
    "salary_max",
    "salary_currency",
    "salary_period",
    "salary_months",
    "proof",
    "title_label",
    "body_label",
    "pipeline_share",
    "facts",
    "asked",
    "said",
)
"""All but `id`, `version_id`, `taxonomy_id` before them and `tagged_at` behind them. What posting and version
bring to `said` is known to who stores the row."""
_UNDERSTOOD, _PAY = (itemgetter(*map(TAGGING_COLUMNS.index, line)) for line in (UNDERSTOOD, PAY))
TAG_COLUMNS = ("fine", "tag", "requirement", "zone", "field", "quote", "start", "end")
"""All but `tagging_id`, which stands before them."""
_HIT = itemgetter(TAG_COLUMNS.index("tag"), TAG_COLUMNS.index("requirement"))


def tagging_rows(tagging: Tagging) -> TaggingRows:
    """Return a tagging as it is stored."""
    tags = [
        (fine, tag, requirement, zone, field, quote, start, end)
        for tag, fine, requirement, zone, (quote, start, end, field) in tagging.tags
    ]
    values = _flat(tagging, map(_HIT, tags))
    return values, understood_text(_UNDERSTOOD(values), _PAY(values)), tags


def _proof(quote: Quote) -> dict[str, Any]:
    text, start, end, field = quote
    return {"text": text, "start": start, "end": end, "field": field}


def _flat(tagging: Tagging, hits: Iterable[tuple[str, str]]) -> tuple[Any, ...]:
    years, ai, degree, pay = tagging.years_total, tagging.years_ai, tagging.education, tagging.salary
    proven = {"years": years, "ai_years": ai, "education": degree, "salary": pay}
    proof = {name: _proof(one.quote) for name, one in proven.items() if one and one.quote}
    facts = stored_facts(tagging)
    return (
        tagging.role,
        tagging.lang,
        tagging.classic,
        tagging.genai,
        years.min if years else None,
        years.max if years else None,
        years.requirement if years else None,
        ai.min if ai else None,
        ai.max if ai else None,
        ai.requirement if ai else None,
        degree.min if degree else None,
        degree.requirement if degree else None,
        tagging.workplace,
        pay.min if pay else None,
        pay.max if pay else None,
        pay.currency if pay else None,
        pay.period if pay else None,
        pay.months if pay else None,
        json_text(proof),
        tagging.title_label,
        tagging.body_label,
        facts["fingerprint"]["share"] if tagging.fingerprint else None,
        json_text(facts),
        asked_text(hits, facts),
    )
