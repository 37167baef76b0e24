"""What is told of the postings that a search found, and of a posting's role."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, ScalarSelect, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from storage.chunking import chunks
from storage.column_types import AnyRow
from storage.recording.repeats import extended
from storage.searching.query import Query
from storage.searching.quotes import Quote, Span, merged, quotes, spans
from storage.tables import Board, Fetch, Posting, Spell, Tagging, Taxonomy, Unit, Version, usable
from storage.taggings import RoleClass

State = Literal["open", "missed", "closed", "unknown"]
"""missed: the latest complete reading did not show it, which no second one has confirmed · unknown: it was
not seen to close, but its listing (a file that is a part of one, a window) was never read in full, so that
nobody could have seen it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A posting that was found, as its latest indexed text says. `role` None: not tagged yet.

    `title_hits` are the words in the title, `quotes` sentences of the text.
    """

    posting: int
    title: str
    company: str
    places: tuple[str, ...]
    role: RoleClass | None
    url: str
    first_seen_at: datetime
    last_seen_at: datetime
    state: State
    title_hits: tuple[Span, ...]
    quotes: tuple[Quote, ...]


class Document(NamedTuple):
    """A text that answers a query; `worth`: of each wanted clause that of the best place where it stands."""

    row: AnyRow
    texts: tuple[str, str]  # title and text, folded
    worth: tuple[float, ...]


def in_force() -> ScalarSelect[int]:
    """The number of the taxonomy in force."""
    newest_first = (Taxonomy.in_force_from.desc(), Taxonomy.id.desc())
    return select(Taxonomy.id).order_by(*newest_first).limit(1).scalar_subquery()


def role_of(version: ColumnElement[int] | InstrumentedAttribute[int]) -> ScalarSelect[str]:
    """The role of a version by the taxonomy in force, else by the newest that has tagged it."""
    return (
        select(Tagging.role)
        .where(Tagging.version_id == version)
        .order_by((Tagging.taxonomy_id == in_force()).desc(), Tagging.taxonomy_id.desc())
        .limit(1)
        .scalar_subquery()
    )


def hits(connection: Connection, query: Query, documents: Sequence[Document]) -> Iterator[Hit]:
    """Yield what is told of each of these documents."""
    postings = [document.row.posting_id for document in documents]
    stays = _stays(connection, postings)
    about = {
        row.id: row
        for part in chunks(document.row.id for document in documents)
        for row in connection.execute(
            select(Version.id, Posting.url, role_of(Version.id).label("role"))
            .join(Posting, Posting.id == Version.posting_id)
            .where(Version.id.in_(part))
        )
    }
    for row, (title, text), _ in documents:
        first, last, state = stays[row.posting_id]
        yield Hit(
            posting=row.posting_id,
            title=row.title,
            company=row.company,
            places=tuple(map(str, row.places)),
            role=about[row.id].role,
            url=about[row.id].url,
            first_seen_at=first,
            last_seen_at=last,
            state=state,
            title_hits=merged((start, end) for start, end, _ in spans(query.wanted, title)),
            quotes=quotes(query.wanted, row.text, text),
        )


def _stays(connection: Connection, postings: Iterable[int]) -> dict[int, tuple[datetime, datetime, State]]:
    """Return posting -> when it was seen first and last, and what is known of it since."""
    found: dict[int, tuple[datetime, datetime, State]] = {}
    listed: dict[int, int] = {}  # posting -> board, of those that were not missed yet
    for part in chunks(postings):
        for posting, board, opened, seen, missed, confirmed in connection.execute(
            select(
                Spell.posting_id,
                Unit.board_id,
                Spell.opened_at,
                Spell.last_seen_at,
                Spell.missed_at,
                Spell.confirmed_at,
            )
            .join(Posting, Posting.id == Spell.posting_id)
            .join(Unit, Unit.id == Posting.unit_id)
            .where(Spell.posting_id.in_(part))
            .order_by(Spell.opened_at, Spell.id)
        ):
            first = found[posting][0] if posting in found else opened
            found[posting] = first, seen, "missed" if confirmed is None else "closed"
            if missed is None:
                listed[posting] = board
    boards = set(listed.values())
    unchanged, whole = extended(connection, None, boards), _read_in_full(connection, boards)
    for posting, board in listed.items():
        first, seen, _ = found[posting]
        since, until = unchanged.get(board, (seen, seen))
        last = until if since <= seen < until else seen
        found[posting] = first, last, "open" if board in whole else "unknown"
    return found


def _read_in_full(connection: Connection, boards: Iterable[int]) -> set[int]:
    """Return those of the boards that had a usable look: what leaves them can be seen to close."""
    looked = exists().where(Fetch.board_id == Board.id, usable())
    return {
        board
        for part in chunks(boards)
        for board in connection.scalars(select(Board.id).where(Board.id.in_(part), looked))
    }
