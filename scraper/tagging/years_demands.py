"""The demands for years as they are kept: every one found in the text, with scope, section and quote."""

from collections.abc import Iterable

from scraper.tagging.masking import Text
from scraper.tagging.years import YearsPhrase
from scraper.tagging.zones import Zoning
from storage.records import Quote, YearsDemand


def years_demands(phrases: Iterable[YearsPhrase], text: Text, zoning: Zoning) -> tuple[YearsDemand, ...]:
    """Return one demand for each of the `phrases` of `text`, in order."""
    return tuple(
        YearsDemand(
            phrase.scope,
            phrase.min,
            phrase.max,
            phrase.requirement,
            zoning.sentences[zoning.index(phrase.start)].zone,
            Quote(text.raw[phrase.start : phrase.end], phrase.start, phrase.end),
            phrase.condition,
            phrase.part,
        )
        for phrase in phrases
    )
