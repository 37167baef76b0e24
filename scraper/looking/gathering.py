"""One look at one board: its pages, and the details of the postings that are wanted.

The stop conditions live here, not in the families: a page cap, a next request that was asked before, and
the board's own total. A board of which not everything was read is `partial`; nothing may be concluded
from what it does not show.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from scraper import bounds
from scraper.errors import (
    BoardGone,
    FetchError,
    NotAllowed,
    Refused,
    ServerTrouble,
    ShapeChanged,
    TooBig,
    TooSlow,
)
from scraper.fetching import Fetcher
from scraper.model import NOT_MODIFIED, Board, Family, Page, RawPosting, Reject, Reply, Request
from storage.counted import counted
from storage.memories import Memory, SeenPage
from storage.records import FetchState

_MAX_PAGES = 200
"""What one look asks a board for at most; hardly any that is followed is so long."""
_MAX_REJECTED = 0.10
"""Above this share of unreadable items the board has changed its shape (the 90 % rule of city-scrapers)."""
_DRIFT = 0.005
"""Postings come and go while a long list is read, so its last total and what was read differ a little."""
_SHIFTED = 0.03
"""While pages shift, some items stand on two of them and as many on none (0.7 % seen, in 847 items)."""
_MAX_UNNAMED = 200
"""Details asked in one look to learn titles that the list does not give."""
_MAX_REASON = 500
_MAX_REQUEST = 100_000
"""Characters of a request; more is no page number or cursor, but a reply that is sent back."""
_GIVE_UP_AFTER = 3
"""Details in a row that the host does not answer, after which its others are not asked for in this look."""
_COMPARED = 8 * 2**20
"""Bytes of earlier pages that are held while the later ones are compared with what is remembered."""
_PARSING = Lock()
"""One reply is parsed at a time: threads would gain nothing, and what they hold would add up."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one look at a board brought; `state` says how much of it that is."""

    state: FetchState
    reason: str
    observed_at: datetime
    postings: tuple[RawPosting, ...] = ()
    rejects: tuple[Reject, ...] = ()
    pages: int = 0
    digest: str = ""
    scope: tuple[str, ...] = ()  # conditions that only the replies told
    unanswered: bool = False  # the host gave no answer of any kind
    moved_to: str = ""  # where the host redirects to, if that is another one
    unchanged: bool = False  # every reply was the one that is remembered; `postings` is empty then
    disputed: frozenset[str] = frozenset()  # ids that the listing shows under two employers
    seen_pages: tuple[SeenPage, ...] = ()  # given if an equal look later may be taken for this one
    record_hashes: Mapping[str, str] = field(default_factory=dict)  # of the entries whose details were read

    @property
    def listed(self) -> int:
        """Number of items listed, read or not."""
        return len(self.postings) + len(self.rejects)


def gather(
    board: Board,
    family: Family,
    fetcher: Fetcher,
    wanted: Callable[[RawPosting], bool],
    now: datetime,
    *,
    first: Request | None = None,
    memory: Memory | None = None,
    detailed: Mapping[str, str] | None = None,
    late: Callable[[], bool] = lambda: False,
) -> Gathered:
    """Read every page of the board, then the details of those postings that are `wanted`.

    `first` is the list request to begin with, if it is not the family's own (archives hold others).
    `memory` is what the last look saw: if every reply is the same again, nothing is parsed. `detailed` is
    native id -> hash of the entry in the list whose details are known: the same entry is not asked for again.
    When `late` tells that the time is over, nothing more is asked for: the list is partial if pages are left.

    `now` dates a look that got no reply. Expected errors end up in the state and reason of what is
    returned; anything else is a bug and passes through.
    """
    request = first or family.first(board)
    had: dict[Request, Reply | FetchError] = {}
    if memory is not None:
        again = _repeated(memory, request, family, fetcher, had, late)
        if again is not None:
            return again
    look = _Look(family, fetcher, wanted, now, had)
    try:
        look.walk(board, request, late)
    except FetchError as error:
        return look.broken_off(error)
    return look.ended(detailed or {}, late)


def failed(bug: Exception, now: datetime) -> Gathered:
    """Return the look at a board whose reading met a bug of ours: it failed, and the others go on."""
    reason = f"an error of pmtrend itself, {type(bug).__name__}; its log tells more"
    return Gathered("failed", reason, now, digest=hashlib.sha256(reason.encode()).hexdigest())


def _repeated(
    memory: Memory,
    first: Request,
    family: Family,
    fetcher: Fetcher,
    had: dict[Request, Reply | FetchError],
    late: Callable[[], bool],
) -> Gathered | None:
    """Ask for the pages of the last look again; return an unchanged look if every reply is the same.

    Else None, also when it got `late`, and `had` holds what was answered until then. A board of one page is
    asked conditionally; of several pages all bodies are needed if one of them differs.
    """
    digest = hashlib.sha256()
    held = 0
    at: datetime | None = None
    if _request(memory.pages[0]) != first:
        return None
    for page in memory.pages:
        if had and late():
            return None
        request = _request(page)
        conditions = _conditions(page) if len(memory.pages) == 1 else ()
        try:
            reply = fetcher.fetch(
                replace(request, headers=(*request.headers, *conditions)), published=family.published
            )
        except FetchError as error:
            had[request] = error.with_traceback(None)  # else it would hold what was read here
            return None
        same = reply.status == NOT_MODIFIED or hashlib.sha256(reply.body).hexdigest() == page.sha256
        had[request] = reply
        held += len(reply.body)
        if not same or held > _COMPARED:
            return None
        at = at or reply.fetched_at
        digest.update(bytes.fromhex(page.sha256))
    assert at is not None
    return Gathered("complete", "", at, pages=len(memory.pages), digest=digest.hexdigest(), unchanged=True)


