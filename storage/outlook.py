"""When a board may be asked again: boards that fail repeatedly are asked at growing intervals."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from storage.records import IMPORT, FetchState
from storage.tables import Board, Fetch

QUARANTINE_AFTER = 3
"""Failures in a row after which a board is asked more and more seldom; one may be down, three are a state."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(days=2), timedelta(days=28)
_AFTER_REFUSAL = timedelta(hours=24)
_REMEMBERED = 8
"""Looks that are read per board: enough to tell the longest wait."""
_IN_VAIN = ("failed", "missing", "refused")


@dataclass(frozen=True, slots=True)
class Outlook:
    """The latest looks at a board, as far as they decide when it is asked again.

    `failures` counts the looks in a row that brought nothing (failed, missing, refused; 0 if the last one
    did bring something), at most eight; `state` is that of the last look.
    """

    last_look_at: datetime
    state: FetchState
    failures: int

    @property
    def quarantined(self) -> bool:
        """Whether the board is asked at growing intervals."""
        return self.failures >= QUARANTINE_AFTER

    @property
    def not_before(self) -> datetime | None:
        """When the board may be asked again; None: any time.

        From the third failure in a row on it waits 2 days, then 4, 8, 16, 28; a refusal, even a single one,
        is respected for a day.
        """
        if self.quarantined:
            doubled: timedelta = _FIRST_WAIT * 2 ** (self.failures - QUARANTINE_AFTER)
            return self.last_look_at + min(doubled, _LONGEST_WAIT)
        if self.state == "refused":
            return self.last_look_at + _AFTER_REFUSAL
        return None


def read_outlooks(connection: Connection) -> dict[tuple[str, str], Outlook]:
    """Return (family, key) -> outlook of every board that was ever looked at; imported sources have none."""
    rank = (
        func.row_number()
        .over(partition_by=Fetch.board_id, order_by=(Fetch.observed_at.desc(), Fetch.id.desc()))
        .label("rank")
    )
    looks = select(Fetch.board_id, Fetch.observed_at, Fetch.state, rank).where(~Fetch.late).subquery()
    rows = connection.execute(
        select(Board.family, Board.key, looks.c.observed_at, looks.c.state)
        .join(Board, Board.id == looks.c.board_id)
        .where(looks.c.rank <= _REMEMBERED, Board.family != IMPORT)
        .order_by(looks.c.board_id, looks.c.rank)
    )
    found: dict[tuple[str, str], Outlook] = {}
    ended: set[tuple[str, str]] = set()
    for family, key, at, state in rows:
        name = family, key
        known = found.get(name) or Outlook(at, state, 0)
        if state not in _IN_VAIN:
            ended.add(name)
        in_vain = 0 if name in ended else 1
        found[name] = Outlook(known.last_look_at, known.state, known.failures + in_vain)
    return found
