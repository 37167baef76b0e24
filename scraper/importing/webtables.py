"""HTML tables as records: what applicant tracking systems export under the name `.xls`, or a page shows."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.importing.columns import Bad, Record, is_layout, layout
from scraper.importing.tables import HEADER_WITHIN, listed_records

# What ends a line in a cell; the words on both sides of it would join.
_LINE_END = re.compile(r"<br\b[^<>]*>|</(?:p|div|li)\s*>", re.IGNORECASE)
_LINKS = ("url", "apply_url")
_WIDEST, _LONGEST = 1000, 65534
"""Columns and rows that a cell may span, as HTML has it."""
_HEADER_LINES = 3
_MOST_SPREAD = 2**20
"""Places of a table that its cells may take beyond one each; one with more lists no postings."""


class _Cell(NamedTuple):
    """A cell as it stands in one of its places; `below`: rows that it still goes on for."""

    text: str
    node: LexborNode
    below: int


class _TooWide(Exception):
    """The cells of a table take more places than any list of postings has."""


def table_rows(markup: str) -> list[Record | Bad]:
    """Return the rows of all tables that have a header of postings, numbered as they stand in their table.

    A table that holds others only lays out the page. In a column of links a cell says where its link leads,
    if that is an address of the web. A cell that spans columns or rows stands in each of them.
    """
    page = LexborHTMLParser(_LINE_END.sub(r"\n\g<0>", markup))
    found: list[Record | Bad] = []
    for table in page.css("table"):
        if len(table.css("table")) == 1:  # itself
            try:
                found += _rows(table)
            except _TooWide:
                continue
    return found


def _rows(table: LexborNode) -> list[Record | Bad]:
    head = list(islice(_grid(table), HEADER_WITHIN))
    first = next((at for at, row in enumerate(head) if is_layout(_texts(row))), None)
    if first is None:
        return []
    last = _last_of_header(head, first)
    at = last if is_layout(_texts(head[last])) else first
    header = _texts(head[at])
    links = {place for field, columns in layout(header) if field in _LINKS for place in columns}
    rows: list[list[str]] = []
    for number, row in enumerate(_grid(table)):
        texts = list(_texts(row)) if number == at or not first <= number <= last else []
        for place in links & set(range(len(texts))):
            texts[place] = _target(row[place].node) or texts[place]
        rows.append(texts)
    return list(listed_records(rows))


def _last_of_header(head: list[list[_Cell]], first: int) -> int:
    """Return the lowest line of a header ("pay" over "from" and "to"), which names each column."""
    names = {cell.node.mem_id for cell in head[first]}
    lines = [at for at, row in enumerate(head) if any(cell.node.mem_id in names for cell in row)]
    return lines[-1] if lines[-1] - first < _HEADER_LINES else first


def _grid(table: LexborNode) -> Iterator[list[_Cell]]:
    """Yield the cells of each row by the column they stand in.

    A row that is one wide cell is a heading between the others, and has none. Raises _TooWide.
    """
    above: dict[int, _Cell] = {}  # by column, those that go on from the row before
    group, spread = None, 0
    for row in table.css("tr"):
        if row.parent is not None and row.parent.mem_id != group:  # no cell leaves its head, body or foot
            above, group = {}, row.parent.mem_id
        cells = row.css("th, td")
        placed = {at: cell._replace(below=cell.below - 1) for at, cell in above.items()}
        heading = len(cells) == 1 and not placed and _span(cells[0], "colspan", _WIDEST) > 1
        at = 0
        for node in () if heading else cells:
            while at in placed:
                at += 1
            cell = _Cell(node.text().strip(), node, _span(node, "rowspan", _LONGEST) - 1)
            end = at + _span(node, "colspan", _WIDEST)
            if end > _MOST_SPREAD:
                raise _TooWide
            for place in range(at, end):
                placed.setdefault(place, cell)
            at = end
        above = {at: cell for at, cell in placed.items() if cell.below > 0}
        width = max(placed, default=-1) + 1
        spread += max(0, width - len(cells))
        if spread > _MOST_SPREAD:
            raise _TooWide
        empty = _Cell("", row, 0)
        yield [placed.get(at, empty) for at in range(width)]


def _span(node: LexborNode, name: str, most: int) -> int:
    """Return over how many columns or rows a cell goes; a rowspan of 0 goes to the end of its group."""
    said = (node.attributes.get(name) or "").strip()
    told = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 1
    return min(told, most) or (most if name == "rowspan" else 1)


def _texts(row: list[_Cell]) -> tuple[str, ...]:
    return tuple(cell.text for cell in row)


def _target(cell: LexborNode) -> str:
    link = cell.css_first('a[href^="http://"], a[href^="https://"]')
    return (link.attributes.get("href") or "") if link is not None else ""
