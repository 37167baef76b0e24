"""What must hold of the stored rows: for each invariant a query for the rows that break it.

The queries are plain SQL that every engine understands. What they rely on is decided in
storage/recording/lifecycle.py and storage/recording/observing.py.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Subquery,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from storage.reading.columns import FETCH_STATES
from storage.reading.posting_columns import REQUIREMENTS, ROLE_CLASSES
from storage.records import IMPORT
from storage.tables import (
    Board,
    Break,
    Cell,
    Fetch,
    Gap,
    Posting,
    Sighting,
    Spell,
    Tag,
    Tagging,
    Unit,
    Version,
)

_BEFORE, _AT, _AFTER = 0, 1, 2
"""Order within an instant: a look lists what opens with it and what it sees for the last time."""


class Invariant(NamedTuple):
    """`query` selects the rows for which `broken`, a plural, is true; its columns name them."""

    broken: str
    query: Select[*tuple[Any, ...]]


def _overlapping_spells() -> Select[*tuple[Any, ...]]:
    """Spells that open before the earlier one of their posting was missed, or though it never was."""

    def before(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        lag = func.lag(column, type_=column.type)
        return lag.over(partition_by=Spell.posting_id, order_by=(Spell.opened_at, Spell.id))

    spells = (
        select(Spell.id, Spell.posting_id, Spell.opened_at)
        .add_columns(before(Spell.last_seen_at).label("seen"), before(Spell.missed_at).label("missed"))
        .subquery()
    )
    row = spells.c
    return (
        select(row.posting_id.label("posting"), row.id.label("spell"), row.opened_at.label("opens"))
        .add_columns(row.seen.label("though seen until"), row.missed.label("and missed only"))
        .where(
            row.seen.is_not(None),
            or_(row.missed.is_(None), row.opened_at <= row.seen, row.opened_at < row.missed),
        )
        .order_by(row.id)
    )


def _disordered_spells() -> Select[*tuple[Any, ...]]:
    ended = Spell.confirmed_at.is_not(None)
    return (
        select(Spell.id.label("spell"), Spell.posting_id.label("posting"), Spell.opened_at.label("opened"))
        .add_columns(Spell.last_seen_at.label("seen"), Spell.missed_at.label("missed"))
        .add_columns(Spell.confirmed_at.label("confirmed"))
        .where(
            or_(
                Spell.opened_at > Spell.last_seen_at,
                Spell.last_seen_at > Spell.missed_at,
                Spell.missed_at > Spell.confirmed_at,
                and_(ended, Spell.missed_at.is_(None)),
            )
        )
        .order_by(Spell.id)
    )


def _wrong_ends() -> Select[*tuple[Any, ...]]:
    known = {"": False, "gone": True, "left_scope": True, "before_history": True}
    right = [
        and_(
            Spell.reason == reason, Spell.confirmed_at.is_not(None) if ended else Spell.confirmed_at.is_(None)
        )
        for reason, ended in known.items()
    ]
    return (
        select(Spell.id.label("spell"), Spell.kind.label("kind"), Spell.reason.label("reason"))
        .where(not_(and_(or_(*right), Spell.kind.in_(("backlog", "new", "repost")))))
        .order_by(Spell.id)
    )


def _gaps_outside() -> Select[*tuple[Any, ...]]:
    confirmed = func.coalesce(Gap.confirmed_at, Gap.missed_at)
    return (
        select(Gap.id.label("gap"), Gap.spell_id.label("spell"), Gap.last_seen_at.label("seen"))
        .add_columns(Gap.missed_at.label("missed"), Gap.back_at.label("back"))
        .join(Spell, Spell.id == Gap.spell_id)
        .where(
            or_(
                Gap.last_seen_at < Spell.opened_at,
                Gap.last_seen_at > Gap.missed_at,
                Gap.missed_at > confirmed,
                confirmed > Gap.back_at,
                Gap.back_at > Spell.last_seen_at,
            )
        )
        .order_by(Gap.id)
    )


def _presences() -> CompoundSelect[*tuple[Any, ...]]:
    """(unit, at, phase, change) of how many postings of a unit are listed, from spells and gaps."""
    spells = select(Posting.unit_id).select_from(Spell).join(Posting, Posting.id == Spell.posting_id)
    gaps = spells.join(Gap, Gap.spell_id == Spell.id)

    def steps(of: Select[*tuple[Any, ...]], at: Any, phase: int, change: int) -> Select[*tuple[Any, ...]]:
        nothing = literal(None, Integer)
        return of.add_columns(
            at.label("at"), literal(phase).label("phase"), literal(change).label("change"),
            nothing.label("look"), nothing.label("epoch"), nothing.label("listed"),
        )  # fmt: skip

    return union_all(
        steps(spells, Spell.opened_at, _BEFORE, 1),
        steps(spells.where(Spell.missed_at.is_not(None)), Spell.last_seen_at, _AFTER, -1),
        steps(gaps, Gap.last_seen_at, _AFTER, -1),
        steps(gaps, Gap.back_at, _BEFORE, 1),
        _looks(),
    )


def _looks() -> Select[*tuple[Any, ...]]:
    """The complete cells as such rows; two looks at one instant tell of no time in between, so neither."""
    other = aliased(Fetch)
    twice = select(other.id).where(
        other.board_id == Fetch.board_id, other.observed_at == Fetch.observed_at, other.id != Fetch.id
    )
    return (
        select(Cell.unit_id, Fetch.observed_at.label("at"), literal(_AT).label("phase"))
        .add_columns(literal(0).label("change"), Fetch.id.label("look"), Cell.epoch, Cell.listed)
        .join(Fetch, Fetch.id == Cell.fetch_id)
        .where(Cell.state == "complete", ~Fetch.late, ~twice.exists())
    )


def _stock() -> Subquery:
    """For each complete cell what the spells say was listed then, beside what the look listed."""
    steps = _presences().subquery()
    row = steps.c
    listed = func.sum(row.change).over(partition_by=row.unit_id, order_by=(row.at, row.phase, row.look))
    return select(row.unit_id, row.at, row.look, row.epoch, row.listed, listed.label("of_spells")).subquery()


def _unbalanced() -> Select[*tuple[Any, ...]]:
    """Complete looks between which A(w) - A(w-1) is not new + reopened - closed.

    What spells and gaps say opens, comes back and ends between two looks is the change of the number of
    postings that they say is listed.
    """
    stock = _stock()

    def before(column: ColumnElement[Any]) -> ColumnElement[Any]:
        lag = func.lag(column, type_=column.type)
        return lag.over(partition_by=stock.c.unit_id, order_by=(stock.c.at, stock.c.look))

    looks = (
        select(*stock.c)
        .add_columns(
            before(stock.c.listed).label("listed_before"),
            before(stock.c.of_spells).label("of_spells_before"),
            before(stock.c.epoch).label("epoch_before"),
        )
        .where(stock.c.look.is_not(None))
        .subquery()
    )
    row = looks.c
    change, told = row.listed - row.listed_before, row.of_spells - row.of_spells_before
    return (
        select(row.unit_id.label("unit"), row.look.label("look"), row.at.label("at"))
        .add_columns(change.label("listed more"), told.label("by its spells"))
        .where(row.epoch == row.epoch_before, change != told)
        .order_by(row.look)
    )


def _without(table: Any, named: str) -> Select[*tuple[Any, ...]]:
    found = select(table.id).where(table.posting_id == Posting.id).exists()
    return select(Posting.id.label(named), Posting.native_id.label("id")).where(~found).order_by(Posting.id)


def _foreign_postings() -> Select[*tuple[Any, ...]]:
    by_board = Posting.family == Board.family + ":" + Board.key
    own = or_(and_(Posting.family == Board.family, Board.family != IMPORT), by_board)
    employer = or_(not_(Board.multi_employer), Posting.company_id == Unit.company_id)
    return (
        select(Posting.id.label("posting"), Posting.family.label("of"), Unit.id.label("in unit"))
        .add_columns(Board.family.label("of board"), Board.key.label("/"))
        .join(Unit, Unit.id == Posting.unit_id)
        .join(Board, Board.id == Unit.board_id)
        .where(not_(and_(own, employer)))
        .order_by(Posting.id)
    )


def _foreign_cells() -> Select[*tuple[Any, ...]]:
    return (
        select(Cell.fetch_id.label("look"), Cell.unit_id.label("unit"))
        .join(Fetch, Fetch.id == Cell.fetch_id)
        .join(Unit, Unit.id == Cell.unit_id)
        .where(Unit.board_id != Fetch.board_id)
        .order_by(Cell.fetch_id)
    )


def _foreign_sightings() -> Select[*tuple[Any, ...]]:
    return (
        select(Sighting.fetch_id.label("look"), Sighting.spell_id.label("spell"))
        .join(Fetch, Fetch.id == Sighting.fetch_id)
        .join(Spell, Spell.id == Sighting.spell_id)
        .join(Posting, Posting.id == Spell.posting_id)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Unit.board_id != Fetch.board_id)
        .order_by(Sighting.fetch_id)
    )


def _foreign_breaks() -> Select[*tuple[Any, ...]]:
    return (
        select(Break.id.label("break"), Break.unit_id.label("of unit"), Break.board_id.label("at board"))
        .join(Unit, Unit.id == Break.unit_id)
        .where(Unit.board_id != Break.board_id)
        .order_by(Break.id)
    )


def _other_words(
    column: InstrumentedAttribute[str], words: Sequence[str], key: InstrumentedAttribute[int]
) -> Select[*tuple[Any, ...]]:
    return select(key.label(key.key), column.label(column.key)).where(column.not_in(words)).order_by(key)


INVARIANTS = (
    Invariant("looks with a state that there is not", _other_words(Fetch.state, FETCH_STATES, Fetch.id)),
    Invariant("taggings with a role that there is not", _other_words(Tagging.role, ROLE_CLASSES, Tagging.id)),
    Invariant(
        "tags with a requirement that there is not",
        _other_words(Tag.requirement, REQUIREMENTS, Tag.tagging_id),
    ),
    Invariant("spells that overlap an earlier one of their posting", _overlapping_spells()),
    Invariant("spells that are not opened <= seen <= missed <= confirmed", _disordered_spells()),
    Invariant("spells whose kind, reason and end do not go together", _wrong_ends()),
    Invariant("gaps that do not lie within their spell", _gaps_outside()),
    Invariant("looks at which the stock changed otherwise than postings came and went", _unbalanced()),
    Invariant("postings without a text", _without(Version, "posting")),
    Invariant("postings that were never listed", _without(Spell, "posting")),
    Invariant("postings whose unit is of another board or employer", _foreign_postings()),
    Invariant("cells of a unit of another board than their look's", _foreign_cells()),
    Invariant("sightings of a posting of another board than their look's", _foreign_sightings()),
    Invariant("breaks of a unit of another board", _foreign_breaks()),
)
