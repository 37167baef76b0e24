"""Markdown tables whose raw text lines up, in a terminal and in a diff, with Chinese in them too."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Literal

from reports.wording.escaping import Markdown, md
from reports.wording.words import NOTHING

Align = Literal["left", "right", "center"]
Column = tuple[str, Align]
"""The head of a column and where its cells stand."""
_RULES: dict[Align, tuple[str, str]] = {"left": ("", ""), "right": ("", ":"), "center": (":", ":")}


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Markdown:
    """Return a GFM table; columns in which no row says anything are left out.

    Cells are escaped unless they are Markdown. Returns an empty text where nothing is left but the names of
    the rows (the first column).
    """
    told = [i for i in range(len(columns)) if any(row[i] not in (NOTHING, "") for row in rows)]
    if not told or (told == [0] and len(columns) > 1):
        return Markdown("")
    grid = [[md(columns[i][0]) for i in told], *([md(row[i]) for i in told] for row in rows)]
    widths = [max(3, *(display_width(line[j]) for line in grid)) for j in range(len(told))]
    aligns = [columns[i][1] for i in told]
    lines = [_line(line, widths, aligns) for line in grid]
    rule = "|".join(_rule(width, align) for width, align in zip(widths, aligns, strict=True))
    return Markdown("\n".join([lines[0], f"|{rule}|", *lines[1:]]))


def display_width(text: str) -> int:
    """Return the number of terminal columns of `text` (wide East Asian characters take two)."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@cache
def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _rule(width: int, align: Align) -> str:
    before, after = _RULES[align]
    return before + "-" * (width + 2 - len(before) - len(after)) + after


def _line(cells: Sequence[str], widths: Sequence[int], aligns: Sequence[Align]) -> str:
    padded = []
    for cell, width, align in zip(cells, widths, aligns, strict=True):
        room = " " * (width - display_width(cell))
        padded.append(f" {room}{cell} " if align == "right" else f" {cell}{room} ")
    return f"|{'|'.join(padded)}|"
