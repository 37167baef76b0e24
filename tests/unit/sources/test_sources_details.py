"""What single families and the parts they share do beyond the corpus; the real recordings."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import SHARED_DATA
from source_cases import NOW, parsed
from warcio.archiveiterator import ArchiveIterator

from scraper.model import Board, RawPosting, Reply, Request
from scraper.sources import FAMILIES, family_of
from scraper.sources.parts import items, pay
from storage.records import Pay

LEVER = "https://api.lever.co/v0/postings"


@pytest.mark.parametrize(
    ("query", "listed", "following"),
    [
        ("mode=json", 120, None),
        ("mode=json&limit=50", 50, "mode=json&limit=50&skip=50"),
        ("mode=json&skip=50&limit=50", 50, "mode=json&skip=100&limit=50"),
        ("mode=json&skip=0&limit=100", 40, None),
    ],
)
def test_lever_pages_as_it_was_asked(query: str, listed: int, following: str | None) -> None:
    jobs = [{"id": str(number), "text": "Product Manager"} for number in range(listed)]
    request = Request(f"{LEVER}/acme?{query}")
    reply = Reply(request.url, json.dumps(jobs).encode(), datetime(2026, 9, 7, tzinfo=UTC))
    page = FAMILIES["lever"].parse(Board("lever", "acme", "Acme"), reply, request)
    assert (page.next.url if page.next else None) == (f"{LEVER}/acme?{following}" if following else None)


# ------------------------------------------------------------------ pay


def test_the_envelope_holds_only_what_is_comparable() -> None:
    ranges = [pay.stated(10.0, 20.0, "usd", "hour"), None, pay.stated(5.0, 90.0, "USD", "year")]
    assert pay.envelope(ranges) == Pay(10.0, 20.0, "USD", "hour")
    assert pay.envelope([None, None]) is None


@given(st.lists(st.tuples(st.none() | st.floats(0, 1e9), st.none() | st.floats(0, 1e9)), min_size=1))
def test_the_envelope_holds_every_range(ends: list[tuple[float | None, float | None]]) -> None:
    whole = pay.envelope(pay.stated(low, high, "EUR", "year") for low, high in ends)
    amounts = [amount for pair in ends for amount in pair if amount]
    assert (whole is None) == (not amounts)
    if whole is not None:
        assert whole.min is None or min(amounts) <= whole.min <= max(amounts)
        assert whole.max is None or whole.max <= max(amounts)
        assert whole.min is not None or whole.max is not None


@pytest.mark.parametrize("stated", ["twelve", "", "US dollar", "$", "１２３"])
def test_a_currency_that_is_no_code_is_not_kept(stated: str) -> None:
    assert pay.stated(1.0, 2.0, stated, "year") == Pay(1.0, 2.0, None, "year")


@pytest.mark.parametrize(
    ("word", "means"),
    [("Remote", "remote"), ("On-site", "onsite"), ("OnSite", "onsite"), ("HYBRID", "hybrid"),
     ("In office", "onsite"), ("unspecified", None), ("Remote eligible", None), (None, None),
     (True, None), (["Remote"], None)],
)  # fmt: skip
def test_words_for_the_workplace(word: object, means: str | None) -> None:
    assert items.workplace(word) == means


# ------------------------------------------------------------------ the real thing


def test_the_real_ashby_boards_parse() -> None:
    archive = SHARED_DATA / "warc" / "ashby-2025-10-28.warc.gz"
    if not archive.exists():
        pytest.skip("the shared archive of real boards is not here")
    count: Counter[str] = Counter()
    with archive.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response":
                continue
            url = record.rec_headers.get_header("WARC-Target-URI")
            found = family_of(url)
            assert found is not None
            family, key = found
            board = Board(family.name, key, key)
            request = family.first(board)
            assert request.url == url
            page = family.parse(board, Reply(url, record.content_stream().read(), NOW), request)
            count["boards"] += 1
            count["rejects"] += len(page.rejects)
            for posting in page.postings:
                count["postings"] += 1
                count["pay"] += posting.pay is not None
                count["remote"] += posting.workplace == "remote"
                count["several places"] += len(posting.locations) > 1
                count["text"] += bool(posting.description)
                count["posted"] += posting.posted_at is not None
                assert posting.title == posting.title.strip()
    # 1,905 postings state a salary; one of them is a single payment ("1 TIME"). 913 list secondary places,
    # one of which only repeats the first.
    assert count == {
        "boards": 233, "rejects": 0, "postings": 4763, "pay": 1904, "remote": 2252, "several places": 912,
        "text": 4763, "posted": 4763,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("recording", "postings", "total", "with_text"),
    [
        ("greenhouse/JobOS_greenhouse_stripe.json", 12, 572, 0),
        ("greenhouse/abhibattula_greenhouse_stripe.json", 2, 524, 2),
        ("greenhouse/careerkit_greenhouse.json", 2, 37, 2),
        ("lever/JobOS_lever_palantir.json", 10, None, 10),
        ("lever/abhibattula_lever_palantir.json", 2, None, 2),
        ("lever/careerkit_lever.json", 2, None, 2),
    ],
)
def test_the_real_recordings_parse(recording: str, postings: int, total: int | None, with_text: int) -> None:
    path = SHARED_DATA / "recordings" / recording
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    page = parsed(FAMILIES[recording.split("/")[0]], path.read_bytes())
    assert (len(page.postings), page.rejects, page.next, page.total) == (postings, (), None, total)
    assert sum(bool(posting.description) for posting in page.postings) == with_text
    assert all(posting.posted_at and posting.locations for posting in page.postings)
    assert not any("content-intro" in posting.description for posting in page.postings)


def test_the_real_tencent_posts_parse() -> None:
    folder = SHARED_DATA / "recordings_cn" / "tencent"
    if not folder.exists():
        pytest.skip("the shared recordings are not here")
    posts = json.loads((folder / "ai-job-radar_tencent_posts_subset_2026-10.json").read_text("utf-8"))
    wrapped = {"Code": 200, "Data": {"Count": len(posts), "Posts": posts}}
    page = parsed(FAMILIES["tencent"], json.dumps(wrapped).encode())
    assert (len(page.postings), page.rejects, page.next, page.total) == (8, (), None, 8)
    assert all(posting.detail and posting.updated_at and posting.experience_raw for posting in page.postings)
    detail = json.loads((folder / "post_2023-01.json").read_text("utf-8"))
    listed = RawPosting(native_id=detail["PostId"], title=detail["RecruitPostName"])
    reply = Reply("https://careers.tencent.com/x", json.dumps({"Code": 200, "Data": detail}).encode(), NOW)
    parse_detail = FAMILIES["tencent"].parse_detail
    assert parse_detail is not None
    text = parse_detail(listed, reply).description
    assert text.startswith("岗位职责\n") and "\n\n岗位要求\n" in text
