"""Reading what postings say: their versions of the cut, as the taxonomy then in force understood them."""

import json
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import methodcaller
from typing import Any, Final, NamedTuple, cast

import numpy as np
from sqlalchemy import ColumnElement, Connection, Text, func, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import InstrumentedAttribute

from storage.among import among
from storage.chunking import chunks
from storage.facts import ASKED, read_asked, read_groups
from storage.reading.columns import Coded, Coding, Ints
from storage.reading.posting_columns import REQUIREMENTS, Details, TagColumns
from storage.reading.twins import Readers, Reading
from storage.records import Pay, Requirement
from storage.tables import Company as CompanyRow
from storage.tables import Posting as PostingRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Version as VersionRow

_CHUNK: Final = 500
"""Rows read at a time: few enough to stay in the caches of the processor."""
_HEADS: Final = 4_096
"""Titles with addresses that are remembered."""
WHOLE_TEXT = (VersionRow.text != "") & VersionRow.structured["text_cut"].as_boolean().is_not(True)
"""What a text that was cut off does not ask for, the posting may ask for all the same."""


class _Field(NamedTuple):
    """How a fact is read: what is selected, and what is made of it (several: of a tuple)."""

    selected: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
    make: Callable[[Any], Any] = lambda stated: stated


def _strings(column: InstrumentedAttribute[list[Any]]) -> _Field:
    return _Field((as_type(column, Text),), lambda text: tuple(json.loads(text)))


def _is_required(requirement: InstrumentedAttribute[str | None]) -> _Field:
    return _Field((requirement,), lambda stated: stated == "required")


def _pay(stated: tuple[Any, ...]) -> Pay | None:
    return None if stated[0] is None and stated[1] is None else Pay(*stated)


