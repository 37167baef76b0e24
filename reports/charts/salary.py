"""The chart of pay: per market and currency the middle half, median and its interval of each class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.charts.canvas import INK, MUTED, NORMAL, SMALL, Canvas, Chart, drawing, label_margin
from reports.charts.panel import Panel
from reports.charts.shares import Side

_ROW, _HEAD, _FOOT, _TOP = 30.0, 24.0, 26.0, 58.0  # points: a class, name and axis of a panel, titles
_STEPS = (1, 2, 2.5, 5)
_MOST_TICKS = 7
_ROOM = 0.15  # of the span, at the left of the lowest end


@dataclass(frozen=True, slots=True)
class PayBar:
    """One class: quartiles and median of its pay, the interval of the median if known, and two texts."""

    side: Side
    p25: float
    median: float
    p75: float
    interval: tuple[float, float] | None
    label: str  # above the median
    note: str  # at the right


@dataclass(frozen=True, slots=True)
class PayPanel:
    """One market and currency."""

    name: str
    bars: Sequence[PayBar]


@drawing()
def salary_chart(title: str, subtitle: str, panels: Sequence[PayPanel], description: str) -> Chart:
    """Return the chart with one panel below the other, each with an axis of its own (not from 0)."""
    heights = [_HEAD + _ROW * len(panel.bars) + _FOOT for panel in panels]
    height = _TOP + sum(heights)
    left = label_margin([bar.side.name for panel in panels for bar in panel.bars]) + 6
    right = label_margin([bar.note for panel in panels for bar in panel.bars], SMALL, gap=22)
    canvas = Canvas(title, subtitle, height=height)
    top = _TOP
    for panel, tall in zip(panels, heights, strict=True):
        canvas.write(12, height - top - 12, panel.name, size=NORMAL, colour=INK, weight="bold")
        edges = {"left": left, "right": right, "top": top + _HEAD, "bottom": height - top - tall + _FOOT}
        _draw(canvas, panel.bars, edges)
        top += tall
    return canvas.chart(description)


def _draw(canvas: Canvas, bars: Sequence[PayBar], edges: Mapping[str, float]) -> None:
    ends = [end for bar in bars for end in (bar.p25, bar.p75, *(bar.interval or ()))]
    ticks = _ticks(min(ends), max(ends))
    span = max(ends) - ticks[0]
    beside = 0.0 if span else 0.03 * max(ends) or 1.0  # where all pay the same, that stands in the middle
    limits = (ticks[0] - beside, max(ends) + 0.03 * span + beside)
    panel = Panel(canvas, limits, (len(bars) - 0.5, -0.72), **edges)
    panel.row_names([bar.side.name for bar in bars])
    panel.x_grid(ticks)
    panel.x_labels(ticks, [f"{tick:,.0f}" for tick in ticks])
    for y, bar in enumerate(bars):
        colour = bar.side.colour
        middle_half = (bar.p25, bar.p75), (y - 0.23, y + 0.23)
        panel.bars([middle_half], colour=colour, alpha=0.32, zorder=2)
        if bar.interval is not None:
            panel.line(bar.interval, [y, y], colour=colour, width=1.8)
        panel.line([bar.median] * 2, [y - 0.23, y + 0.23], colour=colour, width=2.6, zorder=4)
        above = bar.median, y - 0.29
        panel.write(
            *above, bar.label, size=SMALL, colour=colour, weight="bold", align="center", valign="bottom"
        )
        panel.write(panel.x[1], y, f"  {bar.note}", size=SMALL, colour=MUTED, valign="center")


def _ticks(low: float, high: float) -> list[float]:
    """Return round values, at most eight of them, from one below `low` (with some room) up to `high`."""
    start = max(0.0, low - _ROOM * (high - low))
    size = 1.0
    while True:
        for step in (one * size for one in _STEPS):
            first, last = int(start / step), int(high / step)
            if last - first < _MOST_TICKS:
                return [i * step for i in range(first, last + 1)]
        size *= 10
