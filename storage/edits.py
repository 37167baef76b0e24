"""Reading postings whose text was edited: the texts before and after, as one vocabulary reads them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, exists, select
from sqlalchemy.orm import aliased

from storage.contents import chunks
from storage.history import Edited, TextVersion
from storage.records import Passage, Pay, Requirement
from storage.tables import Tag, Tagging, Taxonomy, Version

_Row = Any
"""A row of `_taggings`: a tagging, and of its version what is read of it."""
_STRENGTH: Mapping[str, int] = {"required": 3, "duty": 2, "preferred": 1}


def edited_postings(
    connection: Connection, since: datetime, until: datetime
) -> dict[int, list[tuple[int, datetime]]]:
    """Return posting id -> its versions up to `until` (id, first seen) of those that got another in between.

    "In between" is after `since`; the version with which a posting begins is no edit.
    """
    older = aliased(Version)
    edits = (
        select(Version.posting_id)
        .where(Version.first_seen_at > since, Version.first_seen_at <= until)
        .where(
            exists().where(
                older.posting_id == Version.posting_id, older.first_seen_at < Version.first_seen_at
            )
        )
    )
    found: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for part in chunks(sorted(set(connection.scalars(edits)))):
        rows = connection.execute(
            select(Version.posting_id, Version.id, Version.first_seen_at)
            .where(Version.posting_id.in_(part), Version.first_seen_at <= until)
            .order_by(Version.posting_id, Version.first_seen_at, Version.id)
        )
        for posting, version, at in rows:
            found[posting].append((version, at))
    return dict(found)


def since_versions(versions: Sequence[tuple[int, datetime]], since: datetime) -> list[tuple[int, datetime]]:
    """Return the version that stood at `since` (else the first) and those after it."""
    before = [version for version in versions if version[1] <= since]
    return [*before[-1:], *(version for version in versions if version[1] > since)]


def read_edits(
    connection: Connection,
    postings: Collection[int],
    since: datetime,
    until: datetime,
    cut: datetime,
    taxonomy: str | None,
) -> Edited:
    """Return what those of `postings` say that were edited after `since`, up to `until`, as known at `cut`.

    `taxonomy` is the hash of the vocabulary in force. Where it has not read both the first and the last text,
    the newest vocabulary that has counts; a posting of which none has is only counted.
    """
    wanted = set(postings)
    chains = {
        posting: since_versions(versions, since)
        for posting, versions in edited_postings(connection, since, until).items()
        if posting in wanted
    }
    texts: dict[int, tuple[TextVersion, ...]] = {}
    for part in chunks(sorted(chains)):  # so that few whole texts are held at a time
        rows = _taggings(connection, (v for posting in part for v, _ in chains[posting]), cut)
        chosen: dict[int, list[_Row]] = {}
        for posting in part:
            chain = chains[posting]
            common = common_taxonomy(rows[chain[0][0]], rows[chain[-1][0]], taxonomy)
            if common is not None:
                chosen[posting] = [rows[v][common] for v, _ in chain if common in rows[v]]
        tags = _tags(connection, (row for one in chosen.values() for row in one))
        texts |= {posting: tuple(_text(row, tags[row.id]) for row in one) for posting, one in chosen.items()}
    return Edited(texts, frozenset(chains.keys() - texts.keys()))


def common_taxonomy(one: Mapping[int, _Row], other: Mapping[int, _Row], preferred: str | None) -> int | None:
    """Return the vocabulary that has read both versions: the preferred one, else the newest; None without."""
    both = one.keys() & other.keys()
    return max(both, key=lambda number: (one[number].sha256 == preferred, number), default=None)


def roles(connection: Connection, versions: Iterable[int], cut: datetime) -> dict[int, dict[int, _Row]]:
    """Return version id -> vocabulary id -> its tagging (`role`, `sha256`), as known at `cut`."""
    return _taggings(connection, versions, cut, whole=False)


def known_at(cut: datetime) -> ColumnElement[bool]:
    """Taggings that had been made by then."""
    return Tagging.tagged_at.is_(None) | (Tagging.tagged_at <= cut)


def _taggings(
    connection: Connection, versions: Iterable[int], cut: datetime, *, whole: bool = True
) -> dict[int, dict[int, _Row]]:
    columns: Sequence[Any] = [Tagging.version_id, Tagging.taxonomy_id, Tagging.role]
    if whole:
        of_version = (
            Version.first_seen_at,
            Version.title,
            Version.text,
            Version.salary_raw,
            Version.content_hash,
        )
        columns = [*Tagging.__table__.columns, *of_version]
    found: dict[int, dict[int, _Row]] = defaultdict(dict)
    for part in chunks(versions):
        rows = connection.execute(
            select(*columns, Taxonomy.sha256)
            .join(Version, Version.id == Tagging.version_id)
            .join(Taxonomy, Taxonomy.id == Tagging.taxonomy_id)
            .where(Tagging.version_id.in_(part), known_at(cut))
        )
        for row in rows:
            found[row.version_id][row.taxonomy_id] = row
    return found


def _tags(
    connection: Connection, taggings: Iterable[_Row]
) -> dict[int, dict[str, tuple[Requirement, Passage]]]:
    """Tagging -> tag -> its strongest requirement and where that stands; mere mentions are left out."""
    of = {row.id: row for row in taggings}
    found: dict[int, dict[str, tuple[Requirement, Passage]]] = defaultdict(dict)
    for part in chunks(of):
        for row in connection.execute(
            select(Tag.tagging_id, Tag.tag, Tag.requirement, Tag.quote, Tag.field, Tag.start, Tag.end)
            .where(Tag.tagging_id.in_(part), Tag.requirement != "mentioned")
            .order_by(Tag.tagging_id, Tag.tag, Tag.fine)
        ):
            present = found[row.tagging_id].get(row.tag)
            if present is None or _STRENGTH[row.requirement] > _STRENGTH[present[0]]:
                where = _quoted(of[row.tagging_id], row.quote, row.field, row.start, row.end)
                found[row.tagging_id][row.tag] = (cast(Requirement, row.requirement), where)
    return found


def _quoted(version: _Row, quote: str, field: str, start: int | None, end: int | None) -> Passage:
    """Where a quote stands; one of a board's own field is the whole of what is known of it."""
    if start is None or end is None:
        return Passage(quote, 0, len(quote), version.content_hash)
    return passage_of(version, field, start, end)


