"""A panel of a chart: a rectangle of the canvas in which positions are values of x and y.

It stands for the axes of matplotlib, whose ticks, spines and scales nobody would see: all of it is worked
out here as points of the canvas, so what is drawn is what is added, and nothing has to be hidden.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.transforms import Bbox, TransformedBbox

from reports.charts.canvas import GRID, INK, MUTED, NORMAL, SMALL, WIDTH, Canvas

Colour = str | tuple[float, ...]
"""A name as of HTML, or red, green, blue and opacity from 0 to 1."""
Limits = tuple[float, float]
"""The values at the left and right, or at the lower and upper edge."""
Ends = tuple[Limits, Limits]
"""Two values of x and two of y."""
_RECTANGLE = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
_GRID: Mapping[str, Any] = {"colour": GRID, "width": 0.8, "zorder": 0.5}
_PAD = 3.5  # points between the panel and the labels along its edges


class Panel:
    """Places things by their values of x and y. Only lines are cut off at its edges."""

    def __init__(
        self,
        canvas: Canvas,
        x: Limits,
        y: Limits,
        *,
        left: float = 44,
        right: float = 20,
        top: float = 62,
        bottom: float = 30,
    ) -> None:
        """Open a panel with the limits `x` and `y`; its four margins to the canvas's edges are in points."""
        self.canvas, self.x, self.y, self.left, self.bottom = canvas, x, y, left, bottom
        self.width, self.height = WIDTH - left - right, canvas.height - top - bottom
        self._inside = TransformedBbox(Bbox.from_bounds(left, bottom, self.width, self.height), canvas.points)

    def across(self, x: float) -> float:
        """Return how many points from the left edge of the canvas the value `x` stands."""
        return self.left + (x - self.x[0]) / (self.x[1] - self.x[0]) * self.width

    def up(self, y: float) -> float:
        """Return how many points from the lower edge of the canvas the value `y` stands."""
        return self.bottom + (y - self.y[0]) / (self.y[1] - self.y[0]) * self.height

    def line(
        self,
        x: Sequence[float],
        y: Sequence[float],
        *,
        colour: str,
        width: float,
        zorder: float = 3,
        dashes: tuple[float, float] | None = None,
        cap: Literal["butt", "projecting", "round"] = "projecting",
        clip: bool = True,
    ) -> None:
        """Draw a line through the points; of `dashes` one length is drawn, the other left out."""
        drawn = Line2D(
            [self.across(one) for one in x],
            [self.up(one) for one in y],
            color=colour,
            linewidth=width,
            linestyle=(0, dashes) if dashes else "-",
            solid_capstyle=cap,
            zorder=zorder,
        )
        if clip:
            drawn.set_clip_box(self._inside)
        self.canvas.add(drawn)

    def lines(self, ends: Sequence[Ends], **how: Any) -> None:
        """Draw straight lines alike, each between two values of x and two of y; `how` as for `line`."""
        if ends:
            self.line(
                [x for (start, end), _ in ends for x in (start, end, math.nan)],
                [y for _, (start, end) in ends for y in (start, end, math.nan)],
                **how,
            )

    def dots(
        self,
        x: Sequence[float],
        y: Sequence[float],
        *,
        colour: str,
        size: float,
        zorder: float = 4,
        edge: float = 1,
        alpha: float | None = None,
        filled: bool = True,
    ) -> None:
        """Draw a dot at each of the points. One at an edge stands half outside."""
        drawn = Line2D(
            [self.across(one) for one in x],
            [self.up(one) for one in y],
            linestyle="none",
            marker="o",
            color=colour,
            markersize=size,
            markerfacecolor=colour if filled else "none",
            markeredgewidth=edge,
            alpha=alpha,
            zorder=zorder,
        )
        self.canvas.add(drawn)

    def bars(
        self, ends: Sequence[Ends], *, colour: Colour, alpha: float | None = None, zorder: float = 1
    ) -> None:
        """Fill rectangles alike, each between two values of x and two of y."""
        corners = [
            (self.across(x), self.up(y))
            for (left, right), (low, high) in ends
            for x, y in ((left, low), (right, low), (right, high), (left, high), (left, low))
        ]
        if corners:
            path = Path(corners, _RECTANGLE * len(ends))
            self.canvas.add(PathPatch(path, facecolor=colour, alpha=alpha, linewidth=0, zorder=zorder))

    def band(self, x: Sequence[float], lo: Sequence[float], hi: Sequence[float], *, colour: str) -> None:
        """Tint what lies between two lines over the same `x`."""
        ends = [*zip(x, lo, strict=True), *reversed([*zip(x, hi, strict=True)])]
        corners = [(self.across(one), self.up(other)) for one, other in ends]
        self.canvas.add(Polygon(corners, facecolor=colour, alpha=0.13, linewidth=0, zorder=2))

    def write(self, x: float, y: float, text: str, *, dx: float = 0, dy: float = 0, **how: Any) -> None:
        """Write `text` at the values (x, y), moved by `dx` and `dy` points; more as of `Canvas.write`."""
        self.canvas.write(self.across(x) + dx, self.up(y) + dy, text, **how)

    def x_labels(self, ticks: Sequence[float], labels: Sequence[str]) -> None:
        """Write a label below the panel for each of the values `ticks`."""
        top = self.bottom - _PAD
        for tick, label in zip(ticks, labels, strict=True):
            self.canvas.write(
                self.across(tick), top, label, size=SMALL, colour=MUTED, align="center", valign="top"
            )

    def y_labels(
        self,
        ticks: Sequence[float],
        labels: Sequence[str],
        *,
        size: float = SMALL,
        colour: str = MUTED,
        pad: float = _PAD,
    ) -> None:
        """Write a label at the left of the panel for each of the values `ticks`."""
        left = self.left - pad
        for tick, label in zip(ticks, labels, strict=True):
            self.canvas.write(
                left, self.up(tick), label, size=size, colour=colour, align="right", valign="center_baseline"
            )

    def row_names(self, names: Sequence[str]) -> None:
        """Write the names of rows, which stand at 0, 1 and so on, at the left of the panel."""
        self.y_labels(range(len(names)), names, size=NORMAL, colour=INK, pad=8)

    def x_grid(self, ticks: Sequence[float]) -> None:
        """Draw a line upwards at each of the values."""
        self.lines([((tick, tick), self.y) for tick in ticks], **_GRID)

    def y_grid(self, ticks: Sequence[float]) -> None:
        """Draw a line across at each of the values."""
        self.lines([(self.x, (tick, tick)) for tick in ticks], **_GRID)
