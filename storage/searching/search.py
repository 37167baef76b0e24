"""Searching the stored postings: which answer a query, in which order, and where they say it.

The index gives those that may answer (words.py), newest first; the texts of no more than some hundred
of them are read, to see that they do, and to rank them. Both bounds are constants here, and what they leave
out is said with the result. docs/SEARCH.md explains the ranking.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import mul
from typing import Final

from sqlalchemy import ColumnElement, Connection, exists, func, select

from storage.chunking import chunks
from storage.column_types import AnyRow
from storage.searching.hits import Document, Hit, hits, in_force, role_of
from storage.searching.query import Clause, Query
from storage.searching.quotes import Span
from storage.searching.text import Fold, city_token, company_token
from storage.searching.words import count, newest, prefer_index
from storage.tables import Company, Posting, SearchDocument, Spell, Tag, Tagging, Version
from storage.taggings import RoleClass

LOOKED: Final = (5_000, 20_000, 80_000)
"""Of the postings that have the words, the filters are asked of so many, the newest; of more where too few of
these pass."""
_FEW: Final = 500
"""Among so many with every word in the title there mostly are enough."""
RANKED: Final = 200
"""Of those that pass so many, the newest, are ranked, beside those with every word in the title."""
_READ: Final = 400
"""Texts that are read to find these, where the index cannot decide."""
_TITLES: Final = 1_000
"""Titles that are read to find those with every word in them, where the index cannot decide."""
_CHUNK: Final = 100
_COUNTED: Final = 50_000
"""Words in more postings than these are equally common."""
_TITLE, _ASKED, _REST = 4.0, 2.0, 1.0
"""What a word counts by the best place where it stands; company and place count as what is asked."""
_NO_PM: Final = "not_pm"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which postings may be found.

    `roles` empty: all but those that are no PM roles. `since`: seen for the first time then or later. `open`:
    still listed. `cities` are names as postings have them, one of which will do; `company` is a number.
    """

    roles: tuple[RoleClass, ...] = ()
    cities: tuple[str, ...] = ()
    company: int | None = None
    since: datetime | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the best hits, and how many there are.

    `total` is that number, or not `exact`: there are as many or more, `at_most` so many (None: not known).
    `looked` is None if all postings with the words were looked at, else how many of them, the newest.
    `ranked` is None if the hits are the best of all; else the best of this many, the newest, were looked for,
    beside those with every word in the title.
    """

    hits: tuple[Hit, ...]
    total: int
    exact: bool
    at_most: int | None
    looked: int | None
    ranked: int | None


def find(connection: Connection, query: Query, filters: Filters, limit: int, fold: Fold) -> Found:
    """Return the `limit` (MOST at most) postings that answer the query best; `fold` is that of the search."""
    prefer_index(connection)
    also = _tokens(filters, fold)
    matching = count(connection, query, also, LOOKED[-1] + 1)
    for looked in LOOKED:
        passed = _passing(connection, query, filters, also, looked)
        if len(passed) >= limit or matching <= looked:
            break
    complete = matching <= looked
    best: dict[int, Document] = {}
    for few in (_FEW, LOOKED[0]):
        if len(best) < limit:
            in_title = _passing(connection, query, filters, also, few, title=True)
            best, _ = _answering(connection, query, _titled(connection, query, in_title, fold), limit, fold)
    if settled := len(best) >= limit and query.exact:
        others, all_read = best, False
    else:
        others, all_read = _answering(connection, query, passed, RANKED, fold)
    documents = best if len(best) >= limit else _raised(connection, query, others | best)
    rarity = _rarities(connection, query) if len(query.wanted) > 1 and not settled else ()
    order = sorted(documents, key=lambda id: (-_score(documents[id], rarity), -id))
    whole = settled or len(best) >= limit or (complete and all_read)
    return Found(
        tuple(hits(connection, query, [documents[id] for id in order[:limit]])),
        len(passed) if query.exact else len(best | others),
        complete and (query.exact or all_read),
        len(passed) if complete else None,
        None if complete else looked,
        None if whole else len(others),
    )


def _tokens(filters: Filters, fold: Fold) -> list[list[str]]:
    """Return what the index must have of a posting that the filters let pass: one token of each list."""
    cities = [city_token(city, fold) for city in filters.cities]
    company = [] if filters.company is None else [company_token(filters.company)]
    return [tokens for tokens in (cities, company) if tokens]


def _score(document: Document, rarity: Sequence[float]) -> float:
    return math.fsum(map(mul, document.worth, rarity)) if rarity else math.fsum(document.worth)


def _rarities(connection: Connection, query: Query) -> tuple[float, ...]:
    """Return of each wanted clause by how much it counts more than a word that all postings have."""
    stored = connection.scalar(select(func.max(SearchDocument.id))) or 1
    return tuple(
        1 + math.log(max(stored, 1) / max(count(connection, Query((clause,), ()), (), _COUNTED), 1))
        for clause in query.wanted
    )


# ------------------------------------------------------------------ which


def _passing(
    connection: Connection,
    query: Query,
    filters: Filters,
    also: Sequence[Sequence[str]],
    looked: int,
    *,
    title: bool = False,
) -> list[int]:
    """Return those of the newest `looked` documents that may answer the query that pass the filters."""
    found = newest(connection, query, also, looked, title=title)
    statement = (
        select(SearchDocument.id)
        .join(found, found.c.id == SearchDocument.id)
        .where(~SearchDocument.outdated, *_conditions(filters))
    )
    return sorted(connection.scalars(statement), reverse=True)


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    of_posting = Spell.posting_id == SearchDocument.posting_id
    if filters.open:
        yield exists().where(of_posting, Spell.confirmed_at.is_(None))
    if filters.since is not None:
        yield ~exists().where(of_posting, Spell.opened_at < filters.since)
    role = func.coalesce(role_of(SearchDocument.id), "")
    yield role.in_(filters.roles) if filters.roles else role != _NO_PM


# ------------------------------------------------------------------ which of them, and how well


def _titled(connection: Connection, query: Query, ids: Sequence[int], fold: Fold) -> list[int]:
    """Return those of `ids` (in their order) that have every wanted clause in the title.

    Where the index cannot decide that, the first `_TITLES` are asked.
    """
    if query.exact:
        return list(ids)
    found = set()
    for part in chunks(ids[:_TITLES]):
        for id, title in connection.execute(select(Version.id, Version.title).where(Version.id.in_(part))):
            folded = fold(title)
            if all(clause.pattern.search(folded) for clause in query.wanted):
                found.add(id)
    return [id for id in ids if id in found]


def _answering(
    connection: Connection, query: Query, ids: Sequence[int], most: int, fold: Fold
) -> tuple[dict[int, Document], bool]:
    """Return those of `ids` whose texts answer the query, the first `most` of them; whether all were read."""
    found: dict[int, Document] = {}
    for place in range(0, min(len(ids), _READ), _CHUNK):
        if len(found) >= most:
            return found, False
        part = ids[place : place + _CHUNK]
        rows = {row.id: row for row in connection.execute(_TEXTS.where(Version.id.in_(part)))}
        for id in part:
            document = _document(query, rows[id], fold)
            if document is not None and len(found) < most:
                found[id] = document
    return found, len(ids) <= _READ and len(found) < most


_TEXTS: Final = (
    select(
        Version.id,
        Version.posting_id,
        Version.title,
        Version.text,
        Version.places,
        Company.name.label("company"),
    )
    .join(Posting, Posting.id == Version.posting_id)
    .join(Company, Company.id == Posting.company_id)
)


def _document(query: Query, row: AnyRow, fold: Fold) -> Document | None:
    """Return the text if it answers the query."""
    title, text = fold(row.title), fold(row.text)
    beside = [fold(said) for said in (row.company, *map(str, row.places))]
    for clause in query.unwanted:
        if any(map(clause.pattern.search, (title, text, *beside))):
            return None
    worth = []
    for clause in query.wanted:
        if clause.pattern.search(title):
            worth.append(_TITLE)
        elif any(map(clause.pattern.search, beside)):
            worth.append(_ASKED)
        elif clause.pattern.search(text):
            worth.append(_REST)
        else:
            return None
    return Document(row, (title, text), tuple(worth))


def _raised(connection: Connection, query: Query, documents: Mapping[int, Document]) -> dict[int, Document]:
    """Return the documents, what stands where something is asked for counting as that."""
    found = dict(documents)
    resting = [id for id, document in documents.items() if _REST in document.worth]
    for part in chunks(resting):
        for id, lines in _asking(connection, {id: documents[id].row.text for id in part}).items():
            text = documents[id].texts[1]
            worth = (
                _ASKED if one == _REST and _stands_in(clause, text, lines) else one
                for one, clause in zip(documents[id].worth, query.wanted, strict=True)
            )
            found[id] = documents[id]._replace(worth=tuple(worth))
    return found


def _stands_in(clause: Clause, text: str, parts: Iterable[Span]) -> bool:
    return any(clause.pattern.search(text, start, end) for start, end in parts)


def _asking(connection: Connection, texts: Mapping[int, str]) -> dict[int, list[Span]]:
    """Return version -> the lines of its text (`texts`) that ask for something.

    Those are the lines in which a requirement or a duty was tagged, and those between two such with no other
    tag in between.
    """
    tags: dict[int, dict[int, list[tuple[int, int, bool]]]] = defaultdict(lambda: defaultdict(list))
    for version, taxonomy, start, end, requirement in connection.execute(
        select(Tagging.version_id, Tagging.taxonomy_id, Tag.start, Tag.end, Tag.requirement)
        .join(Tag, Tag.tagging_id == Tagging.id)
        .where(Tagging.version_id.in_(list(texts)), Tag.field == "description")
    ):
        if start is not None and end is not None:
            tags[version][taxonomy].append((start, end, requirement != "mentioned"))
    current = connection.scalar(select(in_force()))
    found = {}
    for version, of_taxonomy in tags.items():
        taxonomy = max(of_taxonomy, key=lambda number: (number == current, number))
        found[version] = asking_lines(texts[version], of_taxonomy[taxonomy])
    return found


def asking_lines(text: str, tags: Iterable[tuple[int, int, bool]]) -> list[Span]:
    """Return the parts of `text` (whole lines) that ask, by its tags: (start, end, whether asked for)."""
    parts: list[Span] = []
    going = False
    for start, end, asked in sorted(tags):
        if asked:
            begin = text.rfind("\n", 0, start) + 1
            stop = text.find("\n", end)
            stop = len(text) if stop < 0 else stop
            if parts and (going or begin <= parts[-1][1]):
                parts[-1] = parts[-1][0], max(stop, parts[-1][1])
            else:
                parts.append((begin, stop))
        going = asked
    return parts
