"""What every run does with a look: understand the PM postings in it, store it, count it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scraper.errors import InputError
from scraper.looking.gathering import Gathered
from scraper.model import Board, Family, RawPosting, Request
from scraper.normalizing.companies import company_key
from scraper.normalizing.posting import without_text
from scraper.normalizing.stale import Advert, stale_texts, text_key
from scraper.normalizing.titles import GATE_VERSION
from scraper.runs.summary import Looked, OnLook, RunSummary
from scraper.runs.waiting import Look, Waiting
from scraper.sources import begun_by
from scraper.sources.parts import asking
from scraper.understanding.posting import TAXONOMY
from scraper.understanding.records import tag_record
from scraper.workers.preparing import NOTHING_AHEAD, wanted
from storage.counted import counted
from storage.leasing.rules import Lease
from storage.memories import Known, Memory, Repetition
from storage.recording.tagging_rows import tagging_rows
from storage.records import Listing, PostingRecord, Recorded
from storage.store import RunHandle, RunKind, Store

_EVER = datetime(1, 1, 1, tzinfo=UTC)
_FARTHEST = timedelta(days=366)
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nobody had a board on the web before."""
_BATCH = 500
_STALE = "stands under several employers"
_FIELDS = (
    *("description", "locations", "posted_at", "pay", "salary_raw"),
    *("experience_raw", "workplace", "url"),
)
_FEWEST_FOR_FILLS = 5
"""Of fewer postings a share says nothing about the source."""


