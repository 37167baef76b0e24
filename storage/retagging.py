"""Reading stored texts for a new taxonomy, and storing what it understood."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, select, true

from storage.contents import add_taggings, taxonomy_id
from storage.records import StoredText, Tagging, TaxonomyRecord
from storage.tables import Company, Posting, Taxonomy, Version
from storage.tables import Tagging as TaggingRow


def untagged(
    connection: Connection,
    taxonomy: TaxonomyRecord,
    limit: int,
    of: tuple[str, Sequence[str]] | None = None,
) -> list[StoredText]:
    """Return up to `limit` versions that have no tagging under this taxonomy, in the order of their ids.

    `of` asks only for postings of a family with the given native ids.
    """
    done = (
        exists()
        .where(TaggingRow.version_id == Version.id)
        .where(TaggingRow.taxonomy_id == Taxonomy.id)
        .where(Taxonomy.sha256 == taxonomy.sha256)
    )
    rows = connection.execute(
        select(*Version.__table__.columns, Company.name.label("company"))
        .join(Posting, Posting.id == Version.posting_id)
        .join(Company, Company.id == Posting.company_id)
        .where(~done)
        .where(true() if of is None else (Posting.family == of[0]) & Posting.native_id.in_(of[1]))
        .order_by(Version.id)
        .limit(limit)
    )
    return [
        StoredText(
            row.id,
            row.title,
            row.text,
            row.company,
            row.salary_raw,
            row.experience_raw,
            row.education_raw,
            row.structured,
        )
        for row in rows
    ]


def add(
    connection: Connection, taxonomy: TaxonomyRecord, rows: Sequence[tuple[int, Tagging]], now: datetime
) -> None:
    """Store taggings made at `now`, from when on the taxonomy is in force."""
    add_taggings(connection, taxonomy_id(connection, taxonomy, now), rows)
