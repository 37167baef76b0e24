"""Charts as PNG: drawn with the fonts of this machine, refused in one sentence where a character has none."""

import re
import struct
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager, image
from report_market import report_of_kind

from reports.charts import fonts
from reports.charts.canvas import LAYOUT_FONT, Chart
from reports.charts.weekly import Line, WeekAxis, level_chart
from reports.errors import ReportError
from reports.output.writing import write_report
from reports.wording.words import LANGS

WEEKS = ["W46", "W47"]


def chart(label: str) -> Chart:
    line = Line(label, "#0072B2", [100.0, 104.0], [97.0, 101.0], [103.0, 107.0])
    return level_chart("Level", "Index", WeekAxis(WEEKS, {}, None), [line], "text")


def size(png: bytes) -> tuple[int, int]:
    """Width and height, as the header of a PNG says them (bytes 16 to 24)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


# ------------------------------------------------------------------ drawing


def test_a_png_has_the_shape_of_its_svg_and_the_same_bytes_again() -> None:
    first, second = chart("AI PM").png([]), chart("AI PM").png([])
    assert first == second
    assert size(first) == (1640, 780)  # 8.2 x 3.9 inches at 200 dots an inch


def test_labels_of_a_png_are_aligned_as_in_the_svg() -> None:
    drawn = image.imread(BytesIO(chart("AI PM").png([])))[..., :3].mean(axis=2)  # 0 is black, 1 white
    dark = np.flatnonzero((drawn[217:697, :122] < 0.8).any(axis=0))  # the panel begins at 122
    assert dark.min() > 60 and 108 < dark.max() < 113  # numbers end 3.5 points before it, at 112.5


def test_the_svg_is_the_same_before_and_after_a_png() -> None:
    drawn = chart("AI PM")
    before = drawn.svg()
    drawn.png([])
    assert drawn.svg() == before


def test_latin_text_needs_no_further_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    assert fonts.families_for([chart("AI PM − 5 %")]) == []


def test_chinese_text_is_drawn_with_a_font_that_has_it() -> None:
    try:
        families = fonts.families_for([chart("AI 产品经理")])
    except ReportError:
        pytest.skip("this machine has no Chinese font")
    assert families
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn, boxes = chart("AI 产品经理").png(families), chart("AI 产品经理").png([])
    assert size(drawn) == size(boxes)
    assert drawn != boxes


# ------------------------------------------------------------------ what is missing


def test_a_missing_font_is_one_sentence_that_names_characters_and_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    with pytest.raises(ReportError) as caught:
        fonts.families_for([chart("AI 产品经理")])
    said = str(caught.value)
    assert "\n" not in said
    assert all(char in said for char in "产品经理")
    assert "apt install fonts-noto-cjk" in said


def test_many_missing_characters_are_counted_and_others_need_other_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    with pytest.raises(ReportError, match=r"and 4 more.*fonts-noto-cjk fonts-noto-core fonts-symbola`"):
        fonts.families_for([chart("一二三四五六七八九十ก🧭")])


def test_a_file_that_is_no_font_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(broken), str(tmp_path / "gone.otf")])
    with pytest.raises(ReportError, match="产"):
        fonts.families_for([chart("产")])


def test_the_fewest_fonts_are_chosen_and_the_named_ones_first() -> None:
    held = {"A": set("ab"), "B": set("abc"), "Noto Sans CJK SC": set("abc"), "C": set("d")}
    assert fonts.choose(held, set("abcd")) == (["Noto Sans CJK SC", "C"], set())
    assert fonts.choose(held, set("abx")) == (["Noto Sans CJK SC"], {"x"})
    assert fonts.choose({}, set("a")) == ([], {"a"})
    assert fonts.choose(held, set()) == ([], set())


@given(
    st.dictionaries(st.text(max_size=3), st.sets(st.sampled_from("abcdef"))),
    st.sets(st.sampled_from("abcdef")),
)
def test_what_is_left_is_what_no_font_has(held: dict[str, set[str]], lacking: set[str]) -> None:
    chosen, left = fonts.choose(held, lacking)
    assert left == lacking - set().union(*held.values())
    assert len(set(chosen)) == len(chosen)
    assert lacking - left <= set().union(*(held[name] for name in chosen))


# ------------------------------------------------------------------ in the report


def test_a_report_with_pngs_links_them_and_keeps_the_svgs(tmp_path: Path) -> None:
    report = report_of_kind("first")
    langs = ["en"] if _no_chinese() else list(LANGS)
    written = write_report(report, tmp_path, langs, images="png")
    names = {path.relative_to(tmp_path / report["week"]).as_posix() for path in written}
    for lang in langs:
        text = (tmp_path / report["week"] / f"report.{lang}.md").read_text("utf-8")
        linked = set(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text))
        assert linked
        assert all(name.endswith(".png") for name in linked)
        assert linked <= names
        assert {name.removesuffix("png") + "svg" for name in linked} <= names


def test_without_fonts_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    with pytest.raises(ReportError, match="fonts-noto-cjk"):
        write_report(report_of_kind("first"), tmp_path, ["zh"], images="png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("blank_charts")
def test_pngs_of_another_state_are_removed(tmp_path: Path) -> None:
    report = report_of_kind("first")
    write_report(report, tmp_path, ["en"], images="png")
    folder = tmp_path / report["week"] / "charts"
    assert list(folder.glob("*.png"))
    changed = {**report, "notices": ["another state of that week"]}
    write_report(changed, tmp_path, ["en"])  # type: ignore[arg-type]
    assert not list(folder.glob("*.png"))


def _no_chinese() -> bool:
    assert LAYOUT_FONT == "DejaVu Sans"
    try:
        return fonts.families_for([chart("数据纯属虚构")]) == []
    except ReportError:
        return True
