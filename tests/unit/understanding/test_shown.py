"""What nobody sees of a text is passed over, and quotes are slices of the text that was given."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from scraper.bounds import MAX_READ
from scraper.understanding.answering import tag_lines
from scraper.understanding.shown import as_shown

TEXT = (
    "岗位职责：\n1、负责大模型产品的规划，协同算法团队；\n任职要求：\n1、本科及以上学历，3年以上产品经验，"
    "其中1年AI经验；\n2、熟悉RAG，英语流利；\n薪资：25-40K·14薪，双休。\n"
    "We offer 10% travel and visa sponsorship."
)
UNSEEN = "\u200b\u200d\u2060\ufeff\u00ad"


def quotes(answer: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects of an answer that are quotes with offsets."""
    if isinstance(answer, list):
        for one in answer:
            yield from quotes(one)
    elif isinstance(answer, dict):
        if answer.get("start") is not None:
            yield answer
        for one in answer.values():
            yield from quotes(one)


def answered(title: str, description: str) -> Any:
    row = {"id": 1, "title": title, "description": description}
    return json.loads(next(iter(tag_lines([json.dumps(row)]))))


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.sampled_from(UNSEEN)), max_size=30))
@example([(at, "\u200b") for at in range(len(TEXT))])
def test_unseen_marks_change_nothing_but_offsets(places: list[tuple[int, str]]) -> None:
    given_text = TEXT
    for at, mark in sorted(places, reverse=True):
        given_text = given_text[:at] + mark + given_text[at:]
    title = "AI产\u200b品经理"
    plain, found = answered("AI产品经理", TEXT), answered(title, given_text)
    moved = list(quotes(found))
    assert len(moved) == len(list(quotes(plain))) > 10
    for quote, seen in zip(moved, quotes(plain), strict=True):
        field = title if quote.get("field") == "title" else given_text
        assert field[quote["start"] : quote["end"]] == quote["quote"]
        assert as_shown(quote["quote"]).text == seen["quote"]
    assert found["role"] == plain["role"]
    assert found["years_all"] and len(found["tags"]) == len(plain["tags"])


def test_a_text_that_holds_nothing_unseen_is_left_alone() -> None:
    assert as_shown(TEXT) == (TEXT, None)


def test_only_what_is_read_of_a_long_text_is_looked_up() -> None:
    given_text = "\u200b产品" * MAX_READ
    shown = as_shown(given_text)
    assert shown.text == "产品" * MAX_READ
    assert shown.given is not None and len(shown.given) == MAX_READ
    assert [given_text[at] for at in shown.given[-2:]] == ["产", "品"]


def test_windows_line_ends_are_line_ends() -> None:
    assert as_shown("岗位职责\r\n负责").text == "岗位职责\n负责"
    assert as_shown("Own\r\nit").text == "Own\nit"
    assert as_shown("a\rb").text == "a\rb"
