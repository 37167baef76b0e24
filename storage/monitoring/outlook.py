"""When a board may be asked again: boards that fail repeatedly are asked at growing intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import cast

from sqlalchemy import Connection, func, literal, select
from sqlalchemy.orm import aliased

from storage.recording.lifecycle import CONFIRM_AFTER
from storage.records import IMPORT, FetchState
from storage.tables import Board, Fetch

QUARANTINE_AFTER = 3
"""Failures in a row after which a board is asked more and more seldom; one may be down, three are a state."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(days=2), timedelta(days=28)
_AFTER_REFUSAL = timedelta(hours=24)
_REMEMBERED = 24
"""Looks that are read per board: enough to tell the longest wait."""
_ALL = 2**31 - 1
_EVER = datetime(1, 1, 1, tzinfo=UTC)
_IN_VAIN = ("failed", "missing", "refused")


@dataclass(frozen=True, slots=True)
class Outlook:
    """The latest looks at a board, as far as they decide when it is asked again.

    `failures` counts the looks in a row that brought nothing (failed, missing, refused; 0 if the last one
    did bring something) and lie 20 hours apart; `state` is that of the last look.
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
    look = aliased(Fetch)
    first = (  # by the index, however long the board's history is
        select(look.observed_at)
        .where(look.board_id == Board.id, ~look.late)
        .order_by(look.observed_at.desc())
        .offset(_REMEMBERED - 1)
        .limit(1)
        .correlate(Board)
        .scalar_subquery()
    )
    since = func.coalesce(first, literal(_EVER, Fetch.observed_at.type))
    boards = (
        select(Board.id, Board.family, Board.key, since.label("since"))
        .where(Board.family != IMPORT)
        .limit(_ALL)  # so that it is asked for once a board, not for every look that is gone through
        .subquery("boards_since")
    )
    rows = connection.execute(
        select(boards.c.family, boards.c.key, Fetch.observed_at, Fetch.state)
        .join(Fetch, (Fetch.board_id == boards.c.id) & (Fetch.observed_at >= boards.c.since))
        .where(~Fetch.late)
        .order_by(boards.c.id, Fetch.observed_at.desc(), Fetch.id.desc())
    )
    looks_at: dict[tuple[str, str], list[tuple[datetime, FetchState]]] = {}
    for family, key, at, state in rows:
        looks_at.setdefault((family, key), []).append((at, cast(FetchState, state)))
    return {board: outlook(found) for board, found in looks_at.items()}


def outlook(looks: Sequence[tuple[datetime, FetchState]]) -> Outlook:
    """Return the outlook of a board from its looks (one at least), newest first.

    Failures that lie closer than 20 hours are one: a network that was down for an evening is no state.
    """
    failures: list[datetime] = []
    for at, _ in takewhile(lambda look: look[1] in _IN_VAIN, looks[:_REMEMBERED]):
        if not failures or failures[-1] - at >= CONFIRM_AFTER:
            failures.append(at)
    return Outlook(*looks[0], failures=len(failures))
