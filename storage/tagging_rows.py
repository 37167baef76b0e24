"""A tagging as the columns of its rows.

Plain values cost a fifth of the objects when they are sent to another process. Knows no SQL, so that those
that only tag need not load it.
"""

from typing import Any

from storage.facts import stored_facts
from storage.records import Quote, Tagging, TagHit

TaggingRows = tuple[dict[str, Any], list[dict[str, Any]]]
"""Columns of a row of `taggings` and of its rows of `tags`, without their keys."""


def tagging_rows(tagging: Tagging) -> TaggingRows:
    """Return a tagging as it is stored."""
    return _flat(tagging), [_tag_row(hit) for hit in tagging.tags]


def _quote(quote: Quote | None) -> dict[str, Any] | None:
    return quote._asdict() if quote else None


def _flat(tagging: Tagging) -> dict[str, Any]:
    years, ai, degree, pay = tagging.years_total, tagging.years_ai, tagging.education, tagging.salary
    proof = {
        "years": _quote(years.quote if years else None),
        "ai_years": _quote(ai.quote if ai else None),
        "education": _quote(degree.quote if degree else None),
        "salary": _quote(pay.quote if pay else None),
    }
    return {
        "role": tagging.role,
        "lang": tagging.lang,
        "classic": tagging.classic,
        "genai": tagging.genai,
        "years_min": years.min if years else None,
        "years_max": years.max if years else None,
        "years_requirement": years.requirement if years else None,
        "ai_years_min": ai.min if ai else None,
        "ai_years_max": ai.max if ai else None,
        "ai_years_requirement": ai.requirement if ai else None,
        "education": degree.min if degree else None,
        "education_requirement": degree.requirement if degree else None,
        "workplace": tagging.workplace,
        "salary_min": pay.min if pay else None,
        "salary_max": pay.max if pay else None,
        "salary_currency": pay.currency if pay else None,
        "salary_period": pay.period if pay else None,
        "salary_months": pay.months if pay else None,
        "proof": {name: quote for name, quote in proof.items() if quote},
        "title_label": tagging.title_label,
        "body_label": tagging.body_label,
        "pipeline_share": tagging.fingerprint.share if tagging.fingerprint else None,
        "facts": stored_facts(tagging),
    }


def _tag_row(hit: TagHit) -> dict[str, Any]:
    return {
        "fine": hit.fine,
        "tag": hit.id,
        "requirement": hit.requirement,
        "zone": hit.zone,
        "field": hit.quote.field,
        "quote": hit.quote.text,
        "start": hit.quote.start,
        "end": hit.quote.end,
    }
