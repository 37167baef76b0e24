"""Every family against replies of the exact shape of its interface (tests/recordings/<family>/<case>).

A case holds `reply.json` or `reply.html`, `expected.json`, and `request.json` if it is not the answer to the
first request: {"key", "url"} or {"detail_of": the posting that the detail completes}. `expected.json` has
the fields of each posting that are not the defaults (or how many postings there are), [id, reason] of the
rejects, the address of the next page and the claimed total; or the error and a part of its reason.
"""

import dataclasses
import json
import re
import textwrap
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from scraper.errors import FetchError, ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reject, Reply, Request
from scraper.sources import FAMILIES, family_of, items, listing_of, pay
from storage.records import Pay

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT / "tests" / "recordings"
SHARED = ROOT.parent / "shared" / "data"
CASES = sorted(path.parent for path in RECORDINGS.glob("*/*/expected.json") if path.parts[-3] in FAMILIES)
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def board_of(family: str, key: str = "acme") -> Board:
    return Board(family, "social" if family == "tencent" else key, "Acme")


def parsed(family: Family, body: bytes, request: Request | None = None) -> Page:
    board = board_of(family.name)
    request = request or family.first(board)
    return family.parse(board, Reply(request.url, body, NOW), request)


def plain(posting: RawPosting) -> dict[str, Any]:
    """The fields that are not the defaults, as JSON values."""
    shown: dict[str, Any] = {}
    for field in dataclasses.fields(posting):
        value = getattr(posting, field.name)
        if value == field.default:
            continue
        if isinstance(value, datetime):
            assert value.utcoffset() is not None
            value = value.isoformat()
        elif isinstance(value, Pay):
            value = {name: getattr(value, name) for name in ("min", "max", "currency", "period")}
        elif isinstance(value, Request):
            value = value.url
        shown[field.name] = list(value) if isinstance(value, tuple) else value
    return shown


# ------------------------------------------------------------------ the corpus


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parts[-2]}/{case.name}")
def test_recording(case: Path) -> None:
    family = FAMILIES[case.parts[-2]]
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    asked = json.loads((case / "request.json").read_text("utf-8")) if (case / "request.json").exists() else {}
    board = board_of(family.name, asked.get("key", "acme"))
    request = family.first(board)
    if "key" in asked:
        assert request.url == asked["url"]
    request = dataclasses.replace(request, url=asked.get("url", request.url))
    (body,) = case.glob("reply.*")
    reply = Reply(request.url, body.read_bytes(), NOW)

    def read() -> Page:
        if "detail_of" not in asked:
            return family.parse(board, reply, request)
        assert family.parse_detail is not None
        return Page((family.parse_detail(RawPosting(detail=request, **asked["detail_of"]), reply),))

    if "error" in expected:
        with pytest.raises(FetchError) as caught:
            read()
        assert type(caught.value).__name__ == expected["error"]
        assert expected["reason"] in caught.value.reason
        return
    page = read()
    if isinstance(expected["postings"], int):
        assert len(page.postings) == expected["postings"]
    else:
        assert [plain(posting) for posting in page.postings] == expected["postings"]
    assert [[reject.native_id, reject.reason] for reject in page.rejects] == expected.get("rejects", [])
    assert (page.next.url if page.next else None) == expected.get("next")
    assert page.total == expected.get("total")
    if page.next:
        assert page.next.headers == request.headers


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_the_cases_that_matter(family: str) -> None:
    named = {case.name for case in CASES if case.parts[-2] == family}
    assert named >= {"normal", "empty", "shape_changed", "html_instead", "one_item_broken"}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_in_the_table_of_sources(family: str) -> None:
    assert re.search(rf"^\| \**{family}\** \|", (ROOT / "docs" / "SOURCES.md").read_text("utf-8"), re.M)


def test_a_family_is_registered_under_its_own_name_and_in_a_module_of_that_name() -> None:
    for name, family in FAMILIES.items():
        assert family.name == name
        assert family.parse.__module__ == f"scraper.sources.{name}"


