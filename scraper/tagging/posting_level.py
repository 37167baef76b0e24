"""What a posting as a whole asks: of all demands for years and degrees, those that hold for everybody."""

from collections.abc import Sequence
from typing import Literal, cast

from scraper.tagging.education import LEVELS, Degree, parse_education
from scraper.tagging.years import YearsPhrase, parse_experience
from storage.records import EducationAsked, EducationLevel, Quote, YearsAsked

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

    Of years that contain others ("8+ years in software, 3 of them in product") those that contain them count,
    of alternatives the smaller, of years bound to degrees those of the lowest degree.
    """
    if not phrases:
        return None
    phrases = _smaller(_wholes(phrases))
    required = _lowest_degree([phrase for phrase in phrases if phrase.requirement != "preferred"])
    for group, scopes in (
        (required, ("total", "pm", "other", "mgmt")),
        (required, ("ai", "genai")),
        (_lowest_degree(phrases), ("total", "pm", "other", "mgmt", "ai", "genai")),
    ):
        chosen = [phrase for phrase in group if phrase.scope in scopes]
        if chosen:
            return _asked(max(chosen, key=lambda phrase: (phrase.min, -phrase.start)), text)
    return None


def _wholes(phrases: Sequence[YearsPhrase]) -> list[YearsPhrase]:
    wholes: list[YearsPhrase] = []
    for phrase in phrases:
        if not (phrase.part and wholes and wholes[-1].min >= phrase.min):
            wholes.append(phrase)
        elif wholes[-1].scope in ("other", "ai", "genai") and phrase.requirement != "preferred":
            wholes[-1] = wholes[-1]._replace(scope="total")
    return wholes


def _smaller(phrases: Sequence[YearsPhrase]) -> list[YearsPhrase]:
    """Return `phrases` with one for each run of alternatives: the smaller suffices, up to the greatest."""
    chosen: list[YearsPhrase] = []
    for phrase in phrases:
        if not (phrase.alternative and chosen) or phrase.condition != chosen[-1].condition:
            chosen.append(phrase)
        else:
            top = None
            if phrase.max is not None and chosen[-1].max is not None:
                top = max(phrase.max, chosen[-1].max)
            chosen[-1] = min(chosen[-1], phrase, key=lambda one: one.min)._replace(max=top)
    return chosen


def _lowest_degree(phrases: Sequence[YearsPhrase]) -> list[YearsPhrase]:
    """Return `phrases` without those that hold for a higher degree only: who has it is asked for less."""
    bound = [phrase for phrase in phrases if phrase.condition]
    if not bound:
        return list(phrases)
    # Of two demands on one degree the first: basic qualifications stand before further ones.
    lowest = min(bound, key=lambda phrase: LEVELS.index(cast(EducationLevel, phrase.condition)))
    return [phrase for phrase in phrases if not phrase.condition or phrase is lowest]


def years_ai(phrases: Sequence[YearsPhrase], text: str) -> YearsAsked | None:
    """Return the years of AI asked for, required ones before wishes, the larger minimum.

    Where years of something else suffice as well, none of AI are asked.
    """
    chosen = [phrase for phrase in _smaller(_without_other_ways(phrases)) if phrase.scope in ("ai", "genai")]
    required = [phrase for phrase in chosen if phrase.requirement == "required"]
    best = max(required or chosen, key=lambda phrase: (phrase.min, -phrase.start), default=None)
    return _asked(best, text) if best else None


def _without_other_ways(phrases: Sequence[YearsPhrase]) -> list[YearsPhrase]:
    """Return `phrases` without runs of alternatives that not all are of AI."""
    runs: list[list[YearsPhrase]] = []
    for phrase in phrases:
        if phrase.alternative and runs:
            runs[-1].append(phrase)
        else:
            runs.append([phrase])
    return [
        phrase
        for run in runs
        if len(run) == 1 or all(one.scope in ("ai", "genai") or one.condition for one in run)
        for phrase in run
    ]


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
