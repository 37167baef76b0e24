"""The rows that looks bring: numbered as they are found, inserted by one statement a table.

A statement for each row takes ten times as long to make as SQLite takes to run it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import Connection, Table, func, select

from storage.engines.opening import insert_values
from storage.json_columns import json_text
from storage.recording.tagging_rows import TaggingRows
from storage.records import FetchState, Listing, PostingRecord
from storage.short_forms import said_text
from storage.tables import (
    Base,
    Board,
    Cell,
    Company,
    Fetch,
    Gap,
    Posting,
    Sighting,
    Spell,
    Tag,
    Tagging,
    Unit,
    Version,
)

_TABLES = (Company, Board, Unit, Fetch, Posting, Version, Tagging, Tag, Spell, Gap, Cell, Sighting)
"""Each behind those that it refers to."""
_NUMBERED = (Company, Board, Unit, Fetch, Posting, Version, Tagging, Spell, Gap)
_LAST = select(*(select(func.max(of.id)).scalar_subquery() for of in _NUMBERED))


class NewRows:
    """Rows that the looks of a transaction bring; they are stored once `write` was called.

    All rows of these tables are numbered here: in a transaction of ours nobody else adds any.
    """

    def __init__(self, connection: Connection):
        self.connection = connection
        self._values: dict[type[Base], list[Any]] = {of: [] for of in _TABLES}
        """Of the rows of a table, one row behind the other: none is made, kept and taken apart again."""
        last = connection.execute(_LAST).one()
        self._numbers = {of: count((id or 0) + 1) for of, id in zip(_NUMBERED, last, strict=True)}

    def add_company(self, key: str, name: str) -> int:
        """Return the id of a new company."""
        return self._add(Company, key, name)

    def number(self, of: type[Base]) -> int:
        """Return the id of a new row, which is stored otherwise, or added later (`add_board`)."""
        return next(self._numbers[of])

    def add_board(self, number: int, listing: Listing, scope: str, memory: Mapping[str, Any] | None) -> None:
        """Add a new board by its id; it is in its first epoch."""
        self._values[Board] += (
            number,
            listing.family,
            listing.key,
            listing.company,
            listing.market,
            listing.multi_employer,
            0,
            scope,
            listing.industry,
            listing.credit,
            json_text(memory) if memory else None,
        )

    def add_fetch(
        self,
        run: int,
        board: int,
        listing: Listing,
        week: date,
        *,
        state: FetchState,
        reason: str,
        epoch: int,
        late: bool,
        ids: bytes | None,
    ) -> int:
        """Return the id of a new look, in the state that it is taken for."""
        return self._add(
            Fetch,
            run,
            board,
            listing.observed_at,
            week,
            state,
            reason,
            listing.scope,
            epoch,
            None,
            late,
            listing.listed,
            listing.kept,
            listing.rejected,
            listing.pages,
            listing.digest,
            ids,
            False,
            json_text(dict(listing.fills)) if listing.fills else None,
        )

    def add_unit(self, board: int, company: int) -> int:
        """Return the id of a new unit, which is in its first epoch."""
        return self._add(Unit, board, company, 0)

    def add_posting(self, family: str, posting: PostingRecord, unit: int, company: int, vacancy: str) -> int:
        """Return the id of a new posting."""
        return self._add(
            Posting,
            family,
            posting.native_id,
            unit,
            company,
            vacancy,
            posting.url,
            posting.market,
            posting.posted_at,
            posting.record_hash,
            posting.address,
            posting.signature,
        )

    def add_version(self, posting_id: int, posting: PostingRecord, at: datetime) -> int:
        """Return the id of a new version that is in force from `at`."""
        return self._add(
            Version,
            posting_id,
            at,
            posting.content_hash,
            posting.title,
            posting.text,
            posting.salary_raw,
            posting.experience_raw,
            posting.education_raw,
            list_text(posting.places),
            list_text(posting.countries),
            _object_text(posting.structured),
            posting.text_key,
            None,
        )

    def add_tagging(
        self, version: int, taxonomy: int, rows: TaggingRows, origin: str, tagged_at: datetime | None
    ) -> None:
        """Add what a taxonomy understood of a version, which it has not tagged yet.

        `origin` is what posting and version say themselves (short_forms.origin_text).
        """
        values, understood, tags = rows
        said = said_text(origin, understood)
        number = self._add(Tagging, version, taxonomy, *values, said, tagged_at)
        of_tags = self._values[Tag]
        for tag in tags:
            of_tags.append(number)
            of_tags += tag

    def add_spell(
        self,
        posting: int,
        kind: str,
        opened_at: datetime,
        last_seen_at: datetime,
        missed_at: datetime | None,
        confirmed_at: datetime | None,
        reason: str,
    ) -> int:
        """Return the id of a new spell."""
        return self._add(Spell, posting, kind, opened_at, last_seen_at, missed_at, confirmed_at, reason)

    def add_gap(
        self,
        spell: int,
        last_seen_at: datetime,
        missed_at: datetime | None,
        confirmed_at: datetime | None,
        back_at: datetime,
    ) -> None:
        """Add an absence within a spell."""
        self._add(Gap, spell, last_seen_at, missed_at, confirmed_at, back_at)

    def add_cell(self, fetch: int, unit: int, epoch: int, state: str, listed: int) -> None:
        """Add what a look is for a unit."""
        self._values[Cell] += (fetch, unit, epoch, state, None, listed)

    def add_sighting(self, fetch: int, spell: int) -> None:
        """Add that a look which is not complete saw a posting."""
        self._values[Sighting] += (fetch, spell)

    def _add(self, of: type[Base], *values: Any) -> int:
        number = next(self._numbers[of])
        present = self._values[of]
        present.append(number)
        present += values
        return number

    def write(self) -> None:
        """Insert the rows."""
        for of, values in self._values.items():
            if values:
                table = of.__table__
                assert isinstance(table, Table)
                insert_values(self.connection, table, values)
                values.clear()


@lru_cache(maxsize=4096)
def list_text(values: tuple[str, ...]) -> str:
    """Return places or countries, of which the same come again and again, as the text of their column."""
    return json_text(values)


def _object_text(value: Mapping[str, Any]) -> str:
    return json_text(value) if value else "{}"
