"""Recording one look at one listing: the store's only way to learn about postings.

Everything happens in the caller's transaction, so a look is stored whole or not at all. What it means is
decided in `storage.lifecycle`; here the decisions meet the rows.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage import lifecycle
from storage.contents import company_id, known_postings, store_contents, store_late_contents
from storage.idsets import hashed, pack, unpack
from storage.lifecycle import History
from storage.records import FetchState, Listing, Recorded
from storage.spells import SpellBook, sighted_late
from storage.tables import Board, Break, Cell, Fetch, Unit
from storage.weeks import week_of

_USABLE = (Fetch.state == "complete") | Fetch.accepted_at.is_not(None)
DOUBTED = "doubted"
"""State of a cell whose employer alone is suspect inside a listing that is believed."""


@dataclass(slots=True)
class _Board:
    id: int
    company: int
    epoch: int
    scope: str


@dataclass(frozen=True, slots=True)
class _Suspect:
    """The previous look, if it was a suspect listing of the same scope."""

    fetch: int
    at: datetime
    ids: Set[int]
    reason: str


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the whole listing is taken for. `broke_at` is set where the series breaks."""

    state: FetchState
    reason: str = ""
    broke_at: datetime | None = None
    break_reason: str = ""
    note: str = ""
    confirms: _Suspect | None = None


@dataclass(slots=True)
class _Unit:
    """A unit during this look: its usable past in the current epoch and its postings listed now."""

    id: int
    epoch: int
    counts: list[int] = field(default_factory=list)
    last_usable_at: datetime | None = None
    doubted_at: datetime | None = None  # the previous cell, if this unit alone was suspect in it
    listed: set[int] = field(default_factory=set)
    usable: bool = False


def record(connection: Connection, run: int, listing: Listing, zone: str, taxonomy: int) -> Recorded:
    """Store one look and return what it changed; a look that is stored already changes nothing."""
    board = _find_board(connection, listing)
    same = select(Fetch.id).where(
        Fetch.board_id == board.id,
        Fetch.observed_at == listing.observed_at,
        Fetch.digest == listing.digest,
    )
    if connection.scalar(same) is not None:
        return Recorded(duplicate=True)
    latest = connection.scalar(select(func.max(Fetch.observed_at)).where(Fetch.board_id == board.id))
    if latest is not None and listing.observed_at < latest:
        return _record_late(connection, run, listing, zone, taxonomy, board)
    return _record_newest(connection, run, listing, zone, taxonomy, board)


def _find_board(connection: Connection, listing: Listing) -> _Board:
    company = company_id(connection, listing.company_key, listing.company)
    row = connection.execute(
        select(Board.id, Board.epoch, Board.scope).where(
            Board.family == listing.family, Board.key == listing.key
        )
    ).first()
    if row is not None:
        return _Board(row.id, company, row.epoch, row.scope)
    values = {
        "family": listing.family,
        "key": listing.key,
        "name": listing.company,
        "market": listing.market,
        "multi_employer": listing.multi_employer,
    }
    created = connection.scalar(insert(Board).values(values).returning(Board.id))
    assert created is not None
    return _Board(created, company, 0, "")


# ------------------------------------------------------------------ the newest look of its board


def _record_newest(
    connection: Connection, run: int, listing: Listing, zone: str, taxonomy: int, board: _Board
) -> Recorded:
    ids = hashed(listing.ids)
    verdict = _judge_listing(connection, board, listing, ids)
    if verdict.broke_at:
        board.epoch += 1
        _add_break(connection, board.id, None, verdict.broke_at, listing.observed_at, verdict)
    if verdict.state == "complete":
        values = {"epoch": board.epoch, "scope": listing.scope}
        connection.execute(update(Board).where(Board.id == board.id).values(values))
    fetch = _insert_fetch(connection, run, listing, zone, board, verdict, ids)
    if verdict.confirms:
        accepted = {"accepted_at": listing.observed_at, "epoch": board.epoch}
        connection.execute(update(Fetch).where(Fetch.id == verdict.confirms.fetch).values(accepted))

    known = known_postings(connection, listing.posting_family, listing.ids)
    result = Recorded(state=verdict.state, reason=verdict.reason)
    store_contents(connection, listing, taxonomy, _UnitFinder(connection, listing, board), known, result)
    units = _load_units(connection, board)
    for posting, owner in known.values():
        if owner in units:  # a posting that another board listed first stays with that board
            units[owner].listed.add(posting)
    book = SpellBook(connection, board.id, [posting for posting, _ in known.values()])
    _open_epochs(connection, units.values(), book, verdict, listing.observed_at)
    _read_pasts(connection, board.id, units)
    for unit in units.values():
        unit.usable = verdict.state == "complete" and (
            not listing.multi_employer or _believe_unit(connection, board, unit, book, listing.observed_at)
        )
        backlog = unit.last_usable_at is None
        for posting in unit.listed:
            book.sighted(posting, unit.id, listing.observed_at, backlog=backlog)
        if unit.usable:
            book.missed_except(unit.id, unit.listed, listing.observed_at)
    unsure: set[int] = set()
    for unit in units.values():
        unsure |= unit.listed if not unit.usable else set()
    book.write(fetch, unsure)
    _insert_cells(connection, fetch, units.values(), verdict.state)
    _prune_ids(connection, board.id, fetch)
    result.seen = sum(len(unit.listed) for unit in units.values())
    result.closed, result.reopened = book.closed, book.reopened
    return result


