"""Checking a store: the engine's own checks, then what must hold of our rows whatever happened to them.

Each invariant is one small query for the rows that break it (or one pass over rows in their order), told in a
sentence that names the first of them. Nothing is held in memory but those; texts are read one after another.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import JSON, Connection, Date, Select, Table, Text, cast, select
from sqlalchemy.exc import DatabaseError

from storage.checking.invariants import INVARIANTS
from storage.column_types import UtcDateTime
from storage.engines.upgrading import head, revision
from storage.recording.idsets import unpack
from storage.records import Hashes, Wording
from storage.searching.index import check_index
from storage.short_forms import PAY, UNDERSTOOD, asked_text, origin_text, said_text, understood_text
from storage.tables import (
    Base,
    Board,
    Fetch,
    Posting,
    Publication,
    Tag,
    Tagging,
    Version,
    has_whole_text,
    usable,
)
from storage.weeks import week_of

_NAMED = 3
"""Offenders that a sentence names."""
_ROWS = 500
"""Rows fetched at a time where each has a text."""


def check(
    connection: Connection, zone: str, hashes: Hashes | None = None, *, quick: bool = False
) -> list[str]:
    """Return sentences about what is wrong with the store; empty if nothing is.

    `hashes` tells what the hash of a stored text should be; without it hashes are not compared. `quick`
    leaves out what every text must be read for: quotes, hashes, and on SQLite whether indexes agree with
    their tables.
    """
    told = list(_engine_checks(connection, quick))
    try:
        present = revision(connection)
    except DatabaseError as error:
        return [*told, f"the schema cannot be read ({error.orig})"]
    if present != head():
        return [*told, f"schema {present or 'none'} is not this release's ({head()})"]
    passes: list[tuple[str, Callable[[], Iterator[str]]]] = [
        *((one.broken, lambda one=one: _offenders(connection, one.query)) for one in INVARIANTS),
        ("looks whose week is not that of their time", lambda: _weeks(connection, zone)),
        ("looks whose set of listed ids cannot be read or is lost", lambda: _id_sets(connection)),
    ]
    if not quick:
        passes += [
            (f"rows of {table.name}", partial(_unreadable, connection, table))
            for table in Base.metadata.sorted_tables
        ]
        passes += [
            ("tags whose quote is not what their text says there", lambda: _tag_quotes(connection)),
            (
                "taggings that do not say in short what their tags and facts ask for",
                lambda: _asked(connection),
            ),
            ("taggings that do not say in short what else is said", lambda: _said(connection)),
            ("taggings with a fact whose quote is not what the text says there", lambda: _proofs(connection)),
        ]
        if hashes is not None:
            passes.append(("versions whose words do not have their hash", lambda: _words(connection, hashes)))
    for broken, offenders in passes:
        told += _sentence(broken, offenders())
    try:
        told += check_index(connection)
    except (DatabaseError, ValueError, TypeError, KeyError) as error:
        told.append(f"the search index cannot be read ({_cause(error)})")
    return list(dict.fromkeys(told))


def _sentence(broken: str, offenders: Iterator[str]) -> list[str]:
    """Return the sentence on an invariant: none if nothing breaks it."""
    named: list[str] = []
    try:
        for one in offenders:
            named.append(one)
            if len(named) > _NAMED:
                named[_NAMED:] = ["and more"]
                break
    # What a damaged file holds in place of instants, numbers and JSON does not read as such.
    except (DatabaseError, ValueError, TypeError, KeyError) as error:
        named.append(f"a row that cannot be read ({_cause(error)})")
    return [f"{broken}: {'; '.join(named)}"] if named else []


def _cause(error: Exception) -> str:
    return " ".join(str(error.orig if isinstance(error, DatabaseError) else error).split())


def _engine_checks(connection: Connection, quick: bool) -> Iterator[str]:
    """What the database can tell of itself; PostgreSQL holds its pages and keys together by itself."""
    if connection.dialect.name != "sqlite":
        return
    try:
        for (text,) in connection.exec_driver_sql(f"PRAGMA {'quick' if quick else 'integrity'}_check"):
            if text != "ok":
                yield f"integrity: {' '.join(text.split())}"
        missing = groupby(
            connection.exec_driver_sql("PRAGMA foreign_key_check"), lambda row: (row[0], row[2])
        )
        for (table, parent), rows in missing:
            yield f"foreign key: rows of {table} point to missing rows of {parent}: {sum(1 for _ in rows)}"
    except DatabaseError as error:
        yield f"integrity: the file cannot be read through ({error.orig})"


def _unreadable(connection: Connection, table: Table) -> Iterator[str]:
    """Read all instants, days and JSON of a table: `_sentence` tells of the first that is none."""
    typed = [one for one in table.columns if isinstance(one.type, UtcDateTime | Date | JSON)]
    if typed:
        for _ in _stream(connection, select(*typed)):
            pass
    yield from ()


def _offenders(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[str]:
    """Rows of a query as "name value, name value"."""
    result = connection.execute(query.limit(_NAMED + 1))
    names = list(result.keys())
    for row in result:
        yield ", ".join(
            f"{name} {value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else f"{name} {value}"
            for name, value in zip(names, row, strict=True)
            if value is not None
        )


# ------------------------------------------------------------------ rows that are looked at one by one


def _stream(connection: Connection, query: Select[*tuple[Any, ...]], rows: int = 10_000) -> Iterator[Any]:
    with connection.execute(query, execution_options={"yield_per": rows}) as found:
        yield from found


def _weeks(connection: Connection, zone: str) -> Iterator[str]:
    looks = select(Fetch.id, Fetch.observed_at, Fetch.week).order_by(Fetch.id)
    for row in _stream(connection, looks):
        if row.week != (week := week_of(row.observed_at, zone)):
            yield f"look {row.id} of {row.observed_at:%Y-%m-%d %H:%M} UTC has {row.week}, not {week}"
    for row in _stream(connection, select(Publication.id, Publication.week)):
        if row.week.weekday():
            yield f"publication {row.id} has {row.week}, which is no Monday"


def _id_sets(connection: Connection) -> Iterator[str]:
    """Sets that are kept must be readable; that of a board's last usable look is needed for the next one."""
    last = (
        select(Fetch.id)
        .where(Fetch.board_id == Board.id, usable(), ~Fetch.unchanged)
        .order_by(Fetch.observed_at.desc(), Fetch.id.desc())
        .limit(1)
        .correlate(Board)
        .scalar_subquery()
    )
    lost = select(Fetch.id).join(Board, Fetch.id == last).where(Fetch.ids.is_(None), Fetch.listed > 0)
    for row in _stream(connection, lost.order_by(Fetch.id)):
        yield f"look {row.id} has none, and the next look at its board is judged by it"
    for row in _stream(connection, select(Fetch.id, Fetch.ids).where(Fetch.ids.is_not(None)), _ROWS):
        try:
            unpack(row.ids)
        except (zlib.error, ValueError):
            yield f"look {row.id}"


