"""Asking every board once whether it is still there; nothing is stored."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scraper.fetching import Fetcher
from scraper.following.adding import look, product_managers
from scraper.looking import hosts
from scraper.looking.gathering import Gathered
from scraper.looking.planning import plan
from scraper.model import Board
from storage.counted import counted

Verdict = Literal["alive", "partial", "empty", "moved", "dead", "refused", "failed", "not asked"]
VERDICTS: dict[Verdict, str] = {
    "alive": "answered with postings",
    "partial": "answered in part",
    "empty": "listed nothing; a few families answer so for a board that does not exist",
    "moved": "redirects to another host: `pmtrend boards add` takes the new address",
    "dead": "404 or 410: gone, or never there",
    "refused": "refuses plain clients, or robots.txt forbids it",
    "failed": "did not answer as its family does",
    "not asked": "its host did not answer for the boards before it",
}
"""What each verdict means, in the order in which they are told."""
_IN_VAIN = frozenset({"moved", "dead", "refused", "failed", "not asked"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What one look at a board tells of it."""

    board: Board
    verdict: Verdict
    postings: int = 0
    product_managers: int = 0
    reason: str = ""


def check(boards: Sequence[Board], fetcher: Fetcher, *, clock: Callable[[], datetime]) -> Iterator[Checked]:
    """Yield what each board says, as it comes in; at the end those that were not asked."""
    left = {(board.family, board.key): board for board in boards}
    planned = plan(boards, {}, clock())
    for board, gathered in hosts.looks(
        hosts.OwnHosts(planned.hosts), lambda board, now: look(board, fetcher, now), clock=clock
    ):
        del left[board.family, board.key]
        yield judged(board, gathered)
    for board in left.values():
        yield Checked(board, "not asked")


def judged(board: Board, gathered: Gathered) -> Checked:
    """Return the verdict on a board that brought this."""
    return Checked(
        board,
        _verdict(gathered),
        gathered.listed,
        product_managers(gathered),
        f"it leads to {gathered.moved_to}" if gathered.moved_to else gathered.reason,
    )


def exit_code(found: Sequence[Checked]) -> int:
    """Return 0 if every board answered, 2 if none did, else 3; an empty board answered."""
    in_vain = sum(one.verdict in _IN_VAIN for one in found)
    if not in_vain:
        return 0
    return 2 if in_vain == len(found) else 3


def lines(found: Sequence[Checked]) -> list[str]:
    """Return the table of the boards that need a look (verdict, board, company, reason) and a summary."""
    if not found:
        return ["no board was checked"]
    order = list(VERDICTS)
    need = [one for one in found if one.verdict not in ("alive", "partial")]
    need.sort(key=lambda one: (order.index(one.verdict), one.board.family, one.board.key))
    counts = Counter(one.verdict for one in found)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in order if counts[verdict])
    postings = sum(one.postings for one in found)
    managers = sum(one.product_managers for one in found)
    return [
        *("\t".join(_row(one)) for one in need),
        *(f"{verdict}: {VERDICTS[verdict]}" for verdict in order[2:] if counts[verdict]),
        f"{counted(len(found), 'board')} checked: {told}; {counted(postings, 'posting')} listed, "
        f"{managers} for product managers",
    ]


def _row(one: Checked) -> tuple[str, ...]:
    return one.verdict, one.board.name, one.board.company, one.reason


def _verdict(gathered: Gathered) -> Verdict:
    if gathered.moved_to and gathered.state == "missing":
        return "moved"
    if gathered.state == "missing":
        return "dead"
    if gathered.state in ("refused", "failed"):
        return "refused" if gathered.state == "refused" else "failed"
    if not gathered.listed:
        return "empty" if gathered.state == "complete" else "partial"
    return "alive" if gathered.state == "complete" else "partial"
