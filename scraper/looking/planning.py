"""Which boards a live run asks, and in which order: those that wait longest first, host by host."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from scraper.config import FILE_NAME, KEY_PREFIX
from scraper.errors import ConfigError
from scraper.model import Board
from scraper.sources import FAMILIES
from storage.monitoring.outlook import Outlook

KEYS = frozenset(name for family in FAMILIES.values() for name in family.keys)
"""Names of the keys that some family needs."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """`hosts`: the boards of each host, most overdue first, hosts in the order of their most overdue board;
    `waiting`: boards that are left alone after failures; `resting`: those whose terms ask for a pause.
    """

    hosts: tuple[tuple[Board, ...], ...]
    waiting: tuple[Board, ...]
    resting: tuple[Board, ...]

    @property
    def due(self) -> int:
        """Number of boards that are to be asked."""
        return sum(len(boards) for boards in self.hosts)


def plan(
    boards: Sequence[Board],
    outlooks: Mapping[tuple[str, str], Outlook],
    now: datetime,
    *,
    all_due: bool = False,
) -> Plan:
    """Return what to ask at `now`; boards never looked at come first.

    `all_due` asks also those that are left alone after failures, but none that has to rest by its terms.
    """
    by_host: dict[str, list[Board]] = {}
    waiting: list[Board] = []
    resting: list[Board] = []
    for board in sorted(boards, key=lambda board: _last_look(board, outlooks)):
        outlook = outlooks.get((board.family, board.key))
        if outlook and _rests(board, outlook, now):
            resting.append(board)
        elif outlook and outlook.not_before and now < outlook.not_before and not all_due:
            waiting.append(board)
        else:
            by_host.setdefault(host_of(board), []).append(board)
    return Plan(tuple(map(tuple, by_host.values())), tuple(waiting), tuple(resting))


def chosen(known: Sequence[Board], families: Collection[str], keys: Collection[str]) -> list[Board]:
    """Return the boards of these families with these keys ("openai" or "ashby:openai"); all if none is named.

    Raises ConfigError for a family or a key that no board has.
    """
    there = {board.family for board in known}
    if unknown := set(families) - there:
        names = ", ".join(sorted(there))
        raise ConfigError(f"no board of family {_named(unknown)}; there are {names}")
    of_families = [board for board in known if not families or board.family in families]
    found = [board for board in of_families if not keys or board.key in keys or board.name in keys]
    if missing := set(keys) - {name for board in found for name in (board.key, board.name)}:
        raise ConfigError(f"no board {_named(missing)}; `pmtrend boards list` shows them all")
    return found


def _named(names: Collection[str]) -> str:
    return ", ".join(name or "''" for name in sorted(names))


def askable(boards: Sequence[Board], keys: Collection[str], *, named: bool) -> list[Board]:
    """Return the boards that can be asked with the user's `keys` (their names).

    Those that need another one are left out, or raise ConfigError if the user `named` what he wants asked.
    """
    lacking = {board: [name for name in FAMILIES[board.family].keys if name not in keys] for board in boards}
    for board, names in lacking.items():
        if names and named:
            needed = f"the key{'s' * (len(names) > 1)} {' and '.join(names)}"
            variables = " and ".join(KEY_PREFIX + name.upper() for name in names)
            where = f"under [keys] in {FILE_NAME}, or in the environment as {variables}"
            raise ConfigError(f"{board.family} needs {needed}: {where}")
    return [board for board, names in lacking.items() if not names]


def host_of(board: Board) -> str:
    """Return the host that a look at a board begins at, "" if its family cannot tell."""
    try:
        return urlsplit(FAMILIES[board.family].first(board).url).hostname or ""
    except Exception:  # a bug of the family: the look at this board meets it again, and fails alone
        return ""


def _rests(board: Board, outlook: Outlook, now: datetime) -> bool:
    rest = timedelta(hours=FAMILIES[board.family].rest)
    return outlook.last_look_at <= now < outlook.last_look_at + rest


def gaps(boards: Iterable[Board]) -> dict[str, float]:
    """Return host -> seconds between two requests, for the hosts of families whose terms ask for a pause."""
    return {host_of(board): FAMILIES[board.family].gap for board in boards if FAMILIES[board.family].gap}


def _last_look(board: Board, outlooks: Mapping[tuple[str, str], Outlook]) -> datetime:
    outlook = outlooks.get((board.family, board.key))
    return outlook.last_look_at if outlook else _NEVER
