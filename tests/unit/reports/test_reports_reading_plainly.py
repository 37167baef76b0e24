"""What a reader would take wrongly: unconfirmed closures, claims as mere counts, shares of a few postings."""

import re
from collections.abc import Mapping
from typing import Any, cast

import pytest
from docs_pages import TEXTS
from facts_builder import Market, monday

from reports.building.weekly import build_weekly
from reports.charts.requirements import weekly_requirements
from reports.charts.weekly import WeekAxis
from reports.document.weekly import WeeklyReport
from reports.rendering.markdown import render_markdown
from reports.sections.experience import experience
from reports.sections.level import headline_counts, headline_note, headline_shares
from reports.sections.qualifications import qualifications
from reports.statistics.shares import wilson
from reports.wording.sentences import sentence
from reports.wording.words import LANGS, Lang, Words

ROW = {
    "role": "all", "stock": 162, "employers": 23, "births": 25, "births_4w": 69, "closures": 0,
    "closures_4w": 40, "pending": 21, "index": 116.0, "index_lo": 109.0, "index_hi": 123.0, "spark": [],
}  # fmt: skip


def headline(**row: Any) -> WeeklyReport:
    level = {
        "status": "insufficient",
        "series": [{"role": "all", "base": None, "points": [], "restarts": []}],
    }
    return cast(
        WeeklyReport, {"headline": {"rows": [{**ROW, **row}]}, "level_index": level, "week": "2026-W47"}
    )


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missed_once_stands_beside_what_closed(lang: Lang) -> None:
    """No closure of the latest week is known yet: 0 alone would read as a week in which nothing closed."""
    words = Words(lang)
    assert "| 40 / 0 (+21) |" in re.sub(" +", " ", headline_counts(headline(), words))
    assert "+21" in headline_note(headline(), words)
    settled = headline(pending=0, closures=8)
    assert "| 40 / 8 |" in re.sub(" +", " ", headline_counts(settled, words))
    assert "+" not in headline_note(settled, words)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("n", "employers", "index", "median"),
    [
        (30, 10, "116 [109, 123]", "5"),
        (29, 10, "(116 [109, 123])", "(5)"),
        (30, 9, "(116 [109, 123])", "(5)"),
        (9, 10, "", ""),
    ],
)
def test_an_index_and_a_median_of_few_postings_are_in_brackets(
    lang: Lang, n: int, employers: int, index: str, median: str
) -> None:
    """The note below the table says so of every figure in it."""
    words = Words(lang)
    share = {"y": 6, "n": 100, "share": 0.06, "lo": 0.03, "hi": 0.1, "print": "full"}
    change = {"value": None, "lo": None, "hi": None, "compared": None, "verdict": "insufficient"}
    report = headline(
        stock=n, floor_n=n, employers=employers, median_floor=5.0,
        share_of_all=share, share_of_ai_type=None, change_13w=change,
    )  # fmt: skip
    report["level_index"]["status"] = "ok"
    report["level_index"]["series"][0]["base"] = "2026-W36"
    shown = cells(headline_counts(report, words)), cells(headline_shares(report, words))
    assert [cell for cell in shown[0] if "116" in cell] == [index] * (n >= 10)
    assert [cell for cell in shown[1] if cell in ("5", "(5)")] == [median] * (n >= 10)


def cells(table: str) -> list[str]:
    """The cells of the last line of a table, none of an empty one."""
    last = [*"\n", *table.splitlines()][-1]
    return [cell.strip().replace("\u00a0", " ") for cell in last.strip("| ").split("|")]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("boards", "median"), [(30, "4 (4–4)"), (29, "(4 (4–4))"), (9, "–")])
def test_years_of_few_postings_are_in_brackets(lang: Lang, boards: int, median: str) -> None:
    words, said = Words(lang), {"years": 4.0, "ai_years": 2.0}
    shown = cells(experience(two_classes(boards, said, said), words))
    assert shown[2] == median
    years = words("say.years", years="2").replace("\u00a0", " ")
    assert (f"({years})" in shown[5], years in shown[5]) == (boards == 29, boards > 9)


