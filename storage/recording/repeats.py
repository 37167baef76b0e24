"""Looks that bring the very bytes of the one before: stored as a look, and nothing else is written.

What such a look means for the postings (they were listed, still) follows from it: `extended` says so to
those who read spells, and `settle` writes it down when the board changes next.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Select, bindparam, func, insert, literal, select, true, update
from sqlalchemy.orm import aliased

from storage.among import among
from storage.memories import Memory, Repetition, SeenPage
from storage.recording.new_rows import NewRows
from storage.records import Listing
from storage.tables import Board, Cell, Fetch, Posting, Run, Spell, Taxonomy, Unit, usable
from storage.weeks import week_of

_REMEMBER = (
    update(Board)
    .where(Board.id == bindparam("board"))
    .values(memory=bindparam("seen", type_=Board.memory.type))
)
_FORGET = update(Board).where(Board.id == bindparam("board"), Board.memory.is_not(None)).values(memory=None)

_PAGE = tuple(field.name for field in fields(SeenPage))
_UNITS = select(Unit.id).where(Unit.board_id == bindparam("board"))
_SETTLE = (
    update(Spell)
    .where(Spell.last_seen_at >= bindparam("since"), Spell.last_seen_at < bindparam("until"))
    .where(Spell.missed_at.is_(None))
    .where(Spell.posting_id.in_(select(Posting.id).where(Posting.unit_id.in_(_UNITS))))
    .values(last_seen_at=bindparam("until", type_=Spell.last_seen_at.type))
)


def memory(listing: Listing) -> dict[str, Any] | None:
    """Return what is kept of what a look saw, None if it cannot be told from other looks."""
    pages = [{name: getattr(page, name) for name in _PAGE} for page in listing.seen_pages]
    return {"pages": pages} if pages else None


def remember(connection: Connection, board: int, seen: Mapping[str, Any] | None) -> None:
    """Keep the `memory` of a look, or forget the last one's (None): its repetition would change something."""
    if seen is not None:
        connection.execute(_REMEMBER, {"board": board, "seen": seen})
    else:
        connection.execute(_FORGET, {"board": board})


def read_memories(
    connection: Connection, taxonomy: str, of: tuple[str, str] | None = None
) -> dict[tuple[str, str], Memory]:
    """Return (family, key) -> memory of the boards (or only the one `of`) that have one.

    A look of another taxonomy (its sha256) is not remembered: its repetition is tagged anew.
    """
    look = aliased(Fetch)
    of_board = select(look.id).where(look.board_id == Board.id)
    last = of_board.where(usable(look)).order_by(look.observed_at.desc(), look.id.desc()).limit(1)
    newest = select(func.max(look.observed_at)).where(look.board_id == Board.id).scalar_subquery()
    statement = (
        select(Board.family, Board.key, Board.memory, newest.label("newest_at"))
        .add_columns(Fetch.id, Fetch.scope, Fetch.listed, Fetch.reason)
        .join(Fetch, Fetch.id == last.scalar_subquery())
        .join(Run, Run.id == Fetch.run_id)
        .join(Taxonomy, Taxonomy.id == Run.taxonomy_id)
        .where(Taxonomy.sha256 == taxonomy)
    )
    if of is not None:
        statement = statement.where(Board.family == of[0], Board.key == of[1])
    return {
        (row.family, row.key): Memory(
            tuple(_seen_page(page) for page in row.memory["pages"]),
            row.scope,
            row.listed,
            row.reason,
            row.id,
            row.newest_at,
        )
        for row in connection.execute(statement)
        if row.memory
    }


def _seen_page(stored: dict[str, Any]) -> SeenPage:
    pairs = {name: tuple(tuple(pair) for pair in stored[name]) for name in ("headers", "secrets")}
    return SeenPage(**stored | pairs)


def record_repetitions(rows: NewRows, run: int, looks: Sequence[Repetition], zone: str) -> None:
    """Store looks that saw what is remembered, each as a copy of the look that is remembered."""
    values = [
        {
            "number": rows.number(Fetch),
            "of_run": run,
            "last": look.memory.look,
            "at": look.at,
            "in_week": week_of(look.at, zone),
            "sha": look.digest,
        }
        for look in looks
    ]
    if values:
        rows.connection.execute(_copied_fetch(), values)
        rows.connection.execute(_copied_cells(), values)


@cache
def _copied_fetch() -> Insert:
    new = {
        Fetch.id: bindparam("number", type_=Fetch.id.type),
        Fetch.run_id: bindparam("of_run", type_=Fetch.run_id.type),
        Fetch.observed_at: bindparam("at", type_=Fetch.observed_at.type),
        Fetch.week: bindparam("in_week", type_=Fetch.week.type),
        Fetch.digest: bindparam("sha", type_=Fetch.digest.type),
        Fetch.state: literal("complete"),
        Fetch.unchanged: true(),
    }
    copied = (Fetch.board_id, Fetch.scope, Fetch.epoch, Fetch.listed, Fetch.kept, Fetch.rejected, Fetch.pages)
    columns = {column: column for column in (*copied, Fetch.reason, Fetch.fills)} | new
    source = select(*columns.values()).where(Fetch.id == bindparam("last"))
    return insert(Fetch).from_select(list(columns), source)


@cache
def _copied_cells() -> Insert:
    number = bindparam("number", type_=Cell.fetch_id.type)
    source = select(number, Cell.unit_id, Cell.epoch, literal("complete"), Cell.listed)
    columns = [Cell.fetch_id, Cell.unit_id, Cell.epoch, Cell.state, Cell.listed]
    return insert(Cell).from_select(columns, source.where(Cell.fetch_id == bindparam("last")))


def settle(connection: Connection, board: int) -> None:
    """Write down what the unchanged looks at the end of a board's history mean for its spells."""
    for since, until in extended(connection, cut=None, boards=(board,)).values():
        connection.execute(_SETTLE, {"board": board, "since": since, "until": until})


def extended(
    connection: Connection, cut: datetime | None, boards: Collection[int] | None = None
) -> Mapping[int, tuple[datetime, datetime]]:
    """Return board -> (since, until): what it listed at `since` it listed until `until`, unchanged.

    Only for boards whose last usable look (up to the cut, if there is one) is an unchanged one; `boards` asks
    for a few.
    """
    values = {"cut": cut, "boards": boards}
    statement = _extended(cut is not None, boards is not None)
    rows = connection.execute(statement, {name: value for name, value in values.items() if value is not None})
    return {number: (since, until) for number, since, until in rows if since < until}


@cache
def _extended(is_cut: bool, of_boards: bool) -> Select[Any]:
    until_cut = Fetch.observed_at <= bindparam("cut") if is_cut else true()
    of_board = among(Fetch.board_id, "boards") if of_boards else true()
    repeated = (
        select(Fetch.board_id, func.max(Fetch.observed_at).label("at"))
        .where(Fetch.unchanged, until_cut, of_board)
        .group_by(Fetch.board_id)
        .subquery()
    )
    return (
        select(repeated.c.board_id, func.max(Fetch.observed_at), repeated.c.at)
        .join(Fetch, Fetch.board_id == repeated.c.board_id)
        .where(usable(), ~Fetch.unchanged, until_cut)
        .group_by(repeated.c.board_id, repeated.c.at)
    )