def _request(page: SeenPage) -> Request:
    return Request(page.url, page.method, page.headers, page.body.encode(), page.secrets)


def _conditions(page: SeenPage) -> tuple[tuple[str, str], ...]:
    """The request headers that let the server answer "not modified" (RFC 9110, 13.1)."""
    stated = (("If-None-Match", page.etag), ("If-Modified-Since", page.last_modified))
    return tuple((name, value) for name, value in stated if value)


def record_hash(posting: RawPosting, version: int) -> str:
    """Return the hash of a posting's entry in the list, as a family of this `version` reads it."""
    return hashlib.sha256(f"{version} {posting!r}".encode("utf-8", "backslashreplace")).hexdigest()


def unreadable(rejected: int, listed: int) -> bool:
    """Tell whether so many items of a listing could not be read that it has changed its shape."""
    return rejected > max(1, _MAX_REJECTED * listed) or 0 < rejected == listed


class _Look:
    def __init__(
        self,
        family: Family,
        fetcher: Fetcher,
        wanted: Callable[[RawPosting], bool],
        now: datetime,
        had: dict[Request, Reply | FetchError],
    ):
        self.family, self.fetcher, self.wanted = family, fetcher, wanted
        self.observed_at = now
        self.had = had
        self.seen: list[SeenPage] = []
        self.record_hashes: dict[str, str] = {}
        self.pages = 0
        self.total: int | None = None
        self.postings: dict[str, RawPosting] = {}
        self.rejects: list[Reject] = []
        self.items = self.slots = self.size = 0
        self.without_details = self.unnamed = 0
        self.scope: list[str] = []
        self.partial = ""
        self.disputed: set[str] = set()
        self.hash = hashlib.sha256()

    def walk(self, board: Board, first: Request, late: Callable[[], bool]) -> None:
        """Read the list page by page, each before the pages that it leads to. Raises FetchError."""
        asked: set[Request] = set()
        waiting = [first]
        while waiting:
            request = waiting.pop(0)
            if request in asked:
                raise ShapeChanged(request.url, "the board's pages do not end")
            if len(asked) >= _MAX_PAGES:
                raise TooBig(request.url, f"the board has more than {_MAX_PAGES} pages")
            if self.pages and late():
                raise TooSlow(request.url, "the time was over before the whole board was read")
            asked.add(request)
            waiting = [*self._take(board, request), *waiting]

    def broken_off(self, error: FetchError) -> Gathered:
        """Return the look as far as it came before its list could not be read on."""
        state: FetchState = "partial" if self.pages else error.state
        unanswered = isinstance(error, ServerTrouble) and error.status is None and not self.pages
        return replace(self._gathered(state, str(error)), unanswered=unanswered, moved_to=error.moved_to)

    def ended(self, detailed: Mapping[str, str], late: Callable[[], bool]) -> Gathered:
        """Return the look whose list was read to its end, with the details that are wanted and not known."""
        state, reason = self._judged()
        if state != "failed" and self.family.parse_detail is not None:
            self._add_details(detailed, late)
            if self.unnamed:
                state = "partial"
                reason = (
                    f"not asked for, since their titles are not known: {counted(self.unnamed, 'posting')}"
                )
            elif self.without_details and not reason:
                reason = f"the details of {counted(self.without_details, 'posting')} could not be read"
        repeatable = state == "complete" and not self.without_details and self.family.query is None
        return self._gathered(state, reason, repeatable=repeatable)

    def _take(self, board: Board, request: Request) -> list[Request]:
        """Read one page; return the requests that it leads to."""
        reply = self.had.pop(request, None) or self.fetcher.fetch(request, published=self.family.published)
        if isinstance(reply, FetchError):
            try:
                raise reply
            finally:
                del reply  # else the error and this frame would hold each other, and the look
        if not self.pages:
            self.observed_at = reply.fetched_at
        with _PARSING:
            page: Page = self.family.parse(board, reply, request)
            found = [bounds.bounded(posting, self.wanted) for posting in page.postings]
        self.pages += 1
        body = hashlib.sha256(reply.body)
        if page.postings or page.rejects or page.next is None or self.family.query is None:
            self.hash.update(body.digest())  # what opens a session has another body each time
        self.seen.append(_seen(request, reply, body.hexdigest()))
        self._keep(
            reply.url,
            [one for one in found if isinstance(one, RawPosting)],
            [one for one in found if isinstance(one, Reject)] + [*map(bounds.rejected, page.rejects)],
        )
        self.total = page.total if page.total is not None else self.total
        self.scope += [bounds.brief(page.scope)] if page.scope else []
        self.partial = self.partial or page.partial
        following = [*([page.next] if page.next else []), *page.more]
        if any(len(one.url) + len(one.body) > _MAX_REQUEST for one in following):
            raise ShapeChanged(reply.url, "the board's next page has an address longer than any")
        return following

    def _keep(self, url: str, postings: list[RawPosting], rejects: list[Reject]) -> None:
        """Add the items of a page. Raises TooBig when a look would take more memory than any board needs."""
        # An id that a page lists twice is two items of the board's count; one that slips to the next page
        # during the look is the same item again. The first one stands.
        self.items += len(rejects) + sum(p.native_id not in self.postings for p in postings)
        self.slots += len(rejects) + len(postings)
        listed: list[RawPosting | Reject] = [*postings, *rejects]
        for kept in listed:
            self.size += bounds.size(kept)
            if self.size > bounds.MAX_KEPT:
                raise TooBig(url, "the board lists more than any that is followed")
            if isinstance(kept, Reject):
                self.rejects.append(kept)
            elif self.postings.setdefault(kept.native_id, kept).company != kept.company:
                self.disputed.add(kept.native_id)

    def _judged(self) -> tuple[FetchState, str]:
        listed = len(self.postings) + len(self.rejects)
        if unreadable(len(self.rejects), listed):
            first = self.rejects[0].reason
            return "failed", f"{len(self.rejects)} of {listed} items cannot be read, the first: {first}"
        if self.total is not None and not self._reached(self.total):
            return "partial", f"{self.items} of the {self.total} postings that the board counts were listed"
        return ("partial", self.partial) if self.partial else ("complete", "")

    def _reached(self, total: int) -> bool:
        """Tell whether the list was walked to its end, though pages may have shifted meanwhile."""
        walked = max(self.items, self.slots) >= total * (1 - _DRIFT)
        return walked and self.items >= total * (1 - _SHIFTED)

    def _add_details(self, detailed: Mapping[str, str], late: Callable[[], bool]) -> None:
        """Complete what is wanted, or has no title in the list, unless it is `detailed` already."""
        gone: list[str] = []
        unanswered = asked_for_title = 0
        for native_id, posting in list(self.postings.items()):
            entry = record_hash(posting, self.family.version)
            wanted = not posting.title or self.wanted(posting)
            if posting.detail is None or not wanted or detailed.get(native_id) == entry:
                continue
            asked_for_title += not posting.title
            if unanswered >= _GIVE_UP_AFTER or asked_for_title > _MAX_UNNAMED or late():
                self.unnamed += not posting.title
                self.without_details += bool(posting.title)
                continue
            try:
                whole = self._detail(posting, posting.detail)
            except BoardGone:
                gone.append(native_id)
                continue
            except FetchError as error:
                # The posting is listed, and that is what counts; it keeps `detail` as a sign that its
                # text is not whole.
                self.without_details += 1
                refused = isinstance(error, Refused | NotAllowed)
                unanswered += _GIVE_UP_AFTER if refused else isinstance(error, ServerTrouble | TooSlow)
                continue
            unanswered = 0
            if whole is None:
                del self.postings[native_id]
            else:
                self.postings[native_id] = whole
                self.record_hashes[native_id] = entry
        if self.record_hashes:  # if none could be read, it is rather their addresses that have changed
            for native_id in gone:
                del self.postings[native_id]
        else:
            self.without_details += len(gone)

    def _detail(self, posting: RawPosting, asked: Request) -> RawPosting | None:
        """Return the posting with its details, None if it is not open any more. Raises FetchError."""
        assert self.family.parse_detail is not None
        reply = self.fetcher.fetch(asked, published=self.family.published)
        with _PARSING:
            whole = self.family.parse_detail(posting, reply)
            kept = whole and bounds.bounded(whole, self.wanted)
        if isinstance(kept, Reject):
            raise ShapeChanged(reply.url, kept.reason)
        self.size += bounds.size(kept) if kept else 0
        if self.size > bounds.MAX_KEPT:
            raise TooBig(reply.url, "the texts of the board are larger than those of any that is followed")
        return kept

    def _gathered(self, state: FetchState, reason: str, *, repeatable: bool = False) -> Gathered:
        reason = bounds.brief(reason, _MAX_REASON)
        digest = self.hash.hexdigest() if self.pages else hashlib.sha256(reason.encode()).hexdigest()
        return Gathered(
            state,
            reason,
            self.observed_at,
            tuple(self.postings.values()),
            tuple(self.rejects),
            self.pages,
            digest,
            tuple(self.scope),
            seen_pages=tuple(self.seen) if repeatable else (),
            record_hashes=self.record_hashes,
            disputed=frozenset(self.disputed),
        )


def _seen(request: Request, reply: Reply, sha256: str) -> SeenPage:
    etag, modified = (reply.headers.get(name, "") for name in ("etag", "last-modified"))
    body = request.body.decode()
    return SeenPage(
        request.url, request.method, request.headers, body, sha256, etag, modified, request.secrets
    )
