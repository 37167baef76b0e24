"""Charts of shares: AI against AIGC per requirement, the class mix, and openness by years."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from reports.charts.canvas import (
    BAR,
    GRID,
    INK,
    MUTED,
    NORMAL,
    SMALL,
    Canvas,
    Chart,
    draw_bar,
    draw_dots,
    draw_line,
    drawing,
    em_width,
    label_margin,
    shortened,
    spread,
)

_MARKED_YEARS = (1, 3)
_LABEL_EMS = 18.0


@dataclass(frozen=True, slots=True)
class Share:
    """A share (0..1) with its 95 % interval."""

    value: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two groups that a chart compares."""

    name: str
    colour: str


@drawing
def dumbbell_chart(
    title: str,
    subtitle: str,
    sides: tuple[Side, Side],
    rows: Sequence[tuple[str, Share, Share]],
    description: str,
) -> Chart:
    """Return the chart of one dumbbell per row (label, share of the first side, share of the second).

    The interval of the first side lies under its dot, that of the second above, so neither hides.
    """
    names = [shortened(name, _LABEL_EMS) for name, _, _ in rows]
    height = (62 + 46 + 27 * len(rows)) / 72
    canvas = Canvas(title, subtitle, height=height, left=label_margin(names) + 6, bottom=46, right=34)
    axes = canvas.axes
    for y, (_, first, second) in enumerate(rows):
        ends = [first.value, second.value]
        draw_line(axes, ends, [y, y], color=BAR, linewidth=4.5, zorder=2, solid_capstyle="butt")
        for side, share, shift in ((sides[0], first, 0.27), (sides[1], second, -0.27)):
            draw_line(axes, [share.lo, share.hi], [y + shift] * 2, color=side.colour, linewidth=1.3, zorder=3)
            # A dot at 0 % stands half outside the axes.
            draw_dots(axes, [share.value], [y], color=side.colour, markersize=8, zorder=4, clip_on=False)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", labelsize=NORMAL, labelcolor=INK, pad=8)
    axes.set_yticks(range(len(rows)), names)
    top = max([0.2] + [max(a.hi, b.hi) for _, a, b in rows])
    _percent_axis(canvas, min(1.0, top))
    _legend(canvas, sides)
    return canvas.chart(description)


@drawing
def mix_chart(
    title: str,
    subtitle: str,
    rows: Sequence[tuple[Side, Share, Share | None, str]],
    legend: tuple[str, str],
    description: str,
) -> Chart:
    """Return the chart of one bar per class: its share now, a tick for the share before, a note at the end.

    `legend` names the two windows (now, before).
    """
    names = [side.name for side, _, _, _ in rows]
    notes = [note for _, _, _, note in rows]
    height = (62 + 46 + 34 * len(rows)) / 72
    canvas = Canvas(
        title,
        subtitle,
        height=height,
        left=label_margin(names) + 6,
        bottom=46,
        right=label_margin(notes, gap=22),
    )
    axes = canvas.axes
    for y, (side, now, before, note) in enumerate(rows):
        draw_bar(axes, (0, y - 0.26), now.value, 0.52, facecolor=side.colour, zorder=2)
        draw_line(axes, [now.lo, now.hi], [y, y], color=INK, linewidth=1.3, zorder=3)
        if before is not None:
            draw_line(
                axes,
                [before.value] * 2,
                [y - 0.4, y + 0.4],
                color=INK,
                linewidth=1.6,
                linestyle=(0, (2, 1)),
                zorder=4,
            )
        axes.text(
            1.0,
            y,
            f"  {note}",
            size=NORMAL,
            color=INK,
            va="center",
            ha="left",
            transform=axes.get_yaxis_transform(),
        )
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", labelsize=NORMAL, labelcolor=INK, pad=8)
    axes.set_yticks(range(len(rows)), names)
    _percent_axis(
        canvas, min(1.0, max([0.2] + [s.hi for _, s, _, _ in rows] + [b.value for _, _, b, _ in rows if b]))
    )
    _mix_legend(canvas, legend)
    return canvas.chart(description)


