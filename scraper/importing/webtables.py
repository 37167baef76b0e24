"""HTML tables as records: what applicant tracking systems export under the name `.xls`, or a page shows."""

import re
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.importing.columns import Bad, Record, is_layout, layout
from scraper.importing.tables import HEADER_WITHIN, listed_records

# What ends a line in a cell; the words on both sides of it would join.
_LINE_END = re.compile(r"<br\b[^<>]*>|</(?:p|div|li)\s*>", re.IGNORECASE)
_LINKS = ("url", "apply_url")


def table_rows(markup: str) -> list[Record | Bad]:
    """Return the rows of all tables that have a header of postings, numbered as they stand in their table.

    A table that holds others only lays out the page. In a column of links a cell says where its link leads,
    if that is an address of the web.
    """
    page = LexborHTMLParser(_LINE_END.sub(r"\n\g<0>", markup))
    found: list[Record | Bad] = []
    for table in page.css("table"):
        if len(table.css("table")) == 1:  # itself
            found += _rows(table)
    return found


def _rows(table: LexborNode) -> list[Record | Bad]:
    cells = [row.css("th, td") for row in table.css("tr")]
    rows = [[cell.text().strip() for cell in row] for row in cells]
    header = next((tuple(row) for row in islice(rows, HEADER_WITHIN) if is_layout(tuple(row))), None)
    if header is None:
        return []
    links = {at for field, columns in layout(header) if field in _LINKS for at in columns}
    for row, of in zip(rows, cells, strict=True):
        for at in links & set(range(len(row))):
            row[at] = _target(of[at]) or row[at]
    return list(listed_records(rows))


def _target(cell: LexborNode) -> str:
    link = cell.css_first('a[href^="http://"], a[href^="https://"]')
    return (link.attributes.get("href") or "") if link is not None else ""
