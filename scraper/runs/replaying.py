"""A run on archived replies: the same looks, at the times they were archived."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scraper.fetching.redaction import public_url
from scraper.fetching.replay import Exchange, ReplayArchive
from scraper.looking.gathering import gather
from scraper.model import Board, Request
from scraper.runs.recording import Run, check_date
from scraper.runs.summary import OnLook, RunSummary
from scraper.runs.waiting import TOGETHER
from scraper.sources import FAMILIES, begun_by, listing_of
from scraper.workers.foreseeing import foreseen
from scraper.workers.preparing import Visit, wanted
from storage.store import Store

if TYPE_CHECKING:
    from scraper.workers.fleet import Fleet

_SESSION = timedelta(hours=1)
"""A list that is asked for so soon after a session was opened is part of the look that opened it."""


def replay(
    store: Store,
    archive: ReplayArchive,
    boards: Sequence[Board],
    *,
    clock: Callable[[], datetime],
    on_look: OnLook = lambda looked: None,
    fleet: "Fleet | None" = None,
) -> RunSummary:
    """Look at every board that the archive holds, at the times it was archived, in that order.

    `boards` lend their names and markets; a board that is not among them is named after its key. The workers
    of a `fleet` read and tag ahead; what is stored is the same. Raises InputError for a date more than a year
    ahead, before anything is stored.
    """
    now = clock()
    found = visits(archive, boards)
    for visit in found:
        check_date(visit.at, now)
    run = Run(store, "replay", now, on_look, notice=" ".join(archive.notices), together=TOGETHER)
    run.recall()
    for visit, foresight in foreseen(found, archive.paths, run.untagged, fleet):
        run.foresight = foresight
        family = foresight.family(FAMILIES[visit.board.family])
        gathered = gather(
            visit.board,
            family,
            archive.fetcher(visit.at, visit.until),
            wanted,
            visit.at,
            first=visit.first,
            memory=run.memory(visit.board, family, visit.first, visit.at),
            detailed=run.detailed(visit.board, family),
        )
        run.look(visit.board, family, visit.first, gathered)
    return run.finish(clock())


def visits(archive: ReplayArchive, boards: Sequence[Board]) -> list[Visit]:
    """Return every look that the archive holds, in the order of their dates.

    A reply whose body is in another archive shows nothing, so it is none.
    """
    known = _Known(boards)
    begun: dict[tuple[str, str, datetime], tuple[Board, Request, Exchange]] = {}
    opened: dict[Board, datetime] = {}
    for exchange in archive.exchanges:
        found = known.listed(exchange.request) if archive.holds(exchange) else None
        if found is not None:
            board, first, is_list = found
            if not is_list:
                opened[board] = exchange.at
            elif board in opened and exchange.at - opened[board] < _SESSION:
                continue
            # Dates have whole seconds: a list asked for twice in one of them is one look.
            begun.setdefault((board.family, board.key, exchange.at), (board, first, exchange))
    following: dict[str, datetime] = {}
    result: list[Visit] = []
    for board, first, exchange in reversed(begun.values()):
        result.append(Visit(board, first, exchange.at, following.get(board.name)))
        following[board.name] = exchange.at
    return _compared(result[::-1], [exchange.digest for _, _, exchange in begun.values()])


def _compared(found: Sequence[Visit], digests: Sequence[str]) -> list[Visit]:
    """Tell of each visit whether its first reply is that of the one before to the same board."""
    before: dict[Board, str] = {}
    result = []
    for visit, digest in zip(found, digests, strict=True):
        opens_session = FAMILIES[visit.board.family].query is not None
        again = bool(digest) and before.get(visit.board) == digest and not opens_session
        result.append(replace(visit, again=again))
        before[visit.board] = digest
    return result


class _Known:
    """Which board a request begins to list: a followed one that asks just so, or else any of its family."""

    def __init__(self, boards: Sequence[Board]):
        self._named = {self._spelling(board): board for board in boards}
        self._asked = {self._question(FAMILIES[board.family].first(board)): board for board in boards}
        self._of_host: dict[tuple[str, str], list[Board]] = {}
        for (family, key), board in self._named.items():
            self._of_host.setdefault((family, key.partition("/")[0]), []).append(board)

    def listed(self, request: Request) -> tuple[Board, Request, bool] | None:
        """Return the board, the request as it is to be asked, and whether that is a list within a session."""
        board = self._asked.get(self._question(request))
        if board is None:
            found = listing_of(request)
            if found is None:
                return None
            family, key = found
            board = self._followed(Board(family.name, key, key, family.market))
        family = FAMILIES[board.family]
        first = family.first(board)
        asked = begun_by(request, family, board) or first
        asked_again = replace(request, headers=asked.headers, secrets=asked.secrets, token=asked.token)
        return board, asked_again, asked != first

    def _followed(self, board: Board) -> Board:
        """The followed board that is meant; the address of a list may name its host only."""
        name = self._spelling(board)
        of_host = self._of_host.get(name, ())
        return self._named.get(name) or (of_host[0] if len(of_host) == 1 else board)

    @staticmethod
    def _question(request: Request) -> tuple[str, str, bytes]:
        return public_url(request.url), request.method, request.body

    @staticmethod
    def _spelling(board: Board) -> tuple[str, str]:
        # Archives hold keys in any case, and quoted twice.
        return board.family, unquote(board.key).casefold()
