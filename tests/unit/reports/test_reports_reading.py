"""What a reader must not stumble over: empty sections, and words that the data do not bear out."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from facts_builder import Market, monday
from report_market import KINDS, PARSER, market, rendered, report_of, report_of_kind

from reports.building.weekly import build_weekly
from reports.charts.pictures import _flow, _level, _line
from reports.document.series_breaks import broken_weeks
from reports.document.weekly import WeeklyReport
from reports.wording.words import CUT, LANGS, Lang, Words
from storage.records import Break

# ------------------------------------------------------------------ no section is empty


def headings_without_text(markdown: str) -> list[str]:
    tokens = [t for t in PARSER.parse(markdown) if t.type.endswith("_open") or t.type == "inline"]
    found, heading = [], ""
    for token, text in itertools.pairwise(tokens):
        if token.type == "heading_open":
            if heading:
                found.append(heading)
            heading = text.content
        elif token.type in ("paragraph_open", "table_open", "bullet_list_open", "ordered_list_open"):
            heading = ""
    return [*found, heading] if heading else found


def postings(roles: str, **says: Any) -> Market:
    """A board that lists one posting of each role in two weeks."""
    built = Market()
    ids = [built.post(f"{role}{i}", role, **says) for i, role in enumerate(roles.split())]  # type: ignore[arg-type]
    for week in (0, 1):
        built.look("X", week, ids)
    return built


def markets() -> Iterator[tuple[str, WeeklyReport]]:
    for kind in KINDS:
        yield kind, report_of_kind(kind)
    both = " ".join(["ai_pm aigc_pm other_pm"] * 8)
    small = {
        "titles only": postings(both, has_text=False),
        "no years": postings(both, tags=["llm"]),
        "no tags": postings(both, years=3.0),
        "one class": postings("aigc_pm", tags=["llm"]),
        "no class": postings("other_pm other_pm"),
        "only what defines": postings(both, tags=["ai"]),
        "not PM": postings("not_pm"),
        "nothing listed": postings(""),
    }
    for name, built in small.items():
        yield name, build_weekly(built.facts(), monday(1))
    yield "one week", build_weekly(small["no years"].facts(), monday(0))
    yield "nothing since", build_weekly(small["no years"].facts(), monday(9))
    listed = postings(both, years=3.0)
    listed.look("X", 20, [])
    yield "long ago", build_weekly(listed.facts(), monday(20))


REPORTS = dict(markets())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", REPORTS)
def test_no_section_is_empty(name: str, lang: Lang) -> None:
    assert headings_without_text(rendered(REPORTS[name], lang)) == []


def test_an_empty_section_is_found() -> None:
    assert headings_without_text("# A\n\n## B\n\n## C\n\ntext\n\n## D\n") == ["A", "B", "D"]


def test_titles_without_texts_are_said_and_years_not_missed() -> None:
    text = rendered(REPORTS["titles only"], "zh")
    assert "**没有完整正文。** 本期 24 个岗位都只有名称" in text.split("##")[0]
    assert "要求几年经验无从得知：2026-W34–W37 的来源没有给出完整正文。" in text
    assert "AI 从业年限" not in text.split("## ")[1]
    assert "其中写为必备" not in text
    assert "states how many years it asks for" in rendered(REPORTS["no years"], "en")


def test_a_week_without_a_look_is_not_called_read() -> None:
    text = rendered(REPORTS["nothing since"], "en")
    assert "No board was asked this week." in text
    assert "was read completely." not in text


# ------------------------------------------------------------------ what defines the classes


def test_the_bare_word_ai_is_no_requirement_to_report() -> None:
    built = postings(" ".join(["ai_pm aigc_pm"] * 6), tags=["ai", "llm"])
    report = build_weekly(built.facts(), monday(1))
    assert {row["tag"] for row in report["skills"]["rows"]} == {"llm"}
    assert {row["tag"] for row in report["contrast"]["rows"]} == {"llm"}


# ------------------------------------------------------------------ suspect looks


def doubted(*, accepted: bool = False, other: bool = False, breaks: bool = True) -> WeeklyReport:
    """Board X shows 3 of its 20 postings in week 2; that is confirmed, or another look stands beside it."""
    built = Market()
    ids = [f"p{i}" for i in range(20)]
    for week in (0, 1):
        built.look("X", week, ids)
    if other:
        built.look("X", 2, ids, day=1)
    built.look("X", 2, ids[:3], day=3, state="suspect", accepted=accepted, epoch=2 if accepted else 1)
    if accepted and breaks:
        built.breaks.append(Break("ashby", "X", monday(2), "coverage", "agreed"))
    return build_weekly(built.facts(), monday(2))


@pytest.mark.parametrize(
    ("report", "outcome", "said"),
    [
        (doubted(), "missing", None),
        (doubted(other=True), "other_look", "Another look of that week counts instead."),
        (doubted(accepted=True), "new_level", "Its coverage changed (agreed)."),
        (doubted(accepted=True, breaks=False), "confirmed", "The next look confirmed it, so it counts."),
    ],
)
def test_a_suspect_look_is_told_by_what_became_of_it(
    report: WeeklyReport, outcome: str, said: str | None
) -> None:
    assert [row["outcome"] for row in report["quality"]["suspects"]] == [outcome]
    text = rendered(report, "en")
    assert "enters no trend" not in text
    assert (said or "Boards not read completely this week (1):") in text
    assert ("Boards not read completely" in text) == (outcome == "missing")
    assert ("1 of 1 boards read completely" in text) == (outcome != "missing")
    # Else the table of boards has it, or the sentence on the break.
    assert ("Suspect reading" in text) == (outcome not in ("missing", "new_level"))


def test_a_suspect_look_of_an_earlier_week_that_nobody_confirmed() -> None:
    later = build_weekly(market(state="suspect").facts(), monday(13))
    assert "It closed nothing and enters no trend." in rendered(later, "en")


# ------------------------------------------------------------------ breaks


def broken() -> WeeklyReport:
    """The invented market, every board of which lists something else from the last week on."""
    built = market(failing=0)
    last = max(look.when for look in built.looks)
    for look in built.looks:
        if look.when == last:
            look.epoch = 2
    for name, source in built.sources.items():
        built.breaks.append(Break(source, name, monday(12), "coverage", "x"))
    return report_of(built)


def test_an_index_that_starts_this_week_is_not_printed() -> None:
    report = broken()
    assert {series["base"] for series in report["level_index"]["series"]} == {report["week"]}
    text = rendered(report, "en")
    assert "Index [95 % CI]" not in text
    assert "base week" not in text
    assert "the index starts anew and has nothing to compare with yet" in text


def test_nothing_is_drawn_across_a_break() -> None:
    report = broken()
    assert broken_weeks(report) == {report["week"]}
    text = rendered(report, "zh")
    assert CUT in text
    assert f"**口径变化（{report['week']}，" in text
    line = _line(report["level_index"]["series"][1], report["level_index"]["weeks"], "full", Words("en"))
    assert line.cuts == {12}
    assert line.values[-1] is None and line.values[-2] is not None  # 100 by definition is no value
    level, flow = _level(report, Words("en")), _flow(report, Words("en"))
    assert level is not None and "starts at 100" in level.alt
    assert flow is not None
    strokes = re.findall(r'<path d="([^"]*)"[^>]*stroke: #56606b', flow.chart.svg().decode("utf-8"))
    assert max(len(re.findall(r"[ML] ", d)) for d in strokes) == 12  # of 13 weeks


def test_without_a_break_nothing_is_cut() -> None:
    report = report_of_kind("regular")
    assert broken_weeks(report) == set()
    text = rendered(report, "en")
    assert CUT not in text


# ------------------------------------------------------------------ what the sample can show


@pytest.mark.parametrize(
    ("changes", "en", "absent"),
    [
        ([0.1, 0.2, 0.3, 0.4], "10.0 points at 5 %, 20.0 points at 10 %", "too small"),
        ([0.43, 0.59, 0.9, 0.99], "For shares of 10 % and more, this sample is too small", "59.0 points"),
        ([0.6, 0.8, 0.9, 0.99], "(n = 9 per window) is too small to show any realistic change", "points at"),
    ],
)
def test_a_change_that_cannot_happen_is_not_called_visible(
    changes: list[float], en: str, absent: str
) -> None:
    report = report_of_kind("regular")
    for row, mde in zip(report["quality"]["mde"], changes, strict=True):
        row["mde"], row["n"] = mde, 9
    line = next(line for line in rendered(report, "en").splitlines() if en in line)
    assert absent not in line


def test_no_unit_to_compare_with_is_one_alarm() -> None:
    text = rendered(broken(), "zh")
    assert "没有任何招聘页或公司能与上周对比" in text
    assert "只有 0 个" not in text
    assert "不足在招岗位的 60%" not in text


@pytest.mark.parametrize("kind", ["partial", "all_failed", "empty"])
def test_where_nothing_is_known_to_close_nothing_is_preliminary(kind: str) -> None:
    report = report_of_kind(kind)
    assert report["preliminary"]
    assert "reliminary" not in rendered(report, "en")
