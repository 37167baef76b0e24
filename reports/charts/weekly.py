"""Charts over weeks: the level index, and stock with new and closed postings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from matplotlib.axes import Axes

from reports.charts.canvas import (
    GRID,
    INK,
    MUTED,
    NORMAL,
    SMALL,
    WIDTH_PT,
    Canvas,
    Chart,
    draw_bar,
    draw_dots,
    draw_line,
    drawing,
    em_width,
    label_margin,
    spread,
)

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

    def unnamed(self, *, texts: bool = False) -> "WeekAxis":
        """Return this axis without the names of breaks, and unless `texts` without any other words inside."""
        bare = replace(self, breaks=dict.fromkeys(self.breaks, ""))
        if texts:
            return bare
        preliminary = None if self.preliminary is None else ""
        return replace(bare, preliminary=preliminary, holidays=dict.fromkeys(self.holidays, ""))


@drawing
def level_chart(title: str, subtitle: str, axis: WeekAxis, lines: Sequence[Line], description: str) -> Chart:
    """Return the chart of an index (100 = base week) with interval ribbons and labels at the line ends."""
    ends = [(_end_label(line), line.colour, end) for line in lines if (end := _last(line.values)) is not None]
    labels = [label for label, _, _ in ends]
    canvas = Canvas(title, subtitle, height=3.9, right=label_margin(labels), top=78)
    axes = canvas.axes
    for line in lines:
        _draw_line(axes, line)
    low, high = _span(
        [v for line in lines for part in (line.values, line.lo, line.hi) for v in part] + [100.0]
    )
    axes.set_ylim(low, high)
    axes.yaxis.grid(True, color=GRID, linewidth=0.8)
    axes.axhline(100, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    draw_week_axis(axes, axis)
    _end_labels(axes, ends, high - low)
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


@drawing
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
    width = (WIDTH_PT - left - right - gap) / 2
    canvas = Canvas(title, subtitle, height=4.4, left=left, right=right + width + gap, top=82, bottom=middle)
    most = [
        max([v or 0 for panel in panels for v in getattr(panel, part)] + [1])
        for part in ("stock", "new", "closed")
    ]
    for i, panel in enumerate(panels):
        edges = {"left": left + i * (width + gap), "right": right + (1 - i) * (width + gap)}
        upper = canvas.axes if i == 0 else canvas.panel(**edges, top=82, bottom=middle)
        lower = canvas.panel(**edges, top=canvas.height * 72 - middle + 12, bottom=56)
        canvas.write(
            edges["left"],
            canvas.height * 72 - 66,
            panel.name,
            size=NORMAL,
            colour=panel.colour,
            weight="bold",
        )
        _draw_line(upper, Line(names[0], STOCK_COLOUR, panel.stock, (), (), panel.cuts))
        upper.set_ylim(0, most[0] * 1.15)
        upper.set_yticks([tick for tick in upper.get_yticks() if tick == round(tick)])  # these are counts
        upper.set_ylim(0, most[0] * 1.15)
        _flow_bars(lower, panel, most[1], most[2])
        for axes in (upper, lower):
            axes.yaxis.grid(True, color=GRID, linewidth=0.8)
        draw_week_axis(upper, axis.unnamed(texts=True), ticks=4)
        upper.set_xticklabels([])
        draw_week_axis(lower, axis.unnamed(), ticks=4)
    x = left
    for name, colour, marker in zip(names, (STOCK_COLOUR, FLOW_COLOUR, CLOSURE_COLOUR), "_ss", strict=True):
        canvas.mark(x + 4, 17, marker, colour, size=9)
        canvas.write(x + 13, 14, name, size=NORMAL, colour=INK)
        x += em_width(name) * NORMAL + 40
    return canvas.chart(description)


def _flow_bars(axes: Axes, panel: FlowPanel, most_new: float, most_closed: float) -> None:
    for counts, up, colour in ((panel.new, 1, FLOW_COLOUR), (panel.closed, -1, CLOSURE_COLOUR)):
        for x, count in enumerate(counts):
            draw_bar(axes, (x - 0.35, 0), 0.7, up * (count or 0), facecolor=colour, zorder=2)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=3)
    axes.set_ylim(-most_closed * 1.15, most_new * 1.15)
    ticks = [t for t in axes.get_yticks() if t == round(t) and -most_closed * 1.15 <= t <= most_new * 1.15]
    axes.set_yticks(ticks, [f"{abs(t):.0f}" for t in ticks])  # counts on both sides of zero


def _draw_line(axes: Axes, line: Line) -> None:
    for start, values in runs(line.values, line.cuts):
        x = range(start, start + len(values))
        draw_line(axes, x, values, color=line.colour, linewidth=2, solid_capstyle="round", zorder=3)
        if len(values) == 1:
            draw_dots(axes, x, values, color=line.colour, markersize=4, zorder=3)
    # lo and hi are known for the same weeks, so their runs pair up.
    for (start, lo), (_, hi) in zip(runs(line.lo, line.cuts), runs(line.hi, line.cuts), strict=True):
        x = range(start, start + len(lo))
        axes.fill_between(x, lo, hi, color=line.colour, alpha=0.13, linewidth=0, zorder=2)


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


def draw_week_axis(axes: Axes, axis: WeekAxis, ticks: int = 9) -> None:
    """Draw labels, breaks, holidays and the preliminary week along x; at most about `ticks` labels."""
    count = len(axis.weeks)
    step = max(1, -(-count // ticks))
    shown = [i for i in range(count) if (count - 1 - i) % step == 0]  # the newest week is always named
    axes.set_xlim(-0.6, count - 0.4)
    axes.set_xticks(shown, [axis.weeks[i] for i in shown])
    width = axes.get_position().width * WIDTH_PT
    rows = [0.0, 0.0]  # right edges in points of the names already written, per row
    for position, name in sorted(axis.breaks.items()):
        axes.axvline(position - 0.5, color=MUTED, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        half = em_width(name) * SMALL / 2
        at = (position + 0.1) / count * width
        if not name:
            continue
        row = next((i for i, edge in enumerate(rows) if at - half >= edge), None)
        if row is None:
            continue  # the line stays; the quality box names every break
        rows[row] = at + half + 4
        axes.annotate(
            name,
            (position - 0.5, 1),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 3 + 11 * row),
            textcoords="offset points",
            size=SMALL,
            color=MUTED,
            ha="center",
            va="bottom",
        )
    _tint_holidays(axes, axis)
    if axis.preliminary is not None:
        _tint(axes, count - 1.5, count - 0.5, "#F1F3F5")
        axes.annotate(
            axis.preliminary,
            (count - 0.5, 0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(-1, 3),
            textcoords="offset points",
            size=SMALL,
            color=MUTED,
            ha="right",
        )


def _tint(axes: Axes, start: float, end: float, colour: str) -> None:
    """Colour the ground of the axes between two positions along x."""
    whole = axes.get_xaxis_transform()
    draw_bar(axes, (start, 0), end - start, 1, color=colour, linewidth=0, zorder=0, transform=whole)


def _tint_holidays(axes: Axes, axis: WeekAxis) -> None:
    """Tint the weeks of each holiday; its name stands inside, at the foot or one line up."""
    width = axes.get_position().width * WIDTH_PT
    right = width - em_width(axis.preliminary or "") * SMALL - 4
    edge, row = 0.0, 0
    numbered = enumerate(sorted(axis.holidays.items()))
    for (name, _), run in groupby(numbered, key=lambda one: (one[1][1], one[1][0] - one[0])):
        weeks = [position for _, (position, _) in run]
        _tint(axes, weeks[0] - 0.5, weeks[-1] + 0.5, HOLIDAY)
        if not name:
            continue
        half = em_width(name) * SMALL / 2
        middle = (weeks[0] + weeks[-1] + 1) / 2 / len(axis.weeks) * width
        middle = min(max(middle, half + 2), width - half - 2)
        row = 1 - row if middle - half < edge or middle + half > right else 0
        edge = middle + half + 4
        axes.annotate(
            name,
            (middle / width, 0),
            xycoords="axes fraction",
            xytext=(0, 3 + 11 * row),
            textcoords="offset points",
            size=SMALL,
            color=MUTED,
            ha="center",
        )


def _end_labels(axes: Axes, ends: Sequence[tuple[str, str, float]], span: float) -> None:
    places = spread([end for _, _, end in ends], span * 0.075)
    right = axes.get_xlim()[1]
    for (label, colour, _), place in zip(ends, places, strict=True):
        axes.text(
            right,
            place,
            f" {label}",
            size=NORMAL,
            color=colour,
            weight="bold",
            va="center",
            ha="left",
            clip_on=False,
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
