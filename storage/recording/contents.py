"""Writing what postings say: companies, postings, their versions, and what was understood of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, func, insert, select, update

from storage.chunking import chunks
from storage.recording.grouping import Openings
from storage.recording.new_rows import NewRows, next_number
from storage.recording.tagging_rows import TAG_COLUMNS, TAGGING_COLUMNS, TaggingRows, tagging_rows
from storage.records import Listing, PostingRecord, Recorded, Tagging, TaxonomyRecord
from storage.tables import Company, Posting, Tag, Taxonomy, Version
from storage.tables import Tagging as TaggingRow

MOST_VERSIONS = 24
"""Texts kept of one posting. One that changes with every look (a count, a token in it) says nothing new."""


def company_id(connection: Connection, key: str, name: str) -> int:
    """Return the id of the company with this key; the first name seen is kept."""
    found = connection.scalar(select(Company.id).where(Company.key == key))
    if found is None:
        found = connection.scalar(insert(Company).values(key=key, name=name).returning(Company.id))
    assert found is not None
    return int(found)


def taxonomy_id(connection: Connection, taxonomy: TaxonomyRecord, at: datetime) -> int:
    """Return the id of the taxonomy; it is in force from the earliest instant that it was used for."""
    row = connection.execute(
        select(Taxonomy.id, Taxonomy.in_force_from).where(Taxonomy.sha256 == taxonomy.sha256)
    ).first()
    if row is None:
        values = {
            "version": taxonomy.version,
            "sha256": taxonomy.sha256,
            "in_force_from": at,
            "body": [asdict(tag) for tag in taxonomy.tags],
        }
        created = connection.scalar(insert(Taxonomy).values(values).returning(Taxonomy.id))
        assert created is not None
        return int(created)
    if at < row.in_force_from:
        connection.execute(update(Taxonomy).where(Taxonomy.id == row.id).values(in_force_from=at))
    return int(row.id)


def latest_versions(connection: Connection, posting_ids: Sequence[int]) -> dict[int, tuple[int, str, bool]]:
    """Return posting id -> (version id, content hash, whether it has a text) of the latest version."""
    found: dict[int, tuple[int, str, bool]] = {}
    for ids in chunks(posting_ids):
        rows = connection.execute(
            select(
                Version.posting_id, Version.id, Version.content_hash, (Version.text != "").label("has_text")
            )
            .where(Version.posting_id.in_(ids))
            .order_by(Version.posting_id, Version.first_seen_at)
        )
        found.update({row.posting_id: (row.id, row.content_hash, row.has_text) for row in rows})
    return found


def known_postings(
    connection: Connection, family: str, native_ids: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """Return native id -> (posting id, unit id) of those that are stored."""
    known: dict[str, tuple[int, int]] = {}
    for ids in chunks(native_ids):
        rows = connection.execute(
            select(Posting.native_id, Posting.id, Posting.unit_id).where(
                Posting.family == family, Posting.native_id.in_(ids)
            )
        )
        known.update({row.native_id: (row.id, row.unit_id) for row in rows})
    return known


class _Finder:
    """Native id -> id of a posting; one that is not known is created, and is known from then on."""

    def __init__(
        self,
        connection: Connection,
        listing: Listing,
        unit_of: Callable[[int], int],
        known: dict[str, tuple[int, int]],
        rows: NewRows,
    ):
        self._connection, self._listing, self._unit_of = connection, listing, unit_of
        self._known, self._rows = known, rows
        self._openings = Openings(connection, listing)
        self._companies: dict[str, int] = {}

    def __call__(self, posting: PostingRecord) -> int:
        if posting.native_id not in self._known:
            company = self._company(posting)
            unit = self._unit_of(company)
            vacancy = self._openings.vacancy_of(posting, company)
            number = self._rows.add_posting(self._listing.posting_family, posting, unit, company, vacancy)
            self._known[posting.native_id] = number, unit
        return self._known[posting.native_id][0]

    def _company(self, posting: PostingRecord) -> int:
        key = posting.company_key
        if key not in self._companies:
            self._companies[key] = company_id(self._connection, key, posting.company)
        return self._companies[key]


def store_contents(
    connection: Connection,
    listing: Listing,
    taxonomy: int,
    unit_of: Callable[[int], int],
    known: dict[str, tuple[int, int]],
    result: Recorded,
) -> None:
    """Store new postings and changed texts of a listing; new ones are added to `known`.

    `unit_of` gives the unit of a company id. Counts go into `result`.
    """
    before = {
        posting.native_id: known[posting.native_id][0]
        for posting in listing.postings
        if posting.native_id in known
    }
    latest = latest_versions(connection, list(before.values()))
    rows = NewRows(connection)
    find = _Finder(connection, listing, unit_of, known, rows)
    taggings: list[tuple[int, Tagging]] = []
    again: list[tuple[int, Tagging]] = []  # of texts that another taxonomy had tagged
    for posting in listing.postings:
        new = posting.native_id not in known
        number = find(posting)
        result.created += new
        version_id, content_hash, has_text = latest.get(number, (0, "", False))
        if has_text and not posting.text.strip() and "withheld" not in posting.structured:
            continue  # a list that came without texts takes none away
        changed = content_hash != posting.content_hash
        if changed:
            if not new and _is_restless(connection, number):
                continue  # what it says now is not what its version would be tagged for
            version_id = rows.add_version(number, posting, listing.observed_at)
            latest[number] = (version_id, posting.content_hash, bool(posting.text))
            if not new:
                _readdress(connection, number, version_id, posting)
                result.changed += 1
        if not new and posting.record_hash:
            entry = (Posting.id == number) & (Posting.record_hash != posting.record_hash)
            connection.execute(update(Posting).where(entry).values(record_hash=posting.record_hash))
        if posting.tagging is not None:
            (taggings if changed else again).append((version_id, posting.tagging))
    rows.write()
    add_taggings(connection, taxonomy, taggings)
    add_taggings(connection, taxonomy, again, listing.observed_at)


def _readdress(connection: Connection, number: int, version: int, posting: PostingRecord) -> None:
    """Give a posting the address that came with its new version; the older ones keep theirs."""
    before = select(Posting.url).where(Posting.id == number, Posting.url != posting.url)
    older = (Version.posting_id == number) & (Version.id != version) & Version.url.is_(None)
    connection.execute(update(Version).where(older).values(url=before.scalar_subquery()))
    values = {"url": posting.url, "address": posting.address, "signature": posting.signature}
    connection.execute(update(Posting).where(Posting.id == number).values(values))


def store_late_contents(
    connection: Connection,
    listing: Listing,
    taxonomy: int,
    unit_of: Callable[[int], int],
    known: dict[str, tuple[int, int]],
    result: Recorded,
) -> None:
    """The same for a look older than what is known: a text goes before the versions that are stored."""
    taggings: list[tuple[int, Tagging]] = []
    rows = NewRows(connection)
    find = _Finder(connection, listing, unit_of, known, rows)
    for posting in {posting.native_id: posting for posting in reversed(listing.postings)}.values():
        new = posting.native_id not in known
        number = find(posting)
        result.created += new
        earliest = None if new else _earliest_version(connection, number)
        if earliest is None or listing.observed_at < earliest.first_seen_at:
            if earliest is not None and earliest.content_hash == posting.content_hash:
                values = {"first_seen_at": listing.observed_at}
                connection.execute(update(Version).where(Version.id == earliest.id).values(values))
            elif posting.tagging is not None and not _is_restless(connection, number):
                version_id = rows.add_version(number, posting, listing.observed_at)
                taggings.append((version_id, posting.tagging))
    rows.write()
    add_taggings(connection, taxonomy, taggings)


def _earliest_version(connection: Connection, posting: int) -> Any:
    """Return the row (id, content_hash, first_seen_at) of a posting's first version."""
    return connection.execute(
        select(Version.id, Version.content_hash, Version.first_seen_at)
        .where(Version.posting_id == posting)
        .order_by(Version.first_seen_at)
        .limit(1)
    ).first()