class Run:
    """A run that begins in the store with its first look that is new, so that a rerun changes nothing.

    It stores each look as it comes, or up to `together` at a time; a look is told of when it is stored.
    """

    def __init__(
        self,
        store: Store,
        kind: RunKind,
        now: datetime,
        on_look: OnLook,
        notice: str = "",
        *,
        together: int = 1,
    ):
        self.store, self.kind, self.now, self.on_look, self.notice = store, kind, now, on_look, notice
        self.summary = RunSummary()
        self._handle: RunHandle | None = None
        self._known: dict[str, dict[str, Known]] = {}
        self._memories: dict[tuple[str, str], Memory] = {}
        self._outdated: set[tuple[str, str]] = set()
        self._newest: dict[tuple[str, str], datetime] | None = None
        self._waiting = Waiting(together)
        self.foresight = NOTHING_AHEAD
        """What was understood ahead of the next look."""

    def recall(self) -> None:
        """Read what the last looks at all boards saw; `memory` knows nothing before."""
        self._memories = self.store.memories(TAXONOMY)

    def memory(self, board: Board, family: Family, first: Request, before: datetime) -> Memory | None:
        """Return what the last look at a board saw, if seeing the same at `before` would change nothing."""
        name = board.family, board.key
        if self._waiting.has_change(*name):
            self._store_waiting()
        if name in self._outdated:
            self._outdated.remove(name)
            self._memories.pop(name, None)
            self._memories |= self.store.memories(TAXONOMY, name)
        memory = self._memories.get(name)
        return memory if memory and memory.serves(_scope(family, first, ()), before) else None

    def detailed(self, board: Board, family: Family) -> dict[str, str]:
        """Return native id -> hash of the entry in the list of the postings whose details are stored."""
        if family.parse_detail is None:
            return {}
        self._store_waiting()
        known = self._known_contents(_posting_family(board, family))
        return {native_id: one.record_hash for native_id, one in known.items() if one.record_hash}

    def untagged(self, board: Board, family: Family, records: Iterable[PostingRecord]) -> list[PostingRecord]:
        """Return those records of a board that are to be tagged, as far as the store is by now."""
        known = self._known_contents(_posting_family(board, family))
        return [record for record in records if not _is_tagged(record, known)]

    def look(
        self, board: Board, family: Family, first: Request, gathered: Gathered, lease: Lease | None = None
    ) -> None:
        """Store a look at a board, made under a lease if collectors share the boards.

        Raises LeaseLost, then nothing is stored.
        """
        if gathered.unchanged:
            self._repeat(board, gathered, lease)
        else:
            opens_session = family.query and begun_by(first, family, board) == family.first(board)
            asked = family.query(board) if family.query and opens_session else first
            scope = _scope(family, asked, gathered.scope)
            listing = _listing(board, family, scope, gathered)
            self.record(
                listing,
                gathered.postings,
                board.company,
                board.market,
                record_hashes=gathered.record_hashes,
                disputed=gathered.disputed,
                lease=lease,
            )

    def give_up(self, board: Board, family: Family, gathered: Gathered, lease: Lease | None = None) -> None:
        """Store that a look met a bug, which may be one in telling what was asked. Raises LeaseLost."""
        self.record(_listing(board, family, "", gathered), (), board.company, board.market, lease=lease)

    def record(
        self,
        listing: Listing,
        raw: Sequence[RawPosting],
        company: str,
        market: str | None,
        *,
        record_hashes: Mapping[str, str] | None = None,
        disputed: frozenset[str] = frozenset(),
        lease: Lease | None = None,
    ) -> None:
        """Understand the PM postings among `raw` and store the listing with them.

        `company` and `market` hold where a posting names none; `record_hashes` are those of the entries whose
        details were read; `disputed` are ids that the listing shows under two employers.
        """
        if self._waiting.concern(listing):
            self._store_waiting()
        if self._is_stored(listing):
            self._store_waiting()
            self._tell(listing, Recorded(duplicate=True))
            return
        known = self._known_contents(listing.posting_family)
        kept = [posting for posting in raw if wanted(posting)]
        # Without its details a stored posting brings nothing: what is stored is better.
        fresh = [posting for posting in kept if posting.detail is None or posting.native_id not in known]
        records = [self.foresight.normalise(posting, company=company, market=market) for posting in fresh]
        if listing.multi_employer:
            records, withheld = self._without_stale(listing.posting_family, records, disputed)
            if withheld and not listing.reason:
                of = counted(withheld, "posting")
                reason = f"the texts of {of} stand under several employers and were left out"
                listing = replace(listing, reason=reason)
        hashes = record_hashes or {}
        listing = replace(
            listing,
            kept=len(kept),
            fills=_fills(raw),
            postings=tuple(
                self._understood(replace(record, record_hash=hashes.get(record.native_id, "")), known)
                for record in records
            ),
        )
        name = listing.family, listing.key
        self._outdated.add(name)
        self._newest_looks()[name] = max(listing.observed_at, self._newest_looks().get(name, _EVER))
        look = Look(listing, [posting.native_id for posting in kept if posting.detail is not None])
        run = self._begun(listing.observed_at)
        if lease:
            self._stored(look, self.store.record(run, listing, lease))
        else:
            self._waiting.add(look)
            if self._waiting.full:
                self._store_waiting()

    def _store_waiting(self) -> None:
        looks = self._waiting.take()
        if not looks:
            return
        changed = [look for look in looks if isinstance(look, Look)]
        run = self._handle
        assert run is not None, "it began with the first that waits"
        told = [look.listing if isinstance(look, Look) else look for look in looks]
        for look, recorded in zip(changed, self.store.record_together(run, told), strict=True):
            self._stored(look, recorded)

    def _stored(self, look: Look, recorded: Recorded) -> None:
        """Go on from a look that is stored."""
        listing = look.listing
        if not recorded.late:  # a late look tells nothing about the latest texts
            self._tag_again(listing.posting_family, look.again, listing.observed_at)
            known = self._known_contents(listing.posting_family)
            for record in listing.postings:
                known[record.native_id] = Known(record.content_hash, record.record_hash, tagged=True)
        self._tell(listing, recorded)

    def _is_stored(self, listing: Listing) -> bool:
        """Tell whether the store has this very look; it is asked about none that is newer than all others."""
        newest = self._newest_looks().get((listing.family, listing.key), _EVER)
        look = listing.family, listing.key, listing.observed_at, listing.digest
        return listing.observed_at <= newest and self.store.has_observation(*look)

    def _newest_looks(self) -> dict[tuple[str, str], datetime]:
        if self._newest is None:
            self._newest = self.store.newest_looks()
        return self._newest

    def _understood(self, record: PostingRecord, known: Mapping[str, Known]) -> PostingRecord:
        """The record, tagged unless the store has this content and its tags."""
        return record if _is_tagged(record, known) else replace(record, tagging=self.foresight.tag(record))

    def _without_stale(
        self, family: str, records: Sequence[PostingRecord], disputed: frozenset[str]
    ) -> tuple[list[PostingRecord], int]:
        """Take out the texts that are not their postings' own; return the records and how many those are."""
        records = [replace(record, text_key=text_key(record.text)) for record in records]
        adverts = [Advert(record.native_id, record.company_key, record.text) for record in records]
        owners = self.store.text_owners(family, [r.text_key for r in records if r.text_key])
        stale = stale_texts(adverts, owners) | disputed
        told = [without_text(r, _STALE) if r.native_id in stale else r for r in records]
        return told, sum(record.native_id in stale for record in records)

    def _repeat(self, board: Board, gathered: Gathered, lease: Lease | None) -> None:
        at, name = gathered.observed_at, (board.family, board.key)
        memory = self._memories[name]
        if at > memory.newest_at:
            handle, repetition = self._begun(at), Repetition(memory, at, gathered.digest)
            if lease:
                self.store.record_repetitions(handle, [repetition], lease)
            else:
                self._waiting.repeat(*name, repetition)
            self._memories[name] = replace(memory, newest_at=at)
            self._newest_looks()[name] = at
            recorded = Recorded(unchanged=True, reason=memory.reason)
        else:
            recorded = Recorded(duplicate=True)  # the clock was set back meanwhile
        if self._waiting.full:
            self._store_waiting()
        listing = Listing(
            board.family,
            board.key,
            board.company,
            board.market,
            at,
            "complete",
            "",
            gathered.digest,
            listed=memory.listed,
        )
        self._tell(listing, recorded)

    def _tag_again(self, family: str, native_ids: Iterable[str], at: datetime) -> None:
        """Tag the stored texts of postings whose details were not read again, if the taxonomy is new."""
        known = self._known_contents(family)
        stale = [number for number in native_ids if number in known and not known[number].tagged]
        for start in range(0, len(stale), _BATCH):
            texts = self.store.untagged(TAXONOMY, _BATCH, (family, stale[start : start + _BATCH]))
            tagged = [(text.version, tagging_rows(tag_record(text))) for text in texts]
            self.store.add_taggings(TAXONOMY, tagged, at)

    def _begun(self, observed_from: datetime) -> RunHandle:
        if self._handle is None:
            self._handle = self.store.begin_run(
                self.kind, TAXONOMY, now=self.now, observed_from=observed_from, notice=self.notice
            )
        return self._handle

    def finish(self, now: datetime) -> RunSummary:
        """Close the run in the store and return what it did."""
        self._store_waiting()
        if self._handle is not None:
            self.store.finish_run(self._handle, now)
        return self.summary

    def _tell(self, listing: Listing, recorded: Recorded) -> None:
        looked = Looked(f"{listing.family}:{listing.key}", listing, recorded)
        self.summary.add(looked)
        self.on_look(looked)

    def _known_contents(self, family: str) -> dict[str, Known]:
        if family not in self._known:
            self._known[family] = self.store.known_contents(family, TAXONOMY)
        return self._known[family]


