"""`boards check`: what one look at each board says of it, and that nothing but that look is made."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest

from scraper.errors import ServerTrouble
from scraper.fetching.client import HttpFetcher
from scraper.following import checking
from scraper.model import Board, Page, RawPosting, Reply, Request
from scraper.sources import FAMILIES, greenhouse, workday

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


def now() -> datetime:
    return NOW


def listing(*titles: str, total: int | None = None) -> bytes:
    jobs = [{"id": number, "title": title, "content": ""} for number, title in enumerate(titles)]
    return json.dumps({"jobs": jobs, "meta": {"total": total or len(jobs)}}).encode()


def boards(*keys: str) -> list[Board]:
    return [Board("greenhouse", key, key.title()) for key in keys]


@pytest.mark.usefixtures("on_loopback")
def test_every_board_gets_its_verdict(
    board: Any, scripted: Any, open_fetcher: Callable[..., HttpFetcher]
) -> None:
    board.say("/alive", scripted(body=listing("Product Manager", "Cook")))
    board.say("/partial", scripted(body=listing("Product Manager", "Cook", total=50)))
    board.say("/empty", scripted(body=listing()))
    board.say("/moved", scripted(301, (("Location", "https://jobs.ashbyhq.com/moved"),), b""))
    board.say("/refused", scripted(403, body=b"{}"))
    board.say("/html", scripted(headers=(("Content-Type", "text/html"),), body=b"<html>We moved</html>"))
    names = ("alive", "partial", "empty", "moved", "gone", "refused", "html")
    with open_fetcher() as fetcher:
        found = list(checking.check(boards(*names), fetcher, clock=now))
    assert {one.board.key: one.verdict for one in found} == {
        "alive": "alive",
        "partial": "partial",
        "empty": "empty",
        "moved": "moved",
        "gone": "dead",
        "refused": "refused",
        "html": "failed",
    }
    assert [(one.postings, one.product_managers) for one in found][:2] == [(2, 1), (2, 1)]
    assert [asked.path for asked in board.asked] == [f"/{name}" for name in names], "one request each"
    assert checking.exit_code(found) == 3
    table = checking.lines(found)
    assert [line.split("\t")[:3] for line in table[:5]] == [
        ["empty", "greenhouse:empty", "Empty"],
        ["moved", "greenhouse:moved", "Moved"],
        ["dead", "greenhouse:gone", "Gone"],
        ["refused", "greenhouse:refused", "Refused"],
        ["failed", "greenhouse:html", "Html"],
    ]
    assert table[1].endswith("it leads to https://jobs.ashbyhq.com/moved")
    assert "404" in table[2]
    assert table[-1] == (
        "7 boards checked: 1 alive, 1 partial, 1 empty, 1 moved, 1 dead, 1 refused, 1 failed; "
        "4 postings listed, 2 for product managers"
    )


def test_of_a_board_that_fails_late_what_was_read_counts() -> None:
    class Breaking:
        asked = count()

        def fetch(self, request: Request, *, published: bool) -> Reply:
            if next(self.asked):
                raise ServerTrouble(request.url, "no answer in time")
            jobs = [{"title": "Product Manager", "externalPath": "/job/Berlin/PM_R1"}] * 20
            return Reply(request.url, json.dumps({"total": 40, "jobPostings": jobs}).encode(), NOW)

    (found,) = checking.check([Board("workday", "acme.wd1/x", "Acme")], Breaking(), clock=now)
    assert (found.verdict, found.postings) == ("partial", 1)


def test_no_details_are_asked_for() -> None:
    class One:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def fetch(self, request: Request, *, published: bool) -> Reply:
            self.asked.append(request.url)
            jobs = [{"title": "Product Manager", "externalPath": "/job/Berlin/PM_R1"}]
            return Reply(request.url, json.dumps({"total": 1, "jobPostings": jobs}).encode(), NOW)

    one, asked = One(), Board("workday", "acme.wd1/x", "Acme")
    (found,) = checking.check([asked], one, clock=now)
    assert (found.verdict, found.product_managers) == ("alive", 1)
    assert one.asked == [workday.first(asked).url]


def test_a_host_that_does_not_answer_is_given_up_and_that_is_said() -> None:
    class Down:
        asked: ClassVar[list[str]] = []

        def fetch(self, request: Request, *, published: bool) -> Reply:
            self.asked.append(request.url)
            raise ServerTrouble(request.url, "no answer in time")

    found = list(checking.check(boards(*"abcdef"), Down(), clock=now))
    assert [one.verdict for one in found] == ["failed"] * 3 + ["not asked"] * 3
    assert len(Down.asked) == 3
    assert checking.exit_code(found) == 2
    assert "3 failed, 3 not asked" in checking.lines(found)[-1]


def test_a_bug_fails_its_board_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Fine:
        def fetch(self, request: Request, *, published: bool) -> Reply:
            return Reply(request.url, b"", NOW)

    def parse(board: Board, reply: Reply, request: Request) -> Page:
        if board.key == "b":
            raise ZeroDivisionError("a bug")
        return Page((RawPosting("1", "Product Manager"),))

    monkeypatch.setitem(FAMILIES, "greenhouse", replace(greenhouse.FAMILY, parse=parse))
    found = {one.board.key: one for one in checking.check(boards(*"abc"), Fine(), clock=now)}
    assert [found[key].verdict for key in "abc"] == ["alive", "failed", "alive"]
    assert "ZeroDivisionError: a bug" in caplog.text
    assert "an error of pmtrend itself, ZeroDivisionError" in found["b"].reason


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        (["alive"], 0),
        (["alive", "partial", "empty"], 0),
        (["dead"], 2),
        (["dead", "refused", "not asked"], 2),
        (["alive", "moved"], 3),
        (["empty", "failed"], 3),
    ],
)
def test_the_exit_code_is_that_of_a_run(verdicts: list[checking.Verdict], code: int) -> None:
    board = Board("greenhouse", "acme", "Acme")
    assert checking.exit_code([checking.Checked(board, verdict) for verdict in verdicts]) == code


def test_nothing_to_check_is_said_so() -> None:
    clock = iter([NOW + timedelta(days=day) for day in range(3)])
    found = list(checking.check([], object(), clock=lambda: next(clock)))  # type: ignore[arg-type]
    assert checking.lines(found) == ["no board was checked"]
