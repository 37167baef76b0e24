"""Everything asked of the candidate besides tags, years and the degree: see the modules that it calls."""

from collections.abc import Callable
from typing import NamedTuple

from scraper.tagging.asked_words import asked_words
from scraper.tagging.clauses import Marks
from scraper.tagging.degrees import find_degree_specials
from scraper.tagging.hits import ListHits
from scraper.tagging.industries import find_industries
from scraper.tagging.languages import find_languages
from scraper.tagging.masking import Text
from scraper.tagging.permits import find_permits
from scraper.tagging.travel import find_travel
from scraper.tagging.zones import Zoning
from storage.records import Asked, TravelAsked


class AskedFacts(NamedTuple):
    """The facts by family; storage/taggings.py tells what they mean."""

    industries: tuple[Asked, ...] = ()
    languages: tuple[Asked, ...] = ()
    degree_specials: tuple[Asked, ...] = ()
    travel: TravelAsked | None = None
    visa: tuple[Asked, ...] = ()


NOTHING_ASKED = AskedFacts()


def find_asked(
    head: Text,
    body: Text,
    zoning: Zoning,
    found: ListHits,
    marked: Callable[[int], Marks],
) -> AskedFacts:
    """Return what title and text ask.

    `found` are the hits of the word lists in both (see matching.py); `marked(i)` gives the marks of the i-th
    sentence of the text.
    """
    in_title, words = asked_words(body.low, found)
    named, spoken = words.get("language", ()), in_title.get("language", ())
    if not words and not spoken:
        return NOTHING_ASKED
    return AskedFacts(
        find_industries(body, zoning, words["industry"], marked) if "industry" in words else (),
        find_languages(head, spoken, body, zoning, named, marked) if named or spoken else (),
        find_degree_specials(body, zoning, words, marked),
        find_travel(body, zoning, words["travel"], marked) if "travel" in words else None,
        find_permits(body, zoning, words["permit"], marked) if "permit" in words else (),
    )