def test_the_family_in_the_documentation_works() -> None:
    text = (ROOT / "docs" / "ADDING_A_SOURCE.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.+?)```", text, re.S)
    names: dict[str, Any] = {}
    exec(textwrap.dedent(code), names)
    body = b'{"jobs": [{"id": 1, "title": "Product Manager", "description": "<p>Do.</p>"}, {"id": 2}]}'
    page = parsed(names["FAMILY"], body)
    assert [plain(posting) for posting in page.postings] == [
        {"native_id": "1", "title": "Product Manager", "description": "<p>Do.</p>", "format": "html"}
    ]
    assert page.rejects == (Reject("2", "'title' is missing"),)


# ------------------------------------------------------------------ replies of another shape


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{}", b"[]", b"3", b'"jobs"', b'{"jobs":', b'{"jobs": null}', b'{"jobs": NaN}',
     b"[" * 100_000, b"\xff\xfe\x00", b'{"Code": "200"}', b'{"Code": true, "Data": {}}',
     b'{"Code": 200, "Data": []}'],
)  # fmt: skip
def test_another_shape_is_named_as_such(family: Family, body: bytes) -> None:
    if (family.name, body) == ("lever", b"[]"):
        assert parsed(family, body) == Page(())  # this is how an empty board answers there
        return
    with pytest.raises(ShapeChanged):
        parsed(family, body)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@settings(deadline=None)
@given(data=st.data())
def test_a_field_of_any_type_ends_in_a_posting_or_a_reject(family: Family, data: st.DataObject) -> None:
    """Spoil one field, at any depth, of the items of the normal reply: nothing is lost, nothing crashes."""
    payload = json.loads((RECORDINGS / family.name / "normal" / "reply.json").read_text("utf-8"))
    listed = {"lever": lambda p: p, "tencent": lambda p: p["Data"]["Posts"]}.get(
        family.name, lambda p: p["jobs"]
    )
    item = data.draw(st.sampled_from(listed(payload)))
    while True:
        name = data.draw(st.sampled_from(sorted(item) if isinstance(item, dict) else range(len(item))))
        inner = item[name]
        if not (isinstance(inner, dict | list) and inner and data.draw(st.booleans())):
            item[name] = data.draw(values)
            break
        item = inner
    unlisted = sum(entry.get("isListed") is False for entry in listed(payload))
    page = parsed(family, json.dumps(payload).encode())
    assert len(page.postings) + len(page.rejects) + unlisted == len(listed(payload))
    assert all(posting.title and posting.native_id for posting in page.postings)
    assert all(reject.reason for reject in page.rejects)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@settings(deadline=None)
@given(payload=values)
def test_any_json_is_a_page_or_a_fetch_error(family: Family, payload: Any) -> None:
    for wrapped in (payload, {"jobs": payload}, {"Code": 200, "Data": {"Count": 1, "Posts": payload}}):
        try:
            page = parsed(family, json.dumps(wrapped).encode())
        except FetchError:
            continue
        assert all(posting.title for posting in page.postings)


# ------------------------------------------------------------------ addresses

GH = "https://boards-api.greenhouse.io/v1/boards"
ASHBY = "https://api.ashbyhq.com/posting-api/job-board"
LEVER = "https://api.lever.co/v0/postings"
TENCENT = "https://careers.tencent.com/tencentcareer/api/post"
PM = "keyword=%E4%BA%A7%E5%93%81%E7%BB%8F%E7%90%86"

