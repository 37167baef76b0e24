"""Bringing the full-text index up to date: versions that it does not have yet, in batches.

Nothing is indexed while a look is stored. What was added since is indexed when a run has ended, and when
somebody searches. A batch is one transaction, so a run that is killed leaves the index behind, never wrong.
Of a posting with several versions the older ones stay in the index; `search_documents` says that they are
outdated, and no search shows them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased

from storage.chunking import chunks
from storage.searching.text import Fold, document_tokens
from storage.searching.words import add_documents, clear_documents, count_documents, last_document
from storage.tables import Company, Posting, SearchDocument, Version

BATCH = 1000
"""Versions indexed in one transaction: a fraction of a second in which nobody else writes."""


def _missing(connection: Connection) -> ColumnElement[bool]:
    """Versions after the last that is indexed; writers take turns, so none comes to lie before it later."""
    return Version.id > last_document(connection)


def count_unindexed(connection: Connection) -> int:
    """Return how many versions the index does not have yet."""
    missing = select(func.count()).select_from(Version).where(_missing(connection))
    return connection.scalar(missing) or 0


def add_batch(connection: Connection, fold: Fold) -> int:
    """Index the oldest versions that the index does not have, a batch of them; return how many.

    `fold` is one that text.folding made.
    """
    rows = connection.execute(
        select(
            Version.id,
            Version.posting_id,
            Version.title,
            Version.text,
            Version.places,
            Company.name,
            Posting.company_id,
        )
        .join(Posting, Posting.id == Version.posting_id)
        .join(Company, Company.id == Posting.company_id)
        .where(_missing(connection))
        .order_by(Version.id)
        .limit(BATCH)
    ).all()
    if not rows:
        return 0
    _insert_documents(connection, {row.id: row.posting_id for row in rows})
    add_documents(
        connection,
        (
            (
                row.id,
                document_tokens(row.title, row.name, map(str, row.places), row.text, row.company_id, fold),
            )
            for row in rows
        ),
    )
    _mark_outdated(connection, {row.posting_id for row in rows})
    return len(rows)


def _insert_documents(connection: Connection, postings: Mapping[int, int]) -> None:
    """Insert version -> posting; a store that was copied without its index has the rows already."""
    known: set[int] = set()
    for part in chunks(postings):
        known.update(connection.scalars(select(SearchDocument.id).where(SearchDocument.id.in_(part))))
    new = [
        {"id": id, "posting_id": posting, "outdated": False}
        for id, posting in postings.items()
        if id not in known
    ]
    if new:
        connection.execute(insert(SearchDocument), new)


def _mark_outdated(connection: Connection, postings: Iterable[int]) -> None:
    """Let only the latest indexed version of each posting be found."""
    marks = []
    for versions in _indexed(connection, postings).values():
        *older, latest = [row.id for row in versions]
        marks += [{"of": id, "is": True} for id in older]
        marks += [{"of": latest, "is": False}] if older else []
    if marks:
        change = update(SearchDocument).where(SearchDocument.id == bindparam("of"))
        connection.execute(change.values(outdated=bindparam("is")), marks)


def _indexed(connection: Connection, postings: Iterable[int]) -> dict[int, list[Any]]:
    """Posting -> its versions that are indexed, the latest last."""
    found: dict[int, list[Any]] = defaultdict(list)
    for part in chunks(sorted(postings)):
        for row in connection.execute(
            select(Version.posting_id, Version.id)
            .join(SearchDocument, SearchDocument.id == Version.id)
            .where(Version.posting_id.in_(part))
            .order_by(Version.posting_id, Version.first_seen_at, Version.id)
        ):
            found[row.posting_id].append(row)
    return found


def check_index(connection: Connection) -> list[str]:
    """Return sentences about what is wrong with the index; that it is behind is nothing wrong."""
    last = last_document(connection)
    other = aliased(Version)
    later = exists().where(
        other.posting_id == Version.posting_id,
        other.id <= last,
        tuple_(other.first_seen_at, other.id) > tuple_(Version.first_seen_at, Version.id),
    )
    total, right = connection.execute(
        select(func.count(), func.count(SearchDocument.id).filter(SearchDocument.outdated == later))
        .select_from(Version)
        .outerjoin(SearchDocument, SearchDocument.id == Version.id)
        .where(Version.id <= last)
    ).one()
    right = min(right, count_documents(connection))
    if right == total:
        return []
    return [f"the search index is right for {right} of {total} texts; `pmtrend db reindex` makes it anew"]


def clear(connection: Connection) -> None:
    """Empty the index; `add_batch` fills it again."""
    clear_documents(connection)
    connection.execute(delete(SearchDocument))
