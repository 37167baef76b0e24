"""Which demands are alternatives of one another: invented clauses, and what holds for any text."""

import csv
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import CORPORA

from scraper.parsing.folding import folded
from scraper.tagging import default_tagger
from scraper.tagging.alternatives import OTHER, find_alternatives
from scraper.tagging.hits import Hit
from scraper.tagging.masking import prepare
from scraper.tagging.zones import Sentence
from storage.records import Alternatives

CORPUS = CORPORA / "alternatives.tsv"
PIECES = (
    *("任职要求：", "加分项：", "熟悉", "SQL", "Python", "大模型", "RAG", "Agent", "多模态大模型", "AI产品"),
    *("R", "Java"),
    *(
        "或",
        "、",
        "/",
        "和",
        "，",
        "；",
        "。",
        "\n- ",
        "等至少一种",
        "之一",
        "（",
        "）",
        "经验",
        "优先",
        "者",
        " ",
    ),
    *(
        "Requirements\n",
        "Nice to have:\n",
        " or ",
        ", ",
        " and ",
        "machine learning",
        "e.g. ",
        "one or more of ",
    ),
    *("以下任一：\n- ", "at least one of the following:\n- ", "无论", "whether "),
)


def cases() -> list[object]:
    with CORPUS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [pytest.param(row, id=row["text"][-40:]) for row in rows]


def found_in(text: str) -> tuple[Alternatives, ...]:
    return default_tagger().tag(folded(""), folded(text), lang="zh", is_pm=True).facts.alternatives


def shown(group: Alternatives) -> str:
    """`a|b` for required, `a|b?` for preferred; `+a` behind it for what is asked by itself as well."""
    alone = "".join(f"+{id}" for id in group.alone)
    return "|".join(group.ids) + ("?" if group.requirement == "preferred" else "") + alone


@pytest.mark.parametrize("row", cases())
def test_alternatives(row: dict[str, str]) -> None:
    groups = found_in(row["text"].replace("\\n", "\n"))
    expected = [] if row["expected"] == "-" else row["expected"].split()
    assert [shown(group) for group in groups] == expected, row["note"]


texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(texts)
@settings(max_examples=300)
def test_groups_are_of_asked_tags_and_apart(text: str) -> None:
    tagging = default_tagger().tag(folded(""), folded(text), lang="zh", is_pm=True)
    asked = {hit.tag.out for hit in tagging.hits if hit.requirement in ("required", "preferred")}
    ends = []
    for group in tagging.facts.alternatives:
        quote = group.quote
        assert quote.start is not None and quote.end is not None
        assert text[quote.start : quote.end] == quote.text
        assert len(group.ids) == len(set(group.ids)) > 1 and set(group.ids) <= asked | {OTHER}
        assert set(group.alone) <= set(group.ids)
        held = [s for s in tagging.sentences if s.start < quote.end and quote.start < s.end]
        assert len(held) == 1 or "\n" in quote.text  # only a list below a heading goes over several lines
        ends.append((quote.start, quote.end))
    ends.sort()
    assert all(first[1] <= second[0] for first, second in pairwise(ends))


@given(texts, st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_the_order_of_the_hits_decides_nothing(text: str, random: Random) -> None:
    tagging = default_tagger().tag(folded(""), folded(text), lang="zh", is_pm=True)
    hits = list(tagging.hits)
    random.shuffle(hits)
    again = groups_of(text, hits, tagging.sentences)
    assert groups_of(text, tagging.hits, tagging.sentences) == again


def groups_of(text: str, hits: Sequence[Hit], sentences: Sequence[Sentence]) -> tuple[Alternatives, ...]:
    return find_alternatives(prepare(folded(text)), hits, sentences, {})


@pytest.mark.parametrize("unit", ["SQL或", "SQL、", "SQL or ", "SQL, ", "SQL/", "以下任一：\n- SQL", "（SQL"])
def test_what_is_long_is_read_all_the_same(unit: str) -> None:
    found_in("任职要求：" + unit * 4000)


def test_a_mask_is_no_word_of_choice() -> None:
    assert found_in("任职要求：熟悉SQL https://or.example/或/ Python") == ()
