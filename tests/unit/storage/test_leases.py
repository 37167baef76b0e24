"""Leases of hosts: who may ask which, whatever collectors do and whenever they die. Rules without SQL."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.fetching.client import Limits
from scraper.fetching.pacing import LONGEST_GAP
from storage.leasing.rules import (
    TERM,
    HostLease,
    Lease,
    claimed,
    is_claimable,
    is_held,
    joined,
    released,
    renewed,
    under_way,
)

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
BUDGET = timedelta(minutes=50)


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def join(
    hosts: list[HostLease], wanted: dict[str, list[str]], at: float = 0, budget: float = 50, newest: int = 0
) -> list[HostLease]:
    return joined(hosts, wanted, now=minutes(at), end=minutes(at + budget), newest_fetch=newest)


def test_half_a_term_is_longer_than_a_request_and_a_pause() -> None:
    """A request begins only while the lease has half a term left: whoever takes the host over asks later."""
    limits = Limits()
    assert timedelta(seconds=limits.deadline + limits.connect) < TERM / 2
    assert timedelta(seconds=LONGEST_GAP) < TERM / 2


# ------------------------------------------------------------------ rounds


def test_the_first_opens_a_round_and_the_next_joins_it() -> None:
    opened = join([], {"a": ["a1", "a2"]}, newest=7)
    assert opened == [HostLease("a", 1, minutes(50), 7, frozenset({"a1", "a2"}))]
    both = join(opened, {"a": ["a1"], "b": ["b1"]}, at=10, newest=9)
    assert [(one.host, one.round, one.after_fetch, one.ends_at) for one in both] == [
        ("a", 1, 7, minutes(60)),
        ("b", 1, 7, minutes(60)),
    ]


def test_a_round_is_over_when_all_its_hosts_are_done() -> None:
    first, second = join([], {"a": ["a1"], "b": ["b1"]})
    lease = Lease("a", 1, 1)
    held = claimed(first, "x", NOON, TERM)
    done = released(held, lease, ["a1"], minutes(1), gave_up=False, pause=timedelta(seconds=5))
    assert under_way([done, second], minutes(2)) == second
    other = released(claimed(second, "x", NOON, TERM), Lease("b", 1, 1), ["b1"], minutes(1), gave_up=False,
                     pause=timedelta(0))  # fmt: skip
    assert under_way([done, other], minutes(2)) is None
    again = join([done, other], {"a": ["a1"]}, at=1, newest=12)
    assert [(one.host, one.round, one.after_fetch) for one in again] == [("a", 2, 12)]
    assert not is_claimable(again[0], 2, minutes(1)), "the pause of its last request goes on"
    assert is_claimable(again[0], 2, minutes(2))


def test_what_an_earlier_round_left_undone_keeps_no_round_open() -> None:
    left = HostLease("z", 1, minutes(500), 0, frozenset({"z1"}))
    done = HostLease("a", 2, minutes(500), 5, frozenset({"a1"}), done_at=NOON)
    assert under_way([left, done], NOON) is None
    assert [(one.host, one.round) for one in join([left, done], {"a": ["a1"]})] == [("a", 3)]


def test_a_lease_that_is_renewed_is_held_for_another_term_from_then_on() -> None:
    (one,) = join([], {"a": ["a1"]})
    held = renewed(claimed(one, "x", NOON, TERM), NOON + TERM / 2, TERM)
    assert [is_claimable(held, 1, NOON + TERM * terms) for terms in (1.4, 1.5)] == [False, True]


def test_a_round_whose_time_is_over_makes_way_but_its_holders_are_not_disturbed() -> None:
    (one,) = join([], {"a": ["a1"]}, budget=5)
    held = claimed(one, "x", minutes(4), TERM)
    (new,) = join([held], {"a": ["a1"]}, at=6, newest=3)
    assert (new.round, new.holder, new.token, new.done_at) == (2, "x", 1, None)
    assert is_held(new, Lease("a", 1, 1)) and not is_claimable(new, 2, minutes(6))
    back = released(new, Lease("a", 1, 1), ["a1"], minutes(6), gave_up=True, pause=timedelta(0))
    assert back.done_at is None, "what was asked in the old round is not done in the new one"


def test_a_done_host_opens_again_for_boards_that_nobody_had_named() -> None:
    hosts = join([], {"a": ["a1"], "b": ["b1"]})
    done = released(claimed(hosts[0], "x", NOON, TERM), Lease("a", 1, 1), ["a1"], NOON, gave_up=False,
                    pause=timedelta(0))  # fmt: skip
    same = join([done, hosts[1]], {"a": ["a1"]})
    assert same[0].done_at == NOON
    more = join([done, hosts[1]], {"a": ["a2"]})
    assert more[0].done_at is None and more[0].boards == {"a1", "a2"}


def test_a_host_is_given_back_undone_if_others_have_more_boards_there() -> None:
    (one,) = join(join([], {"a": ["a1"]}), {"a": ["a2"]})
    held, lease = claimed(one, "x", NOON, TERM), Lease("a", 1, 1)
    part = released(held, lease, ["a1"], NOON, gave_up=False, pause=timedelta(seconds=3))
    assert part.done_at is None
    assert [is_claimable(part, 1, NOON + timedelta(seconds=after)) for after in (2, 3)] == [False, True]
    silent = released(held, lease, ["a1"], NOON, gave_up=True, pause=timedelta(0))
    assert silent.done_at == NOON, "a host that does not answer one does not answer the others"


# ------------------------------------------------------------------ a little model of collectors

HOSTS, COLLECTORS = ("a", "b", "c"), range(3)
BOARDS = {host: [f"{host}{number}" for number in range(2)] for host in HOSTS}


@dataclass
class Collector:
    """What one process knows: its leases, and until when each lets it begin a request."""

    leases: dict[str, Lease] = field(default_factory=dict)
    safe_until: dict[str, datetime] = field(default_factory=dict)
    number: int = 0


@dataclass
class World:
    now: datetime = NOON
    rows: dict[str, HostLease] = field(default_factory=dict)
    collectors: list[Collector] = field(default_factory=lambda: [Collector() for _ in COLLECTORS])
    stored: list[tuple[int, str]] = field(default_factory=list)
    given: list[tuple[str, int]] = field(default_factory=list)

    def step(self, who: int, action: str, host: str, seconds: int) -> None:
        collector, row = self.collectors[who], self.rows.get(host)
        lease = collector.leases.get(host)
        if action == "wait":
            self.now += timedelta(seconds=seconds)
        elif action == "die":
            self.collectors[who] = Collector()
        elif action == "join":
            looked = self._looked()
            wanted = {name: [one for one in BOARDS[name] if one not in looked] for name in HOSTS}
            wanted = {name: boards for name, boards in wanted.items() if boards}
            found = joined(
                list(self.rows.values()),
                wanted,
                now=self.now,
                end=self.now + timedelta(seconds=seconds),
                newest_fetch=len(self.stored),
            )
            self.rows |= {one.host: one for one in found}
            collector.number = max((one.round for one in found), default=0)
        elif action == "claim" and row and is_claimable(row, collector.number, self.now):
            row = self.rows[host] = claimed(row, str(who), self.now, TERM)
            collector.leases[host] = Lease(host, row.round, row.token)
            collector.safe_until[host] = self.now + TERM / 2
            self.given.append((host, row.token))
        elif action == "renew" and row and lease:
            if is_held(row, lease):
                self.rows[host] = renewed(row, self.now, TERM)
                collector.safe_until[host] = self.now + TERM / 2
            else:
                del collector.leases[host], collector.safe_until[host]
        elif action == "store" and row and lease and is_held(row, lease):
            board = BOARDS[host][seconds % 2]
            if board not in self._looked():
                self.stored.append((row.round, board))
        elif action == "release" and row and lease:
            if is_held(row, lease):
                self.rows[host] = released(
                    row,
                    lease,
                    self._looked(),
                    self.now,
                    gave_up=seconds > 300,
                    pause=timedelta(seconds=seconds),
                )
            del collector.leases[host], collector.safe_until[host]

    def _looked(self) -> set[str]:
        current = under_way(list(self.rows.values()), self.now)
        after = current.after_fetch if current else len(self.stored)
        return {board for _, board in self.stored[after:]}

    def check(self) -> None:
        for host in HOSTS:
            row = self.rows.get(host)
            asking = [one for one in self.collectors if one.safe_until.get(host, NOON) > self.now]
            assert len(asking) <= 1, "two may ask a host"
            assert not asking or is_held(row, asking[0].leases[host]), "one may ask who could not store"
            storing = [
                one for one in self.collectors if host in one.leases and is_held(row, one.leases[host])
            ]
            assert len(storing) <= 1, "two could store"


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(COLLECTORS),
            st.sampled_from(["join", "claim", "claim", "renew", "store", "release", "wait", "die"]),
            st.sampled_from(HOSTS),
            st.integers(0, 400),
        ),
        max_size=60,
    )
)
def test_never_do_two_collectors_hold_a_host(steps: list[tuple[int, str, str, int]]) -> None:
    world = World()
    world.step(0, "join", "a", 400)
    for step in steps:
        world.step(*step)
        world.check()
    assert len(set(world.given)) == len(world.given), "a token is given out once"
    for host in HOSTS:
        tokens = [token for name, token in world.given if name == host]
        assert tokens == sorted(tokens)
    assert len(set(world.stored)) == len(world.stored), "no board is stored twice in a round"
