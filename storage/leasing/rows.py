"""The leases of hosts in the database: the rules of storage/leasing/rules.py on the rows of the table.

PostgreSQL only. Claims and renewals are small transactions that wait for nobody's turn to write, and claim
by FOR UPDATE SKIP LOCKED: https://www.postgresql.org/docs/15/sql-select.html#SQL-FOR-UPDATE-SHARE
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Connection, Engine, Select, Text, any_, func, insert, literal, select, update

from storage.column_types import UtcDateTime
from storage.engines.opening import explained
from storage.errors import LeaseLost
from storage.leasing import rules as leases
from storage.leasing.rules import HostLease, Lease
from storage.tables import Board, Fetch, Run
from storage.tables import Lease as Row

_COLUMNS = (
    *(Row.host, Row.round, Row.ends_at, Row.after_fetch, Row.boards),
    *(Row.holder, Row.token, Row.expires_at, Row.done_at),
)
_ASLEEP = 20
"""Seconds after which the server ends a transaction whose collector asks nothing more in it.

One that is stopped in the middle of it (a container, a machine that sleeps) would keep what it has locked
from all others for as long as it sleeps. They wait 30 seconds for their turn to write.
"""


@dataclass(frozen=True, slots=True)
class Round:
    """A round that was joined; `looked` are the boards ("family:key") that were looked at in it before."""

    number: int
    after_fetch: int
    looked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Claim:
    """A host that was given out, and the boards that were looked at in its round until then."""

    lease: Lease
    looked: frozenset[str]


class Leases:
    """The leases of one database. Every method is one transaction."""

    def __init__(self, engine: Engine):
        self._engine = engine

    @contextmanager
    def _begun(self, **options: bool) -> Iterator[Connection]:
        with (
            explained(self._engine),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            if not options.get("readonly"):
                _end_if_asleep(connection)
            yield connection

    def join(self, wanted: Mapping[str, Sequence[str]], budget: timedelta) -> Round:
        """Join the round under way, or begin one, to look at host -> boards within the `budget`."""
        with self._begun() as connection:
            now, hosts = _now(connection), _hosts(connection, select(*_COLUMNS).with_for_update())
            newest = connection.scalar(select(func.max(Fetch.id))) or 0
            current = leases.under_way(hosts, now)
            looked = _looked(connection, current.after_fetch if current else newest)
            left = {host: [one for one in boards if one not in looked] for host, boards in wanted.items()}
            left = {host: boards for host, boards in left.items() if boards}
            found = leases.joined(hosts, left, now=now, end=now + budget, newest_fetch=newest)
            known = {one.host for one in hosts}
            for one in found:
                _write(connection, one, new=one.host not in known)
            number, after = max(((one.round, one.after_fetch) for one in found), default=(0, newest))
            return Round(number, after, looked)

    def claim(
        self, of: Round, hosts: Sequence[str], holder: str, term: timedelta = leases.TERM
    ) -> Claim | frozenset[str]:
        """Take the first of the `hosts` that nobody holds; if there is none, return those not yet done."""
        wanted = literal(list(hosts), ARRAY(Text))
        open_hosts = select(*_COLUMNS).where(
            Row.host == any_(wanted), Row.round == of.number, Row.done_at.is_(None)
        )
        over = Row.expires_at <= func.clock_timestamp()
        free = (
            open_hosts.where(Row.expires_at.is_(None) | over)
            .order_by(func.array_position(wanted, Row.host))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._begun(out_of_turn=True) as connection:
            for found in _hosts(connection, free):
                if not leases.is_claimable(found, of.number, now := _now(connection)):
                    continue
                one = leases.claimed(found, holder, now, term)
                _write(connection, one)
                lease = Lease(one.host, one.round, one.token)
                return Claim(lease, _looked(connection, of.after_fetch))
            return frozenset(one.host for one in _hosts(connection, open_hosts))

    def renew(self, lease: Lease, term: timedelta = leases.TERM) -> bool:
        """Hold a host for another term; False if it was given to somebody else."""
        with self._begun(out_of_turn=True) as connection:
            one = _locked(connection, lease)
            if one is not None:
                _write(connection, leases.renewed(one, _now(connection), term))
            return one is not None

    def release(self, lease: Lease, asked: Sequence[str], *, gave_up: bool, pause: timedelta) -> None:
        """Give a host back, to be left alone for the `pause`, after these boards were asked."""
        with self._begun(out_of_turn=True) as connection:
            one = _locked(connection, lease)
            if one is not None:
                handled = _looked(connection, one.after_fetch).union(asked)
                now = _now(connection)
                _write(connection, leases.released(one, lease, handled, now, gave_up=gave_up, pause=pause))

    def looked(self, of: Round) -> frozenset[str]:
        """Return the boards that have been looked at in a round, by whomever."""
        with self._begun(readonly=True) as connection:
            return _looked(connection, of.after_fetch)


def check(connection: Connection, lease: Lease) -> None:
    """Raise LeaseLost if a host was given to somebody else; else nobody gets it while the transaction runs.

    The lock lets the lease be renewed meanwhile. A transaction that is then asleep is ended by the server.
    """
    _end_if_asleep(connection)
    query = select(*_COLUMNS).where(Row.host == lease.host).with_for_update(read=True, key_share=True)
    if not leases.is_held(next(iter(_hosts(connection, query)), None), lease):
        raise LeaseLost(f"another collector has taken over {lease.host}")


def _end_if_asleep(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout TO '{_ASLEEP}s'")


def _locked(connection: Connection, lease: Lease) -> HostLease | None:
    query = select(*_COLUMNS).where(Row.host == lease.host).with_for_update(key_share=True)
    one = next(iter(_hosts(connection, query)), None)
    return one if leases.is_held(one, lease) else None


def _now(connection: Connection) -> datetime:
    now = connection.scalar(select(func.clock_timestamp(type_=UtcDateTime())))
    assert isinstance(now, datetime)
    return now


def _hosts(connection: Connection, query: Select[Any]) -> list[HostLease]:
    rows = [row._asdict() for row in connection.execute(query)]
    return [HostLease(**row | {"boards": frozenset(row["boards"])}) for row in rows]


def _write(connection: Connection, one: HostLease, *, new: bool = False) -> None:
    values = asdict(one) | {"boards": sorted(one.boards)}
    host = values.pop("host")
    into = insert(Row).values(host=host) if new else update(Row).where(Row.host == host)
    connection.execute(into.values(values))


def _looked(connection: Connection, after_fetch: int) -> frozenset[str]:
    """Boards with a look that is stored after this one: writers take turns, so ids grow as they are stored.

    No clock is asked: those of the machines may differ.
    """
    looks = (
        select(Board.family, Board.key)
        .join(Fetch, Fetch.board_id == Board.id)
        .join(Run, Run.id == Fetch.run_id)
        .where(Fetch.id > after_fetch, Run.kind == "collect")
    )
    return frozenset(f"{family}:{key}" for family, key in connection.execute(looks))
