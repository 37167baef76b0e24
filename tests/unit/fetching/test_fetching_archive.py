"""Archives: what is written can be read again, by us and by others; what others wrote can be read by us."""

import gzip
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from places import SHARED_DATA
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.errors import FetchError, InputError, ServerTrouble, TooSlow
from scraper.fetching.archive import WarcArchive
from scraper.fetching.outcome import Answer
from scraper.fetching.replay import ReplayArchive
from scraper.model import Request

MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
URL = "https://board.example/jobs?limit=100&page=1"
LARGE = b'{"jobs": [' + b'{"title": "AI \xe4\xba\xa7\xe5\x93\x81"}, ' * 50 + b"{}]}"


def answered(body=LARGE, at=MONDAY, status=200, url=URL):
    return Answer(url, status, (("Content-Type", "application/json"), ("Content-Encoding", "gzip")), body, at)


def write(folder, *answers, **options):
    """One run with these answers, the clock at the first one. Returns the file."""
    with WarcArchive(folder, lambda: answers[0].at, **options) as archive:
        for answer in answers:
            archive.write(Request(answer.url), answer)
    return archive.path


def record_types(path):
    with path.open("rb") as file:
        return [record.rec_type for record in ArchiveIterator(file, check_digests=True)]


# ------------------------------------------------------------------ writing


def test_the_file_is_named_for_the_run_and_begun_with_the_first_exchange(tmp_path):
    with WarcArchive(tmp_path, lambda: MONDAY) as archive:
        assert archive.path is None and list(tmp_path.iterdir()) == []
        archive.write(Request(URL), answered())
    assert archive.path == tmp_path / "2026/11/pmtrend-20261116T060000Z.warc.gz"
    assert write(tmp_path, answered()).name == "pmtrend-20261116T060000Z-2.warc.gz"


@pytest.mark.parametrize("begun", [False, True])
def test_after_its_end_nothing_is_written_and_no_file_begun(tmp_path, begun):
    with WarcArchive(tmp_path, lambda: MONDAY) as archive:
        if begun:
            archive.write(Request(URL), answered())
    files = sorted(tmp_path.rglob("*.warc.gz"))
    with pytest.raises(ValueError, match="the archive is closed"):
        archive.write(Request(URL), answered(b"{}"))
    assert sorted(tmp_path.rglob("*.warc.gz")) == files and len(files) == begun
    assert all(record_types(file) == ["warcinfo", "request", "response"] for file in files)


def test_others_can_read_it_and_its_digests_hold(tmp_path):
    path = write(tmp_path, answered(), notice="invented\r\ndata", operator="me@example.org")
    with path.open("rb") as file:
        seen = []
        for record in ArchiveIterator(file, check_digests="raise"):
            body = record.content_stream().read()
            seen.append((record.rec_type, record.rec_headers.get_header("WARC-Date"), body))
            if record.rec_type == "response":
                assert record.rec_headers.get_header("WARC-Target-URI") == URL
                assert record.http_headers.get_header("Content-Length") == str(len(LARGE))
                assert record.http_headers.get_header("Content-Encoding") is None
    assert [kind for kind, _, _ in seen] == ["warcinfo", "request", "response"]
    assert {date for _, date, _ in seen} == {"2026-11-16T06:00:00Z"}
    assert b"notice: invented data\r\n" in seen[0][2] and b"operator: me@example.org\r\n" in seen[0][2]
    assert seen[2][2] == LARGE


def test_an_unchanged_body_is_a_revisit_until_it_changes(tmp_path):
    first = write(tmp_path, answered())
    second = write(tmp_path, answered(at=MONDAY + WEEK))
    third = write(tmp_path, answered(b"[]", MONDAY + 2 * WEEK), answered(at=MONDAY + 2 * WEEK))
    assert [record_types(path)[2::2] for path in (first, second, third)] == [
        ["response"],
        ["revisit"],
        ["response", "response"],
    ]
    replayed = ReplayArchive([third, second, first])
    bodies = [replayed.answer(e).body for e in replayed.exchanges]
    assert bodies == [LARGE, LARGE, b"[]", LARGE]
    assert [e.at for e in replayed.exchanges[:2]] == [MONDAY, MONDAY + WEEK]


def test_two_at_once_in_one_folder_write_two_files_and_remember_what_both_kept(tmp_path):
    addresses = (URL, f"{URL}&of=others")
    with WarcArchive(tmp_path, lambda: MONDAY) as one, WarcArchive(tmp_path, lambda: MONDAY) as other:
        for archive, url in zip((one, other), addresses, strict=True):
            archive.write(Request(url), answered(url=url))
    assert one.path != other.path
    later = write(tmp_path, *(answered(at=MONDAY + WEEK, url=url) for url in addresses))
    assert record_types(later)[2::2] == ["revisit", "revisit"]


