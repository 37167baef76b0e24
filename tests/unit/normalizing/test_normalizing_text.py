"""HTML to text, and the language of a text."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import CORPORA

from scraper.normalizing import text as text_module
from scraper.normalizing.text import MAX_HTML, detect_language, to_text

CORPUS = CORPORA / "html.jsonl"
CASES = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_corpus(case: dict[str, str]) -> None:
    assert to_text(case["html"], "html") == case["text"]


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 50_000 + "words",
        "<div></b>" * 25_000 + "words",
        "<ul><li>" * 25_000 + "words",
        "<b><i>" * 600 + "words",
        "".join(f"<x{n}>" for n in range(30_000)) + "words",
    ],
    ids=["div", "wrong end tags", "lists", "inline", "unknown names"],
)
def test_deep_markup_never_reaches_the_parser_and_loses_no_words(
    markup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(markup: str) -> None:
        raise AssertionError("this would take minutes")

    monkeypatch.setattr(text_module, "LexborHTMLParser", parse)
    assert to_text(markup, "html").endswith("words")


@pytest.mark.parametrize(
    "markup", ["<p>" * 20_000, "<li>" * 20_000, '<div a="</div>">' * 2_000, "<br>" * 20_000]
)
def test_unclosed_and_tricky_markup_is_parsed(markup: str) -> None:
    assert to_text(markup + "words", "html").endswith("words")


def test_tag_stripping_keeps_structure_and_entities() -> None:
    deep = (
        "<div>" * 700 + "<p>R&amp;D</p><ul><li>one</li><li>two</li></ul><script>x</script>" + "</div>" * 700
    )
    assert to_text(deep, "html") == "R&D\n- one\n- two"


def test_markup_over_the_cap_is_cut_not_refused() -> None:
    text = to_text("<p>first</p>" + "<p>x</p>" * MAX_HTML, "html")
    assert text.startswith("first\n\nx")
    assert len(text) < MAX_HTML


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=80))
def test_plain_text_keeps_its_offsets(text: str) -> None:
    out = to_text(text, "text")
    assert len(out) == len(text)
    assert all(a == b or b == "\ufffd" for a, b in zip(text, out, strict=True))
    out.encode("utf-8")
    assert "\x00" not in out


_WORDS = st.text(alphabet="abc产品 经理&<>-", max_size=12)
_TREE = st.recursive(
    _WORDS.map(lambda words: words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")),
    lambda inner: st.tuples(
        st.sampled_from(["p", "div", "ul", "li", "b", "h2", "table", "tr", "td", "span", "pre"]),
        st.lists(inner, max_size=4),
    ).map(lambda node: f"<{node[0]}>{''.join(node[1])}</{node[0]}>"),
    max_leaves=12,
)


@given(_TREE)
def test_every_word_arrives_once_and_lines_are_clean(markup: str) -> None:
    out = to_text(f"<div>{markup}</div>", "html")
    letters = [char for char in out if char in "abc产品经理"]
    given_letters = [char for char in _without_tags(markup) if char in "abc产品经理"]
    # HTML itself moves what stands between the cells of a table in front of it: the order may differ.
    assert sorted(letters) == sorted(given_letters)
    assert "\n\n\n" not in out
    assert out == out.strip("\n")
    assert all(line == line.strip(" ") for line in out.split("\n"))


def _without_tags(markup: str) -> str:
    return re.sub(r"</?[a-z0-9]+>|&(?:amp|lt|gt);", "", markup)


@given(st.text(max_size=300))
def test_any_markup_is_answered(markup: str) -> None:
    to_text(markup, "html").encode("utf-8")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("负责大模型产品的规划与落地，熟悉 Prompt、RAG、Agent 等技术", "zh"),
        ("Own the roadmap of our AI platform and ship it with engineering.", "en"),
        ("Own the roadmap of our AI platform, talk to users and ship it with engineering (产品经理).", "en"),
        (
            "We are a company that builds search. You own the roadmap.\n我们是做搜索的公司，你负责产品路线图",
            "mixed",
        ),
        ("", "en"),
        ("12345", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language
