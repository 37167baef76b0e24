"""report.html: the same words and numbers as the markdown, nothing from elsewhere, and text stays text."""

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from itertools import product
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from page_reader import Node, read
from report_market import KINDS, files_of_kind, market, numbers, report_of

from reports.document.weekly import WeeklyReport
from reports.output.writing import report_files
from reports.pages import markup
from reports.pages import report_page as page_module
from reports.pages.figures import inline_figure
from reports.pages.full_tables import full_table
from reports.pages.markup import PARSER
from reports.pages.shell import script_text
from reports.rendering.csv_tables import TABLES
from reports.rendering.markdown import Images
from reports.wording import tables
from reports.wording.escaping import Markdown
from reports.wording.words import LANGS, Words

EVIL = '<script>hacked=1</script>"><img src=x onerror=hacked=1></script>]]>&lt;b&gt;\u202e\u2066'


@pytest.fixture(scope="module")
def kinds() -> dict[str, Mapping[str, bytes]]:
    """The files of a report of each kind."""
    return {kind: files_of_kind(kind) for kind in KINDS}


@pytest.fixture(scope="module")
def files(kinds: dict[str, Mapping[str, bytes]]) -> Mapping[str, bytes]:
    return kinds["regular"]


@pytest.fixture(scope="module")
def regular(files: Mapping[str, bytes]) -> WeeklyReport:
    read_again: WeeklyReport = json.loads(files["report.json"])
    return read_again


@pytest.fixture(scope="module")
def longer(regular: WeeklyReport) -> WeeklyReport:
    """A report whose tables of skills are cut in the markdown."""
    report = deepcopy(regular)
    for part in ("skills", "contrast"):
        rows = report[part]["rows"]  # type: ignore[literal-required]
        report[part]["rows"] = [  # type: ignore[literal-required]
            {**row, "tag": f"{row['tag']}_{i}", "en": f"{row['en']} {i}", "zh": f"{row['zh']} {i}"}
            for row in rows
            for i in range(12)
        ]
    return report


@pytest.fixture(scope="module")
def page(files: Mapping[str, bytes]) -> Node:
    return read(files["report.html"].decode("utf-8"))


def html(report: WeeklyReport) -> str:
    return report_files(report, [])["report.html"].decode("utf-8")


# ------------------------------------------------------------------ the same as the markdown


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_the_markdown_is_on_the_page_in_both_languages(
    kinds: dict[str, Mapping[str, bytes]], kind: str
) -> None:
    files = kinds[kind]
    page = read(files["report.html"].decode("utf-8"))
    for lang in LANGS:
        markdown = re.sub(r"!\[.*\]\(.*\)", "", files[f"report.{lang}.md"].decode("utf-8"))
        shown = page.one(lang).text("svg", "details", "nav").replace("\u00a0", " ")
        lost = Counter(numbers(re.sub(r"^\d+\. ", "", markdown, flags=re.M))) - Counter(numbers(shown))
        assert not lost


def test_the_sections_are_those_of_the_markdown_in_its_order(files: Mapping[str, bytes], page: Node) -> None:
    for lang in LANGS:
        headings = re.findall(r"^## (.*)$", files[f"report.{lang}.md"].decode("utf-8"), re.M)
        edition = page.one(lang)
        assert [h2.text() for s in edition.all("section") for h2 in s.all("h2")] == headings
        assert [a.text() for nav in edition.all("nav") for a in nav.all("a")] == headings
        assert len(edition.all("h1")) == 1


def test_both_languages_have_the_same_ids_behind_their_prefix(page: Node) -> None:
    english, chinese = (
        [n.attributes["id"].removeprefix(f"{lang}-") for n in page.one(lang).all("h2")] for lang in LANGS
    )
    assert english == chinese
    assert {"findings", "contrast", "skills", "method", "provenance"} <= set(english)


def test_every_chart_is_drawn_on_the_page(files: Mapping[str, bytes], page: Node) -> None:
    for lang in LANGS:
        charts = [name for name in files if name.startswith("charts/") and name.endswith(f".{lang}.svg")]
        drawn = page.one(lang).all("svg")
        assert len(drawn) == len(charts) > 0
        assert all(svg.attributes["role"] == "img" and svg.attributes["aria-label"] for svg in drawn)


