"""Charts: stable bytes, sound XML, text that stays text, gaps that stay gaps."""

import itertools
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from copy import deepcopy
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from report_market import report_of_kind

from reports.charts.canvas import LAYOUT_FONT, Canvas, Chart, drawing, em_width, shortened, spread
from reports.charts.health import health_chart
from reports.charts.panel import Panel
from reports.charts.pictures import pictures
from reports.charts.shares import Share, Side, dumbbell_chart, mix_chart, openness_chart
from reports.charts.weekly import FlowPanel, Line, WeekAxis, flow_chart, level_chart
from reports.wording.words import Words

SVG = "{http://www.w3.org/2000/svg}"
AI, AIGC = Side("AI 产品经理", "#0072B2"), Side("AIGC 产品经理", "#D55E00")
WEEKS = [f"W{week}" for week in range(40, 48)]
AXIS = WeekAxis(WEEKS, {2: "pm_feed", 3: "another source"}, "初步")
NASTY = 'R&D <script>alert(1)</script> "$x$" \x00\u202e|'


def level(label: str = "AI 产品经理") -> Chart:
    values = [100.0, 101.0, None, 103.0, 104.0, 104.0, 108.0, 110.0]
    lo = [None if v is None else v - 3 for v in values]
    hi = [None if v is None else v + 3 for v in values]
    return level_chart(
        f"指数 {label}", "基期 = 100", AXIS, [Line(label, "#0072B2", values, lo, hi, frozenset({5}))], label
    )


def flow() -> Chart:
    panel = FlowPanel(
        "AIGC", "#D55E00", [9, 9, None, 8, 9, 9, 9, 9], [None, 1, None, None, 2, 0, 1, 1], [None, 1] * 4
    )
    return flow_chart("Flow", "sub", AXIS, [panel, panel], ("listed", "new", "closed"), "text")


def dumbbell() -> Chart:
    rows = [
        ("大模型", Share(0.2, 0.1, 0.3), Share(0.8, 0.7, 0.9)),
        ("x" * 60, Share(0, 0, 0.1), Share(1, 0.9, 1)),
    ]
    return dumbbell_chart("Dumbbell", "sub", (AI, AIGC), rows, "text")


def mix() -> Chart:
    rows = [
        (AI, Share(0.1, 0.05, 0.2), None, "10 %"),
        (AIGC, Share(0.9, 0.8, 0.95), Share(0.7, 0.6, 0.8), "90 %"),
    ]
    return mix_chart("Mix", "sub", rows, ("now", "before"), "text")


def openness() -> Chart:
    curve = [Share(y / 10, max(0, y / 10 - 0.1), min(1, y / 10 + 0.1)) for y in range(11)]
    return openness_chart("Open", "sub", list(range(11)), [(AI, curve), (AIGC, curve)], "years", "text")


def health() -> Chart:
    marks = {m: (m[0].upper(), m) for m in ("complete", "mixed", "suspect", "failed", "absent")}
    cells = [("complete", 3, 3), ("mixed", 2, 3), ("suspect", 0, 1), ("failed", 0, 3), ("absent", 0, 0)]
    return health_chart("Health", "sub", WEEKS[:5], [("ashby", cells)], marks, "text")


ALL = [level, flow, dumbbell, mix, openness, health]


@pytest.mark.parametrize("draw", ALL)
def test_the_same_input_gives_the_same_bytes(draw) -> None:  # type: ignore[no-untyped-def]
    assert draw().svg() == draw().svg()


@pytest.mark.parametrize("draw", ALL)
def test_what_a_matplotlibrc_says_changes_no_chart(draw) -> None:  # type: ignore[no-untyped-def]
    usual = draw().svg()
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "axes.grid": True}):
        assert draw().svg() == usual


def test_the_backend_of_a_notebook_hinders_no_chart() -> None:
    environment = os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    subprocess.run([sys.executable, "-c", "import reports.charts.fonts"], env=environment, check=True)


@pytest.mark.parametrize("draw", ALL)
def test_a_chart_is_named_sound_xml_without_time_or_script(draw) -> None:  # type: ignore[no-untyped-def]
    svg = draw().svg()
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    assert "PingFang SC" in (root.get("font-family") or "")
    assert b"dc:date" not in svg
    assert not root.findall(f".//{SVG}script")
    assert svg.count(b"font-family") == 1


def test_text_stays_text_for_the_readers_own_font() -> None:
    texts = [node.text for node in ElementTree.fromstring(level().svg()).iter(f"{SVG}text")]
    assert "指数 AI 产品经理" in texts
    assert "初步" in texts


