"""New postings and versions of one look: numbered as they are found, inserted by one statement a table.

A statement for each row takes ten times as long to make as SQLite takes to run it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from storage.records import PostingRecord
from storage.tables import Base, Posting, Version


def next_number(connection: Connection, of: type[Base]) -> int:
    """Return the number of the next row of a table whose rows are all numbered by us.

    In a transaction of ours nobody else adds any.
    """
    table = of.__table__
    return (connection.scalar(select(func.max(table.c.id))) or 0) + 1


class NewRows:
    """Rows that a look brings; they are in the store once `write` was called."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._rows: dict[type[Base], list[dict[str, Any]]] = {Posting: [], Version: []}
        self._next: dict[type[Base], int] = {}

    def add_posting(self, family: str, posting: PostingRecord, unit: int, company: int, vacancy: str) -> int:
        """Return the id of a new posting."""
        return self._add(
            Posting,
            family=family,
            native_id=posting.native_id,
            unit_id=unit,
            company_id=company,
            vacancy=vacancy,
            url=posting.url,
            market=posting.market,
            posted_at=posting.posted_at,
            record_hash=posting.record_hash,
            address=posting.address,
            signature=posting.signature,
        )

    def add_version(self, posting_id: int, posting: PostingRecord, at: datetime) -> int:
        """Return the id of a new version that is in force from `at`."""
        return self._add(
            Version,
            posting_id=posting_id,
            first_seen_at=at,
            content_hash=posting.content_hash,
            title=posting.title,
            text=posting.text,
            salary_raw=posting.salary_raw,
            experience_raw=posting.experience_raw,
            education_raw=posting.education_raw,
            places=list(posting.places),
            countries=list(posting.countries),
            structured=posting.structured,
            text_key=posting.text_key,
        )

    def _add(self, of: type[Base], **values: object) -> int:
        if of not in self._next:
            self._next[of] = next_number(self._connection, of)
        number = self._next[of]
        self._next[of] += 1
        self._rows[of].append({"id": number, **values})
        return number

    def write(self) -> None:
        """Insert the rows."""
        for of, rows in self._rows.items():
            if rows:
                self._connection.execute(insert(of), rows)
                rows.clear()
