"""What all charts share: colours, frame, text that fits, and the way from a figure to stable SVG or PNG.

Text stays text in the SVG, so that the reader's own fonts draw it: a Chinese font need not be installed
where the report is made. Positions therefore must not depend on measured text: labels are anchored, and
room for them is reckoned from `em_width`. A PNG needs fonts here; charts/fonts.py finds them.
"""

import html
import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from reports.wording.escaping import clean, visible

# Okabe & Ito (2008), "Color Universal Design": told apart under every common colour blindness.
WARNING = "#B3261E"
CLASS_COLOURS = {"ai_pm": "#0072B2", "aigc_pm": "#D55E00", "both": "#CC79A7", "other_pm": "#8A8F98"}
INK, MUTED, GRID, BAR = "#1F2328", "#5F6670", "#E3E6EA", "#C9CDD3"

CHINESE_FONTS = (
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
)
FONT_STACK = (
    ", ".join(f"'{name}'" for name in CHINESE_FONTS) + ", 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
)
# Comes with matplotlib, so the layout is the same on every machine.
LAYOUT_FONT = "DejaVu Sans"
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "pmtrend",
    "svg.id": None,
    "font.family": [LAYOUT_FONT],
    "font.size": 10.0,
    "axes.unicode_minus": False,
    "text.parse_math": False,
    "path.simplify": False,
}
# All but the backend, which is not drawn with and would load pyplot.
_STANDARD = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"}
# Every chart function runs under these settings, whatever a matplotlibrc or the process has set elsewhere.
drawing = matplotlib.rc_context(_STANDARD | _SETTINGS)
WIDTH = 8.2  # inches; 590 pt
WIDTH_PT = WIDTH * 72
SMALL, NORMAL, TITLE = 8.5, 9.5, 12.5  # points
_POINTS = 72.0
_DPI = 200


class Canvas:
    """A figure with a title, a subtitle and one plain axes whose margins are given in points."""

    def __init__(
        self,
        title: str,
        subtitle: str,
        *,
        height: float,
        left: float = 44,
        right: float = 20,
        top: float = 62,
        bottom: float = 30,
    ) -> None:
        """Open a canvas `height` inches high; the four margins (points) frame the axes."""
        self.title, self.height, self.left = clean(title), height, left
        self.figure = Figure(figsize=(WIDTH, height), facecolor="white")
        height_pt = height * _POINTS
        self.write(12, height_pt - 22, self.title, size=TITLE, colour=INK, weight="bold")
        self.write(12, height_pt - 40, clean(subtitle), size=NORMAL, colour=MUTED)
        self.axes = self.panel(left=left, right=right, top=top, bottom=bottom)

    def panel(self, *, left: float, right: float, top: float, bottom: float) -> Axes:
        """Return new plain axes, its edges given in points from the edges of the canvas."""
        width_pt, height_pt = WIDTH * _POINTS, self.height * _POINTS
        axes: Axes = self.figure.add_axes(
            (
                left / width_pt,
                bottom / height_pt,
                (width_pt - left - right) / width_pt,
                (height_pt - top - bottom) / height_pt,
            )
        )
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED)
        axes.set_axisbelow(True)
        return axes

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str,
        weight: str = "normal",
        align: str = "left",
    ) -> None:
        """Write `text` with its baseline at (x, y), points from the lower left corner of the canvas."""
        at = (x / (WIDTH * _POINTS), y / (self.height * _POINTS))
        self.figure.text(*at, text, size=size, color=colour, weight=weight, ha=align)

    def mark(self, x: float, y: float, marker: str, colour: str, size: float = 7.5) -> None:
        """Draw one marker centred at (x, y), points from the lower left corner of the canvas."""
        at = ([x / (WIDTH * _POINTS)], [y / (self.height * _POINTS)])
        self.figure.add_artist(
            Line2D(
                *at,
                marker=marker,
                color=colour,
                markersize=size,
                markeredgewidth=1.8 if marker in "|_" else 0,
            )
        )

    def chart(self, description: str) -> "Chart":
        """Return the finished drawing; title and `description` are what a screen reader says."""
        for axes in self.figure.axes:
            for axis in (axes.xaxis, axes.yaxis):
                _leave_unmeasured(axis)
        return Chart(self.figure, self.title, clean(description))


def _leave_unmeasured(axis: Axis) -> None:
    """Spare the labels of an axis from being measured, where nothing is written beside them."""
    if axis.get_label_text():
        return
    axis.set_label_coords(0, 0)
    for tick in axis.get_major_ticks():
        tick.label1.set_in_layout(False)


