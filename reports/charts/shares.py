"""Charts of shares: AI against AIGC per requirement, the class mix, and openness by years."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.canvas import (
    BAR,
    INK,
    MUTED,
    NORMAL,
    SMALL,
    Canvas,
    Chart,
    drawing,
    em_width,
    label_margin,
    shortened,
    spread,
)
from reports.charts.panel import Panel

_MARKED_YEARS = (1, 3)
_LABEL_EMS = 18.0
_QUARTERS = (0, 0.25, 0.5, 0.75, 1)


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


@drawing()
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
    canvas = Canvas(title, subtitle, height=62 + 46 + 27 * len(rows))
    most = max(share.hi for _, *shares in rows for share in shares)
    panel = _bar_panel(canvas, names, most, right=34)
    between = [((first.value, second.value), (y, y)) for y, (_, first, second) in enumerate(rows)]
    panel.lines(between, colour=BAR, width=4.5, zorder=2, cap="butt")
    for i, (side, shift) in enumerate(zip(sides, (0.27, -0.27), strict=True)):
        shares = [both[i] for _, *both in rows]
        intervals = [((share.lo, share.hi), (y + shift, y + shift)) for y, share in enumerate(shares)]
        panel.lines(intervals, colour=side.colour, width=1.3)
        panel.dots([share.value for share in shares], range(len(shares)), colour=side.colour, size=8)
    _legend(canvas, panel.left, [("o", side.colour, side.name) for side in sides])
    return canvas.chart(description)


@drawing()
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
    canvas = Canvas(title, subtitle, height=62 + 46 + 34 * len(rows))
    most = max(max(now.hi, before.value if before else 0) for _, now, before, _ in rows)
    panel = _bar_panel(canvas, names, most, right=label_margin(notes, gap=22))
    for y, (side, now, before, note) in enumerate(rows):
        panel.bars([((0, now.value), (y - 0.26, y + 0.26))], colour=side.colour, zorder=2)
        panel.line([now.lo, now.hi], [y, y], colour=INK, width=1.3)
        if before is not None:
            tick = [y - 0.4, y + 0.4]
            panel.line([before.value] * 2, tick, colour=INK, width=1.6, dashes=(2, 1), zorder=4)
        panel.write(panel.x[1], y, f"  {note}", size=NORMAL, colour=INK, valign="center")
    _legend(canvas, panel.left, [("s", BAR, legend[0]), ("|", INK, legend[1])])
    return canvas.chart(description)


@drawing()
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
    canvas = Canvas(title, subtitle, height=266.4)
    edge = years[-1] + 0.5
    panel = Panel(canvas, (years[0] - 0.1, edge), (0, 1.03), right=label_margin(labels), bottom=46)
    panel.y_grid(_QUARTERS)
    panel.y_labels(_QUARTERS, [f"{share:.0%}" for share in _QUARTERS])
    panel.x_labels(years, [str(year) for year in years])
    middle = panel.left + panel.width / 2
    canvas.write(middle, panel.bottom - 18, axis_name, size=SMALL, colour=MUTED, align="center", valign="top")
    steps = [end for year, following in itertools.pairwise([*years, edge]) for end in (year, following)]
    for side, shares in curves:
        held = [share for share in shares for _ in range(2)]
        panel.line(steps, [share.value for share in held], colour=side.colour, width=2)
        panel.band(steps, [share.lo for share in held], [share.hi for share in held], colour=side.colour)
    _marked_values(panel, years, curves)
    for (side, _), place in zip(curves, spread([c[-1].value for _, c in curves], 0.08), strict=True):
        name = f" {side.name}"
        panel.write(edge, place, name, size=NORMAL, colour=side.colour, weight="bold", valign="center")
    return canvas.chart(description)


def _marked_values(
    panel: Panel, years: Sequence[int], curves: Sequence[tuple[Side, Sequence[Share]]]
) -> None:
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
            panel.dots([year], [value], colour=side.colour, size=5)
            at = year + 0.12, place + lifted
            panel.write(*at, f"{value:.0%}", size=NORMAL, colour=side.colour, weight="bold", valign="center")


def _bar_panel(canvas: Canvas, names: Sequence[str], most: float, *, right: float) -> Panel:
    """Return a panel with a row per name and an axis of shares from 0 that reaches beyond `most`."""
    top = min(1.0, max(0.2, most))
    step = 0.1 if top <= 0.5 else 0.2
    ticks = [i * step for i in range(int(top / step + 1.000001) + 1) if i * step <= 1.000001]
    end = ticks[-1] if top * 1.02 <= ticks[-1] <= top * 1.12 else top * 1.02
    ticks = [tick for tick in ticks if tick <= end + 1e-9]
    limits = (len(names) - 0.4, -0.6)
    panel = Panel(canvas, (0, end), limits, left=label_margin(names) + 6, right=right, bottom=46)
    panel.row_names(names)
    panel.x_grid(ticks)
    panel.x_labels(ticks, [f"{tick:.0%}" for tick in ticks])
    return panel


def _legend(canvas: Canvas, left: float, entries: Sequence[tuple[str, str, str]]) -> None:
    """Draw a marker in a colour, and what it stands for, for each of the entries: one row at the foot."""
    for marker, colour, name in entries:
        canvas.mark(left, 14, marker, colour)
        canvas.write(left + 9, 11, name, size=NORMAL, colour=INK)
        left += em_width(name) * NORMAL + 34
