"""What all charts share: colours, canvas, text that fits, and the way from a figure to stable SVG or PNG.

Text stays text in the SVG, so that the reader's own fonts draw it: a Chinese font need not be installed
where the report is made. Positions therefore must not depend on measured text: labels are anchored, and
room for them is reckoned from `em_width`. A PNG needs fonts here; charts/fonts.py finds them.
"""

import html
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO, StringIO
from typing import Any, Literal

import matplotlib
import matplotlib.backends.backend_svg  # which each process that draws would load for itself
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

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
# All but the backend, which is not drawn with and would load pyplot.
_STANDARD = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"}
_SETTINGS: dict[Any, Any] = _STANDARD | {
    "svg.fonttype": "none",
    "svg.hashsalt": "pmtrend",
    "svg.id": None,
    "font.family": [LAYOUT_FONT],
    "font.size": 10.0,
    "axes.unicode_minus": False,
    "text.parse_math": False,
    "path.simplify": False,
}
WIDTH = 590.4  # points
SMALL, NORMAL, TITLE = 8.5, 9.5, 12.5  # points
_POINTS = 72.0  # an inch
Weight = Literal["normal", "bold"]
Align = Literal["left", "center", "right"]
Valign = Literal["baseline", "top", "center", "center_baseline", "bottom"]
_ASCENT, _DESCENT = 0.76, 0.24  # em, of the layout font
# How far the baseline lies below the point that a text is aligned by.
_DROPS: dict[Valign, float] = {
    "baseline": 0,
    "top": _ASCENT,
    "center": (_ASCENT - _DESCENT) / 2,
    "center_baseline": _ASCENT / 2,
    "bottom": -_DESCENT,
}
_DPI = 200


@contextmanager
def drawing() -> Iterator[None]:
    """Let a chart be drawn under the same settings, whatever a matplotlibrc or the process has set."""
    now = matplotlib.rcParams
    # Finding out what is to be set costs less than setting everything.
    with matplotlib.rc_context({name: value for name, value in _SETTINGS.items() if now[name] != value}):
        yield


@cache
def _font(size: float, weight: Weight) -> FontProperties:
    return FontProperties(family=[LAYOUT_FONT], size=size, weight=weight)


class _Label(Text):
    """A line of text from its baseline. Who shows an SVG aligns it, so for that nothing is measured."""

    def draw(self, renderer: RendererBase) -> None:
        if not renderer.option_scale_image():  # it draws pixels
            super().draw(renderer)
            return
        x, y = self.get_transform().transform(self.get_position())
        _, height = renderer.get_canvas_width_height()
        gc = renderer.new_gc()
        gc.set_foreground(self.get_color())
        renderer.draw_text(
            gc, x, height - y, self.get_text(), self.get_fontproperties(), angle=0, ismath=False, mtext=self
        )
        gc.restore()


class Canvas:
    """A figure with title and subtitle. Things on it are placed in points from its lower left corner."""

    def __init__(self, title: str, subtitle: str, *, height: float) -> None:
        """Open a canvas `height` points high."""
        self.title, self.height = clean(title), height
        self.figure = Figure(figsize=(WIDTH / _POINTS, height / _POINTS), facecolor="white")
        self.points = Affine2D().scale(1 / _POINTS) + self.figure.dpi_scale_trans
        self.write(12, height - 22, self.title, size=TITLE, colour=INK, weight="bold")
        self.write(12, height - 40, clean(subtitle), size=NORMAL, colour=MUTED)

    def add(self, artist: Artist) -> None:
        """Add an artist whose coordinates are points of this canvas."""
        artist.set_transform(self.points)
        self.figure.add_artist(artist)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str,
        weight: Weight = "normal",
        align: Align = "left",
        valign: Valign = "baseline",
    ) -> None:
        """Write `text` at (x, y), which is the left end of its baseline unless aligned otherwise."""
        if text:
            baseline = y - _DROPS[valign] * size
            self.add(_Label(x, baseline, text, color=colour, ha=align, fontproperties=_font(size, weight)))

    def mark(self, x: float, y: float, marker: str, colour: str, size: float = 7.5) -> None:
        """Draw one marker centred at (x, y)."""
        edge = 1.8 if marker in "|_" else 0
        self.add(Line2D([x], [y], marker=marker, color=colour, markersize=size, markeredgewidth=edge))

    def chart(self, description: str) -> "Chart":
        """Return the finished drawing; title and `description` are what a screen reader says."""
        return Chart(self, clean(description))


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished drawing. Whoever writes it decides on the format."""

    canvas: Canvas
    description: str

    def stamp(self, words: str) -> None:
        """Put a few words into the upper right corner."""
        top = self.canvas.height - 14
        self.canvas.write(WIDTH - 8, top, words, size=10, colour=WARNING, weight="bold", align="right")

    def texts(self) -> list[Text]:
        """Return everything that is written in the drawing."""
        return [text for text in self.canvas.figure.findobj(Text) if isinstance(text, Text)]

    def svg(self) -> bytes:
        """Return the drawing as UTF-8 SVG, drawn with the reader's own fonts."""
        text = StringIO()
        self._save(text, format="svg", metadata={"Date": None, "Creator": "pmtrend"})
        return _finished(text.getvalue(), self.canvas.title, self.description).encode("utf-8")

    def png(self, families: Sequence[str]) -> bytes:
        """Return the drawing as PNG; `families` (charts/fonts.py) have the glyphs the layout font lacks."""
        for text in self.texts():
            text.set_fontfamily([LAYOUT_FONT, *families])
        file = BytesIO()
        self._save(file, format="png", dpi=_DPI, metadata={"Software": None})
        return file.getvalue()

    @drawing()
    def _save(self, file: BytesIO | StringIO, **options: Any) -> None:
        with warnings.catch_warnings():
            # The layout font has no Chinese glyphs and the SVG needs none; for a PNG they were looked for.
            warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
            self.canvas.figure.savefig(file, **options)


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
    svg = re.sub(r'(<text [^<>]*?) transform="rotate\(-?0 [^"]*"', r"\1", svg)  # nothing is turned
    attributes = f'font-family="{FONT_STACK}" role="img" aria-label="{_attribute(title)}"'
    named = f"<title>{_escaped(title)}</title>\n <desc>{_escaped(description)}</desc>"
    return re.sub(r"(<svg\b[^<>]*)>", lambda m: f"{m[1]} {attributes}>\n {named}", svg, count=1)


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
