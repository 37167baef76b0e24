"""Reading postings with their texts of the cut and what the taxonomy then in force understood of them."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, select

from storage.chunking import chunks
from storage.memories import Known
from storage.reading.columns import Ints
from storage.reading.details import read_details
from storage.reading.edits import known_at
from storage.reading.posting_columns import ROLE_CLASSES, Postings
from storage.reading.spells import Owners
from storage.reading.twins import Readers, Reading
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
    readers: Readers, owners: Owners, lately: Ints, cut: datetime, taxonomy: int, reading: Reading
) -> tuple[Postings, int]:
    """Return those of the postings that were tagged, `lately` (ids) with what they say; and how many the
    taxonomy in force has not tagged.

    A posting is as its version of the cut says, and as the taxonomy in force understood it, else the newest
    that tagged it.
    """
    tagged, others = read_tagged(readers.connection, owners, cut)
    mixed = others if taxonomy else 0
    detailed = np.flatnonzero(np.isin(tagged.id, lately))
    tagging = tagged.tagging[detailed]
    by_number = np.argsort(tagging)  # the order in which they are stored, and so read fastest
    detail = np.full(len(tagged.id), -1, dtype=np.int32)
    detail[detailed[by_number]] = np.arange(len(detailed))
    postings = Postings(
        id=tagged.id,
        unit=tagged.unit,
        company=tagged.company,
        vacancy=tagged.vacancy,
        role=tagged.role,
        posted_at=tagged.posted_at,
        detail=detail,
        details=read_details(readers, tagging[by_number], tagged.company[detailed[by_number]], reading),
    )
    return postings, mixed


def read_tagged(connection: Connection, owners: Owners, cut: datetime) -> tuple[Owners, int]:
    """Return those of the postings that any taxonomy had tagged; and of how many it was not that in force."""
    others = np.flatnonzero(owners.tagging < 0)
    for row, number, understood in _other_taggings(connection, owners.id[others], cut):
        owners.tagging[others[row]], owners.role[others[row]] = number, understood
    known = owners.tagging >= 0
    return owners if known.all() else owners.only(known), int(known[others].sum())


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