def test_the_page_holds_the_data_of_the_report(files: Mapping[str, bytes], page: Node) -> None:
    (script,) = [n for n in page.all("script") if n.attributes.get("type") == "application/json"]
    assert json.loads(script.text()) == json.loads(files["report.json"])


@pytest.mark.usefixtures("blank_charts")
def test_a_page_that_grows_too_large_goes_without_the_data(
    regular: WeeklyReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "MOST_BYTES", len(html(regular).encode("utf-8")) - 1)
    page = read(html(regular))
    assert not [n for n in page.all("script") if n.attributes.get("type")]
    assert page.one("zh").all("table")


def test_the_same_report_gives_the_same_page(regular: WeeklyReport, files: Mapping[str, bytes]) -> None:
    assert html(regular).encode("utf-8") == files["report.html"]


@pytest.mark.usefixtures("blank_charts")
def test_the_page_does_not_depend_on_what_lies_beside_it(regular: WeeklyReport) -> None:
    page = html(regular).encode("utf-8")
    kinds: tuple[Images, ...] = ("svg", "png")
    for lang, images in product(LANGS, kinds):
        others = report_files(regular, [lang], images=images)
        assert others["report.html"] == page
        assert [name for name in others if name.endswith(".md")] == ["data/README.md", f"report.{lang}.md"]


# ------------------------------------------------------------------ sound, and closed to the outside


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_unique_and_every_inner_link_has_its_target(
    kinds: dict[str, Mapping[str, bytes]], kind: str
) -> None:
    page = read(kinds[kind]["report.html"].decode("utf-8"))
    ids = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in page.walk():
        for name in ("href", "aria-labelledby"):
            target = node.attributes.get(name, "")
            if target.startswith("#") or (name == "aria-labelledby" and target):
                assert target.removeprefix("#") in ids
        for target in re.findall(r"url\(#([^)]+)\)", " ".join(node.attributes.values())):
            assert target in ids


def test_languages_are_marked(page: Node) -> None:
    assert page.all("html")[0].attributes["lang"] == "en"
    assert [(a.attributes["id"], a.attributes["lang"]) for a in page.all("article")] == [
        ("en", "en"),
        ("zh", "zh-Hans"),
    ]
    assert [(a.attributes["href"], a.text()) for a in page.all("nav", "languages")[0].all("a")] == [
        ("#en", "English"),
        ("#zh", "中文"),
    ]


