"""Reading what postings say: their versions of the cut, as the taxonomy then in force understood them."""

import json
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from itertools import chain
from operator import methodcaller
from typing import Any, Final, NamedTuple, cast

import numpy as np
from sqlalchemy import ColumnElement, Connection, Text, bindparam, func, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import InstrumentedAttribute

from storage.chunking import chunks
from storage.facts import ASKED, read_asked, read_groups
from storage.reading.columns import Coded, Coding, Ints
from storage.reading.posting_columns import REQUIREMENTS, Details, TagColumns
from storage.records import Pay, Requirement
from storage.tables import Company as CompanyRow
from storage.tables import Posting as PostingRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Version as VersionRow

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


def read_details(connection: Connection, taggings: Ints, reading: Reading) -> Details:
    """Return what the postings with these taggings (ids, ascending) say, in their order.

    `reading` opens a connection for what is read later.
    """
    coding: dict[str, Coding[Any]] = {name: Coding(field.make) for name, field in _FIELDS.items()}
    coding |= {name: Coding(make) for name, make in _STATED.items()}
    tags = _Tags()
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
        asked = dict(zip(ASKED, zip(*map(_FAMILIES, next(values)), strict=True), strict=True))
        for name in _STATED:
            codes[name].extend(map(coding[name].__getitem__, asked[name]))
        tags.add(asked["tags"])
    coded = {name: Coded.of(codes.pop(name), one.meant) for name, one in coding.items()}
    return Details(
        lru_cache(_HEADS)(partial(_read_head, reading, taggings)),
        coded | _employers(connection, np.frombuffer(companies, dtype=np.int32)),
        tags.columns(),
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
        TaggingRow.asked,
    )
    .select_from(TaggingRow)
    .join(VersionRow, VersionRow.id == TaggingRow.version_id)
    .join(PostingRow, PostingRow.id == VersionRow.posting_id)
    .where(TaggingRow.id.in_(bindparam("taggings", expanding=True)))
    .order_by(TaggingRow.id)
)


_FAMILIES: Final = methodcaller("split", ";")


class _Tags:
    """What is asked of tags, posting by posting: one hit a posting and tag, as columns."""

    def __init__(self) -> None:
        self._names: Coding[str] = Coding(lambda tag: tag)
        self._hits: Coding[tuple[int, int]] = Coding(self._meaning)
        self._counts, self._codes = array("i"), array("h")

    def add(self, asked: Iterable[str]) -> None:
        """Add postings by the tags of their column `asked`."""
        split = [tags.split(",") if tags else () for tags in asked]
        self._counts.extend(map(len, split))
        self._codes.extend(map(self._hits.__getitem__, chain.from_iterable(split)))

    def columns(self) -> TagColumns:
        """Return the tags of all that were added, in their order."""
        order = sorted(self._names)
        place = np.array([order.index(name) for name in self._names], dtype=np.int16)
        tag, requirement = np.array(self._hits.meant, dtype=np.int16).reshape(-1, 2).T
        codes = np.frombuffer(self._codes, dtype=np.int16)
        return TagColumns(
            tuple(order),
            np.concatenate([[0], np.cumsum(self._counts)]).astype(np.int32),
            place[tag[codes]],
            requirement.astype(np.int8)[codes],
        )

    def _meaning(self, hit: str) -> tuple[int, int]:
        tag, _, requirement = hit.rpartition(":")
        return self._names[tag], REQUIREMENTS.index(cast(Requirement, requirement))
