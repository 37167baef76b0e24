"""Reading stored texts for their words: the latest version of each posting."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, cast, exists, select, tuple_
from sqlalchemy.orm import aliased

from storage.records import StoredText
from storage.tables import Company, Posting, Version

_later = aliased(Version)
# By when it was seen: an import may bring an older text at last.
_IS_LATEST = ~exists().where(
    _later.posting_id == Version.posting_id,
    tuple_(_later.first_seen_at, _later.id) > tuple_(Version.first_seen_at, Version.id),
)
_SPREAD, _RANGE = 2654435761, 2**32
"""Knuth's multiplicative hash: spreads consecutive numbers evenly over the range."""
STORED_TEXT = (
    Version.id,
    Version.title,
    Version.text,
    Company.name.label("company"),
    Version.salary_raw,
    Version.experience_raw,
    Version.education_raw,
    Version.structured,
)
"""The fields of a StoredText, in their order."""


def latest_ids(connection: Connection, size: int | None = None) -> list[int]:
    """Return the ids of the latest versions, in order; `size` asks for a sample, always the same one."""
    query = select(Version.id).where(_IS_LATEST)
    if size is not None:
        spread = cast(Version.posting_id, BigInteger) * _SPREAD % _RANGE
        query = query.order_by(spread, Version.id).limit(size)
    return sorted(connection.scalars(query))


def texts(connection: Connection, versions: Sequence[int]) -> list[StoredText]:
    """Return the texts of `versions`, in the order of their ids."""
    rows = connection.execute(
        select(*STORED_TEXT)
        .join(Posting, Posting.id == Version.posting_id)
        .join(Company, Company.id == Posting.company_id)
        .where(Version.id.in_(versions))
        .order_by(Version.id)
    )
    return [StoredText(*row) for row in rows]
