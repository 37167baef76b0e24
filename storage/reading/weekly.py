"""Reading what weekly reports are computed from, cut at an instant.

Everything that was learned after the cut is left out, so that a report of the past can be made again:
spells are set back to what they looked like then, a suspect listing that was confirmed later is suspect
again, a text is the version of that day, a tag that of the taxonomy then in force.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, Text, case, cast, func, select

from storage.column_types import AnyRow
from storage.counted import counted
from storage.engines.upgrading import revision
from storage.reading.columns import FETCH_STATES, Bools, Cells, Ints, microseconds
from storage.reading.packing import columns_in_parts
from storage.reading.postings import read_postings
from storage.reading.selecting import ROWS
from storage.reading.spells import Looks, read_spell_rows, spells_then
from storage.reading.twins import Readers, Reading
from storage.records import (
    IMPORT,
    Break,
    Facts,
    FetchFact,
    TaxonomyRecord,
    TaxonomyTag,
    Unit,
)
from storage.tables import Board as BoardRow
from storage.tables import Break as BreakRow
from storage.tables import Cell as CellRow
from storage.tables import Company as CompanyRow
from storage.tables import Fetch as FetchRow
from storage.tables import Run as RunRow
from storage.tables import Taxonomy as TaxonomyRow
from storage.tables import Unit as UnitRow
from storage.weeks import week_of

_ACCEPTED, _COMPLETE = 1, 2
"""Codes of a cell's state that is usable: a suspect one was confirmed, or it was complete at once."""


def read_facts(
    readers: Readers,
    reading: Reading,
    zone: str,
    first_week: date,
    until: datetime,
    as_of: datetime | None,
    details_from: date | None,
    looks: bool,
) -> Facts:
    """Return the facts of the weeks from `first_week` up to the instant `until`, as known at `as_of`.

    Without `as_of` that is all that is known, and at least until `until`. The facts' own `as_of` is the last
    instant before that at which anything was learned, so that all cuts at which the same was known give the
    same facts. What postings say is read of those listed in the week `details_from` or later (None: of all);
    `reading` opens a connection for their titles and addresses, which are read when they are asked for.
    Facts.fetches is left empty without `looks`.
    """
    connection = readers.connection
    start = midnight(first_week, zone)
    newest = connection.scalar(select(func.max(FetchRow.observed_at)))
    cut = as_of or max(newest or until, until)
    data_cut = connection.scalar(select(func.max(FetchRow.observed_at)).where(FetchRow.observed_at <= cut))
    units = read_units(connection)
    taxonomy_row = taxonomy_in_force(connection, cut)
    in_force = taxonomy_row.id if taxonomy_row is not None else 0
    rows = read_spell_rows(readers, start, until, cut, in_force)
    (fetches, (spells, owners)), cells = readers.both(
        lambda here: (
            tuple(read_fetches(here, start, cut)) if looks else (),
            spells_then(Looks(here, cut), start, rows),
        ),
        partial(read_cells, start=start, cut=cut),
    )
    lately = spells.posting
    if details_from is not None:
        lately = lately[spells.last_seen_at >= microseconds(midnight(details_from, zone))]
    postings, mixed = read_postings(readers, owners, lately, cut, in_force, reading)
    breaks = _breaks(connection, zone, cut)
    if mixed and taxonomy_row is not None:
        others = counted(mixed, "posting")
        note = f"tagged with another taxonomy than {taxonomy_row.version}: {others}; run retag"
        week = week_of(taxonomy_row.in_force_from, zone)
        breaks.append(Break("*", None, week, "taxonomy", note))
    return Facts(
        zone=zone,
        as_of=last_learned(data_cut, taxonomy_row, cut),
        data_cut=data_cut,
        units=units,
        cells=cells,
        spells=spells,
        postings=postings,
        fetches=fetches,
        breaks=tuple(breaks),
        taxonomy=taxonomy_record(taxonomy_row),
        schema=revision(connection),
        notices=read_notices(connection, cut),
    )


