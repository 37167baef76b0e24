"""What is kept of a run: no secrets, the same story again, and all of it after a kill or on a full disk."""

import gzip
import logging
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from scraper.errors import (
    BoardGone,
    ConfigError,
    FetchError,
    NotAllowed,
    Refused,
    ServerTrouble,
    ShapeChanged,
    UnsafeAddress,
)
from scraper.fetching.archive import WarcArchive
from scraper.fetching.replay import ReplayArchive
from scraper.model import Request

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
HTML = (("Content-Type", "text/html; charset=utf-8"),)
JSON = ("Content-Type", "application/json")
GZIPPED = (JSON, ("Content-Encoding", "gzip"))


def get(fetcher, board, path="/jobs", published=True):
    return fetcher.fetch(Request(board.url(path)), published=published)


# ------------------------------------------------------------------ row 36: secrets


def test_a_secret_is_in_no_log_no_error_and_no_archive(board, scripted, tmp_path, caplog, open_fetcher):
    caplog.set_level(logging.DEBUG)
    board.say("/jobs?page=2&app_key=canary", scripted(headers=(JSON, ("Set-Cookie", "session=canary"))))
    board.say("/gone?token=canary", scripted(404))
    headers = (("Authorization", "Bearer canary"), ("X-API-Key", "canary"), ("Cookie", "canary=1"))
    with (
        WarcArchive(tmp_path, lambda: NOW) as archive,
        open_fetcher(archive=archive) as fetcher,
    ):
        request = Request(board.url("/jobs?page=2&app_key=canary"), headers=headers)
        reply = fetcher.fetch(request, published=True)
        errors = []
        for path in ("/gone?token=canary", ":99999/?key=canary"):
            with pytest.raises(FetchError) as caught:
                fetcher.fetch(Request(f"http://user:canary@127.0.0.1:{board.port}{path}"), published=True)
            errors.append(caught.value)
    assert board.asked[0].headers["authorization"] == "Bearer canary"
    written = b"".join(gzip.decompress(path.read_bytes()) for path in tmp_path.rglob("*.gz"))
    written += b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))
    assert b"/jobs?page=2" in written
    seen = [written.decode(), caplog.text, reply.url, *map(str, errors), *(error.url for error in errors)]
    assert [text for text in seen if "canary" in text] == []
    assert ReplayArchive([archive.path]).fetcher(NOW).fetch(request).body == reply.body


# ------------------------------------------------------------------ archived, then replayed: the same outcome


def outcome(fetcher, request):
    """What a run would see: the reply, or the error with its class and text."""
    try:
        reply = fetcher.fetch(request, published=False)
    except FetchError as error:
        return type(error), error.reason, error.status, error.retry_after
    return reply.url, reply.body, reply.fetched_at, reply.headers.get("content-type")


def test_replay_tells_the_same_story_as_the_live_run(board, scripted, tmp_path, open_fetcher):
    moved = (("Location", "/jobs"),)
    board.say("/robots.txt", scripted(body=b"User-agent: *\nDisallow: /forbidden\n"))
    board.say("/jobs", scripted(headers=GZIPPED, body=gzip.compress('{"职位": 1}'.encode())))
    board.say("/moved", scripted(301, moved))
    board.say("/passing", scripted(503), scripted(body=b"[3]"))
    board.say("/busy", scripted(503))
    board.say("/refused", scripted(403, body=b"no"))
    board.say("/captcha", scripted(headers=HTML, body=b"<p>captcha"))
    board.say("/broken", scripted(body=b"{", length=9))
    board.say("/odd", scripted(headers=(JSON, ("Content-Encoding", "br"))))
    board.say("/away", scripted(302, (("Location", "https://www.example.com/"),)))
    board.say("/loop", scripted(302, (("Location", "/loop"),)))
    paths = [
        "/jobs",
        "/moved",
        "/passing",
        "/busy",
        "/refused",
        "/captcha",
        "/broken",
        "/odd",
        "/away",
        "/loop",
    ]
    paths += ["/forbidden", "/absent"]
    requests = [Request(board.url(path)) for path in paths] + [
        Request("http://127.0.0.1:9/x"),
        Request("nonsense"),
    ]
    with (
        WarcArchive(tmp_path, lambda: NOW, notice="invented data") as archive,
        open_fetcher(archive=archive) as live,
    ):
        expected = [outcome(live, request) for request in requests]
    replayed = ReplayArchive([archive.path])
    assert (replayed.problems, replayed.notices) == ((), ("invented data",))
    assert [outcome(replayed.fetcher(NOW), request) for request in requests] == expected
    kinds = [entry[0] for entry in expected[3:]]
    assert kinds == [
        *(ServerTrouble, Refused, Refused, ServerTrouble, ShapeChanged, BoardGone, FetchError),
        *(NotAllowed, BoardGone, UnsafeAddress, FetchError),
    ]


def test_a_full_disk_is_one_sentence_and_spoils_no_earlier_exchange(
    board, scripted, tmp_path, monkeypatch, open_fetcher
):
    import scraper.fetching.archive as module

    board.say("/jobs", scripted())
    board.say("/more", scripted())
    real_write = module.os.write
    with (
        WarcArchive(tmp_path, lambda: NOW) as archive,
        open_fetcher(archive=archive) as live,
    ):
        get(live, board)
        room = [10]

        def full(descriptor, data):
            if not room:
                raise OSError(28, "No space left on device")
            return real_write(descriptor, data[: room.pop()])

        monkeypatch.setattr(module.os, "write", full)
        with pytest.raises(ConfigError, match="No space left"):
            get(live, board, "/more")
        monkeypatch.setattr(module.os, "write", real_write)
        get(live, board, "/more")
    assert [e.url for e in ReplayArchive([archive.path]).exchanges] == [
        board.url("/jobs"),
        board.url("/more"),
    ]


def test_a_kill_in_the_middle_leaves_the_earlier_exchanges(tmp_path):
    script = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from scraper.fetching.archive import WarcArchive
from scraper.fetching.outcome import Answer
from scraper.model import Request
now = datetime(2026, 11, 16, 6, tzinfo=UTC)
archive = WarcArchive(Path(sys.argv[1]), lambda: now)
for n in range(3):
    url = f"https://board.example/{n}"
    archive.write(Request(url), Answer(url, 200, (), b"{}", now))
os.write(archive._descriptor, b"\\x1f\\x8b\\x08\\x00half a record")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    (path,) = tmp_path.rglob("*.warc.gz")
    replayed = ReplayArchive([path])
    assert [e.url[-1] for e in replayed.exchanges] == ["0", "1", "2"]
    assert len(replayed.problems) == 1 and str(path) in replayed.problems[0]
    assert "\n" not in replayed.problems[0]