def test_a_body_is_kept_in_full_again_after_a_month(tmp_path):
    for weeks in range(7):
        write(tmp_path, answered(at=MONDAY + weeks * WEEK))
    kinds = [record_types(path)[2] for path in sorted(tmp_path.rglob("*.gz"))]
    assert kinds == ["response", *["revisit"] * 4, "response", "revisit"]


def test_the_same_body_elsewhere_or_for_another_question_is_no_revisit(tmp_path):
    with WarcArchive(tmp_path, lambda: MONDAY) as archive:
        archive.write(Request(URL, "POST", body=b"page=1"), answered())
        archive.write(Request(URL, "POST", body=b"page=2"), answered())
        archive.write(Request(URL), answered())
        archive.write(Request(URL + "&x"), answered(url=URL + "&x"))
    assert record_types(archive.path)[2::2] == ["response"] * 4


@pytest.mark.parametrize("spoil", ["lost", "not json", "[1]", '{"a": 1}', '{"a": [1]}'])
def test_a_lost_or_spoilt_index_costs_space_only(tmp_path, spoil):
    first = write(tmp_path, answered())
    index = tmp_path / "latest-bodies.json"
    index.unlink() if spoil == "lost" else index.write_text(spoil)
    second = write(tmp_path, answered(at=MONDAY + WEEK))
    assert record_types(second)[2] == "response"
    assert len(ReplayArchive([first, second]).exchanges) == 2
    assert list(json.loads(index.read_text())) != []


def test_no_revisit_of_a_file_that_is_gone(tmp_path):
    write(tmp_path, answered()).unlink()
    assert record_types(write(tmp_path, answered(at=MONDAY + WEEK)))[2] == "response"


# ------------------------------------------------------------------ reading: which exchange answers


def test_a_fetcher_answers_from_its_window_with_the_earliest_exchange(tmp_path):
    paths = [write(tmp_path, answered(b"[%d]" % week, MONDAY + week * WEEK)) for week in range(3)]
    archive = ReplayArchive(paths)

    def asked(at, until=None):
        return archive.fetcher(at, until).fetch(Request(URL)).json()

    assert asked(MONDAY) == [0]
    assert asked(MONDAY + timedelta(seconds=1)) == [1]
    assert asked(MONDAY + WEEK, MONDAY + 2 * WEEK) == [1]
    with pytest.raises(FetchError, match="not in the archive"):
        asked(MONDAY + timedelta(seconds=1), MONDAY + WEEK)
    reply = archive.fetcher(MONDAY + WEEK).fetch(Request(URL))
    assert (reply.fetched_at, reply.url, reply.headers["content-type"]) == (
        MONDAY + WEEK,
        URL,
        "application/json",
    )


def test_the_exact_url_stands_before_the_same_parameters_in_another_order(tmp_path):
    reordered = "https://board.example/jobs?page=1&limit=100"
    archive = ReplayArchive(
        [write(tmp_path, answered(b"[1]"), answered(b"[2]", MONDAY + WEEK, url=reordered))]
    )
    fetcher = archive.fetcher(MONDAY)
    assert [fetcher.fetch(Request(url)).json() for url in (URL, reordered)] == [[1], [2]]
    assert archive.fetcher(MONDAY, MONDAY + WEEK).fetch(Request(reordered)).json() == [1]


def test_method_and_body_belong_to_the_question(tmp_path):
    with WarcArchive(tmp_path, lambda: MONDAY) as archive:
        archive.write(Request(URL, "POST", body=b"page=1"), answered(b"[1]"))
        archive.write(Request(URL, "POST", body=b"page=2"), answered(b"[2]"))
    fetcher = ReplayArchive([archive.path]).fetcher(MONDAY)
    assert fetcher.fetch(Request(URL, "POST", (("X", "y"),), b"page=2")).json() == [2]
    with pytest.raises(FetchError, match="not in the archive"):
        fetcher.fetch(Request(URL))


def test_a_failure_is_told_again(tmp_path):
    with WarcArchive(tmp_path, lambda: MONDAY) as archive:
        archive.write_failure(Request(URL, "POST", body=b"q"), TooSlow(URL, "not done\nwithin 60 s"), MONDAY)
    fetcher = ReplayArchive([archive.path]).fetcher(MONDAY)
    with pytest.raises(TooSlow, match="not done within 60 s"):
        fetcher.fetch(Request(URL, "POST", body=b"q"))