def two_classes(boards: int, ai: Mapping[str, Any], aigc: Mapping[str, Any]) -> WeeklyReport:
    """The report on employers in two sources, each with one AI PM and one AIGC PM posting."""
    market = Market()
    for board in range(boards):
        name = f"b{board:03d}"
        market.board(name, ("ashby", "lever")[board % 2])
        posted = [market.post(f"{name}-ai", "ai_pm", **ai), market.post(f"{name}-aigc", "aigc_pm", **aigc)]
        market.look(name, 0, posted)
    return build_weekly(market.facts(), monday(0))


@pytest.mark.parametrize(
    ("vacancies", "en", "zh"),
    [
        (
            165,
            "**185** PM postings, for 165 openings, are listed by",
            "岗位 **185** 个（合并重复后 165 个），来自",
        ),
        (184, "**185** PM postings are listed by", "岗位 **185** 个，来自"),
        (None, "**185** PM postings are listed by", "岗位 **185** 个，来自"),
    ],
)
def test_postings_that_are_for_fewer_openings_say_so(vacancies: int | None, en: str, zh: str) -> None:
    """All shares count openings: whoever reads 185 and then n = 165 must know why."""
    counts = {"vacancies": vacancies, "ai_pm": 8, "aigc_pm": 43, "both": 2}
    found = {**claimed(), "id": "listed", "table": "T1", "n": 185, "employers": 90, "extra": counts}
    assert en in sentence(cast(Any, found), Words("en"))
    assert zh in sentence(cast(Any, found), Words("zh"))


def claimed(**extra: int) -> Any:
    counts = {"claims": 12, "supported": 2, "contradicted": 1, "no_clear_difference": 3, "insufficient": 6}
    return {
        "id": "hypotheses", "verdict": "level", "direction": None, "reason": "", "unit": "count",
        "value": 2.0, "lo": None, "hi": None, "n": 140, "employers": 0,
        "window": {"first": "2026-W44", "last": "2026-W47"},
        "compared": None, "role": None, "tag": None, "extra": {**counts, "by_definition": 0, **extra},
    }  # fmt: skip


def test_the_finding_on_the_claims_names_those_that_are_decided() -> None:
    told = sentence(claimed(hands_on=1, tob=-1, open_3=1), Words("en"))
    assert told.endswith(
        " Supported: AI PM asks more often for SQL, Python or coding; AIGC PM is more often open with 3 "
        "years of experience. Contradicted: AI PM is more often for business customers (To B)."
    )
    assert sentence(claimed(tob=-1), Words("zh")).endswith("（n = 140）。与数据相反的：AI 岗更多做 To B。")
    assert sentence(claimed(), Words("en")).endswith("(n = 140).")
    told = sentence(claimed(tob=1, by_definition=1), Words("en"))
    assert "supported this week (1 of them partly by definition)" in told
    assert told.endswith(
        " Supported, apart from those by definition: AI PM is more often for business customers (To B)."
    )


def test_claims_that_are_true_by_definition_are_counted_and_not_named() -> None:
    """Every AI PM labels data and works with algorithm teams, no AIGC PM does: one is by definition."""
    report = two_classes(60, {"tags": ["algorithm_collaboration", "data_annotation"]}, {})
    (found,) = [one for one in report["findings"] if one["id"] == "hypotheses"]
    assert (found["extra"]["supported"], found["extra"]["by_definition"]) == (2, 1)
    assert found["extra"]["algorithm_team"] == 1
    assert "labelling" not in found["extra"]