LIST_REQUESTS = [
    (f"{GH}/acme/jobs?content=true&pay_transparency=true", "greenhouse", "acme"),
    (f"{ASHBY}/acme?includeCompensation=true", "ashby", "acme"),
    (f"{ASHBY}/Rose%20Rocket?includeCompensation=true", "ashby", "Rose Rocket"),
    (f"{ASHBY}/Rose%2520Rocket?includeCompensation=true", "ashby", "Rose%20Rocket"),
    (f"{ASHBY}/kraken.com?includeCompensation=true", "ashby", "kraken.com"),
    (f"{LEVER}/acme?mode=json&skip=0&limit=100", "lever", "acme"),
    ("https://api.eu.lever.co/v0/postings/acme?mode=json&skip=0&limit=100", "lever", "eu:acme"),
    (f"{TENCENT}/Query?{PM}&pageIndex=1&pageSize=100&language=zh-cn&area=cn", "tencent", "social"),
]
REORDERED = [
    (f"{GH}/acme/jobs?pay_transparency=true&content=true", "greenhouse", "acme"),
    (f"{LEVER}/acme?limit=100&skip=0&mode=json", "lever", "acme"),
    (f"{TENCENT}/Query?pageIndex=1&pageSize=100&language=zh-cn&area=cn&{PM}", "tencent", "social"),
    (
        f"{TENCENT}/Query?pageIndex=1&pageSize=100&language=zh-cn&area=cn&keyword=产品经理",
        "tencent",
        "social",
    ),
]
PUBLIC = [
    ("https://boards.greenhouse.io/acme", "greenhouse", "acme"),
    ("http://boards.greenhouse.io/acme/?t=1#jobs", "greenhouse", "acme"),
    ("https://job-boards.greenhouse.io/acme/jobs/501", "greenhouse", "acme"),
    ("https://job-boards.eu.greenhouse.io/acme", "greenhouse", "acme"),
    ("https://boards.greenhouse.io/embed/job_board?for=acme&b=x", "greenhouse", "acme"),
    ("https://boards.greenhouse.io/embed/job_app?for=acme&token=501", "greenhouse", "acme"),
    ("https://JOBS.ashbyhq.com/Rose%20Rocket/00000000-0000-4000-8000-000000000001", "ashby", "Rose Rocket"),
    ("https://jobs.lever.co/acme", "lever", "acme"),
    ("https://jobs.eu.lever.co/acme/1/apply", "lever", "eu:acme"),
    ("https://careers.tencent.com", "tencent", "social"),
    ("https://careers.tencent.com/search.html?keyword=AI", "tencent", "social"),
    ("http://careers.tencent.com/jobdesc.html?postId=2090000000000000001", "tencent", "social"),
]
# As other collectors ask: fewer or other parameters, the same list.
FOREIGN = [
    (f"{GH}/acme/jobs", "greenhouse", "acme"),
    (f"{GH}/acme/jobs?content=true", "greenhouse", "acme"),
    (f"{ASHBY}/acme", "ashby", "acme"),
    (f"{LEVER}/acme?mode=json", "lever", "acme"),
    (f"{LEVER}/acme?mode=json&limit=50", "lever", "acme"),
    (f"{TENCENT}/Query?keyword=AI&pageIndex=1&pageSize=10", "tencent", "social"),
]
NO_BOARD = [
    f"{GH}/acme/jobs/501?content=true&pay_transparency=true",
    f"{GH}/acme/departments",
    f"{ASHBY}?includeCompensation=true",
    f"{LEVER}/acme?mode=json&skip=100&limit=100",
    f"{LEVER}/acme/10000000-0000-4000-8000-000000000001?mode=json&skip=0&limit=100",
    f"{TENCENT}/Query?{PM}&pageIndex=2&pageSize=100&language=zh-cn&area=cn",
    f"{TENCENT}/ByPostId?postId=2090000000000000001&language=zh-cn",
    "https://careers.tencent.com/robots.txt",
    "https://jobs.lever.co/robots.txt",
    "https://boards.greenhouse.io/",
    "https://boards.greenhouse.io/embed/job_board",
    "https://jobs.lever.co/..",
    "https://example.org/acme",
    "ftp://jobs.lever.co/acme",
    "jobs.lever.co/acme",
    "http://[jobs.lever.co/acme",
    "",
]  # fmt: skip