def _judge_listing(connection: Connection, board: _Board, listing: Listing, ids: Set[int]) -> _Verdict:
    if listing.state != "complete":
        return _Verdict(listing.state, listing.reason)
    at = listing.observed_at
    history = _listing_history(connection, board)
    if history is not None and listing.scope != board.scope:
        judgement = lifecycle.judge(ids, at, None)
        if judgement.suspect:
            return _Verdict("suspect", judgement.reason)
        note = _scope_note(board.scope, listing.scope)
        return _Verdict("complete", broke_at=at, break_reason="scope", note=note)
    before = _previous_suspect(connection, board.id, listing.scope)
    judgement = lifecycle.judge(ids, at, history)
    if before is None or not lifecycle.agree(before.ids, before.at, ids, at):
        return _Verdict("suspect" if judgement.suspect else "complete", judgement.reason)
    if history is None:
        return _Verdict("complete", confirms=before)
    # Asked before time excuses the loss: what stays as it was when it was suspect has changed for good.
    if not judgement.suspect and not lifecycle.nearer(ids, before.ids, history.last_ids):
        return _Verdict("complete")
    note = f"two looks in a row agree with each other and not with the past: {before.reason}"
    return _Verdict("complete", broke_at=before.at, break_reason="coverage", note=note, confirms=before)


def _scope_note(before: str, since: str) -> str:
    """Say what differs between two scopes, which are lists of conditions parted by commas."""
    old, new = before.split(", "), since.split(", ")
    was = ", ".join(part for part in old if part not in new) or "less"
    now = ", ".join(part for part in new if part not in old) or "less"
    return f"asked for {was} before, for {now} since"


def _listing_history(connection: Connection, board: _Board) -> History | None:
    rows = connection.execute(
        select(Fetch.listed, Fetch.ids, Fetch.observed_at)
        .where(Fetch.board_id == board.id, Fetch.epoch == board.epoch, ~Fetch.late, _USABLE)
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(lifecycle.HISTORY)
    ).all()
    if not rows:
        return None
    return History([row.listed for row in rows], unpack(rows[0].ids), rows[0].observed_at)


def _previous_suspect(connection: Connection, board: int, scope: str) -> _Suspect | None:
    row = connection.execute(
        select(Fetch.id, Fetch.state, Fetch.ids, Fetch.observed_at, Fetch.scope, Fetch.reason)
        .where(Fetch.board_id == board, ~Fetch.late, Fetch.state.in_(("complete", "suspect")))
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(1)
    ).first()
    if row is None or row.state != "suspect" or row.scope != scope:
        return None
    return _Suspect(row.id, row.observed_at, unpack(row.ids), row.reason)


def _insert_fetch(
    connection: Connection,
    run: int,
    listing: Listing,
    zone: str,
    board: _Board,
    verdict: _Verdict,
    ids: Set[int],
    late: bool = False,
) -> int:
    values = {
        "run_id": run,
        "board_id": board.id,
        "observed_at": listing.observed_at,
        "week": week_of(listing.observed_at, zone),
        "state": verdict.state,
        "reason": verdict.reason,
        "scope": listing.scope,
        "epoch": board.epoch,
        "late": late,
        "listed": listing.listed,
        "kept": len(listing.postings),
        "rejected": listing.rejected,
        "pages": listing.pages,
        "digest": listing.digest,
        "ids": pack(ids) if verdict.state in ("complete", "suspect") and not late else None,
    }
    created = connection.scalar(insert(Fetch).values(values).returning(Fetch.id))
    assert created is not None
    return int(created)


