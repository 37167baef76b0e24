"""Vocabularies that tag, and what they understood of versions that are stored."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Text, bindparam, cast, insert, select, update

from storage.among import among
from storage.recording.new_rows import NewRows
from storage.recording.tagging_rows import TaggingRows
from storage.records import TaxonomyRecord
from storage.short_forms import origin_text
from storage.tables import Posting, Tagging, Taxonomy, Version, has_whole_text

_TAGGED = select(Tagging.version_id).where(
    Tagging.taxonomy_id == bindparam("taxonomy"),
    among(Tagging.version_id, "versions"),
)
_ORIGINS = (
    select(Version.id, Posting.market, has_whole_text())
    .add_columns(cast(Version.places, Text), cast(Version.countries, Text))
    .join(Posting, Posting.id == Version.posting_id)
    .where(among(Version.id, "versions"))
)


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


def add_taggings(
    connection: Connection,
    rows: NewRows,
    taxonomy: int,
    tagged: Sequence[tuple[int, TaggingRows]],
    at: datetime,
) -> None:
    """Add taggings [(id of a stored version, its rows)] made at `at`; those the taxonomy has are kept."""
    wanted = dict(tagged)
    if not wanted:
        return
    for version in connection.scalars(_TAGGED, {"taxonomy": taxonomy, "versions": list(wanted)}).all():
        del wanted[version]
    found = connection.execute(_ORIGINS, {"versions": list(wanted)})
    origins = {row.id: origin_text(*row[1:]) for row in found}
    for version, laid_out in wanted.items():
        rows.add_tagging(version, taxonomy, laid_out, origins[version], at)
