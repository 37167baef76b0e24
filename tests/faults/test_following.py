"""`boards add` and `remove` against a world of invented sites, and over loopback where HTTP matters."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper.boards import load_boards
from scraper.errors import (
    BoardGone,
    ConfigError,
    FetchError,
    InputError,
    NotAllowed,
    Refused,
    ServerTrouble,
)
from scraper.fetching.client import HttpFetcher
from scraper.following.adding import Wishes, add, remove
from scraper.model import Board, Reply, Request
from scraper.sources import FAMILIES, ashby

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
BOARD = "https://jobs.ashbyhq.com/acme-kitchens"
LIST = "https://api.ashbyhq.com/posting-api/job-board/acme-kitchens?includeCompensation=true"
SITE = "https://www.acme.example"


class World:
    """Answers what it knows, 404 otherwise; remembers what was asked."""

    def __init__(self, **answers: object) -> None:
        self.answers: dict[str, object] = dict(answers)
        self.asked: list[str] = []

    def say(self, url: str, answer: object) -> "World":
        self.answers[url] = answer
        return self

    def fetch(self, request: Request, *, published: bool) -> Reply:
        self.asked.append(request.url)
        answer = self.answers.get(request.url, BoardGone(request.url, "the server answered 404 Not Found"))
        if isinstance(answer, FetchError):
            raise answer
        body = answer if isinstance(answer, bytes) else str(answer).encode()
        return Reply(request.url, body, NOW)


def postings(*titles: str) -> str:
    return json.dumps(
        {"jobs": [{"id": f"id-{number}", "title": title} for number, title in enumerate(titles)]}
    )


def page(body: str = "", title: str = "Jobs at Acme Kitchens") -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


@pytest.fixture
def world() -> World:
    """A world with one Ashby board of three postings."""
    return World().say(LIST, postings("Product Manager", "Cook", "Waiter")).say(BOARD, page())


def one_board(folder: Path) -> Board:
    (board,) = set(load_boards(folder)) - set(load_boards())
    return board


def do_add(url: str, folder: Path, world: World, **wishes: Any) -> list[str]:
    return add(url, folder, world, Wishes(**wishes), NOW)


# ------------------------------------------------------------------ found


def test_the_address_of_a_board_is_enough(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "boards.d"
    told = do_add(BOARD + "/0b1c2d?utm_source=x", folder, world.say(BOARD + "/0b1c2d?utm_source=x", page()))
    assert told == [
        "ashby:acme-kitchens: 3 postings, 1 for product managers",
        "followed as Acme Kitchens (from the title of its page), market en, industry other: "
        f"{folder / 'ashby.toml'}",
    ]
    assert one_board(folder) == Board(
        "ashby", "acme-kitchens", "Acme Kitchens", evidence="answered with 3 postings on 2026-11-25"
    )


def test_what_the_person_says_goes_before_what_is_found(world: World, tmp_path: Path) -> None:
    do_add(BOARD, tmp_path, world, company="云雀厨房", industry="robotics")
    board = one_board(tmp_path)
    assert (board.company, board.market, board.industry) == ("云雀厨房", "zh", "robotics")
    assert world.asked == [LIST], "nobody asks for a title that is not needed"


@pytest.mark.parametrize("front", [NotAllowed(BOARD, "robots.txt forbids this"), page(title="Careers")])
def test_without_a_title_the_key_names_the_employer(world: World, tmp_path: Path, front: object) -> None:
    told = do_add(BOARD, tmp_path, world.say(BOARD, front))
    assert "followed as Acme Kitchens (from its key; --company says it better)" in told[1]


def test_a_page_that_embeds_the_board_leads_to_it(world: World, tmp_path: Path) -> None:
    embedding = page(f'<iframe src="{BOARD}/embed?version=2"></iframe>', "Careers | Acme Kitchens Ltd")
    do_add("www.acme.example/careers", tmp_path, world.say(f"{SITE}/careers", embedding))
    assert one_board(tmp_path).company == "Acme Kitchens Ltd"
    assert world.asked == [f"{SITE}/careers", LIST]


def test_redirects_to_other_hosts_are_followed_as_far_as_to_the_board(world: World, tmp_path: Path) -> None:
    moved = BoardGone(SITE, "redirects to another host", moved_to="https://jobs.acme.example/")
    world.say(f"{SITE}/careers", moved)
    world.say("https://jobs.acme.example/", BoardGone(SITE, "redirects to another host", moved_to=BOARD))
    do_add(f"{SITE}/careers", tmp_path, world)
    assert one_board(tmp_path).key == "acme-kitchens"


def test_a_site_that_describes_its_postings_is_followed_by_its_sitemap(tmp_path: Path) -> None:
    described = json.dumps({"@type": "JobPosting", "title": "Product Manager", "description": "Own it."})
    urls = "".join(f"<url><loc>{SITE}/jobs/{number}-product-manager</loc></url>" for number in (101, 102))
    world = (
        World()
        .say(f"{SITE}/careers", page(title="Join Acme Kitchens"))
        .say(f"{SITE}/robots.txt", f"User-agent: *\nSitemap: {SITE}/blog.xml\nSitemap: {SITE}/jobs.xml\n")
        .say(f"{SITE}/jobs.xml", f"<urlset>{urls}</urlset>")
        .say(
            f"{SITE}/jobs/101-product-manager",
            page(f'<script type="application/ld+json">{described}</script>'),
        )
    )
    told = do_add(f"{SITE}/careers", tmp_path, world)
    assert told[0] == "jsonld:www.acme.example/jobs.xml: 2 postings, 2 for product managers"
    assert (one_board(tmp_path).family, one_board(tmp_path).company) == ("jsonld", "Acme Kitchens")
    asked = list(world.asked)
    do_add(f"{SITE}/jobs.xml", tmp_path / "other", world)
    assert one_board(tmp_path / "other").key == "www.acme.example/jobs.xml", "a sitemap can be named, too"
    assert f"{SITE}/jobs/102-product-manager" not in asked, "one page is enough to see that they do"


def test_a_board_can_be_written_without_being_asked(tmp_path: Path) -> None:
    world = World()
    told = do_add(BOARD, tmp_path, world, check=False)
    assert told[0] == "ashby:acme-kitchens: not asked"
    assert one_board(tmp_path).evidence == "added without asking for its postings on 2026-11-25"
    assert world.asked == []


# ------------------------------------------------------------------ not followed


def refused(url: str, folder: Path, world: World, error: type[Exception] = InputError, **wishes: Any) -> str:
    """The sentence in which it is said; nothing is written."""
    before = sorted(path.read_bytes() for path in folder.glob("*"))
    with pytest.raises(error) as caught:
        do_add(url, folder, world, **wishes)
    assert sorted(path.read_bytes() for path in folder.glob("*")) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (postings(), "ashby:acme-kitchens lists nothing now, as a board might that does not exist"),
        (BoardGone(LIST, "the server answered 404 Not Found"), "is not followed: the server answered 404"),
        (Refused(LIST, "the server answered 403 Forbidden"), "is not followed: the server answered 403"),
        (ServerTrouble(LIST, "no answer in time"), "is not followed: no answer in time"),
        ("<html>", "is not followed: the reply is not JSON"),
        ('{"jobs": [{"id": 1}]}', "is not followed: 1 of 1 items cannot be read"),
    ],
)
def test_a_board_that_does_not_answer_with_postings_is_not_written(
    world: World, tmp_path: Path, answer: object, said: str
) -> None:
    assert said in (told := refused(BOARD, tmp_path, world.say(LIST, answer)))
    assert "--no-check writes it all the same" in told


@pytest.mark.parametrize("url", ["", "acme", "ftp://acme.example", "https://", "not an address"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    assert "is no address of a web page or board" in refused(url, tmp_path, World())


def test_a_page_without_a_board_says_what_to_name_instead(tmp_path: Path) -> None:
    said = refused(f"{SITE}/about", tmp_path, World().say(f"{SITE}/about", page("<p>We cook.</p>")))
    assert "no board that can be read was found in" in said
    assert "to which its list of open positions leads" in said


@pytest.mark.parametrize(
    "answer",
    [
        "<urlset></urlset>",
        f"<urlset><url><loc>{SITE}/jobs/101-cook</loc></url></urlset>",  # whose page describes nothing
        f"<urlset><url><loc>{SITE}/blog/101-cook</loc></url></urlset>",
        "no XML",
        ServerTrouble(SITE, "no answer in time"),
    ],
)
def test_a_sitemap_that_leads_to_no_posting_is_no_board(tmp_path: Path, answer: object) -> None:
    world = World().say(f"{SITE}/careers", page()).say(f"{SITE}/sitemap.xml", answer)
    world.say(f"{SITE}/jobs/101-cook", page())
    assert "no board that can be read was found" in refused(f"{SITE}/careers", tmp_path, world)


def test_a_page_with_several_boards_names_them(tmp_path: Path) -> None:
    links = page('<a href="https://jobs.lever.co/acme">1</a><a href="https://jobs.ashbyhq.com/bolt">2</a>')
    said = refused(f"{SITE}/portfolio", tmp_path, World().say(f"{SITE}/portfolio", links))
    assert "leads to several boards (lever:acme, ashby:bolt); name the address of the one you mean" in said


@pytest.mark.parametrize(
    "answer",
    [
        NotAllowed(SITE, "robots.txt forbids this"),
        Refused(SITE, "the server answered 403 Forbidden"),
        BoardGone(SITE, "the server answered 404 Not Found"),
    ],
)
def test_a_page_that_cannot_be_read_is_told_with_its_reason(tmp_path: Path, answer: FetchError) -> None:
    world = World().say(f"{SITE}/careers", answer)
    assert answer.reason in refused(f"{SITE}/careers", tmp_path, world, type(answer))


def test_hosts_that_lead_in_circles_are_left(tmp_path: Path) -> None:
    world = World().say(f"{SITE}/", BoardGone(SITE, "redirects", moved_to="https://acme.example/"))
    world.say("https://acme.example/", BoardGone(SITE, "redirects", moved_to=f"{SITE}/"))
    assert "redirects from host to host" in refused(f"{SITE}/", tmp_path, world)
    assert len(world.asked) < 6


def test_an_employer_is_not_followed_twice(world: World, tmp_path: Path) -> None:
    do_add(BOARD, tmp_path, world)
    other = "https://jobs.lever.co/acme"
    said = refused(other, tmp_path, world, company="Acme Kitchens GmbH")
    assert "Acme Kitchens is followed already, at ashby:acme-kitchens" in said
    said = refused(other, tmp_path, world, company="商汤科技有限公司")
    assert "商汤科技 is followed already, at feishu:hr-jobs.sensetime.com/exp" in said


def test_own_files_that_are_broken_are_named_before_anything_is_asked(world: World, tmp_path: Path) -> None:
    (tmp_path / "lever.toml").write_text("[[board]\n")
    assert "lever.toml is not valid TOML" in refused(BOARD, tmp_path, world, ConfigError)
    assert world.asked == []


# ------------------------------------------------------------------ followed already, followed no more


def test_a_board_is_followed_once(world: World, tmp_path: Path) -> None:
    do_add(BOARD, tmp_path, world)
    asked = len(world.asked)
    again = do_add(
        BOARD.upper().replace("HTTPS://JOBS.ASHBYHQ.COM", "https://jobs.ashbyhq.com"), tmp_path, world
    )
    assert again == ["ashby:ACME-KITCHENS is followed already; nothing was changed"]
    assert do_add("https://jobs.ashbyhq.com/cohere", tmp_path, world)[0].startswith(
        "ashby:cohere is followed"
    )
    assert len(world.asked) == asked


@pytest.mark.parametrize("named", ["ashby:acme-kitchens", "ashby:ACME-KITCHENS", BOARD, f"{BOARD}/0b1c2d"])
def test_an_own_board_is_taken_out_of_its_file(world: World, tmp_path: Path, named: str) -> None:
    do_add(BOARD, tmp_path, world)
    assert remove(named, tmp_path)[0].endswith(f"is followed no more: {tmp_path / 'ashby.toml'}")
    assert load_boards(tmp_path) == load_boards()


@pytest.mark.parametrize(
    "named", ["ashby:cohere", "jobs.ashbyhq.com/cohere", "jsonld:jobs.boeing.com/sitemap.xml"]
)
def test_a_shipped_board_is_left_out_and_added_again(world: World, tmp_path: Path, named: str) -> None:
    assert remove(named, tmp_path)[0].endswith(f"is followed no more: {tmp_path / 'unfollow.toml'}")
    assert len(load_boards(tmp_path)) == len(load_boards()) - 1
    if named.startswith("jobs."):
        assert do_add(named, tmp_path, world) == [
            f"ashby:cohere is followed again: {tmp_path / 'unfollow.toml'}"
        ]
        assert load_boards(tmp_path) == load_boards()
        assert world.asked == []


def test_a_sitemap_is_taken_out_by_its_address(tmp_path: Path) -> None:
    assert "jsonld:jobs.boeing.com/sitemap.xml" in remove("https://jobs.boeing.com/sitemap.xml", tmp_path)[0]


def test_an_own_entry_of_a_shipped_board_is_taken_out_with_it(tmp_path: Path) -> None:
    (tmp_path / "ashby.toml").write_text('[[board]]\nkey = "cohere"\ncompany = "Mine"\n')
    remove("ashby:cohere", tmp_path)
    assert not [board for board in load_boards(tmp_path) if board.key == "cohere"]


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("ashby:never-heard-of", "ashby:never-heard-of is not followed"),
        ("https://jobs.lever.co/never-heard-of", "lever:never-heard-of is not followed"),
        ("cohere", "'cohere' is neither FAMILY:KEY nor the address of a board"),
        ("ashby:", "'ashby:' is neither FAMILY:KEY nor the address of a board"),
        ("monster:x", "'monster:x': there is no such family of boards"),
    ],
)
def test_what_is_not_followed_cannot_be_taken_out(tmp_path: Path, named: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        remove(named, tmp_path)
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------ over loopback


@pytest.fixture
def on_loopback(board: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ashby family ask the scripted board instead of the real host."""
    family = ashby.FAMILY

    def first(asked: Board) -> Request:
        return replace(family.first(asked), url=board.url(f"/list/{asked.key}"))

    monkeypatch.setitem(FAMILIES, "ashby", replace(family, first=first))


