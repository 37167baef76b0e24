"""Row 36: the user's keys go to the source that gave them and nowhere else, whatever it does with them."""

import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from toys import Days, Live, everything_written, fetching, learned

from scraper.errors import FetchError
from scraper.log import set_up
from scraper.model import Board, Request

KEYS = {"themuse": "canary/+key=1", "adzuna_app_id": "canary77", "adzuna_app_key": "canary0123456789abcdef"}
JSON = ("Content-Type", "application/json")
MUSE = "/www.themuse.com/api/public/jobs?category=Product+Management&page=1"


def asked_with(one: Any, parameter: str) -> list[str]:
    return parse_qs(urlsplit(one.path).query).get(parameter, [])


def muse(*titles: str, page_count: int = 1, **more: Any) -> dict[str, Any]:
    jobs = [
        {"id": number, "name": title, "contents": "<p>Own RAG.</p>", "company": {"name": "Acme"}, **more}
        for number, title in enumerate(titles)
    ]
    return {"page": 1, "page_count": page_count, "total": len(jobs), "results": jobs}


def answers(board: Any, answer: Any) -> None:
    """Let `answer(asked)` speak for every path of the source."""

    class Everything(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            return [answer] if "themuse" in path or "adzuna" in path else default

    board._script = Everything()


def told(
    live: Live, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], *more: object
) -> str:
    seen = everything_written(live.folder).decode("utf-8", "replace")
    captured = capsys.readouterr()
    return "\n".join([seen, caplog.text, captured.out, captured.err, *map(repr, more)])


ECHOES = {
    "plain": lambda asked, key: {"body": json.dumps(muse("AI Product Manager", landing=key)).encode()},
    "in a text": lambda asked, key: {
        "body": json.dumps(muse("AI Product Manager") | {"you": f"asked {asked.path}"}).encode()
    },
    "in a header": lambda asked, key: {
        "headers": (JSON, ("X-Asked", asked.path), ("Link", f"<{asked.path}&page=2>; rel=next")),
        "body": json.dumps(muse("AI Product Manager")).encode(),
    },
    "in an error": lambda asked, key: {"status": 403, "body": f"no key {key}".encode()},
    "in what is no JSON": lambda asked, key: {"body": f"key {key} is blocked".encode()},
    "in a redirect": lambda asked, key: {
        "status": 302,
        "headers": (("Location", f"{asked.path}&again={key}"),),
    },
    "in a redirect away": lambda asked, key: {
        "status": 302,
        "headers": (("Location", f"https://elsewhere.example/{quote(key, safe='')}?api_key={key}"),),
    },
}


@pytest.mark.usefixtures("diverted")
@pytest.mark.parametrize("echo", sorted(ECHOES))
def test_a_key_that_is_repeated_by_its_source_is_cut_out(
    echo: str,
    board: Any,
    scripted: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    answers(board, lambda asked: scripted(**ECHOES[echo](asked, KEYS["themuse"])))
    live = Live(tmp_path, board.port, Board("themuse", "Product Management", "The Muse"), keys=KEYS)
    summary = live.run()
    assert board.asked, "asked"
    assert all(asked_with(one, "api_key") == [KEYS["themuse"]] for one in board.asked), "with the key, once"
    assert "canary" not in told(live, caplog, capsys, summary)
    assert learned(live.replayed()) == learned(live.database)


@pytest.mark.usefixtures("diverted")
def test_two_keys_of_one_source_are_sent_and_kept_nowhere(
    board: Any,
    scripted: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    job = {
        "id": "1",
        "title": "AI Product Manager",
        "redirect_url": f"https://www.adzuna.co.uk/land/ad/1?app_id={KEYS['adzuna_app_id']}",
        "description": f"Own RAG. {KEYS['adzuna_app_key']}",
    }
    answers(board, lambda asked: scripted(body=json.dumps({"count": 1, "results": [job]}).encode()))
    live = Live(tmp_path, board.port, Board("adzuna", "gb", "Adzuna"), keys=KEYS)
    first, second = live.run(), live.run()
    (one, _) = board.asked
    assert asked_with(one, "app_id") == [KEYS["adzuna_app_id"]]
    assert asked_with(one, "app_key") == [KEYS["adzuna_app_key"]]
    assert (first.created, second.unchanged) == (1, 1), "what is remembered names the keys and holds none"
    assert "canary" not in told(live, caplog, capsys, first, second)
    assert learned(live.replayed()) == learned(live.database)


@pytest.mark.usefixtures("diverted")
@pytest.mark.parametrize("keys", [{}, {"themuse": ""}])
def test_without_its_key_a_source_is_not_asked(board: Any, tmp_path: Path, keys: dict[str, str]) -> None:
    live = Live(tmp_path, board.port, Board("themuse", "Product Management", "The Muse"), keys=keys)
    summary = live.run()
    assert summary.states == {"themuse:Product Management": "failed"}
    assert summary.reasons["themuse:Product Management"].startswith("the configuration has no key themuse")
    assert board.asked == []


@pytest.mark.usefixtures("diverted")
def test_a_key_does_not_go_to_another_host_with_a_redirect(board: Any, scripted: Any) -> None:
    answers(board, lambda asked: scripted(302, (("Location", "https://www.themuse.com.evil.example/"),)))
    request = Request("https://www.themuse.com/api/public/jobs", secrets=(("api_key", "themuse"),))
    with fetching(board.port, Days(), keys=KEYS) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(request, published=True)
    assert len(board.asked) == 1
    assert "canary" not in f"{caught.value!r}{caught.value.moved_to}"


@pytest.mark.parametrize(
    "said",
    [
        "GET https://api.example/jobs?api_key=canary1&page=2",
        "app_key: canary1",
        "Authorization: Bearer canary1",
        "X-Apple-CSRF-Token: canary1",
        "Cookie: canary1=2; Path=/",
        "{'password':'canary1'}".replace("':'", "="),
    ],
)
def test_the_log_of_the_program_cleans_messages_and_tracebacks(
    said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        set_up(verbose=True)
        logging.getLogger("some.library").warning("asked %s", said)
        try:
            raise ValueError(said)
        except ValueError:
            logging.getLogger("scraper.looking.hosts").exception("cannot be read")
        logging.getLogger("httpx").info("HTTP Request: %s", said)
        logging.getLogger("httpcore.http11").debug("send_request_headers %s", said)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    shown = capsys.readouterr().err
    assert "canary" not in shown
    assert "ValueError" in shown and shown.count("\n") > 3
