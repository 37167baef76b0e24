"""Reading where in a posting its tags were found: the line of the text around each quote."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.chunking import chunks
from storage.reading.edits import known_at, passage_of
from storage.records import Passage
from storage.tables import Tag, Tagging, Taxonomy, Version
from storage.taggings import STRENGTH

_YEARS = ("years", "ai_years")


def read_passages(
    connection: Connection, ids: Iterable[int], cut: datetime, taxonomy: str | None
) -> dict[int, dict[str, Passage]]:
    """Return posting id -> tag id -> the passage of its strongest level, in the version of the cut.

    Beside the tags there are `years` and `ai_years`. `taxonomy` is the hash of the vocabulary in force; of a
    version that it has not tagged, the newest tagging counts. Mere mentions and quotes of a board's own
    fields have no passage.
    """
    found: dict[int, dict[str, Passage]] = defaultdict(dict)
    level: dict[tuple[int, str], int] = {}
    for part in chunks(sorted(set(ids))):
        texts = _texts(connection, part, cut)
        taggings = _taggings(connection, (row.id for row in texts.values()), cut, taxonomy)
        posting = {taggings[row.id].id: id for id, row in texts.items() if row.id in taggings}
        for tagging in taggings.values():
            id = posting[tagging.id]
            for name, quote in tagging.proof.items():
                if name in _YEARS and quote["start"] is not None:
                    found[id][name] = passage_of(texts[id], quote["field"], quote["start"], quote["end"])
        for row in connection.execute(
            select(Tag.tagging_id, Tag.tag, Tag.requirement, Tag.field, Tag.start, Tag.end)
            .where(Tag.tagging_id.in_(list(posting)), Tag.requirement != "mentioned", Tag.start.is_not(None))
            .order_by(Tag.tagging_id, Tag.tag, Tag.fine)
        ):
            id = posting[row.tagging_id]
            strength = STRENGTH[row.requirement]
            if strength > level.get((id, row.tag), 0):
                level[id, row.tag] = strength
                found[id][row.tag] = passage_of(texts[id], row.field, row.start, row.end)
    return dict(found)


def _texts(connection: Connection, ids: Iterable[int], cut: datetime) -> dict[int, Any]:
    """Posting -> its version of the cut."""
    rows = connection.execute(
        select(Version.id, Version.posting_id, Version.title, Version.text, Version.content_hash)
        .where(Version.posting_id.in_(list(ids)), Version.first_seen_at <= cut)
        .order_by(Version.first_seen_at, Version.id)
    )
    return {row.posting_id: row for row in rows}


def _taggings(
    connection: Connection, versions: Iterable[int], cut: datetime, taxonomy: str | None
) -> dict[int, Any]:
    """Version -> its tagging under the vocabulary in force, else the newest that there was at the cut."""
    rows = connection.execute(
        select(Tagging.id, Tagging.version_id, Tagging.proof)
        .join(Taxonomy, Taxonomy.id == Tagging.taxonomy_id)
        .where(Tagging.version_id.in_(list(versions)), known_at(cut))
        .order_by(Taxonomy.sha256 == (taxonomy or ""), Tagging.taxonomy_id, Tagging.id)
    )
    return {row.version_id: row for row in rows}
