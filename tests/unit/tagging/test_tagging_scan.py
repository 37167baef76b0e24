"""One scan for all words: what it finds, what is masked, where sentences end, and the spans of clauses."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.parsing.folding import folded
from scraper.tagging import Tagger, tagger
from scraper.tagging.facts import TextFacts, text_facts
from scraper.tagging.hits import ListHits
from scraper.tagging.masking import MASK, prepare
from scraper.tagging.sentences import cut_sentences
from scraper.tagging.tables import edges, inside, places


def masked(text: str, *names: str) -> str:
    """Return `text` with what is masked as dots, folded."""
    return prepare(folded(text), names).low.replace(MASK, "·")


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("see tea.ai now", "see ······ now"),
        ("see tea.ai/cups?x=1. We", "see ················ we"),
        ("mail an.n@tea.org; ok", "mail ············; ok"),
        ("Tea.io, e.g. tea", "······, e.g. tea"),
        ("去https://tea.cn/a看茶", "去················看茶"),
        ("no.address here. Tea", "no.address here. tea"),
        ("tea.airport", "tea.airport"),
    ],
)
def test_addresses_are_masked(text: str, shows: str) -> None:
    found = masked(text)
    assert len(found) == len(text)
    assert found == shows


def test_the_employer_is_masked_where_its_name_is_a_word_of_its_own() -> None:
    assert masked("Acme acmes ACME2 负责Acme产品", "acme") == "···· acmes acme2 负责····产品"
    text = prepare(folded("Acme and tea.ai"), ("acme",))
    assert text.masks == [(0, 4), (9, 15)]


def test_all_line_ends_are_one() -> None:
    assert prepare(folded("a\r\nb\u2028c\x0bd")).low == "a\n\nb\nc\nd"


def sentences(text: str) -> list[str]:
    pieces = cut_sentences(prepare(folded(text)), [])
    return [text[start:end].strip() for start, end, _ in pieces]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Tea. Cups e.g. blue ones. 3.5 stars", ["Tea", "Cups e.g. blue ones", "3.5 stars"]),
        ("1、茶；2、杯。3.壶", ["茶", "杯", "壶"]),
        ("v2. next", ["v2. next"]),
        ("see tea.ai/x?y. Then go", ["see tea.ai/x", "y", "Then go"]),
        ("End.", ["End"]),
        ("End.\nNext", ["End", "Next"]),
        ("End.\nnext", ["End.", "next"]),
        ("● a ● b", ["a", "b"]),
        ("...", [".."]),
        ("", []),
        (" \n \n", []),
    ],
)
def test_sentences_end_at_stops_bullets_and_list_numbers(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


SPANS = st.lists(st.tuples(st.integers(-5, 40), st.integers(0, 12)).map(lambda span: (span[0], sum(span))))


@given(spans=SPANS, position=st.integers(-8, 60))
def test_a_position_is_in_the_union_if_it_is_in_one_of_the_spans(
    spans: list[tuple[int, int]], position: int
) -> None:
    assert inside(position, edges(spans)) == any(start <= position < end for start, end in spans)


def test_a_word_stands_at_its_own_edges_only() -> None:
    assert list(places("tea", "tea steam 喝tea tea2 (tea)")) == [(0, 3), (11, 14), (21, 24)]
    assert list(places("茶", "喝茶茶")) == [(1, 2), (2, 3)]


def test_word_lists_ride_in_the_one_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    def handed_in() -> Mapping[str, Sequence[str]]:
        return {"test.cups": ["cup", "tea cup", "茶杯"], "test.none": ["saucer"]}

    handed_on: list[ListHits] = []

    def facts(*args: Any, words: ListHits, **others: Any) -> TextFacts:
        handed_on.append(words)
        return text_facts(*args, words=words, **others)

    monkeypatch.setattr(tagger, "WORD_LISTS", (*tagger.WORD_LISTS, handed_in))
    monkeypatch.setattr(tagger, "text_facts", facts)
    Tagger().tag(folded("茶杯 PM"), folded("Sell a tea cup. No cups.\n茶杯好"), lang="zh", is_pm=True)
    (found,) = handed_on
    assert found["test.cups"] == [(0, 2, -1), (7, 14, 0), (25, 27, 2)]
    assert "test.none" not in found


def test_words_beside_a_glued_heading_count() -> None:
    text = "Write a lot of code every day in PythonRequirements:SQL and some knowledge of tea"
    found = Tagger().tag(folded("PM"), folded(text), lang="en", is_pm=True)
    assert [hit.tag.id for hit in found.hits] == ["python", "sql"]
