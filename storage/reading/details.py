"""Reading what postings say: their versions of the cut, as the taxonomy then in force understood them."""

import json
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, Text, bindparam, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from storage.chunking import chunks
from storage.facts import asked_levels, travel_asked
from storage.reading.columns import Coded, Coding, Ints
from storage.reading.posting_columns import REQUIREMENTS, Details, TagColumns
from storage.records import Pay
from storage.tables import Company as CompanyRow
from storage.tables import Posting as PostingRow
from storage.tables import Tag as TagRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Version as VersionRow
from storage.taggings import STRENGTH

_CHUNK: Final = 250
"""Rows read at a time: few enough to stay in the caches of the processor."""
_HEADS: Final = 4_096
"""Titles with addresses that are remembered."""
Reading = Callable[[], AbstractContextManager[Connection]]
WHOLE_TEXT = (VersionRow.text != "") & VersionRow.structured["text_cut"].as_boolean().is_not(True)
"""What a text that was cut off does not ask for, the posting may ask for all the same."""


class _Field(NamedTuple):
    """How a fact is read: what is selected, and what is made of it (several: of a tuple)."""

    selected: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
    make: Callable[[Any], Any] = lambda stated: stated


def _strings(column: InstrumentedAttribute[list[Any]]) -> _Field:
    return _Field((cast(column, Text),), lambda text: tuple(json.loads(text)))


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
_decode: Final = json.JSONDecoder().raw_decode
_NOTHING: Final = (None, "null")
"""What is read of a fact that is not there: on PostgreSQL, on SQLite."""


def _asked(text: str | None) -> tuple[tuple[str, str], ...]:
    return () if text in _NOTHING else tuple(sorted(asked_levels(_decode(text)[0]).items()))


_STATED: Final[Mapping[str, tuple[Callable[[str], Any], Callable[[Any], Any]]]] = {
    "industries": (_asked, dict),
    "languages": (_asked, dict),
    "degree_specials": (_asked, dict),
    "travel": (
        lambda text: None if text in _NOTHING else travel_asked(_decode(text)[0]),
        lambda stated: stated,
    ),
}
"""What is read of a tagging's facts, each as JSON: these texts hold quotes and so are mostly different ones;
what the first function makes of them is not, and is the key of what the second makes of that."""


def read_details(connection: Connection, taggings: Ints, reading: Reading) -> Details:
    """Return what the postings with these taggings (ids, ascending) say, in their order.

    `reading` opens a connection for what is read later.
    """
    coding: dict[str, Coding[Any]] = {name: Coding(field.make) for name, field in _FIELDS.items()}
    coding |= {name: Coding(make) for name, (_, make) in _STATED.items()}
    codes = {name: array("i") for name in coding}  # grown in place, as in storage/reading/selecting.py
    companies = array("i")
    for part in chunks(taggings.tolist(), _CHUNK):
        result = connection.execute(_STATEMENT, {"taggings": part})
        values = iter(zip(*result.cursor.fetchall(), strict=True))
        companies.extend(next(values))
        for name, field in _FIELDS.items():
            taken = [next(values) for _ in field.selected]
            keys: Iterable[Any] = taken[0] if len(taken) == 1 else zip(*taken, strict=True)
            codes[name].extend(map(coding[name].__getitem__, keys))
        for name, (key, _) in _STATED.items():
            codes[name].extend(map(coding[name].__getitem__, map(key, next(values))))
    coded = {name: Coded.of(codes.pop(name), one.meant) for name, one in coding.items()}
    return Details(
        lru_cache(_HEADS)(partial(_read_head, reading, taggings)),
        coded | _employers(connection, np.frombuffer(companies, dtype=np.int32)),
        _read_tags(connection, taggings),
    )


def _read_head(reading: Reading, taggings: Ints, row: int) -> tuple[str, str]:
    """Return title and address of a posting, as they were in the version that was tagged."""
    with reading() as connection:
        found = connection.execute(_HEAD, {"tagging": int(taggings[row])}).one()
    return found.title, found.url


_HEAD: Final = (
    select(VersionRow.title, func.coalesce(func.nullif(VersionRow.url, ""), PostingRow.url).label("url"))
    .select_from(TaggingRow)
    .join(VersionRow, VersionRow.id == TaggingRow.version_id)
    .join(PostingRow, PostingRow.id == VersionRow.posting_id)
    .where(TaggingRow.id == bindparam("tagging"))
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
        PostingRow.company_id,
        *(one for field in _FIELDS.values() for one in field.selected),
        *(cast(TaggingRow.facts[name], Text) for name in _STATED),
    )
    .select_from(TaggingRow)
    .join(VersionRow, VersionRow.id == TaggingRow.version_id)
    .join(PostingRow, PostingRow.id == VersionRow.posting_id)
    .where(TaggingRow.id.in_(bindparam("taggings", expanding=True)))
    .order_by(TaggingRow.id)
)


def _read_tags(connection: Connection, taggings: Ints) -> TagColumns:
    """Return the strongest hit of each tag of these taggings (ids, ascending); mere mentions are left out."""
    names: Coding[str] = Coding(lambda tag: tag)
    hits: Coding[tuple[int, int]] = Coding(lambda hit: _hit(hit, names))
    counts, tags, requirements = array("q"), array("h"), array("b")
    for part in chunks(taggings.tolist(), _CHUNK):
        result = connection.execute(_TAGS, {"taggings": part})
        found = dict(result.cursor.fetchall())
        split = [found[tagging].split(",") if tagging in found else () for tagging in part]
        row = np.repeat(np.arange(len(part)), list(map(len, split)))
        codes = np.fromiter(map(hits.__getitem__, chain.from_iterable(split)), np.int64, len(row))
        tag, strength = np.array(hits.meant, dtype=np.int16).reshape(-1, 2)[codes].T
        order = np.lexsort((strength, tag, row))
        row, tag, strength = row[order], tag[order], strength[order]
        strongest = np.append((np.diff(row) != 0) | (np.diff(tag) != 0), True)[: len(row)]
        counts.frombytes(np.bincount(row[strongest], minlength=len(part)).tobytes())
        tags.frombytes(tag[strongest].tobytes())
        requirements.frombytes(_BY_STRENGTH[strength[strongest]].tobytes())
    order = np.argsort(names.meant)
    in_order = np.argsort(order).astype(np.int16)  # of each code the place of its name
    return TagColumns(
        tuple(names.meant[code] for code in order),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        in_order[np.frombuffer(tags, dtype=np.int16)] if tags else np.zeros(0, dtype=np.int16),
        np.frombuffer(requirements, dtype=np.int8),
    )


_TAGS: Final = (  # one row a tagging: "rag:required,llm:duty"
    select(TagRow.tagging_id, func.aggregate_strings(TagRow.tag + ":" + TagRow.requirement, ","))
    .where(TagRow.tagging_id.in_(bindparam("taggings", expanding=True)), TagRow.requirement != "mentioned")
    .group_by(TagRow.tagging_id)
)


def _hit(said: str, names: Coding[str]) -> tuple[int, int]:
    tag, _, requirement = said.rpartition(":")
    return names[tag], STRENGTH[requirement]


_BY_STRENGTH = np.array(
    [REQUIREMENTS.index(name) for name, _ in sorted(STRENGTH.items(), key=lambda one: one[1])], dtype=np.int8
)
