"""Small multiples: what new postings ask for, week by week, one small panel per requirement."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.canvas import (
    INK,
    NORMAL,
    SMALL,
    WIDTH,
    Canvas,
    Chart,
    drawing,
    em_width,
    shortened,
    spread,
)
from reports.charts.panel import Panel
from reports.charts.shares import Side
from reports.charts.weekly import WeekAxis, draw_week_axis, runs

COLUMNS = 4
_LEFT, _RIGHT, _GAP = 36.0, 34.0, 40.0  # points; the gap holds the values at the ends of the lines
_NAME, _BOLD = 8.0, 1.2  # size of the names of panels; bold letters are that much wider
_TOP, _BOTTOM, _HEIGHT, _BETWEEN = 58.0, 52.0, 74.0, 32.0


@dataclass(frozen=True, slots=True)
class Weekly:
    """One class in one panel: shares of single weeks, of 4 weeks together, and weeks to be ringed.

    `few`: the last value rests on few postings and is written in brackets.
    """

    dots: Sequence[float | None]
    line: Sequence[float | None]
    ringed: frozenset[int] = frozenset()
    few: bool = False


@dataclass(frozen=True, slots=True)
class Multiple:
    """One requirement: its name, and the classes in the order of the sides."""

    name: str
    classes: tuple[Weekly, ...]


@drawing()
def multiples_chart(
    title: str,
    subtitle: str,
    axis: WeekAxis,
    sides: tuple[Side, ...],
    panels: Sequence[Multiple],
    ring: str,
    description: str,
) -> Chart:
    """Return the chart of one panel per requirement, four in a row, all on one scale of shares.

    `ring` is what the legend says of a ringed dot; it is left out where nothing is ringed.
    """
    rows = -(-len(panels) // COLUMNS)
    height = _TOP + rows * (_HEIGHT + _BETWEEN) - 14 + _BOTTOM
    width = (WIDTH - _LEFT - _RIGHT - (COLUMNS - 1) * _GAP) / COLUMNS

    canvas = Canvas(title, subtitle, height=height)
    top = _scale(panels)
    step = 0.5 if top > 0.8 else 0.2 if top <= 0.4 else 0.4
    ticks = [step * i for i in range(int(top / step + 1e-9) + 1)]
    for i, multiple in enumerate(panels):
        left = _LEFT + i % COLUMNS * (width + _GAP)
        above = _TOP + 18 + i // COLUMNS * (_HEIGHT + _BETWEEN)
        right, below = WIDTH - left - width, height - above - _HEIGHT
        panel = Panel(canvas, axis.limits, (0, top), left=left, right=right, top=above, bottom=below)
        name = shortened(multiple.name, (width + _GAP - 6) / (_BOLD * _NAME))
        canvas.write(left - 2, height - above + 7, name, size=_NAME, colour=INK, weight="bold")
        panel.y_grid(ticks)
        if i % COLUMNS == 0:
            panel.y_labels(ticks, [f"{tick:.0%}" for tick in ticks])
        _draw(panel, multiple, sides)
        draw_week_axis(panel, axis.unnamed(texts=i == 0), ticks=3, labels=i + COLUMNS >= len(panels))
    _legend(canvas, sides, ring if any(one.ringed for panel in panels for one in panel.classes) else "")
    return canvas.chart(description)


def _scale(panels: Sequence[Multiple]) -> float:
    """The top of all panels, in steps of 20 points: what the lines need. A dot beyond it stands there."""
    most = max((v for panel in panels for one in panel.classes for v in one.line if v is not None), default=0)
    return min(1.0, (int(most * 5 - 1e-9) + 1) / 5)


def _draw(panel: Panel, multiple: Multiple, sides: tuple[Side, ...]) -> None:
    top = panel.y[1]
    ends: list[tuple[float, str, str]] = []
    for side, weekly in zip(sides, multiple.classes, strict=True):
        dots = {week: min(share, top) for week, share in enumerate(weekly.dots) if share is not None}
        panel.dots([*dots], [*dots.values()], colour=side.colour, size=2.6, edge=0, alpha=0.45, zorder=2)
        ringed = sorted(dots.keys() & weekly.ringed)
        panel.dots(
            ringed, [dots[week] for week in ringed], colour=side.colour, size=7, filled=False, zorder=2
        )
        for start, values in runs(weekly.line):
            weeks = range(start, start + len(values))
            panel.line(weeks, values, colour=side.colour, width=1.8, clip=False)
        if weekly.line[-1] is not None:
            told = f"{weekly.line[-1]:.0%}"
            ends.append((weekly.line[-1], f"({told})" if weekly.few else told, side.colour))
    places = spread([value for value, _, _ in ends], top * (SMALL + 1) / _HEIGHT)
    for (_, told, colour), place in zip(ends, places, strict=True):
        panel.write(panel.x[1], place, told, dx=3, size=SMALL, colour=colour, weight="bold", valign="center")


def _legend(canvas: Canvas, sides: tuple[Side, ...], ring: str) -> None:
    x = _LEFT
    for side in sides:
        canvas.mark(x, 14, "_", side.colour, size=12)
        canvas.write(x + 10, 11, side.name, size=NORMAL, colour=INK)
        x += em_width(side.name) * NORMAL + 34
    if ring:
        canvas.mark(x, 14, "o", INK)
        canvas.mark(x, 14, "o", "white", size=5.5)
        canvas.write(x + 9, 11, ring, size=NORMAL, colour=INK)
