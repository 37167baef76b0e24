"""Reading stored texts for a new taxonomy, and storing what it understood."""

import math
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, select, true

from storage.recording.new_rows import NewRows
from storage.recording.tagging_rows import TaggingRows
from storage.recording.taxonomies import add_taggings, taxonomy_id
from storage.recording.texts import STORED_TEXT
from storage.records import StoredText, TaxonomyRecord
from storage.tables import Company, Posting, Taxonomy, Version
from storage.tables import Tagging as TaggingRow


def _not_done(taxonomy: TaxonomyRecord) -> ColumnElement[bool]:
    number = select(Taxonomy.id).where(Taxonomy.sha256 == taxonomy.sha256).scalar_subquery()
    done = exists().where(TaggingRow.version_id == Version.id, TaggingRow.taxonomy_id == number)
    return ~done


def count_untagged(connection: Connection, taxonomy: TaxonomyRecord) -> int:
    """Return how many versions have no tagging under this taxonomy."""
    number = connection.scalar(select(func.count()).select_from(Version).where(_not_done(taxonomy)))
    return number or 0


def count_untagged_postings(connection: Connection, taxonomy: TaxonomyRecord) -> int:
    """Return how many postings have such a version."""
    postings = func.count(Version.posting_id.distinct())
    return connection.scalar(select(postings).where(_not_done(taxonomy))) or 0


def untagged(
    connection: Connection,
    taxonomy: TaxonomyRecord,
    limit: int,
    of: tuple[str, Sequence[str]] | None = None,
    *,
    after: int = 0,
    most_chars: float = math.inf,
) -> list[StoredText]:
    """Return up to `limit` versions that have no tagging under this taxonomy, in the order of their ids.

    `of` asks only for postings of a family with the given native ids, `after` for versions after that one:
    who goes through all names the last he had, so that none is looked for twice. No more are read once the
    texts have `most_chars` characters.
    """
    rows = connection.execute(
        select(*STORED_TEXT)
        .join(Posting, Posting.id == Version.posting_id)
        .join(Company, Company.id == Posting.company_id)
        .where(Version.id > after, _not_done(taxonomy))
        .where(true() if of is None else (Posting.family == of[0]) & Posting.native_id.in_(of[1]))
        .order_by(Version.id)
        .limit(limit)
    )
    texts: list[StoredText] = []
    chars = 0
    for row in rows:
        texts.append(StoredText(*row))
        chars += len(row.text)
        if chars >= most_chars:
            break
    rows.close()
    return texts


def add(
    connection: Connection,
    taxonomy: TaxonomyRecord,
    tagged: Sequence[tuple[int, TaggingRows]],
    now: datetime,
) -> None:
    """Store taggings made at `now`, from when on the taxonomy is in force."""
    rows = NewRows(connection)
    add_taggings(connection, rows, taxonomy_id(connection, taxonomy, now), tagged, now)
    rows.write()
