"""One run: look at boards (live or from an archive) or files, understand what they list, store it.

Board by board: gather → title gate → normalise → tag what is new → one transaction. The three kinds of
run differ only in where looks come from and what their clock is.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

from scraper.errors import InputError
from scraper.fetching import Fetcher
from scraper.fetching.replay import ReplayArchive
from scraper.gathering import Gathered, gather, unreadable
from scraper.importing import ImportedListing
from scraper.model import Board, Family, RawPosting, Request
from scraper.normalizing.companies import company_key
from scraper.normalizing.posting import normalise, stated_pay
from scraper.normalizing.titles import GATE_VERSION, is_pm_title
from scraper.sources import FAMILIES, listing_of
from scraper.understanding import TAXONOMY, understand
from storage.records import IMPORT, FetchState, Listing, PostingRecord, Recorded, StoredText, Tagging
from storage.status import FAILED
from storage.store import RunHandle, RunKind, Store

_FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Looked:
    """One look that a run made, for whoever shows progress."""

    board: str  # "family:key"
    listing: Listing
    recorded: Recorded


@dataclass(slots=True)
class RunSummary:
    """What a run did. `states`: the state of each board's last look in this run."""

    looks: int = 0
    duplicates: int = 0
    postings: int = 0
    rejected: int = 0
    created: int = 0
    changed: int = 0
    closed: int = 0
    states: dict[str, FetchState] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    stopped: str = ""

    def add(self, looked: Looked) -> None:
        """Count one look."""
        self.looks += 1
        if looked.recorded.duplicate:
            self.duplicates += 1
            return
        self.postings += looked.listing.listed
        self.rejected += looked.listing.rejected
        self.created += looked.recorded.created
        self.changed += looked.recorded.changed
        self.closed += looked.recorded.closed
        self.states[looked.board] = looked.recorded.state
        self.reasons[looked.board] = looked.recorded.reason

    @property
    def exit_code(self) -> int:
        """0 all boards answered, 2 every board failed, 3 some did; suspect is no failure."""
        failed = sum(state in FAILED for state in self.states.values())
        if not failed:
            return 0
        return 2 if failed == len(self.states) else 3

    def lines(self) -> list[str]:
        """Return what a person wants to know of the run."""
        if self.looks == self.duplicates:
            return ["nothing new: all of this is stored already"]
        states = Counter(self.states.values())
        counts = ", ".join(f"{states[state]} {state}" for state in sorted(states))
        return [
            f"{_count(self.looks, 'look')} at {_count(len(self.states), 'listing')}: {counts}",
            f"{_count(self.postings, 'posting')} listed, {self.rejected} not readable; of the PM postings "
            f"{self.created} new, {self.changed} changed, {self.closed} closed",
            *([f"stored already: {_count(self.duplicates, 'look')}"] if self.duplicates else []),
            *(
                f"  {board}: {state}: {self.reasons[board]}"
                for board, state in sorted(self.states.items())
                if self.reasons[board]
            ),
        ]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


OnLook = Callable[[Looked], None]


class _Run:
    """A run that begins in the store with its first look that is new, so that a rerun changes nothing."""

    def __init__(self, store: Store, kind: RunKind, now: datetime, on_look: OnLook, notice: str = ""):
        self.store, self.kind, self.now, self.on_look, self.notice = store, kind, now, on_look, notice
        self.summary = RunSummary()
        self._handle: RunHandle | None = None
        self._known: dict[str, dict[str, str]] = {}

    def record(self, listing: Listing, raw: Sequence[RawPosting], company: str, market: str | None) -> None:
        """Understand the PM postings among `raw` and store the listing with them."""
        name = f"{listing.family}:{listing.key}"
        if self.store.has_observation(listing.family, listing.key, listing.observed_at, listing.digest):
            self._tell(Looked(name, listing, Recorded(duplicate=True)))
            return
        if self._handle is None:
            self._handle = self.store.begin_run(
                self.kind, TAXONOMY, now=self.now, observed_from=listing.observed_at, notice=self.notice
            )
        known = self._known_contents(listing.posting_family)
        kept = [posting for posting in raw if is_pm_title(posting.title)]
        records = [_understood(posting, company, market, known) for posting in kept]
        listing = replace(listing, postings=tuple(record for record in records if record))
        recorded = self.store.record(self._handle, listing)
        if not recorded.late:  # a late look tells nothing about the latest texts
            known.update({record.native_id: record.content_hash for record in listing.postings})
        self._tell(Looked(name, listing, recorded))

    def finish(self, now: datetime) -> RunSummary:
        """Close the run in the store and return what it did."""
        if self._handle is not None:
            self.store.finish_run(self._handle, now)
        return self.summary

    def _tell(self, looked: Looked) -> None:
        self.summary.add(looked)
        self.on_look(looked)

    def _known_contents(self, family: str) -> dict[str, str]:
        if family not in self._known:
            self._known[family] = self.store.known_contents(family, TAXONOMY)
        return self._known[family]


