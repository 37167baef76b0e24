"""Writing an export: rows in as the store gives them, files out, and never many of them at once."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, Protocol

from reports.errors import ReportError
from reports.export.csv_writer import CsvTables
from reports.export.folder import replaced
from reports.export.package import DESCRIPTOR, README, descriptor, files_of, readme, to_json
from reports.export.tables import Table, exported
from storage.exporting.reading import Export, Rows

Format = Literal["parquet", "csv", "both"]


class Writer(Protocol):
    """What writes tables in one format."""

    def write(self, rows: Rows) -> None:
        """Append some rows of a table."""

    def close(self) -> None:
        """Finish the files."""


def write_export(
    export: Export,
    folder: Path,
    format: Format,
    arguments: Mapping[str, Any],
    on_postings: Callable[[int], object] = lambda count: None,
) -> str:
    """Write what the store gives to `folder`, in place of an earlier export; return a sentence about it.

    `arguments` are the options that it was asked for with; those that are None were not given. The same store
    and the same arguments give the same bytes (Parquet: with the same version of pyarrow, which it names).
    Raises ReportError, and leaves an earlier export as it was, if the folder holds anything else or cannot be
    written, or without pyarrow.
    """
    tables = exported(export.texts)
    counts = dict.fromkeys((table.name for table in tables), 0)
    with replaced(folder) as work:
        with ExitStack() as stack:
            writers = _writers(work, format, tables)
            for writer in writers:
                stack.callback(writer.close)
            for rows in export.rows:
                counts[rows.table] += rows.count
                for writer in writers:
                    writer.write(rows)
                if rows.table == "postings":
                    on_postings(rows.count)
        package = descriptor(export, tables, work, arguments)
        (work / README).write_text(readme(export, tables), encoding="utf-8")
        (work / DESCRIPTOR).write_text(to_json(package), encoding="utf-8")
    size = sum((folder / path).stat().st_size for path in files_of(package))
    told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    return f"wrote {folder}, rows of {told}; {size / 1e6:,.1f} MB"


def _writers(work: Path, format: Format, tables: Sequence[Table]) -> list[Writer]:
    writers: list[Writer] = []
    if format != "csv":
        try:
            from reports.export.parquet_writer import ParquetTables
        except ModuleNotFoundError:
            raise ReportError(
                "Parquet needs pyarrow: pip install 'pmtrend[parquet]', or ask for --format csv"
            ) from None
        writers.append(ParquetTables(work / "parquet", tables))
    if format != "parquet":
        writers.append(CsvTables(work / "csv", tables))
    return writers
