"""Words of texts and of queries: what finds what, by the index's tokens and in the text itself."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from search_corpus import corpus

from scraper.parsing.folding import fold as scraper_fold
from storage.errors import StorageError
from storage.searching.query import MOST_CHARS, Query, read_query
from storage.searching.quotes import LONGEST, merged, quotes, spans
from storage.searching.text import (
    city_token,
    document_tokens,
    folding,
    singular,
    text_tokens,
    unit_tokens,
    units,
)
from storage.searching.words import expression

fold = folding(scraper_fold)
fold("é")  # its table is made once


def has_tokens(query: Query, tokens: set[str]) -> bool:
    """What the index decides."""
    wanted = all(any(term.tokens <= tokens for term in clause.terms) for clause in query.wanted)
    exact = (clause for clause in query.unwanted if clause.exact)
    return wanted and not any(term.tokens <= tokens for clause in exact for term in clause.terms)


def answers(query: Query, folded: str) -> bool:
    """What the text decides."""
    wanted = all(clause.pattern.search(folded) for clause in query.wanted)
    return wanted and not any(clause.pattern.search(folded) for clause in query.unwanted)


@pytest.mark.parametrize(("text", "query", "expected"), corpus())
def test_what_a_query_finds(text: str, query: str, expected: str) -> None:
    if expected == "refused":
        with pytest.raises(StorageError, match="to look for"):
            read_query(query, scraper_fold)
        return
    asked, folded = read_query(query, scraper_fold), fold(text)
    assert answers(asked, folded) == (expected == "yes")
    if expected == "yes":
        assert has_tokens(asked, text_tokens(folded)), "the index must not lose it"
    elif asked.exact:
        assert not has_tokens(asked, text_tokens(folded)), "the index alone decides it"


TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aAsSeEyYxXiI09 -+#_.,'\"。，\n产品经理金融檢索増ーｶが프ÀéßİǅЖ²Ⅷ①"),
    ),
    max_size=60,
)


@given(TEXTS)
@example("𝒜ǆ ﬁ ß İstanbul")
def test_folding_moves_nothing_and_is_done_once(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


@given(TEXTS, st.data())
def test_a_word_of_a_text_always_finds_it(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    found = list(units(folded))
    tokens = text_tokens(folded)
    for unit in found:
        assert tokens.issuperset(unit_tokens(unit)), unit
    if found:
        word = data.draw(st.sampled_from(found)).text
        for query in (word, f'"{word}"', word.upper()):
            asked = read_query(query, scraper_fold)
            assert answers(asked, folded) or query == word.upper()
            assert has_tokens(asked, tokens) or query == word.upper()


@given(TEXTS, TEXTS)
def test_where_the_index_decides_it_decides_as_the_text_does(query: str, text: str) -> None:
    try:
        asked = read_query(query, scraper_fold)
    except StorageError:
        return
    folded = fold(text)
    tokens = text_tokens(folded)
    if answers(asked, folded):
        assert has_tokens(asked, tokens)
    if asked.exact:
        assert has_tokens(asked, tokens) == answers(asked, folded)


@given(st.text(max_size=MOST_CHARS))
@example('NEAR("a" "b", 2) AND words:* ^c {d e} : f')
@example("a\x00b")
@example("'); DROP TABLE versions; --")
@example("a & !b | (c <-> d):*")
def test_no_query_leaks_into_the_language_of_an_engine(text: str) -> None:
    try:
        asked = read_query(text, scraper_fold)
    except StorageError as error:
        assert "\n" not in str(error)
        return
    for dialect, quote, words in (
        ("sqlite", '"', {"AND", "OR", "NOT"}),
        ("postgresql", "'", {"&", "|", "!"}),
    ):
        for title in (False, True):
            rest = expression(dialect, asked, [["\ue0017"]], title=title).split(quote)
            for token in rest[1::2]:
                assert token.replace("\ue000", "").isprintable() or not token.isascii()
                assert not set(token) & set("\"'\\\0 *:()&|!^")
            for between in rest[::2]:
                left = between.replace("(", " ").replace(")", " ").replace("!", " ! ").split()
                assert set(left) <= words


def test_what_is_asked_for_has_bounds() -> None:
    with pytest.raises(StorageError, match="10,000 characters; 500 at most"):
        read_query("x" * 10_000, scraper_fold)
    with pytest.raises(StorageError, match="more than 32 words"):
        read_query(" ".join(f"w{chr(ord('a') + number % 26)}{number}" for number in range(33)), scraper_fold)
    assert len(read_query("rag " * 100, scraper_fold).wanted) == 1, "said twice is said once"


def test_plurals() -> None:
    for word, one in {
        "agents": "agent",
        "strategies": "strategy",
        "boxes": "box",
        "batches": "batch",
        "databases": "database",
        "pms": "pm",
        "business": "business",
        "status": "status",
        "is": "is",
        "ties": "tie",
        "s": "s",
    }.items():
        assert singular(word) == one, word


def test_a_posting_is_found_by_title_company_and_place() -> None:
    tokens = document_tokens("AI产品经理", "云雀科技", ["上海", "New York"], "熟悉RAG", 7, fold)
    assert {"ai", "产品", "云雀", "上海", "york", "rag"} <= tokens
    assert city_token("new york", fold) in tokens and city_token("上海", fold) in tokens
    assert city_token("york", fold) not in tokens


# ------------------------------------------------------------------ quotes


def quoted(query: str, text: str) -> list[tuple[str, list[str]]]:
    """Sentences and the words found in them."""
    found = quotes(read_query(query, scraper_fold).wanted, text, fold(text))
    for quote in found:
        assert text[quote.start : quote.end] == quote.text
    return [(quote.text, [text[start:end] for start, end in quote.hits]) for quote in found]


def test_sentences_are_quoted_that_tell_most() -> None:
    text = "我们做金融。要求：\n1、熟悉RAG；\n2、懂RAG和金融业务，会SQL\n3、RAG"
    assert quoted("rag 金融", text) == [
        ("我们做金融", ["金融"]),
        ("2、懂RAG和金融业务，会SQL", ["RAG", "金融"]),
    ]
    assert quoted("sql", text) == [("2、懂RAG和金融业务，会SQL", ["SQL"])]
    assert quoted("python", text) == []
    assert quoted("u.s", "We are a U.S. company. Based in the U.S") == [
        ("We are a U.S", ["U.S"]),
        ("Based in the U.S", ["U.S"]),
    ]


def test_a_long_sentence_is_cut_around_the_word() -> None:
    text = "word " * 100 + "RAG " + "other " * 100
    ((quote, words),) = quoted("rag", text)
    assert len(quote) <= LONGEST and words == ["RAG"]
    assert quote.startswith("word") and quote.endswith("other"), "cut at blanks"
    ((quote, words),) = quoted("检索", "产" * 300 + "检索" + "品" * 300)
    assert len(quote) <= LONGEST and words == ["检索"]


@given(
    st.text(st.sampled_from("ab 。.\n产品"), max_size=400),
    st.sampled_from(["a", "ab", "产品", "品 b", '"a b"']),
)
def test_quotes_are_slices_with_the_words_in_them(text: str, query: str) -> None:
    clauses = read_query(query, scraper_fold).wanted
    found = quotes(clauses, text, fold(text))
    everywhere = merged((start, end) for start, end, _ in spans(clauses, fold(text)))
    assert bool(found) == bool(everywhere)
    for quote in found:
        assert text[quote.start : quote.end] == quote.text and quote.hits
        assert all(quote.start <= start < end <= quote.end for start, end in quote.hits)
    assert len({quote.start for quote in found}) == len(found) <= 2
