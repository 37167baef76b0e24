"""Reading what `pmtrend status` shows."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, and_, exists, false, func, select

from storage.column_types import AnyRow
from storage.monitoring.drift import read_drifts
from storage.monitoring.outlook import read_outlooks
from storage.monitoring.status import (
    FAILED,
    FLOW,
    RECENT,
    ROLES,
    STATES,
    BoardTrouble,
    Coverage,
    Flow,
    Status,
)
from storage.recording.retagging import count_untagged_postings
from storage.records import IMPORT, TaxonomyRecord
from storage.tables import Board, Fetch, Posting, Run, Spell, Tagging, Unit, Version, usable


def read_status(
    connection: Connection,
    now: datetime,
    next_due: datetime | None = None,
    taxonomy: TaxonomyRecord | None = None,
) -> Status:
    """Read the status of the store as it is at `now`; `next_due` is passed on.

    Without a `taxonomy` it is not told how many postings wait for it.
    """
    latest = _latest_looks(connection)
    states = Counter(look.state for look in latest.values())
    roles = _roles()
    counted = _counted(connection, roles)
    by_role = {role: counted[role][0] for role in ROLES}
    run = connection.execute(
        select(Run.id, Run.kind, Run.started_at, Run.finished_at).order_by(Run.id.desc())
    ).first()
    return Status(
        boards={state: states.get(state, 0) for state in STATES},
        seen=sum(look.listed for look in latest.values()),
        rejected=sum(look.rejected for look in latest.values()),
        total=sum(by_role.values()),
        open=sum(counted[role][1] for role in ROLES),
        by_role=by_role,
        not_pm=counted["not_pm"][0],
        last_run=(run.kind, run.started_at, run.finished_at) if run else None,
        troubles=tuple(
            BoardTrouble(f"{family}:{key}", look.state, look.reason, look.observed_at)
            for (family, key), look in latest.items()
            if look.state != "complete"
        ),
        failed=sum(look.state in FAILED for look in latest.values() if look.family != IMPORT),
        coverage=_coverage(connection, now),
        quarantined={
            f"{family}:{key}": found
            for (family, key), found in sorted(read_outlooks(connection).items())
            if found.quarantined
        },
        drift=read_drifts(connection),
        flow_last_run=_flow(connection, roles, *_of_run(connection, run.id)) if run else Flow(),
        flow_recent=_flow(connection, roles, Spell.opened_at > now - FLOW, Spell.confirmed_at > now - FLOW),
        overdue=_overdue(connection, now),
        next_due=next_due,
        untagged=None if taxonomy is None else count_untagged_postings(connection, taxonomy),
    )


def _latest_looks(connection: Connection) -> Mapping[tuple[str, str], AnyRow]:
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
    )
    return {(look.family, look.key): look for look in looks}  # the last of several at one instant


def _coverage(connection: Connection, now: datetime) -> dict[str, Coverage]:
    last = select(func.max(Fetch.observed_at)).where(Fetch.board_id == Board.id, usable()).scalar_subquery()
    rows = connection.execute(
        select(Board.market, last)
        .where(Board.family != IMPORT, exists().where(Fetch.board_id == Board.id))
        .order_by(Board.market)
    ).all()
    boards = Counter(market for market, _ in rows)
    covered = Counter(market for market, at in rows if at is not None and at > now - RECENT)
    return {market: Coverage(boards[market], covered[market]) for market in boards}


def _overdue(connection: Connection, now: datetime) -> bool:
    """Tell whether a store that is fed by `collect` has not been for too long."""
    last = connection.scalar(select(func.max(Run.started_at)).where(Run.kind == "collect"))
    return last is not None and last < now - RECENT


# ------------------------------------------------------------------ postings


def _roles() -> Subquery:
    """Every posting (`id`) with its role by its latest version and tagging, NULL if that has none.

    Looked up posting by posting, so that whoever asks for few need not go through all.
    """
    version = (
        select(Version.id)
        .where(Version.posting_id == Posting.id)
        .order_by(Version.first_seen_at.desc(), Version.id.desc())
        .limit(1)
        .correlate(Posting)
        .scalar_subquery()
    )
    role = (
        select(Tagging.role)
        .where(Tagging.version_id == version)
        .order_by(Tagging.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(Posting.id, Posting.unit_id, role.label("role")).subquery()


def _counted(connection: Connection, roles: Subquery) -> Mapping[str, tuple[int, int]]:
    """Return role -> (postings, of them open)."""
    is_open = exists().where(Spell.posting_id == roles.c.id).where(Spell.confirmed_at.is_(None))
    rows = connection.execute(
        select(roles.c.role, is_open.label("open"), func.count()).group_by(roles.c.role, is_open)
    )
    found: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for role, open_, number in rows:
        there, still = found[role]
        found[role] = there + number, still + number * open_
    return found


def _of_run(connection: Connection, run: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions on a spell: a look of the run opened it, a look of the run confirmed its end."""
    looks = (Fetch.run_id == run) & ~Fetch.late
    span: AnyRow = connection.execute(
        select(func.min(Fetch.observed_at).label("first"), func.max(Fetch.observed_at).label("last")).where(
            looks
        )
    ).one()
    if span.first is None:
        return false(), false()
    look = exists().where(looks, Fetch.board_id == Unit.board_id)
    # Which time it was is told at once; which look it was is only asked of the few of that time.
    return (
        Spell.opened_at.between(span.first, span.last) & look.where(Fetch.observed_at == Spell.opened_at),
        Spell.confirmed_at.between(span.first, span.last)
        & look.where(Fetch.observed_at == Spell.confirmed_at),
    )


def _flow(
    connection: Connection, roles: Subquery, opened: ColumnElement[bool], ended: ColumnElement[bool]
) -> Flow:
    spells = (
        select(func.count())
        .select_from(Spell)
        .join(roles, roles.c.id == Spell.posting_id)
        .join(Unit, Unit.id == roles.c.unit_id)
        .where(roles.c.role != "not_pm")
    )
    rows = connection.execute(spells.add_columns(Spell.kind).where(opened).group_by(Spell.kind))
    came = {kind: number for number, kind in rows}
    closed = connection.scalar(spells.where(ended, Spell.reason == "gone")) or 0
    return Flow(came.get("new", 0), came.get("repost", 0), came.get("backlog", 0), closed)


def newest_looks(connection: Connection) -> dict[tuple[str, str], datetime]:
    """Return (family, key) -> when a board or an imported source was last looked at."""
    of_board = select(func.max(Fetch.observed_at)).where(Fetch.board_id == Board.id).scalar_subquery()
    rows = connection.execute(select(Board.family, Board.key, of_board.label("at")))
    return {(row.family, row.key): row.at for row in rows if row.at is not None}


def has_observation(connection: Connection, family: str, key: str, at: datetime, digest: str) -> bool:
    """Tell whether a look with this digest at this instant is stored for the board."""
    found = connection.scalar(
        select(Fetch.id)
        .join(Board, Board.id == Fetch.board_id)
        .where(Board.family == family, Board.key == key, Fetch.observed_at == at, Fetch.digest == digest)
    )
    return found is not None
