"""What a posting as a whole asks: of all demands for years and degrees, those that hold for everybody."""

from collections.abc import Sequence
from typing import Literal

from scraper.tagging.education import Degree, parse_education
from scraper.tagging.years import YearsPhrase, parse_experience
from storage.records import EducationAsked, Quote, YearsAsked

_FIELD = 200
"""Letters of a board's field that are read."""


def years_total(phrases: Sequence[YearsPhrase], text: str, raw: str) -> YearsAsked | None:
    """Return the years asked of everybody; those of the field `raw` where `text` is silent or only wishes."""
    said = _of_text(phrases, text)
    if said is not None and said.requirement == "required":
        return said
    return _of_field(raw) or said


def _of_text(phrases: Sequence[YearsPhrase], text: str) -> YearsAsked | None:
    """Return the required total or product years, the larger minimum; else other scopes, AI years, wishes.

    Of years that contain others ("8+ years in software, 3 of them in product") those that contain them count.
    """
    if not phrases:
        return None
    phrases = _wholes(phrases)
    required = [phrase for phrase in phrases if phrase.requirement != "preferred"]
    for group, scopes in (
        (required, ("total", "pm")),
        (required, ("other", "mgmt")),
        (required, ("ai", "genai")),
        (phrases, ("total", "pm", "other", "mgmt", "ai", "genai")),
    ):
        chosen = [phrase for phrase in group if phrase.scope in scopes]
        if chosen:
            return _asked(max(_lowest_degree(chosen), key=lambda phrase: (phrase.min, -phrase.start)), text)
    return None


def _wholes(phrases: Sequence[YearsPhrase]) -> list[YearsPhrase]:
    wholes: list[YearsPhrase] = []
    for phrase in phrases:
        if not (phrase.part and wholes and wholes[-1].min >= phrase.min):
            wholes.append(phrase)
        elif wholes[-1].scope in ("other", "ai", "genai") and phrase.requirement != "preferred":
            wholes[-1] = wholes[-1]._replace(scope="total")
    return wholes


def _lowest_degree(phrases: list[YearsPhrase]) -> list[YearsPhrase]:
    bound = [phrase for phrase in phrases if phrase.condition]
    if not bound:
        return phrases
    # More years are asked of the lower degree: that is the demand on everybody.
    lowest = max(bound, key=lambda phrase: phrase.min)
    return [phrase for phrase in phrases if not phrase.condition or phrase is lowest]


def years_ai(phrases: Sequence[YearsPhrase], text: str) -> YearsAsked | None:
    """Return the years of AI asked for, required ones before wishes, the larger minimum."""
    chosen = [phrase for phrase in phrases if phrase.scope in ("ai", "genai")]
    required = [phrase for phrase in chosen if phrase.requirement == "required"]
    best = max(required or chosen, key=lambda phrase: (phrase.min, -phrase.start), default=None)
    return _asked(best, text) if best else None


def _of_field(raw: str) -> YearsAsked | None:
    parsed = parse_experience(raw[:_FIELD]) if raw else None
    if parsed is None:
        return None
    low, high = parsed
    return YearsAsked(low, None if (low, high) == (0, 0) else high, "required", Quote(raw))


def education_asked(degree: Degree | None, text: str, raw: str) -> EducationAsked | None:
    """Return the degree asked for: of the text, or of the board's field `raw` if that is surer."""
    level = parse_education(raw[:_FIELD]) if raw else None
    if degree is not None and not (degree.requirement == "preferred" and level):
        quote = Quote(text[degree.start : degree.end], degree.start, degree.end)
        return EducationAsked(degree.level, degree.requirement, quote)
    return EducationAsked(level, "required", Quote(raw)) if level else None


def _asked(phrase: YearsPhrase, text: str) -> YearsAsked:
    requirement: Literal["required", "preferred"] = (
        "preferred" if phrase.requirement == "preferred" else "required"
    )
    upper = None if phrase.min == 0 and phrase.max == 0 else phrase.max
    quote = Quote(text[phrase.start : phrase.end], phrase.start, phrase.end)
    return YearsAsked(phrase.min, upper, requirement, quote)
