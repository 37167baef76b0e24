"""Spreadsheets and delimited text as records: the header is found, rows are taken as they are."""

import csv
import warnings
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import openpyxl

from scraper.errors import InputError
from scraper.importing.columns import (
    Bad,
    Headerless,
    Record,
    fold_name,
    headerless,
    is_layout,
    read,
    unknown_layout,
)
from scraper.importing.values import as_text, plain

_DELIMITERS = ",\t;|"
HEADER_WITHIN = 10  # rows in which a header is looked for: exports put a title or a note above it
_HEAD_LINES = 60
_LONGEST_CELL = 1 << 24
csv.field_size_limit(_LONGEST_CELL)
_CONTENTS = "[Content_Types].xml"
"""The member that every workbook has."""
_MOST_UNPACKED = 2**29
"""Bytes of a workbook's members, as its directory has them; ZIP reads no member further than that."""
_MOST_ROWS, _MOST_CELLS, _ROW = 2**20, 2**25, 8
"""Of a sheet, of a workbook, and what a row counts for: before one that is said to be the millionth there are
as many empty ones."""
_WIDEST = 1000
"""Columns among which a header is looked for."""
_BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    LookupError,
    RuntimeError,  # a member that is encrypted, or packed in a way that Python does not know
    OverflowError,
    ValueError,
    TypeError,
    SyntaxError,
    EOFError,
    AttributeError,
)


class _Mended(list[str]):
    """Cells of a line whose quotes do not match, split as well as may be."""


class _Lines:
    """Lines of a text, where lines that a broken quote swallowed can be handed back."""

    def __init__(self, lines: Iterable[str]):
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines).replace("\0", "")
        self.taken.append(line)
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        self._returned.extendleft(reversed(lines))


def _csv_rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """Yield rows of cells, a line whose quotes do not match as `_Mended`.

    A quote that is never closed would make the rest of the file one cell. Strict parsing notices; then only
    the line with the quote is mended and the following ones are read again.
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.taken = []
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            broken, swallowed = source.taken[0], source.taken[1:]
            source.give_back(swallowed)
            reader = csv.reader(source, delimiter=delimiter, strict=True)
            try:
                row = _Mended(next(csv.reader([broken], delimiter=delimiter), []))
            except csv.Error:  # one line longer than any cell may be
                row = _Mended()
        yield row


def delimited_records(name: str, stream: IO[str]) -> Iterator[Record | Bad]:
    """Yield the records of comma, tab, semicolon or bar separated text, without reading it whole.

    Raises InputError if no delimiter gives a header of postings.
    """
    head = list(islice(stream, _HEAD_LINES))
    if head and head[0].startswith("sep=") and len(head[0].strip()) == 5:
        head = head[1:]
    for delimiter in _DELIMITERS:
        if _header_at([row for row in _csv_rows(head, delimiter)]) is not None:
            return listed_records(_csv_rows(chain(head, stream), delimiter))
    first_row = next(_csv_rows(head, ","), [])
    for export in headerless():
        if export.fits(first_row):
            return _headerless_records(export, _csv_rows(chain(head, stream), ","))
    first = next((line for line in head if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    raise InputError(unknown_layout(name, next(_csv_rows([first], delimiter), [])))


def _headerless_records(export: Headerless, rows: Iterable[list[str]]) -> Iterator[Record | Bad]:
    for number, row in enumerate(rows, start=1):
        if export.fits(row):
            yield Record(number, {"company": export.company, **read(export.columns, row)})
        elif any(cell.strip() for cell in row):
            yield Bad(number, f"it is not a row of {len(export.columns)} cells with the address of a posting")


def workbook_records(path: Path) -> Iterator[Record | Bad]:
    """Yield the records of every sheet of an XLSX file that has a header of postings.

    Raises InputError if there is none, or if the file is no workbook.
    """
    found, columns = False, list[str]()
    for rows in _sheets(path):
        head = list(islice(rows, HEADER_WITHIN))
        if _header_at(head) is None:
            columns = columns or [as_text(plain(cell)) for cell in next(filter(any, head), ())]
        else:
            found = True
            yield from listed_records(chain(head, rows))
    if not found:
        raise InputError(unknown_layout(path.name, columns))


def _sheets(path: Path) -> Iterator[Iterator[tuple[Any, ...]]]:
    with path.open("rb") as stream:
        with _workbook_trouble(path.name):
            with zipfile.ZipFile(stream) as members:
                unpacked = sum(member.file_size for member in members.infolist())
                if _CONTENTS not in members.namelist():
                    raise InputError(f"{path.name} is a ZIP archive and no XLSX workbook; unpack it first")
            if unpacked > _MOST_UNPACKED:
                raise InputError(f"{path.name} would be {unpacked // 2**20} MB unpacked; save it as CSV")
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        cells = 0
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some exporters write a wrong size, which would cut the rows
            rows = sheet.iter_rows(max_row=_MOST_ROWS, values_only=True)

            def counted(rows: Iterator[Any] = rows) -> Iterator[tuple[Any, ...]]:
                nonlocal cells
                for row in _rows(path.name, rows):
                    cells += _ROW + len(row)
                    if cells > _MOST_CELLS:
                        raise InputError(f"{path.name} has more cells than any list of postings")
                    yield row

            yield counted()


def _rows(name: str, rows: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    while True:
        with _workbook_trouble(name):
            row = next(rows, None)
        if row is None:
            return
        yield row


@contextmanager
def _workbook_trouble(name: str) -> Iterator[None]:
    """Turn what openpyxl raises over a broken workbook into InputError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl does not know do not matter
            yield
    except _BROKEN_WORKBOOK as error:
        said = str(error).partition("\n")[0]
        raise InputError(f"{name} is not a readable XLSX workbook ({said})") from error


def _names(row: Iterable[Any]) -> tuple[str, ...]:
    return tuple("" if cell is None else as_text(plain(cell)) for cell in islice(row, _WIDEST))


def _header_at(rows: Sequence[Any]) -> int | None:
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        if is_layout(_names(row)):
            return at
    return None


def listed_records(rows: Iterable[Any]) -> Iterator[Record | Bad]:
    """Yield the rows of cells below the first one that is a header of postings, as records."""
    header: tuple[str, ...] = ()
    folded: list[str] = []
    for number, row in enumerate(rows, start=1):
        if not header:
            names = _names(row)
            if is_layout(names):
                header, folded = names, [fold_name(name) for name in names]
        elif isinstance(row, _Mended) and len(row) != len(header):
            yield Bad(number, "its quotes do not match")
        elif all(cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in row):
            continue
        elif len(row) > len(header) and any(plain(cell) is not None for cell in row[len(header) :]):
            yield Bad(number, f"it has {len(row)} cells, the header {len(header)}")
        elif fold_name(str(row[0])) == folded[0] and [fold_name(cell) for cell in _names(row)] == folded:
            continue  # the header again, where two exports were joined
        else:
            yield Record(number, read(header, row))
