"""The tables of a report as pandas DataFrames, for who reckons on with them in a notebook."""

import pandas as pd

from reports.document.weekly import WeeklyReport
from reports.rendering.csv_files import flat_rows
from reports.rendering.csv_tables import TABLES


def frames(report: WeeklyReport) -> dict[str, pd.DataFrame]:
    """Return the tables of `data/` by their names without `.csv`, with the same columns and rows.

    `report` is what report.json holds. Unlike a CSV they keep what is what: a column has the type of its
    values (`Int64` if all are whole, `Float64`, `boolean`, `string`; `object` without any), what is not known
    is `NA`, and no text has an apostrophe that only keeps spreadsheets from running it.
    """
    return {
        table.name.removesuffix(".csv"): _frame(table.columns(), flat_rows(table, report)) for table in TABLES
    }


def _frame(columns: list[str], rows: list[dict[str, object]]) -> pd.DataFrame:
    values = [[row.get(name) for name in columns] for row in rows]
    return pd.DataFrame(values, columns=columns, dtype=object).convert_dtypes()