def test_a_missing_glyph_is_no_warning_and_other_warnings_still_are() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        level().svg()
    with pytest.warns(UserWarning, match="still here"):
        warnings.warn("still here", stacklevel=1)


def test_what_strangers_wrote_cannot_leave_its_text_element() -> None:
    svg = level(NASTY).svg()
    root = ElementTree.fromstring(svg)
    assert not root.findall(f".//{SVG}script")
    assert b"<script" not in svg
    assert any("<script>" in (node.text or "") for node in root.iter(f"{SVG}text"))


def test_a_gap_and_a_restart_cut_the_line() -> None:
    # Known: weeks 0-1, 3-4 and, after the restart at 5, 5-7; so three strokes in the line's colour.
    root = ElementTree.fromstring(level().svg())
    strokes = [p for p in root.iter(f"{SVG}path") if "stroke: #0072b2" in (p.get("style") or "")]
    assert [len(re.findall(r"[ML] ", p.get("d") or "")) for p in strokes] == [2, 2, 3]


def test_settings_of_the_process_do_not_change_a_chart() -> None:
    import matplotlib

    before = flow().svg()
    with matplotlib.rc_context(
        {"font.size": 30.0, "axes.grid": True, "svg.fonttype": "path", "lines.linewidth": 9}
    ):
        assert _texts(flow().svg()) == _texts(before)


def test_a_chart_with_one_week_is_drawn() -> None:
    axis = WeekAxis(["W1"], {}, None)
    line = Line("AI", "#0072B2", [100.0], [None], [None])
    assert "AI 100" in [text.strip() for text in _texts(level_chart("t", "s", axis, [line], "d").svg())]


def test_an_index_of_few_postings_is_bracketed_and_one_of_a_handful_is_not_drawn() -> None:
    report = deepcopy(report_of_kind("regular"))
    stocks = {"all": 50, "ai_pm": 30, "aigc_pm": 12, "both": 9, "other_pm": 0}
    for row in report["headline"]["rows"]:
        row["stock"] = row["employers"] = stocks[row["role"]]
    told = " ".join(_texts(pictures(report, Words("en"))["level"].chart.svg()))
    assert re.search(r"AI PM \d+", told) and re.search(r"AIGC PM \(\d+\)", told)
    assert "Both" not in told and "Other PM" not in told
    for row in report["headline"]["rows"]:
        row["stock"] = 9
    assert "level" not in pictures(report, Words("en"))


# ------------------------------------------------------------------ panels


def paneled(draw: Callable[[Panel], None]) -> Element:
    """What is drawn into a panel from (50, 70) to (500, 170), y downwards, on which x is 0..10, y 100..0."""
    with drawing():
        canvas = Canvas("t", "s", height=200)
        draw(Panel(canvas, (0, 10), (100, 0), left=50, right=90.4, top=70, bottom=30))
    return ElementTree.fromstring(canvas.chart("d").svg())


def test_a_value_has_one_place_for_dots_labels_and_lines() -> None:
    def draw(panel: Panel) -> None:
        panel.dots([5], [20], colour="#123456", size=4)
        panel.x_labels([5], ["five"])
        panel.y_labels([20], ["twenty"])
        panel.x_grid([5, 10])
        panel.y_grid([20])
        panel.write(5, 20, "moved", dx=3, dy=4, size=8, colour="#123456")

    root = paneled(draw)
    (dot,) = [(float(use.attrib["x"]), float(use.attrib["y"])) for use in root.iter(f"{SVG}use")]
    assert dot == (275, 90)
    at = {text.text: (float(text.attrib["x"]), float(text.attrib["y"])) for text in root.iter(f"{SVG}text")}
    assert at["five"] == pytest.approx((275, 170 + 3.5 + 0.76 * 8.5))  # its upper edge under the panel
    assert at["twenty"] == pytest.approx((50 - 3.5, 90 + 0.38 * 8.5))
    assert at["moved"] == pytest.approx((278, 86))
    paths = [re.findall(r"[-\d.]+", path.attrib["d"]) for path in root.iter(f"{SVG}path")]
    drawn = [list(map(float, path)) for path in paths]
    assert [275, 170, 275, 70, 500, 170, 500, 70] in drawn
    assert [50, 90, 500, 90] in drawn


def test_bars_and_bands_reach_from_value_to_value() -> None:
    def draw(panel: Panel) -> None:
        panel.bars([((2, 4), (0, 50)), ((6, 8), (50, 100))], colour="#123456")
        panel.band([0, 10], [100, 90], [80, 70], colour="#654321")

    corners = {
        path.attrib["style"].split(";")[0]: re.findall(r"[ML] ([\d.]+ [\d.]+)", path.attrib["d"])
        for path in paneled(draw).iter(f"{SVG}path")
    }
    assert corners["fill: #123456"][:4] == ["140 70", "230 70", "230 120", "140 120"]
    assert corners["fill: #123456"][-4:] == ["320 120", "410 120", "410 170", "320 170"]
    assert corners["fill: #654321"][:4] == ["50 170", "500 160", "500 140", "50 150"]