def midnight(day: date, zone: str) -> datetime:
    """Return the first instant of the day in the zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def last_learned(data_cut: datetime | None, taxonomy: AnyRow | None, cut: datetime) -> datetime:
    """Return the last instant up to the cut at which anything was learned; the cut if nothing was."""
    begun = taxonomy.in_force_from if taxonomy else None
    return max((one for one in (data_cut, begun) if one and one <= cut), default=cut)


def read_units(connection: Connection) -> dict[int, Unit]:
    """Return all panel units by id."""
    rows = connection.execute(
        select(
            UnitRow.id,
            CompanyRow.name.label("employer"),
            BoardRow.name.label("board_name"),
            BoardRow.family,
            BoardRow.key,
            BoardRow.market,
            BoardRow.multi_employer,
            BoardRow.industry,
            BoardRow.credit,
        )
        .join(BoardRow, BoardRow.id == UnitRow.board_id)
        .join(CompanyRow, CompanyRow.id == UnitRow.company_id)
        .order_by(UnitRow.id)
    )
    return {
        row.id: Unit(
            row.id,
            row.employer if row.multi_employer else row.board_name,
            row.key if row.family == IMPORT else row.family,
            f"{row.family}:{row.key}",
            row.market,
            row.multi_employer,
            row.industry,
            row.credit,
        )
        for row in rows
    }


def read_cells(connection: Connection, start: datetime, cut: datetime) -> Cells:
    """Return the cells from `start` up to the cut, in the order of their looks, as known at the cut."""
    looks = columns_in_parts(
        connection,
        select(FetchRow.id, FetchRow.observed_at, FetchRow.week).where(FetchRow.observed_at <= cut),
    )
    state = case((CellRow.state == "complete", _COMPLETE), (CellRow.accepted_at <= cut, _ACCEPTED), else_=0)
    cells = columns_in_parts(
        connection,
        select(CellRow.fetch_id, CellRow.unit_id, CellRow.epoch, state.label("state"), CellRow.listed),
    )
    last = max(int(of.max(initial=0)) for of in (looks["id"], cells["fetch_id"]))
    place = np.full(last + 1, -1)
    place[looks["id"]] = np.arange(len(looks["id"]))
    look = place[cells["fetch_id"]]
    known = np.flatnonzero(look >= 0)
    by_time = (cells["unit_id"][known], cells["fetch_id"][known], looks["observed_at"][look[known]])
    known = known[np.lexsort(by_time)]
    observed_at, week = (looks[name][look[known]] for name in ("observed_at", "week"))
    rows = {name: of[known] for name, of in cells.items()}
    unit, usable = rows["unit_id"], rows["state"] > 0
    begun = np.flatnonzero(usable)
    series = unit * (int(rows["epoch"].max(initial=0)) + 1) + rows["epoch"]
    first = np.zeros(len(unit), dtype=bool)
    first[begun[np.unique(series[begun], return_index=True)[1]]] = True
    states = np.array([FETCH_STATES.index(name) for name in ("suspect", "complete")], dtype=np.int8)
    return Cells(
        unit=unit,
        epoch=_believed_epochs(unit, rows["epoch"], usable),
        observed_at=observed_at,
        week=week,
        state=states[(rows["state"] == _COMPLETE).astype(np.int8)],
        usable=usable,
        first=first,
        listed=rows["listed"],
    ).only(observed_at >= microseconds(start))


def _believed_epochs(unit: Ints, epoch: Ints, usable: Bools) -> Ints:
    """Return each cell's epoch; a look that is not (yet) believed belongs to the series as it was before."""
    order = np.argsort(unit, kind="stable")
    last = np.maximum.accumulate(np.where(usable[order], np.arange(len(unit)), -1))
    begins = np.searchsorted(unit[order], unit[order])  # the place of the unit's first cell
    found = np.empty_like(epoch)
    found[order] = np.where(last >= begins, epoch[order][last], 0)
    return found


def taxonomy_in_force(connection: Connection, cut: datetime) -> AnyRow | None:
    """Return the row of the newest taxonomy that was in use at the cut, else of the oldest."""
    columns = select(*TaxonomyRow.__table__.columns)
    newest = columns.where(TaxonomyRow.in_force_from <= cut).order_by(
        TaxonomyRow.in_force_from.desc(), TaxonomyRow.id.desc()
    )
    oldest = columns.order_by(TaxonomyRow.in_force_from, TaxonomyRow.id)
    return connection.execute(newest.limit(1)).first() or connection.execute(oldest.limit(1)).first()


