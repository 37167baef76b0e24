"""Looks that bring the very bytes of the one before: stored as a look, and nothing else is written.

What such a look means for the postings (they were listed, still) follows from it: `extended` says so to
those who read spells, and `settle` writes it down when the board changes next.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, literal, select, true, update
from sqlalchemy.orm import aliased

from storage.records import Listing, Memory, Recorded, SeenPage
from storage.tables import Board, Cell, Fetch, Posting, Run, Spell, Taxonomy, Unit
from storage.weeks import week_of

_USABLE = ~Fetch.late & ((Fetch.state == "complete") | Fetch.accepted_at.is_not(None))


def remember(connection: Connection, board: int, listing: Listing | None) -> None:
    """Keep what a look saw, or forget the last one's (None): its repetition would change something."""
    memory: dict[str, Any] | None = None
    if listing is not None and listing.seen_pages:
        memory = {"pages": [asdict(page) for page in listing.seen_pages]}
    elif connection.scalar(select(Board.memory.is_(None)).where(Board.id == board)):
        return
    connection.execute(update(Board).where(Board.id == board).values(memory=memory))


def read_memory(
    connection: Connection, family: str, key: str, *, scope: str, taxonomy: str, before: datetime
) -> Memory | None:
    """Return what the last look at the board saw, if seeing it again would change nothing.

    That needs the same question (`scope`) and taxonomy (its sha256), and no look at or after `before`.
    """
    last = _last_look(connection, family, key, before)
    if last is None or not last["memory"] or (last["scope"], last["sha256"]) != (scope, taxonomy):
        return None
    return Memory(tuple(_seen_page(page) for page in last["memory"]["pages"]), last["listed"])


def _seen_page(stored: dict[str, Any]) -> SeenPage:
    pairs = {name: tuple(tuple(pair) for pair in stored[name]) for name in ("headers", "secrets")}
    return SeenPage(**stored | pairs)


def _last_look(connection: Connection, family: str, key: str, before: datetime) -> RowMapping | None:
    look = aliased(Fetch)
    newest = select(func.max(look.observed_at)).where(look.board_id == Board.id).scalar_subquery()
    return (
        connection.execute(
            select(Board.id, Board.memory, Board.scope, Taxonomy.sha256, *_COPIED, Fetch.id.label("fetch"))
            .join(Fetch, Fetch.board_id == Board.id)
            .join(Run, Run.id == Fetch.run_id)
            .join(Taxonomy, Taxonomy.id == Run.taxonomy_id)
            .where(Board.family == family, Board.key == key, _USABLE, newest < before)
            .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )


_COPIED = (Fetch.epoch, Fetch.listed, Fetch.kept, Fetch.rejected, Fetch.pages, Fetch.reason)


def record_unchanged(
    connection: Connection, run: int, family: str, key: str, at: datetime, digest: str, zone: str
) -> Recorded:
    """Store a look at `at` that saw what `read_memory` returned for it."""
    last = _last_look(connection, family, key, at)
    assert last is not None
    values = {column.key: last[column.key] for column in _COPIED} | {
        "run_id": run,
        "board_id": last["id"],
        "observed_at": at,
        "week": week_of(at, zone),
        "state": "complete",
        "scope": last["scope"],
        "digest": digest,
        "unchanged": True,
    }
    fetch = connection.scalar(insert(Fetch).values(values).returning(Fetch.id))
    cells = select(literal(fetch), Cell.unit_id, Cell.epoch, literal("complete"), Cell.listed).where(
        Cell.fetch_id == last["fetch"]
    )
    columns = [Cell.fetch_id, Cell.unit_id, Cell.epoch, Cell.state, Cell.listed]
    connection.execute(insert(Cell).from_select(columns, cells))
    return Recorded(unchanged=True, reason=last["reason"], seen=last["kept"])


def settle(connection: Connection, board: int) -> None:
    """Write down what the unchanged looks at the end of a board's history mean for its spells."""
    moved = extended(connection, cut=None, board=board)
    for since, until in moved.values():
        units = select(Unit.id).where(Unit.board_id == board)
        listed = select(Posting.id).where(Posting.unit_id.in_(units))
        connection.execute(
            update(Spell)
            .where(Spell.last_seen_at >= since, Spell.last_seen_at < until)
            .where(Spell.missed_at.is_(None), Spell.posting_id.in_(listed))
            .values(last_seen_at=until)
        )


def extended(
    connection: Connection, cut: datetime | None, board: int | None = None
) -> Mapping[int, tuple[datetime, datetime]]:
    """Return board -> (since, until): what it listed at `since` it listed until `until`, unchanged.

    Only for boards whose last usable look (up to the cut, if there is one) is an unchanged one.
    """
    until_cut = true() if cut is None else Fetch.observed_at <= cut
    of_board = true() if board is None else Fetch.board_id == board
    repeated = (
        select(Fetch.board_id, func.max(Fetch.observed_at).label("at"))
        .where(Fetch.unchanged, until_cut, of_board)
        .group_by(Fetch.board_id)
        .subquery()
    )
    rows = connection.execute(
        select(repeated.c.board_id, func.max(Fetch.observed_at), repeated.c.at)
        .join(Fetch, Fetch.board_id == repeated.c.board_id)
        .where(_USABLE, ~Fetch.unchanged, until_cut)
        .group_by(repeated.c.board_id, repeated.c.at)
    )
    return {number: (since, until) for number, since, until in rows if since < until}
