"""Reading what postings say: their versions of the cut, as the taxonomy then in force understood them."""

import json
from array import array
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, Text, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from storage.columns import Coded, Coding, Ints, TextsBuilder
from storage.contents import chunks
from storage.facts import asked_levels, travel_asked
from storage.posting_columns import REQUIREMENTS, Details, TagColumns
from storage.records import Pay
from storage.tables import Company as CompanyRow
from storage.tables import Posting as PostingRow
from storage.tables import Tag as TagRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Version as VersionRow

_CHUNK: Final = 500
"""Rows read at a time."""
STRENGTH: Final[Mapping[str, int]] = {"required": 3, "duty": 2, "preferred": 1, "mentioned": 0}
_WHOLE_TEXT = (VersionRow.text != "") & VersionRow.structured["text_cut"].as_boolean().is_not(True)
"""What a text that was cut off does not ask for, the posting may ask for all the same."""


class _Field(NamedTuple):
    """How a fact is read: what is selected, what makes the key of a value of it, what makes it of the key."""

    selected: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
    make: Callable[[Any], Any] = lambda key: key
    key: Callable[[Any], Any] | None = None


_NOTHING: Final = "null"


def _stated(family: str) -> ColumnElement[str]:
    """A family of a tagging's facts as JSON, `null` where nothing is stated."""
    return cast(TaggingRow.facts[family], Text)


def _asked(family: str) -> _Field:
    # Most texts are different ones, for they hold quotes; what is asked is not.
    def levels(text: str) -> tuple[tuple[str, str], ...]:
        return () if text == _NOTHING else tuple(sorted(asked_levels(json.loads(text)).items()))

    return _Field((_stated(family),), dict, levels)


def _strings(column: InstrumentedAttribute[list[Any]]) -> _Field:
    return _Field((cast(column, Text),), lambda text: tuple(json.loads(text)))


def _is_required(requirement: InstrumentedAttribute[str | None]) -> _Field:
    return _Field((requirement,), lambda stated: stated == "required")


def _pay(stated: tuple[Any, ...]) -> Pay | None:
    return None if stated[0] is None and stated[1] is None else Pay(*stated)


_FIELDS: Final[Mapping[str, _Field]] = {
    "company_name": _Field((CompanyRow.name,)),
    "company_hidden": _Field((CompanyRow.key,), key=lambda key: key.startswith("anonymous:")),
    "market": _Field((PostingRow.market,)),
    "places": _strings(VersionRow.places),
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
    "has_text": _Field((_WHOLE_TEXT,), bool),
    "title_label": _Field((TaggingRow.title_label,)),
    "body_label": _Field((TaggingRow.body_label,)),
    "pipeline": _Field((TaggingRow.pipeline_share,)),
    "industries": _asked("industries"),
    "languages": _asked("languages"),
    "countries": _strings(VersionRow.countries),
    "degree_specials": _asked("degree_specials"),
    "travel": _Field((_stated("travel"),), key=lambda text: travel_asked(json.loads(text))),
}
_TEXTS: Final = {
    "title": VersionRow.title,
    "url": func.coalesce(func.nullif(VersionRow.url, ""), PostingRow.url),
}


def read_details(connection: Connection, taggings: Ints) -> Details:
    """Return what the postings with these taggings (ids) say, in their order."""
    texts = {name: TextsBuilder() for name in _TEXTS}
    coding = {name: Coding(field.make) for name, field in _FIELDS.items()}
    codes = {name: array("i") for name in _FIELDS}  # grown in place, as in storage/selecting.py
    for part in chunks(taggings.tolist(), _CHUNK):
        result = connection.execute(_STATEMENT.where(TaggingRow.id.in_(part)))
        rows = {row[0]: row for row in result.cursor.fetchall()}
        values = iter(zip(*(rows[tagging] for tagging in part), strict=True))
        next(values)
        for text in texts.values():
            text.extend(next(values))
        for name, field in _FIELDS.items():
            taken = [next(values) for _ in field.selected]
            keys: Iterable[Any] = taken[0] if len(taken) == 1 else zip(*taken, strict=True)
            if field.key is not None:
                keys = map(field.key, keys)
            codes[name].extend(map(coding[name].__getitem__, keys))
    return Details(
        {name: text.texts() for name, text in texts.items()},
        {name: Coded.of(codes.pop(name), coding[name].meant) for name in _FIELDS},
        _read_tags(connection, taggings),
    )


_STATEMENT: Final = (
    select(TaggingRow.id, *_TEXTS.values(), *(one for field in _FIELDS.values() for one in field.selected))
    .join(VersionRow, VersionRow.id == TaggingRow.version_id)
    .join(PostingRow, PostingRow.id == VersionRow.posting_id)
    .join(CompanyRow, CompanyRow.id == PostingRow.company_id)
)


def _read_tags(connection: Connection, taggings: Ints) -> TagColumns:
    """Return the strongest hit of each tag of these taggings (ids, in order); mere mentions are left out."""
    # One row a tagging: "rag:required,llm:duty".
    said = func.aggregate_strings(TagRow.tag + ":" + TagRow.requirement, ",")
    statement = select(TagRow.tagging_id, said).where(TagRow.requirement != "mentioned")
    names: Coding[str] = Coding(lambda tag: tag)
    hits: Coding[tuple[int, int]] = Coding(lambda hit: _hit(hit, names))
    counts, tags, requirements = ([np.zeros(0, dtype=kind)] for kind in (np.int64, np.int16, np.int8))
    for part in chunks(taggings.tolist(), _CHUNK):
        result = connection.execute(statement.where(TagRow.tagging_id.in_(part)).group_by(TagRow.tagging_id))
        found = dict(result.cursor.fetchall())
        split = [found[tagging].split(",") if tagging in found else [] for tagging in part]
        row = np.repeat(np.arange(len(part)), list(map(len, split)))
        codes = np.fromiter(map(hits.__getitem__, chain.from_iterable(split)), np.int64, len(row))
        tag, strength = np.array(hits.meant, dtype=np.int64).reshape(-1, 2)[codes].T
        order = np.lexsort((strength, tag, row))
        row, tag, strength = row[order], tag[order], strength[order]
        strongest = np.append((np.diff(row) != 0) | (np.diff(tag) != 0), True)[: len(row)]
        counts.append(np.bincount(row[strongest], minlength=len(part)))
        tags.append(tag[strongest].astype(np.int16))
        requirements.append(_BY_STRENGTH[strength[strongest]])
    order = np.argsort(names.meant)
    in_order = np.argsort(order).astype(np.int16)  # of each code the place of its name
    return TagColumns(
        tuple(names.meant[code] for code in order),
        np.concatenate([[0], np.concatenate(counts).cumsum()]),
        in_order[np.concatenate(tags)],
        np.concatenate(requirements),
    )


def _hit(said: str, names: Coding[str]) -> tuple[int, int]:
    tag, _, requirement = said.rpartition(":")
    return names[tag], STRENGTH[requirement]


_BY_STRENGTH = np.array(
    [REQUIREMENTS.index(name) for name, _ in sorted(STRENGTH.items(), key=lambda one: one[1])], dtype=np.int8
)
