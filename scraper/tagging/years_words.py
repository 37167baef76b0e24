"""The word lists of the grammar of years of experience (years.toml), by language."""

from dataclasses import dataclass
from functools import cache

from scraper.tagging.tables import Words, load


@dataclass(frozen=True, slots=True)
class YearsWords:
    """What tells that a number of years is experience, what of, and what tells that it is none."""

    cue: Words
    product: Words
    management: Words
    reject: Words
    before_reject: Words
    none: Words
    fresh: Words


@cache
def years_words(language: str) -> YearsWords:
    """Return the word lists of a language, "zh" or "en"."""
    table = load("years")[language]
    names = ("cue", "product", "management", "reject", "before_reject", "none", "fresh")
    return YearsWords(*(Words(table[name]) for name in names))
