"""Files as listings: which rows were seen when, what identifies a posting, which rows are bad."""

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from scraper.bounds import bounded
from scraper.importing.columns import Bad, Record
from scraper.importing.dates import parse_instant
from scraper.importing.files import ReadFile, read_file
from scraper.importing.postings import link_of, raw_posting
from scraper.importing.values import Plain, as_text
from scraper.model import RawPosting, Reject

_ONE_RUN = timedelta(minutes=5)
_LONGEST_ID = 2000  # an address may be one, and those of some sites are long
# Fields that a row of the same posting may fill in another one, those that belong together at once.
_COMPLETED = (
    ("company",), ("salary_raw", "pay"), ("experience_raw",), ("education_raw",), ("workplace",),
    ("posted_at",), ("requisition",), ("apply_url",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportedListing:
    """What the files show of one instant.

    `observed_at` is None if the file has no date anywhere (the caller takes now, as backlog). `postings`
    have unique native ids and are ordered by them. `rejects` name file and row. `digest` is a SHA-256 over
    what was read of the rows, whatever their order and however often they were given.
    """

    observed_at: datetime | None
    postings: tuple[RawPosting, ...]
    rejects: tuple[Reject, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A row on its way: the posting still without its id, and the ids that it might have, best first."""

    posting: RawPosting
    ids: tuple[str, ...]
    meaning: "_Meaning"
    digest: str


class _Meaning(NamedTuple):
    """What the rows of one posting agree in: folded title and company, and the source's numbers for it."""

    title: str
    company: str
    posting_id: str
    requisition: str


@dataclass(slots=True)
class _Shelf:
    drafts: list[_Draft] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def read_files(paths: Sequence[Path], *, as_of: datetime | None, now: datetime) -> list[ImportedListing]:
    """Return the listings of all files in the order of their instants, the undated one last.

    Rows of the same instant are one listing, whichever files they come from; the order of `paths` does not
    matter. `now` only serves to date words such as "3 days ago" of rows without any date.
    Raises InputError, one sentence, if a file cannot be used at all; a bad row is a reject.
    """
    shelves: defaultdict[datetime | None, _Shelf] = defaultdict(_Shelf)
    for path in paths:
        _sort_in(read_file(path), as_of, now, shelves)
    dated = sorted(instant for instant in shelves if instant is not None)
    order: list[datetime | None] = [*dated, *([None] if None in shelves else [])]
    return [_listing(instant, shelves[instant]) for instant in order]


@dataclass(frozen=True, slots=True)
class _Dates:
    """When the rows of a file were seen: row number -> its own instant, and that of rows without one.

    `home` is the listing in which rows that cannot be read are told, where they have no date.
    """

    own: Mapping[int, datetime]
    fallback: datetime | None
    home: datetime | None

    def of(self, row: Record) -> datetime | None:
        return self.own.get(row.number, self.fallback)

    def of_reject(self, row: Record) -> datetime | None:
        return self.own.get(row.number, self.home)


def _dates(file: ReadFile, records: Sequence[Record], as_of: datetime | None) -> _Dates:
    found = {row.number: parse_instant(row.fields.get("collected")) for row in records}
    own = {number: instant for number, instant in found.items() if instant is not None}
    runs = _runs(own.values())
    snapshots = sorted(set(runs.values()))
    of_file = as_of or parse_instant(file.date)
    if len(snapshots) > 1:
        return _Dates({number: runs[instant] for number, instant in own.items()}, of_file, snapshots[-1])
    # One date is the date of the file, wherever it stands, and the option is stronger than it.
    of_file = of_file or next(iter(snapshots), None)
    return _Dates({}, of_file, of_file)


def _sort_in(
    file: ReadFile, as_of: datetime | None, now: datetime, shelves: defaultdict[datetime | None, _Shelf]
) -> None:
    records = [row for row in file.rows if isinstance(row, Record)]
    dates = _dates(file, records, as_of)
    bad = [row for row in file.rows if isinstance(row, Bad)]
    if bad or not records:
        home = shelves[dates.home]
        home.rejects.extend(Reject("", f"{file.name} row {row.number}: {row.reason}") for row in bad)
    counted = _are_row_numbers(records)
    for row in records:
        read = _read(row, dates.of(row), now, counted)
        if isinstance(read, Reject):
            told = replace(read, reason=f"{file.name} row {row.number}: {read.reason}")
            shelves[dates.of_reject(row)].rejects.append(told)
        else:
            shelves[dates.of(row)].drafts.append(read)


def _read(row: Record, instant: datetime | None, now: datetime, counted: bool) -> _Draft | Reject:
    """Return the draft of a row; a reject if it is none, or if it has a date that cannot be read."""
    found = raw_posting(row.fields, instant or now)
    ids = _ids(found.url if found else link_of(row.fields), row.fields, counted)
    posting = bounded(found, lambda _: True) if found else None
    if posting is None:
        problem = "no title"
    elif isinstance(posting, Reject):
        problem = posting.reason
    elif any(len(name) > _LONGEST_ID for name in ids):
        problem = "its id is longer than that of any posting"
    elif not posting.company and not ids:
        problem = "neither company nor link nor posting id"
    elif instant is None and "collected" in row.fields:
        problem = "no collection date that can be read (--as-of would give it one)"
    else:
        return _draft(posting, row.fields, ids)
    return Reject(ids[0] if ids else "", problem)


def _runs(instants: Iterable[datetime]) -> dict[datetime, datetime]:
    """Return for each instant the end of the run of a collector that it belongs to.

    Some note for each row when they fetched it: what lies less than five minutes apart is one listing.
    """
    ends: dict[datetime, datetime] = {}
    later = datetime.max.replace(tzinfo=UTC)
    for instant in sorted(set(instants), reverse=True):
        ends[instant] = ends[later] if later - instant < _ONE_RUN else instant
        later = instant
    return ends


def _are_row_numbers(records: Sequence[Record]) -> bool:
    """Tell whether the id column merely counts the rows: such an id is another one in the next export."""
    ids = [as_text(row.fields.get("row_id")) for row in records]
    if len(ids) < 2 or not all(text.isascii() and text.isdigit() and len(text) < 10 for text in ids):
        return False
    return int(ids[0]) in (0, 1) and all(int(after) == int(before) + 1 for before, after in pairwise(ids))


def _ids(link: str, fields: Mapping[str, Plain], counted: bool) -> tuple[str, ...]:
    row_id = "" if counted else as_text(fields.get("row_id"), " ")
    named = (as_text(fields.get(field), " ") for field in ("posting_id", "requisition"))
    posting_id, requisition = named
    return tuple(filter(None, (link, posting_id, row_id, requisition)))


def _draft(posting: RawPosting, fields: Mapping[str, Plain], ids: tuple[str, ...]) -> _Draft:
    title, company, city = (
        _folded(text) for text in (posting.title, posting.company, "/".join(posting.locations))
    )
    own = "row-" + hashlib.sha256("\n".join((company, title, city)).encode()).hexdigest()[:20]
    seen = json.dumps(fields, sort_keys=True, default=str).encode()
    numbers = (as_text(fields.get(field), " ") for field in ("posting_id", "requisition"))
    meaning = _Meaning(title, company, *numbers)
    return _Draft(posting, (*ids, own), meaning, hashlib.sha256(seen).hexdigest())


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _listing(instant: datetime | None, shelf: _Shelf) -> ImportedListing:
    digest = hashlib.sha256("\n".join(sorted({draft.digest for draft in shelf.drafts})).encode()).hexdigest()
    rejects = sorted(shelf.rejects, key=lambda reject: (reject.reason, reject.native_id))
    return ImportedListing(instant, tuple(_postings(shelf.drafts)), tuple(rejects), digest)


def _postings(drafts: Sequence[_Draft]) -> Iterator[RawPosting]:
    """Yield one posting an id. An id that rows of different postings share is none for them."""
    meanings: defaultdict[str, set[_Meaning]] = defaultdict(set)
    for draft in drafts:
        for native_id in draft.ids:
            meanings[native_id].add(draft.meaning)
    groups: defaultdict[str, list[_Draft]] = defaultdict(list)
    for draft in drafts:
        native_id = next((text for text in draft.ids if _agree(meanings[text])), draft.ids[-1])
        groups[native_id].append(draft)
    for native_id, group in sorted(groups.items()):
        # A row a city is one posting in several cities; the fullest text is kept.
        group.sort(key=lambda draft: (draft.posting.text_cut, -len(draft.posting.description), draft.digest))
        # An address that is not the identity is that of several postings, so of none.
        postings = [
            replace(draft.posting, url=draft.posting.url if draft.posting.url == native_id else "")
            for draft in group
        ]
        if group[0].ids[-1] == native_id:
            yield from _namesakes(native_id, postings)
        else:
            yield replace(_completed(postings), native_id=native_id)


def _agree(meanings: Collection[_Meaning]) -> bool:
    """Tell whether rows with these meanings can be one posting.

    Its title is the same everywhere; a list may have a short name of the company, or none. Two numbers of the
    source's own are two postings, whatever else they share: an address may be that of all its openings. (A
    column `id` is no such number: many collectors number their rows.)
    """
    companies = [one.company for one in meanings if one.company]
    shortest = min(companies, key=len, default="")
    return (
        len({one.title for one in meanings}) == 1
        and all(shortest in company for company in companies)
        and len({one.posting_id for one in meanings} - {""}) <= 1
        and len({one.requisition for one in meanings} - {""}) <= 1
    )


def _completed(postings: Sequence[RawPosting]) -> RawPosting:
    """Return the first of several rows of one posting, with what only the others have (a list and a page)."""
    places = dict.fromkeys(place for posting in postings for place in posting.locations)
    changes: dict[str, Any] = {
        "locations": tuple(
            place
            for place in places
            if not any(other.startswith((f"{place}·", f"{place}-")) for other in places)
        )
    }
    for together in _COMPLETED:
        if not any(getattr(postings[0], field) for field in together):
            other = next((row for row in postings[1:] if any(getattr(row, name) for name in together)), None)
            changes |= {field: getattr(other, field) for field in together if other is not None}
    return replace(postings[0], **changes)


def _namesakes(native_id: str, postings: Sequence[RawPosting]) -> Iterator[RawPosting]:
    """Number the openings that agree in company, title and place but differ in what they say."""
    for number, posting in enumerate(dict.fromkeys(postings), start=1):
        yield replace(posting, native_id=native_id if number == 1 else f"{native_id}-{number}")
