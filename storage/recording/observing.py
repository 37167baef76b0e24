"""Recording one look at one listing: the store's only way to learn about postings.

Everything happens in the caller's transaction, so a look is stored whole or not at all. What it means is
decided in `storage.recording.lifecycle`; here the decisions meet the rows.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy import Connection, bindparam, func, select, update

from storage.memories import Repetition
from storage.recording import lifecycle
from storage.recording.batches import independent
from storage.recording.contents import PostingFinder, store_contents, store_late_contents
from storage.recording.idsets import hashed, pack, unpack
from storage.recording.known_rows import KnownRows
from storage.recording.lifecycle import History
from storage.recording.new_rows import NewRows
from storage.recording.repeats import memory, record_repetitions, remember, settle
from storage.recording.spells import SpellBook, sighted_late
from storage.recording.units import (
    BoardRow,
    Suspect,
    Units,
    Verdict,
    add_break,
    add_cells,
    believe_unit,
    open_epochs,
    read_pasts,
)
from storage.records import IMPORT, Listing, Recorded
from storage.tables import Board, Fetch, usable
from storage.weeks import week_of

_WHOLE = (Fetch.state == "complete") | (Fetch.state == "suspect")
_SHOWED = _WHOLE | (Fetch.state == "partial")

_UPDATE_BOARD = update(Board).where(Board.id == bindparam("board"))
_OF_BOARD = Fetch.board_id == bindparam("board")
_SAME = select(Fetch.id).where(
    _OF_BOARD, Fetch.observed_at == bindparam("at"), Fetch.digest == bindparam("digest")
)
_LATEST = select(func.max(Fetch.observed_at)).where(_OF_BOARD, _SHOWED)
_KNOWN = select(_SAME.scalar_subquery(), _LATEST.scalar_subquery())
_LATER = select(func.min(Fetch.observed_at)).where(_OF_BOARD, Fetch.observed_at > bindparam("at"), usable())
_ACCEPT = (
    update(Fetch)
    .where(Fetch.id == bindparam("fetch"))
    .values(accepted_at=bindparam("at", type_=Fetch.accepted_at.type), epoch=bindparam("epoch_now"))
)
_NEWEST_FIRST = (Fetch.observed_at.desc(), Fetch.id.desc())
_COUNTS = (
    select(Fetch.listed, Fetch.observed_at)
    .where(_OF_BOARD, Fetch.epoch == bindparam("epoch"), usable())
    .order_by(*_NEWEST_FIRST)
    .limit(lifecycle.HISTORY)
)
_LAST_USABLE = _OF_BOARD & usable() & ~Fetch.unchanged
_LAST_IDS = select(Fetch.ids).where(_LAST_USABLE).order_by(*_NEWEST_FIRST).limit(1)
_PREVIOUS = (
    select(Fetch.id, Fetch.state, Fetch.ids, Fetch.observed_at, Fetch.scope, Fetch.reason)
    .where(_OF_BOARD, ~Fetch.late, _WHOLE)
    .order_by(*_NEWEST_FIRST)
    .limit(1)
)
_LAST_KEEPER = select(Fetch.id).where(_LAST_USABLE).order_by(*_NEWEST_FIRST).limit(1)
_PRUNE = (
    update(Fetch)
    .where(_OF_BOARD, Fetch.ids.is_not(None), Fetch.id != bindparam("fetch"))
    .where(Fetch.id != func.coalesce(_LAST_KEEPER.scalar_subquery(), 0))
    .values(ids=None)
)


@dataclass(frozen=True, slots=True)
class _Look:
    """A look that is being stored, what is known of what it names, and the rows that it brings."""

    connection: Connection
    run: int
    listing: Listing
    zone: str
    taxonomy: int
    rows: NewRows
    known: KnownRows
    board: BoardRow


def record_all(
    rows: NewRows, run: int, looks: Iterable[Listing | Repetition], zone: str, taxonomy: int
) -> list[Recorded]:
    """Store looks one after the other; return what each listing changed: one that is stored already, nothing.

    `rows` are those of the transaction; what the looks bring is written when this returns.
    """
    told: list[Recorded] = []
    for _, some in groupby(looks, type):
        alike = list(some)
        record_repetitions(rows, run, [look for look in alike if isinstance(look, Repetition)], zone)
        for batch in independent(look for look in alike if isinstance(look, Listing)):
            known = KnownRows(rows, batch)
            told += [_record(known, run, listing, zone, taxonomy) for listing in batch]
            rows.write()
    return told


def _record(known: KnownRows, run: int, listing: Listing, zone: str, taxonomy: int) -> Recorded:
    rows, connection = known.rows, known.rows.connection
    board = _find_board(known, listing)
    same, latest = None, None
    if not board.is_new:
        this = {"board": board.id, "at": listing.observed_at, "digest": listing.digest}
        same, latest = connection.execute(_KNOWN, this).one()
    if same is not None:
        return Recorded(duplicate=True)
    board.company = known.companies(listing.company_key, listing.company)
    look = _Look(connection, run, listing, zone, taxonomy, rows, known, board)
    # A look that showed nothing makes no news old.
    return _record_late(look) if latest is not None and listing.observed_at < latest else _record_newest(look)


def _find_board(known: KnownRows, listing: Listing) -> BoardRow:
    about = {
        "name": listing.company,
        "market": listing.market,
        "industry": listing.industry,
        "credit": listing.credit,
    }
    row = known.board(listing)
    if row is None:
        return BoardRow(known.rows.number(Board), is_new=True)
    if listing.family != IMPORT and any(getattr(row, name) != value for name, value in about.items()):
        known.rows.connection.execute(_UPDATE_BOARD, about | {"board": row.id})
    return BoardRow(row.id, row.epoch, row.scope)


# ------------------------------------------------------------------ the newest look of its board


def _record_newest(look: _Look) -> Recorded:
    connection, listing, board = look.connection, look.listing, look.board
    shows = bool(listing.ids) or listing.state == "complete"
    if shows and not board.is_new:
        settle(connection, board.id)
    ids = hashed(listing.ids)
    verdict = _judge_listing(connection, board, listing, ids)
    if verdict.state == "complete" and not verdict.reason:
        verdict = replace(verdict, reason=listing.reason)  # what the listing lacks, though all of it was seen
    fetch = _store_verdict(look, verdict, ids)

    known = look.known.postings(listing)
    stored = [posting for posting, *_ in known.values()]
    result = Recorded(state=verdict.state, reason=verdict.reason)
    units = Units(connection, listing, board, look.rows)
    find = PostingFinder(connection, listing, look.known.companies, units.of, known, look.rows)
    store_contents(connection, listing, look.taxonomy, find, look.rows, result)
    if not board.is_new:  # of which nothing is written yet, so that all of it is written at once
        look.rows.write()
    for posting, owner, _ in known.values():
        if owner in units:  # a posting that another board listed first stays with that board
            units[owner].listed.add(posting)
    book = SpellBook(connection, None if board.is_new else board.id, stored)
    _apply(look, verdict, units, book)
    unsure = {posting for unit in units.values() if not unit.usable for posting in unit.listed}
    book.write(look.rows, fetch, unsure)
    add_cells(look.rows, fetch, units.values(), verdict.state)
    settled = shows and not book.waiting and all(unit.usable for unit in units.values())
    seen = memory(listing) if settled else None
    if board.is_new:
        look.rows.add_board(board.id, listing, board.scope, seen)
    else:
        _prune_ids(connection, board.id, fetch)
        if shows:
            remember(connection, board.id, seen)
    result.closed = book.closed
    return result


def _store_verdict(look: _Look, verdict: Verdict, ids: Set[int]) -> int:
    """Add the row of a look; store what its verdict says of its board and of earlier looks. Return its id."""
    connection, listing, board, at = look.connection, look.listing, look.board, look.listing.observed_at
    if verdict.broke_at:
        board.epoch += 1
        add_break(connection, board.id, None, verdict.broke_at, at, verdict)
    if verdict.state == "complete" and (verdict.broke_at or listing.scope != board.scope):
        board.scope = listing.scope
        if not board.is_new:
            values = {"board": board.id, "epoch": board.epoch, "scope": board.scope}
            connection.execute(_UPDATE_BOARD, values)
    fetch = _add_fetch(look, verdict, ids)
    if verdict.confirms:
        accepted = {"fetch": verdict.confirms.fetch, "at": at, "epoch_now": board.epoch}
        connection.execute(_ACCEPT, accepted)
    return fetch


def _apply(look: _Look, verdict: Verdict, units: Units, book: SpellBook) -> None:
    """Say in the book what the look means for the postings of each unit, and which units may be believed."""
    connection, listing, board, at = look.connection, look.listing, look.board, look.listing.observed_at
    open_epochs(connection, units.values(), book, verdict, at)
    if not board.is_new:
        read_pasts(connection, board.id, units)
    for unit in units.values():
        unit.usable = verdict.state == "complete" and (
            not listing.multi_employer or believe_unit(connection, board, unit, book, at)
        )
        backlog = unit.last_usable_at is None
        for posting in unit.listed:
            book.sighted(posting, unit.id, at, backlog=backlog)
        if unit.usable:
            book.missed_except(unit.id, unit.listed, at)


def _judge_listing(connection: Connection, board: BoardRow, listing: Listing, ids: Set[int]) -> Verdict:
    if listing.state != "complete":
        return Verdict(listing.state, listing.reason)
    at = listing.observed_at
    history = None if board.is_new else _listing_history(connection, board)
    if history is not None and listing.scope != board.scope:
        judgement = lifecycle.judge(ids, at, None)
        if judgement.suspect:
            return Verdict("suspect", judgement.reason)
        note = _scope_note(board.scope, listing.scope)
        return Verdict("complete", broke_at=at, break_reason="scope", note=note)
    before = None if board.is_new else _previous_suspect(connection, board.id, listing.scope)
    judgement = lifecycle.judge(ids, at, history)
    if before is None or not lifecycle.agree(before.ids, before.at, ids, at):
        return Verdict("suspect" if judgement.suspect else "complete", judgement.reason)
    if history is None:
        return Verdict("complete", confirms=before)
    # Asked before time excuses the loss: what stays as it was when it was suspect has changed for good.
    if not judgement.suspect and not lifecycle.nearer(ids, before.ids, history.last_ids):
        return Verdict("complete")
    note = f"two looks in a row agree with each other and not with the past: {before.reason}"
    return Verdict("complete", broke_at=before.at, break_reason="coverage", note=note, confirms=before)


def _scope_note(before: str, since: str) -> str:
    """Say what differs between two scopes, which are lists of conditions parted by commas."""
    old, new = before.split(", "), since.split(", ")
    was = ", ".join(part for part in old if part not in new) or "less"
    now = ", ".join(part for part in new if part not in old) or "less"
    return f"asked for {was} before, for {now} since"


def _listing_history(connection: Connection, board: BoardRow) -> History | None:
    rows = connection.execute(_COUNTS, {"board": board.id, "epoch": board.epoch}).all()
    if not rows:
        return None
    # An unchanged look keeps no ids: they are those of the look before it.
    ids = connection.scalar(_LAST_IDS, {"board": board.id})
    return History([row.listed for row in rows], unpack(ids), rows[0].observed_at)


def _previous_suspect(connection: Connection, board: int, scope: str) -> Suspect | None:
    row = connection.execute(_PREVIOUS, {"board": board}).first()
    if row is None or row.state != "suspect" or row.scope != scope:
        return None
    return Suspect(row.id, row.observed_at, unpack(row.ids), row.reason)


def _add_fetch(look: _Look, verdict: Verdict, ids: Set[int], late: bool = False) -> int:
    listing = look.listing
    return look.rows.add_fetch(
        look.run,
        look.board.id,
        listing,
        week_of(listing.observed_at, look.zone),
        state=verdict.state,
        reason=verdict.reason,
        epoch=look.board.epoch,
        late=late,
        ids=pack(ids) if verdict.state in ("complete", "suspect") and not late else None,
    )


def _prune_ids(connection: Connection, board: int, fetch: int) -> None:
    """Keep only the id sets that the next judgement needs: of this look and of the last usable one."""
    connection.execute(_PRUNE, {"board": board, "fetch": fetch})


# ------------------------------------------------------------------ a look older than what is known


def _record_late(look: _Look) -> Recorded:
    """Store a look older than the board's latest: it extends history, closes and reopens nothing."""
    connection, listing, board, at = look.connection, look.listing, look.board, look.listing.observed_at
    settle(connection, board.id)
    verdict = Verdict(listing.state, listing.reason or "older than what was known: extends history only")
    _add_fetch(look, verdict, frozenset(), late=True)
    known = look.known.postings(listing)
    result = Recorded(late=True, state=verdict.state, reason=verdict.reason)
    units = Units(connection, listing, board, look.rows)
    find = PostingFinder(connection, listing, look.known.companies, units.of, known, look.rows)
    store_late_contents(connection, listing, look.taxonomy, find, look.rows, result)
    later = connection.scalar(_LATER, {"board": board.id, "at": at})
    for posting, unit, _ in known.values():
        if unit in units:
            sighted_late(connection, look.rows, posting, at, later)
    return result