def _tag_quotes(connection: Connection) -> Iterator[str]:
    """Both sides come in the order of taggings, so each text is read once."""
    texts = _stream(
        connection,
        select(Tagging.id, Version.title, Version.text)
        .join(Version, Version.id == Tagging.version_id)
        .order_by(Tagging.id),
        _ROWS,
    )
    tags = _stream(
        connection,
        select(Tag.tagging_id, Tag.fine, Tag.field, Tag.quote, Tag.start, Tag.end)
        .where(Tag.start.is_not(None))
        .order_by(Tag.tagging_id),
    )
    text = next(texts, None)
    for tag in tags:
        while text is not None and text.id < tag.tagging_id:
            text = next(texts, None)
        if text is not None and text.id == tag.tagging_id and not _says(text, *tag[2:]):
            yield f"tagging {tag.tagging_id}, {tag.fine}: {_short(tag.quote)}"


def _asked(connection: Connection) -> Iterator[str]:
    """Both sides come in the order of taggings here, too."""
    facts = cast(Tagging.facts, Text).label("facts")
    taggings = _stream(connection, select(Tagging.id, Tagging.asked, facts).order_by(Tagging.id))
    hits = select(Tag.tagging_id, Tag.tag, Tag.requirement).order_by(Tag.tagging_id)
    tags = groupby(_stream(connection, hits), lambda tag: tag.tagging_id)
    of, found = next(tags, (None, iter(())))
    for row in taggings:
        while of is not None and of < row.id:
            of, found = next(tags, (None, iter(())))
        mine = [(tag.tag, tag.requirement) for tag in found] if of == row.id else []
        if row.asked != asked_text(mine, json.loads(row.facts)):
            yield f"tagging {row.id}"


