"""Template drift: a field that a listing's postings usually have is suddenly missing from most of them.

A board whose interface renamed or dropped a field still answers in full, so no state tells of it; the share
of its postings that have the field does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection, Text, cast, func, select

from storage.tables import Board, Fetch

TRAILING = 5
"""Looks whose median is the usual share, as for the usual number listed (lifecycle.HISTORY)."""
USUAL = 0.5
"""Least usual share of a field that is watched: what only some postings have moves with the openings."""
FALL = 0.3
"""Least fall of the share: a form that changed takes a field from most postings, openings that come and go
take it from a few."""
LEAST = 10
"""Postings that a look must have read: of fewer, one or two decide."""
CHANCE = 0.001
"""Most probable fall that is told: some 600 boards with eight fields are asked each week, and most of their
postings are those of the week before, so that chance alone tells less than one fall in several weeks."""
SUREST = 0.95
"""No usual share counts as better known than this: twenty postings that all have a field prove no more."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One look: how many postings were read, in which epoch of the board, and field -> share that has it."""

    read: int
    epoch: int
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Drift:
    """The latest look's share of postings that have `field`, and the usual one."""

    field: str
    share: float
    usual: float


def drifts(looks: Sequence[Filled]) -> tuple[Drift, ...]:
    """Return the fields that the last of `looks` (oldest first, all with shares) lacks, by name.

    Each is compared with the median of up to five looks before it in the same epoch; without one, or with
    fewer than ten postings in the last look, nothing is said. After three looks the new share is the usual
    one. Shares of a look count whatever its state: they are of what was read.
    """
    if not looks or looks[-1].read < LEAST:
        return ()
    latest = looks[-1]
    earlier = [look for look in looks[:-1] if look.epoch == latest.epoch][-TRAILING:]
    found = []
    for field, share in sorted(latest.shares.items()):
        before = [look.shares[field] for look in earlier if field in look.shares]
        usual = median(before) if before else 0.0
        if usual >= USUAL and share < usual - FALL and _rare(share, usual, latest.read):
            found.append(Drift(field, share, usual))
    return tuple(found)


def _rare(share: float, usual: float, read: int) -> bool:
    """Tell whether `read` postings, drawn anew, would hardly show so small a share.

    Chernoff's bound of the binomial tail: P(X <= share n) <= exp(-n KL(share, usual)).
    """
    p = min(usual, SUREST)
    parts = ((share, p), (1 - share, 1 - p))
    divergence = sum(q * math.log(q / expected) for q, expected in parts if q > 0)
    return math.exp(-read * divergence) < CHANCE


def read_drifts(connection: Connection) -> dict[str, tuple[Drift, ...]]:
    """Return "family:key" -> the fields that its latest look lacks, for the boards where there is one."""
    rank = (
        func.row_number()
        .over(partition_by=Fetch.board_id, order_by=(Fetch.observed_at.desc(), Fetch.id.desc()))
        .label("rank")
    )
    looks = (
        select(Fetch.board_id, Fetch.listed, Fetch.rejected, Fetch.epoch, Fetch.fills, rank)
        .where(~Fetch.late, cast(Fetch.fills, Text).like("{%"))
        .subquery()
    )
    rows = connection.execute(
        select(Board.family, Board.key, looks.c.listed, looks.c.rejected, looks.c.epoch, looks.c.fills)
        .join(Board, Board.id == looks.c.board_id)
        .where(looks.c.rank <= TRAILING + 1)
        .order_by(Board.family, Board.key, looks.c.rank.desc())
    )
    by_board: dict[str, list[Filled]] = {}
    for row in rows:
        look = Filled(row.listed - row.rejected, row.epoch, row.fills)
        by_board.setdefault(f"{row.family}:{row.key}", []).append(look)
    found = {board: drifts(history) for board, history in by_board.items()}
    return {board: fallen for board, fallen in found.items() if fallen}
