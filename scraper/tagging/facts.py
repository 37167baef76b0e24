"""What a text says besides tags, role and degree, as one value: fingerprint, years, what is asked."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from scraper.stages import Stages
from scraper.tagging.alternatives import find_alternatives
from scraper.tagging.asked import AskedFacts, find_asked
from scraper.tagging.clauses import Marks
from scraper.tagging.fingerprint import fingerprint
from scraper.tagging.hits import Hit, ListHits
from scraper.tagging.masking import Text
from scraper.tagging.years import YearsPhrase
from scraper.tagging.years_demands import years_demands
from scraper.tagging.zones import Zoning
from storage.records import Alternatives, Fingerprint, YearsDemand


class TextFacts(NamedTuple):
    """The facts of one posting; the modules that find them tell what they mean."""

    fingerprint: Fingerprint
    years: tuple[YearsDemand, ...]
    asked: AskedFacts
    alternatives: tuple[Alternatives, ...] = ()


def text_facts(
    head: Text,
    body: Text,
    zoning: Zoning,
    *,
    hits: Sequence[Hit],
    phrases: Sequence[YearsPhrase],
    words: ListHits,
    marked: Callable[[int], Marks],
) -> Stages[TextFacts]:
    """Find the facts of title and text, stage by stage.

    `hits` are the counted hits of the vocabulary, `phrases` the demands for years, `words` the hits of
    the word lists (see matching.py), `marked(i)` the marks of the i-th sentence.
    """
    lies = fingerprint(hits, zoning.sentences)
    yield
    years = years_demands(phrases, body, zoning)
    yield
    asked = find_asked(head, body, zoning, words, marked)
    yield
    return TextFacts(lies, years, asked, find_alternatives(body, hits, zoning.sentences, words))
