"""What the store knows of the boards, employers and postings of several looks, read for all at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select

from storage.among import among
from storage.recording.companies import Companies
from storage.recording.new_rows import NewRows
from storage.records import Listing
from storage.tables import Board, Posting

_BOARDS = select(
    *(Board.id, Board.family, Board.key, Board.epoch, Board.scope),
    *(Board.name, Board.market, Board.industry, Board.credit),
).where(Board.family == bindparam("family"), among(Board.key, "keys"))
_POSTINGS = select(Posting.native_id, Posting.id, Posting.unit_id, Posting.market).where(
    Posting.family == bindparam("family"), among(Posting.native_id, "ids")
)


class KnownBoard(NamedTuple):
    """A stored board."""

    id: int
    family: str
    key: str
    epoch: int
    scope: str
    name: str
    market: str
    industry: str
    credit: str


class KnownRows:
    """What the store knows of what looks name.

    It holds while they are recorded, if none depends on another (storage/recording/batches.py).
    """

    def __init__(self, rows: NewRows, looks: Sequence[Listing]):
        self.rows = rows
        self.companies = Companies(rows)
        self.companies.read(key for look in looks for key in _employers(look))
        self._boards: dict[tuple[str, str], KnownBoard] = {}
        for family, keys in _by_family((look.family, (look.key,)) for look in looks).items():
            for row in rows.connection.execute(_BOARDS, {"family": family, "keys": keys}):
                self._boards[row.family, row.key] = KnownBoard(*row)
        self._postings: dict[str, dict[str, tuple[int, int, str]]] = {}
        for family, ids in _by_family((look.posting_family, look.ids) for look in looks).items():
            found = rows.connection.execute(_POSTINGS, {"family": family, "ids": ids})
            self._postings[family] = {native_id: (id, unit, market) for native_id, id, unit, market in found}

    def board(self, look: Listing) -> KnownBoard | None:
        """Return the board of a look, if it is stored."""
        return self._boards.get((look.family, look.key))

    def postings(self, look: Listing) -> dict[str, tuple[int, int, str]]:
        """Return native id -> (posting id, unit id, market) of what a look lists and the store has, by native
        ids."""
        known = self._postings[look.posting_family]
        return {native_id: known[native_id] for native_id in sorted(known.keys() & look.ids.keys())}


def _employers(look: Listing) -> Iterable[str]:
    return (look.company_key, *(posting.company_key for posting in look.postings))


def _by_family(named: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for family, names in named:
        found[family] += names
    return found
