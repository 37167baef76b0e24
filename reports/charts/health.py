"""The run-health strip: how each source was read, week by week."""

from collections.abc import Mapping, Sequence

from reports.charts.canvas import (
    INK,
    MUTED,
    NORMAL,
    SMALL,
    Canvas,
    Chart,
    draw_bar,
    drawing,
    em_width,
    label_margin,
    shortened,
)

_FILLS: Mapping[str, tuple[str, str]] = {  # mark -> fill, ink; a letter stands beside every colour
    "complete": ("#CDE7DA", "#0B5D3B"),
    "mixed": ("#F8E7B0", "#6B5200"),
    "suspect": ("#F0B46A", "#4A2C00"),
    "failed": ("#B5473A", "#FFFFFF"),
    "absent": ("#F1F3F5", MUTED),
}
MAX_ROWS = 24
"""More sources than this are left out of the picture."""
_ROW = 17


@drawing
def health_chart(
    title: str,
    subtitle: str,
    weeks: Sequence[str],
    rows: Sequence[tuple[str, Sequence[tuple[str, int, int]]]],
    marks: Mapping[str, tuple[str, str]],
    description: str,
) -> Chart:
    """Return the chart of a grid source x week.

    A row is (source, cells); a cell is (mark, boards complete, boards asked). `marks` give the letter and
    the legend's words for each mark.
    """
    shown = rows[:MAX_ROWS]
    names = [shortened(name, 16) for name, _ in shown]
    height = (62 + 48 + _ROW * len(shown)) / 72
    canvas = Canvas(title, subtitle, height=height, left=label_margin(names) + 4, bottom=48, top=62)
    axes = canvas.axes
    for y, (_, cells) in enumerate(shown):
        for x, cell in enumerate(cells):
            mark, complete, asked = cell
            fill, ink = _FILLS[mark]
            draw_bar(axes, (x - 0.47, y - 0.43), 0.94, 0.86, facecolor=fill, linewidth=0)
            text = marks[mark][0] if asked <= 1 else f"{marks[mark][0]} {complete}/{asked}"
            axes.text(x, y, text, size=SMALL - 1, color=ink, ha="center", va="center")
    axes.set_xlim(-0.5, len(weeks) - 0.5)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.tick_params(axis="y", labelsize=NORMAL, labelcolor=INK, pad=8)
    axes.set_yticks(range(len(shown)), names)
    axes.set_xticks(range(len(weeks)), weeks)
    present = {cell[0] for _, cells in shown for cell in cells}
    x_pt = 12.0
    for mark, (fill, ink) in _FILLS.items():
        if mark in present:
            letter, name = marks[mark]
            canvas.mark(x_pt + 6, 14, "s", fill, size=12)
            canvas.write(x_pt + 6, 11, letter, size=SMALL, colour=ink, align="center")
            canvas.write(x_pt + 17, 11, name, size=SMALL, colour=MUTED)
            x_pt += em_width(name) * SMALL + 36
    return canvas.chart(description)
