"""What must hold for any text: no exception, every quote its slice, the same answer twice, linear work."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.bounds import MAX_READ
from scraper.parsing.folding import folded
from scraper.tagging import default_tagger
from scraper.tagging.tables import Lexicon
from scraper.understanding.posting import understand

PIECES = [
    *(
        "岗位职责：",
        "任职要求：",
        "加分项",
        "公司介绍",
        "1、",
        "2.",
        "●",
        "。",
        "；",
        "，",
        "、",
        "负责大模型",
        "熟悉RAG",
    ),
    *(
        "AI产品",
        "优先",
        "无需",
        "3-5年",
        "三年以上",
        "本科及以上学历",
        "硕士",
        "应届",
        "关注前沿动态",
        "- ",
        "5+",
        "or",
    ),
    *(
        "Requirements",
        "Benefits",
        "What you'll do\n",
        "Nice to have:",
        "About us\n",
        "5+ years of experience",
    ),
    *(
        "with",
        "LLM",
        "AI agents",
        "prompt",
        "CV",
        "preferred",
        "no ",
        "not required",
        "a plus",
        "Bachelor's degree",
    ),
    *("\n", "\r\n", " ", "https://x.ai", "ＡＩ", "⼈⼯智能", "機器學習", "İ", "ß", "ﬁ", "㎡", "😀"),
    *("\ud800", "\x00", "\u200f", "\u202e", "\u2028", "\ufeff"),
]
TEXTS = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
)


@settings(max_examples=300)
@given(title=TEXTS, text=TEXTS, company=st.sampled_from(["", "AI", "x", "某公司", "LLM Labs", "(", "😀"]))
def test_any_text_is_understood_and_every_quote_is_its_slice(title: str, text: str, company: str) -> None:
    found = understand(title, text, company=company, experience_raw=title[:20], education_raw=text[:20])
    fields = {"title": title, "description": text}
    tagging = found.tagging
    values = [tagging.years_total, tagging.years_ai, tagging.education, *tagging.tags]
    for quote in (value.quote for value in values if value is not None):
        if quote.start is not None:
            assert fields[quote.field][quote.start : quote.end] == quote.text
    assert (
        understand(title, text, company=company, experience_raw=title[:20], education_raw=text[:20]) == found
    )


@settings(max_examples=200)
@given(text=TEXTS)
def test_sentences_are_in_order_inside_the_text_and_do_not_overlap(text: str) -> None:
    end = 0
    for sentence in default_tagger().tag(folded(""), folded(text), lang="zh", is_pm=True).sentences:
        assert end <= sentence.start < sentence.end <= len(text)
        end = sentence.end


def work(run: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the calls that `run` makes and the characters that it looks words up in."""
    done = 0
    look = Lexicon.words_in

    def counted(self: Lexicon, text: str) -> Iterator[tuple[list[str], int, int]]:
        nonlocal done
        done += len(text)
        return look(self, text)

    def call(frame: Any, event: str, argument: Any) -> None:
        nonlocal done
        done += event in ("call", "c_call")

    monkeypatch.setattr(Lexicon, "words_in", counted)
    previous = sys.getprofile()
    sys.setprofile(call)
    try:
        run()
    finally:
        sys.setprofile(previous)
        monkeypatch.undo()
    return done


UNITS = [
    *(
        "熟悉LLM，RAG优先，",
        "任职要求：",
        "3年以上",
        "1、负责大模型",
        "无需",
        "产品经理负责智能对话机器人",
        "；",
    ),
    *(
        "agent ",
        "5+ years of experience in ai or ",
        "bachelor's ",
        "requirements ",
        "RequirementsThe ",
        "not sql, ",
    ),
    *("\n", ". ", "aaaa", "a.b.", "a@", " ", "- ", "x\n", "a.com ", "with ", "(", "，", "about \n"),
    *(
        "1年",
        "1、",
        "5+ years ",
        "优先",
        "岗位职责",
        "本科及以上学历优先，",
        "AI，或",
        "Skills\n",
        "2026届",
        "or more ",
    ),
]


@pytest.mark.parametrize("unit", UNITS)
def test_work_grows_linearly_with_the_text(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tagger = default_tagger()
    tagger.tag(folded(""), folded("负责大模型 and LLMs"), lang="zh", is_pm=True)  # build what is built once

    def of(size: int) -> int:
        text = (unit * size)[:size]
        return work(
            lambda: tagger.tag(folded("AI产品经理"), folded(text), lang="zh", is_pm=True), monkeypatch
        )

    small, large = of(8_000), of(32_000)
    assert large <= 4 * small * 1.25 + 2_000, (small, large)


def test_no_more_than_a_bound_of_a_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    tagger, title = default_tagger(), folded("AI产品经理")
    long = folded("熟悉LLM，" * MAX_READ)
    found = tagger.tag(title, long, lang="zh", is_pm=True)
    assert found.read == MAX_READ
    assert max(sentence.end for sentence in found.sentences) <= MAX_READ
    assert all(long.raw[hit.start : hit.end] == "LLM" for hit in found.hits if hit.field == "description")
    cut = folded(long.raw[:MAX_READ])
    assert tagger.tag(title, cut, lang="zh", is_pm=True) == found
    of_cut = work(lambda: tagger.tag(title, cut, lang="zh", is_pm=True), monkeypatch)
    of_long = work(lambda: tagger.tag(title, long, lang="zh", is_pm=True), monkeypatch)
    assert of_long <= of_cut + 100
