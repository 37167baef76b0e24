"""Tables as Parquet, partitioned by week as Hive does it. Only this file knows pyarrow (extra `parquet`)."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from reports.export.tables import WEEK, ColumnType, Table
from storage.exporting.reading import Rows
from storage.weeks import label

NO_WEEK: Final = "none"
"""The week of a weekly table without rows, which has a file so that it can be read. (Hive has a name for no
value, but pyarrow cannot tell the type of a partition that never has one.)"""
GROUP_ROWS: Final = 20_000
"""Rows of a group: few enough to wait in memory."""

_TYPES: Final[Mapping[ColumnType, pa.DataType]] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "array": pa.list_(pa.string()),
}


@dataclass(slots=True)
class _Open:
    """A file that is being written, and the rows that wait for the next group."""

    writer: pq.ParquetWriter
    partition: str
    waiting: list[pa.RecordBatch] = field(default_factory=list)
    rows: int = 0

    def flush(self) -> None:
        if self.rows:
            self.writer.write_table(pa.Table.from_batches(self.waiting), row_group_size=self.rows)
        self.waiting, self.rows = [], 0

    def close(self) -> None:
        self.flush()
        self.writer.close()


class ParquetTables:
    """Writes tables to `folder`: NAME/part-0.parquet, of weekly ones NAME/week=2026-W47/part-0.parquet."""

    def __init__(self, folder: Path, tables: Sequence[Table]):
        folder.mkdir()
        self._folder = folder
        self._schemas = {table.name: _schema(table) for table in tables}
        self._weekly = {table.name for table in tables if table.weekly}
        self._open: dict[str, _Open] = {}

    def write(self, rows: Rows) -> None:
        """Append some rows of a table; the weeks of a table must come in their order."""
        if not rows.count:
            return
        file = self._file(rows.table, "" if rows.week is None else label(rows.week))
        schema = self._schemas[rows.table]
        values = [pa.array(rows.columns[column.name], type=column.type) for column in schema]
        file.waiting.append(pa.RecordBatch.from_arrays(values, schema=schema))
        file.rows += rows.count
        if file.rows >= GROUP_ROWS:
            file.flush()

    def close(self) -> None:
        """Finish the files; a table without rows gets an empty one."""
        with ExitStack() as stack:
            for file in self._open.values():
                stack.callback(file.close)
            for name in self._schemas.keys() - self._open.keys():
                stack.callback(self._file(name, NO_WEEK if name in self._weekly else "").close)

    def _file(self, table: str, partition: str) -> _Open:
        present = self._open.get(table)
        if present is not None and present.partition == partition:
            return present
        if present is not None:
            present.close()
        folder = self._folder / table / (f"{WEEK}={partition}" if partition else "")
        folder.mkdir(parents=True)
        writer = pq.ParquetWriter(folder / "part-0.parquet", self._schemas[table], compression="zstd")
        self._open[table] = _Open(writer, partition)
        return self._open[table]


def _schema(table: Table) -> pa.Schema:
    """Return the columns of the files; `week` stands in the names of their folders."""
    return pa.schema(pa.field(one.name, _TYPES[one.type], nullable=not one.required) for one in table.columns)
