"""What of a look at archived replies needs neither the store nor the order of looks, done ahead in workers.

Reading replies, normalising and tagging are pure: the same in, the same out, wherever and whenever. So a
worker goes through a look as if nothing were known, and notes what each of these functions gave. The run
itself stays the one there is, in one process and in the order of dates; it finds what was noted instead of
computing it, and computes what it does not find. So what workers did, wrongly foresaw or never finished
changes how long a run takes, never what it stores. Loads no SQL: workers start from here.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from scraper.bounds import bounded, rejected
from scraper.fetching.replay import ReplayArchive
from scraper.looking.gathering import gather
from scraper.model import Board, Family, Page, RawPosting, Reject, Reply, Request
from scraper.normalizing.posting import normalise
from scraper.normalizing.titles import is_pm_title
from scraper.sources import FAMILIES
from scraper.stages import in_step
from scraper.understanding.posting import TAXONOMY
from scraper.understanding.records import tag_in_stages, tag_record
from storage.records import PostingRecord, Tagging
from storage.version import __version__

_Seen = tuple[str, datetime, int, int]  # a reply: address, time, length and checksum of its body


@dataclass(frozen=True, slots=True)
class Visit:
    """A look that an archive holds: the board, and the list request as the archive has it.

    `again` tells that the first reply is, as the archive states it, that of the visit before.
    """

    board: Board
    first: Request
    at: datetime
    until: datetime | None  # when the next visit to the board begins
    again: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was read in one look, by what it was read from: pages, details, records of the PM postings."""

    pages: Mapping[tuple[Request, _Seen], Page] = field(default_factory=dict)
    details: Mapping[tuple[RawPosting, _Seen], RawPosting | None] = field(default_factory=dict)
    records: Mapping[RawPosting, PostingRecord] = field(default_factory=dict)


class Foresight:
    """The pure steps of a look; what was `prepared` and tagged already is found, all else computed."""

    def __init__(
        self, prepared: Prepared = Prepared(), taggings: Sequence[tuple[PostingRecord, Tagging]] = ()
    ):
        self._prepared = prepared
        self._tagged = {(one.native_id, one.content_hash): (one, tagging) for one, tagging in taggings}

    def family(self, family: Family) -> Family:
        """Return the family, which reads replies that were read ahead at once."""
        prepared, detail = self._prepared, family.parse_detail
        if not prepared.pages:
            return family

        def parse(board: Board, reply: Reply, request: Request) -> Page:
            page = prepared.pages.get((request, _seen(reply)))
            return family.parse(board, reply, request) if page is None else page

        def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting | None:
            assert detail is not None
            asked = posting, _seen(reply)
            return prepared.details[asked] if asked in prepared.details else detail(posting, reply)

        return replace(family, parse=parse, parse_detail=parse_detail if detail else None)

    def normalise(self, raw: RawPosting, *, company: str, market: str | None) -> PostingRecord:
        """Return the record of a posting; `company` and `market` as in `normalise`, those of the look."""
        record = self._prepared.records.get(raw)
        return normalise(raw, company=company, market=market) if record is None else record

    def tag(self, record: PostingRecord) -> Tagging:
        """Return what is understood of a record."""
        known, tagging = self._tagged.get((record.native_id, record.content_hash), (None, None))
        if known is not None and tagging is not None and _bare(record) == _bare(known):
            return tagging
        return tag_record(record)


NOTHING_AHEAD = Foresight()
"""Everything is computed when it is needed."""


def wanted(posting: RawPosting) -> bool:
    """Tell whether the title passes the gate, so that the details of the posting are worth asking for."""
    return is_pm_title(posting.title)


def release() -> tuple[str, str]:
    """Return which release and which vocabulary work here."""
    return __version__, TAXONOMY.sha256


def prepare(archive: ReplayArchive, visits: Sequence[Visit]) -> list[Prepared]:
    """Read looks as if the store were empty; those that saw the same again bring nothing, most likely.

    Raises InputError if the archive is not there any more.
    """
    return [Prepared() if visit.again else _prepared(archive, visit) for visit in visits]


def tag_prepared(prepared: Sequence[Prepared], chosen: Sequence[tuple[int, str]]) -> list[Tagging]:
    """Tag records of the postings that are `chosen`, each by the place of its look and its native id."""
    by_id = [{record.native_id: record for record in one.records.values()} for one in prepared]
    return list(in_step(tag_in_stages(by_id[place][native_id]) for place, native_id in chosen))


def _prepared(archive: ReplayArchive, visit: Visit) -> Prepared:
    notes = _Notes(FAMILIES[visit.board.family])
    fetcher = archive.fetcher(visit.at, visit.until)
    gathered = gather(visit.board, notes.noting(), fetcher, wanted, visit.at, first=visit.first)
    board = visit.board
    return Prepared(
        notes.pages,
        notes.details,
        {
            # One without its details may be stored already; if it is not, it has no text to be read.
            posting: normalise(posting, company=board.company, market=board.market)
            for posting in gathered.postings
            if wanted(posting) and posting.detail is None
        },
    )


class _Notes:
    """Notes what a family reads, bounded as `gather` will bound it, so that no text is sent for nothing.

    What cannot be read is not noted: the run meets it itself.
    """

    def __init__(self, family: Family):
        self._family = family
        self.pages: dict[tuple[Request, _Seen], Page] = {}
        self.details: dict[tuple[RawPosting, _Seen], RawPosting | None] = {}

    def noting(self) -> Family:
        details = self._parse_detail if self._family.parse_detail else None
        return replace(self._family, parse=self._parse, parse_detail=details)

    def _parse(self, board: Board, reply: Reply, request: Request) -> Page:
        page = self._family.parse(board, reply, request)
        found = [bounded(posting, wanted) for posting in page.postings]
        rejects = [one for one in found if isinstance(one, Reject)]
        page = replace(
            page,
            postings=tuple(one for one in found if isinstance(one, RawPosting)),
            rejects=(*rejects, *map(rejected, page.rejects)),
        )
        return self.pages.setdefault((request, _seen(reply)), page)

    def _parse_detail(self, posting: RawPosting, reply: Reply) -> RawPosting | None:
        assert self._family.parse_detail is not None
        whole = self._family.parse_detail(posting, reply)
        kept = whole and bounded(whole, wanted)
        if not isinstance(kept, Reject):
            self.details[posting, _seen(reply)] = whole = kept
        return whole


def _seen(reply: Reply) -> _Seen:
    """What tells a reply from others of the same look, and from what another machine has under that name."""
    return reply.url, reply.fetched_at, len(reply.body), zlib.crc32(reply.body)


def _bare(record: PostingRecord) -> PostingRecord:
    """The record without what is noted on it after it was normalised, none of which is read for tags."""
    return replace(record, record_hash="", text_key=None)
