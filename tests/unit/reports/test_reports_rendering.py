"""Both reports of an invented market: same numbers, and what strangers wrote stays text."""

import csv
import io
import re
from collections import Counter
from copy import deepcopy

import pytest
from report_market import (
    KINDS,
    PARSER,
    files_of_kind,
    market,
    numbers,
    rendered,
    report_of,
    report_of_kind,
    tables,
)

from reports.document.weekly import WeeklyReport
from reports.output.writing import report_files
from reports.rendering.markdown import render_markdown
from reports.wording.words import LANGS, Lang

EVIL = "=cmd()|<script>alert(1)</script> [x](javascript:y) \u202e`@all`"


@pytest.fixture(scope="module")
def regular() -> WeeklyReport:
    return report_of_kind("regular")


@pytest.fixture(scope="module")
def kinds() -> dict[str, WeeklyReport]:
    return {kind: report_of_kind(kind) for kind in KINDS}


# ------------------------------------------------------------------ one report in two languages


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_carry_the_samenumbers(kinds: dict[str, WeeklyReport], kind: str) -> None:
    report = kinds[kind]
    assert report["kind"] == kind
    english, chinese = (Counter(numbers(rendered(report, lang))) for lang in LANGS)
    assert english == chinese
    assert english


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGS)
def test_a_report_is_short_sound_markdown(kinds: dict[str, WeeklyReport], kind: str, lang: Lang) -> None:
    text = rendered(kinds[kind], lang)
    assert text.count("\n") <= 250
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\n\n\n" not in text
    tokens = PARSER.parse(text)
    assert not [t for t in tokens if t.type in ("html_block", "code_block", "fence")]
    for columns in tables(text):
        assert max(columns) <= 6
        assert len(set(columns)) == 1
    assert not re.findall(r"\b(?:None|nan|Undefined)\b|[{}]|0x", text)


@pytest.mark.usefixtures("blank_charts")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_link_leads_to_a_file(kinds: dict[str, WeeklyReport], kind: str, lang: Lang) -> None:
    files = report_files(kinds[kind], [lang])
    links = set(re.findall(r"\]\(([^)]+)\)", files[f"report.{lang}.md"].decode("utf-8")))
    outside = {
        link for link in links if link.startswith("https://jobs.example/")
    }  # of postings that are quoted
    assert links - outside <= files.keys()
    assert {name for name in files if name.startswith("charts/")} <= links


def test_a_regular_week_has_all_charts() -> None:
    charts = {name for name in files_of_kind("regular") if name.startswith("charts/")}
    assert charts == {
        f"charts/{name}.{lang}.svg"
        for lang in LANGS
        for name in (
            "level", "flow", "mix", "stages", "dumbbell", "requirements", "co_occurrence", "openness",
            "health",
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "word"),
    [("en", "INVENTED DATA"), ("zh", "数据纯属虚构"), ("en", "**preliminary**"), ("zh", "**初步数据**")],
)
def test_what_must_not_be_overlooked_stands_at_the_top(regular: WeeklyReport, lang: Lang, word: str) -> None:
    assert any(word in line for line in rendered(regular, lang).splitlines()[:8])


def test_an_unknown_notice_is_shown_as_text(regular: WeeklyReport) -> None:
    report = deepcopy(regular)
    report["notices"] = [EVIL]
    for lang in LANGS:
        top = rendered(report, lang).split("##")[0]
        assert r"\<script\>" in top
        assert "<script>" not in top


@pytest.mark.parametrize(("kind", "en", "zh"), [
    ("first", "Baseline week", "基准周"),
    ("partial", "No complete listing this week", "没有读全任何一个招聘页"),
    ("all_failed", "No board was read completely", "没有读全任何一个招聘页"),
    ("empty", "Nothing was collected", "本周没有采集"),
])  # fmt: skip
def test_an_unusual_week_says_so(kinds: dict[str, WeeklyReport], kind: str, en: str, zh: str) -> None:
    assert en in rendered(kinds[kind], "en")
    assert zh in rendered(kinds[kind], "zh")


