"""The rows of spells: loads those that one look at a board concerns, applies decisions, writes them back."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, insert, select, update

from storage.chunking import chunks
from storage.recording import lifecycle
from storage.recording.lifecycle import Resumed, SpellKind, SpellState
from storage.recording.new_rows import next_number
from storage.tables import Gap, Posting, Sighting, Spell, Unit


@dataclass(slots=True)
class _Entry:
    """A posting's latest spell; `row` is None until it is written."""

    posting: int
    unit: int
    row: int | None
    kind: SpellKind
    opened_at: datetime
    state: SpellState
    changed: bool = False
    gaps: list[dict[str, Any]] = field(default_factory=list)


class SpellBook:
    """The latest spells of the postings that a look concerns: those listed now and those still open."""

    def __init__(self, connection: Connection, board: int, listed: Iterable[int]):
        self.connection = connection
        self.closed = self.reopened = 0
        self._latest: dict[int, _Entry] = {}
        self._new: list[_Entry] = []
        columns = (
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
        in_board = columns.join(Unit, Unit.id == Posting.unit_id).where(Unit.board_id == board)
        self._load(in_board.where(Spell.confirmed_at.is_(None)))
        for ids in chunks(listed):
            self._load(columns.where(Spell.posting_id.in_(ids)))

    def _load(self, statement: Executable) -> None:
        for row in self.connection.execute(statement):
            state = SpellState(row.last_seen_at, row.missed_at, row.confirmed_at, row.reason)
            entry = _Entry(row.posting_id, row.unit_id, row.id, row.kind, row.opened_at, state)
            present = self._latest.get(row.posting_id)
            if present is None or present.opened_at <= entry.opened_at:
                self._latest[row.posting_id] = entry

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
        entry.state, entry.changed = outcome.spell, True
        if outcome.gap:
            self.reopened += outcome.gap.confirmed_at is not None
            entry.gaps.append(
                {
                    "last_seen_at": outcome.gap.last_seen_at,
                    "missed_at": outcome.gap.missed_at,
                    "confirmed_at": outcome.gap.confirmed_at,
                    "back_at": at,
                }
            )

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

    def write(self, fetch: int, unsure: Set[int]) -> None:
        """Write what changed; the postings in `unsure` were seen by a look that is not complete."""
        changed = [{"row": e.row} | _columns(e) for e in self._latest.values() if e.changed and e.row]
        if changed:
            self.connection.execute(update(Spell).where(Spell.id == bindparam("row")), changed)
        if self._new:
            for number, entry in enumerate(self._new, start=next_number(self.connection, Spell)):
                entry.row = number
            self.connection.execute(
                insert(Spell),
                [
                    {"id": e.row, "posting_id": e.posting, "opened_at": e.opened_at} | _columns(e)
                    for e in self._new
                ],
            )
        gaps = [{"spell_id": entry.row} | gap for entry in self._latest.values() for gap in entry.gaps]
        if gaps:
            self.connection.execute(insert(Gap), gaps)
        sightings = [{"fetch_id": fetch, "spell_id": self._latest[posting].row} for posting in sorted(unsure)]
        if sightings:
            self.connection.execute(insert(Sighting), sightings)


def _columns(entry: _Entry) -> dict[str, Any]:
    state = entry.state
    return {
        "kind": entry.kind,
        "last_seen_at": state.last_seen_at,
        "missed_at": state.missed_at,
        "confirmed_at": state.confirmed_at,
        "reason": state.reason,
    }


def sighted_late(
    connection: Connection, posting: int, at: datetime, first_usable_after: datetime | None
) -> int:
    """Record that a posting had been listed at `at`, before what is known of its board; return the spell.

    An earlier sighting moves the opening back if no believed listing lies between, else it is a spell of
    its own that ended before history began. Nothing is closed or reopened.
    """
    rows = connection.execute(
        select(Spell.id, Spell.opened_at, Spell.last_seen_at)
        .where(Spell.posting_id == posting)
        .order_by(Spell.opened_at)
    ).all()
    for row in rows:
        if row.opened_at <= at <= row.last_seen_at:
            return int(row.id)
    following = next((row for row in rows if row.opened_at > at), None)
    if following and (first_usable_after is None or following.opened_at <= first_usable_after):
        values = {"opened_at": at, "kind": "backlog"}
        connection.execute(update(Spell).where(Spell.id == following.id).values(values))
        return int(following.id)
    values = {
        "posting_id": posting,
        "kind": "backlog",
        "opened_at": at,
        "last_seen_at": at,
        "missed_at": first_usable_after,
        "confirmed_at": first_usable_after,
        "reason": "before_history" if first_usable_after else "",
    }
    number = next_number(connection, Spell)
    connection.execute(insert(Spell).values(id=number, **values))
    return number