@drawing
def openness_chart(
    title: str,
    subtitle: str,
    years: Sequence[int],
    curves: Sequence[tuple[Side, Sequence[Share]]],
    axis_name: str,
    description: str,
) -> Chart:
    """Return the chart of the share of postings open to someone with at most y years, one curve a class."""
    labels = [side.name for side, _ in curves]
    canvas = Canvas(title, subtitle, height=3.7, right=label_margin(labels), bottom=46)
    axes = canvas.axes
    edge = years[-1] + 0.5
    x = [*years, edge]
    for side, shares in curves:
        held = [*shares, shares[-1]]
        axes.step(x, [s.value for s in held], where="post", color=side.colour, linewidth=2, zorder=3)
        axes.fill_between(
            x,
            [s.lo for s in held],
            [s.hi for s in held],
            step="post",
            color=side.colour,
            alpha=0.13,
            linewidth=0,
            zorder=2,
        )
    _marked_values(axes, years, curves)
    axes.set_xlim(years[0] - 0.1, edge)
    axes.set_ylim(0, 1.03)
    axes.yaxis.grid(True, color=GRID, linewidth=0.8)
    axes.set_xticks(list(years), [str(y) for y in years])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.set_xlabel(axis_name, size=SMALL, color=MUTED, labelpad=6)
    for (side, _), place in zip(curves, spread([c[-1].value for _, c in curves], 0.08), strict=True):
        axes.text(
            edge,
            place,
            f" {side.name}",
            size=NORMAL,
            color=side.colour,
            weight="bold",
            va="center",
            ha="left",
            clip_on=False,
        )
    return canvas.chart(description)


def _marked_values(axes: Axes, years: Sequence[int], curves: Sequence[tuple[Side, Sequence[Share]]]) -> None:
    """Write the values at `_MARKED_YEARS` on the steps: the higher one above its line, others below.

    Values too near to each other, or to the axis, have their labels moved apart and up.
    """
    for i, year in enumerate(years):
        if year not in _MARKED_YEARS:
            continue
        highest = max(shares[i].value for _, shares in curves)
        values = [shares[i].value for _, shares in curves]
        places = spread([v + (0.045 if v == highest else -0.045) for v in values], 0.08)
        lifted = max(0.0, 0.045 - min(places))
        for (side, _), value, place in zip(curves, values, places, strict=True):
            draw_dots(axes, [year], [value], color=side.colour, markersize=5, zorder=4)
            axes.text(
                year + 0.12,
                place + lifted,
                f"{value:.0%}",
                size=NORMAL,
                color=side.colour,
                weight="bold",
                va="center",
            )


def _percent_axis(canvas: Canvas, top: float) -> None:
    axes = canvas.axes
    step = 0.1 if top <= 0.5 else 0.2
    ticks = [i * step for i in range(int(top / step + 1.000001) + 1) if i * step <= 1.000001]
    axes.set_xlim(0, max(top * 1.02, ticks[-1] if ticks[-1] <= top * 1.12 else top * 1.02))
    ticks = [t for t in ticks if t <= axes.get_xlim()[1] + 1e-9]
    axes.xaxis.grid(True, color=GRID, linewidth=0.8)
    axes.set_xticks(ticks, [f"{t:.0%}" for t in ticks])


def _legend(canvas: Canvas, sides: Sequence[Side]) -> None:
    """Draw a dot and a name per side, in one row at the foot."""
    x = canvas.left
    for side in sides:
        canvas.mark(x, 14, "o", side.colour)
        canvas.write(x + 9, 11, side.name, size=NORMAL, colour=INK)
        x += em_width(side.name) * NORMAL + 34


def _mix_legend(canvas: Canvas, legend: tuple[str, str]) -> None:
    x = canvas.left
    canvas.mark(x, 14, "s", BAR)
    canvas.write(x + 9, 11, legend[0], size=NORMAL, colour=INK)
    x += em_width(legend[0]) * NORMAL + 34
    canvas.mark(x, 14, "|", INK)
    canvas.write(x + 9, 11, legend[1], size=NORMAL, colour=INK)
