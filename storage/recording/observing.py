"""Recording one look at one listing: the store's only way to learn about postings.

Everything happens in the caller's transaction, so a look is stored whole or not at all. What it means is
decided in `storage.recording.lifecycle`; here the decisions meet the rows.
"""

from collections.abc import Set
from dataclasses import replace

from sqlalchemy import Connection, func, insert, select, update

from storage.recording import lifecycle
from storage.recording.contents import company_id, known_postings, store_contents, store_late_contents
from storage.recording.idsets import hashed, pack, unpack
from storage.recording.lifecycle import History
from storage.recording.repeats import remember, settle
from storage.recording.spells import SpellBook, sighted_late
from storage.recording.units import (
    BoardRow,
    Suspect,
    UnitFinder,
    Verdict,
    add_break,
    believe_unit,
    insert_cells,
    load_units,
    open_epochs,
    read_pasts,
)
from storage.records import IMPORT, Listing, Recorded
from storage.tables import Board, Fetch, Unit
from storage.weeks import week_of

_SHOWED = ("complete", "suspect", "partial")
_USABLE = (Fetch.state == "complete") | Fetch.accepted_at.is_not(None)


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
    latest = connection.scalar(  # a look that showed nothing makes no later news old
        select(func.max(Fetch.observed_at)).where(Fetch.board_id == board.id, Fetch.state.in_(_SHOWED))
    )
    if latest is not None and listing.observed_at < latest:
        return _record_late(connection, run, listing, zone, taxonomy, board)
    return _record_newest(connection, run, listing, zone, taxonomy, board)


def _find_board(connection: Connection, listing: Listing) -> BoardRow:
    company = company_id(connection, listing.company_key, listing.company)
    about = {
        "name": listing.company,
        "market": listing.market,
        "industry": listing.industry,
        "credit": listing.credit,
    }
    row = connection.execute(
        select(
            Board.id, Board.epoch, Board.scope, Board.name, Board.market, Board.industry, Board.credit
        ).where(Board.family == listing.family, Board.key == listing.key)
    ).first()
    if row is not None:
        if listing.family != IMPORT and any(getattr(row, name) != value for name, value in about.items()):
            connection.execute(update(Board).where(Board.id == row.id).values(about))
        return BoardRow(row.id, company, row.epoch, row.scope)
    values = about | {
        "family": listing.family,
        "key": listing.key,
        "multi_employer": listing.multi_employer,
    }
    created = connection.scalar(insert(Board).values(values).returning(Board.id))
    assert created is not None
    return BoardRow(created, company, 0, "")


# ------------------------------------------------------------------ the newest look of its board


