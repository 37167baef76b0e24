"""Giving a new posting its vacancy: that of the same opening which the store knows, or a new one.

Decided once, when the posting becomes known, and never revised: what is learned later changes no earlier
report.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, select

from storage.among import among
from storage.chunking import chunks
from storage.recording.vacancies import Employer, Opening
from storage.records import Listing, PostingRecord
from storage.tables import Board, Company, Posting, Unit, Version

_OWNERS = (
    select(Version.text_key, Company.key)
    .join(Posting, Posting.id == Version.posting_id)
    .join(Company, Company.id == Posting.company_id)
    .where(Version.text_key.in_(bindparam("keys", expanding=True)), Posting.family == bindparam("family"))
)
_LISTED = select(Board.family, Board.key).join(Unit, Unit.board_id == Board.id)
_ORIGINALS = (
    _LISTED.add_columns(Posting.address, Posting.vacancy)
    .join(Posting, Posting.unit_id == Unit.id)
    .where(among(Posting.address, "addresses"))
    .order_by(Posting.id)
)
_OPENINGS = (
    _LISTED.add_columns(Posting.company_id, Posting.signature, Posting.vacancy)
    .join(Posting, Posting.unit_id == Unit.id)
    .where(among(Posting.company_id, "companies"), Posting.signature.is_not(None))
    .order_by(Posting.id)
)


def text_owners(connection: Connection, family: str, keys: Iterable[bytes]) -> dict[bytes, set[str]]:
    """Return text key -> company keys of the postings of a family that have or had the text."""
    owners: dict[bytes, set[str]] = {}
    for some in chunks(keys):
        for text_key, company in connection.execute(_OWNERS, {"keys": some, "family": family}):
            if text_key is not None:
                owners.setdefault(text_key, set()).add(company)
    return owners


class Openings:
    """The openings that the `new` postings of one look at a board may belong to.

    `companies` are the ids of their employers, as far as the store knew those before.
    """

    def __init__(
        self,
        connection: Connection,
        listing: Listing,
        new: Iterable[PostingRecord],
        companies: Sequence[int],
    ):
        self._family = listing.posting_family
        self._board = f"{listing.family}:{listing.key}"
        self._originals = _originals(
            connection, self._board, {posting.address for posting in new if posting.address}
        )
        self._employers: dict[int, Employer] = defaultdict(Employer)
        stored = connection.execute(_OPENINGS, {"companies": companies}) if companies else ()
        for family, key, company, signature, vacancy in stored:
            self._employers[company].add(Opening(f"{family}:{key}", signature, vacancy))

    def vacancy_of(self, posting: PostingRecord, company: int) -> str:
        """Return the vacancy of a new posting of the company (its id).

        The same original on another board decides first, then requisition, title and text within the company.
        """
        employer = self._employers[company]
        signature = posting.signature or b""
        found = self._originals.get(posting.address) or employer.vacancy_of(Opening(self._board, signature))
        vacancy = found or hashlib.sha256(f"{self._family}\x1f{posting.native_id}".encode()).hexdigest()
        employer.add(Opening(self._board, signature, vacancy))
        return vacancy


def _originals(connection: Connection, board: str, addresses: Collection[str]) -> Mapping[str, str]:
    """Return address -> vacancy of the posting known longest that has it on another board.

    Within one board several openings may share an address; a copy stands on another one.
    """
    found: dict[str, str] = {}
    stored = connection.execute(_ORIGINALS, {"addresses": addresses}) if addresses else ()
    for family, key, address, vacancy in stored:
        if f"{family}:{key}" != board:
            found.setdefault(address, vacancy)
    return found
