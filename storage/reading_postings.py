"""Reading postings with their texts of the cut and what the taxonomy then in force understood of them."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, select

from storage.columns import Ints
from storage.contents import chunks
from storage.edits import known_at
from storage.memories import Known
from storage.posting_columns import ROLE_CLASSES, Postings
from storage.reading_details import read_details
from storage.reading_spells import Owners
from storage.records import TaxonomyRecord
from storage.tables import Posting as PostingRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Taxonomy as TaxonomyRow
from storage.tables import Version as VersionRow

_ROLE_CODES: dict[str, int] = {role: code for code, role in enumerate(ROLE_CLASSES)}


def known_contents(connection: Connection, family: str, taxonomy: TaxonomyRecord) -> dict[str, Known]:
    """Return native id -> what is stored of its latest version, and whether this taxonomy tagged it."""
    rows = connection.execute(
        select(PostingRow.native_id, PostingRow.record_hash, VersionRow.content_hash, TaxonomyRow.sha256)
        .join(VersionRow, VersionRow.posting_id == PostingRow.id)
        .outerjoin(TaggingRow, TaggingRow.version_id == VersionRow.id)
        .outerjoin(TaxonomyRow, TaxonomyRow.id == TaggingRow.taxonomy_id)
        .where(PostingRow.family == family)
        .order_by(VersionRow.first_seen_at, VersionRow.id)
    )
    latest: dict[str, Known] = {}
    for native_id, record_hash, content_hash, sha256 in rows:
        before = latest.get(native_id)
        tagged = sha256 == taxonomy.sha256
        if before is not None and before.content_hash == content_hash:
            tagged = tagged or before.tagged
        latest[native_id] = Known(content_hash, record_hash, tagged)
    return latest


def read_postings(
    connection: Connection, owners: Owners, lately: Ints, cut: datetime, taxonomy: int
) -> tuple[Postings, int]:
    """Return those of the postings that were tagged, `lately` (ids) with what they say; and how many the
    taxonomy in force has not tagged.

    A posting is as its version of the cut says, and as the taxonomy in force understood it, else the newest
    that tagged it.
    """
    tagging, role = owners.tagging.copy(), owners.role.copy()
    others = np.flatnonzero(tagging < 0)
    for row, number, understood in _other_taggings(connection, owners.id[others], cut):
        tagging[others[row]], role[others[row]] = number, understood
    known = tagging >= 0
    mixed = int(known[others].sum()) if taxonomy else 0
    ids = owners.id[known]
    detailed = np.isin(ids, lately)
    postings = Postings(
        id=ids,
        unit=owners.unit[known],
        company=owners.company[known],
        vacancy=owners.vacancy[known],
        role=role[known].astype(np.int8),
        posted_at=owners.posted_at[known],
        detail=np.where(detailed, np.cumsum(detailed) - 1, -1).astype(np.int32),
        details=read_details(connection, tagging[known][detailed]),
    )
    return postings, mixed


def _other_taggings(connection: Connection, postings: Ints, cut: datetime) -> Iterator[tuple[int, int, int]]:
    """Yield (place in `postings`, newest tagging of its version of the cut, code of the role it tells)."""
    place = {posting: i for i, posting in enumerate(postings.tolist())}
    for part in chunks(place):
        rows = connection.execute(
            select(VersionRow.posting_id, TaggingRow.id, TaggingRow.role)
            .outerjoin(TaggingRow, (TaggingRow.version_id == VersionRow.id) & known_at(cut))
            .where(VersionRow.posting_id.in_(part), VersionRow.first_seen_at <= cut)
            .order_by(VersionRow.first_seen_at, VersionRow.id, TaggingRow.taxonomy_id, TaggingRow.id)
        )
        latest = {posting: (tagging, role) for posting, tagging, role in rows}
        for posting, (tagging, role) in latest.items():
            if tagging is not None:
                yield place[posting], tagging, _ROLE_CODES[role]