# Limits of axes are always set here, and what these three draw need not be asked for what it reaches to.


def draw_line(axes: Axes, x: Sequence[float], y: Sequence[float], **how: Any) -> None:
    """Draw a line through the points, as `axes.plot` does."""
    axes.add_artist(Line2D(x, y, **how))


def draw_dots(axes: Axes, x: Sequence[float], y: Sequence[float], **how: Any) -> None:
    """Draw a dot at each of the points, as `axes.plot` does."""
    axes.add_artist(Line2D(x, y, marker="o", linestyle="none", **how))


def draw_bar(axes: Axes, corner: tuple[float, float], width: float, height: float, **how: Any) -> None:
    """Draw a rectangle from its lower left corner on."""
    axes.add_artist(Rectangle(corner, width, height, **how))


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished drawing. Whoever writes it decides on the format."""

    figure: Figure
    title: str
    description: str

    def stamp(self, words: str) -> None:
        """Put a few words into the upper right corner."""
        width, height = self.figure.get_size_inches() * _POINTS
        self.figure.text(
            1 - 8 / width, 1 - 14 / height, words, size=10, color=WARNING, weight="bold", ha="right"
        )

    def texts(self) -> list[Text]:
        """Return everything that is written in the drawing."""
        return [text for text in self.figure.findobj(Text) if isinstance(text, Text)]

    def svg(self) -> bytes:
        """Return the drawing as UTF-8 SVG, drawn with the reader's own fonts."""
        text = StringIO()
        self._save(text, format="svg", metadata={"Date": None, "Creator": "pmtrend"})
        return _finished(text.getvalue(), self.title, self.description).encode("utf-8")

    def png(self, families: Sequence[str]) -> bytes:
        """Return the drawing as PNG; `families` (charts/fonts.py) have the glyphs the layout font lacks."""
        for text in self.texts():
            text.set_fontfamily([LAYOUT_FONT, *families])
        file = BytesIO()
        self._save(file, format="png", dpi=_DPI, metadata={"Software": None})
        return file.getvalue()

    @drawing
    def _save(self, file: BytesIO | StringIO, **options: Any) -> None:
        with warnings.catch_warnings():
            # The layout font has no Chinese glyphs and the SVG needs none; for a PNG they were looked for.
            warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
            self.figure.savefig(file, **options)


_NARROW = 0.55


def em_width(text: str) -> float:
    """Return the width of `text` in em, reckoned by character class: 1 for wide ones, 0.55 for others."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else _NARROW for c in text)


def label_margin(labels: Sequence[str], size: float = NORMAL, gap: float = 18) -> float:
    """Return the margin in points that the longest of `labels` needs beside the axes."""
    return max((em_width(label) for label in labels), default=0) * size + gap


def shortened(text: str, ems: float) -> str:
    """Return `text` cut with an ellipsis so that it is at most `ems` wide."""
    if em_width(text) <= ems:
        return text
    kept = ""
    for char in text:
        if em_width(kept + char) > ems - 1:
            break
        kept += char
    return kept.rstrip() + "…"


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Return `positions` moved apart, in the same order of size, so that neighbours are `gap` apart.

    Clusters are moved about their mean (pool adjacent violators), so labels stay near their lines.
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    blocks: list[tuple[float, int]] = []  # (mean of position minus rank * gap, members)
    for rank, index in enumerate(order):
        block = (positions[index] - rank * gap, 1)
        while blocks and blocks[-1][0] >= block[0]:
            mean, size = blocks.pop()
            block = ((mean * size + block[0] * block[1]) / (size + block[1]), size + block[1])
        blocks.append(block)
    flat = [mean for mean, size in blocks for _ in range(size)]
    moved = [0.0] * len(positions)
    for rank, index in enumerate(order):
        moved[index] = flat[rank] + rank * gap
    return moved


def _finished(svg: str, title: str, description: str) -> str:
    # Labels may come from outside; here they pass together, and XML allows no control characters.
    svg = "\n".join(map(visible, svg.split("\n")))
    svg = re.sub(r" font-family: [^;\"]*;?", "", svg)  # once, on the root, instead of on every text
    attributes = f'font-family="{FONT_STACK}" role="img" aria-label="{_attribute(title)}"'
    named = f"<title>{_escaped(title)}</title>\n <desc>{_escaped(description)}</desc>"
    return re.sub(r"(<svg\b[^<>]*)>", lambda m: f"{m[1]} {attributes}>\n {named}", svg, count=1)


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