@pytest.mark.parametrize("clip", [True, False])
def test_a_line_ends_at_the_edges_of_its_panel_unless_told_otherwise(clip: bool) -> None:
    root = paneled(lambda panel: panel.line([-5, 15], [50, 50], colour="#123456", width=2, clip=clip))
    (line,) = [path for path in root.iter(f"{SVG}path") if "stroke: #123456" in path.attrib["style"]]
    edges = {f"url(#{path.attrib['id']})": path[0].attrib for path in root.iter(f"{SVG}clipPath")}
    inside = {"x": "50", "y": "70", "width": "450", "height": "100"}
    assert edges.get(line.attrib.get("clip-path", "")) == (inside if clip else None)


def test_the_layout_font_reaches_as_far_as_labels_are_moved_for() -> None:
    font = FT2Font(str(font_manager.findfont(LAYOUT_FONT, fallback_to_default=False)))
    metrics, head = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")
    assert metrics is not None and head is not None
    em = head["unitsPerEm"]

    def draw(panel: Panel) -> None:
        panel.write(5, 20, "top", size=10, colour="#123456", valign="top")
        panel.write(5, 20, "bottom", size=10, colour="#123456", valign="bottom")

    down = {text.text: float(text.attrib["y"]) for text in paneled(draw).iter(f"{SVG}text")}
    assert down["top"] == pytest.approx(90 + 10 * metrics["sTypoAscender"] / em, abs=0.01)
    assert down["bottom"] == pytest.approx(90 + 10 * metrics["sTypoDescender"] / em, abs=0.01)


def test_nothing_is_drawn_for_an_empty_text() -> None:
    assert _texts(level_chart("t", "", WeekAxis(["W1"], {}, ""), [], "d").svg()).count("") == 0


def test_the_name_of_an_axis_stands_below_its_labels() -> None:
    texts = ElementTree.fromstring(openness().svg()).iter(f"{SVG}text")
    down = {node.text: float(node.attrib["y"]) for node in texts}
    assert down["10"] + 10 < down["years"] < down["10"] + 25


def test_counts_have_whole_ticks() -> None:
    stock = [5.0, 4.0, 4.0]
    panels = [FlowPanel(name, "#0072B2", stock, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]) for name in ("AI", "AIGC")]
    axis = WeekAxis(["W1", "W2", "W3"], {}, None)
    told = _texts(flow_chart("t", "s", axis, panels, ("listed", "new", "closed"), "d").svg())
    assert "4" in told and not [text for text in told if re.fullmatch(r"\d+\.\d+", text.strip())]
    assert told.count("0") == 4  # once in each panel: no half is called a whole


@given(st.lists(st.floats(-1000, 1000), max_size=8), st.floats(0.1, 50))
def test_spread_labels_keep_order_and_distance(positions: list[float], gap: float) -> None:
    moved = spread(positions, gap)
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    for first, second in itertools.pairwise(order):
        assert moved[second] - moved[first] >= gap - 1e-6
    if positions:
        assert sum(moved) == pytest.approx(sum(positions) + 0, abs=1e-6 * max(1, len(positions)) + 1e-6)


def test_labels_far_apart_do_not_move() -> None:
    assert spread([30.0, 10.0, 20.0], 5) == [30.0, 10.0, 20.0]


@given(st.text(max_size=60), st.floats(2, 30))
def test_a_shortened_text_fits(text: str, ems: float) -> None:
    assert em_width(shortened(text, ems)) <= max(ems, 1.0) + 1e-9


def test_wide_characters_count_twice_as_much() -> None:
    assert em_width("产品") == pytest.approx(2.0)
    assert em_width("AI") < 1.2


def test_a_label_may_hold_dollar_signs() -> None:
    assert "pay $100k and $120k 110" in [text.strip() for text in _texts(level("pay $100k and $120k").svg())]


def _texts(svg: bytes) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_chart_can_be_stamped_and_stays_sound() -> None:
    chart = level()
    chart.stamp("虚构 <数据>")
    texts = [node for node in ElementTree.fromstring(chart.svg()).iter(f"{SVG}text") if node.text]
    (stamp,) = [node for node in texts if node.text == "虚构 <数据>"]
    assert stamp.get("x") == "582.4"  # 8 points from the right edge of 590.4