def _understood(
    raw: RawPosting, company: str, market: str | None, known: Mapping[str, str]
) -> PostingRecord | None:
    """The record of a posting, tagged unless the store has this content; None if nothing new is known."""
    record = normalise(raw, company=company, market=market)
    if known.get(raw.native_id) == record.content_hash:
        return record
    if raw.native_id in known and raw.detail is not None:
        return None  # its details could not be read this time: what is stored is better
    return replace(record, tagging=tag_record(record))


def tag_record(record: PostingRecord | StoredText) -> Tagging:
    """Understand a normalised posting, just read or stored, with the current taxonomy."""
    return understand(
        record.title,
        record.text,
        company=record.company,
        locations=tuple(record.structured.get("locations", ())),
        workplace=record.structured.get("workplace"),
        pay=stated_pay(record.structured),
        salary_raw=record.salary_raw,
        experience_raw=record.experience_raw,
        education_raw=record.education_raw,
    ).tagging


# ------------------------------------------------------------------ boards, live or from an archive


def collect(
    store: Store,
    boards: Sequence[Board],
    fetcher: Fetcher,
    *,
    clock: Callable[[], datetime],
    until: datetime | None = None,
    on_look: OnLook = lambda looked: None,
) -> RunSummary:
    """Look at every board now. After `until` no further board is begun."""
    run = _Run(store, "collect", clock(), on_look)
    for done, board in enumerate(boards):
        if until is not None and clock() >= until:
            run.summary.stopped = f"the time budget ended after {done} of {len(boards)} boards"
            break
        family = FAMILIES[board.family]
        first = family.first(board)
        _look(run, board, family, first, gather(board, family, fetcher, _wanted, clock(), first))
    return run.finish(clock())


def _wanted(posting: RawPosting) -> bool:
    return is_pm_title(posting.title)


def _look(run: _Run, board: Board, family: Family, first: Request, gathered: Gathered) -> None:
    ids = {posting.native_id: "" for posting in gathered.postings}
    ids |= {reject.native_id: "" for reject in gathered.rejects if reject.native_id}
    listing = Listing(
        family=board.family,
        key=board.key,
        company=board.company,
        company_key=company_key(board.company),
        market=board.market,
        observed_at=gathered.observed_at,
        state=gathered.state,
        scope=_scope(family, first),
        digest=gathered.digest,
        reason=gathered.reason,
        listed=gathered.listed,
        rejected=len(gathered.rejects),
        pages=gathered.pages,
        ids=ids,
    )
    run.record(listing, gathered.postings, board.company, board.market)


def _scope(family: Family, first: Request) -> str:
    """What a look at a board asks for, as conditions parted by commas; a change of any breaks its series."""
    asked = parse_qsl(urlsplit(first.url).query)
    filters = sorted(f"{name} {value}" for name, value in asked if name not in family.presentation)
    return ", ".join([f"{family.name} reader {family.version}", *filters, f"title gate {GATE_VERSION}"])


def replay(
    store: Store,
    archive: ReplayArchive,
    boards: Sequence[Board],
    *,
    clock: Callable[[], datetime],
    on_look: OnLook = lambda looked: None,
) -> RunSummary:
    """Look at every board that the archive holds, at the times it was archived, in that order.

    `boards` lend their names and markets; a board that is not among them is named after its key. Raises
    InputError for a date more than a year ahead, before anything is stored.
    """
    now = clock()
    found = visits(archive, boards)
    for visit in found:
        _check_date(visit.at, now)
    run = _Run(store, "replay", now, on_look, notice=" ".join(archive.notices))
    for visit in found:
        family = FAMILIES[visit.board.family]
        fetcher = archive.fetcher(visit.at, visit.until)
        gathered = gather(visit.board, family, fetcher, _wanted, visit.at, visit.first)
        _look(run, visit.board, family, visit.first, gathered)
    return run.finish(clock())


