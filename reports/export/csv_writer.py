"""Tables as CSV (RFC 4180): one file a table, in UTF-8, exactly what Parquet holds.

A text that a spreadsheet would run as a formula gets an apostrophe before it, and so does one that begins
with an apostrophe: to take one leading apostrophe off gives the text back as it was.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path
from typing import Any, Final, TextIO

from reports.document.instants import instant
from reports.export.tables import ColumnType, Table
from reports.wording.escaping import csv_text
from storage.exporting.reading import Rows
from storage.weeks import label


class CsvTables:
    """Writes tables to `folder`, each as NAME.csv."""

    def __init__(self, folder: Path, tables: Sequence[Table]):
        folder.mkdir()
        self._tables = {table.name: table for table in tables}
        self._files: dict[str, TextIO] = {}
        self._closing = ExitStack()
        for table in tables:
            file = (folder / f"{table.name}.csv").open("x", encoding="utf-8", newline="")
            self._files[table.name] = self._closing.enter_context(file)
            csv.writer(file).writerow([column.name for column in table.all_columns])

    def write(self, rows: Rows) -> None:
        """Append some rows of a table."""
        table = self._tables[rows.table]
        columns = [map(_TEXT[column.type], rows.columns[column.name]) for column in table.columns]
        week = [] if rows.week is None else [repeat(label(rows.week), rows.count)]
        csv.writer(self._files[rows.table]).writerows(zip(*week, *columns, strict=True))

    def close(self) -> None:
        """Finish the files; all are closed, even if that fails for one."""
        self._closing.close()


def _optional(written: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "" if value is None else written(value)


_TEXT: Final[Mapping[ColumnType, Callable[[Any], str]]] = {
    "integer": _optional(str),
    "number": _optional(lambda value: repr(float(value))),
    "string": _optional(csv_text),
    "boolean": _optional(lambda value: "true" if value else "false"),
    "datetime": lambda moment: instant(moment) or "",
    "array": _optional(lambda values: json.dumps(list(values), ensure_ascii=False)),
}
