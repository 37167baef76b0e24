"""Where a request may go: redirects, addresses, robots.txt, pace, TLS, proxies. On loopback."""

import shutil
import socket
import ssl
import subprocess
import threading
import time

import httpcore
import pytest

from scraper.errors import (
    BoardGone,
    FetchError,
    NotAllowed,
    ServerTrouble,
    UnsafeAddress,
)
from scraper.fetching.guard import Deadline, GuardedBackend, NotPublic
from scraper.model import Request

HTML = (("Content-Type", "text/html; charset=utf-8"),)
JSON = ("Content-Type", "application/json")


def get(fetcher, board, path="/jobs", published=True):
    return fetcher.fetch(Request(board.url(path)), published=published)


# ------------------------------------------------------------------ rows 12 and 13: where a request may go


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_host_is_followed(board, scripted, fetcher, status):
    board.say("/old", scripted(status, (("Location", "/jobs?page=1"),)))
    board.say("/jobs?page=1", scripted(body=b"[2]"))
    reply = get(fetcher, board, "/old")
    assert (reply.json(), reply.url) == ([2], board.url("/jobs?page=1"))


@pytest.mark.parametrize(("status", "method", "body"), [(303, "GET", b""), (307, "POST", b"q=1")])
def test_a_redirected_post_stays_one_only_if_told_so(board, scripted, fetcher, status, method, body):
    board.say("/old", scripted(status, (("Location", "/jobs"),)))
    board.say("/jobs", scripted())
    fetcher.fetch(Request(board.url("/old"), "POST", body=b"q=1"), published=True)
    assert (board.asked[1].method, board.asked[1].body) == (method, body)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://224.0.0.1/",
        "//10.0.0.1/jobs",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_to_a_place_that_is_not_public_is_unsafe(board, scripted, fetcher, target):
    board.say("/jobs", scripted(302, (("Location", target),)))
    with pytest.raises(UnsafeAddress):
        get(fetcher, board)
    assert len(board.asked) == 1


def test_a_redirect_to_another_host_is_a_board_that_went_away(board, scripted, fetcher):
    board.say("/jobs", scripted(302, (("Location", "https://www.example.com/careers?token=canary"),)))
    with pytest.raises(BoardGone, match=r"www\.example\.com") as caught:
        get(fetcher, board)
    assert "canary" not in str(caught.value)
    assert len(board.asked) == 1


def test_a_redirect_loop_ends_after_five(board, scripted, fetcher):
    board.say("/jobs", scripted(302, (("Location", "/jobs"),)))
    with pytest.raises(FetchError, match="more than 5 redirects"):
        get(fetcher, board)
    assert len(board.asked) == 6


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://0.0.0.0:9/",
        "http://2130706433:9/",
    ],
)
def test_an_address_that_is_not_public_is_never_dialled(board, fetcher, url, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_kwargs: pytest.fail("dialled"))
    with pytest.raises((UnsafeAddress, ServerTrouble)) as caught:
        fetcher.fetch(Request(url), published=True)
    assert isinstance(caught.value, UnsafeAddress) or "resolved" in str(caught.value)


def answers_of(*addresses):
    family = {True: socket.AF_INET6, False: socket.AF_INET}
    return [(family[":" in a], socket.SOCK_STREAM, 6, "", (a, 80)) for a in addresses]


def test_the_address_that_was_checked_is_the_one_that_is_dialled(monkeypatch):
    resolved = iter([answers_of("93.184.215.14"), answers_of("127.0.0.1")])
    dialled = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: next(resolved))
    monkeypatch.setattr(
        httpcore.SyncBackend,
        "connect_tcp",
        lambda self, host, *_args: dialled.append(host) or httpcore.NetworkStream(),
    )
    backend = GuardedBackend(Deadline(time.monotonic))
    backend.connect_tcp("board.example", 80, 1.0)
    assert dialled == ["93.184.215.14"]
    with pytest.raises(NotPublic):
        backend.connect_tcp("board.example", 80, 1.0)


def test_one_private_address_among_public_ones_condemns_the_host(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: answers_of("93.184.215.14", "10.0.0.1"))
    with pytest.raises(NotPublic, match=r"10\.0\.0\.1"):
        GuardedBackend(Deadline(time.monotonic)).connect_tcp("board.example", 80, 1.0)


def test_an_address_that_is_asked_for_itself_is_named_once():
    with pytest.raises(NotPublic, match=r"^127\.0\.0\.1 is no public address$"):
        GuardedBackend(Deadline(time.monotonic)).connect_tcp("127.0.0.1", 80, 1.0)


def test_the_next_address_is_tried_if_one_does_not_connect(monkeypatch):
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_a, **_k: answers_of("2606:2800:21f::1", "93.184.215.14")
    )
    dialled = []

    def connect(_self, host, *_args):
        dialled.append(host)
        if ":" in host:
            raise httpcore.ConnectError("Network is unreachable")
        return httpcore.NetworkStream()

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    GuardedBackend(Deadline(time.monotonic)).connect_tcp("board.example", 80, 1.0)
    assert dialled == ["2606:2800:21f::1", "93.184.215.14"]


