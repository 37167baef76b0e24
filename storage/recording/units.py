"""The units of a board during one look: their pasts, their epochs, whether each may be believed."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.among import among
from storage.recording import lifecycle
from storage.recording.lifecycle import History
from storage.recording.new_rows import NewRows
from storage.recording.spells import SpellBook
from storage.records import FetchState, Listing
from storage.tables import Break, Cell, Fetch, Unit

_WITH_CELLS: Final = ("complete", "suspect")
_LAST_LOOKS: Final = 2 * lifecycle.HISTORY
DOUBTED = "doubted"
"""State of a cell whose employer alone is suspect inside a listing that is believed."""


_OF_BOARD = (
    select(Unit.company_id, Unit.id, Unit.epoch).where(Unit.board_id == bindparam("board")).order_by(Unit.id)
)
_NEXT_EPOCH = update(Unit).where(Unit.id == bindparam("unit")).values(epoch=bindparam("epoch_now"))
_ACCEPT = (
    update(Cell)
    .where(Cell.fetch_id == bindparam("fetch"), Cell.unit_id == bindparam("unit"))
    .values(accepted_at=bindparam("at", type_=Cell.accepted_at.type), epoch=bindparam("epoch_now"))
)
_AT = select(Fetch.id).where(Fetch.board_id == bindparam("board"), Fetch.observed_at == bindparam("at"))
_LAST = (
    select(Fetch.id)
    .where(Fetch.board_id == bindparam("board"), ~Fetch.late)
    .where((Fetch.state == "complete") | (Fetch.state == "suspect"))
    .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
    .limit(_LAST_LOOKS)
)
_PASTS = (
    select(Cell.fetch_id, Cell.unit_id, Cell.epoch, Cell.state, Cell.accepted_at, Cell.listed)
    .add_columns(Fetch.observed_at)
    .join(Fetch, Fetch.id == Cell.fetch_id)
    .order_by(Fetch.observed_at, Fetch.id)
)
_LATE_PASTS = _PASTS.where(Cell.fetch_id.in_(_LAST.scalar_subquery()))
_WHOLE_PASTS = _PASTS.where(among(Cell.unit_id, "units"))


@dataclass(slots=True)
class BoardRow:
    """A board and the company that it is of; `is_new` tells that nothing is known of it yet."""

    id: int
    epoch: int = 0
    scope: str = ""
    company: int = 0
    is_new: bool = False


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


class Units(dict[int, UnitNow]):
    """The units of a board by their ids. A board of one employer has one unit whatever is listed."""

    def __init__(self, connection: Connection, listing: Listing, board: BoardRow, rows: NewRows):
        super().__init__()
        self._board, self._multi, self._rows = board, listing.multi_employer, rows
        self._of: dict[int, int] = {}
        if not board.is_new:
            for company, unit, epoch in connection.execute(_OF_BOARD, {"board": board.id}):
                self._of[company], self[unit] = unit, UnitNow(unit, epoch)
        if not self._multi:
            self.of(board.company)  # so that an empty board has its unit, too

    def of(self, company: int) -> int:
        """Return the id of the unit of a company, which may be new."""
        company = company if self._multi else self._board.company
        if company not in self._of:
            unit = self._of[company] = self._rows.add_unit(self._board.id, company)
            self[unit] = UnitNow(unit, 0)
        return self._of[company]


def open_epochs(
    connection: Connection, units: Iterable[UnitNow], book: SpellBook, verdict: Verdict, at: datetime
) -> None:
    """Carry a break of the listing, and a suspect look that it confirms, to every unit."""
    for unit in units:
        if verdict.broke_at:
            _next_epoch(connection, unit)
            book.leave_scope(unit.id, unit.listed, verdict.broke_at, at)
        if verdict.confirms:
            _accept(connection, verdict.confirms.fetch, unit, at)


def _next_epoch(connection: Connection, unit: UnitNow) -> None:
    unit.epoch += 1
    connection.execute(_NEXT_EPOCH, {"unit": unit.id, "epoch_now": unit.epoch})


def _accept(connection: Connection, fetch: int, unit: UnitNow, at: datetime) -> None:
    values = {"fetch": fetch, "unit": unit.id, "at": at, "epoch_now": unit.epoch}
    connection.execute(_ACCEPT, values)


def read_pasts(connection: Connection, board: int, units: dict[int, UnitNow]) -> None:
    """Give the units of a board what they are judged by: their last usable looks of this epoch.

    The last looks at the board tell that of nearly all; of the others (new ones, and those that were doubted
    again and again) all of their own are read, if there were more looks.
    """
    last = connection.execute(_LATE_PASTS, {"board": board}).all()
    _read_pasts(last, units)
    if len({row.fetch_id for row in last}) < _LAST_LOOKS - 1:  # this look, which has no cells yet, is one
        return
    short = {unit.id: unit for unit in units.values() if len(unit.counts) < lifecycle.HISTORY}
    if short:
        _read_pasts(connection.execute(_WHOLE_PASTS, {"units": list(short)}), short)


def _read_pasts(rows: Iterable[Any], units: dict[int, UnitNow]) -> None:
    for unit in units.values():
        unit.counts, unit.last_usable_at, unit.doubted_at = [], None, None
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
    for fetch in connection.scalars(_AT, {"board": board.id, "at": unit.doubted_at}).all():
        _accept(connection, fetch, unit, at)
    doubt = judgement.reason or lifecycle.judge(before, unit.doubted_at, history).reason
    note = f"two looks in a row agree with each other and not with the past: {doubt}"
    verdict = Verdict("complete", break_reason="coverage", note=note)
    add_break(connection, board.id, unit.id, unit.doubted_at, at, verdict)
    return True


def add_cells(rows: NewRows, fetch: int, units: Iterable[UnitNow], state: FetchState) -> None:
    """Add what a look is for each unit."""
    if state in _WITH_CELLS:
        for unit in units:
            own = "complete" if unit.usable else DOUBTED if state == "complete" else state
            rows.add_cell(fetch, unit.id, unit.epoch, own, len(unit.listed))


def add_break(
    connection: Connection, board: int, unit: int | None, at: datetime, known_at: datetime, verdict: Verdict
) -> None:
    values = {"board_id": board, "unit_id": unit, "at": at, "known_at": known_at}
    connection.execute(insert(Break).values(values | {"reason": verdict.break_reason, "note": verdict.note}))
