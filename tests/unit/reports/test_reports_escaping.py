"""Whatever strangers write into a posting comes out as plain text."""

import csv
import io
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reports.wording.escaping import clean, csv_cell, link, md

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(string.punctuation + " \t\r\n\\|`*_[]()<>!#&;:~-=+1.)\u202e\u200b\u2028"),
        st.sampled_from("abc产品经理"),
        st.characters(),
    ),
    max_size=40,
)

# What is given, what a reader of the rendered page must see.
CASES = [
    ("AI PM | Growth", "AI PM | Growth"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("![x](https://x.example/p.png)", "![x](https://x.example/p.png)"),
    ("[click](javascript:alert(1))", "[click](javascript:alert(1))"),
    ("**bold** _em_ `code` ~~gone~~", "**bold** _em_ `code` ~~gone~~"),
    ("# heading", "# heading"),
    ("- item", "- item"),
    ("1. first", "1. first"),
    ("===", "==="),
    ("> quote", "> quote"),
    ("R&D &lt;b&gt; &#124;", "R&D &lt;b&gt; &#124;"),
    ("line one\nline two\r\n\r\nnew paragraph", "line one line two new paragraph"),
    ("ends with \\", "ends with \\"),
    ("back\\|slash", "back\\|slash"),
    ("pay $100k-$120k", "pay $100k-$120k"),
    ("\u202eevil\u202c zero\u200bwidth\ufeff", "evil zerowidth"),
    ("    indented", "indented"),
    ("产品经理（AI 方向）｜北京", "产品经理（AI 方向）｜北京"),
    ("ask @someone", "ask ＠someone"),
]


@pytest.mark.parametrize(("given_text", "seen"), CASES)
def test_a_reader_sees_the_text_and_nothing_else(given_text: str, seen: str) -> None:
    assert _shown(md(given_text)) == seen


@pytest.mark.parametrize(
    "text", ["https://evil.example", "http://a.example", "www.evil.example", "HTTPS://X.example"]
)
def test_a_bare_address_is_broken_for_github(text: str) -> None:
    escaped = md(text)
    assert "\\:" in escaped or "\\." in escaped
    assert _shown(escaped) == text


def test_plain_titles_stay_readable_in_the_raw_file() -> None:
    title = "Senior Product Manager - AI/ML, R&D (Remote) 3.5+ years!"
    assert md(title) == title


@settings(max_examples=500)
@example("a|b\\|c\\\\|")
@example("\\")
@example("`|`")
@given(NASTY)
def test_any_text_is_only_text_in_a_paragraph_and_a_cell(text: str) -> None:
    escaped = md(text)
    assert "\n" not in escaped
    lonely = PARSER.parse(f"{escaped}\n")
    assert {t.type for t in lonely} <= {"paragraph_open", "inline", "paragraph_close"}
    assert _only_text(lonely)
    table = PARSER.parse(f"| a | b | c |\n|---|---|---|\n| x | {escaped} | z |\n")
    assert [t.type for t in table].count("td_open") == 3
    assert [t.type for t in table].count("tr_open") == 2
    assert _only_text(table)
    cells = [t.content for t in table if t.type == "inline"]
    assert cells[-1] == "z"


@settings(max_examples=300)
@given(NASTY)
def test_what_is_seen_is_what_was_cleaned(text: str) -> None:
    assert _shown(md(text)).replace("＠", "@") == clean(text).replace("＠", "@")


@settings(max_examples=300)
@given(NASTY)
def test_cleaned_text_is_one_line_of_utf8(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert cleaned == clean(cleaned)
    assert len(cleaned.splitlines()) <= 1


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://jobs.example/a?b=1&c=2", "https://jobs.example/a?b=1&c=2"),
        ("https://jobs.example/a(b)|c d\"'<>", "https://jobs.example/a%28b%29%7Cc%20d%22'%3C%3E"),
        ("https://jobs.example/职位/1", "https://jobs.example/%E8%81%8C%E4%BD%8D/1"),
        ("https://jobs.example/%E8%81%8C", "https://jobs.example/%E8%81%8C"),
        ("https://jobs.example/?a=1&lt;=2", "https://jobs.example/?a=1&amp;lt;=2"),
    ],
)
def test_a_web_address_becomes_a_link(url: str, target: str) -> None:
    assert link("the [job]", url) == f"[the \\[job\\]]({target})"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.example",
        "//x.example",
        "/relative",
        "",
        "https://",
        "https://known.example@evil.example/",
        "http://[::1",
        " java\nscript:alert(1)",
    ],
)
def test_anything_else_stays_text(url: str) -> None:
    assert link("job", url) == "job"


@settings(max_examples=300)
@given(NASTY, NASTY)
def test_a_link_is_one_link_whatever_its_parts_hold(text: str, path: str) -> None:
    tokens = PARSER.parse(f"| a | b |\n|---|---|\n| {link('x' + text, 'https://x.example/' + path)} | z |\n")
    assert [t.type for t in tokens].count("td_open") == 2
    inline = [t for t in tokens if t.type == "inline"][2]
    opened = [t for t in inline.children or [] if t.type == "link_open"]
    assert len(opened) <= 1
    assert all(str(t.attrGet("href")).startswith("https://x.example/") for t in opened)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("  =1", "'=1"),
        ("\u200b=1", "'=1"),
        ("＝1", "'＝1"),
        ('plain, "text"', 'plain, "text"'),
        ("two\nlines", "two lines"),
        (-5, "-5"),
        (-0.25, "-0.25"),
        (0, "0"),
        (None, ""),
        (True, "true"),
    ],
)
def test_csv_cells(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


@settings(max_examples=300)
@given(NASTY)
def test_no_csv_cell_starts_a_formula(text: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(["x", csv_cell(text)])
    assert buffer.getvalue().count("\n") == 1
    (row,) = csv.reader(io.StringIO(buffer.getvalue()))
    assert not row[1].startswith(("=", "+", "-", "@", "\t", "\r"))


def _only_text(tokens: list[Token]) -> bool:
    return all(child.type == "text" for token in tokens for child in token.children or [])


def _shown(markdown: str) -> str:
    tokens = PARSER.parse(markdown)
    return "".join(child.content for token in tokens for child in token.children or [])
