"""Reading postings with their texts of the cut and what the taxonomy then in force understood of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.contents import chunks
from storage.facts import asked_levels
from storage.memories import Known
from storage.records import Pay, PostingFact, Requirement, TaxonomyRecord
from storage.tables import Company as CompanyRow
from storage.tables import Posting as PostingRow
from storage.tables import Tag as TagRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Taxonomy as TaxonomyRow
from storage.tables import Version as VersionRow

_Row = Any
"""A result row; its columns are those of the statement just above its use."""
_WHOLE_TEXT = (VersionRow.text != "") & VersionRow.structured["text_cut"].as_boolean().is_not(True)
"""What a text that was cut off does not ask for, the posting may ask for all the same."""
_STRENGTH: Mapping[str, int] = {"required": 3, "duty": 2, "preferred": 1, "mentioned": 0}


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
    connection: Connection, ids: set[int], cut: datetime, taxonomy: _Row | None
) -> tuple[dict[int, PostingFact], int]:
    """The postings with their versions of the cut; and how many the taxonomy in force has not tagged."""
    versions = _versions(connection, ids, cut)
    taggings = _taggings(connection, [row.id for row in versions.values()], taxonomy)
    tags = _tags(connection, [row.id for row in taggings.values()])
    facts: dict[int, PostingFact] = {}
    mixed = 0
    for part in chunks(sorted(ids)):
        rows = connection.execute(
            select(*PostingRow.__table__.columns, CompanyRow.name.label("company_name"))
            .join(CompanyRow, CompanyRow.id == PostingRow.company_id)
            .where(PostingRow.id.in_(part))
            .order_by(PostingRow.id)
        )
        for row in rows:
            version = versions.get(row.id)
            tagging = taggings.get(version.id) if version else None
            if version is None or tagging is None:
                continue
            mixed += taxonomy is not None and tagging.taxonomy_id != taxonomy.id
            facts[row.id] = _fact(row, version, tagging, tags.get(tagging.id, {}))
    return facts, mixed


def _fact(
    row: _Row, version: _Row, tagging: _Row, tags: Mapping[str, tuple[Requirement, str]]
) -> PostingFact:
    pay = None
    if tagging.salary_min is not None or tagging.salary_max is not None:
        pay = Pay(
            tagging.salary_min,
            tagging.salary_max,
            tagging.salary_currency,
            tagging.salary_period,
            tagging.salary_months,
        )
    return PostingFact(
        id=row.id,
        vacancy=row.vacancy,
        unit=row.unit_id,
        company=row.company_id,
        company_name=row.company_name,
        title=version.title,
        url=row.url,
        market=row.market,
        places=tuple(version.places),
        posted_at=row.posted_at,
        role=tagging.role,
        lang=tagging.lang,
        years_min=tagging.years_min,
        years_max=tagging.years_max,
        years_required=tagging.years_requirement == "required",
        ai_years_min=tagging.ai_years_min,
        ai_years_required=tagging.ai_years_requirement == "required",
        education=tagging.education,
        education_required=tagging.education_requirement == "required",
        workplace=tagging.workplace,
        salary=pay,
        tags={tag: requirement for tag, (requirement, _) in tags.items()},
        quotes={tag: quote for tag, (_, quote) in tags.items()},
        has_text=version.has_text,
        title_label=tagging.title_label,
        body_label=tagging.body_label,
        pipeline=tagging.pipeline_share,
        industries=asked_levels(tagging.facts, "industries"),
        languages=asked_levels(tagging.facts, "languages"),
    )


def _versions(connection: Connection, ids: Iterable[int], cut: datetime) -> dict[int, _Row]:
    found: dict[int, _Row] = {}
    for part in chunks(sorted(ids)):
        for row in connection.execute(
            select(
                VersionRow.id,
                VersionRow.posting_id,
                VersionRow.title,
                VersionRow.places,
                _WHOLE_TEXT.label("has_text"),
            )
            .where(VersionRow.posting_id.in_(part), VersionRow.first_seen_at <= cut)
            .order_by(VersionRow.first_seen_at, VersionRow.id)
        ):
            found[row.posting_id] = row
    return found


def _taggings(connection: Connection, versions: Iterable[int], taxonomy: _Row | None) -> dict[int, _Row]:
    """Version -> its tagging under the taxonomy in force, else the newest that there is."""
    found: dict[int, _Row] = {}
    for part in chunks(versions):
        for row in connection.execute(
            select(*TaggingRow.__table__.columns)
            .where(TaggingRow.version_id.in_(part))
            .order_by(TaggingRow.taxonomy_id, TaggingRow.id)
        ):
            present = found.get(row.version_id)
            if present is None or taxonomy is None or present.taxonomy_id != taxonomy.id:
                found[row.version_id] = row
    return found


def _tags(connection: Connection, taggings: Iterable[int]) -> dict[int, dict[str, tuple[Requirement, str]]]:
    """Tagging -> tag -> its strongest requirement and that hit's quote; mere mentions are left out."""
    found: dict[int, dict[str, tuple[Requirement, str]]] = defaultdict(dict)
    for part in chunks(taggings):
        for row in connection.execute(
            select(TagRow.tagging_id, TagRow.tag, TagRow.requirement, TagRow.quote)
            .where(TagRow.tagging_id.in_(part), TagRow.requirement != "mentioned")
            .order_by(TagRow.tagging_id, TagRow.tag, TagRow.fine)
        ):
            tags = found[row.tagging_id]
            present = tags.get(row.tag)
            if present is None or _STRENGTH[row.requirement] > _STRENGTH[present[0]]:
                tags[row.tag] = (row.requirement, row.quote)
    return found
