"""Reading the spells of a window, set back to what they looked like at the cut, with whose they are."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, case, func, select

from storage.chunking import chunks
from storage.column_types import AnyRow
from storage.reading.columns import (
    NEVER,
    SPELL_KINDS,
    SPELL_REASONS,
    Bools,
    Ints,
    Spells,
    microseconds,
    moment,
)
from storage.reading.edits import known_at
from storage.reading.packing import packed_columns
from storage.reading.posting_columns import ROLE_CLASSES
from storage.reading.selecting import code_of, columns
from storage.reading.twins import Readers
from storage.recording.repeats import extended
from storage.tables import Cell as CellRow
from storage.tables import Fetch as FetchRow
from storage.tables import Gap as GapRow
from storage.tables import Posting as PostingRow
from storage.tables import Sighting as SightingRow
from storage.tables import Spell as SpellRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Unit as UnitRow
from storage.tables import Version as VersionRow

_State = tuple[datetime, datetime | None, bool]
"""Of a spell at the cut: last_seen_at, missed_at, and whether it was known to be gone."""
_CODES = (len(SPELL_KINDS), len(SPELL_REASONS), len(ROLE_CLASSES) + 1)
"""How many codes there are of a spell's kind and reason, and of its posting's role (the last: of none)."""
_OPEN, _GONE = SPELL_REASONS.index(""), SPELL_REASONS.index("gone")


@dataclass(frozen=True, slots=True)
class Owners:
    """The postings of spells, by id: see posting_columns.py. `tagging` is that of the version of the cut
    under the taxonomy in force, -1 if it has none."""

    id: Ints
    unit: Ints
    company: Ints
    vacancy: Ints
    posted_at: Ints
    tagging: Ints
    role: Ints

    def only(self, kept: Bools) -> "Owners":
        """Return those of the postings that are kept."""
        return Owners(*(getattr(self, field.name)[kept] for field in fields(self)))


class Looks:
    """What the looks up to a cut tell of spells; read once, when first asked for, however many spells are."""

    def __init__(self, connection: Connection, cut: datetime):
        self.connection, self.cut = connection, cut

    @cached_property
    def unchanged(self) -> list[tuple[int, int, int]]:
        """Unit, since, until (microseconds): what it listed at `since` it listed until `until`, in order."""
        found = extended(self.connection, self.cut)
        return [
            (unit, microseconds(found[board][0]), microseconds(found[board][1]))
            for unit, board in self.connection.execute(
                select(UnitRow.id, UnitRow.board_id).order_by(UnitRow.id)
            )
            if board in found
        ]

    @cached_property
    def complete(self) -> dict[int, list[datetime]]:
        """Unit -> instants of its complete looks, in order."""
        found: dict[int, list[datetime]] = defaultdict(list)
        for unit, look in self.connection.execute(
            select(CellRow.unit_id, FetchRow.observed_at)
            .join(FetchRow, FetchRow.id == CellRow.fetch_id)
            .where(CellRow.state == "complete", FetchRow.observed_at <= self.cut)
            .order_by(FetchRow.observed_at)
        ):
            found[unit].append(look)
        return found


def read_spells(
    looks: Looks, start: datetime, until: datetime, taxonomy: int, among: Sequence[int]
) -> tuple[Spells, Owners]:
    """Return the spells of the postings `among` (ids, no more than fit into one IN clause) as `spells_then`.

    Those that opened before `until` and reach into the time from `start`; `taxonomy` is the number of the
    taxonomy in force.
    """
    statement = _spells_with_owners(start, until, looks.cut, taxonomy)
    rows = columns(looks.connection, statement.where(SpellRow.posting_id.in_(among)))
    return spells_then(looks, start, rows)


def read_spell_rows(
    readers: Readers, start: datetime, until: datetime, cut: datetime, taxonomy: int
) -> dict[str, Ints]:
    """Return the rows of all such spells for `spells_then`, as they are stored."""
    statement = partial(_spells_with_owners, start, until, cut, taxonomy)
    if readers.connection.dialect.name == "sqlite":
        return packed_columns(readers, statement)
    return columns(readers.connection, statement())


def spells_then(looks: Looks, start: datetime, rows: dict[str, Ints]) -> tuple[Spells, Owners]:
    """Return the spells of these rows that reach into the time from `start`, as known at the cut, and whose
    they are. The rows are used up.
    """
    seen, missed = rows["last_seen_at"], rows["missed_at"]
    kind, reason, role = (of.astype(np.int8) for of in np.unravel_index(rows.pop("codes"), _CODES))
    first, latest = microseconds(start), microseconds(looks.cut)
    moved = np.flatnonzero(seen > latest)
    _extend(looks.unchanged, rows)
    order = np.flatnonzero((seen >= first) | (missed >= first))
    for row, (last, miss, gone) in _set_back(looks, rows, moved).items():
        # A gap that ended is no closure of the spell, so its reason is empty and stays so.
        seen[row], missed[row], reason[row] = microseconds(last), microseconds(miss), _GONE if gone else _OPEN
    later = missed > latest
    missed[later], reason[later] = NEVER, _OPEN
    del rows["spell"], later
    order = order[np.lexsort((rows["opened_at"][order], rows["posting_id"][order]))]
    spells = Spells(
        posting=rows["posting_id"][order],
        unit=rows["unit_id"][order],
        kind=kind[order],
        opened_at=rows.pop("opened_at")[order],
        last_seen_at=rows.pop("last_seen_at")[order],
        missed_at=rows.pop("missed_at")[order],
        closed=reason[order] == _GONE,
        reason=reason[order],
    )
    one = order[np.append(np.diff(spells.posting) != 0, True)[: len(order)]]  # a spell of each posting
    id, vacancy = rows.pop("posting_id")[one], rows.pop("vacancy")[one]
    return spells, Owners(
        id=id,
        unit=rows.pop("unit_id")[one],
        company=rows.pop("company_id")[one],
        vacancy=np.where(vacancy == hash(""), ~id, vacancy),  # a posting without one is one of its own
        posted_at=rows.pop("posted_at")[one],
        tagging=rows.pop("tagging")[one],
        role=role[one],
    )


def _spells_with_owners(
    start: datetime, until: datetime, cut: datetime, taxonomy: int
) -> Select[*tuple[Any, ...]]:
    """Spells with their postings and taggings: one statement, since what costs is to go through the rows."""
    version = (
        select(VersionRow.id)
        .where(VersionRow.posting_id == SpellRow.posting_id, VersionRow.first_seen_at <= cut)
        .order_by(VersionRow.first_seen_at.desc(), VersionRow.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    reaching = (SpellRow.last_seen_at >= start) | (SpellRow.missed_at >= start) | SpellRow.missed_at.is_(None)
    # "+ 0": SQLite would take the unique index for these two columns, and go from there to each row;
    # ix_taggings_role has what is asked.
    in_force = (TaggingRow.version_id == version) & (TaggingRow.taxonomy_id + 0 == taxonomy) & known_at(cut)
    # One number for three, as writing a number costs more than reckoning it.
    reason = case((SpellRow.confirmed_at <= cut, code_of(SpellRow.reason, SPELL_REASONS)), else_=_OPEN)
    role = func.coalesce(code_of(TaggingRow.role, ROLE_CLASSES), len(ROLE_CLASSES))
    codes = (code_of(SpellRow.kind, SPELL_KINDS) * _CODES[1] + reason) * _CODES[2] + role
    return (
        select(
            SpellRow.id.label("spell"),
            SpellRow.posting_id,
            SpellRow.opened_at,
            SpellRow.last_seen_at,
            SpellRow.missed_at,
            PostingRow.unit_id,
            PostingRow.company_id,
            PostingRow.vacancy,
            PostingRow.posted_at,
            TaggingRow.id.label("tagging"),
            codes.label("codes"),
        )
        .select_from(SpellRow)
        .join(PostingRow, PostingRow.id == SpellRow.posting_id)
        .outerjoin(TaggingRow, in_force)
        .where(SpellRow.opened_at <= cut, SpellRow.opened_at < until, reaching)
    )


def _extend(bounds: list[tuple[int, int, int]], rows: Mapping[str, Ints]) -> None:
    """Let what an unchanged look found listed be seen by it."""
    if not bounds:
        return
    unit, since, until = np.array(bounds, dtype=np.int64).T
    seen, missed = rows["last_seen_at"], rows["missed_at"]
    place = np.minimum(np.searchsorted(unit, rows["unit_id"]), len(unit) - 1)
    again = (
        (unit[place] == rows["unit_id"]) & (missed == NEVER) & (since[place] <= seen) & (seen < until[place])
    )
    seen[again] = until[place[again]]


def _set_back(looks: Looks, rows: Mapping[str, Ints], moved: Ints) -> dict[int, _State]:
    """Row -> what was known at the cut of the spells (rows `moved`) that were seen again after it."""
    connection, cut = looks.connection, looks.cut
    spells = rows["spell"][moved].tolist()
    gaps = _gaps(connection, spells)
    seen = _last_sightings(connection, spells, cut)
    complete = looks.complete if spells else {}
    opened, unit = rows["opened_at"][moved].tolist(), rows["unit_id"][moved].tolist()
    found: dict[int, _State] = {}
    for row, spell, begun, of in zip(moved.tolist(), spells, map(moment, opened), unit, strict=True):
        last_look = _last_look(complete.get(of, ()), cut, begun)
        since = max(begun, last_look, seen.get(spell, begun))
        found[row] = _during_gap(gaps.get(spell, ()), cut) or (since, None, False)
    return found


def _during_gap(gaps: Sequence[AnyRow], cut: datetime) -> _State | None:
    for gap in gaps:
        if gap.last_seen_at <= cut < gap.back_at:
            gone = gap.confirmed_at is not None and gap.confirmed_at <= cut
            return gap.last_seen_at, gap.missed_at if gap.missed_at <= cut else None, gone
    return None


def _last_look(looks: Sequence[datetime], cut: datetime, default: datetime) -> datetime:
    position = bisect_right(looks, cut)
    return looks[position - 1] if position else default


def _gaps(connection: Connection, spells: Iterable[int]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = defaultdict(list)
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
        for spell, seen in connection.execute(
            select(SightingRow.spell_id, FetchRow.observed_at)
            .join(FetchRow, FetchRow.id == SightingRow.fetch_id)
            .where(SightingRow.spell_id.in_(ids), FetchRow.observed_at <= cut)
            .order_by(FetchRow.observed_at)
        ):
            found[spell] = seen
    return found