def _is_restless(connection: Connection, posting: int) -> bool:
    versions = select(func.count()).select_from(Version).where(Version.posting_id == posting)
    return (connection.scalar(versions) or 0) >= MOST_VERSIONS


def add_taggings(
    connection: Connection,
    taxonomy: int,
    rows: Sequence[tuple[int, Tagging]],
    tagged_at: datetime | None = None,
) -> None:
    """Store taggings of versions [(version id, tagging)] under one taxonomy; those it has are kept.

    `tagged_at` is when that happened, None: when the versions were first seen.
    """
    laid_out = [(version, tagging_rows(tagging)) for version, tagging in rows]
    add_tagging_rows(connection, taxonomy, laid_out, tagged_at)


def add_tagging_rows(
    connection: Connection,
    taxonomy: int,
    rows: Sequence[tuple[int, TaggingRows]],
    tagged_at: datetime | None,
) -> None:
    """Store taggings that `tagging_rows` has laid out; those the taxonomy has of these versions are kept."""
    wanted = dict(rows)
    for ids in chunks(list(wanted)):
        done = select(TaggingRow.version_id).where(
            TaggingRow.taxonomy_id == taxonomy, TaggingRow.version_id.in_(ids)
        )
        for version_id in connection.scalars(done):
            del wanted[version_id]
    if not wanted:
        return
    process = TaggingRow.__table__.c.tagged_at.type.bind_processor(connection.dialect)
    at = process(tagged_at) if process else tagged_at
    numbered = list(enumerate(wanted.items(), start=next_number(connection, TaggingRow)))
    _insert(
        connection,
        insert(TaggingRow),
        ("id", "version_id", "taxonomy_id", *TAGGING_COLUMNS, "tagged_at"),
        [(number, version, taxonomy, *values, at) for number, (version, (values, _)) in numbered],
    )
    tags = [(number, *values) for number, (_, (_, hits)) in numbered for values in hits]
    _insert(connection, insert(Tag), ("tagging_id", *TAG_COLUMNS), tags)


def _insert(
    connection: Connection, into: Insert, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of values that need no conversion, `columns` being in the order of the table's.

    Converting each value by its type, as SQLAlchemy does, takes longer than SQLite takes to store it.
    """
    statement = into.compile(dialect=connection.dialect, column_keys=columns)
    if rows:
        values = rows if statement.positional else [dict(zip(columns, row, strict=True)) for row in rows]
        connection.exec_driver_sql(str(statement), values)