@pytest.mark.parametrize(("url", "family", "key"), [*LIST_REQUESTS, *REORDERED, *FOREIGN, *PUBLIC])
def test_the_board_of_an_address(url: str, family: str, key: str) -> None:
    assert family_of(url) == (FAMILIES[family], key)


@pytest.mark.parametrize(("url", "family", "key"), LIST_REQUESTS)
def test_a_list_request_is_asked_again_in_the_same_words(url: str, family: str, key: str) -> None:
    assert FAMILIES[family].first(Board(family, key, "")).url == url


@pytest.mark.parametrize(("url", "family", "key"), [*LIST_REQUESTS, *REORDERED, *FOREIGN])
def test_only_a_list_request_begins_a_list(url: str, family: str, key: str) -> None:
    assert listing_of(url) == (FAMILIES[family], key)


@pytest.mark.parametrize(("url", "family", "key"), PUBLIC)
def test_a_public_page_of_a_board_is_no_list(url: str, family: str, key: str) -> None:
    assert listing_of(url) is None


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


@pytest.mark.parametrize("url", NO_BOARD)
def test_an_address_of_no_board(url: str) -> None:
    assert family_of(url) is None


@settings(deadline=None)
@given(
    family=st.sampled_from(["greenhouse", "ashby", "lever"]),
    key=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_key_survives_the_address(family: str, key: str) -> None:
    if key.removeprefix("eu:") in ("", ".", "..", "robots.txt", "sitemap.xml", "favicon.ico"):
        return
    url = FAMILIES[family].first(Board(family, key, "")).url
    assert url.isascii() and " " not in url
    assert family_of(url) == (FAMILIES[family], key)


@settings(deadline=None)
@given(url=st.text() | st.text().map(lambda tail: "https://jobs.lever.co/" + tail))
def test_no_address_crashes(url: str) -> None:
    found = family_of(url)
    assert found is None or found[1]


# ------------------------------------------------------------------ pay


def test_the_envelope_holds_only_what_is_comparable() -> None:
    ranges = [pay.stated(10.0, 20.0, "usd", "hour"), None, pay.stated(5.0, 90.0, "USD", "year")]
    assert pay.envelope(ranges) == Pay(10.0, 20.0, "USD", "hour")
    assert pay.envelope([None, None]) is None


@settings(deadline=None)
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
    archive = SHARED / "warc" / "ashby-2025-10-28.warc.gz"
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
    path = SHARED / "recordings" / recording
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    page = parsed(FAMILIES[recording.split("/")[0]], path.read_bytes())
    assert (len(page.postings), page.rejects, page.next, page.total) == (postings, (), None, total)
    assert sum(bool(posting.description) for posting in page.postings) == with_text
    assert all(posting.posted_at and posting.locations for posting in page.postings)
    assert not any("content-intro" in posting.description for posting in page.postings)


def test_the_real_tencent_posts_parse() -> None:
    folder = SHARED / "recordings_cn" / "tencent"
    if not folder.exists():
        pytest.skip("the shared recordings are not here")
    posts = json.loads((folder / "ai-job-radar_tencent_posts_subset_2026-10.json").read_text("utf-8"))
    wrapped = {"Code": 200, "Data": {"Count": len(posts), "Posts": posts}}
    page = parsed(FAMILIES["tencent"], json.dumps(wrapped).encode())
    assert (len(page.postings), page.rejects, page.next, page.total) == (8, (), None, 8)
    assert all(posting.detail and posting.posted_at and posting.experience_raw for posting in page.postings)
    detail = json.loads((folder / "post_2023-01.json").read_text("utf-8"))
    listed = RawPosting(native_id=detail["PostId"], title=detail["RecruitPostName"])
    reply = Reply("https://careers.tencent.com/x", json.dumps({"Code": 200, "Data": detail}).encode(), NOW)
    parse_detail = FAMILIES["tencent"].parse_detail
    assert parse_detail is not None
    text = parse_detail(listed, reply).description
    assert text.startswith("岗位职责\n") and "\n\n岗位要求\n" in text