def test_a_failed_or_empty_week_is_short_and_speaks_of_no_postings(kinds: dict[str, WeeklyReport]) -> None:
    for kind in ("all_failed", "empty"):
        text = rendered(kinds[kind], "en")
        assert text.count("\n") < 60
        assert "AIGC PM openings" not in text


def test_long_lists_are_cut_and_say_so(regular: WeeklyReport) -> None:
    report = deepcopy(regular)
    source = report["run_health"]["sources"][0]
    report["run_health"]["sources"] = [{**source, "source": f"s{i}"} for i in range(30)]
    problem = report["run_health"]["problems"][0]
    report["run_health"]["problems"] = [{**problem, "board": f"b{i}"} for i in range(13)]
    report["breaks"] = [
        {"source": "feed", "unit": f"u{i}", "from": f"2026-W{37 + i}", "reason": "coverage", "note": "x"}
        for i in range(11)
    ]
    text = rendered(report, "en")
    assert "24 of 30 sources" in text
    assert "this week (13), the first 3 of them; all in [data/board_problems.csv]" in text
    assert "8 more breaks in [data/breaks.csv]" in text


def test_breaks_of_one_week_and_source_are_one_sentence(regular: WeeklyReport) -> None:
    report = deepcopy(regular)
    report["breaks"] = [
        {"source": "feed", "unit": unit, "from": "2026-W45", "reason": "coverage", "note": "x"}
        for unit in "ba"
    ]
    lines = [line for line in rendered(report, "en").splitlines() if line.startswith("- **Break")]
    assert len(lines) == 1
    assert "2026-W45: feed · a, b." in lines[0]


# ------------------------------------------------------------------ what strangers wrote


@pytest.fixture(scope="module")
def hostile() -> WeeklyReport:
    report = report_of(market(name=EVIL + " {}", failing=3))
    report["breaks"] = [
        {"source": EVIL, "unit": EVIL, "from": "2026-W44", "reason": "coverage", "note": EVIL},
        {"source": EVIL, "unit": None, "from": "2026-W45", "reason": "<b>", "note": EVIL},
    ]
    for source in report["run_health"]["sources"]:
        source["source"] = EVIL
    report["quality"]["suspects"] = [
        {"board": EVIL, "company": EVIL, "source": EVIL, "week": "2026-W48",
         "observed_at": "2026-11-25T02:00:00Z", "listed": 3, "reason": EVIL, "outcome": "other_look"}
    ]  # fmt: skip
    for row in [*report["skills"]["rows"], *report["contrast"]["rows"]]:
        row["en"] = row["zh"] = EVIL
    for quote in report["evidence"]["rows"]:
        for part in ("quote_before", "quoted_words", "quote_after", "title", "company"):
            quote[part] = EVIL  # type: ignore[literal-required]
    for example in report["labels"]["examples"]:
        example["title"] = example["company"] = EVIL
        example["url"] = "javascript:alert(1)"
    report["provenance"]["command"] = "pmtrend `x` <b>"
    return report


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_names_stay_text_in_markdown(hostile: WeeklyReport, lang: Lang) -> None:
    text = rendered(hostile, lang)
    assert "\u202e" not in text
    kinds = {child.type for token in PARSER.parse(text) for child in token.children or []}
    assert "html_inline" not in kinds
    links = {c.attrGet("href") for t in PARSER.parse(text) for c in t.children or [] if c.type == "link_open"}
    assert all(not str(link).startswith("javascript") for link in links)
    for columns in tables(text):
        assert len(set(columns)) == 1


def test_hostile_names_stay_text_in_charts_and_cells(hostile: WeeklyReport) -> None:
    files = report_files(hostile, LANGS)
    for name, content in files.items():
        if name.endswith(".svg"):
            assert b"<script" not in content
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(content.decode("utf-8"))):
                assert not [cell for cell in row if re.match(r"[=@+\t\r]|-(?![\d.])", cell)]


def test_a_template_refuses_what_was_not_made_text(regular: WeeklyReport) -> None:
    report = deepcopy(regular)
    report["week_first_day"] = 0.30000000000000004  # type: ignore[typeddict-item]
    with pytest.raises((TypeError, AttributeError)):
        render_markdown(report, "en", {})