def _record_newest(
    connection: Connection, run: int, listing: Listing, zone: str, taxonomy: int, board: BoardRow
) -> Recorded:
    shows = bool(listing.ids) or listing.state == "complete"
    if shows:
        settle(connection, board.id)
    ids = hashed(listing.ids)
    verdict = _judge_listing(connection, board, listing, ids)
    if verdict.state == "complete" and not verdict.reason:
        verdict = replace(verdict, reason=listing.reason)  # what the listing lacks, though all of it was seen
    if verdict.broke_at:
        board.epoch += 1
        add_break(connection, board.id, None, verdict.broke_at, listing.observed_at, verdict)
    if verdict.state == "complete":
        values = {"epoch": board.epoch, "scope": listing.scope}
        connection.execute(update(Board).where(Board.id == board.id).values(values))
    fetch = _insert_fetch(connection, run, listing, zone, board, verdict, ids)
    if verdict.confirms:
        accepted = {"accepted_at": listing.observed_at, "epoch": board.epoch}
        connection.execute(update(Fetch).where(Fetch.id == verdict.confirms.fetch).values(accepted))

    known = known_postings(connection, listing.posting_family, listing.ids)
    result = Recorded(state=verdict.state, reason=verdict.reason)
    store_contents(connection, listing, taxonomy, UnitFinder(connection, listing, board), known, result)
    units = load_units(connection, board)
    for posting, owner in known.values():
        if owner in units:  # a posting that another board listed first stays with that board
            units[owner].listed.add(posting)
    book = SpellBook(connection, board.id, [posting for posting, _ in known.values()])
    open_epochs(connection, units.values(), book, verdict, listing.observed_at)
    read_pasts(connection, board.id, units)
    for unit in units.values():
        unit.usable = verdict.state == "complete" and (
            not listing.multi_employer or believe_unit(connection, board, unit, book, listing.observed_at)
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
    insert_cells(connection, fetch, units.values(), verdict.state)
    _prune_ids(connection, board.id, fetch)
    if shows:
        settled = not book.waiting and all(unit.usable for unit in units.values())
        remember(connection, board.id, listing if settled else None)
    result.seen = sum(len(unit.listed) for unit in units.values())
    result.closed, result.reopened = book.closed, book.reopened
    return result


def _judge_listing(connection: Connection, board: BoardRow, listing: Listing, ids: Set[int]) -> Verdict:
    if listing.state != "complete":
        return Verdict(listing.state, listing.reason)
    at = listing.observed_at
    history = _listing_history(connection, board)
    if history is not None and listing.scope != board.scope:
        judgement = lifecycle.judge(ids, at, None)
        if judgement.suspect:
            return Verdict("suspect", judgement.reason)
        note = _scope_note(board.scope, listing.scope)
        return Verdict("complete", broke_at=at, break_reason="scope", note=note)
    before = _previous_suspect(connection, board.id, listing.scope)
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
    rows = connection.execute(
        select(Fetch.listed, Fetch.observed_at)
        .where(Fetch.board_id == board.id, Fetch.epoch == board.epoch, ~Fetch.late, _USABLE)
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(lifecycle.HISTORY)
    ).all()
    if not rows:
        return None
    ids = connection.scalar(  # an unchanged look keeps none: they are those of the look before it
        select(Fetch.ids)
        .where(Fetch.board_id == board.id, ~Fetch.late, _USABLE, ~Fetch.unchanged)
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(1)
    )
    return History([row.listed for row in rows], unpack(ids), rows[0].observed_at)


def _previous_suspect(connection: Connection, board: int, scope: str) -> Suspect | None:
    row = connection.execute(
        select(Fetch.id, Fetch.state, Fetch.ids, Fetch.observed_at, Fetch.scope, Fetch.reason)
        .where(Fetch.board_id == board, ~Fetch.late, Fetch.state.in_(("complete", "suspect")))
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(1)
    ).first()
    if row is None or row.state != "suspect" or row.scope != scope:
        return None
    return Suspect(row.id, row.observed_at, unpack(row.ids), row.reason)


def _insert_fetch(
    connection: Connection,
    run: int,
    listing: Listing,
    zone: str,
    board: BoardRow,
    verdict: Verdict,
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
        "kept": listing.kept,
        "rejected": listing.rejected,
        "pages": listing.pages,
        "digest": listing.digest,
        "ids": pack(ids) if verdict.state in ("complete", "suspect") and not late else None,
        "fills": dict(listing.fills) or None,
    }
    created = connection.scalar(insert(Fetch).values(values).returning(Fetch.id))
    assert created is not None
    return int(created)


def _prune_ids(connection: Connection, board: int, fetch: int) -> None:
    """Keep only the id sets that the next judgement needs: of this look and of the last usable one."""
    last_usable = connection.scalar(
        select(Fetch.id)
        .where(Fetch.board_id == board, ~Fetch.late, _USABLE, ~Fetch.unchanged)
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(1)
    )
    keep = {fetch, last_usable or fetch}
    stale = (Fetch.board_id == board) & Fetch.ids.is_not(None) & Fetch.id.not_in(keep)
    connection.execute(update(Fetch).where(stale).values(ids=None))


# ------------------------------------------------------------------ a look older than what is known


def _record_late(
    connection: Connection, run: int, listing: Listing, zone: str, taxonomy: int, board: BoardRow
) -> Recorded:
    """Store a look older than the board's latest: it extends history, closes and reopens nothing."""
    verdict = Verdict(listing.state, listing.reason or "older than what was known: extends history only")
    _insert_fetch(connection, run, listing, zone, board, verdict, frozenset(), late=True)
    known = known_postings(connection, listing.posting_family, listing.ids)
    result = Recorded(late=True, state=verdict.state, reason=verdict.reason)
    store_late_contents(connection, listing, taxonomy, UnitFinder(connection, listing, board), known, result)
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
