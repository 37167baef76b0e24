"""Quotes: whose they are, how they are cut, and which of them a report shows."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from facts_builder import Market, monday
from hypothesis import given
from hypothesis import strategies as st
from report_market import PARSER

from reports.building.weekly import build_weekly
from reports.document.comparison import EvidenceRow
from reports.measures.evidence import FEWEST_WORDS, MOST, WORDS, Excerpt, excerpt
from reports.sections.comparison import bold_inside
from storage.records import Facts, Passage, Passages

# ------------------------------------------------------------------ one quote


def cut(text: str, term: str) -> Excerpt | None:
    start = text.index(term)
    return excerpt(Passage(text, start, start + len(term), "hash"))


@pytest.mark.parametrize(("text", "term", "want"), [
    ("We build tools. You know RAG and search well. Apply now!", "RAG", "You know RAG and search well"),
    ("2、熟悉大模型应用开发；有 B 端经验", "大模型", "熟悉大模型应用开发"),
    ("3-5年以上AI产品经验，熟悉机器学习", "3-5年", "3-5年以上AI产品经验，熟悉机器学习"),
    ("• Python 3.11 and SQL v2 are a plus", "SQL", "Python 3.11 and SQL v2 are a plus"),
    ("定义交互体验和 RAG 能力\ufffc\ufffc 其他", "RAG", "定义交互体验和 RAG 能力"),
    (f"RAG{'，负责平台的产品规划' * 20}", "RAG", "RAG" + "，负责平台的产品规划" * 7 + "…"),
    (f"{'word ' * 60}RAG{' more' * 60}", "RAG", "…" + "word " * 20 + "RAG" + " more" * 19 + "…"),
    (f"RAG{' more' * 60}", "RAG", "RAG" + " more" * 39 + "…"),
    (f"{'负责平台的产品规划，' * 20}熟悉大模型", "大模型", "…" + "负责平台的产品规划，" * 7 + "熟悉大模型"),
])  # fmt: skip
def test_a_quote_is_its_sentence_cut_at_words(text: str, term: str, want: str) -> None:
    found = cut(text, term)
    assert found is not None
    assert (found.text, found.term) == (want, term)


@pytest.mark.parametrize("text", [
    "Know RAG? Write to jane.doe@example.com about it",
    "熟悉大模型 RAG 应用，联系人王先生",
    "RAG 项目经验，加微信 pm_2026 详聊",
    "RAG work, call +86 138 0013 8000 for more",
    "You report to Jane Doe and own RAG quality here",
    "More on RAG at https://example.com/jobs/1",
    "RAG",
    "熟悉RAG",
])  # fmt: skip
def test_what_leads_to_a_person_or_says_next_to_nothing_is_no_quote(text: str) -> None:
    assert cut(text, "RAG") is None


@given(st.text("ab 大模型，。.;:-•1", max_size=300), st.text("ab 大模型，。.;:-•1", max_size=300))
def test_a_quote_is_short_and_a_part_of_the_posting(before: str, after: str) -> None:
    text = f"{before} RAG {after}"
    found = excerpt(Passage(text, len(before) + 1, len(before) + 4, "hash"))
    if found is None:
        return
    assert found.term == "RAG"
    assert found.text.removeprefix("…").removesuffix("…") in text
    wide = len(re.findall("[大模型，。]", found.text))
    assert wide / 2 + len(re.sub("[大模型，。]", " ", found.text).split()) <= WORDS + 2  # two marks of a cut


@pytest.mark.parametrize(("before", "term", "after", "want"), [
    ("熟悉", "大模型", "应用", "熟悉**大模型**应用"),
    ("know ", "C++", "开发 | *x*", "know **C++** 开发 \\| \\*x\\*"),
    ("熟悉", "（RAG）", "", "熟悉 **（RAG）**"),
    ("a ", "machine learning", ": b", "a **machine learning**: b"),
])  # fmt: skip
def test_the_term_is_bold_wherever_it_stands(before: str, term: str, after: str, want: str) -> None:
    told = bold_inside(before, term, after)
    assert told == want
    (inline,) = [token for token in PARSER.parse(told) if token.type == "inline"]
    assert [child.type for child in inline.children or []].count("strong_open") == 1


# ------------------------------------------------------------------ which are shown


def market(lines: Mapping[str, str], **of: Any) -> Facts:
    """Forty boards; AIGC PM postings ask for agents, half of AI PM ones for SQL; `lines` are their texts."""
    built = Market()
    for board in range(40):
        name = f"b{board:02d}"
        built.post(
            f"{name}-ai", "ai_pm", tags=["sql"] if board % 2 else [], lang="zh" if board % 4 == 1 else "en"
        )
        built.post(f"{name}-aigc", "aigc_pm", tags=["agents"], lang="zh" if board % 3 else "en")
        # Backlog of one day; the boards of higher numbers appear later.
        built.look(name, 0, [f"{name}-ai", f"{name}-aigc"], day=board / 10, **of)
    facts = built.facts()
    native = {posting.id: posting.url.rpartition("/")[2] for posting in facts.postings.values()}

    def passages(ids: Iterable[int]) -> Passages:
        found: dict[int, dict[str, Passage]] = {}
        for id in ids:
            tag = "sql" if native[id].endswith("ai") else "agents"
            line = lines.get(native[id], f"You work with {tag} in this invented role")
            start = line.index(tag)
            found[id] = {tag: Passage(line, start, start + len(tag), f"hash of {id}")}
        return found

    return replace(facts, passages=passages)


def rows(facts: Facts) -> list[EvidenceRow]:
    return build_weekly(facts, monday(0))["evidence"]["rows"]


def test_the_newest_of_each_topic_and_different_employers() -> None:
    found = rows(market({}))
    assert [(row["quoted_for"], row["role"], row["company"]) for row in found] == [
        ("agents", "aigc_pm", "b39"), ("sql", "ai_pm", "b37"),
    ]  # fmt: skip
    first = found[0]
    assert (first["quote_before"], first["quoted_words"]) == ("You work with ", "agents")
    assert (first["quote_after"], first["lang"]) == (" in this invented role", "en")
    assert (first["appeared"], first["source"]) == ("2026-09-04", "ashby")
    assert first["content_hash"].startswith("hash of")
    assert {row["lang"] for row in found} == {"en", "zh"}


def test_a_quote_that_may_not_be_shown_makes_room_for_the_next() -> None:
    lines = {
        "b39-aigc": "agents: write to a@b.example now please",
        "b39-ai": "Know sql well, call 138 0013 8000",
    }
    # b38 is Chinese, so the next is the newest English one.
    assert [(row["company"], row["lang"]) for row in rows(market(lines))] == [("b38", "zh"), ("b35", "en")]


def test_without_passages_there_is_no_evidence() -> None:
    facts = replace(market({}), passages=lambda ids: {})
    part = build_weekly(facts, monday(0))["evidence"]
    assert (part["rows"], part["status"], part["reason"]) == ([], "insufficient", "not_stated")


def test_never_more_than_a_page_of_quotes() -> None:
    assert MOST == 6
    assert 0 < FEWEST_WORDS < WORDS
