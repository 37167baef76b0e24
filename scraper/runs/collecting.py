"""A live run: look at the followed boards now.

What the boards bring (`hosts`) is understood and stored here, in one thread, board by board.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from datetime import datetime, timedelta

from scraper.errors import ConfigError, PmtrendError
from scraper.fetching import Fetcher
from scraper.looking import hosts
from scraper.looking.gathering import Gathered, failed, gather
from scraper.looking.hosts import OwnHosts
from scraper.looking.planning import host_of, plan
from scraper.looking.sharing import SharedHosts
from scraper.model import Board
from scraper.runs.recording import Run
from scraper.runs.summary import OnLook, RunSummary
from scraper.sources import FAMILIES
from scraper.workers.preparing import wanted
from storage.counted import counted
from storage.errors import LeaseLost, StorageError
from storage.leasing.rules import TERM, Lease
from storage.monitoring.outlook import Outlook
from storage.store import Store

LOG = logging.getLogger(__name__)
_GRACE = timedelta(minutes=10)
"""For the looks that were begun in time; what they have not read then, they do not read."""
_LONGEST = timedelta(days=1)
"""A run without a budget; its round is over then, should it not be done."""
_BACK = timedelta(days=1)
"""A clock that is further behind the last look was set wrong, now or then."""


def collect(
    store: Store,
    boards: Sequence[Board],
    fetcher: Fetcher,
    *,
    clock: Callable[[], datetime],
    until: datetime | None = None,
    on_look: OnLook = lambda looked: None,
    all_due: bool = False,
    pause: Callable[[str], float] = lambda host: 0.0,
    term: timedelta = TERM,
) -> RunSummary:
    """Look at every board that is due, the most overdue first. After `until` no further board is begun.

    `all_due` asks also those that are left alone after failures. Where several collectors share a database
    (`Store.leases`), each board is looked at by one of them, and this one stays until all have been; `pause`
    tells how many seconds a host is to be left alone by all of them, `term` how long a host is held without a
    sign of life. Raises ConfigError if the clock is behind what was seen already: such looks would be taken
    for history.
    """
    now = clock()
    outlooks = store.outlooks()
    _check_clock(boards, outlooks, now)
    run = Run(store, "collect", now, on_look)
    planned = plan(boards, outlooks, now, all_due=all_due)
    run.summary.waiting, run.summary.resting = len(planned.waiting), len(planned.resting)
    run.recall()
    asked = [board for boards in planned.hosts for board in boards]
    detailed = {board: run.detailed(board, FAMILIES[board.family]) for board in asked}
    shared = None
    if store.leases and asked:
        named = {host_of(boards[0]): boards for boards in planned.hosts}
        budget = until - now if until is not None else _LONGEST
        shared = SharedHosts(store.leases, named, budget, clock=clock, pause=pause, term=term)

    def late() -> bool:
        return until is not None and clock() >= until + _GRACE

    def look(board: Board, now: datetime) -> Gathered:
        family = FAMILIES[board.family]
        memory = run.memory(board, family, family.first(board), now)
        known = detailed[board]
        by = shared.fetcher(board, fetcher) if shared else fetcher
        return gather(board, family, by, wanted, now, memory=memory, detailed=known, late=late)

    looked: set[str] = set()
    taken = shared or OwnHosts(planned.hosts)
    with (
        shared or nullcontext(),
        closing(hosts.looks(taken, look, clock=clock, until=until)) as looks,
    ):
        for board, gathered in looks:
            looked.add(board.name)
            _store(run, board, gathered, shared.lease(board) if shared else None)
    run.summary.elsewhere = len(shared.looked() - looked) if shared else 0
    due, over = planned.due - run.summary.elsewhere, until is not None and clock() >= until
    run.summary.stopped = _stopped(len(looked), due, taken.silent, over=over)
    return run.finish(clock())


def _stopped(looked: int, due: int, silent: int, *, over: bool) -> str:
    """Say why fewer boards were looked at than were `due` here, "" if none was left out.

    Of those that are neither `looked` at nor `silent` other collectors took the hosts, and have no look of
    this round to show: their hosts do not answer, or what they brought was stored already.
    """
    if looked == due:
        return ""
    if over:
        return f"the time budget ended after {looked} of {due} boards"
    left = {"whose hosts do not answer": silent, "left to other collectors": due - looked - silent}
    told = (f"{counted(number, 'board')} {why}" for why, number in left.items() if number > 0)
    return f"not asked: {', '.join(told)}"


def _store(run: Run, board: Board, gathered: Gathered, lease: Lease | None) -> None:
    family = FAMILIES[board.family]
    try:
        try:
            run.look(board, family, family.first(board), gathered, lease)
        except (PmtrendError, StorageError, LeaseLost):
            raise
        except Exception as bug:
            LOG.exception("%s cannot be understood", board.name)
            run.give_up(board, family, failed(bug, gathered.observed_at), lease)
    except LeaseLost as lost:
        run.summary.lost += 1
        LOG.warning("what %s listed is not stored: %s", board.name, lost)


def _check_clock(boards: Sequence[Board], outlooks: Mapping[tuple[str, str], Outlook], now: datetime) -> None:
    known = [outlooks[board.family, board.key] for board in boards if (board.family, board.key) in outlooks]
    newest = max((outlook.last_look_at for outlook in known), default=now)
    if now < newest - _BACK:
        raise ConfigError(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, but the last look was made "
            f"{newest:%Y-%m-%d %H:%M} UTC; set the clock right, or go back to a backup from before it was "
            "wrong; nothing was asked"
        )
