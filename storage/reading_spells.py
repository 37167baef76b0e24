"""Reading spells, set back to what they looked like at the cut."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.contents import chunks
from storage.records import Spell
from storage.repeats import extended
from storage.tables import Cell as CellRow
from storage.tables import Fetch as FetchRow
from storage.tables import Gap as GapRow
from storage.tables import Posting as PostingRow
from storage.tables import Sighting as SightingRow
from storage.tables import Spell as SpellRow
from storage.tables import Unit as UnitRow

_Row = Any
"""A result row; its columns are those of the statement just above its use."""


def read_spells(connection: Connection, start: datetime, cut: datetime) -> list[Spell]:
    rows = connection.execute(
        select(
            SpellRow.id,
            SpellRow.posting_id,
            PostingRow.unit_id,
            UnitRow.board_id,
            SpellRow.kind,
            SpellRow.opened_at,
            SpellRow.last_seen_at,
            SpellRow.missed_at,
            SpellRow.confirmed_at,
            SpellRow.reason,
        )
        .join(PostingRow, PostingRow.id == SpellRow.posting_id)
        .join(UnitRow, UnitRow.id == PostingRow.unit_id)
        .where(SpellRow.opened_at <= cut)
        .where(
            (SpellRow.last_seen_at >= start) | (SpellRow.missed_at >= start) | SpellRow.missed_at.is_(None)
        )
        .order_by(SpellRow.posting_id, SpellRow.opened_at)
    ).all()
    moved = [row.id for row in rows if row.last_seen_at > cut]
    gaps = _gaps(connection, moved)
    seen = _last_sightings(connection, moved, cut)
    complete = _complete_looks(connection, cut) if moved else {}
    unchanged = extended(connection, cut)
    spells = []
    for row in rows:
        last_seen, missed, confirmed = row.last_seen_at, row.missed_at, row.confirmed_at
        if row.board_id in unchanged and missed is None:
            since, until = unchanged[row.board_id]
            last_seen = until if since <= last_seen < until else last_seen
        if last_seen < start and (missed is None or missed < start):
            continue
        if last_seen > cut:
            last_seen, missed, confirmed = _set_back(row, gaps, seen, complete, cut)
        if missed is not None and missed > cut:
            missed, confirmed = None, None
        known = confirmed is not None and confirmed <= cut
        # A gap that ended is no closure of the spell, so its reason is empty and stays so.
        reason = row.reason if known and row.confirmed_at == confirmed else "gone" if known else ""
        spells.append(
            Spell(
                row.posting_id,
                row.unit_id,
                row.kind,
                row.opened_at,
                last_seen,
                missed,
                reason == "gone",
                reason,
            )
        )
    return spells


def _set_back(
    row: _Row,
    gaps: Mapping[int, Sequence[_Row]],
    seen: Mapping[int, datetime],
    complete: Mapping[int, Sequence[datetime]],
    cut: datetime,
) -> tuple[datetime, datetime | None, datetime | None]:
    """What was known at the cut of a spell that was seen again after it."""
    for gap in gaps.get(row.id, ()):
        if gap.last_seen_at <= cut < gap.back_at:
            missed = gap.missed_at if gap.missed_at <= cut else None
            return gap.last_seen_at, missed, gap.confirmed_at
    looks = complete.get(row.unit_id, ())
    position = bisect_right(looks, cut)
    last_look = looks[position - 1] if position else row.opened_at
    return max(row.opened_at, last_look, seen.get(row.id, row.opened_at)), None, None


def _gaps(connection: Connection, spells: Iterable[int]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for ids in chunks(spells):
        for row in connection.execute(
            select(
                GapRow.spell_id, GapRow.last_seen_at, GapRow.missed_at, GapRow.confirmed_at, GapRow.back_at
            )
            .where(GapRow.spell_id.in_(ids))
            .order_by(GapRow.back_at)
        ):
            found[row.spell_id].append(row)
    return found


def _last_sightings(connection: Connection, spells: Iterable[int], cut: datetime) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for ids in chunks(spells):
        for spell, at in connection.execute(
            select(SightingRow.spell_id, FetchRow.observed_at)
            .join(FetchRow, FetchRow.id == SightingRow.fetch_id)
            .where(SightingRow.spell_id.in_(ids), FetchRow.observed_at <= cut)
            .order_by(FetchRow.observed_at)
        ):
            found[spell] = at
    return found


def _complete_looks(connection: Connection, cut: datetime) -> dict[int, list[datetime]]:
    """Unit -> instants of the complete looks up to the cut, in order."""
    found: dict[int, list[datetime]] = defaultdict(list)
    for unit, at in connection.execute(
        select(CellRow.unit_id, FetchRow.observed_at)
        .join(FetchRow, FetchRow.id == CellRow.fetch_id)
        .where(CellRow.state == "complete", FetchRow.observed_at <= cut)
        .order_by(FetchRow.observed_at)
    ):
        found[unit].append(at)
    return found