def passage_of(version: Any, field: str, start: int, end: int) -> Passage:
    """Return the line of a version (title, text, content_hash) around a slice of its title or text."""
    text = version.title if field == "title" else version.text
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    line = text[first : len(text) if last < 0 else last]
    return Passage(line, start - first, end - first, version.content_hash)


def _text(row: _Row, tags: Mapping[str, tuple[Requirement, Passage]]) -> TextVersion:
    pay = None
    if row.salary_min is not None or row.salary_max is not None:
        pay = Pay(row.salary_min, row.salary_max, row.salary_currency, row.salary_period, row.salary_months)
    proof = {
        name: _quoted(row, quote["text"], quote["field"], quote["start"], quote["end"])
        for name, quote in row.proof.items()
    }
    if pay and "salary" not in proof and row.salary_raw:
        proof["salary"] = _quoted(row, row.salary_raw, "", None, None)
    return TextVersion(
        since=row.first_seen_at,
        title=row.title,
        role=row.role,
        years_min=row.years_min,
        years_max=row.years_max,
        years_required=row.years_requirement == "required",
        ai_years_min=row.ai_years_min,
        ai_years_required=row.ai_years_requirement == "required",
        education=row.education if row.education_requirement == "required" else None,
        salary=pay,
        tags=dict(tags),
        proof=proof,
    )
