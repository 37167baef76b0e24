"""What the world may do to a request, and what must come of it: refusals, trouble, time, size."""

import gzip
import socket
import subprocess
import sys
import threading
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.errors import (
    BoardGone,
    ConfigError,
    FetchError,
    Refused,
    ServerTrouble,
    ShapeChanged,
    TooBig,
    TooSlow,
)
from scraper.fetching import client
from scraper.fetching.archive import WarcArchive
from scraper.fetching.body import read_body
from scraper.fetching.client import HttpFetcher
from scraper.model import Request

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
OPERATOR = "mailto:pm@example.org"
HTML = (("Content-Type", "text/html; charset=utf-8"),)
JSON = ("Content-Type", "application/json")
GZIPPED = (JSON, ("Content-Encoding", "gzip"))


def get(fetcher, board, path="/jobs", published=True):
    return fetcher.fetch(Request(board.url(path)), published=published)


# ------------------------------------------------------------------ the plain case


def test_a_reply_says_who_asks_and_is_read_whole(board, scripted, fetcher):
    board.say("/jobs", scripted(body=b'{"jobs": []}'))
    reply = get(fetcher, board)
    assert (reply.json(), reply.status, reply.fetched_at, reply.url) == ({"jobs": []}, 200, NOW, board.url())
    sent = board.asked[0].headers
    assert sent["user-agent"].startswith("pmtrend/") and sent["user-agent"].endswith(f" (+{OPERATOR})")
    assert sent["accept-encoding"] == "gzip"
    assert "cookie" not in sent


def test_a_request_cannot_pose_as_somebody_else(board, scripted, fetcher):
    board.say("/jobs", scripted())
    headers = (("User-Agent", "Mozilla/5.0"), ("Accept-Encoding", "br"), ("X-Site", "acme"))
    fetcher.fetch(Request(board.url(), headers=headers), published=True)
    sent = board.asked[0].headers
    assert (sent["user-agent"][:8], sent["accept-encoding"], sent["x-site"]) == ("pmtrend/", "gzip", "acme")


def test_a_post_arrives_with_its_body(board, scripted, fetcher):
    board.say("/jobs", scripted())
    fetcher.fetch(Request(board.url(), "POST", (JSON,), b'{"page": 1}'), published=True)
    assert (board.asked[0].method, board.asked[0].body) == ("POST", b'{"page": 1}')


@pytest.mark.parametrize("operator", ["", "  ", "产品经理@example.org", "me@example.org\r\nX-Evil: 1"])
def test_an_operator_that_cannot_be_named_is_a_configuration_error(operator):
    with pytest.raises(ConfigError):
        HttpFetcher(operator, archive=None, clock=lambda: NOW)


def test_cookies_are_not_taken(board, scripted, fetcher):
    board.say("/jobs", scripted(headers=(JSON, ("Set-Cookie", "id=1"))))
    get(fetcher, board)
    get(fetcher, board)
    assert "cookie" not in board.asked[1].headers


@pytest.mark.parametrize(
    "url", ["", "jobs", "ftp://example.org/x", "file:///etc/passwd", "http://[bad", "http://a\nb/"]
)
@pytest.mark.parametrize("published", [True, False])
def test_what_is_no_http_url_is_one_sentence(fetcher, url, published):
    with pytest.raises(FetchError, match="no request that can be made"):
        fetcher.fetch(Request(url), published=published)


# ------------------------------------------------------------------ row 6: refusals


@pytest.mark.parametrize("status", [401, 403, 405, 412, 451])
def test_a_refusal_is_not_argued_with(board, scripted, fetcher, status):
    board.say("/jobs", scripted(status))
    with pytest.raises(Refused) as caught:
        get(fetcher, board)
    assert (caught.value.status, len(board.asked)) == (status, 1)


@pytest.mark.parametrize("status", [200, 429, 503])
@pytest.mark.parametrize(
    "page", ["<title>请完成安全验证</title>", "<div id='px-captcha'></div>", "Just a moment..."]
)
def test_a_challenge_page_where_data_was_asked_for_is_a_refusal(board, scripted, fetcher, page, status):
    board.say("/jobs", scripted(status, HTML, page.encode()))
    with pytest.raises(Refused):
        get(fetcher, board)
    assert len(board.asked) == 1


def test_a_page_that_was_asked_for_may_speak_of_captchas(board, scripted, fetcher):
    board.say("/jobs", scripted(headers=HTML, body=b"<script src=recaptcha.js></script>"))
    reply = fetcher.fetch(Request(board.url(), headers=(("Accept", "text/html"),)), published=True)
    assert reply.status == 200


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_board_is_told_from_a_failing_one(board, scripted, fetcher, status):
    board.say("/jobs", scripted(status))
    with pytest.raises(BoardGone):
        get(fetcher, board)
    assert len(board.asked) == 1


