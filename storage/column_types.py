"""Types of columns that need care (instants, texts in one order, missing JSON), and of rows of them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Row, Text, TypeDecorator

AnyRow = Row[*tuple[Any, ...]]
"""A row of a result; its columns are those of the statement just above its use."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; a naive value is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; store UTC (SQLite has no zones, so the zone is dropped there)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r} offered to the store")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is ordered by its bytes, as SQLite does it: every database gives the same order."""

OBJECT = JSON(none_as_null=True)
"""An object of JSON; none is NULL, not the word of JSON for it."""
