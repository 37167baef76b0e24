"""Frequent phrases of texts: whole, free, not parts of others; what is counted of them."""

import random
from collections.abc import Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.vocabulary.ngrams import CUT, ITEM, Corpus, Limits, Phrase

LOOSE = Limits(support=2, longest=4, cohesion=0.0, freedom=0.0)


def everything(units: Sequence[str]) -> bool:
    return True


def found(texts: Sequence[Sequence[str]], limits: Limits = LOOSE) -> dict[str, Phrase]:
    with Corpus() as corpus:
        for key, units in enumerate(texts):
            corpus.add(key, key, False, units)
        return {" ".join(phrase.units): phrase for phrase in corpus.phrases(limits, everything)}


def sentences(phrase: str, count: int = 8) -> list[list[str]]:
    """Texts that hold `phrase` between words that are never the same."""
    return [[f"l{number}", f"m{number % 3}", *phrase.split(), f"n{number % 3}"] for number in range(count)]


def test_a_phrase_is_found_whole_and_its_parts_are_not() -> None:
    phrases = found(sentences("world model"), Limits(4, 4, 1.0, 0.8))
    assert list(phrases) == ["world model"]
    assert phrases["world model"].texts == 8


def test_a_part_that_also_stands_alone_is_found_too() -> None:
    texts = sentences("world model") + sentences("model")
    assert set(found(texts, Limits(4, 4, 0.5, 0.8))) == {"world model", "model"}


def test_what_always_has_the_same_neighbour_is_a_fragment() -> None:
    # Each is followed by the same word, but the longer phrase is too long to be looked at.
    phrases = found(sentences("a b c d"), Limits(4, 2, 0.0, 0.8))
    assert phrases == {}


def test_words_that_meet_by_chance_do_not_cohere() -> None:
    pairs = list(product("pqrs", "wxyz")) * 3
    random.Random(1).shuffle(pairs)
    texts = [[*pair, CUT] for pair in pairs]
    assert not [name for name in found(texts, Limits(2, 2, 1.0, 0.0)) if " " in name]


def test_no_phrase_crosses_a_cut_or_an_item() -> None:
    phrases = found([["tea", CUT, "pot", ITEM, "lid"]] * 3)
    assert set(phrases) == {"tea", "pot", "lid"}


def test_items_are_counted_between_the_marks_of_lists() -> None:
    limits = Limits(1, 2, 0.0, 0.0, opens=frozenset({"like"}), closes=frozenset({"etc"}))
    texts = [
        [ITEM, "tea", ITEM],
        ["like", "tea", "etc"],
        [CUT, "tea", ITEM],
        ["the", "tea", "pot"],
    ]
    with Corpus() as corpus:
        for key, units in enumerate(texts):
            corpus.add(10 + key, key % 2, key == 1, units, elsewhere=["tea"] if key == 3 else [])
        tea = next(phrase for phrase in corpus.phrases(limits, lambda units: units == ["tea"]))
    assert (tea.texts, tea.items, tea.elsewhere, tea.first) == (4, 2, 1, 10)
    assert tea.owners == ({0, 1}, {1})


def test_an_empty_corpus_has_no_phrases() -> None:
    assert found([]) == {} == found([[], [CUT]])


def slow(texts: Sequence[Sequence[str]], limits: Limits) -> set[str]:
    """The same by hand: n-grams of enough texts, without cohesion, freedom and parts."""
    grams: dict[tuple[str, ...], int] = {}
    for units in texts:
        here = {
            tuple(units[start : start + length])
            for length in range(1, limits.longest + 1)
            for start in range(len(units) - length + 1)
            if not {CUT, ITEM} & set(units[start : start + length])
        }
        for gram in here:
            grams[gram] = grams.get(gram, 0) + 1
    return {" ".join(gram) for gram, count in grams.items() if count >= limits.support}


@settings(max_examples=200)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", CUT, ITEM]), max_size=8), max_size=8))
def test_counting_by_levels_misses_nothing(texts: list[list[str]]) -> None:
    limits = Limits(support=2, longest=4, cohesion=-99.0, freedom=0.0, alone=0.0)
    phrases = found(texts, limits)
    assert set(phrases) == slow(texts, limits)
    for name, phrase in phrases.items():
        parts = name.split()
        holding = [
            key
            for key, units in enumerate(texts)
            if any(units[at : at + len(parts)] == parts for at in range(len(units)))
        ]
        assert (phrase.texts, phrase.owners[0]) == (len(holding), set(holding))