@pytest.mark.parametrize("status", [204, 206, 304, 400, 422])
def test_a_status_that_the_interface_does_not_have_is_a_changed_shape(board, scripted, fetcher, status):
    board.say("/jobs", scripted(status, body=b""))
    with pytest.raises(ShapeChanged):
        get(fetcher, board)
    assert len(board.asked) == 1


# ------------------------------------------------------------------ row 7: trouble and Retry-After


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 522])
def test_trouble_is_tried_three_times_with_growing_waits(board, scripted, fetcher, clock, status):
    board.say("/jobs", scripted(status))
    with pytest.raises(ServerTrouble) as caught:
        get(fetcher, board)
    assert (caught.value.status, len(board.asked), len(clock.slept)) == (status, 3, 2)
    assert 1 <= clock.slept[0] <= 2 <= clock.slept[1] <= 4


def test_trouble_that_passes_is_no_error(board, scripted, fetcher):
    board.say("/jobs", scripted(503), scripted(body=b"[1]"))
    assert get(fetcher, board).json() == [1]


@pytest.mark.parametrize(
    ("value", "waited"),
    [
        ("7", 7),
        ("120", 120),
        ("0", 1),
        ("Mon, 16 Nov 2026 06:00:30 GMT", 30),
        ("Sun, 15 Nov 2026 06:00:00 GMT", 1),
    ],
)
def test_retry_after_is_obeyed_in_seconds_and_as_a_date(board, scripted, fetcher, clock, value, waited):
    board.say("/jobs", scripted(429, (("Retry-After", value),)), scripted())
    get(fetcher, board)
    assert clock.slept == [waited]  # never less than the gap between two requests


@pytest.mark.parametrize("value", ["soon", "-5", "1.5", "Mon, 99 Nov 2026", "", "七"])
def test_retry_after_that_is_garbage_gives_the_usual_wait(board, scripted, fetcher, clock, value):
    board.say("/jobs", scripted(503, (("Retry-After", value.encode().decode("latin-1")),)), scripted())
    get(fetcher, board)
    assert 1 <= clock.slept[0] <= 2


@pytest.mark.parametrize("value", ["121", "315360000", "9" * 5000, "Tue, 17 Nov 2026 06:00:00 GMT"])
def test_retry_after_that_is_long_postpones_the_board_and_the_host(board, scripted, fetcher, clock, value):
    board.say("/jobs", scripted(429, (("Retry-After", value),)))
    board.say("/other", scripted())
    with pytest.raises(ServerTrouble) as caught:
        get(fetcher, board)
    assert 120 < caught.value.retry_after <= 31 * 86400
    with pytest.raises(ServerTrouble, match="pause"):
        get(fetcher, board, "/other")
    assert (len(board.asked), clock.slept) == (1, [])


# ------------------------------------------------------------------ rows 8 and 9: time and broken connections


def test_a_dripping_body_ends_at_the_total_deadline(board, scripted, open_fetcher):
    def drip():
        for _ in range(100):
            time.sleep(0.05)
            yield b" "

    board.say("/jobs", scripted(chunks=drip))
    with open_fetcher(real_time=True, tries=1, deadline=0.4) as fetcher, pytest.raises(TooSlow):
        get(fetcher, board)


def test_dripping_headers_end_at_the_total_deadline(open_fetcher):
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip():
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                try:
                    while not stop.wait(0.05):
                        connection.sendall(b"X")
                except OSError:
                    pass

        thread = threading.Thread(target=drip)
        thread.start()
        address = server.getsockname()
        try:
            with (
                open_fetcher(real_time=True, allowed={address}, tries=1, deadline=0.4) as fetcher,
                pytest.raises(TooSlow),
            ):
                fetcher.fetch(Request(f"http://127.0.0.1:{address[1]}/"), published=True)
        finally:
            stop.set()
            thread.join()


def test_a_server_that_never_answers_is_trouble(open_fetcher):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with (
            open_fetcher(real_time=True, allowed={address}, tries=1, read=0.2) as fetcher,
            pytest.raises(ServerTrouble, match="no answer in time"),
        ):
            fetcher.fetch(Request(f"http://127.0.0.1:{address[1]}/"), published=True)


def test_a_closed_port_is_trouble_and_tried_again(clock, open_fetcher):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
    with (
        open_fetcher(allowed={address}) as fetcher,
        pytest.raises(ServerTrouble, match="connection failed"),
    ):
        fetcher.fetch(Request(f"http://127.0.0.1:{address[1]}/"), published=True)
    assert len(clock.slept) == 2