@dataclass(frozen=True, slots=True)
class Visit:
    """A look that an archive holds: the board, and the list request as the archive has it."""

    board: Board
    first: Request
    at: datetime
    until: datetime | None  # when the next visit to the board begins


def visits(archive: ReplayArchive, boards: Sequence[Board]) -> list[Visit]:
    """Return every look that the archive holds, in the order of their dates."""
    named = {_spelling(board): board for board in boards}
    begun: dict[tuple[str, str, datetime], tuple[Board, Request, datetime]] = {}
    for exchange in archive.exchanges:
        found = listing_of(exchange.url)
        if found is None:
            continue
        family, key = found
        board = Board(family.name, key, key, family.market)
        first = replace(family.first(board), url=exchange.url)
        board = named.get(_spelling(board), board)
        # Dates have whole seconds: a list asked for twice in one of them is one look.
        begun.setdefault((board.family, board.key, exchange.at), (board, first, exchange.at))
    following: dict[str, datetime] = {}
    result: list[Visit] = []
    for board, first, at in reversed(begun.values()):
        name = f"{board.family}:{board.key}"
        result.append(Visit(board, first, at, following.get(name)))
        following[name] = at
    return result[::-1]


def _spelling(board: Board) -> tuple[str, str]:
    # Archives hold keys in any case, and quoted twice.
    return board.family, unquote(board.key).casefold()


def _check_date(observed_at: datetime, now: datetime) -> None:
    """Refuse a date that can only be a slip: what is older than it would not count any more."""
    if observed_at > now + _FARTHEST:
        day = observed_at.date().isoformat()
        raise InputError(
            f"there is a listing of {day}, which lies more than a year ahead; nothing was stored"
        )


# ------------------------------------------------------------------ files


def import_listings(
    store: Store,
    listings: Sequence[ImportedListing],
    *,
    source: str,
    complete: bool,
    scope: str,
    clock: Callable[[], datetime],
    on_look: OnLook = lambda looked: None,
) -> RunSummary:
    """Store the listings of imported files, in the order of their dates, as looks at the source `source`.

    Only with `complete` may what is absent count as missing; too many unreadable rows take that back.
    Raises InputError for a date more than a year ahead, before anything is stored.
    """
    now = clock()
    for imported in listings:
        if imported.observed_at:
            _check_date(imported.observed_at, now)
    run = _Run(store, "import", now, on_look)
    for imported in listings:
        keys = {posting.native_id: company_key(posting.company or source) for posting in imported.postings}
        keys |= {reject.native_id: "" for reject in imported.rejects if reject.native_id}
        listed = len(imported.postings) + len(imported.rejects)
        state, reason = _import_state(imported, complete, listed, alone=len(listings) == 1)
        listing = Listing(
            family=IMPORT,
            key=source,
            company=source,
            company_key=f"source:{source}",
            market=_market(imported.postings),
            observed_at=imported.observed_at or now,
            state=state,
            scope=f"{f'scope {scope}' if scope else 'no named scope'}, title gate {GATE_VERSION}",
            digest=imported.digest,
            reason=reason,
            multi_employer=True,
            listed=listed,
            rejected=len(imported.rejects),
            pages=1,
            ids=keys,
        )
        # A file that names no employer is a listing of one, and that one is called what the user called it.
        run.record(listing, imported.postings, source, None)
    return run.finish(clock())


def _import_state(
    imported: ImportedListing, complete: bool, listed: int, *, alone: bool
) -> tuple[FetchState, str]:
    if not complete:
        return "partial", "imported without --complete"
    if imported.observed_at is None and not alone:
        return "partial", "rows without a date beside dated ones are no complete listing; give --as-of"
    if unreadable(len(imported.rejects), listed):
        return "partial", f"{len(imported.rejects)} of {listed} rows cannot be read"
    return "complete", ""


def _market(postings: Sequence[RawPosting]) -> str:
    chinese = sum(any("\u4e00" <= char <= "\u9fff" for char in posting.title) for posting in postings)
    return "zh" if 2 * chinese > len(postings) else "en"


# ------------------------------------------------------------------ the whole store again


def retag(
    store: Store, *, clock: Callable[[], datetime], on_batch: Callable[[int], object] = lambda n: None
) -> int:
    """Tag every stored text that the current taxonomy has not tagged; return how many. May be interrupted."""
    done = 0
    while batch := store.untagged(TAXONOMY, 500):
        rows = [(text.version, tag_record(text)) for text in batch]
        store.add_taggings(TAXONOMY, rows, clock())
        done += len(rows)
        on_batch(len(rows))
    return done
