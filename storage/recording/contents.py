"""Writing what postings say: postings, their versions, and what was understood of them."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from storage.among import among
from storage.recording.companies import Companies
from storage.recording.grouping import Openings
from storage.recording.new_rows import NewRows, list_text
from storage.recording.tagging_rows import TaggingRows, tagging_rows
from storage.recording.taxonomies import add_taggings
from storage.records import Listing, PostingRecord, Recorded
from storage.short_forms import origin_text
from storage.tables import Posting, Version

MOST_VERSIONS = 24
"""Texts kept of one posting. One that changes with every look (a count, a token in it) says nothing new."""

_VERSIONS = (
    select(Version.posting_id, Version.id, Version.content_hash, Version.text != "")
    .where(among(Version.posting_id, "ids"))
    .order_by(Version.posting_id, Version.first_seen_at)
)
_EARLIEST = (
    select(Version.id, Version.content_hash, Version.first_seen_at)
    .where(Version.posting_id == bindparam("posting"))
    .order_by(Version.first_seen_at)
    .limit(1)
)
_COUNT = select(func.count()).select_from(Version).where(Version.posting_id == bindparam("posting"))
_BACKDATE = (
    update(Version)
    .where(Version.id == bindparam("version"))
    .values(first_seen_at=bindparam("at", type_=Version.first_seen_at.type))
)
_NEW_ENTRY = (
    update(Posting)
    .where(Posting.id == bindparam("posting"), Posting.record_hash != bindparam("entry"))
    .values(record_hash=bindparam("entry"))
)
_KEEP_ADDRESS = (
    update(Version)
    .where(Version.posting_id == bindparam("posting"), Version.url.is_(None))
    .values(
        url=select(Posting.url)
        .where(Posting.id == bindparam("posting"), Posting.url != bindparam("url_now"))
        .scalar_subquery()
    )
)
_READDRESS = (
    update(Posting)
    .where(Posting.id == bindparam("posting"))
    .values(url=bindparam("url_now"), address=bindparam("address_now"), signature=bindparam("signature_now"))
)


def _latest_versions(connection: Connection, postings: Sequence[int]) -> dict[int, tuple[int, str, bool]]:
    """Return posting id -> (version id, content hash, whether it has a text) of the latest version."""
    if not postings:
        return {}
    rows = connection.execute(_VERSIONS, {"ids": postings})
    return {posting: (id, content, has_text) for posting, id, content, has_text in rows}


class PostingFinder:
    """Native id -> id of a posting; one that is not `known` is created, and is known from then on.

    `known` is what `KnownRows.postings` returned, `unit_of` gives the unit of a company id.
    """

    def __init__(
        self,
        connection: Connection,
        listing: Listing,
        companies: Companies,
        unit_of: Callable[[int], int],
        known: dict[str, tuple[int, int, str]],
        rows: NewRows,
    ):
        self.known, self._family, self._rows = known, listing.posting_family, rows
        self._companies, self._unit_of = companies, unit_of
        new = [posting for posting in listing.postings if posting.native_id not in known]
        stored = companies.read(posting.company_key for posting in new)
        self._openings = Openings(connection, listing, new, stored)

    def __call__(self, posting: PostingRecord) -> int:
        if posting.native_id not in self.known:
            company = self._companies(posting.company_key, posting.company)
            unit = self._unit_of(company)
            vacancy = self._openings.vacancy_of(posting, company)
            number = self._rows.add_posting(self._family, posting, unit, company, vacancy)
            self.known[posting.native_id] = number, unit, posting.market
        return self.known[posting.native_id][0]

    def origin(self, posting: PostingRecord) -> str:
        """Return what a version of it says itself, for `NewRows.add_tagging`; it keeps its first market."""
        market = self.known[posting.native_id][2]
        places, countries = list_text(posting.places), list_text(posting.countries)
        return origin_text(market, posting.has_whole_text, places, countries)


def store_contents(
    connection: Connection,
    listing: Listing,
    taxonomy: int,
    find: PostingFinder,
    rows: NewRows,
    result: Recorded,
) -> None:
    """Add new postings and changed texts of a listing to `rows`. Counts go into `result`."""
    before = [
        find.known[posting.native_id][0] for posting in listing.postings if posting.native_id in find.known
    ]
    latest = _latest_versions(connection, before)
    tagged: set[int] = set()
    again: list[tuple[int, TaggingRows]] = []  # of texts that another taxonomy had tagged
    for posting in listing.postings:
        new = posting.native_id not in find.known
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
                _readdress(connection, number, posting)
                result.changed += 1
        if not new and posting.record_hash:
            connection.execute(_NEW_ENTRY, {"posting": number, "entry": posting.record_hash})
        if posting.tagging is not None:
            if changed:
                understood = tagging_rows(posting.tagging)
                rows.add_tagging(version_id, taxonomy, understood, find.origin(posting), None)
                tagged.add(version_id)
            elif version_id not in tagged:  # as it is if the listing shows it twice
                again.append((version_id, tagging_rows(posting.tagging)))
    add_taggings(connection, rows, taxonomy, again, listing.observed_at)


def _readdress(connection: Connection, number: int, posting: PostingRecord) -> None:
    """Give a posting the address that comes with its new version; the older ones keep theirs."""
    values = {"posting": number, "url_now": posting.url}
    connection.execute(_KEEP_ADDRESS, values)
    values |= {"address_now": posting.address, "signature_now": posting.signature}
    connection.execute(_READDRESS, values)


def store_late_contents(
    connection: Connection,
    listing: Listing,
    taxonomy: int,
    find: PostingFinder,
    rows: NewRows,
    result: Recorded,
) -> None:
    """The same for a look older than what is known: a text goes before the versions that are stored."""
    for posting in {posting.native_id: posting for posting in reversed(listing.postings)}.values():
        new = posting.native_id not in find.known
        number = find(posting)
        result.created += new
        earliest = None if new else _earliest_version(connection, number)
        if earliest is None or listing.observed_at < earliest.first_seen_at:
            if earliest is not None and earliest.content_hash == posting.content_hash:
                connection.execute(_BACKDATE, {"version": earliest.id, "at": listing.observed_at})
            elif posting.tagging is not None and not _is_restless(connection, number):
                version_id = rows.add_version(number, posting, listing.observed_at)
                understood = tagging_rows(posting.tagging)
                rows.add_tagging(version_id, taxonomy, understood, find.origin(posting), None)
    rows.write()


def _earliest_version(connection: Connection, posting: int) -> Any:
    """Return the row (id, content_hash, first_seen_at) of a posting's first version."""
    return connection.execute(_EARLIEST, {"posting": posting}).first()


def _is_restless(connection: Connection, posting: int) -> bool:
    return (connection.scalar(_COUNT, {"posting": posting}) or 0) >= MOST_VERSIONS