def taxonomy_record(row: AnyRow | None) -> TaxonomyRecord | None:
    """Return the taxonomy of a row of its table."""
    if row is None:
        return None
    tags = tuple(
        TaxonomyTag(tag["id"], tag["en"], tag["zh"], tag["era"], tuple(tag["groups"]), tuple(tag["chain"]))
        for tag in row.body
    )
    return TaxonomyRecord(row.version, row.sha256, tags)


# ------------------------------------------------------------------ runs and breaks


def read_fetches(connection: Connection, start: datetime, cut: datetime) -> Iterator[FetchFact]:
    """Yield the looks from `start` up to the cut in their order, without those that only extend history."""
    named = connection.execute(select(BoardRow.id, BoardRow.family, BoardRow.key, BoardRow.name))
    boards = {
        id: (f"{family}:{key}", name, key if family == IMPORT else family) for id, family, key, name in named
    }
    rows = connection.execute(
        select(*(getattr(FetchRow, name) for name in _OF_FETCH), cast(FetchRow.fills, Text))
        .join(BoardRow, BoardRow.id == FetchRow.board_id)
        .where(FetchRow.observed_at >= start, FetchRow.observed_at <= cut, ~FetchRow.late)
        .order_by(FetchRow.observed_at, BoardRow.family, BoardRow.key, FetchRow.id),
        execution_options={"yield_per": ROWS},
    )
    current: dict[int, int] = {}
    same: dict[Any, Any] = {}  # equal values are kept once
    for (
        board,
        epoch,
        accepted_at,
        observed_at,
        week,
        state,
        reason,
        listed,
        kept,
        rejected,
        pages,
        fills,
    ) in rows:
        accepted = accepted_at is not None and accepted_at <= cut
        if state == "complete" or accepted:
            current[board] = epoch
        if fills not in same:
            same[fills] = json.loads(fills or "null") or {}
        yield FetchFact(
            *boards[board],
            observed_at,
            same.setdefault(week, week),
            same.setdefault(state, state),
            same.setdefault(reason, reason),
            listed,
            kept,
            rejected,
            pages,
            accepted,
            # A look that is not (yet) believed belongs to the series as it was before.
            current.get(board, 0) if accepted_at and not accepted else epoch,
            same[fills],
        )


_OF_FETCH = (
    *("board_id", "epoch", "accepted_at", "observed_at", "week", "state", "reason"),
    *("listed", "kept", "rejected", "pages"),
)


def _breaks(connection: Connection, zone: str, cut: datetime) -> list[Break]:
    rows = connection.execute(
        select(
            BreakRow.at,
            BreakRow.reason,
            BreakRow.note,
            BreakRow.unit_id,
            BoardRow.family,
            BoardRow.key,
            BoardRow.multi_employer,
            CompanyRow.name,
        )
        .join(BoardRow, BoardRow.id == BreakRow.board_id)
        .outerjoin(UnitRow, UnitRow.id == BreakRow.unit_id)
        .outerjoin(CompanyRow, CompanyRow.id == UnitRow.company_id)
        .where(BreakRow.known_at <= cut)
        .order_by(BreakRow.at, BoardRow.family, BoardRow.key, BreakRow.id)
    )
    breaks = []
    for row in rows:
        imported = row.family == IMPORT
        # A board of one employer is the unit; a source of several breaks as a whole or for one employer.
        unit = row.name if row.unit_id else None if imported or row.multi_employer else row.key
        source = row.key if imported else row.family
        breaks.append(Break(source, unit, week_of(row.at, zone), row.reason, row.note))
    return breaks


def read_notices(connection: Connection, cut: datetime) -> tuple[str, ...]:
    """Return what archives said about the data that were read from them up to the cut."""
    rows = connection.scalars(
        select(RunRow.notice)
        .join(FetchRow, FetchRow.run_id == RunRow.id)
        .where(RunRow.notice != "", FetchRow.observed_at <= cut)
        .distinct()
        .order_by(RunRow.notice)
    )
    return tuple(rows)
