"""The rows of spells: loads those that one look at a board concerns, applies decisions, writes them back."""

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from storage.among import among
from storage.recording import lifecycle
from storage.recording.lifecycle import Resumed, SpellKind, SpellState
from storage.recording.new_rows import NewRows
from storage.tables import Posting, Spell, Unit

_LATEST = (
    select(
        Spell.id,
        Spell.posting_id,
        Posting.unit_id,
        Spell.kind,
        Spell.opened_at,
        Spell.last_seen_at,
        Spell.missed_at,
        Spell.confirmed_at,
        Spell.reason,
    )
    .join(Posting, Posting.id == Spell.posting_id)
    .order_by(Spell.posting_id, Spell.opened_at)
)
_OPEN = _LATEST.join(Unit, Unit.id == Posting.unit_id).where(
    Unit.board_id == bindparam("board"), Spell.confirmed_at.is_(None)
)
_LISTED = _LATEST.where(among(Spell.posting_id, "postings"))
_MOVE = (
    update(Spell)
    .where(among(Spell.id, "spells"))
    .values(last_seen_at=bindparam("at", type_=Spell.last_seen_at.type))
)
_CHANGE = update(Spell).where(Spell.id == bindparam("spell"))
_STAYS = (
    select(Spell.id, Spell.opened_at, Spell.last_seen_at, Spell.missed_at)
    .where(Spell.posting_id == bindparam("posting"))
    .order_by(Spell.opened_at)
)
_OPEN_EARLIER = (
    update(Spell)
    .where(Spell.id == bindparam("spell"))
    .values(opened_at=bindparam("at", type_=Spell.opened_at.type), kind="backlog")
)


@dataclass(slots=True)
class _Entry:
    """A posting's latest spell; `row` is None until it is written.

    `moved` tells that nothing changed but when it was seen last.
    """

    posting: int
    unit: int
    row: int | None
    kind: SpellKind
    opened_at: datetime
    state: SpellState
    changed: bool = False
    moved: bool = False


