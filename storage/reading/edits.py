"""Reading postings whose text was edited: the texts before and after, as one vocabulary reads them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import cast

from sqlalchemy import ColumnElement, Connection, exists, select
from sqlalchemy.orm import aliased

from storage.among import among
from storage.chunking import chunks
from storage.column_types import AnyRow
from storage.history import Edited, TextVersion
from storage.records import Passage, Pay, Requirement
from storage.short_forms import read_asked
from storage.tables import Tag, Tagging, Taxonomy, Version
from storage.taggings import STRENGTH

_FACTS = (
    "role",
    "years_min",
    "years_max",
    "years_requirement",
    "ai_years_min",
    "ai_years_requirement",
    "education",
    "education_requirement",
    "salary_min",
    "salary_max",
    "salary_currency",
    "salary_period",
    "salary_months",
)
_OF_FACTS = slice(len(_FACTS))
"""Their places in a row of `readings`."""
_TOGETHER = 2_000
"""Postings of which one statement asks whether they were edited: few were."""
_WHOLE = 50
"""Postings of which whole texts are held at a time."""


def edited_postings(
    connection: Connection, since: datetime, until: datetime, wanted: Collection[int] | None = None
) -> dict[int, list[tuple[int, datetime]]]:
    """Return posting id -> its versions up to `until` (id, first seen) of those that got another in between.

    "In between" is after `since`; the version with which a posting begins is no edit. `wanted` asks only for
    some postings.
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
    if wanted is None:
        edited = set(connection.scalars(edits))
    else:
        some = edits.where(among(Version.posting_id, "postings"))
        parts = chunks(wanted, _TOGETHER)
        edited = {one for part in parts for one in connection.scalars(some, {"postings": part})}
    versions = (
        select(Version.posting_id, Version.id, Version.first_seen_at)
        .where(among(Version.posting_id, "postings"), Version.first_seen_at <= until)
        .order_by(Version.posting_id, Version.first_seen_at, Version.id)
    )
    found: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for part in chunks(sorted(edited)):
        for posting, version, at in connection.execute(versions, {"postings": part}).all():
            found[posting].append((version, at))
    return dict(found)


def since_versions(versions: Sequence[tuple[int, datetime]], since: datetime) -> list[tuple[int, datetime]]:
    """Return the version that stood at `since` (else the first) and those after it; they come in order."""
    return list(versions[max(bisect_right(versions, since, key=itemgetter(1)) - 1, 0) :])


def read_edits(
    connection: Connection,
    postings: Collection[int],
    since: datetime,
    until: datetime,
    most: int,
    cut: datetime,
    taxonomy: str | None,
) -> Edited:
    """Return what those of `postings` say that were edited after `since`, up to `until`, as known at `cut`.

    `taxonomy` is the hash of the vocabulary in force. Where it has not read both the first and the last text,
    the newest vocabulary that has counts; a posting of which none has is only counted. Quotes are read of the
    `most` that were edited last.
    """
    chains = {
        posting: since_versions(versions, since)
        for posting, versions in edited_postings(connection, since, until, postings).items()
    }
    other: dict[int, tuple[TextVersion, TextVersion]] = {}
    read_by: dict[int, int] = {}
    same, unread = set(), set()
    for part in chunks(chains):  # so that few taggings are held at a time
        ends = {posting: (chains[posting][0][0], chains[posting][-1][0]) for posting in part}
        found = readings(connection, chain.from_iterable(ends.values()), cut)
        for posting, (first, last) in ends.items():
            common = common_taxonomy(found[first], found[last], taxonomy)
            if common is None:
                unread.add(posting)
            elif (texts := _unquoted(found[first][common], found[last][common])) is None:
                same.add(posting)
            else:
                other[posting], read_by[posting] = texts, common
    latest = sorted(other, key=lambda posting: (chains[posting][-1][1], posting), reverse=True)[:most]
    quoted: dict[int, tuple[TextVersion, ...]] = {}
    for part in chunks(sorted(latest), _WHOLE):
        found = readings(connection, (version for posting in part for version, _ in chains[posting]), cut)
        read = {
            posting: [
                of[read_by[posting]]
                for version, _ in chains[posting]
                if read_by[posting] in (of := found[version])
            ]
            for posting in part
        }
        quoted |= _quoted_texts(connection, read)
    unquoted = {posting: texts for posting, texts in other.items() if posting not in quoted}
    return Edited(quoted, unquoted, frozenset(same), frozenset(unread))


def _tags_of(row: AnyRow) -> list[str]:
    """The tags that a tagging asks for, as the column has them; mere mentions are left out."""
    tags: str = row.asked.partition(";")[0]
    return tags.split(",")


def _only_in(one: AnyRow, other: AnyRow) -> tuple[Set[str], Set[str]]:
    """The tags that only the one tagging asks for, and those that only the other does.

    Only what the column has differently is read: most of it is the same.
    """
    hits, others = set(_tags_of(one)), set(_tags_of(other))
    mine, theirs = (read_asked(",".join(hit)).keys() for hit in (hits - others, others - hits))
    return mine - theirs, theirs - mine


def _unquoted(before: AnyRow, after: AnyRow) -> tuple[TextVersion, TextVersion] | None:
    """Two taggings as texts without quotes, with the tags that only one of them asks for; None if they have
    the same facts and ask for the same tags."""
    gone, new = _only_in(before, after)
    if not gone and not new and before[_OF_FACTS] == after[_OF_FACTS]:
        return None
    return (
        _text(before, dict.fromkeys(gone, ("mentioned", None))),
        _text(after, dict.fromkeys(new, ("mentioned", None))),
    )


