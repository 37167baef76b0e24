"""One look at one board: its pages, and the details of the postings that are wanted.

The stop conditions live here, not in the families: a page cap, a next request that was asked before, and
the board's own total. A board of which not everything was read is `partial`; nothing may be concluded
from what it does not show.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scraper.errors import FetchError, ShapeChanged
from scraper.fetching import Fetcher
from scraper.model import Board, Family, Page, RawPosting, Reject, Request
from storage.records import FetchState

_MAX_PAGES = 200
"""No followed board has 200 pages; a board that seems to is turning in circles."""
_MAX_REJECTED = 0.10
"""Above this share of unreadable items the board has changed its shape (the 90 % rule of city-scrapers)."""
_DRIFT = 0.005
"""Postings come and go while a long list is read, so its last total and what was read differ a little."""


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
    first: Request | None = None,
) -> Gathered:
    """Read every page of the board, then the details of those postings that are `wanted`.

    `first` is the list request to begin with, if it is not the family's own (archives hold others).

    `now` dates a look that got no reply. Expected errors end up in the state and reason of what is
    returned; anything else is a bug and passes through.
    """
    look = _Look(now)
    request: Request | None = first or family.first(board)
    asked: set[Request] = set()
    try:
        while request is not None:
            if request in asked or len(asked) >= _MAX_PAGES:
                raise ShapeChanged(request.url, "the board's pages do not end")
            asked.add(request)
            request = look.take(family, board, fetcher, request)
    except FetchError as error:
        state: FetchState = "partial" if look.pages else error.state
        return look.gathered(state, str(error))
    state, reason = look.judged()
    if state != "failed" and family.parse_detail is not None:
        look.add_details(family, fetcher, wanted)
        if look.without_details and not reason:
            reason = f"the details of {look.without_details} postings could not be read"
    return look.gathered(state, reason)


def unreadable(rejected: int, listed: int) -> bool:
    """Tell whether so many items of a listing could not be read that it has changed its shape."""
    return rejected > max(1, _MAX_REJECTED * listed) or 0 < rejected == listed


class _Look:
    def __init__(self, now: datetime):
        self.observed_at = now
        self.pages = 0
        self.total: int | None = None
        self.postings: dict[str, RawPosting] = {}
        self.rejects: list[Reject] = []
        self.items = 0
        self.without_details = 0
        self.hash = hashlib.sha256()

    def take(self, family: Family, board: Board, fetcher: Fetcher, request: Request) -> Request | None:
        reply = fetcher.fetch(request, published=family.published)
        if not self.pages:
            self.observed_at = reply.fetched_at
        page: Page = family.parse(board, reply, request)
        self.pages += 1
        self.hash.update(hashlib.sha256(reply.body).digest())
        # An id that a page lists twice is two items of the board's count; one that slips to the next page
        # during the look is the same item again. The first one stands.
        self.items += len(page.rejects) + sum(p.native_id not in self.postings for p in page.postings)
        for posting in page.postings:
            self.postings.setdefault(posting.native_id, posting)
        self.rejects += page.rejects
        self.total = page.total if page.total is not None else self.total
        return page.next

    def judged(self) -> tuple[FetchState, str]:
        listed = len(self.postings) + len(self.rejects)
        if unreadable(len(self.rejects), listed):
            first = self.rejects[0].reason
            return "failed", f"{len(self.rejects)} of {listed} items cannot be read, the first: {first}"
        if self.total is not None and self.items < self.total * (1 - _DRIFT):
            return "partial", f"{self.items} of the {self.total} postings that the board counts were listed"
        return "complete", ""

    def add_details(self, family: Family, fetcher: Fetcher, wanted: Callable[[RawPosting], bool]) -> None:
        assert family.parse_detail is not None
        for native_id, posting in self.postings.items():
            if posting.detail is None or not wanted(posting):
                continue
            try:
                reply = fetcher.fetch(posting.detail, published=family.published)
                self.postings[native_id] = family.parse_detail(posting, reply)
            except FetchError:
                # The posting is listed, and that is what counts; it keeps `detail` as a sign that its
                # text is not whole.
                self.without_details += 1

    def gathered(self, state: FetchState, reason: str) -> Gathered:
        digest = self.hash.hexdigest() if self.pages else hashlib.sha256(reason.encode()).hexdigest()
        return Gathered(
            state,
            reason,
            self.observed_at,
            tuple(self.postings.values()),
            tuple(self.rejects),
            self.pages,
            digest,
        )
