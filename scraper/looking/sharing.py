"""Hosts that several collectors on one database share: taken by leases, which are held while they are asked.

storage/leasing/rules.py has the rules. What is asked here is when a lease is taken, renewed and given back,
and that nobody asks a host whose lease he may have lost.
"""

import logging
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from scraper.errors import FetchError
from scraper.fetching import Fetcher
from scraper.looking.hosts import Host
from scraper.model import Board, Reply, Request
from storage.errors import StorageError
from storage.leasing.rows import Claim, Leases
from storage.leasing.rules import TERM, Lease

LOG = logging.getLogger(__name__)
_RENEWALS = 6
"""Times in a term that a lease is renewed: some may fail."""
_AFTER_A_BREAK = timedelta(seconds=10)
"""A run that was ended may still be closing its connections."""


class Held:
    """A lease of ours. `clock` is that of this machine, and only used to tell how long something took."""

    def __init__(
        self, leases: Leases, lease: Lease, asked: datetime, clock: Callable[[], datetime], term: timedelta
    ):
        self.lease, self.lost, self._given_back = lease, False, False
        self._leases, self._clock, self._term = leases, clock, term
        self._safe_until = asked + term / 2
        self._turn = Lock()

    def renew(self) -> bool:
        """Hold it for another term; tell whether it is still ours."""
        with self._turn:
            asked = self._clock()
            if self.lost or self._given_back:
                return False
            if self._leases.renew(self.lease, self._term):
                self._safe_until = asked + self._term / 2
            else:
                self.lost = True
                LOG.warning("another collector has taken over %s", self.lease.host)
            return not self.lost

    def give_back(self, asked: Sequence[str], *, gave_up: bool, pause: timedelta) -> None:
        """Let others have it after the `pause`. Whoever would renew it just now comes too late, or before."""
        with self._turn:
            self._given_back = True
            self._leases.release(self.lease, asked, gave_up=gave_up, pause=pause)

    def is_ours(self) -> bool:
        """Tell whether a request that begins now ends before anybody else may ask the host."""
        held = not self.lost and not self._given_back
        return held and (self._clock() < self._safe_until or self.renew())


class _Guarded:
    """A fetcher that asks nothing once the lease is lost: this process may have been asleep."""

    def __init__(self, fetcher: Fetcher, held: Held):
        self._fetcher, self._held = fetcher, held

    def fetch(self, request: Request, *, published: bool) -> Reply:
        if not self._held.is_ours():
            raise FetchError(request.url, "another collector has taken over the host")
        return self._fetcher.fetch(request, published=published)


class SharedHosts:
    """The hosts of a round that this collector takes part in; a context manager, in which leases are kept.

    `hosts` is host -> its boards, in the order in which they are to be asked; `pause` tells how many seconds
    a host wants to be left alone when it is given back.
    """

    def __init__(
        self,
        leases: Leases,
        hosts: Mapping[str, tuple[Board, ...]],
        budget: timedelta,
        *,
        clock: Callable[[], datetime],
        pause: Callable[[str], float],
        term: timedelta = TERM,
    ):
        self._leases, self._left = leases, dict(hosts)
        self._clock, self._pause, self._term = clock, pause, term
        self._all = {board.name for boards in hosts.values() for board in boards}
        self._holder = f"{platform.node()}:{os.getpid()}"
        named = {host: [board.name for board in own] for host, own in hosts.items()}
        self._round = leases.join(named, budget)
        self._held: dict[str, Held] = {}
        self._by_board: dict[str, Held] = {}
        self._lock, self._stop, self._told = Lock(), Event(), False
        self.number, self.silent = len(hosts), 0

    def __enter__(self) -> Self:
        Thread(target=self._keep, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop renewing. If the run was broken off, others get its hosts soon (or when the leases end)."""
        self._stop.set()
        if not isinstance(error, StorageError):
            for host, held in list(self._held.items()):
                pause = max(_AFTER_A_BREAK, timedelta(seconds=self._pause(host)))
                held.give_back((), gave_up=False, pause=pause)

    def _keep(self) -> None:
        while not self._stop.wait(self._term.total_seconds() / _RENEWALS):
            for held in list(self._held.values()):
                try:
                    held.renew()
                except StorageError as error:
                    LOG.warning("the lease of %s was not renewed: %s", held.lease.host, error)

    def take(self) -> Host | None:
        """Return a host that nobody else holds; one without boards while others hold all that are left."""
        with self._lock:
            while self._left:
                asked = self._clock()
                claim = self._leases.claim(self._round, list(self._left), self._holder, self._term)
                if not isinstance(claim, Claim):
                    self._left = {host: boards for host, boards in self._left.items() if host in claim}
                    return self._wait()
                if host := self._taken(claim, asked):
                    return host
            return None

    def _wait(self) -> Host | None:
        if self._left and not self._told:
            self._told = True
            others = len(self._left) - 1
            more = f" and {others} more" if others else ""
            LOG.warning("waiting for what other collectors are asking: %s%s", next(iter(self._left)), more)
        return Host(()) if self._left else None

    def _taken(self, claim: Claim, asked: datetime) -> Host | None:
        name = claim.lease.host
        held = self._held[name] = Held(self._leases, claim.lease, asked, self._clock, self._term)
        boards = tuple(board for board in self._left.pop(name) if board.name not in claim.looked)
        self._by_board |= {board.name: held for board in boards}
        host = Host(boards, name, held.is_ours)
        if not boards:
            self.give_back(host, (), gave_up=False)
        return host if boards else None

    def give_back(self, host: Host, asked: Sequence[Board], *, gave_up: bool) -> None:
        """Let others have what is left of the host, if anything is."""
        self.silent += gave_up * (len(host.boards) - len(asked))
        held, pause = self._held.pop(host.name), timedelta(seconds=self._pause(host.name))
        held.give_back([board.name for board in asked], gave_up=gave_up, pause=pause)

    def fetcher(self, board: Board, fetcher: Fetcher) -> Fetcher:
        """Return the fetcher for a board that was taken."""
        return _Guarded(fetcher, self._by_board[board.name])

    def lease(self, board: Board) -> Lease:
        """Return the lease under which a board was taken."""
        return self._by_board[board.name].lease

    def looked(self) -> set[str]:
        """Return those of our boards that somebody has looked at in this round."""
        return self._all & self._leases.looked(self._round)