def _said(connection: Connection) -> Iterator[str]:
    places, countries = (cast(of, Text) for of in (Version.places, Version.countries))
    origin = (Posting.market, has_whole_text(), places, countries)
    understood = (getattr(Tagging, name) for name in (*UNDERSTOOD, *PAY))
    query = (
        select(*origin, Tagging.id, Tagging.said, *understood)
        .join(Version, Version.id == Tagging.version_id)
        .join(Posting, Posting.id == Version.posting_id)
        .order_by(Tagging.id)
    )
    for row in _stream(connection, query):
        lines = ([getattr(row, name) for name in line] for line in (UNDERSTOOD, PAY))
        if row.said != said_text(origin_text(*row[: len(origin)]), understood_text(*lines)):
            yield f"tagging {row.id}"


def _proofs(connection: Connection) -> Iterator[str]:
    # As words, since a damaged value would end the whole reading where the driver parses it.
    columns = (Tagging.id, Version.title, Version.text)
    said = (cast(Tagging.proof, Text).label("proof"), cast(Tagging.facts, Text).label("facts"))
    query = select(*columns, *said).join(Version, Version.id == Tagging.version_id).order_by(Tagging.id)
    for row in _stream(connection, query, _ROWS):
        for name in ("proof", "facts"):
            for quote in _quotes(json.loads(getattr(row, name))):
                if not _says(row, *quote):
                    yield f"tagging {row.id}, {name}: {_short(quote[1])}"


def _quotes(value: Any) -> Iterator[tuple[str, str, int, int]]:
    """The quotes with a place in a JSON value, however deep: field, words, start, end."""
    if isinstance(value, list):
        for part in value:
            yield from _quotes(part)
    elif isinstance(value, dict):
        if value.get("start") is not None:
            quote = value["quote"] if "quote" in value else value["text"]
            yield value["field"], quote, value["start"], value["end"]
        for part in value.values():
            yield from _quotes(part)


def _says(row: Any, field: str, quote: str, start: int, end: int) -> bool:
    text: str = row.title if field == "title" else row.text
    return 0 <= start <= end and text[start:end] == quote


def _words(connection: Connection, hashes: Hashes) -> Iterator[str]:
    said = (Version.title, Version.text, Version.salary_raw, Version.experience_raw, Version.education_raw)
    structured = cast(Version.structured, Text)
    query = (
        select(*said, structured, Version.id, Version.content_hash, Posting.family, Posting.native_id)
        .join(Posting, Posting.id == Version.posting_id)
        .order_by(Version.id)
    )
    for title, text, pay, years, degree, fields, *version in _stream(connection, query, _ROWS):
        number, content_hash, family, native_id = version
        if content_hash not in hashes(Wording(title, text, pay, years, degree, json.loads(fields))):
            yield f"version {number} of {family} {native_id} ({_short(title)})"


def _short(text: Any, most: int = 40) -> str:
    words = " ".join(str(text).split())
    return repr(words if len(words) <= most else words[: most - 1] + "…")
