"""Reading what postings say: their versions of the cut, as the taxonomy then in force understood them."""

import json
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple, cast

import numpy as np
from sqlalchemy import Connection, func, select

from storage.among import among
from storage.chunking import chunks
from storage.errors import StorageError
from storage.reading.columns import Coded, Coding, Ints
from storage.reading.posting_columns import REQUIREMENTS, Details, TagColumns
from storage.reading.twins import Readers, Reading
from storage.records import Pay, Period, Requirement
from storage.short_forms import ASKED, read_asked, read_groups
from storage.tables import Company as CompanyRow
from storage.tables import Posting as PostingRow
from storage.tables import Tagging as TaggingRow
from storage.tables import Version as VersionRow

_CHUNK: Final = 500
"""Rows read at a time: few enough to stay in the caches of the processor."""
_HEADS: Final = 4_096
"""Titles with addresses that are remembered."""
_TAGS: Final = ASKED[0]


def _word(text: str) -> str | None:
    return text or None


def _number(text: str) -> float | None:
    return float(text) if text else None


def _strings(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _is_required(text: str) -> bool:
    return text == "required"


def _pay(line: str) -> Pay | None:
    least, most, currency, period, months = line.split("\t")
    if not least and not most:
        return None
    return Pay(_number(least), _number(most), _word(currency), cast(Period, _word(period)), _number(months))


class _Group(NamedTuple):
    """Texts of which few are different: what divides the fields of one, and the facts in their order, each
    with what is made of its field."""

    divider: str
    facts: Mapping[str, Callable[[str], Any]]


_LINES: Final[Mapping[str, _Group]] = {
    "origin": _Group("\t", {"market": str, "has_text": bool, "places": _strings, "countries": _strings}),
    "understood": _Group(
        "\t",
        {
            "lang": str,
            "years_min": _number,
            "years_max": _number,
            "years_required": _is_required,
            "ai_years_min": _number,
            "ai_years_required": _is_required,
            "education": _word,
            "education_required": _is_required,
            "workplace": _word,
            "title_label": _word,
            "body_label": _word,
            "pipeline": _number,
        },
    ),
    "pay": _Group("\n", {"salary": _pay}),
}
"""The lines of the column `said`."""
_BEHIND_TAGS: Final = _Group(
    ";",
    {
        "industries": read_asked,
        "languages": read_asked,
        "degree_specials": read_asked,
        "travel": _word,
        "alternatives": read_groups,
    },
)
"""The families of the column `asked` but the first."""
_GROUPS: Final[Mapping[str, _Group]] = {**_LINES, "asked": _BEHIND_TAGS}


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What some postings say: by the name of a group codes, and the texts in the order of the codes.

    Tags are codes of what is asked of them, one after the other, as many a posting as `counts` tells.
    """

    counts: Ints
    codes: Mapping[str, Ints]
    texts: Mapping[str, Sequence[str]]


def read_details(readers: Readers, taggings: Ints, companies: Ints, reading: Reading) -> Details:
    """Return what the postings with these taggings (ids, ascending) say, in their order.

    `companies` are those of the postings (ids); `reading` opens a connection for what is read later. Raises
    StorageError if a tagging lacks its short forms.
    """
    half = (len(taggings) + 1) // 2
    halves = readers.both(*(partial(_read_said, part) for part in (taggings[:half], taggings[half:])))
    coded: dict[str, Coded[Any]] = {}
    for name, group in _GROUPS.items():
        coded |= _facts(group, _together(name, halves))
    counts = np.concatenate([one.counts for one in halves])
    return Details(
        _Heads(reading, taggings),
        coded | _employers(readers.connection, companies),
        _tags(counts, _together(_TAGS, halves)),
    )


def _read_said(taggings: Ints, connection: Connection) -> _Said:
    """Read what the postings with these taggings say."""
    coding = {name: Coding(_itself) for name in (*_GROUPS, _TAGS)}
    # Grown in place, as in storage/reading/selecting.py.
    codes = {name: array("h" if name == _TAGS else "i") for name in coding}
    counts = array("i")

    def add(name: str, texts: Iterable[str]) -> None:
        codes[name].extend(map(coding[name].__getitem__, texts))

    for part in chunks(taggings.tolist(), _CHUNK):
        said, asked = zip(*connection.execute(_STATEMENT, {"taggings": part}).cursor.fetchall(), strict=True)
        lines = "\n".join(said).split("\n")
        if len(lines) != len(said) * len(_LINES):
            raise StorageError("a tagging does not say in short what it says; `pmtrend db check` tells which")
        for place, name in enumerate(_LINES):
            add(name, lines[place :: len(_LINES)])
        tags, _, others = zip(*(one.partition(";") for one in asked), strict=True)
        add("asked", others)
        hits = [one.split(",") if one else () for one in tags]
        counts.extend(map(len, hits))
        add(_TAGS, chain.from_iterable(hits))
    return _Said(
        np.frombuffer(counts, dtype=np.int32),
        {name: np.frombuffer(one, dtype=one.typecode) for name, one in codes.items()},
        {name: one.meant for name, one in coding.items()},
    )


def _itself(text: str) -> str:
    return text


def _together(name: str, parts: Iterable[_Said]) -> Coded[str]:
    """Return the texts of that group in all parts as one column."""
    coding = Coding(_itself)
    codes = []
    for part in parts:
        place = np.array([coding[text] for text in part.texts[name]], dtype=np.int32)
        codes.append(place[part.codes[name]])
    return Coded.of(np.concatenate(codes), coding.meant)


def _facts(group: _Group, texts: Coded[str]) -> dict[str, Coded[Any]]:
    """Return the facts in the texts of a group, each as a column."""
    fields = list(zip(*(text.split(group.divider) for text in texts.values), strict=True))
    found = {}
    for (name, make), stated in zip(group.facts.items(), fields or [()] * len(group.facts), strict=True):
        coding: Coding[Any] = Coding(make)
        place = np.array([coding[field] for field in stated], dtype=np.int32)
        found[name] = Coded.of(place[texts.codes], coding.meant)
    return found


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
    select(TaggingRow.said, TaggingRow.asked).where(among(TaggingRow.id, "taggings")).order_by(TaggingRow.id)
)