def test_an_answer_that_was_tried_again_at_once_is_not_the_outcome(tmp_path):
    with WarcArchive(tmp_path, lambda: MONDAY) as archive:
        archive.write(Request(URL), answered(b"busy", status=503), retried=True)
        archive.write(Request(URL), answered(b"busy", status=503))
    replayed = ReplayArchive([archive.path])
    assert [e.status for e in replayed.exchanges] == [503]
    with pytest.raises(ServerTrouble):
        replayed.fetcher(MONDAY).fetch(Request(URL))


def test_a_revisit_whose_body_is_in_no_given_file_is_named_and_fails_alone(tmp_path):
    write(tmp_path, answered())
    later = write(tmp_path, answered(at=MONDAY + WEEK), answered(b"[]", MONDAY + WEEK, url=URL + "&page=2"))
    archive = ReplayArchive([later])
    assert (
        len(archive.problems) == 1
        and archive.problems[0].endswith(": 1.")
        and str(later) in archive.problems[0]
    )
    with pytest.raises(FetchError, match="earlier body"):
        archive.fetcher(MONDAY).fetch(Request(URL))
    assert archive.fetcher(MONDAY).fetch(Request(URL + "&page=2")).json() == []


# ------------------------------------------------------------------ reading: archives of others


@pytest.mark.parametrize("seconds", [0, 2])
def test_failed_tries_that_are_not_marked_do_not_hide_the_answer(tmp_path, seconds):
    later = MONDAY + timedelta(seconds=seconds)
    path = write(tmp_path, answered(b"busy", status=503), answered(b"[1]", later))
    assert ReplayArchive([path]).fetcher(MONDAY).fetch(Request(URL)).json() == [1]


def test_what_only_serves_to_be_asked_anew_is_no_part_of_the_question(tmp_path):
    path = write(tmp_path, answered(b"[1]", url=f"{URL}&timestamp=1760000000001"))
    fetcher = ReplayArchive([path]).fetcher(MONDAY)
    assert fetcher.fetch(Request(f"{URL}&timestamp=1760000000999")).json() == [1]


