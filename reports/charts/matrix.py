"""How often pairs of requirements come together: half a matrix per class, names on the diagonal."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from reports.charts.canvas import (
    INK,
    MUTED,
    NORMAL,
    SMALL,
    WIDTH_PT,
    Canvas,
    Chart,
    draw_bar,
    drawing,
    em_width,
    shortened,
)

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


@drawing
def matrix_chart(title: str, subtitle: str, matrices: Sequence[Matrix], description: str) -> Chart:
    """Return the chart of one triangle of cells per class, side by side; one class has the whole width."""
    rows = max(len(matrix.tags) for matrix in matrices)
    height = 62 + _HEAD + rows * _ROW + 14
    width = (WIDTH_PT - 2 * _EDGE - _GAP * (len(matrices) - 1)) / len(matrices)

    def edges(i: int) -> dict[str, float]:
        left, mine = _EDGE + i * (width + _GAP), len(matrices[i].tags)
        right = WIDTH_PT - left - width
        return {"left": left, "right": right, "top": 62 + _HEAD, "bottom": 14 + (rows - mine) * _ROW}

    canvas = Canvas(title, subtitle, height=height / 72, **edges(0))
    for i, matrix in enumerate(matrices):
        axes = canvas.axes if i == 0 else canvas.panel(**edges(i))
        canvas.write(
            edges(i)["left"], height - 62 - 10, matrix.name, size=NORMAL, colour=matrix.colour, weight="bold"
        )
        _draw(axes, matrix, width)
    return canvas.chart(description)


def _draw(axes: Axes, matrix: Matrix, width: float) -> None:
    axes.set_xlim(0, width)
    axes.set_ylim(len(matrix.tags), 0)
    axes.set_xticks([])
    axes.set_yticks([])
    cell_width = _cell_width(matrix.tags, width)
    for row, name in enumerate(matrix.tags):
        start = row * cell_width + (_INDENT if row else 0)
        axes.text(
            start,
            row + 0.5,
            shortened(name, (width - start) / SMALL),
            size=SMALL,
            color=INK,
            va="center",
            ha="left",
        )
        for column in range(row):
            cell = matrix.cells.get((row, column), Cell(None, False))
            shade = _NOTHING if cell.lift is None else _COLOURS(_shade(cell.lift))
            corner = (column * cell_width, row + 0.04)
            draw_bar(axes, corner, cell_width - 1, 0.92, facecolor=shade, linewidth=0)
            if cell.lift is not None:
                told = f"{cell.lift:.1f}"
                strong = cell.clear and told != "1.0"  # which nobody would call more often
                axes.text(
                    (column + 0.5) * cell_width - 0.5,
                    row + 0.52,
                    told,
                    size=SMALL - 1.5,
                    color=INK if strong else MUTED,
                    weight="bold" if strong else "normal",
                    va="center",
                    ha="center",
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