def test_a_short_body_and_a_reset_are_trouble_and_tried_again(board, scripted, fetcher):
    board.say(
        "/jobs", scripted(body=b"{", length=100), scripted(body=b"{", length=100, reset=True), scripted()
    )
    assert get(fetcher, board).json() == {}
    assert len(board.asked) == 3


def test_an_answer_that_comes_in_after_the_end_of_the_run_is_not_kept(
    board, scripted, open_fetcher, tmp_path, monkeypatch
):
    def read_to_the_end(*args, **options):
        body = read_body(*args, **options)
        fetcher.__exit__(None, None, None)  # as by another thread, which was interrupted
        return body

    monkeypatch.setattr(client, "read_body", read_to_the_end)
    board.say("/jobs", scripted())
    with WarcArchive(tmp_path, lambda: NOW) as archive, open_fetcher(archive=archive) as fetcher:
        with pytest.raises(FetchError, match="the run has ended"):
            get(fetcher, board)
        assert archive.path is None


def test_a_name_that_does_not_resolve_is_trouble(fetcher, monkeypatch):
    def nowhere(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(ServerTrouble, match="cannot be resolved"):
        fetcher.fetch(Request("http://board.example/jobs"), published=True)


# ------------------------------------------------------------------ rows 10 and 11: size


def bomb(size):
    """A gzip stream of `size` zero bytes."""
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(2**20)
    return b"".join(packer.compress(piece) for _ in range(size // 2**20)) + packer.flush()


def test_a_gzip_bomb_is_stopped_at_the_cap(board, scripted, open_fetcher):
    board.say("/jobs", scripted(headers=GZIPPED, body=bomb(40 * 2**20)))
    with open_fetcher(real_time=True, tries=1, body=2**20) as fetcher, pytest.raises(TooBig):
        get(fetcher, board)


def test_a_gzip_bomb_costs_no_more_memory_than_the_cap():
    """300 MB in 300 KB, cap 8 MB, in a process of its own: the peak may grow by the cap and little else."""
    script = """
import zlib
from hostile_run import megabytes
from scraper.errors import TooBig
from scraper.fetching.body import read_body
packer = zlib.compressobj(9, wbits=31)
piece = bytes(2**20)
data = b"".join(packer.compress(piece) for _ in range(300)) + packer.flush()
before = megabytes()
try:
    read_body("https://board.example", [data], "gzip", 8 * 2**20)
except TooBig:
    print(megabytes() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    assert int(done.stdout) <= 16


def test_a_large_plain_body_is_stopped_at_the_cap(board, scripted, open_fetcher):
    board.say("/jobs", scripted(chunks=lambda: (bytes(65536) for _ in range(1000))))
    with open_fetcher(real_time=True, tries=1, body=2**20) as fetcher, pytest.raises(TooBig):
        get(fetcher, board)


def test_huge_headers_are_trouble(board, scripted, open_fetcher):
    board.say("/jobs", scripted(headers=tuple((f"X-{n}", "x" * 1000) for n in range(300))))
    with open_fetcher(real_time=True, tries=1) as fetcher, pytest.raises(ServerTrouble):
        get(fetcher, board)


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip"])
def test_an_encoding_that_was_not_asked_for_is_a_changed_shape(board, scripted, fetcher, encoding):
    board.say("/jobs", scripted(headers=(JSON, ("Content-Encoding", encoding)), body=gzip.compress(b"{}")))
    with pytest.raises(ShapeChanged):
        get(fetcher, board)


def test_gzip_is_inflated_also_in_several_members(board, scripted, fetcher):
    board.say("/jobs", scripted(headers=GZIPPED, body=gzip.compress(b'{"a":') + gzip.compress(b"1}")))
    assert get(fetcher, board).json() == {"a": 1}


@pytest.mark.parametrize("spoil", [lambda data: data[:-9], lambda data: data[:12] + b"\xff\xff" + data[14:]])
def test_a_damaged_gzip_body_is_trouble(board, scripted, fetcher, spoil):
    board.say("/jobs", scripted(headers=GZIPPED, body=spoil(gzip.compress(b'{"jobs": [1, 2, 3]}' * 50))))
    with pytest.raises(ServerTrouble, match="compressed body"):
        get(fetcher, board)


# ------------------------------------------------------------------ row 16: depth


def test_a_depth_bomb_is_a_changed_shape(board, scripted, fetcher):
    board.say("/jobs", scripted(body=b"[" * 100_000))
    with pytest.raises(ShapeChanged):
        get(fetcher, board).json()
