"""Charts over weeks: the level index, and stock with new and closed postings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from reports.charts.canvas import (
    GRID,
    INK,
    MUTED,
    NORMAL,
    SMALL,
    WIDTH_PT,
    Canvas,
    drawing,
    em_width,
    label_margin,
    spread,
)

STOCK_COLOUR, FLOW_COLOUR, CLOSURE_COLOUR = "#56606B", "#009E73", "#E69F00"


@dataclass(frozen=True, slots=True)
class Line:
    """One series over the weeks of a chart. None is a gap; `lo`/`hi` bound the 95 % interval.

    A line is not drawn across `cuts`: the positions of weeks at which the series starts anew.
    """

    label: str
    colour: str
    values: Sequence[float | None]
    lo: Sequence[float | None]
    hi: Sequence[float | None]
    cuts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class WeekAxis:
    """What all charts over weeks show along x: labels, breaks (position -> name), the preliminary week."""

    weeks: Sequence[str]
    breaks: Mapping[int, str]
    preliminary: str | None = None  # the word for it, where the last week is preliminary


@drawing
def level_chart(title: str, subtitle: str, axis: WeekAxis, lines: Sequence[Line], description: str) -> bytes:
    """Return the SVG of an index (100 = base week) with interval ribbons and labels at the line ends."""
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
    _week_axis(axes, axis)
    _end_labels(axes, ends, high - low)
    return canvas.svg(description)


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
) -> bytes:
    """Return the SVG of two groups side by side: stock as a line above, new (up) and closed (down) as bars.

    Both groups share their scales; breaks are drawn without their names, for which there is no room.
    `names` are the words for stock, new and closed.
    """
    left, right, gap, middle = 40.0, 14.0, 44.0, 168.0
    width = (WIDTH_PT - left - right - gap) / 2
    unnamed = dict.fromkeys(axis.breaks, "")
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
        _flow_bars(lower, panel, most[1], most[2])
        for axes in (upper, lower):
            axes.yaxis.grid(True, color=GRID, linewidth=0.8)
        _week_axis(upper, WeekAxis(axis.weeks, unnamed, axis.preliminary), ticks=4)
        upper.set_xticklabels([])
        _week_axis(lower, WeekAxis(axis.weeks, unnamed, axis.preliminary and ""), ticks=4)
    x = left
    for name, colour, marker in zip(names, (STOCK_COLOUR, FLOW_COLOUR, CLOSURE_COLOUR), "_ss", strict=True):
        canvas.mark(x + 4, 17, marker, colour, size=9)
        canvas.write(x + 13, 14, name, size=NORMAL, colour=INK)
        x += em_width(name) * NORMAL + 40
    return canvas.svg(description)


def _flow_bars(axes: Axes, panel: FlowPanel, most_new: float, most_closed: float) -> None:
    x = range(len(panel.new))
    axes.bar(x, [v or 0 for v in panel.new], width=0.7, color=FLOW_COLOUR, zorder=2)
    axes.bar(x, [-(v or 0) for v in panel.closed], width=0.7, color=CLOSURE_COLOUR, zorder=2)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=3)
    axes.set_ylim(-most_closed * 1.15, most_new * 1.15)
    ticks = [t for t in axes.get_yticks() if t == round(t) and -most_closed * 1.15 <= t <= most_new * 1.15]
    axes.set_yticks(ticks, [f"{abs(t):.0f}" for t in ticks])  # counts on both sides of zero


def _draw_line(axes: Axes, line: Line) -> None:
    for start, values in _runs(line.values, line.cuts):
        x = range(start, start + len(values))
        axes.plot(x, values, color=line.colour, linewidth=2, solid_capstyle="round", zorder=3)
        if len(values) == 1:
            axes.plot(x, values, "o", color=line.colour, markersize=4, zorder=3)
    # lo and hi are known for the same weeks, so their runs pair up.
    for (start, lo), (_, hi) in zip(_runs(line.lo, line.cuts), _runs(line.hi, line.cuts), strict=True):
        x = range(start, start + len(lo))
        axes.fill_between(x, lo, hi, color=line.colour, alpha=0.13, linewidth=0, zorder=2)


def _runs(
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


def _week_axis(axes: Axes, axis: WeekAxis, ticks: int = 9) -> None:
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
    if axis.preliminary is not None:
        axes.axvspan(count - 1.5, count - 0.5, color="#F1F3F5", linewidth=0, zorder=0)
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
    return line.label if last is None else f"{line.label} {last:.0f}"


def _span(values: Sequence[float | None]) -> tuple[float, float]:
    known = [v for v in values if v is not None]
    low, high = min(known), max(known)
    room = max((high - low) * 0.08, 2.0)
    return max(0.0, low - room), high + room


def _last(values: Sequence[float | None]) -> float | None:
    return next((v for v in reversed(values) if v is not None), None)