# ------------------------------------------------------------------ row 14: robots.txt

RULES = b"User-agent: pmtrend\nDisallow: /private\nCrawl-delay: 5\n\nUser-agent: *\nDisallow: /\n"


def test_robots_forbids_and_allows_pages(board, scripted, fetcher):
    board.say("/robots.txt", scripted(body=RULES))
    board.say("/jobs", scripted())
    get(fetcher, board, published=False)
    with pytest.raises(NotAllowed):
        get(fetcher, board, "/private/jobs", published=False)
    assert [asked.path for asked in board.asked] == ["/robots.txt", "/jobs"]


def test_a_crawl_delay_is_kept(board, scripted, fetcher, clock):
    board.say("/robots.txt", scripted(body=RULES))
    board.say("/jobs", scripted())
    get(fetcher, board, published=False)
    get(fetcher, board, published=False)
    assert clock.slept == [1.0, 5.0]


def test_robots_is_not_asked_for_a_published_interface(board, scripted, fetcher):
    board.say("/robots.txt", scripted(body=b"User-agent: *\nDisallow: /\n"))
    board.say("/jobs", scripted())
    get(fetcher, board)
    assert [asked.path for asked in board.asked] == ["/jobs"]


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        ({"status": 404}, None),
        ({"status": 403}, None),
        ({"status": 500}, ServerTrouble),
        ({"status": 429}, ServerTrouble),
        ({"headers": HTML, "body": b"<html><body>Not here</body></html>"}, None),
        ({"body": b"\xef\xbb\xbfUser-agent: *\nDisallow: /jobs\n"}, NotAllowed),
        ({"body": b"User-agent: *\nDisallow: /jobs\n" + b"#" * 2 * 2**20}, NotAllowed),
        ({"body": b"#" * 600 * 1024 + b"\nUser-agent: *\nDisallow: /jobs\n"}, None),
        ({"status": 302, "headers": (("Location", "/robots.txt"),)}, ServerTrouble),
    ],
)
def test_the_status_of_robots_decides_as_rfc_9309_says(board, scripted, fetcher, rules, error):
    """What cannot be read forbids everything for now, but is no refusal: nobody has said no."""
    board.say("/robots.txt", scripted(**rules))
    board.say("/jobs", scripted())
    if error is None:
        assert get(fetcher, board, published=False).status == 200
    else:
        with pytest.raises(error):
            get(fetcher, board, published=False)
        assert "/jobs" not in [asked.path for asked in board.asked]


def test_a_redirect_into_a_forbidden_place_is_not_followed(board, scripted, fetcher):
    board.say("/robots.txt", scripted(body=RULES))
    board.say("/jobs", scripted(302, (("Location", "/private/jobs"),)))
    with pytest.raises(NotAllowed):
        get(fetcher, board, published=False)
    assert [asked.path for asked in board.asked] == ["/robots.txt", "/jobs"]


# ------------------------------------------------------------------ pace


def test_two_requests_to_one_host_keep_their_distance(board, scripted, fetcher, clock):
    board.say("/jobs", scripted())
    for _ in range(3):
        get(fetcher, board)
    assert clock.slept == [1.0, 1.0]


def test_a_host_is_asked_one_request_at_a_time(board, scripted, open_fetcher):
    at_once, most, lock = 0, 0, threading.Lock()

    def slowly():
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1
        yield b"{}"

    board.say("/jobs", scripted(chunks=slowly))
    with open_fetcher(real_time=True, tries=1, gap=0.0) as fetcher:
        threads = [threading.Thread(target=get, args=(fetcher, board)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(board.asked), most) == (4, 1)


# ------------------------------------------------------------------ row 40: surroundings


def test_proxies_of_the_environment_are_not_used(board, scripted, monkeypatch, open_fetcher):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    board.say("/jobs", scripted())
    with open_fetcher(real_time=True, tries=1) as fetcher:
        assert get(fetcher, board).status == 200


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")
def test_a_certificate_that_nobody_vouches_for_is_refused_and_one_of_an_added_authority_is_not(
    tmp_path, monkeypatch, open_fetcher
):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        def serve():
            for _ in range(2):
                connection, _ = server.accept()
                try:
                    with context.wrap_socket(connection, server_side=True) as secure:
                        secure.recv(65536)
                        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                except OSError:
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        allowed = {address, ("::1", address[1])}
        url = f"https://localhost:{address[1]}/"
        try:
            with (
                open_fetcher(real_time=True, allowed=allowed) as fetcher,
                pytest.raises(FetchError, match="certificate"),
            ):
                fetcher.fetch(Request(url), published=True)
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            with open_fetcher(real_time=True, allowed=allowed) as fetcher:
                assert fetcher.fetch(Request(url), published=True).body == b"{}"
        finally:
            for _ in range(2):  # frees the server if it still waits
                with socket.socket() as knock:
                    knock.connect_ex(address)
            thread.join()
