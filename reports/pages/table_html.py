"""A table of `reports.wording.tables` as HTML, straight from its markdown.

Where its rows and cells begin is known, and most cells are plain text: so it takes a fraction of the time
that a parser of all of Markdown needs for it, and comes out the same (test_reports_pages.py holds both
beside each other).
"""

import re
from collections.abc import Callable

# Most cells hold figures, so those stand to the right without a word.
_CLASSES = {(True, True): "mid", (False, True): ""}
"""By whether a colon stands before and behind the line below the head of a column."""
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")


def table_html(markdown: str, opening: str, closing: str, cell: Callable[[str], str]) -> str:
    """Return a table between `opening` and `closing`; `cell` turns a cell, inline markdown, into HTML.

    The first cell of each row is its name.
    """
    lines = (_cells(line) for line in markdown.split("\n"))
    heads, rules = next(lines), next(lines)
    classes = [_CLASSES.get((rule[0] == ":", rule[-1] == ":"), "text") for rule in rules]
    attributes = [f' class="{name}"' if name else "" for name in classes]
    named = zip(heads, attributes, strict=True)
    written = [
        opening,
        "<thead>\n<tr>\n",
        *(f'<th{attribute} scope="col">{cell(head)}</th>\n' for head, attribute in named),
        "</tr>\n</thead>\n<tbody>\n",
    ]
    for name, *others in lines:
        written.append(f'<tr>\n<th scope="row">{cell(name)}</th>\n')
        for attribute, other in zip(attributes[1:], others, strict=True):
            written.append(f"<td{attribute}>{cell(other)}</td>\n")
        written.append("</tr>\n")
    return "".join((*written, "</tbody>\n", closing))


def _cells(line: str) -> list[str]:
    cells = _BETWEEN_CELLS.split(line) if "\\" in line else line.split("|")
    return [cell.strip().replace("\\|", "|") for cell in cells[1:-1]]
