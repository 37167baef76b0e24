"""The units of a board during one look: their pasts, their epochs, whether each may be believed."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from storage.chunking import chunks
from storage.recording import lifecycle
from storage.recording.lifecycle import History
from storage.recording.spells import SpellBook
from storage.records import FetchState, Listing
from storage.tables import Break, Cell, Fetch, Unit

_WITH_CELLS: Final = ("complete", "suspect")
_LAST_LOOKS: Final = 2 * lifecycle.HISTORY
DOUBTED = "doubted"
"""State of a cell whose employer alone is suspect inside a listing that is believed."""


@dataclass(slots=True)
class BoardRow:
    id: int
    company: int
    epoch: int
    scope: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """The previous look, if it was a suspect listing of the same scope."""

    fetch: int
    at: datetime
    ids: Set[int]
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the whole listing is taken for. `broke_at` is set where the series breaks."""

    state: FetchState
    reason: str = ""
    broke_at: datetime | None = None
    break_reason: str = ""
    note: str = ""
    confirms: Suspect | None = None


@dataclass(slots=True)
class UnitNow:
    """A unit during this look: its usable past in the current epoch and its postings listed now."""

    id: int
    epoch: int
    counts: list[int] = field(default_factory=list)
    last_usable_at: datetime | None = None
    doubted_at: datetime | None = None  # the previous cell, if this unit alone was suspect in it
    listed: set[int] = field(default_factory=set)
    usable: bool = False


class UnitFinder:
    """Company id -> unit id, creating units; a board of one employer has one unit whatever is listed."""

    def __init__(self, connection: Connection, listing: Listing, board: BoardRow):
        self.connection, self.board, self.multi = connection, board, listing.multi_employer
        self.known: dict[int, int] = {}
        if not self.multi:
            self(board.company)  # so that an empty board has its unit, too

    def __call__(self, company: int) -> int:
        company = company if self.multi else self.board.company
        if company not in self.known:
            where = (Unit.board_id == self.board.id) & (Unit.company_id == company)
            found = self.connection.scalar(select(Unit.id).where(where))
            if found is None:
                values = {"board_id": self.board.id, "company_id": company}
                found = self.connection.scalar(insert(Unit).values(values).returning(Unit.id))
            assert found is not None
            self.known[company] = found
        return self.known[company]


def load_units(connection: Connection, board: BoardRow) -> dict[int, UnitNow]:
    rows = connection.execute(select(Unit.id, Unit.epoch).where(Unit.board_id == board.id).order_by(Unit.id))
    return {row.id: UnitNow(row.id, row.epoch) for row in rows}


def open_epochs(
    connection: Connection, units: Iterable[UnitNow], book: SpellBook, verdict: Verdict, at: datetime
) -> None:
    """Carry a break of the listing, and a suspect look that it confirms, to every unit."""
    for unit in units:
        if verdict.broke_at:
            _next_epoch(connection, unit)
            book.leave_scope(unit.id, unit.listed, verdict.broke_at, at)
        if verdict.confirms:
            same = (Cell.fetch_id == verdict.confirms.fetch) & (Cell.unit_id == unit.id)
            connection.execute(update(Cell).where(same).values(accepted_at=at, epoch=unit.epoch))


def _next_epoch(connection: Connection, unit: UnitNow) -> None:
    unit.epoch += 1
    connection.execute(update(Unit).where(Unit.id == unit.id).values(epoch=unit.epoch))


def read_pasts(connection: Connection, board: int, units: dict[int, UnitNow]) -> None:
    """Give the units of a board what they are judged by: their last usable looks of this epoch.

    The last looks at the board tell that of nearly all; of the others (new ones, and those that were doubted
    again and again) all of their own are read.
    """
    last = (
        select(Fetch.id)
        .where(Fetch.board_id == board, Fetch.state.in_(_WITH_CELLS))
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(_LAST_LOOKS)
    )
    _read_pasts(connection, Cell.fetch_id.in_(last.scalar_subquery()), units)
    short = [unit for unit in units.values() if len(unit.counts) < lifecycle.HISTORY]
    for ids in chunks(unit.id for unit in short):
        _read_pasts(connection, Cell.unit_id.in_(ids), {id: units[id] for id in ids})


def _read_pasts(connection: Connection, which: ColumnElement[bool], units: dict[int, UnitNow]) -> None:
    for unit in units.values():
        unit.counts, unit.last_usable_at, unit.doubted_at = [], None, None
    rows = connection.execute(
        select(Cell.unit_id, Cell.epoch, Cell.state, Cell.accepted_at, Cell.listed, Fetch.observed_at)
        .join(Fetch, Fetch.id == Cell.fetch_id)
        .where(which)
        .order_by(Fetch.observed_at, Fetch.id)
    )
    for row in rows:
        unit = units[row.unit_id]
        if row.epoch != unit.epoch:
            continue
        usable = row.state == "complete" or row.accepted_at is not None
        unit.doubted_at = row.observed_at if row.state == DOUBTED and not usable else None
        if usable:
            unit.counts.append(row.listed)
            unit.last_usable_at = row.observed_at


def believe_unit(
    connection: Connection, board: BoardRow, unit: UnitNow, book: SpellBook, at: datetime
) -> bool:
    """Judge one employer of a believed listing by its own history, as the listing itself was judged."""
    if unit.last_usable_at is None:
        return True
    last = book.listed_at(unit.id, unit.last_usable_at)
    history = History(unit.counts[-lifecycle.HISTORY :], last, unit.last_usable_at)
    judgement = lifecycle.judge(unit.listed, at, history)
    if unit.doubted_at is None:
        return not judgement.suspect
    before = book.listed_at(unit.id, unit.doubted_at)
    if not lifecycle.agree(before, unit.doubted_at, unit.listed, at):
        return not judgement.suspect
    if not judgement.suspect and not lifecycle.nearer(unit.listed, before, last):
        return True
    _next_epoch(connection, unit)
    book.leave_scope(unit.id, unit.listed, unit.doubted_at, at)
    doubted = select(Fetch.id).where(Fetch.board_id == board.id, Fetch.observed_at == unit.doubted_at)
    connection.execute(
        update(Cell)
        .where(Cell.unit_id == unit.id, Cell.fetch_id.in_(doubted))
        .values(accepted_at=at, epoch=unit.epoch)
    )
    doubt = judgement.reason or lifecycle.judge(before, unit.doubted_at, history).reason
    note = f"two looks in a row agree with each other and not with the past: {doubt}"
    verdict = Verdict("complete", break_reason="coverage", note=note)
    add_break(connection, board.id, unit.id, unit.doubted_at, at, verdict)
    return True


def insert_cells(connection: Connection, fetch: int, units: Iterable[UnitNow], state: FetchState) -> None:
    if state not in _WITH_CELLS:
        return
    rows = [
        {
            "fetch_id": fetch,
            "unit_id": unit.id,
            "epoch": unit.epoch,
            "state": "complete" if unit.usable else DOUBTED if state == "complete" else state,
            "listed": len(unit.listed),
        }
        for unit in units
    ]
    if rows:
        connection.execute(insert(Cell), rows)


def add_break(
    connection: Connection, board: int, unit: int | None, at: datetime, known_at: datetime, verdict: Verdict
) -> None:
    values = {"board_id": board, "unit_id": unit, "at": at, "known_at": known_at}
    connection.execute(insert(Break).values(values | {"reason": verdict.break_reason, "note": verdict.note}))
