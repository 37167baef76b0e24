"""Charts of requirements, and the holidays on charts over weeks."""

from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from reports.charts.canvas import Chart
from reports.charts.holidays import SPRING_FESTIVAL, holidays
from reports.charts.matrix import Cell, Matrix, matrix_chart
from reports.charts.multiples import Multiple, Weekly, multiples_chart
from reports.charts.requirements import requirement_pairs
from reports.charts.shares import Side
from reports.charts.weekly import Line, WeekAxis, level_chart
from reports.wording.words import Words
from storage.weeks import label

SVG = "{http://www.w3.org/2000/svg}"
SIDES = (Side("AI 产品经理", "#0072B2"), Side("AIGC", "#D55E00"))
WEEKS = [f"W{week}" for week in range(36, 49)]
NASTY = 'R&D <script>alert(1)</script> "$x$" \x00\u202e|'


def labels(first: date, count: int) -> list[str]:
    return [label(first + timedelta(days=7 * i)) for i in range(count)]


# ------------------------------------------------------------------ holidays


@pytest.mark.parametrize(
    ("week", "holiday"),
    [
        ("2026-W07", None),  # 9 to 15 February
        ("2026-W08", "spring_festival"),  # its eve is Monday, 16 February
        ("2026-W09", None),  # one working day, 23 February, is left of it
        ("2025-W05", "spring_festival"),  # the eve is Tuesday, 28 January
        ("2025-W06", "spring_festival"),  # 3 and 4 February, its last days
        ("2025-W07", None),
        ("2026-W39", None),
        ("2026-W40", "national_day"),  # Thursday and Friday
        ("2026-W41", "national_day"),  # Monday to Wednesday
        ("2026-W42", None),
        ("2026-W52", "year_end"),  # 24 and 25 December
        ("2026-W53", "year_end"),  # 28 December to 1 January: a year of 53 weeks
        ("2027-W01", None),  # begins on 4 January
        ("2024-W52", "year_end"),  # from Tuesday, 24 December, on
        ("2025-W01", "year_end"),  # 30 December to 5 January: Monday to Wednesday
        ("2018-W07", None),  # Spring Festival is known from 2019 on
        ("2036-W05", None),
    ],
)
def test_a_week_is_marked_if_a_holiday_takes_two_working_days(week: str, holiday: str | None) -> None:
    assert holidays([week]) == ({0: holiday} if holiday else {})


def test_spring_festival_is_a_new_moon_between_21_january_and_20_february() -> None:
    """29.530588 days from new moon to new moon, from that of 6 January 2000, 18:14 UTC, on."""
    assert [day.year for day in SPRING_FESTIVAL] == list(range(2019, 2036))
    for day in SPRING_FESTIVAL:
        assert (1, 21) <= (day.month, day.day) <= (2, 20)
        age = ((day - date(2000, 1, 6)).days - 0.76 - 8 / 24) % 29.530588
        assert min(age, 29.530588 - age) < 1.3, day  # the true moon is up to 14 hours off the mean one


def test_every_year_has_its_three_holidays_once() -> None:
    found = holidays(labels(date(2018, 12, 31), 52 * 17 + 3))
    names = [found.get(i) for i in range(52 * 17 + 3)]
    runs = [name for i, name in enumerate(names) if name and (i == 0 or names[i - 1] != name)]
    assert [runs.count(name) for name in ("spring_festival", "national_day")] == [17, 17]
    assert runs.count("year_end") == 18  # both ends


def test_holidays_are_named_once_and_stay_inside() -> None:
    axis = WeekAxis(WEEKS, {}, "初步", {4: "国庆", 5: "国庆", 12: "年末"})
    line = Line("AI", "#0072B2", [100.0] * 13, [None] * 13, [None] * 13)
    texts = texts_of(level_chart("t", "s", axis, [line], "d"))
    assert texts.count("国庆") == 1 and texts.count("年末") == 1
    assert "国庆" not in texts_of(level_chart("t", "s", axis.unnamed(), [line], "d"))


# ------------------------------------------------------------------ drawing


def multiples(count: int, name: str = "大模型", ringed: frozenset[int] = frozenset()) -> Chart:
    gaps = Weekly([None] * 13, [None] * 13)
    known = Weekly([None, 0.2, 1.0] + [0.5] * 10, [None] * 3 + [0.4] * 4 + [None] + [0.5] * 5, ringed)
    panels = [Multiple(name, (known, gaps if i % 2 else known)) for i in range(count)]
    axis = WeekAxis(WEEKS, {3: "pm_feed"}, "prelim.", {4: "National Day"})
    return multiples_chart("Multiples", "sub", axis, SIDES, panels, "ringed", "finding")


