"""Giving a new posting its vacancy: that of the same opening which the store knows, or a new one.

Decided once, when the posting becomes known, and never revised: what is learned later changes no earlier
report.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, select

from storage.recording.vacancies import Employer, Opening
from storage.records import Listing, PostingRecord
from storage.tables import Board, Company, Posting, Unit, Version

_CHUNK = 500


def text_owners(connection: Connection, family: str, keys: Iterable[bytes]) -> dict[bytes, set[str]]:
    """Return text key -> company keys of the postings of a family that have or had the text."""
    owners: dict[bytes, set[str]] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            select(Version.text_key, Company.key)
            .join(Posting, Posting.id == Version.posting_id)
            .join(Company, Company.id == Posting.company_id)
            .where(Version.text_key.in_(wanted[start : start + _CHUNK]), Posting.family == family)
        )
        for text_key, company in rows:
            if text_key is not None:
                owners.setdefault(text_key, set()).add(company)
    return owners


class Openings:
    """The openings that the new postings of one look at a board may belong to."""

    def __init__(self, connection: Connection, listing: Listing):
        self._connection = connection
        self._family = listing.posting_family
        self._board = f"{listing.family}:{listing.key}"
        self._employers: dict[int, Employer] = {}

    def vacancy_of(self, posting: PostingRecord, company: int) -> str:
        """Return the vacancy of a new posting of the company (its id).

        The same original on another board decides first, then requisition, title and text within the company.
        """
        employer = self._employer(company)
        signature = posting.signature or b""
        found = self._of_original(posting.address) or employer.vacancy_of(Opening(self._board, signature))
        vacancy = found or hashlib.sha256(f"{self._family}\x1f{posting.native_id}".encode()).hexdigest()
        employer.add(Opening(self._board, signature, vacancy))
        return vacancy

    def _of_original(self, address: str) -> str | None:
        if not address:
            return None
        # Within one board several openings may share an address; a copy stands on another one.
        return self._connection.scalar(
            select(Posting.vacancy)
            .join(Unit, Unit.id == Posting.unit_id)
            .join(Board, Board.id == Unit.board_id)
            .where(Posting.address == address, Board.family + ":" + Board.key != self._board)
            .order_by(Posting.id)
            .limit(1)
        )

    def _employer(self, company: int) -> Employer:
        if company not in self._employers:
            rows = self._connection.execute(
                select(Board.family, Board.key, Posting.signature, Posting.vacancy)
                .join(Unit, Unit.id == Posting.unit_id)
                .join(Board, Board.id == Unit.board_id)
                .where(Posting.company_id == company, Posting.signature.is_not(None))
                .order_by(Posting.id)
            )
            known = (Opening(f"{row.family}:{row.key}", row.signature, row.vacancy) for row in rows)
            self._employers[company] = Employer(known)
        return self._employers[company]
