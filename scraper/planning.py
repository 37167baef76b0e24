"""Which boards a live run asks, and in which order: those that wait longest first, host by host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from scraper.model import Board
from scraper.sources import FAMILIES
from storage.outlook import Outlook

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """`hosts`: the boards of each host, most overdue first, hosts in the order of their most overdue board;
    `waiting`: boards that are left alone until a later run.
    """

    hosts: tuple[tuple[Board, ...], ...]
    waiting: tuple[Board, ...]

    @property
    def due(self) -> int:
        """Number of boards that are to be asked."""
        return sum(len(boards) for boards in self.hosts)


def plan(boards: Sequence[Board], outlooks: Mapping[tuple[str, str], Outlook], now: datetime) -> Plan:
    """Return what to ask at `now`; boards never looked at come first."""
    by_host: dict[str, list[Board]] = {}
    waiting: list[Board] = []
    for board in sorted(boards, key=lambda board: _last_look(board, outlooks)):
        outlook = outlooks.get((board.family, board.key))
        if outlook is not None and outlook.not_before is not None and now < outlook.not_before:
            waiting.append(board)
            continue
        host = urlsplit(FAMILIES[board.family].first(board).url).hostname or ""
        by_host.setdefault(host, []).append(board)
    return Plan(tuple(tuple(asked) for asked in by_host.values()), tuple(waiting))


def _last_look(board: Board, outlooks: Mapping[tuple[str, str], Outlook]) -> datetime:
    outlook = outlooks.get((board.family, board.key))
    return outlook.last_look_at if outlook else _NEVER
