"""WARC files of strangers: they lie about lengths, dates and sizes, and no lie costs more than its record."""

import gzip
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from places import ROOT

from scraper.errors import FetchError, InputError
from scraper.fetching.replay import ReplayArchive
from scraper.model import Request

URL = "https://boards.example/jobs"
AT = datetime(2026, 11, 2, tzinfo=UTC)
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


def record(
    *,
    kind: str = "response",
    url: str = URL,
    date: str = "2026-11-02T00:00:00Z",
    http: bytes = HTTP,
    body: bytes = b"[]",
    length: str = "",
    fields: bytes = b"",
    name: str = "1",
) -> bytes:
    """One record, compressed; `length` and `fields` are written as they are."""
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:{name}>\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: {date}\r\nContent-Type: application/http\r\n"
        f"Content-Length: {length or len(http) + len(body)}\r\n"
    )
    return gzip.compress(head.encode() + fields + b"\r\n" + http + body + b"\r\n\r\n", 1)


def archive(folder: Path, *records: bytes) -> ReplayArchive:
    file = folder / "a.warc.gz"
    file.write_bytes(b"".join(records))
    return ReplayArchive([file])


GOOD = record()


@pytest.mark.parametrize(
    "bad",
    [
        record(fields=b"X: " + b"a" * 2**20 + b"\r\n"),
        record(fields=b"X: a\r\n" * 200_000),
        record(fields=b"X: a\r\n" + b" a\r\n" * 200_000),
        record(http=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2**20 + b"\r\n\r\n"),
        record(http=b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200_000 + b"\r\n"),
        record(http=b"HTTP/1.1 " + b"9" * 2**20 + b"\r\n\r\n"),
        record(length="9" * 30, http=b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200_000),
    ],
)
def test_headers_without_end_are_read_as_far_as_headers_go(tmp_path: Path, bad: bytes) -> None:
    found = archive(tmp_path, GOOD, bad, GOOD)
    assert len(found.exchanges) == 1, "what is behind the damage cannot be told from it"
    (problem,) = found.problems
    assert f"at byte {len(GOOD)} it has headers longer than any archive's" in problem


@pytest.mark.parametrize("length", ["-5", "9" * 30, "9" * 5000, "abc", "1e9", "0x10", "٣", "1.5"])
def test_a_length_that_is_a_lie_is_damage(tmp_path: Path, length: str) -> None:
    found = archive(tmp_path, GOOD, record(length=length))
    assert len(found.exchanges) == 1
    assert len(found.problems) == 1 and f"at byte {len(GOOD)}" in found.problems[0]


@pytest.mark.parametrize("name", [b"Content-Length: ", b"WARC-Target-URI: ", b"WARC-Type: ", b"WARC-Date: "])
def test_a_record_that_does_not_say_what_it_is_is_damage_or_left_out(tmp_path: Path, name: bytes) -> None:
    found = archive(tmp_path, GOOD, gzip.compress(gzip.decompress(GOOD).replace(name, b"X: ", 1)))
    assert len(found.exchanges) == 1 and len(found.problems) == 1


@pytest.mark.parametrize(
    "date",
    [
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "99999-01-01",
        "\x1b[2J",
    ],
)
def test_a_date_that_no_day_has_leaves_its_record_out(tmp_path: Path, date: str) -> None:
    found = archive(tmp_path, GOOD, record(date=date))
    assert [exchange.at for exchange in found.exchanges] == [AT]
    assert found.problems == (
        f"{tmp_path / 'a.warc.gz'}: the record at byte {len(GOOD)} has no readable date and is left out.",
    )


@pytest.mark.parametrize("status", ["9" * 5000, "-1", "+200", "20", "٢٠٠", "2 00", "0x8"])
def test_a_status_that_is_none_is_no_answer(tmp_path: Path, status: str) -> None:
    found = archive(tmp_path, record(http=f"HTTP/1.1 {status} OK\r\n\r\n".encode()))
    with pytest.raises(FetchError):
        found.fetcher(AT).fetch(Request(URL))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"Content-Encoding: gzip", gzip.compress(b" " * 2**28, 1)),
        (b"Content-Encoding: deflate", b"no such thing"),
        (b"Content-Encoding: br", b"no such thing"),
        (b"Transfer-Encoding: chunked", b"FFFFFFFFFFFF\r\nabc"),
        (b"Transfer-Encoding: chunked", b"-1\r\nabc\r\n0\r\n\r\n"),
        (b"X: y", b" " * 2**26),
    ],
)
def test_a_body_that_inflates_or_is_none_is_an_error_of_its_board(
    tmp_path: Path, encoding: bytes, body: bytes
) -> None:
    found = archive(tmp_path, record(http=b"HTTP/1.1 200 OK\r\n" + encoding + b"\r\n\r\n", body=body))
    with pytest.raises(FetchError):
        found.fetcher(AT).fetch(Request(URL)).json()


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "../../etc/passwd", "http://[::1", "\x1b[2J", "javascript:alert(1)", "//"]
)
def test_an_address_in_an_archive_is_looked_up_and_never_opened(tmp_path: Path, url: str) -> None:
    found = archive(tmp_path, GOOD, record(url=url))
    assert found.fetcher(AT).fetch(Request(URL)).json() == []
    assert all(exchange.url.isprintable() for exchange in found.exchanges)