_FIELDS: Final[Mapping[str, _Field]] = {
    "market": _Field((PostingRow.market,)),
    "places": _strings(VersionRow.places),
    "countries": _strings(VersionRow.countries),
    "has_text": _Field((WHOLE_TEXT,), bool),
    "lang": _Field((TaggingRow.lang,)),
    "years_min": _Field((TaggingRow.years_min,)),
    "years_max": _Field((TaggingRow.years_max,)),
    "years_required": _is_required(TaggingRow.years_requirement),
    "ai_years_min": _Field((TaggingRow.ai_years_min,)),
    "ai_years_required": _is_required(TaggingRow.ai_years_requirement),
    "education": _Field((TaggingRow.education,)),
    "education_required": _is_required(TaggingRow.education_requirement),
    "workplace": _Field((TaggingRow.workplace,)),
    "salary": _Field(
        (
            TaggingRow.salary_min,
            TaggingRow.salary_max,
            TaggingRow.salary_currency,
            TaggingRow.salary_period,
            TaggingRow.salary_months,
        ),
        _pay,
    ),
    "title_label": _Field((TaggingRow.title_label,)),
    "body_label": _Field((TaggingRow.body_label,)),
    "pipeline": _Field((TaggingRow.pipeline_share,)),
}
_STATED: Final[Mapping[str, Callable[[str], Any]]] = {
    "industries": read_asked,
    "languages": read_asked,
    "degree_specials": read_asked,
    "travel": lambda requirement: requirement or None,
    "alternatives": read_groups,
}
"""What is made of the families of `asked` behind the tags."""
_TAGS: Final = ASKED[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What some postings say, by the name of a fact: codes, and the keys that came in the order of the codes.

    Tags are codes of what is asked of them, one after the other, as many a posting as `counts` tells.
    """

    counts: Ints
    codes: Mapping[str, Ints]
    keys: Mapping[str, Sequence[Any]]


def read_details(readers: Readers, taggings: Ints, companies: Ints, reading: Reading) -> Details:
    """Return what the postings with these taggings (ids, ascending) say, in their order.

    `companies` are those of the postings (ids); `reading` opens a connection for what is read later.
    """
    half = (len(taggings) + 1) // 2
    halves = readers.both(*(partial(_read_said, part) for part in (taggings[:half], taggings[half:])))
    makes = {name: field.make for name, field in _FIELDS.items()} | dict(_STATED)
    coded = {name: _together(name, make, halves) for name, make in makes.items()}
    counts = np.concatenate([one.counts for one in halves])
    return Details(
        _Heads(reading, taggings),
        coded | _employers(readers.connection, companies),
        _tags(counts, _together(_TAGS, str, halves)),
    )


def _read_said(taggings: Ints, connection: Connection) -> _Said:
    """Read what the postings with these taggings say."""
    coding = {name: Coding(_itself) for name in (*_FIELDS, *_STATED, _TAGS)}
    # Grown in place, as in storage/reading/selecting.py.
    codes = {name: array("h" if name == _TAGS else "i") for name in coding}
    counts = array("i")

    def add(name: str, keys: Iterable[Any]) -> None:
        codes[name].extend(map(coding[name].__getitem__, keys))

    for part in chunks(taggings.tolist(), _CHUNK):
        result = connection.execute(_STATEMENT, {"taggings": part})
        values = iter(zip(*result.cursor.fetchall(), strict=True))
        for name, field in _FIELDS.items():
            taken = [next(values) for _ in field.selected]
            add(name, taken[0] if len(taken) == 1 else zip(*taken, strict=True))
        asked = dict(zip(ASKED, zip(*map(_FAMILIES, next(values)), strict=True), strict=True))
        for name in _STATED:
            add(name, asked[name])
        tags = [tags.split(",") if tags else () for tags in asked[_TAGS]]
        counts.extend(map(len, tags))
        add(_TAGS, chain.from_iterable(tags))
    return _Said(
        np.frombuffer(counts, dtype=np.int32),
        {name: np.frombuffer(one, dtype=one.typecode) for name, one in codes.items()},
        {name: one.meant for name, one in coding.items()},
    )


def _itself(key: Any) -> Any:
    return key


def _together(name: str, make: Callable[[Any], Any], parts: Iterable[_Said]) -> Coded[Any]:
    """Return the column of that name of all parts: the values that `make` makes of the keys, as codes."""
    coding: Coding[Any] = Coding(make)
    codes = []
    for part in parts:
        place = np.array([coding[key] for key in part.keys[name]], dtype=np.int32)
        codes.append(place[part.codes[name]])
    return Coded.of(np.concatenate(codes), coding.meant)


def _tags(counts: Ints, asked: Coded[str]) -> TagColumns:
    """Return the tags of postings that have `counts` of them, each with how it is asked: `rag:required`."""
    hits = [hit.rpartition(":") for hit in asked.values]
    names = sorted({tag for tag, _, _ in hits})
    tag = np.array([names.index(tag) for tag, _, _ in hits], dtype=np.int16)
    requirement = np.array([REQUIREMENTS.index(cast(Requirement, one)) for *_, one in hits], dtype=np.int8)
    return TagColumns(
        tuple(names),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        tag[asked.codes],
        requirement[asked.codes],
    )


class _Heads:
    """Reads titles and addresses of postings, as they were in the versions that were tagged."""

    def __init__(self, reading: Reading, taggings: Ints):
        self._reading, self._taggings = reading, taggings
        self._known: dict[int, tuple[str, str]] = {}

    def __call__(self, rows: Sequence[int]) -> list[tuple[str, str]]:
        """Return those of these rows; what is read is remembered for a while."""
        missing = [row for row in rows if row not in self._known]
        if len(self._known) + len(missing) > _HEADS:
            self._known.clear()
            missing = list(rows)
        if missing:
            with self._reading() as connection:
                self._read(connection, {int(self._taggings[row]): row for row in missing})
        return [self._known[row] for row in rows]

    def _read(self, connection: Connection, rows: Mapping[int, int]) -> None:
        for part in chunks(rows):
            for tagging, title, url in connection.execute(_HEAD, {"taggings": part}):
                self._known[rows[tagging]] = title, url


_HEAD: Final = (
    select(
        TaggingRow.id,
        VersionRow.title,
        func.coalesce(func.nullif(VersionRow.url, ""), PostingRow.url).label("url"),
    )
    .select_from(TaggingRow)
    .join(VersionRow, VersionRow.id == TaggingRow.version_id)
    .join(PostingRow, PostingRow.id == VersionRow.posting_id)
    .where(among(TaggingRow.id, "taggings"))
)


def _employers(connection: Connection, companies: Ints) -> dict[str, Coded[Any]]:
    """Return what is known of the companies (ids) of postings."""
    ids, codes = np.unique(companies, return_inverse=True)
    rows = connection.execute(select(CompanyRow.id, CompanyRow.name, CompanyRow.key))
    named = {id: (name, key.startswith("anonymous:")) for id, name, key in rows}
    names, hidden = ([named[id][part] for id in ids.tolist()] for part in (0, 1))
    return {"company_name": Coded.of(codes, names), "company_hidden": Coded.of(codes, hidden)}


_STATEMENT: Final = (
    select(
        *(one for field in _FIELDS.values() for one in field.selected),
        TaggingRow.asked,
    )
    .select_from(TaggingRow)
    .join(VersionRow, VersionRow.id == TaggingRow.version_id)
    .join(PostingRow, PostingRow.id == VersionRow.posting_id)
    .where(among(TaggingRow.id, "taggings"))
    .order_by(TaggingRow.id)
)


_FAMILIES: Final = methodcaller("split", ";")