def _prune_ids(connection: Connection, board: int, fetch: int) -> None:
    """Keep only the id sets that the next judgement needs: of this look and of the last usable one."""
    last_usable = connection.scalar(
        select(Fetch.id)
        .where(Fetch.board_id == board, ~Fetch.late, _USABLE)
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(1)
    )
    keep = {fetch, last_usable or fetch}
    stale = (Fetch.board_id == board) & Fetch.ids.is_not(None) & Fetch.id.not_in(keep)
    connection.execute(update(Fetch).where(stale).values(ids=None))


def _add_break(
    connection: Connection, board: int, unit: int | None, at: datetime, known_at: datetime, verdict: _Verdict
) -> None:
    values = {"board_id": board, "unit_id": unit, "at": at, "known_at": known_at}
    connection.execute(insert(Break).values(values | {"reason": verdict.break_reason, "note": verdict.note}))


# ------------------------------------------------------------------ its units


class _UnitFinder:
    """Company id -> unit id, creating units; a board of one employer has one unit whatever is listed."""

    def __init__(self, connection: Connection, listing: Listing, board: _Board):
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


def _load_units(connection: Connection, board: _Board) -> dict[int, _Unit]:
    rows = connection.execute(select(Unit.id, Unit.epoch).where(Unit.board_id == board.id).order_by(Unit.id))
    return {row.id: _Unit(row.id, row.epoch) for row in rows}


def _open_epochs(
    connection: Connection, units: Iterable[_Unit], book: SpellBook, verdict: _Verdict, at: datetime
) -> None:
    """Carry a break of the listing, and a suspect look that it confirms, to every unit."""
    for unit in units:
        if verdict.broke_at:
            _next_epoch(connection, unit)
            book.leave_scope(unit.id, unit.listed, verdict.broke_at, at)
        if verdict.confirms:
            same = (Cell.fetch_id == verdict.confirms.fetch) & (Cell.unit_id == unit.id)
            connection.execute(update(Cell).where(same).values(accepted_at=at, epoch=unit.epoch))


def _next_epoch(connection: Connection, unit: _Unit) -> None:
    unit.epoch += 1
    connection.execute(update(Unit).where(Unit.id == unit.id).values(epoch=unit.epoch))


def _read_pasts(connection: Connection, board: int, units: dict[int, _Unit]) -> None:
    rows = connection.execute(
        select(Cell.unit_id, Cell.epoch, Cell.state, Cell.accepted_at, Cell.listed, Fetch.observed_at)
        .join(Fetch, Fetch.id == Cell.fetch_id)
        .where(Fetch.board_id == board)
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


def _believe_unit(connection: Connection, board: _Board, unit: _Unit, book: SpellBook, at: datetime) -> bool:
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
    verdict = _Verdict("complete", break_reason="coverage", note=note)
    _add_break(connection, board.id, unit.id, unit.doubted_at, at, verdict)
    return True


def _insert_cells(connection: Connection, fetch: int, units: Iterable[_Unit], state: FetchState) -> None:
    if state not in ("complete", "suspect"):
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


# ------------------------------------------------------------------ a look older than what is known


def _record_late(
    connection: Connection, run: int, listing: Listing, zone: str, taxonomy: int, board: _Board
) -> Recorded:
    """Store a look older than the board's latest: it extends history, closes and reopens nothing."""
    verdict = _Verdict(listing.state, listing.reason or "older than what was known: extends history only")
    _insert_fetch(connection, run, listing, zone, board, verdict, frozenset(), late=True)
    known = known_postings(connection, listing.posting_family, listing.ids)
    result = Recorded(late=True, state=verdict.state, reason=verdict.reason)
    store_late_contents(connection, listing, taxonomy, _UnitFinder(connection, listing, board), known, result)
    later = connection.scalar(
        select(func.min(Fetch.observed_at)).where(
            Fetch.board_id == board.id, Fetch.observed_at > listing.observed_at, ~Fetch.late, _USABLE
        )
    )
    own = set(connection.scalars(select(Unit.id).where(Unit.board_id == board.id)))
    for posting, unit in known.values():
        if unit in own:
            sighted_late(connection, posting, listing.observed_at, later)
            result.seen += 1
    return result
