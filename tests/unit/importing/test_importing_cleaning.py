"""Characters and texts: what is undone, and what must stay as it is."""

import json
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import SHARED_DATA

from scraper.importing.cleaning import (
    plain_characters,
    readable_salary,
    without_cut_marker,
    without_markup_debris,
)
from scraper.parsing.watermarks import without_watermarks

POSTINGS = SHARED_DATA / "postings"
TABLE = tomllib.loads((files("scraper.parsing") / "watermarks.toml").read_text(encoding="utf-8"))
MARKS, WORDS = TABLE["marks"], TABLE["words"].split()


@pytest.mark.parametrize(
    ("text", "salary"),
    [
        ("20-35K·14薪", "20-35K·14薪"),
        ("\ue033\ue031-\ue034\ue036K·\ue032\ue035薪", "20-35K·14薪"),
        ("\ue03a千", "9千"),
        ("\ue030-30K", ""), ("\ue03b", ""), ("\uf121-30K", ""), ("1\ue6332-30K", ""),
        ("-K·薪", ""), ("-K", ""), ("**-**元", ""), ("", ""),
        ("面议", "面议"), ("薪资面议", "薪资面议"), ("$120K – $160K", "$120K – $160K"),
        ("Competitive", "Competitive"),
    ],
)  # fmt: skip
def test_salaries(text: str, salary: str) -> None:
    assert readable_salary(text) == salary


@pytest.mark.parametrize(
    ("text", "kept", "cut"),
    [
        ("负责产品 登录查看完整内容", "负责产品", True),
        ("负责产品\n请登录后查看完整职位描述 >", "负责产品", True),
        ("负责产品。查看完整职位描述", "负责产品。", True),
        ("负责产品 查看全部", "负责产品", True),
        (
            "<div>负责产品<a href='/x'>登录查看完整内容</a></div>",
            "<div>负责产品<a href='/x'></a></div>",
            True,
        ),
        ("Own search ... Read more", "Own search", True),
        ("负责产品\n展开", "负责产品", False),
        ("登录查看完整内容的功能由你负责", "登录查看完整内容的功能由你负责", False),
        ("优化点击查看更多内容的转化", "优化点击查看更多内容的转化", False),
        ("面试围绕你做过的事展开", "面试围绕你做过的事展开", False),
        ("负责产品……", "负责产品……", False),
        ("x" * 10_000, "x" * 10_000, True),
        ("x" * 9_999, "x" * 9_999, False),
        ("", "", False),
    ],
)
def test_cut_texts(text: str, kept: str, cut: bool) -> None:
    assert without_cut_marker(text) == (kept, cut)


@pytest.mark.parametrize(
    "text",
    [
        "团队来自阿里、字节", "收集来自用户的声音", "成员来自工程、算法与设计", "均来自一线大厂",
        "包括来自于电商的需求",
        "1、来自一线互联网大厂优先", "我们是BOSS直聘，中国领先的招聘平台", "请直接在boss直聘投递简历",
        "向boss汇报，与直聘团队合作", "hr@kanzhun.com", "https://www.kanzhun.com/gso1.html",
        "Kanzhun Limited is hiring",
        "企业直聘，名企直聘", "a boss who listens",
    ],
)  # fmt: skip
def test_sentences_with_the_same_words_stay(text: str) -> None:
    assert without_watermarks(text) == text


@given(
    st.sampled_from([word for word in WORDS if len(word) == 2]),
    st.sampled_from(MARKS),
    st.sampled_from(["", " ", "\n"]),
    st.sampled_from(["", "。", "1、", "的", "：\n"]),
    st.sampled_from(["", "。", "的", "，"]),
)
def test_a_mark_inside_a_word_is_taken_out(word: str, mark: str, gap: str, before: str, after: str) -> None:
    text = f"{before}{word[0]}{gap}{mark}{gap}{word[1]}{after}"
    assert without_watermarks(text) == f"{before}{word}{after}"


@given(
    st.lists(
        st.sampled_from([*"产品经理负责来自的，。1、\nA -", *MARKS, "<span class='x'>", "</span>"]),
        max_size=30,
    )
)
def test_nothing_but_marks_and_blanks_is_taken_out(pieces: list[str]) -> None:
    text = "".join(pieces)
    rest = iter(text)
    assert all(char in rest for char in without_watermarks(text))  # a subsequence
    lost = len(text) - len(without_watermarks(text))
    assert lost <= sum(len(piece) for piece in pieces if piece not in "产品经理负责的，。、1A-")


@given(st.text())
def test_characters_keep_their_places(text: str) -> None:
    assert len(plain_characters(text)) == len(text)
    assert plain_characters(plain_characters(text)) == plain_characters(text)
    kept, cut = without_cut_marker(text)
    assert cut or text.startswith(kept)


def test_markdown_and_styles() -> None:
    assert without_markup_debris("5\\+ years, A\\&B \\- x\\_y") == "5+ years, A&B - x_y"
    assert without_markup_debris("C:\\dir \\n") == "C:\\dir \\n"
    assert without_markup_debris(".a1{display:none}.b-2 { width : 0.1px } 职责 {x}") == " 职责 {x}"


@pytest.mark.skipif(not POSTINGS.is_dir(), reason="the collection of real postings is not here")
def test_real_texts_lose_marks_and_nothing_else() -> None:
    """72 of 134 "来自" in texts of BOSS part a word or head an item; no text of another source is touched."""
    taken = changed_elsewhere = 0
    for name in ("zh", "zh_ambiguous_titles", "zh_stale_descriptions", "zh_years_apart", "en"):
        lines = (POSTINGS / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
        for row in (json.loads(line) for line in lines if line):
            text = row["description"]
            cleaned = without_watermarks(text)
            if row.get("source_board") == "boss_zhipin":
                taken += text.count("来自") - cleaned.count("来自")
            else:
                changed_elsewhere += cleaned != text
    assert (taken, changed_elsewhere) == (72, 0)
