"""A live run: look at the followed boards now.

Hosts are asked side by side, each by one worker and so by one request at a time; what they bring is
understood and stored here, in one thread, board by board.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from queue import Empty, Full, Queue
from threading import Event, Thread

from scraper.errors import PmtrendError
from scraper.fetching import Fetcher
from scraper.gathering import Gathered, failed, gather
from scraper.model import Board
from scraper.planning import Plan, plan
from scraper.recording import OnLook, Run, RunSummary, wanted
from scraper.sources import FAMILIES
from storage.errors import StorageError
from storage.store import Store

LOG = logging.getLogger(__name__)
WORKERS = 8
"""Hosts asked at the same time; more would outrun the one thread that understands and stores."""
_GIVE_UP_AFTER = 3
"""Boards in a row whose host gives no answer of any kind, after which its others are not asked."""
_AHEAD = 4
"""Boards that may wait to be stored: bounds the memory."""
_Brought = tuple[Board, Gathered] | BaseException | None


def collect(
    store: Store,
    boards: Sequence[Board],
    fetcher: Fetcher,
    *,
    clock: Callable[[], datetime],
    until: datetime | None = None,
    on_look: OnLook = lambda looked: None,
    all_due: bool = False,
) -> RunSummary:
    """Look at every board that is due, the most overdue first. After `until` no further board is begun.

    `all_due` asks also those that are left alone after failures.
    """
    now = clock()
    run = Run(store, "collect", now, on_look)
    planned = plan(boards, {} if all_due else store.outlooks(), now)
    run.summary.waiting = len(planned.waiting)
    look = _Looking(run, fetcher, clock, until)
    done = 0
    for board, gathered in look.at(planned):
        done += 1
        family = FAMILIES[board.family]
        try:
            run.look(board, family, family.first(board), gathered)
        except (PmtrendError, StorageError):
            raise
        except Exception as bug:
            LOG.exception("%s:%s cannot be understood", board.family, board.key)
            run.look(board, family, family.first(board), failed(bug, gathered.observed_at))
    if until is not None and clock() >= until and done < planned.due:
        run.summary.stopped = f"the time budget ended after {done} of {planned.due} boards"
    elif done < planned.due:
        run.summary.stopped = f"not asked: {planned.due - done} boards whose hosts do not answer"
    return run.finish(clock())


class _Looking:
    """The workers: each takes a host and looks at its boards in turn."""

    def __init__(self, run: Run, fetcher: Fetcher, clock: Callable[[], datetime], until: datetime | None):
        self.run, self.fetcher, self.clock, self.until = run, fetcher, clock, until
        self.stop = Event()
        self.brought: Queue[_Brought] = Queue(_AHEAD)
        self.detailed: dict[str, dict[str, str]] = {}

    def at(self, planned: Plan) -> Iterator[tuple[Board, Gathered]]:
        """Yield what each board brought. An error that ends the run is raised here."""
        self.detailed = {
            board.family: self.run.detailed(FAMILIES[board.family])
            for boards in planned.hosts
            for board in boards
            if board.family not in self.detailed
        }
        hosts: Queue[tuple[Board, ...]] = Queue()
        for boards in planned.hosts:
            hosts.put(boards)
        # Daemons: whoever interrupts the run does not wait for a slow host.
        workers = [
            Thread(target=self._work, args=(hosts,), daemon=True)
            for _ in range(min(WORKERS, len(planned.hosts)))
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
        family = FAMILIES[board.family]
        now = self.clock()
        try:
            first = family.first(board)
            memory = self.run.memory(board, family, first, now)
            detailed = self.detailed[board.family]
            return gather(board, family, self.fetcher, wanted, now, memory=memory, detailed=detailed)
        except (PmtrendError, StorageError):
            raise
        except Exception as bug:
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