def test_nothing_is_fetched_and_nothing_but_our_own_style_and_script_is_allowed(
    files: Mapping[str, bytes], page: Node
) -> None:
    (policy,) = [n.attributes["content"] for n in page.all("meta") if "http-equiv" in n.attributes]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (node,) = [n for n in page.all(tag) if "type" not in n.attributes]
        digest = base64.b64encode(hashlib.sha256(node.text().encode("utf-8")).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    for node in page.walk():
        assert not {name for name in node.attributes if name.startswith("on")}
        assert not {"style", "src", "srcset"} & node.attributes.keys()
        assert node.tag not in {"img", "iframe", "object", "embed", "form", "base"}
        if node.tag == "link":
            assert node.attributes == {"rel": "icon", "href": "data:,"}
    style = page.all("style")[0].text()
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.usefixtures("blank_charts")
def test_links_to_the_outside_tell_nobody_where_they_were_found(regular: WeeklyReport) -> None:
    report = deepcopy(regular)
    report["provenance"]["credits"] = ["Remote jobs by Example (https://example.org/jobs)"]
    report["labels"]["examples"], report["evidence"]["rows"] = [], []
    links = [a for a in read(html(report)).all("a") if "://" in a.attributes["href"]]
    assert [a.attributes["href"] for a in links] == ["https://example.org/jobs"] * 2
    assert all(a.attributes["rel"] == "noopener noreferrer nofollow" for a in links)


def test_tables_name_their_columns_and_rows(page: Node) -> None:
    for table in page.all("table"):
        heads, body = table.all("thead")[0], table.all("tbody")[0]
        assert {n.attributes.get("scope") for n in heads.all("th")} == {"col"}
        for row in body.all("tr"):
            assert [n.attributes.get("scope") for n in row.walk() if n.tag in ("th", "td")] == [
                "row",
                *[None] * (len(heads.all("th")) - 1),
            ]


def test_numbers_stay_in_one_piece(page: Node) -> None:
    text = page.one("en").text("svg")
    assert not re.findall(r"\[[^\]A-Za-z]* [^\]A-Za-z]*\]|\d[ ]%|\bn[ ]=", text)


# ------------------------------------------------------------------ whole tables


@pytest.mark.usefixtures("blank_charts")
def test_a_table_that_was_cut_is_there_as_a_whole(longer: WeeklyReport) -> None:
    rows, page = longer["contrast"]["rows"], read(html(longer))
    for lang in LANGS:
        whole = page.one(f"{lang}-contrast-rows")
        assert whole.tag == "details"
        assert whole.all("summary")[0].text().count(str(len(rows))) == 1
        names = [row.all("th")[0].text() for row in whole.all("tbody")[0].all("tr")]
        assert [name.rstrip("†") for name in names] == [row[lang] for row in rows]


@pytest.mark.usefixtures("blank_charts")
def test_skills_are_there_for_every_class(longer: WeeklyReport) -> None:
    whole = read(html(longer)).one("en-skills-rows")
    assert len(whole.all("table")) == len({row["role"] for row in longer["skills"]["rows"]})
    assert sum(len(t.all("tr")) - 1 for t in whole.all("table")) == len(longer["skills"]["rows"])


@pytest.mark.parametrize("file", [f"data/{table.name}" for table in TABLES])
def test_every_file_can_be_a_table_with_the_same_numbers_in_both_languages(
    regular: WeeklyReport, file: str
) -> None:
    told = [full_table(file, regular, Words(lang)) for lang in LANGS]
    if told == [None, None]:
        return
    (english, rows), (chinese, also) = told  # type: ignore[misc]
    assert rows == also > 0
    assert Counter(numbers(english)) == Counter(numbers(chinese))
    lines = [line for line in english.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) >= 1
    assert len(lines) >= rows + 2


@pytest.mark.usefixtures("blank_charts")
def test_a_file_of_too_many_rows_stays_a_file(regular: WeeklyReport) -> None:
    report = deepcopy(regular)
    report["run_health"]["problems"] = report["run_health"]["problems"][:1] * 1001
    assert full_table("data/board_problems.csv", report, Words("en")) is None
    links = [a.attributes["href"] for a in read(html(report)).one("en").all("a")]
    assert "data/board_problems.csv" in links


def test_what_is_no_file_of_ours_is_no_table(regular: WeeklyReport) -> None:
    assert full_table("data/../report.csv", regular, Words("en")) is None


# ------------------------------------------------------------------ what strangers wrote


def test_hostile_names_stay_text() -> None:
    report = report_of(market(name=EVIL + " {}", failing=3))
    report["breaks"] = [{"source": EVIL, "unit": EVIL, "from": "2026-W44", "reason": EVIL, "note": EVIL}]
    for source in report["run_health"]["sources"]:
        source["source"] = EVIL
    for row in [*report["skills"]["rows"], *report["contrast"]["rows"]]:
        row["en"] = row["zh"] = EVIL
    report["notices"] = [EVIL]
    raw = html(report)
    assert not set("\u202e\u2066") & set(raw)
    page = read(raw)
    assert len(page.all("script")) == 2
    assert not page.all("img")
    assert {n.tag for n in page.walk()} <= {
        "", "html", "head", "meta", "link", "title", "style", "script", "body", "header", "nav", "main",
        "article", "section", "aside", "div", "blockquote", "h1", "h2", "p", "ol", "ul", "li", "a", "strong",
        "code", "table", "thead", "tbody", "tr", "th", "td", "figure", "details", "summary",
        "svg", "g", "defs", "path", "text", "use", "clippath", "rect",
    }  # fmt: skip
    assert "<script>hacked=1</script>" in page.one("en").text()
    (data,) = [n for n in page.all("script") if n.attributes.get("type")]
    assert json.loads(data.text())["notices"] == [EVIL]


@given(st.text(st.characters()))
def test_json_in_a_script_ends_nothing_and_is_read_as_it_was(text: str) -> None:
    told = script_text(json.dumps(text, ensure_ascii=False))
    assert "<" not in told
    assert json.loads(told) == text
    assert read(f"<script>{told}</script>").all("script")[0].text() == told


# ------------------------------------------------------------------ charts on a page


def test_a_chart_keeps_what_it_shows_and_loses_what_the_page_forbids(files: Mapping[str, bytes]) -> None:
    for name, svg in files.items():
        if not name.endswith(".svg"):
            continue
        told = inline_figure(svg, "x", "A chart")
        assert len(told) < len(svg) * 0.7
        root, before = ElementTree.fromstring(told), ElementTree.fromstring(svg)
        assert not [node for node in root.iter() if node.tag in ("style", "metadata", "script")]
        assert not [node for node in root.iter() if "style" in node.attrib]
        assert _texts(root) == _texts(before)
        shapes = len(list(root.iter("path"))) + len(list(root.iter("use")))
        was = sum(node.tag.endswith(("}path", "}use")) for node in before.iter())
        grounds = sum(node.get("style") == "fill: #ffffff" for node in before.iter())
        assert was - grounds <= shapes <= was


def test_ids_of_a_chart_carry_its_name() -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        b'viewBox="0 0 9 9">'
        b'<defs><clipPath id="a"><rect width="1.23456" height="12.345"/></clipPath></defs><g id="unused">'
        b'<use xlink:href="#a" x="1" style="fill: #123456; stroke-width: 0.80"/>'
        b'<path d="M 1.0049 2 \nL 3 4 \nz" clip-path="url(#a)" id="b"/></g>'
        b'<image xlink:href="data:image/png;base64,AA"/></svg>'
    )
    assert inline_figure(svg, "en-mix", 'a "b" \u202e<c>') == (
        '<svg viewBox="0 0 9 9" role="img" aria-label="a &quot;b&quot; &lt;c&gt;" stroke-linejoin="round" '
        'stroke-linecap="butt"><defs><clipPath id="en-mix-0"><rect width="1.23" height="12.3"/></clipPath>'
        '</defs><use href="#en-mix-0" x="1" fill="#123456" stroke-width="0.8"/>'
        '<path d="M1 2L3 4z" clip-path="url(#en-mix-0)"/><image href="data:image/png;base64,AA"/></svg>'
    )