def test_a_redirect_in_an_archive_leads_to_what_is_in_it_and_never_to_the_network(tmp_path: Path) -> None:
    loop = record(http=f"HTTP/1.1 302 Found\r\nLocation: {URL}\r\n\r\n".encode(), body=b"")
    with pytest.raises(FetchError, match="more than 5 redirects"):
        archive(tmp_path, loop).fetcher(AT).fetch(Request(URL))
    out = record(http=b"HTTP/1.1 302 Found\r\nLocation: https://boards.example/b\r\n\r\n", body=b"")
    with pytest.raises(FetchError, match="not in the archive"):
        archive(tmp_path, out).fetcher(AT).fetch(Request(URL))


def test_an_error_of_the_archive_is_one_of_ours_and_short(tmp_path: Path) -> None:
    block = b"fetch-error: SystemExit\r\nreason: " + b"x" * 60_000 + b"\r\n"
    found = archive(tmp_path, record(kind="metadata", http=b"", body=block))
    with pytest.raises(FetchError) as raised:
        found.fetcher(AT).fetch(Request(URL))
    assert type(raised.value) is FetchError and len(raised.value.reason) == 300


def test_an_unchanged_reply_that_refers_to_itself_is_lost(tmp_path: Path) -> None:
    fields = f"WARC-Refers-To-Target-URI: {URL}\r\nWARC-Refers-To-Date: 2026-11-02T00:00:00Z\r\n".encode()
    found = archive(tmp_path, record(kind="revisit", fields=fields, body=b""))
    with pytest.raises(FetchError, match="not in the archive"):
        found.fetcher(AT).fetch(Request(URL))


def test_a_member_within_a_member_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a WARC archive"):
        archive(tmp_path, gzip.compress(GOOD))


QUESTIONS = [
    record(kind="request", http=b"POST / HTTP/1.1\r\n\r\n", body=b"a" * 2**20, name=str(number))
    for number in range(40)
]
ADDRESSES = [record(url=URL + "a" * 200_000, name=str(number)) for number in range(200)]
REASONS = [record(kind="metadata", http=b"", body=b"fetch-error: X\r\nreason: " + b"a" * 60_000)] * 400


@pytest.mark.parametrize("records", [QUESTIONS, ADDRESSES], ids=["bodies", "addresses"])
def test_questions_that_inflate_are_held_as_far_as_a_file_of_that_size_has_any(
    tmp_path: Path, records: list[bytes]
) -> None:
    found = archive(tmp_path, GOOD, *records)
    assert [exchange.url for exchange in found.exchanges][:1] == [URL]
    assert len(found.exchanges) < 100
    assert "holds more questions than its size has room for" in found.problems[0]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="measured as Linux tells it")
def test_no_archive_of_some_megabytes_takes_hundreds(tmp_path: Path) -> None:
    """What inflates a thousandfold in headers, questions, addresses, reasons: 100 MB beside the program."""
    whole = record(http=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2**27 + b"\r\n\r\n")
    for number, records in enumerate(([*QUESTIONS * 5, whole], ADDRESSES * 2, REASONS, [whole])):
        (tmp_path / f"{number}.warc.gz").write_bytes(b"".join([GOOD, *records]))
    program = (
        "import sys\nfrom pathlib import Path\nfrom scraper.fetching.replay import ReplayArchive\n"
        "def held(): return int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        "before = held()\n"
        "ReplayArchive([Path(name) for name in sys.argv[1:]])\nprint((held() - before) // 1024)"
    )
    files = sorted(map(str, tmp_path.glob("*.warc.gz")))
    done = subprocess.run([sys.executable, "-c", program, *files], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 100