def foreign(*records, compressed=True):
    """A WARC 1.0 file by warcio alone, of (type, url, status line or method, headers, body, extra)."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compressed)
    for kind, url, status, headers, body, extra in records:
        line = ("/jobs HTTP/1.1", headers, status) if kind == "request" else (status, headers, "HTTP/1.1")
        http = StatusAndHeaders(*line) if status else None
        dated = {"WARC-Date": "2025-10-28T04:00:00.123456Z", **extra}
        writer.write_record(
            writer.create_warc_record(
                url, kind, io.BytesIO(body), len(body), warc_headers_dict=dated, http_headers=http
            )
        )
    return out.getvalue()


@pytest.mark.parametrize("compressed", [True, False])
def test_responses_without_requests_are_answers_to_a_get(tmp_path, compressed):
    path = tmp_path / "other.warc"
    record = ("response", URL, "200 OK", [("Content-Type", "application/json")], b"[1]", {})
    dns = ("response", "dns:board.example", "", [], b"20251028 board.example 1.2.3.4", {})
    path.write_bytes(foreign(dns, record, replace_url(record, URL + "&page=2"), compressed=compressed))
    archive = ReplayArchive([path])
    assert (archive.problems, len(archive.exchanges)) == ((), 2)
    reply = archive.fetcher(datetime(2025, 10, 28, tzinfo=UTC)).fetch(Request(URL + "&page=2"))
    assert (reply.json(), reply.fetched_at) == ([1], datetime(2025, 10, 28, 4, 0, tzinfo=UTC))


def replace_url(record, url):
    return (record[0], url, *record[2:])


def test_bodies_kept_as_they_were_sent_are_unpacked(tmp_path):
    packed = gzip.compress(LARGE)
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
    headers = [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]
    path = tmp_path / "other.warc.gz"
    path.write_bytes(foreign(("response", URL, "200 OK", headers, chunked, {})))
    assert ReplayArchive([path]).fetcher(datetime(2025, 10, 28, tzinfo=UTC)).fetch(Request(URL)).body == LARGE


@pytest.mark.parametrize("request_first", [True, False])
def test_either_record_of_a_pair_may_name_the_other(tmp_path, request_first):
    names = {"response": "<urn:uuid:1>", "request": "<urn:uuid:2>"}
    asked_extra, told_extra = ({"WARC-Record-ID": names[kind]} for kind in ("request", "response"))
    if request_first:
        told_extra["WARC-Concurrent-To"] = names["request"]
    else:
        asked_extra["WARC-Concurrent-To"] = names["response"]
    asked = ("request", URL, "POST", [], b"q", asked_extra)
    told = ("response", URL, "200 OK", [], b"[1]", told_extra)
    path = tmp_path / "other.warc.gz"
    path.write_bytes(foreign(asked, told) if request_first else foreign(told, asked))
    archive = ReplayArchive([path])
    assert archive.exchanges[0].method == "POST"
    assert archive.fetcher(archive.exchanges[0].at).fetch(Request(URL, "POST", body=b"q")).json() == [1]


def test_a_record_without_a_readable_date_is_left_out_and_named(tmp_path):
    good = ("response", URL, "200 OK", [], b"[1]", {})
    path = tmp_path / "other.warc.gz"
    path.write_bytes(foreign((*good[:5], {"WARC-Date": "yesterday"}), good))
    archive = ReplayArchive([path])
    assert len(archive.exchanges) == 1
    assert archive.problems == (f"{path}: the record at byte 0 has no readable date and is left out.",)


# ------------------------------------------------------------------ reading: bad input


def test_a_missing_file_a_directory_and_other_files_are_one_sentence(tmp_path):
    junk, packed_junk, empty = tmp_path / "a.txt", tmp_path / "b.gz", tmp_path / "c.warc.gz"
    junk.write_bytes(b"hello\nworld\n")
    packed_junk.write_bytes(gzip.compress(b'{"jobs": []}'))
    empty.write_bytes(b"")
    cases = [
        (tmp_path / "absent.warc.gz", "cannot be read: No such file"),
        (tmp_path, "is a directory"),
        (junk, "is not a WARC archive"),
        (packed_junk, "is not a WARC archive"),
        (empty, "holds no recorded exchange"),
    ]
    good = write(tmp_path / "archive", answered())
    for path, words in cases:
        with pytest.raises(InputError) as caught:
            ReplayArchive([path])
        assert str(path) in str(caught.value) and words in str(caught.value)
        if path != empty:
            with pytest.raises(InputError):
                ReplayArchive([good, path])
    assert len(ReplayArchive([good, empty]).exchanges) == 1


def test_one_file_given_twice_counts_once(tmp_path, monkeypatch):
    path = write(tmp_path, answered())
    monkeypatch.chdir(tmp_path)
    assert len(ReplayArchive([path, path.relative_to(tmp_path)]).exchanges) == 1


def small_archive(folder):
    bodies = [b"[%d]" % n * 9 for n in range(3)]
    return write(
        folder, *(answered(body, MONDAY + n * WEEK, url=f"{URL}&n={n}") for n, body in enumerate(bodies))
    )


@pytest.mark.parametrize("compressed", [True, False])
def test_a_file_cut_anywhere_keeps_the_exchanges_before_the_cut(tmp_path, compressed):
    path = small_archive(tmp_path)
    data = path.read_bytes() if compressed else gzip.decompress(path.read_bytes())
    whole = len(ReplayArchive([path]).exchanges)
    cut = tmp_path / "cut.warc"
    counts = []
    for size in range(1, len(data)):
        cut.write_bytes(data[:size])
        try:
            archive = ReplayArchive([cut])
        except InputError as error:
            assert str(cut) in str(error) and "\n" not in str(error)
            counts.append(0)
            continue
        assert all(str(cut) in problem and "byte" in problem for problem in archive.problems)
        assert [archive.answer(e).body for e in archive.exchanges] == [
            b"[%d]" % n * 9 for n in range(len(archive.exchanges))
        ]
        counts.append(len(archive.exchanges))
    # the checksum that ends a compressed record vouches for it; the blank lines that end a plain one do not
    assert whole == 3 and counts == sorted(counts) and set(counts) - {3} == {0, 1, 2}
    assert counts[-1] == (2 if compressed else 3)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_with_a_wrong_byte_anywhere_is_never_a_traceback(tmp_path, data, capsys):
    sound = tmp_path / "sound"
    path = next(sound.rglob("*.gz"), None) or small_archive(sound)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    wrong = tmp_path / "wrong.warc.gz"
    wrong.write_bytes(content)
    try:
        archive = ReplayArchive([wrong])
        for exchange in archive.exchanges:
            archive.answer(exchange)
    except (InputError, FetchError) as error:
        assert "\n" not in str(error)
    assert capsys.readouterr() == ("", "")


# ------------------------------------------------------------------ the real archive


def test_the_recorded_boards_are_all_read():
    path = SHARED_DATA / "warc/ashby-2025-10-28.warc.gz"
    if not path.exists():
        pytest.skip("the recorded archive is not on this machine")
    archive = ReplayArchive([path])
    assert (len(archive.exchanges), archive.problems) == (233, ())
    assert {(e.status, e.method) for e in archive.exchanges} == {(200, "GET")}
    reply = archive.fetcher(archive.exchanges[0].at).fetch(Request(archive.exchanges[-1].url))
    assert "jobs" in reply.json()
