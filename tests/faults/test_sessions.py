"""Career sites that open a session first: the token goes back to them, and is kept nowhere."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from places import RECORDINGS
from toys import Live, everything_written, learned, rows

from scraper.model import Board

HTML = ("Content-Type", "text/html;charset=UTF-8")
JSON = ("Content-Type", "application/json")


class Site:
    """A site that hands out a new token and cookie with every session and answers nobody without them.

    `opening` makes the answer that opens a session from a token; `entitled` tells whether a request to the
    list carries it.
    """

    def __init__(
        self, scripted: Any, board: Any, opening: Callable[[str], Any], entitled: Callable[[Any, str], bool]
    ):
        self.scripted, self.board, self.opening, self.entitled = scripted, board, opening, entitled
        self.sessions = 0

    @property
    def token(self) -> str:
        return f"canary-{self.sessions}"

    def open(self, _: Any) -> Any:
        self.sessions += 1
        return self.opening(self.token)

    def list(self, body: bytes) -> Callable[[Any], Any]:
        def answer(asked: Any) -> Any:
            return self.scripted(body=body) if self.entitled(asked, self.token) else self.scripted(403)

        return answer


def normal(family: str) -> bytes:
    return (RECORDINGS / family / "normal" / "reply.json").read_bytes()


def check(live: Live, site: Site) -> None:
    """Two looks: each opens a session of its own, and nothing keeps its token."""
    for _ in range(2):
        summary = live.run()
        assert set(summary.states.values()) == {"complete"}, summary.reasons
    assert site.sessions == 2
    written = everything_written(live.folder)
    assert b"canary" not in written
    assert b"redacted" in written
    expected = json.loads(
        (RECORDINGS / live.boards[0].family / "normal" / "expected.json").read_text("utf-8")
    )
    listed = {posting["native_id"] for posting in expected["postings"]}
    assert {row[2] for row in rows(live.database)["postings"]} == listed != set()
    assert learned(live.replayed()) == learned(live.database)
    assert rows(live.database)["boards"][0][-1] in (None, "null"), "no request with a token is remembered"


@pytest.mark.usefixtures("diverted")
def test_alibaba_gives_cookies_and_a_token_in_its_page(board: Any, scripted: Any, tmp_path: Path) -> None:
    host = "talent.taotian.com"

    def opening(token: str) -> Any:
        cookies = (f"XSRF-TOKEN={token}; Path=/; Secure", f"SESSION={token}x==; Path=/; HttpOnly")
        page = f'<script>window.__sysconfig = {{"lang": "zh", "__token__": "{token}"}};</script>'
        return scripted(headers=(HTML, *(("Set-Cookie", cookie) for cookie in cookies)), body=page.encode())

    def entitled(asked: Any, token: str) -> bool:
        return f"XSRF-TOKEN={token}" in asked.headers.get("cookie", "") and asked.path.endswith(f"={token}")

    site = Site(scripted, board, opening, entitled)
    board.say(f"/{host}/off-campus/position-list?lang=zh", site.open)
    for number in range(3):
        board.say(f"/{host}/position/search?_csrf=canary-{number}", site.list(normal("alibaba")))
    check(Live(tmp_path, board.port, Board("alibaba", host, "Taotian", "zh")), site)


@pytest.mark.usefixtures("diverted")
def test_alibaba_may_give_its_token_in_the_page_only(board: Any, scripted: Any, tmp_path: Path) -> None:
    host = "talent.taotian.com"

    def opening(token: str) -> Any:
        return scripted(headers=(HTML,), body=f"<script>x = {{'__token__': '{token}'}}</script>".encode())

    site = Site(scripted, board, opening, lambda asked, token: asked.path.endswith(f"={token}"))
    board.say(f"/{host}/off-campus/position-list?lang=zh", site.open)
    for number in range(3):
        board.say(f"/{host}/position/search?_csrf=canary-{number}", site.list(normal("alibaba")))
    check(Live(tmp_path, board.port, Board("alibaba", host, "Taotian", "zh")), site)


@pytest.mark.usefixtures("diverted")
def test_bilibili_gives_a_token_in_json(board: Any, scripted: Any, tmp_path: Path) -> None:
    host = "jobs.bilibili.com"

    def opening(token: str) -> Any:
        told = {"code": 0, "message": "success", "data": token}
        return scripted(headers=(JSON, ("Set-Cookie", f"X-CSRF={token}")), body=json.dumps(told).encode())

    site = Site(scripted, board, opening, lambda asked, token: asked.headers.get("x-csrf") == token)
    board.say(f"/{host}/api/auth/v1/csrf/token", site.open)
    board.say(f"/{host}/api/srs/position/positionList", site.list(normal("bilibili")))
    check(Live(tmp_path, board.port, Board("bilibili", "social", "Bilibili", "zh")), site)


@pytest.mark.usefixtures("diverted")
def test_apple_gives_a_token_in_a_header(board: Any, scripted: Any, tmp_path: Path) -> None:
    host = "jobs.apple.com"

    def opening(token: str) -> Any:
        return scripted(headers=(("X-Apple-CSRF-Token", token), ("Set-Cookie", f"jobs={token}")), body=b"")

    def entitled(asked: Any, token: str) -> bool:
        return (
            asked.headers.get("x-apple-csrf-token") == token
            and asked.headers.get("cookie") == f"jobs={token}"
        )

    site = Site(scripted, board, opening, entitled)
    board.say(f"/{host}/api/v1/CSRFToken", site.open)
    board.say(f"/{host}/api/v1/search", site.list(normal("apple")))
    detail = (RECORDINGS / "apple" / "detail" / "reply.json").read_bytes()
    for posting in json.loads(normal("apple"))["res"]["searchResults"]:
        board.say(f"/{host}/api/v1/jobDetails/{posting['id']}?locale=en-us", scripted(body=detail))
    check(Live(tmp_path, board.port, Board("apple", "apple", "Apple")), site)


@pytest.mark.usefixtures("diverted")
def test_feishu_names_its_path_in_the_portals_page(board: Any, scripted: Any, tmp_path: Path) -> None:
    """No secret, but a page before the list, whose other content may change with every look."""
    host = "acme1234.jobs.feishu.cn"
    page = (RECORDINGS / "feishu" / "session" / "reply.html").read_text("utf-8")
    site = Site(
        scripted,
        board,
        lambda token: scripted(
            headers=(HTML, ("Set-Cookie", f"session={token}")),
            body=f"{page}<!-- {site.sessions} -->".encode(),
        ),
        lambda asked, token: asked.headers.get("website-path") == "index",
    )
    board.say(f"/{host}/index/", site.open)
    board.say(f"/{host}/api/v1/search/job/posts", site.list(normal("feishu")))
    check(Live(tmp_path, board.port, Board("feishu", f"{host}/index", "Acme", "zh")), site)


@pytest.mark.usefixtures("diverted")
def test_a_session_that_is_refused_is_a_refusal(board: Any, scripted: Any, tmp_path: Path) -> None:
    board.say(
        "/jobs.bilibili.com/api/auth/v1/csrf/token",
        scripted(body=b'{"code": -101, "message": "ajSessionId"}'),
    )
    live = Live(tmp_path, board.port, Board("bilibili", "social", "Bilibili", "zh"))
    assert live.run().states == {"bilibili:social": "refused"}