HTML = (("Content-Type", "text/html; charset=utf-8"),)


@pytest.mark.usefixtures("on_loopback")
def test_over_http_a_page_is_asked_for_politely_and_its_board_once(
    board: Any, scripted: Any, open_fetcher: Callable[..., HttpFetcher], tmp_path: Path
) -> None:
    embedding = page(f'<script src="{BOARD}/embed"></script>', "Acme Kitchens – Jobs – 招聘").encode()
    board.say("/careers", scripted(302, (("Location", "/jobs"),), b""))
    board.say("/jobs", scripted(headers=HTML, body=embedding))
    board.say("/list/acme-kitchens", scripted(body=postings("Product Manager").encode()))
    with open_fetcher() as fetcher:
        told = add(board.url("/careers"), tmp_path, fetcher, Wishes(), NOW)
    assert told[0] == "ashby:acme-kitchens: 1 posting, 1 for product managers"
    assert [asked.path for asked in board.asked] == [
        "/robots.txt",
        "/careers",
        "/jobs",
        "/list/acme-kitchens",
    ]
    assert "text/html" in board.asked[1].headers["accept"]
    assert one_board(tmp_path).company == "Acme Kitchens"


@pytest.mark.usefixtures("on_loopback")
def test_over_http_a_redirect_to_the_board_is_enough(
    board: Any, scripted: Any, open_fetcher: Callable[..., HttpFetcher], tmp_path: Path
) -> None:
    board.say("/careers", scripted(301, (("Location", BOARD),), b""))
    board.say("/list/acme-kitchens", scripted(body=postings("Product Manager").encode()))
    with open_fetcher() as fetcher:
        add(board.url("/careers"), tmp_path, fetcher, Wishes(company="Acme"), NOW)
    assert one_board(tmp_path).key == "acme-kitchens"


@pytest.mark.usefixtures("on_loopback")
@pytest.mark.parametrize(
    ("robots", "status", "body", "error", "said"),
    [
        (b"User-agent: *\nDisallow: /careers", 200, page(), NotAllowed, "robots.txt forbids this"),
        (b"", 403, "", Refused, "403"),
        (b"", 404, "", BoardGone, "404"),
        (b"", 200, page("nothing here"), InputError, "no board that can be read was found"),
        (b"", 200, "\x00\x01\x02", InputError, "no board that can be read was found"),
    ],
)
def test_over_http_a_page_that_gives_nothing(
    board: Any,
    scripted: Any,
    open_fetcher: Callable[..., HttpFetcher],
    tmp_path: Path,
    robots: bytes,
    status: int,
    body: str,
    error: type[Exception],
    said: str,
) -> None:
    board.say("/robots.txt", scripted(headers=(), body=robots))
    board.say("/careers", scripted(status, HTML, body.encode()))
    with open_fetcher() as fetcher, pytest.raises(error, match=said):
        add(board.url("/careers"), tmp_path, fetcher, Wishes(), NOW)
    assert not list(tmp_path.iterdir())
    if error is NotAllowed:
        assert [asked.path for asked in board.asked] == ["/robots.txt"]