def matrix(name: str = "SQL") -> Chart:
    cells = {(1, 0): Cell(2.2, True), (2, 0): Cell(0.4, False), (2, 1): Cell(None, False)}
    one = Matrix("AI", "#0072B2", [name, "x" * 60, "数据分析"], cells)
    return matrix_chart("Together", "sub", [one, Matrix("AIGC", "#D55E00", ["a", "b"], {})], "finding")


def svg(chart: Chart) -> bytes:
    return chart.svg()


def texts_of(chart: Chart) -> list[str]:
    return [(node.text or "").strip() for node in ElementTree.fromstring(svg(chart)).iter(f"{SVG}text")]


@pytest.mark.parametrize("draw", [lambda: multiples(12), lambda: multiples(1), lambda: multiples(5), matrix])
def test_a_chart_is_stable_sound_and_says_what_it_found(draw) -> None:  # type: ignore[no-untyped-def]
    assert svg(draw()) == svg(draw())
    root = ElementTree.fromstring(svg(draw()))
    assert root.findtext(f"{SVG}desc") == "finding"


@pytest.mark.parametrize("draw", [lambda name: multiples(3, name), matrix])
def test_names_of_strangers_stay_text(draw) -> None:  # type: ignore[no-untyped-def]
    root = ElementTree.fromstring(svg(draw(NASTY)))
    assert not root.findall(f".//{SVG}script")


def test_panels_end_in_their_values_and_share_one_scale() -> None:
    texts = texts_of(multiples(8))
    assert texts.count("50%") >= 8 + 4  # a value at the end of every known line
    assert texts.count("prelim.") == texts.count("National Day") == 1
    assert "ringed" not in texts
    assert "ringed" in texts_of(multiples(8, ringed=frozenset({2})))


def test_a_cell_says_how_many_times_as_often() -> None:
    texts = texts_of(matrix())
    assert {"2.2", "0.4"} <= set(texts)
    assert "None" not in texts
    assert any(text.endswith("…") for text in texts)


def test_long_names_narrow_the_cells_before_they_are_cut() -> None:
    names = [f"requirement {n:02d} of many" for n in range(12)]
    one = Matrix("AI", "#0072B2", names, {(1, 0): Cell(2.2, True)})
    told = texts_of(matrix_chart("t", "s", [one, one], "d"))
    assert set(names) <= set(told)


@pytest.mark.parametrize(("lift", "bold"), [(1.04, False), (1.2, True)])
def test_once_as_often_is_never_bold(lift: float, bold: bool) -> None:
    one = Matrix("AI", "#0072B2", ["a", "b"], {(1, 0): Cell(lift, True)})
    drawn = ElementTree.fromstring(matrix_chart("t", "s", [one], "d").svg()).iter(f"{SVG}text")
    (style,) = (text.get("style", "") for text in drawn if (text.text or "").strip() == f"{lift:.1f}")
    assert ("700" in style) == bold


@pytest.mark.parametrize(("lo", "shown"), [(1.1, "AIGC PM, n = 9 with text"), (None, None)])
def test_a_class_of_which_no_pair_can_be_told_has_no_panel(lo: float | None, shown: str | None) -> None:
    tags = [{"tag": tag, "en": tag, "zh": tag} for tag in ("rag", "sql")]
    names = {"tag": "rag", "en": "RAG", "zh": "RAG", "other_tag": "sql", "other_en": "SQL", "other_zh": "SQL"}
    pairs = [{**names, "lift": 2.0, "lo": one, "linked": False} for one in (None, lo)]
    classes = [
        {"role": role, "n": 9, "tags": tags, "pairs": [pair]}
        for role, pair in zip(("ai_pm", "aigc_pm"), pairs, strict=True)
    ]
    window = {"first": "2026-W44", "last": "2026-W47"}
    report: Any = {"co_occurrence": {"classes": classes, "window": window}}
    drawn = requirement_pairs(report, Words("en"))
    assert (drawn is None) == (shown is None)
    if drawn is not None:
        texts = "".join(ElementTree.fromstring(drawn[2].svg()).itertext())
        assert shown is not None and shown in texts and "AI PM, n = " not in texts
