"""The run-health strip: how each source was read, week by week."""

from collections.abc import Mapping, Sequence

from reports.charts.canvas import MUTED, SMALL, Canvas, Chart, drawing, em_width, label_margin, shortened
from reports.charts.panel import Ends, Panel

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


@drawing()
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
    canvas = Canvas(title, subtitle, height=62 + 48 + _ROW * len(shown))
    x, y = (-0.5, len(weeks) - 0.5), (len(shown) - 0.5, -0.5)
    panel = Panel(canvas, x, y, left=label_margin(names) + 4, bottom=48)
    cells_of: dict[str, list[Ends]] = {}
    for row, (_, cells) in enumerate(shown):
        for week, (mark, complete, asked) in enumerate(cells):
            cells_of.setdefault(mark, []).append(((week - 0.47, week + 0.47), (row - 0.43, row + 0.43)))
            _, ink = _FILLS[mark]
            text = marks[mark][0] if asked <= 1 else f"{marks[mark][0]} {complete}/{asked}"
            panel.write(week, row, text, size=SMALL - 1, colour=ink, align="center", valign="center")
    for mark, ends in cells_of.items():
        panel.bars(ends, colour=_FILLS[mark][0])
    panel.row_names(names)
    panel.x_labels(range(len(weeks)), weeks)
    x_pt = 12.0
    for mark, (fill, ink) in _FILLS.items():
        if mark in cells_of:
            letter, name = marks[mark]
            canvas.mark(x_pt + 6, 14, "s", fill, size=12)
            canvas.write(x_pt + 6, 11, letter, size=SMALL, colour=ink, align="center")
            canvas.write(x_pt + 17, 11, name, size=SMALL, colour=MUTED)
            x_pt += em_width(name) * SMALL + 36
    return canvas.chart(description)
