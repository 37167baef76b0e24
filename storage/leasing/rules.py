"""Which collector may ask which host, where several share one database: the decisions, without SQL.

A *round* is one look at all boards that are due, whoever makes it. A collector that starts while a round is
under way joins it. A host is asked by one collector at a time: the one that holds its *lease*, which ends
unless it is renewed (Gray and Cheriton, Leases, SOSP 1989). Each time a host is given out its *token* grows,
and what is brought for an older one is not stored: a holder that was asleep cannot know that it lost the
lease (M. Kleppmann, How to do distributed locking, 2016: fencing tokens).

`now` is the time of the database's clock: the only one that all collectors see. Those of their machines may
be minutes apart.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

TERM = timedelta(minutes=3)
"""A lease that is not renewed for so long ends. Its half is longer than any request may take."""


@dataclass(frozen=True, slots=True)
class HostLease:
    """What is known of a host; see the table `leases`. `expires_at` None: nobody ever held it."""

    host: str
    round: int
    ends_at: datetime
    after_fetch: int
    boards: frozenset[str]
    holder: str = ""
    token: int = 0
    expires_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to ask a host, as its holder knows it."""

    host: str
    round: int
    token: int


def under_way(hosts: Collection[HostLease], now: datetime) -> HostLease | None:
    """Return any host of the round that is under way, None if there is no such round.

    A round is over when each of its hosts is done, or when the time of all who joined it is.
    """
    last = max((one.round for one in hosts), default=0)
    of_last = [one for one in hosts if one.round == last]
    return next((one for one in of_last if one.done_at is None and now < one.ends_at), None)


def joined(
    hosts: Collection[HostLease],
    wanted: Mapping[str, Collection[str]],
    *,
    now: datetime,
    end: datetime,
    newest_fetch: int,
) -> list[HostLease]:
    """Return the hosts of the round that a collector joins at `now`, with the boards that it wants to ask.

    `wanted` is host -> boards that were not looked at in the round under way; `end` is when the collector's
    own time is over. Without a round under way a new one begins, after the newest look that is stored. Who
    holds a host goes on holding it, and a pause that a host was given goes on, too.
    """
    current = under_way(hosts, now)
    number = current.round if current else max((one.round for one in hosts), default=0) + 1
    after = current.after_fetch if current else newest_fetch
    end = max(current.ends_at, end) if current else end
    found = {one.host: replace(one, ends_at=end) for one in hosts if one.round == number}
    earlier = {one.host: one for one in hosts if one.round != number}
    for host, boards in wanted.items():
        if host not in found:
            new = HostLease(host, number, end, after, frozenset(boards))
            was = earlier.get(host, new)
            found[host] = replace(new, holder=was.holder, token=was.token, expires_at=was.expires_at)
        elif not found[host].boards.issuperset(boards):
            found[host] = replace(found[host], boards=found[host].boards.union(boards), done_at=None)
    return list(found.values())


def is_claimable(one: HostLease, number: int, now: datetime) -> bool:
    """Tell whether a host may be given out in the round of this number."""
    free = one.expires_at is None or one.expires_at <= now
    return one.round == number and one.done_at is None and free


def claimed(one: HostLease, holder: str, now: datetime, term: timedelta) -> HostLease:
    """Return a claimable host as it is given out."""
    return replace(one, holder=holder, token=one.token + 1, expires_at=now + term)


def is_held(one: HostLease | None, lease: Lease) -> bool:
    """Tell whether a lease is still the last that was given out for its host, be it expired or not."""
    return one is not None and one.token == lease.token


def renewed(one: HostLease, now: datetime, term: timedelta) -> HostLease:
    """Return a host that is held, held for another term."""
    return replace(one, expires_at=now + term)


def released(
    one: HostLease, lease: Lease, handled: Iterable[str], now: datetime, *, gave_up: bool, pause: timedelta
) -> HostLease:
    """Return a held host as its holder gives it back; nobody may ask it before the `pause` is over.

    It is done if all of its boards were `handled`, by whomever, or if the holder `gave_up`, since it does not
    answer; unless it is in another round by now.
    """
    done = lease.round == one.round and (gave_up or one.boards.issubset(handled))
    return replace(one, expires_at=now + pause, done_at=now if done else None)
