"""Reading what weekly reports are computed from, cut at an instant.

Everything that was learned after the cut is left out, so that a report of the past can be made again:
spells are set back to what they looked like then, a suspect listing that was confirmed later is suspect
again, a text is the version of that day, a tag that of the taxonomy then in force.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from storage.reading_postings import read_postings
from storage.reading_spells import read_spells
from storage.records import (
    IMPORT,
    Break,
    Cell,
    Facts,
    FetchFact,
    FetchState,
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
from storage.upgrading import revision
from storage.weeks import week_of

_Row = Any
"""A result row; its columns are those of the statement just above its use."""


def read_facts(
    connection: Connection, zone: str, first_week: date, until: datetime, as_of: datetime | None
) -> Facts:
    """Return the facts of the weeks from `first_week` up to the instant `until`, as known at `as_of`."""
    start = datetime(first_week.year, first_week.month, first_week.day, tzinfo=ZoneInfo(zone))
    newest = connection.scalar(select(func.max(FetchRow.observed_at)))
    cut = as_of or max(newest or until, until)
    data_cut = connection.scalar(select(func.max(FetchRow.observed_at)).where(FetchRow.observed_at <= cut))
    units = _units(connection)
    cells = _cells(connection, start, cut)
    taxonomy_row = _taxonomy_in_force(connection, cut)
    spells = [spell for spell in read_spells(connection, start, cut) if spell.opened_at < until]
    postings, mixed = read_postings(connection, {spell.posting for spell in spells}, cut, taxonomy_row)
    breaks = _breaks(connection, zone, cut)
    if mixed and taxonomy_row is not None:
        note = f"{mixed} postings are tagged with another taxonomy than {taxonomy_row.version}: run retag"
        week = week_of(taxonomy_row.in_force_from, zone)
        breaks.append(Break("*", None, week, "taxonomy", note))
    return Facts(
        zone=zone,
        as_of=cut,
        data_cut=data_cut,
        units=units,
        cells=tuple(cells),
        spells=tuple(spells),
        postings=postings,
        fetches=tuple(_fetches(connection, start, cut)),
        breaks=tuple(breaks),
        taxonomy=_taxonomy_record(taxonomy_row),
        schema=revision(connection),
        notices=_notices(connection, cut),
    )


def _units(connection: Connection) -> dict[int, Unit]:
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


def _cells(connection: Connection, start: datetime, cut: datetime) -> list[Cell]:
    rows = connection.execute(
        select(
            CellRow.unit_id,
            CellRow.epoch,
            CellRow.state,
            CellRow.accepted_at,
            CellRow.listed,
            FetchRow.observed_at,
            FetchRow.week,
        )
        .join(FetchRow, FetchRow.id == CellRow.fetch_id)
        .where(FetchRow.observed_at <= cut)
        .order_by(FetchRow.observed_at, FetchRow.id, CellRow.unit_id)
    )
    begun: set[tuple[int, int]] = set()
    current: dict[int, int] = {}
    cells = []
    for row in rows:
        usable = row.state == "complete" or (row.accepted_at is not None and row.accepted_at <= cut)
        first = usable and (row.unit_id, row.epoch) not in begun
        if usable:
            begun.add((row.unit_id, row.epoch))
            current[row.unit_id] = row.epoch
        # A look that is not (yet) believed belongs to the series as it was before.
        epoch = current.get(row.unit_id, 0)
        if row.observed_at >= start:
            state: FetchState = "complete" if row.state == "complete" else "suspect"
            cells.append(
                Cell(row.unit_id, epoch, row.observed_at, row.week, state, usable, first, row.listed)
            )
    return cells


def _taxonomy_in_force(connection: Connection, cut: datetime) -> _Row | None:
    columns = select(*TaxonomyRow.__table__.columns)
    newest = columns.where(TaxonomyRow.in_force_from <= cut).order_by(
        TaxonomyRow.in_force_from.desc(), TaxonomyRow.id.desc()
    )
    oldest = columns.order_by(TaxonomyRow.in_force_from, TaxonomyRow.id)
    return connection.execute(newest.limit(1)).first() or connection.execute(oldest.limit(1)).first()


def _taxonomy_record(row: _Row | None) -> TaxonomyRecord | None:
    if row is None:
        return None
    tags = tuple(
        TaxonomyTag(tag["id"], tag["en"], tag["zh"], tag["era"], tuple(tag["groups"]), tuple(tag["chain"]))
        for tag in row.body
    )
    return TaxonomyRecord(row.version, row.sha256, tags)


# ------------------------------------------------------------------ runs and breaks


def _fetches(connection: Connection, start: datetime, cut: datetime) -> list[FetchFact]:
    rows = connection.execute(
        select(*FetchRow.__table__.columns, BoardRow.family, BoardRow.key, BoardRow.name)
        .join(BoardRow, BoardRow.id == FetchRow.board_id)
        .where(FetchRow.observed_at >= start, FetchRow.observed_at <= cut, ~FetchRow.late)
        .order_by(FetchRow.observed_at, BoardRow.family, BoardRow.key, FetchRow.id)
    )
    facts: list[FetchFact] = []
    current: dict[int, int] = {}
    for row in rows:
        accepted = row.accepted_at is not None and row.accepted_at <= cut
        if row.state == "complete" or accepted:
            current[row.board_id] = row.epoch
        facts.append(
            FetchFact(
                board=f"{row.family}:{row.key}",
                company=row.name,
                source=row.key if row.family == IMPORT else row.family,
                observed_at=row.observed_at,
                week=row.week,
                state=row.state,
                reason=row.reason,
                listed=row.listed,
                kept=row.kept,
                rejected=row.rejected,
                pages=row.pages,
                accepted=accepted,
                # A look that is not (yet) believed belongs to the series as it was before.
                epoch=current.get(row.board_id, 0) if row.accepted_at and not accepted else row.epoch,
                fills=row.fills or {},
            )
        )
    return facts


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


def _notices(connection: Connection, cut: datetime) -> tuple[str, ...]:
    rows = connection.scalars(
        select(RunRow.notice)
        .join(FetchRow, FetchRow.run_id == RunRow.id)
        .where(RunRow.notice != "", FetchRow.observed_at <= cut)
        .distinct()
        .order_by(RunRow.notice)
    )
    return tuple(rows)