def _quoted_texts(
    connection: Connection, read: Mapping[int, Sequence[AnyRow]]
) -> dict[int, tuple[TextVersion, ...]]:
    """Posting -> its texts with the quotes of what may differ between the first and the last."""
    whole = _whole(connection, (row.id for of in read.values() for row in of))
    wanted = {row.id: frozenset().union(*_only_in(of[0], of[-1])) for of in read.values() for row in of}
    asked = _tags(connection, whole, wanted)
    return {
        posting: tuple(_text(row, asked[row.id], whole[row.id]) for row in of) for posting, of in read.items()
    }


def common_taxonomy(
    one: Mapping[int, AnyRow], other: Mapping[int, AnyRow], preferred: str | None
) -> int | None:
    """Return the vocabulary that has read both versions: the preferred one, else the newest; None without."""
    both = one.keys() & other.keys()
    return max(both, key=lambda number: (one[number].sha256 == preferred, number), default=None)


def known_at(cut: datetime) -> ColumnElement[bool]:
    """Taggings that had been made by then."""
    return Tagging.tagged_at.is_(None) | (Tagging.tagged_at <= cut)


def readings(connection: Connection, versions: Iterable[int], cut: datetime) -> dict[int, dict[int, AnyRow]]:
    """Return version -> vocabulary -> its tagging as known at `cut`, without quotes, with the `sha256`."""
    found: dict[int, dict[int, AnyRow]] = defaultdict(dict)
    columns = (getattr(Tagging, name) for name in (*_FACTS, "id", "version_id", "taxonomy_id", "asked"))
    statement = (
        select(*columns, Taxonomy.sha256)
        .join(Taxonomy, Taxonomy.id == Tagging.taxonomy_id)
        .where(among(Tagging.version_id, "versions"), known_at(cut))
    )
    for part in chunks(versions):
        for row in connection.execute(statement, {"versions": part}).all():
            found[row.version_id][row.taxonomy_id] = row
    return found


def _whole(connection: Connection, taggings: Iterable[int]) -> dict[int, AnyRow]:
    """Tagging id -> tagging and version with quotes and text."""
    columns = (getattr(Tagging, name) for name in ("id", "proof", *_FACTS))
    of_version = (
        Version.first_seen_at,
        Version.title,
        Version.text,
        Version.salary_raw,
        Version.content_hash,
    )
    statement = select(*columns, *of_version).join(Version, Version.id == Tagging.version_id)
    some = statement.where(among(Tagging.id, "taggings"))
    rows = (connection.execute(some, {"taggings": part}) for part in chunks(taggings))
    return {row.id: row for part in rows for row in part}


def _tags(
    connection: Connection, whole: Mapping[int, AnyRow], wanted: Mapping[int, Set[str]]
) -> dict[int, dict[str, tuple[Requirement, Passage]]]:
    """Tagging -> tag -> its strongest requirement and where that stands, of the tags wanted of each."""
    found: dict[int, dict[str, tuple[Requirement, Passage]]] = defaultdict(dict)
    names = sorted({tag for tags in wanted.values() for tag in tags})
    statement = (
        select(Tag.tagging_id, Tag.tag, Tag.requirement, Tag.quote, Tag.field, Tag.start, Tag.end)
        .where(among(Tag.tagging_id, "taggings"), Tag.requirement != "mentioned", among(Tag.tag, "tags"))
        .order_by(Tag.tagging_id, Tag.tag, Tag.fine)
    )
    for part in chunks(whole):
        for row in connection.execute(statement, {"taggings": part, "tags": names}):
            present = found[row.tagging_id].get(row.tag)
            stronger = present is None or STRENGTH[row.requirement] > STRENGTH[present[0]]
            if row.tag in wanted[row.tagging_id] and stronger:
                where = _quoted(whole[row.tagging_id], row.quote, row.field, row.start, row.end)
                found[row.tagging_id][row.tag] = (cast(Requirement, row.requirement), where)
    return found


def _quoted(version: AnyRow, quote: str, field: str, start: int | None, end: int | None) -> Passage:
    """Where a quote stands; one of a board's own field is the whole of what is known of it."""
    if start is None or end is None:
        return Passage(quote, 0, len(quote), version.content_hash)
    return passage_of(version, field, start, end)


def passage_of(version: AnyRow, field: str, start: int, end: int) -> Passage:
    """Return the line of a version (title, text, content_hash) around a slice of its title or text."""
    text = version.title if field == "title" else version.text
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    line = text[first : len(text) if last < 0 else last]
    return Passage(line, start - first, end - first, version.content_hash)


def _text(
    row: AnyRow, tags: Mapping[str, tuple[Requirement, Passage | None]], whole: AnyRow | None = None
) -> TextVersion:
    """A tagging as the text it was read from; with `whole` also its title, day and quotes."""
    role, years_min, years_max, years, ai_years_min, ai_years, education, degree, *pay = row[_OF_FACTS]
    return TextVersion(
        since=whole.first_seen_at if whole else None,
        title=whole.title if whole else "",
        role=role,
        years_min=years_min,
        years_max=years_max,
        years_required=years == "required",
        ai_years_min=ai_years_min,
        ai_years_required=ai_years == "required",
        education=education if degree == "required" else None,
        salary=None if pay[0] is None and pay[1] is None else Pay(*pay),
        tags=dict(tags),
        proof=_proof(whole) if whole else {},
    )


def _proof(whole: AnyRow) -> dict[str, Passage]:
    proof = {
        name: _quoted(whole, quote["text"], quote["field"], quote["start"], quote["end"])
        for name, quote in whole.proof.items()
    }
    if whole.salary_raw:
        proof.setdefault("salary", _quoted(whole, whole.salary_raw, "", None, None))
    return proof