class SpellBook:
    """The latest spells of the postings that a look concerns: those listed now and those still open.

    `board` is None if it is new: then nothing of it is open.
    """

    def __init__(self, connection: Connection, board: int | None, listed: Iterable[int]):
        self.connection = connection
        self.closed = 0
        self._latest: dict[int, _Entry] = {}
        self._new: list[_Entry] = []
        self._gaps: dict[int, tuple[SpellState, datetime]] = {}
        if board is not None:
            self._load(connection.execute(_OPEN, {"board": board}))
        # An open spell that was never missed is its posting's latest: that is known of most.
        ended = {entry.posting for entry in self._latest.values() if entry.state.missed_at}
        unknown = [one for one in listed if one in ended or one not in self._latest]
        if unknown:
            self._load(connection.execute(_LISTED, {"postings": unknown}))

    def _load(self, rows: Iterable[Any]) -> None:
        for row, posting, unit, kind, opened_at, seen_at, missed_at, confirmed_at, reason in rows:
            present = self._latest.get(posting)
            if present is None or present.opened_at <= opened_at:
                state = SpellState(seen_at, missed_at, confirmed_at, reason)
                self._latest[posting] = _Entry(posting, unit, row, kind, opened_at, state)

    def listed_at(self, unit: int, at: datetime) -> set[int]:
        """Return the postings of the unit that were listed at `at` (a look already recorded)."""
        return {
            entry.posting
            for entry in self._latest.values()
            if entry.unit == unit and entry.opened_at <= at <= entry.state.last_seen_at
        }

    def sighted(self, posting: int, unit: int, at: datetime, *, backlog: bool) -> None:
        """A posting is listed at `at`."""
        entry = self._latest.get(posting)
        outcome = lifecycle.sighted(entry.state if entry else None, at, backlog=backlog)
        if not isinstance(outcome, Resumed):
            opened = _Entry(posting, unit, None, outcome, at, SpellState(at))
            self._latest[posting] = opened
            self._new.append(opened)
            return
        assert entry is not None
        entry.state, entry.moved = outcome.spell, True
        if outcome.gap:
            entry.changed = True
            self._gaps[posting] = outcome.gap, at

    def missed_except(self, unit: int, listed: Set[int], at: datetime) -> None:
        """A listing of the unit that may be believed does not show the open postings outside `listed`."""
        for entry in self._open(unit):
            if entry.posting not in listed:
                self._set(entry, lifecycle.missed(entry.state, at))
                self.closed += entry.state.confirmed_at == at

    def leave_scope(self, unit: int, listed: Set[int], since: datetime, known_at: datetime) -> None:
        """The series of the unit breaks at `since`: what is no longer listed ends there, censored."""
        for entry in self._open(unit):
            if entry.posting not in listed and entry.state.last_seen_at < since:
                self._set(entry, lifecycle.left_scope(entry.state, known_at))
            elif entry.opened_at >= since and entry.kind == "new":
                entry.kind, entry.changed = "backlog", True

    @property
    def waiting(self) -> bool:
        """Whether a posting of the board was missed once, so that the next look may close it."""
        return any(e.state.missed_at and e.state.confirmed_at is None for e in self._latest.values())

    def _open(self, unit: int) -> list[_Entry]:
        return [
            entry
            for entry in self._latest.values()
            if entry.unit == unit and entry.state.confirmed_at is None
        ]

    @staticmethod
    def _set(entry: _Entry, state: SpellState) -> None:
        if state != entry.state:
            entry.state, entry.changed = state, True

    def write(self, rows: NewRows, fetch: int, unsure: Set[int]) -> None:
        """Write what changed, and add what is new to `rows`.

        The postings in `unsure` were seen by a look that is not complete.
        """
        stored = [entry for entry in self._latest.values() if entry.row is not None]
        changed = [_columns(entry) for entry in stored if entry.changed]
        if changed:
            self.connection.execute(_CHANGE, changed)
        moved: dict[datetime, list[int | None]] = defaultdict(list)
        for entry in stored:
            if entry.moved and not entry.changed:
                moved[entry.state.last_seen_at].append(entry.row)
        for at, spells in moved.items():
            self.connection.execute(_MOVE, {"spells": spells, "at": at})
        for entry in self._new:
            state = entry.state
            entry.row = rows.add_spell(
                entry.posting,
                entry.kind,
                entry.opened_at,
                state.last_seen_at,
                state.missed_at,
                state.confirmed_at,
                state.reason,
            )
        for entry in self._latest.values():
            if entry.posting in self._gaps:
                assert entry.row is not None
                gap, back_at = self._gaps[entry.posting]
                rows.add_gap(entry.row, gap.last_seen_at, gap.missed_at, gap.confirmed_at, back_at)
        for posting in sorted(unsure):
            seen = self._latest[posting].row
            assert seen is not None
            rows.add_sighting(fetch, seen)


def _columns(entry: _Entry) -> dict[str, Any]:
    state = entry.state
    return {
        "spell": entry.row,
        "kind": entry.kind,
        "last_seen_at": state.last_seen_at,
        "missed_at": state.missed_at,
        "confirmed_at": state.confirmed_at,
        "reason": state.reason,
    }


def sighted_late(
    connection: Connection, rows: NewRows, posting: int, at: datetime, first_usable_after: datetime | None
) -> None:
    """Record that a posting had been listed at `at`, before what is known of its board.

    A sighting within a stay says nothing new; one before or behind it belongs to it, too, if no believed
    listing lies between. Else it is a spell of its own that ended before history began. Nothing is closed or
    reopened.
    """
    stays = connection.execute(_STAYS, {"posting": posting}).all()
    for stay in stays:
        if stay.opened_at <= at and (stay.missed_at is None or at < stay.missed_at):
            if at > stay.last_seen_at:
                connection.execute(_MOVE, {"spells": [stay.id], "at": at})
            return
    following = next((stay for stay in stays if stay.opened_at > at), None)
    if following and (first_usable_after is None or following.opened_at <= first_usable_after):
        connection.execute(_OPEN_EARLIER, {"spell": following.id, "at": at})
        return
    reason = "before_history" if first_usable_after else ""
    rows.add_spell(posting, "backlog", at, at, first_usable_after, first_usable_after, reason)
