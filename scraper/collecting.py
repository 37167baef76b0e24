"""A live run: look at the followed boards now.

What the boards bring (`hosts`) is understood and stored here, in one thread, board by board.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta

from scraper import hosts
from scraper.errors import ConfigError, PmtrendError
from scraper.fetching import Fetcher
from scraper.gathering import Gathered, failed, gather
from scraper.model import Board
from scraper.planning import plan
from scraper.recording import OnLook, Run, RunSummary, wanted
from scraper.sources import FAMILIES
from storage.errors import StorageError
from storage.outlook import Outlook
from storage.store import Store

LOG = logging.getLogger(__name__)
_GRACE = timedelta(minutes=10)
"""For the looks that were begun in time; what they have not read then, they do not read."""
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
) -> RunSummary:
    """Look at every board that is due, the most overdue first. After `until` no further board is begun.

    `all_due` asks also those that are left alone after failures. Raises ConfigError if the clock is behind
    what was seen already: such looks would be taken for history.
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

    def late() -> bool:
        return until is not None and clock() >= until + _GRACE

    def look(board: Board, now: datetime) -> Gathered:
        family = FAMILIES[board.family]
        memory = run.memory(board, family, family.first(board), now)
        known = detailed[board]
        return gather(board, family, fetcher, wanted, now, memory=memory, detailed=known, late=late)

    done = 0
    with closing(hosts.looks(planned.hosts, look, clock=clock, until=until)) as looks:
        for board, gathered in looks:
            done += 1
            family = FAMILIES[board.family]
            try:
                run.look(board, family, family.first(board), gathered)
            except (PmtrendError, StorageError):
                raise
            except Exception as bug:
                LOG.exception("%s:%s cannot be understood", board.family, board.key)
                run.give_up(board, family, failed(bug, gathered.observed_at))
    if until is not None and clock() >= until and done < planned.due:
        run.summary.stopped = f"the time budget ended after {done} of {planned.due} boards"
    elif done < planned.due:
        run.summary.stopped = f"not asked: {planned.due - done} boards whose hosts do not answer"
    return run.finish(clock())


def _check_clock(boards: Sequence[Board], outlooks: Mapping[tuple[str, str], Outlook], now: datetime) -> None:
    known = [outlooks[board.family, board.key] for board in boards if (board.family, board.key) in outlooks]
    newest = max((outlook.last_look_at for outlook in known), default=now)
    if now < newest - _BACK:
        raise ConfigError(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, but the last look was made "
            f"{newest:%Y-%m-%d %H:%M} UTC; set the clock right, or go back to a backup from before it was "
            "wrong; nothing was asked"
        )
