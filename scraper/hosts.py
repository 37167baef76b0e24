"""Looking at boards host by host: hosts side by side, each by one worker and so by one request at a time."""

import logging
from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from queue import Empty, Full, Queue
from threading import Event, Thread

from scraper.errors import PmtrendError
from scraper.gathering import Gathered, failed
from scraper.model import Board
from storage.errors import StorageError

LOG = logging.getLogger(__name__)
WORKERS = 8
"""Hosts asked at the same time; more would outrun the one thread that understands and stores."""
_GIVE_UP_AFTER = 3
"""Boards in a row whose host gives no answer of any kind, after which its others are not asked."""
_AHEAD = 1
"""Boards that may wait to be stored, beside the one that each worker holds: bounds the memory."""
Look = Callable[[Board, datetime], Gathered]
_Brought = tuple[Board, Gathered] | BaseException | None


def looks(
    hosts: Sequence[tuple[Board, ...]],
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

    def at(self, hosts: Sequence[tuple[Board, ...]]) -> Generator[tuple[Board, Gathered], None, None]:
        waiting: Queue[tuple[Board, ...]] = Queue()
        for boards in hosts:
            waiting.put(boards)
        # Daemons: whoever interrupts the run does not wait for a slow host.
        workers = [
            Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(min(WORKERS, len(hosts)))
        ]
        for worker in workers:
            worker.start()
        try:
            at_work = len(workers)
            while at_work:
                found = self.brought.get()
                if found is None:
                    at_work -= 1
                elif isinstance(found, BaseException):
                    raise found
                else:
                    yield found
        finally:
            self.stop.set()

    def _work(self, hosts: Queue[tuple[Board, ...]]) -> None:
        try:
            while not self.stop.is_set():
                try:
                    boards = hosts.get_nowait()
                except Empty:
                    break
                self._host(boards)
            self._bring(None)
        except BaseException as error:
            self._bring(error)

    def _host(self, boards: tuple[Board, ...]) -> None:
        unanswered = 0
        for board in boards:
            if self.stop.is_set() or (self.until is not None and self.clock() >= self.until):
                return
            if unanswered >= _GIVE_UP_AFTER:
                return
            gathered = self._look(board)
            unanswered = unanswered + 1 if gathered.unanswered else 0
            self._bring((board, gathered))

    def _look(self, board: Board) -> Gathered:
        now = self.clock()
        try:
            return self.look(board, now)
        except (PmtrendError, StorageError):
            raise
        except Exception as bug:
            if not self.stop.is_set():  # when a run was ended, what it used is closed under its workers
                LOG.exception("%s:%s cannot be read", board.family, board.key)
            return failed(bug, now)

    def _bring(self, found: _Brought) -> None:
        """Hand over, unless nobody takes any more."""
        while not self.stop.is_set():
            try:
                self.brought.put(found, timeout=0.2)
                return
            except Full:
                continue