def _is_tagged(record: PostingRecord, known: Mapping[str, Known]) -> bool:
    """Tell whether the store has this content and its tags."""
    stored = known.get(record.native_id)
    return stored is not None and stored.tagged and stored.content_hash == record.content_hash


def _posting_family(board: Board, family: Family) -> str:
    return f"{family.name}:{board.key}" if family.local_ids else family.name


def _fills(raw: Sequence[RawPosting]) -> dict[str, float]:
    """Return the share of postings that have each field: a drop tells that a source changed its shape.

    Counted are those that are whole: where details complete a posting, only the ones that were just read.
    """
    whole = [posting for posting in raw if posting.detail is None]
    if len(whole) < _FEWEST_FOR_FILLS:
        return {}
    return {name: round(sum(bool(getattr(one, name)) for one in whole) / len(whole), 3) for name in _FIELDS}


def _listing(board: Board, family: Family, scope: str, gathered: Gathered) -> Listing:
    employer = company_key(board.company)
    several = family.multi_employer
    ids = {p.native_id: company_key(p.company or board.company) if several else "" for p in gathered.postings}
    ids |= {reject.native_id: "" for reject in gathered.rejects if reject.native_id}
    return Listing(
        family=board.family,
        key=board.key,
        company=board.company,
        company_key=f"source:{board.name}" if several else employer,
        market=board.market,
        observed_at=gathered.observed_at,
        state=gathered.state,
        scope=scope,
        digest=gathered.digest,
        reason=gathered.reason,
        multi_employer=several,
        local_ids=family.local_ids,
        listed=gathered.listed,
        rejected=len(gathered.rejects),
        pages=gathered.pages,
        ids=ids,
        industry=board.industry,
        credit=family.credit,
        seen_pages=gathered.seen_pages,
    )


def _scope(family: Family, asked: Request, told: Sequence[str]) -> str:
    """What a look at a board asks for, as conditions parted by commas; a change of any breaks its series."""
    unasked = family.presentation | {family.page[0] if family.page else ""}
    conditions = asking.conditions(asked)
    filters = sorted(f"{name} {value}" for name, value in conditions if name not in unasked)
    return ", ".join(
        [f"{family.name} reader {family.version}", *filters, *told, f"title gate {GATE_VERSION}"]
    )


def check_date(observed_at: datetime, now: datetime) -> None:
    """Raise InputError for a date that can only be a slip.

    After one far ahead nothing that is older would count any more, and after one of long ago there would be
    centuries of weeks without a look.
    """
    day = observed_at.date().isoformat()
    if observed_at > now + _FARTHEST:
        raise InputError(
            f"there is a listing of {day}, which lies more than a year ahead; nothing was stored"
        )
    if observed_at < _FIRST:
        raise InputError(f"there is a listing of {day}, when there were no boards yet; nothing was stored")
