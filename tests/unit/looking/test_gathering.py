"""One look at one board: paging, totals, rejects, details, and what each failure is called."""

import gc
import weakref
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scraper.errors import BoardGone, FetchError, Refused, ServerTrouble
from scraper.looking.gathering import Gathered, gather
from scraper.model import Board, Family, Page, RawPosting, Reject, Reply, Request
from storage.memories import Memory

NOW = datetime(2026, 9, 7, tzinfo=UTC)
SEEN = datetime(2026, 9, 7, 1, tzinfo=UTC)
BOARD = Board("toy", "acme", "Acme")


class Script:
    """A family of numbered pages and a fetcher that answers or fails as told."""

    def __init__(self, *pages: Page | FetchError, details: dict[str, FetchError | None] | None = None):
        self.pages, self.details = pages, details or {}
        self.asked: list[str] = []

    def fetch(self, request: Request, *, published: bool) -> Reply:
        self.asked.append(request.url)
        kind, _, name = request.url.partition(":")
        outcome = self.pages[int(name)] if kind == "page" else self.details[name]
        if isinstance(outcome, FetchError):
            raise outcome
        return Reply(request.url, request.url.encode(), SEEN)

    def family(self) -> Family:
        def parse(board: Board, reply: Reply, request: Request) -> Page:
            page = self.pages[int(request.url.partition(":")[2])]
            assert isinstance(page, Page)
            return page

        def parse_detail(raw: RawPosting, reply: Reply) -> RawPosting:
            return RawPosting(raw.native_id, raw.title, description="whole")

        return Family(
            "toy", lambda board: Request("page:0"), parse, lambda url: None, parse_detail=parse_detail
        )

    def look(self, memory: Memory | None = None, late: Callable[[], bool] = lambda: False) -> Gathered:
        wanted = lambda posting: "PM" in posting.title  # noqa: E731
        return gather(BOARD, self.family(), self, wanted, NOW, memory=memory, late=late)


def page(*ids: str, next_page: int | None = None, total: int | None = None, rejects: int = 0) -> Page:
    return Page(
        tuple(RawPosting(native_id, f"PM {native_id}") for native_id in ids),
        tuple(Reject("", "no title") for _ in range(rejects)),
        Request(f"page:{next_page}") if next_page is not None else None,
        total,
    )


def test_all_pages_are_read_in_order() -> None:
    look = Script(page("a", "b", next_page=1, total=3), page("c", total=3)).look()
    assert (look.state, look.pages, [p.native_id for p in look.postings]) == ("complete", 2, ["a", "b", "c"])
    assert look.observed_at == SEEN


def test_when_the_time_is_over_no_further_page_is_asked_for_be_it_a_known_one() -> None:
    script = Script(page("a", next_page=1), page("b"))
    memory = Memory(script.look().seen_pages, "", 2, "", 1, NOW)
    assert script.look(memory).unchanged
    script.asked.clear()
    over = lambda: bool(script.asked)  # noqa: E731
    for known in (None, memory):
        look = script.look(known, over)
        assert (look.state, script.asked) == ("partial", ["page:0"])
        assert [posting.native_id for posting in look.postings] == ["a"]
        script.asked.clear()


def test_a_look_that_ends_keeps_no_reply() -> None:
    """Others wait until a large reply is forgotten; that must not take a search for circles."""
    given: list[weakref.ref[Reply]] = []

    class Kept(Script):
        def fetch(self, request: Request, *, published: bool) -> Reply:
            if isinstance(self.pages[int(request.url[-1])], FetchError):
                raise ServerTrouble(request.url, "503")
            reply = super().fetch(request, published=published)
            given.append(weakref.ref(reply))
            return reply

    memory = Memory(Kept(page("a", next_page=1), page("b")).look().seen_pages, "", 2, "", 1, NOW)
    gc.disable()
    try:
        for broken in (ServerTrouble("u", "503"), page("b", rejects=9), Page(next=Request("page:0"))):
            for known in (None, memory):
                Kept(page("a", next_page=1), broken).look(known)
        assert len(given) == 12 and not any(reply() for reply in given)
    finally:
        gc.enable()


def test_a_posting_that_slips_to_the_next_page_counts_once() -> None:
    look = Script(page("a", "b", next_page=1), page("b", "c")).look()
    assert [p.native_id for p in look.postings] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (BoardGone("u", "gone"), "missing"),
        (Refused("u", "no"), "refused"),
        (ServerTrouble("u", "503"), "failed"),
    ],
)
def test_a_failing_first_page_names_the_state(error: FetchError, state: str) -> None:
    look = Script(error).look()
    assert (look.state, look.observed_at, look.listed) == (state, NOW, 0)


def test_a_failing_later_page_keeps_what_was_seen_as_partial() -> None:
    look = Script(page("a", next_page=1), ServerTrouble("u", "503")).look()
    assert (look.state, [p.native_id for p in look.postings]) == ("partial", ["a"])


def test_pages_that_repeat_stop_the_look() -> None:
    script = Script(page("a", next_page=1), page("b", next_page=0))
    assert script.look().state == "partial"
    assert script.asked == ["page:0", "page:1"]


def test_fewer_than_the_board_counts_is_partial_but_a_moving_total_is_not() -> None:
    assert Script(page("a", "b", total=40)).look().state == "partial"
    many = [str(number) for number in range(2254)]
    assert Script(page(*many, total=2255)).look().state == "complete"


def test_an_id_listed_twice_on_a_page_is_two_of_the_boards_count() -> None:
    assert Script(page("a", "b", "b", total=3)).look().state == "complete"


def test_an_item_that_slips_hides_that_another_was_missed() -> None:
    ids = [str(number) for number in range(10)]
    look = Script(page(*ids, next_page=1), page("9", total=11)).look()
    assert (look.state, look.reason) == (
        "partial",
        "10 of the 11 postings that the board counts were listed",
    )


def test_more_than_a_tenth_unreadable_fails_the_board_and_keeps_the_rest() -> None:
    nine = [str(number) for number in range(9)]
    assert Script(page(*nine, rejects=1)).look().state == "complete"
    assert Script(page("a", "b", "c", rejects=1)).look().state == "complete", "one bad item is no new shape"
    assert Script(page(rejects=1)).look().state == "failed", "but a listing of which nothing can be read is"
    look = Script(page(*nine, rejects=2)).look()
    assert (look.state, len(look.postings), look.reason) == (
        "failed",
        9,
        "2 of 11 items cannot be read, the first: no title",
    )


def test_details_are_fetched_for_wanted_postings_only_and_may_fail() -> None:
    listed = Page(
        (
            RawPosting("1", "PM one", description="list text", detail=Request("detail:1")),
            RawPosting("2", "PM two", description="list text", detail=Request("detail:2")),
            RawPosting("3", "Engineer", description="list text", detail=Request("detail:3")),
        )
    )
    script = Script(listed, details={"1": None, "2": ServerTrouble("u", "503")})
    look = script.look()
    assert (look.state, look.reason) == ("complete", "the details of 1 posting could not be read")
    assert [p.description for p in look.postings[:2]] == ["whole", "list text"]
    assert [p.detail is None for p in look.postings] == [True, False, False]
    assert script.asked == ["page:0", "detail:1", "detail:2"]
