"""What `pmtrend status` shows: boards by the state of their latest look, postings by role."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, select

from storage.records import IMPORT, FetchState
from storage.tables import Board, Fetch, Posting, Run, Spell, Tagging, Version

STATES: tuple[FetchState, ...] = ("complete", "partial", "refused", "missing", "failed", "suspect")
FAILED: frozenset[FetchState] = frozenset({"partial", "refused", "missing", "failed"})
"""States of a board that did not answer in full; a suspect listing was answered."""
_TROUBLES_SHOWN = 20
ROLES = ("ai_pm", "aigc_pm", "both", "other_pm")


@dataclass(frozen=True, slots=True)
class BoardTrouble:
    """A board whose latest look was not complete."""

    board: str
    state: str
    reason: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """`boards`: state -> number; `seen`/`rejected`: sums over the latest looks; postings without not_pm."""

    boards: dict[str, int]
    seen: int
    rejected: int
    total: int
    open: int
    by_role: dict[str, int]
    not_pm: int
    last_run: tuple[str, datetime, datetime | None] | None
    troubles: tuple[BoardTrouble, ...]
    failed: int  # boards that did not answer; a file imported without --complete is no board that failed

    @property
    def exit_code(self) -> int:
        """For monitoring: 0 every board answered, 2 every board failed, 3 some did."""
        if not self.failed:
            return 0
        return 2 if self.failed == sum(self.boards.values()) else 3

    def as_json(self) -> dict[str, Any]:
        """Return the object that `pmtrend status --json` prints."""
        run = None
        if self.last_run:
            kind, started, finished = self.last_run
            run = {"kind": kind, "started": _stamp(started), "finished": _stamp(finished)}
        postings = {"total": self.total, "open": self.open, "by_role": self.by_role, "not_pm": self.not_pm}
        return {
            "boards": self.boards,
            "seen": self.seen,
            "rejected": self.rejected,
            "postings": postings,
            "last_run": run,
        }

    def lines(self) -> list[str]:
        """Return the same for a person."""
        if self.last_run is None:
            return ["the store is empty; `pmtrend collect`, `replay` or `import` fills it"]
        kind, started, finished = self.last_run
        states = ", ".join(f"{count} {state}" for state, count in self.boards.items() if count)
        roles = ", ".join(f"{count} {role}" for role, count in self.by_role.items())
        shown = self.troubles[:_TROUBLES_SHOWN]
        more = len(self.troubles) - len(shown)
        return [
            f"last run   {kind}, {_stamp(started)} to {_stamp(finished) or '(not finished)'}",
            f"boards     {sum(self.boards.values())}: {states}",
            f"listed     {self.seen} postings at their latest looks, {self.rejected} not readable",
            f"PM roles   {self.total}, of them {self.open} open: {roles}; {self.not_pm} are none",
            *(f"  {t.board}: {t.state} ({_stamp(t.observed_at)}) {t.reason}" for t in shown),
            *([f"  … and {more} more"] if more else []),
        ]


def _stamp(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def read_status(connection: Connection) -> Status:
    """Read the status of the store."""
    newest = (
        select(Fetch.board_id, func.max(Fetch.observed_at).label("at"))
        .where(~Fetch.late)
        .group_by(Fetch.board_id)
        .subquery()
    )
    looks = connection.execute(
        select(
            Board.family,
            Board.key,
            Fetch.state,
            Fetch.reason,
            Fetch.observed_at,
            Fetch.listed,
            Fetch.rejected,
        )
        .join(newest, and_(newest.c.board_id == Fetch.board_id, newest.c.at == Fetch.observed_at))
        .join(Board, Board.id == Fetch.board_id)
        .where(~Fetch.late)
        .order_by(Board.family, Board.key, Fetch.id)
    ).all()
    latest = {(look.family, look.key): look for look in looks}  # the last of several at one instant
    states = Counter(look.state for look in latest.values())
    roles, open_postings = _postings(connection)
    run = connection.execute(
        select(Run.kind, Run.started_at, Run.finished_at).order_by(Run.id.desc())
    ).first()
    by_role = {role: roles.get(role, 0) for role in ROLES}
    return Status(
        boards={state: states.get(state, 0) for state in STATES},
        seen=sum(look.listed for look in latest.values()),
        rejected=sum(look.rejected for look in latest.values()),
        total=sum(by_role.values()),
        open=open_postings,
        by_role=by_role,
        not_pm=roles.get("not_pm", 0),
        last_run=(run.kind, run.started_at, run.finished_at) if run else None,
        troubles=tuple(
            BoardTrouble(f"{family}:{key}", look.state, look.reason, look.observed_at)
            for (family, key), look in latest.items()
            if look.state != "complete"
        ),
        failed=sum(look.state in FAILED for look in latest.values() if look.family != IMPORT),
    )


def _postings(connection: Connection) -> tuple[dict[str, int], int]:
    """Role -> number of postings by their latest version and tagging; and the open ones that are PM roles."""
    order = func.row_number().over(
        partition_by=Version.posting_id, order_by=(Version.first_seen_at.desc(), Version.id.desc())
    )
    ranked = select(Version.posting_id, Version.id, order.label("rank")).subquery()
    version = select(ranked.c.posting_id, ranked.c.id).where(ranked.c.rank == 1).subquery()
    tagging = (
        select(Tagging.version_id, func.max(Tagging.id).label("id")).group_by(Tagging.version_id).subquery()
    )
    role = (
        select(Posting.id, Tagging.role)
        .join(version, version.c.posting_id == Posting.id)
        .join(tagging, tagging.c.version_id == version.c.id)
        .join(Tagging, Tagging.id == tagging.c.id)
        .subquery()
    )
    counted = connection.execute(select(role.c.role, func.count()).group_by(role.c.role)).all()
    is_open = exists().where(Spell.posting_id == role.c.id).where(Spell.confirmed_at.is_(None))
    open_postings = connection.scalar(
        select(func.count()).select_from(role).where(role.c.role != "not_pm").where(is_open)
    )
    return {row[0]: row[1] for row in counted}, open_postings or 0


def has_observation(connection: Connection, family: str, key: str, at: datetime, digest: str) -> bool:
    """Tell whether a look with this digest at this instant is stored for the board."""
    found = connection.scalar(
        select(Fetch.id)
        .join(Board, Board.id == Fetch.board_id)
        .where(Board.family == family, Board.key == key, Fetch.observed_at == at, Fetch.digest == digest)
    )
    return found is not None
