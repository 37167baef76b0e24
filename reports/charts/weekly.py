"""Charts over weeks: the level index, and stock with new and closed postings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from matplotlib.ticker import MaxNLocator

from reports.charts.canvas import (
    INK,
    MUTED,
    NORMAL,
    SMALL,
    WIDTH,
    Canvas,
    Chart,
    drawing,
    em_width,
    label_margin,
    spread,
)
from reports.charts.panel import Limits, Panel

HOLIDAY = "#FCF0D8"
STOCK_COLOUR, FLOW_COLOUR, CLOSURE_COLOUR = "#56606B", "#009E73", "#E69F00"


@dataclass(frozen=True, slots=True)
class Line:
    """One series over the weeks of a chart. None is a gap; `lo`/`hi` bound the 95 % interval.

    A line is not drawn across `cuts`: the positions of weeks at which the series starts anew. Of one that
    rests on `few` the last value is bracketed.
    """

    label: str
    colour: str
    values: Sequence[float | None]
    lo: Sequence[float | None]
    hi: Sequence[float | None]
    cuts: frozenset[int] = frozenset()
    few: bool = False


@dataclass(frozen=True, slots=True)
class WeekAxis:
    """What all charts over weeks show along x: labels, breaks (position -> name), the preliminary week, and
    the holidays (position -> name; "" for one that is tinted only)."""

    weeks: Sequence[str]
    breaks: Mapping[int, str]
    preliminary: str | None = None  # the word for it, where the last week is preliminary
    holidays: Mapping[int, str] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """What a panel shows of the positions of weeks: all of them, and some room."""
        return -0.6, len(self.weeks) - 0.4

    def unnamed(self, *, texts: bool = False) -> "WeekAxis":
        """Return this axis without the names of breaks, and unless `texts` without any other words inside."""
        bare = replace(self, breaks=dict.fromkeys(self.breaks, ""))
        if texts:
            return bare
        preliminary = None if self.preliminary is None else ""
        return replace(bare, preliminary=preliminary, holidays=dict.fromkeys(self.holidays, ""))


@drawing()
def level_chart(title: str, subtitle: str, axis: WeekAxis, lines: Sequence[Line], description: str) -> Chart:
    """Return the chart of an index (100 = base week) with interval ribbons and labels at the line ends."""
    ends = [(_end_label(line), line.colour, end) for line in lines if (end := _last(line.values)) is not None]
    labels = [label for label, _, _ in ends]
    limits = _span([v for line in lines for part in (line.values, line.lo, line.hi) for v in part] + [100.0])
    canvas = Canvas(title, subtitle, height=280.8)
    panel = Panel(canvas, axis.limits, limits, right=label_margin(labels), top=78)
    ticks = _ticks(panel)
    digits = 0 if all(map(float.is_integer, ticks)) else 1  # limits are 4 or more apart, ticks 0.5
    panel.y_grid(ticks)
    panel.y_labels(ticks, [f"{tick:.{digits}f}" for tick in ticks])
    for line in lines:
        _draw_line(panel, line)
    panel.line(panel.x, [100, 100], colour=MUTED, width=0.9, dashes=(4, 3), zorder=1)
    draw_week_axis(panel, axis)
    _end_labels(panel, ends)
    return canvas.chart(description)


@dataclass(frozen=True, slots=True)
class FlowPanel:
    """Counts of one group over the weeks; None where there was no usable observation.

    The line of the stock is not drawn across `cuts`: the positions of weeks with a break before them.
    """

    name: str
    colour: str
    stock: Sequence[float | None]
    new: Sequence[float | None]
    closed: Sequence[float | None]
    cuts: frozenset[int] = frozenset()


@drawing()
def flow_chart(
    title: str,
    subtitle: str,
    axis: WeekAxis,
    panels: Sequence[FlowPanel],
    names: tuple[str, str, str],
    description: str,
) -> Chart:
    """Return the chart of two groups side by side: stock as a line above, new (up) and closed (down) as bars.

    Both groups share their scales; breaks are drawn without their names, for which there is no room.
    `names` are the words for stock, new and closed.
    """
    left, right, gap, middle = 40.0, 14.0, 44.0, 168.0
    width = (WIDTH - left - right - gap) / 2
    canvas = Canvas(title, subtitle, height=316.8)
    most_listed, most_new, most_closed = (
        1.15 * max([v or 0 for panel in panels for v in getattr(panel, part)] + [1])
        for part in ("stock", "new", "closed")
    )
    for i, group in enumerate(panels):
        edges = {"left": left + i * (width + gap), "right": right + (1 - i) * (width + gap)}
        canvas.write(
            edges["left"], canvas.height - 66, group.name, size=NORMAL, colour=group.colour, weight="bold"
        )
        upper = Panel(canvas, axis.limits, (0, most_listed), **edges, top=82, bottom=middle)
        _count_axis(upper)
        _draw_line(upper, Line(names[0], STOCK_COLOUR, group.stock, (), (), group.cuts))
        draw_week_axis(upper, axis.unnamed(texts=True), ticks=4, labels=False)
        top = canvas.height - middle + 12
        lower = Panel(canvas, axis.limits, (-most_closed, most_new), **edges, top=top, bottom=56)
        _count_axis(lower)
        _flow_bars(lower, group)
        draw_week_axis(lower, axis.unnamed(), ticks=4)
    x = left
    for name, colour, marker in zip(names, (STOCK_COLOUR, FLOW_COLOUR, CLOSURE_COLOUR), "_ss", strict=True):
        canvas.mark(x + 4, 17, marker, colour, size=9)
        canvas.write(x + 13, 14, name, size=NORMAL, colour=INK)
        x += em_width(name) * NORMAL + 40
    return canvas.chart(description)


def _count_axis(panel: Panel) -> None:
    """Write whole numbers along y, those below zero without their sign."""
    ticks = [tick for tick in _ticks(panel) if tick.is_integer()]
    panel.y_grid(ticks)
    panel.y_labels(ticks, [f"{abs(tick):.0f}" for tick in ticks])


def _ticks(panel: Panel) -> list[float]:
    """Return round values of y, as many as there is room for and not more than ten."""
    low, high = panel.y
    steps = min(9, int(panel.height / (2 * SMALL)))
    ticks = MaxNLocator(steps, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in ticks if low <= tick <= high]


def _flow_bars(panel: Panel, group: FlowPanel) -> None:
    for counts, up, colour in ((group.new, 1, FLOW_COLOUR), (group.closed, -1, CLOSURE_COLOUR)):
        bars = [((week - 0.35, week + 0.35), (0, up * count)) for week, count in enumerate(counts) if count]
        panel.bars(bars, colour=colour, zorder=2)
    panel.line(panel.x, [0, 0], colour=INK, width=0.8)


def _draw_line(panel: Panel, line: Line) -> None:
    for start, values in runs(line.values, line.cuts):
        weeks = range(start, start + len(values))
        panel.line(weeks, values, colour=line.colour, width=2, cap="round")
        if len(values) == 1:
            panel.dots(weeks, values, colour=line.colour, size=4, zorder=3)
    # lo and hi are known for the same weeks, so their runs pair up.
    for (start, lo), (_, hi) in zip(runs(line.lo, line.cuts), runs(line.hi, line.cuts), strict=True):
        panel.band(range(start, start + len(lo)), lo, hi, colour=line.colour)


def runs(
    values: Sequence[float | None], cuts: frozenset[int] = frozenset()
) -> Iterator[tuple[int, list[float]]]:
    """Yield (start, values) of each stretch without a gap or a cut inside."""
    run: list[float] = []
    for i, value in enumerate(values):
        if run and (value is None or i in cuts):
            yield i - len(run), run
            run = []
        if value is not None:
            run.append(value)
    if run:
        yield len(values) - len(run), run


def draw_week_axis(panel: Panel, axis: WeekAxis, *, ticks: int = 9, labels: bool = True) -> None:
    """Draw labels, breaks, holidays and the preliminary week along x; at most about `ticks` labels."""
    count = len(axis.weeks)
    if labels:
        step = max(1, -(-count // ticks))
        shown = [i for i in range(count) if (count - 1 - i) % step == 0]  # the newest week is always named
        panel.x_labels(shown, [axis.weeks[i] for i in shown])
    panel.lines(
        [((position - 0.5, position - 0.5), panel.y) for position in axis.breaks],
        colour=MUTED,
        width=1,
        dashes=(1, 2),
        zorder=1,
    )
    rows = [0.0, 0.0]  # right edges in points of the names already written, per row
    for position, name in sorted(axis.breaks.items()):
        half = em_width(name) * SMALL / 2
        at = (position + 0.1) / count * panel.width
        if not name:
            continue
        row = next((i for i, edge in enumerate(rows) if at - half >= edge), None)
        if row is None:
            continue  # the line stays; the quality box names every break
        rows[row] = at + half + 4
        at_top, above = (position - 0.5, panel.y[1]), 3 + 11 * row
        panel.write(*at_top, name, dy=above, size=SMALL, colour=MUTED, align="center", valign="bottom")
    _tint_holidays(panel, axis)
    if axis.preliminary is not None:
        _tint(panel, count - 1.5, count - 0.5, "#F1F3F5")
        panel.write(
            count - 0.5, panel.y[0], axis.preliminary, dx=-1, dy=3, size=SMALL, colour=MUTED, align="right"
        )


def _tint(panel: Panel, start: float, end: float, colour: str) -> None:
    """Colour the ground of the panel between two positions along x."""
    panel.bars([((start, end), panel.y)], colour=colour, zorder=0)


def _tint_holidays(panel: Panel, axis: WeekAxis) -> None:
    """Tint the weeks of each holiday; its name stands inside, at the foot or one line up."""
    right = panel.width - em_width(axis.preliminary or "") * SMALL - 4
    edge, row = 0.0, 0
    numbered = enumerate(sorted(axis.holidays.items()))
    for (name, _), run in groupby(numbered, key=lambda one: (one[1][1], one[1][0] - one[0])):
        weeks = [position for _, (position, _) in run]
        _tint(panel, weeks[0] - 0.5, weeks[-1] + 0.5, HOLIDAY)
        if not name:
            continue
        half = em_width(name) * SMALL / 2
        middle = (weeks[0] + weeks[-1] + 1) / 2 / len(axis.weeks) * panel.width
        middle = min(max(middle, half + 2), panel.width - half - 2)
        row = 1 - row if middle - half < edge or middle + half > right else 0
        edge = middle + half + 4
        at = panel.left + middle, panel.bottom + 3 + 11 * row
        panel.canvas.write(*at, name, size=SMALL, colour=MUTED, align="center")


def _end_labels(panel: Panel, ends: Sequence[tuple[str, str, float]]) -> None:
    low, high = panel.y
    places = spread([end for _, _, end in ends], (high - low) * 0.075)
    for (label, colour, _), place in zip(ends, places, strict=True):
        panel.write(
            panel.x[1], place, f" {label}", size=NORMAL, colour=colour, weight="bold", valign="center"
        )


def _end_label(line: Line) -> str:
    """The name of a line, with its last value if that is of the last week."""
    last = line.values[-1]
    if last is None:
        return line.label
    return f"{line.label} ({last:.0f})" if line.few else f"{line.label} {last:.0f}"


def _span(values: Sequence[float | None]) -> tuple[float, float]:
    known = [v for v in values if v is not None]
    low, high = min(known), max(known)
    room = max((high - low) * 0.08, 2.0)
    return max(0.0, low - room), high + room


def _last(values: Sequence[float | None]) -> float | None:
    return next((v for v in reversed(values) if v is not None), None)
