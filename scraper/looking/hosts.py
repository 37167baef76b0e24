"""Looking at boards host by host: hosts side by side, each by one worker and so by one request at a time."""

import logging
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from queue import Full, Queue
from threading import Event, Thread
from typing import Protocol

from scraper.errors import PmtrendError
from scraper.looking.gathering import Gathered, failed
from scraper.model import Board
from storage.errors import StorageError

LOG = logging.getLogger(__name__)
WORKERS = 8
"""Hosts asked at the same time; more would outrun the one thread that understands and stores."""
_GIVE_UP_AFTER = 3
"""Boards in a row whose host gives no answer of any kind, after which its others are not asked."""
_AHEAD = 1
"""Boards that may wait to be stored, beside the one that each worker holds: bounds the memory."""
_PAUSE = 1.0
"""Seconds after which a worker asks again for a host, if others are at work on all that are left."""


@dataclass(frozen=True, slots=True)
class Host:
    """The boards of a host that are to be asked; `is_ours` tells whether it still may be asked by us."""

    boards: tuple[Board, ...]
    name: str = ""
    is_ours: Callable[[], bool] = lambda: True


class Hosts(Protocol):
    """Where hosts come from. `take` is called by workers, `give_back` by whoever takes the looks.

    `silent` counts the boards that were not asked since their hosts did not answer.
    """

    silent: int

    @property
    def number(self) -> int:
        """How many hosts there are at most."""

    def take(self) -> Host | None:
        """Return the next host, one without boards if there is none just now, None if there are no more."""

    def give_back(self, host: Host, asked: Sequence[Board], *, gave_up: bool) -> None:
        """Be told that these boards were asked, and what they brought was taken.

        `gave_up`: the others were not, since the host does not answer.
        """


class OwnHosts:
    """Hosts that are all ours, in the order given."""

    def __init__(self, hosts: Sequence[tuple[Board, ...]]):
        self.number, self.silent = len(hosts), 0
        self._waiting = deque(map(Host, hosts))

    def take(self) -> Host | None:
        """Return the next host."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def give_back(self, host: Host, asked: Sequence[Board], *, gave_up: bool) -> None:
        """Nobody else wants it."""
        self.silent += gave_up * (len(host.boards) - len(asked))


Look = Callable[[Board, datetime], Gathered]
_Ended = tuple[Host, tuple[Board, ...], bool]
_Brought = tuple[Board, Gathered] | _Ended | BaseException | None


def looks(
    hosts: Hosts,
    look: Look,
    *,
    clock: Callable[[], datetime],
    until: datetime | None = None,
) -> Generator[tuple[Board, Gathered], None, None]:
    """Yield what each board brought, in the order in which that comes in.

    `look(board, now)` runs in a worker. A bug in it fails its board; PmtrendError and StorageError end all
    looks and are raised here. After `until` no board is begun, and no other of a host that does not answer.
    Whoever stops early closes the generator: then no further board is begun.
    """
    return _Looks(look, clock, until).at(hosts)


class _Looks:
    def __init__(self, look: Look, clock: Callable[[], datetime], until: datetime | None):
        self.look, self.clock, self.until = look, clock, until
        self.stop = Event()
        self.brought: Queue[_Brought] = Queue(_AHEAD)

    def at(self, hosts: Hosts) -> Generator[tuple[Board, Gathered], None, None]:
        # Daemons: whoever interrupts the run does not wait for a slow host.
        workers = [
            Thread(target=self._work, args=(hosts,), daemon=True) for _ in range(min(WORKERS, hosts.number))
        ]
        try:
            for worker in workers:
                worker.start()  # some are at work while others are started: an interrupt ends them, too
            at_work = len(workers)
            while at_work:
                found = self.brought.get()
                if found is None:
                    at_work -= 1
                elif isinstance(found, BaseException):
                    raise found
                elif len(found) == 3:
                    host, asked, gave_up = found
                    hosts.give_back(host, asked, gave_up=gave_up)
                else:
                    yield found
        finally:
            self.stop.set()

    def _work(self, hosts: Hosts) -> None:
        try:
            while not self._over() and (host := hosts.take()) is not None:
                if host.boards:
                    self._host(host)
                else:
                    self.stop.wait(_PAUSE)
            self._bring(None)
        except BaseException as error:
            self._bring(error)

    def _over(self) -> bool:
        return self.stop.is_set() or (self.until is not None and self.clock() >= self.until)

    def _host(self, host: Host) -> None:
        asked, unanswered = 0, 0
        for board in host.boards:
            if unanswered >= _GIVE_UP_AFTER or self._over() or not host.is_ours():
                break
            gathered = self._look(board)
            asked += 1
            unanswered = unanswered + 1 if gathered.unanswered else 0
            self._bring((board, gathered))
        self._bring((host, host.boards[:asked], unanswered >= _GIVE_UP_AFTER))

    def _look(self, board: Board) -> Gathered:
        now = self.clock()
        try:
            return self.look(board, now)
        except (PmtrendError, StorageError):
            raise
        except Exception as bug:
            if not self.stop.is_set():  # when a run was ended, what it used is closed under its workers
                LOG.exception("%s cannot be read", board.name)
            return failed(bug, now)

    def _bring(self, found: _Brought) -> None:
        """Hand over, unless nobody takes any more."""
        while not self.stop.is_set():
            try:
                self.brought.put(found, timeout=0.2)
                return
            except Full:
                continue
