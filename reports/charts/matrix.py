"""How often pairs of requirements come together: half a matrix per class, names on the diagonal."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.colors import LinearSegmentedColormap

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
    shortened,
)
from reports.charts.panel import Panel

# Purple and green differ in lightness under every colour blindness (ColorBrewer PRGn); white is chance.
_COLOURS = LinearSegmentedColormap.from_list("together", ["#9970AB", "#F7F7F7", "#5AAE61"])
_NOTHING = "#F1F3F5"
_STRONGEST = 4.0  # a lift that has the darkest colour; a quarter has the other
_ROW, _HEAD, _GAP, _EDGE = 17.0, 22.0, 12.0, 12.0  # points
_CELL, _NARROWEST, _INDENT = 18.0, 15.0, 4.0  # points


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair: how many times as often as chance it comes (None: too seldom to say); is that clear?"""

    lift: float | None
    clear: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """One class: its requirements, most asked for first, and its pairs (row > column) by position."""

    name: str
    colour: str
    tags: Sequence[str]
    cells: Mapping[tuple[int, int], Cell]


@drawing()
def matrix_chart(title: str, subtitle: str, matrices: Sequence[Matrix], description: str) -> Chart:
    """Return the chart of one triangle of cells per class, side by side; one class has the whole width."""
    rows = max(len(matrix.tags) for matrix in matrices)
    height = 62 + _HEAD + rows * _ROW + 14
    width = (WIDTH - 2 * _EDGE - _GAP * (len(matrices) - 1)) / len(matrices)
    canvas = Canvas(title, subtitle, height=height)
    for i, matrix in enumerate(matrices):
        left, below = _EDGE + i * (width + _GAP), rows - len(matrix.tags)
        canvas.write(left, height - 62 - 10, matrix.name, size=NORMAL, colour=matrix.colour, weight="bold")
        panel = Panel(
            canvas,
            (0, width),
            (len(matrix.tags), 0),
            left=left,
            right=WIDTH - left - width,
            top=62 + _HEAD,
            bottom=14 + below * _ROW,
        )
        _draw(panel, matrix, width)
    return canvas.chart(description)


def _draw(panel: Panel, matrix: Matrix, width: float) -> None:
    cell_width = _cell_width(matrix.tags, width)
    for row, name in enumerate(matrix.tags):
        start = row * cell_width + (_INDENT if row else 0)
        shown = shortened(name, (width - start) / SMALL)
        panel.write(start, row + 0.5, shown, size=SMALL, colour=INK, valign="center")
        for column in range(row):
            cell = matrix.cells.get((row, column), Cell(None, False))
            shade = _NOTHING if cell.lift is None else _COLOURS(_shade(cell.lift))
            left = column * cell_width
            panel.bars([((left, left + cell_width - 1), (row + 0.04, row + 0.96))], colour=shade)
            if cell.lift is not None:
                told = f"{cell.lift:.1f}"
                strong = cell.clear and told != "1.0"  # which nobody would call more often
                panel.write(
                    left + 0.5 * cell_width - 0.5,
                    row + 0.52,
                    told,
                    size=SMALL - 1.5,
                    colour=INK if strong else MUTED,
                    weight="bold" if strong else "normal",
                    align="center",
                    valign="center",
                )


def _cell_width(names: Sequence[str], width: float) -> float:
    """Return how wide cells may be for the names behind them to have room, within bounds."""
    room = [(width - _INDENT - em_width(name) * SMALL) / row for row, name in enumerate(names[1:], start=1)]
    return max(_NARROWEST, min([_CELL, *room]))


def _shade(lift: float) -> float:
    """Where between the two colours a lift lies, on a logarithmic scale: 1/2 for chance."""
    if lift <= 0:
        return 0.0
    return min(1.0, max(0.0, 0.5 + math.log(lift) / math.log(_STRONGEST) / 2))