def _texts(root: ElementTree.Element) -> list[str]:
    return [(node.text or "").strip() for node in root.iter() if node.tag.endswith("text")]


@given(st.text("ab 1%,−–[](){}*_`\\!<>&#;:/.@~|\n\"'", max_size=40) | st.text(max_size=20))
def test_plain_text_is_parsed_as_the_library_would(text: str) -> None:
    own = MarkdownIt("commonmark", {"html": False}).enable("table")
    for markdown in (text, f"| {text} | b |\n|---|--:|\n| c | {text} |"):
        assert _as_shown(PARSER.parse(markdown)) == _as_shown(own.parse(markdown))


def _as_shown(tokens: list[Token]) -> list[Token]:
    """The tokens without a note of which text was escaped."""
    for token in tokens:
        for child in token.children or ():
            if child.type == "text":
                child.markup = child.info = ""
    return tokens


CELLS = st.one_of(
    st.text(alphabet="ab1 |\\`*_[]<>&\"'·–%−,.:n=\u00a0中", max_size=12),
    st.sampled_from(
        ["[data/skills.csv](data/skills.csv)", "**both**", "`a_b`", "12 % [3 %, 21 %]", "n = 40", "–"]
    ).map(Markdown),
)
"""What strangers wrote, and what the catalogue and the figures are made of."""


@given(st.data(), st.lists(st.sampled_from(["left", "right", "center"]), min_size=2, max_size=4))
def test_a_table_is_written_as_the_library_would(data: st.DataObject, aligns: list[tables.Align]) -> None:
    heads = [(data.draw(CELLS), align) for align in aligns]
    rows = data.draw(st.lists(st.tuples(*[CELLS] * len(aligns)), min_size=1, max_size=4))
    text = tables.table(heads, rows)
    if text:
        parsed = markup._html(markup._blocks(PARSER.parse(text)), "en-name")
        assert markup.whole_html(text, "en-name") == parsed, text