def weekly(y: int, n: int) -> list[dict[str, Any]]:
    none = {"y": 0, "n": 0, "pooled_y": 0, "pooled_n": 0, "pooled": None, "signal": False}
    last = {"y": y, "n": n, "pooled_y": y, "pooled_n": n, "pooled": y / n, "signal": False}
    named = {"tag": "rag", "en": "RAG", "zh": "检索增强生成"}
    return [{**named, "role": role, "points": [none, last]} for role in ("ai_pm", "aigc_pm")]


@pytest.mark.parametrize(("y", "n", "told"), [(8, 10, "(80 %)"), (24, 30, "80 %")])
def test_a_share_of_few_new_postings_stands_in_brackets_in_charts_too(y: int, n: int, told: str) -> None:
    value = {"requirements_weekly": {"rows": weekly(y, n)}, "movers": {"rows": []}}
    drawn = weekly_requirements(
        cast(WeeklyReport, value), Words("en"), WeekAxis(["W46", "W47"], {}, "prelim.", {})
    )
    assert drawn is not None
    assert f"RAG {told}" in drawn[1].replace("\u00a0", " ")
    assert told.replace(" ", "").encode() in drawn[2].svg()
    assert (b"(80%)" in drawn[2].svg()) == (n < 30)


def industries(ai: str, aigc: str) -> WeeklyReport:
    return two_classes(25, {"industries": {ai: "required"}}, {"industries": {aigc: "required"}})


def test_each_class_has_its_own_industry_asked_for_most() -> None:
    differ = industries("finance", "health")
    assert "most often finance (AI PM), health and pharma (AIGC PM)" in qualifications(differ, Words("en"))
    assert "最多的是金融（AI）、医疗健康（AIGC）" in qualifications(differ, Words("zh"))
    alike = industries("games", "games")
    assert "most often games and entertainment (25, 25)" in qualifications(alike, Words("en"))


def test_how_well_texts_are_read_is_what_the_documentation_has_measured() -> None:
    """The note on the classes states no more than METHOD.md has of rows scored before they were seen."""
    draws = re.findall(  # role class with interval and rows, clear rows, other PM called AI, skills
        r"^\| [^|]+ \| ([\d.]+) \([\d.–]+\) of (\d+) \| [^|]+ \| [^|]+ \| ([\d.]+)",
        TEXTS["docs/METHOD.md"],
        re.MULTILINE,
    )
    assert len(draws) == 6
    n = sum(int(rows) for _, rows, _ in draws)
    right = sum(round(int(rows) * float(share)) for share, rows, _ in draws)
    for lang in LANGS:
        note = Words(lang)("method.n02").replace("\u00a0", " ")
        stated = re.search(r"(\d+) ?% ?(?:got the right class )?\[(\d+), (\d+)\]\D+(\d+)", note)
        assert stated is not None
        share, lo, hi, rows = map(int, stated.groups())
        assert rows <= n
        assert share == pytest.approx(100 * right / n, abs=2)
        assert (lo, hi) == pytest.approx([100 * end for end in wilson(share * rows / 100, rows)], abs=1)
        skills = re.search(r"(\d+) (?:to|至) (\d+) ?%", note)
        assert skills is not None
        ends = [100 * found(float(f1) for _, _, f1 in draws) for found in (min, max)]
        assert [int(end) for end in skills.groups()] == pytest.approx(ends, abs=1)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "en",
            "To cite: “What product-manager postings ask for: 2026-W36” (postings in 上海), pmtrend ",
        ),
        ("zh", "引用请写：《产品经理招聘要求周报：2026-W36》（上海的岗位），pmtrend "),
    ],
)
def test_a_report_says_how_to_cite_it(lang: Lang, told: str) -> None:
    report = two_classes(3, {"places": ["上海"]}, {"places": ["上海"]})
    report["view"] = {"city": "上海"}
    text = render_markdown(report, lang, {})
    assert told in text
    assert "2026.11.0" in text[text.index(told[:7]) :].split("data/README.md", 1)[0]
    report["notices"] = ["Invented data: this is a demonstration."]
    assert told[:7] not in render_markdown(report, lang, {})
