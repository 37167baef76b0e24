"""What the career sites of Chinese employers share, beyond the corpus; the real recordings of Bilibili."""

import csv
import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import SHARED_DATA
from source_cases import NOW, parsed

from scraper.errors import Refused, ShapeChanged
from scraper.model import Board, RawPosting, Reply, Request
from scraper.normalizing.text import to_text
from scraper.sources import FAMILIES
from scraper.sources.parts import asking, career_sites, chinese_days

URL = "https://careers.example.org/api/list"
LISTING = career_sites.Listing("data.list", "data.total", ("page", 1), "size", "data.size")


@pytest.mark.parametrize(
    ("printed", "moment"),
    [
        ("2026-09-14", "2026-09-13T16:00:00+00:00"),
        ("2026年09月14日", "2026-09-13T16:00:00+00:00"),
        ("2026/09/14", "2026-09-13T16:00:00+00:00"),
        ("2026-09-14 00:00:00", "2026-09-13T16:00:00+00:00"),
        (" 2026-09-14T10:30:00.999 ", "2026-09-14T02:30:00+00:00"),
        ("2026-03-14T00:00:00.000+0800", "2026-03-13T16:00:00+00:00"),
        ("2021-02-23T11:59:11Z", "2021-02-23T11:59:11+00:00"),
        (1788192000000, "2026-08-31T16:00:00+00:00"),
        (1788192000999.0, "2026-08-31T16:00:00+00:00"),
        (None, None),
        ("", None),
    ],
)
def test_days_and_times_of_chinese_sites(printed: object, moment: str | None) -> None:
    found = chinese_days.moment({"day": printed}, "day")
    assert (found.isoformat() if found else None) == moment


@pytest.mark.parametrize(
    "printed", ["昨天", "2026-13-01", "0001-01-01", "09-14", "14.09.2026", True, [], 1e300]
)
def test_what_is_no_day_is_named(printed: object) -> None:
    with pytest.raises((ValueError, TypeError), match="'day' is"):
        chinese_days.moment({"day": printed}, "day")


@given(st.integers(0, 4_000_000_000))
def test_a_time_without_an_offset_is_one_in_shanghai(seconds: int) -> None:
    """China has known no other offset since 1992."""
    moment = datetime(1992, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    printed = f"{moment + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
    assert chinese_days.moment({"at": printed}, "at") == moment


@pytest.mark.parametrize(
    ("answer", "good", "error", "reason"),
    [
        ({"code": 0}, 0, None, ""),
        ({"code": "201"}, "201", None, ""),
        ({"code": 401}, 0, Refused, "the site answers code 401"),
        ({"code": "403", "why": "no"}, "201", Refused, "the site answers code '403': no"),
        ({"code": -7}, 0, Refused, "the site answers code -7"),
        ({"code": 7, "why": 3}, 0, ShapeChanged, "the site answers code 7"),
        ({"code": "0"}, 0, ShapeChanged, "no int at 'code'"),
        ({"code": True}, 1, ShapeChanged, "no int at 'code'"),
        ({"code": "４０３"}, "201", ShapeChanged, "the site answers code '４０３'"),
        ({"code": 1, "why": "x" * 500}, 0, ShapeChanged, "the site answers code 1: " + "x" * 80),
        ({}, 0, ShapeChanged, "no int at 'code'"),
        (None, 0, ShapeChanged, "no int at 'code'"),
    ],
)
def test_the_own_sign_of_success(
    answer: object, good: int | str, error: type[ShapeChanged | Refused] | None, reason: str
) -> None:
    reply = Reply(URL, b"", NOW)
    if error is None:
        career_sites.expect(reply, answer, "code", good, says="why", refusals=(-7,))
        return
    with pytest.raises(error) as caught:
        career_sites.expect(reply, answer, "code", good, says="why", refusals=(-7,))
    assert type(caught.value) is error
    assert caught.value.reason.endswith(reason)


def _pages(posts: int, size: int, capped: int | None) -> tuple[int, int]:
    """Walk a list of `posts` of a site that keeps to `capped` a page; return (pages asked, posts read)."""
    request: Request | None = Request(f"{URL}?page=1&size={size}")
    asked = read = 0
    while request is not None:
        asked += 1
        actual = min(size, capped) if capped else size
        start = (asking.number(request, "page", 1) - 1) * actual
        listed = [{"id": number, "name": "产品经理"} for number in range(start, min(start + actual, posts))]
        payload = {"data": {"list": listed or None, "total": posts, "size": actual if capped else None}}
        page = career_sites.read(LISTING, Reply(URL, b"", NOW), payload, request, _posting, "id")
        read += len(page.postings)
        request = page.next
    return asked, read


def _posting(item: Any) -> RawPosting:
    return RawPosting(str(item["id"]), item["name"])


@given(st.integers(0, 60), st.integers(1, 20), st.none() | st.integers(1, 20))
def test_a_list_is_read_to_its_end_and_not_further(posts: int, size: int, capped: int | None) -> None:
    actual = min(size, capped) if capped else size
    assert _pages(posts, size, capped) == (max(1, -(-posts // actual)), posts)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (URL, "social"),
        (f"{URL}?page=2", "social"),
        ("https://careers.example.org", "social"),
        ("http://careers.example.org/jobs/7#/social/7", "social"),
        ("https://careers.example.org/#/campus/jobs", None),
        ("https://careers.example.org/api/other", None),
        ("https://careers.example.org/robots.txt", None),
        ("https://example.org/jobs", None),
        ("mailto:jobs@careers.example.org", None),
        ("https://[", None),
    ],
)
def test_the_addresses_of_a_site(url: str, key: str | None) -> None:
    assert career_sites.key_of(url, "careers.example.org", URL) == key


def test_the_headers_that_the_gateway_of_huawei_wants_stay_on_every_request() -> None:
    family = FAMILIES["huawei"]
    headers = dict(family.first(Board("huawei", "social", "华为")).headers)
    assert headers["Referer"] == "https://career.huawei.com/" and headers["x-jalor-tenantAlias"] == "hcm"
    post = {
        "advertisementId": 7,
        "jobId": 8,
        "jobName": "产品经理",
        "mainBusiness": "请您详见岗位意向中的岗位职责",
    }
    payload = {"status": "SUCCESS", "data": {"pageVO": {"totalRows": 1}, "result": [post]}}
    (posting,) = parsed(family, json.dumps(payload).encode()).postings
    assert posting.detail and dict(posting.detail.headers) == headers


def test_the_token_of_bilibili_stands_in_headers_only() -> None:
    family, board = FAMILIES["bilibili"], Board("bilibili", "social", "哔哩哔哩")
    session = family.first(board)
    reply = Reply(session.url, b'{"code": 0, "data": "s3cr3t"}', NOW)
    following = family.parse(board, reply, session).next
    assert following and family.query
    query = family.query(board)
    assert (following.url, following.method, following.body) == (query.url, query.method, query.body)
    assert "s3cr3t" not in following.url + following.body.decode()
    assert dict(following.headers)["X-CSRF"] == "s3cr3t"


# ------------------------------------------------------------------ the real thing


def test_the_real_bilibili_posts_parse() -> None:
    folder = SHARED_DATA / "recordings_cn" / "bilibili"
    if not folder.exists():
        pytest.skip("the shared recordings are not here")
    with (folder / "aruis_result_2021-02.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))  # number, address, title, text, kind, category, day, city
    posts = [
        {"id": row[1].split("/")[-2], "positionName": row[2], "positionDescription": row[3],
         "pushTime": row[6], "workLocation": row[7], "workExperience": ""}
        for row in rows
    ]  # fmt: skip
    page = _bilibili(posts)
    assert (len(page), len({post.native_id for post in page})) == (1239, 1239)
    assert sum("产品经理" in post.title for post in page) == 57
    assert all(post.description and post.locations and post.posted_at for post in page)
    # Texts of 2021 have entities but no tags; read as HTML they lose neither words nor lines.
    words = re.compile(r"\s+")
    for post, row in zip(page, rows, strict=True):
        text = to_text(post.description, post.format)
        assert words.sub("", text) == words.sub("", html.unescape(row[3]))
        assert text.count("\n") >= len([line for line in row[3].splitlines() if line.strip()]) - 1


def test_the_real_detail_of_bilibili_has_the_fields_of_the_list() -> None:
    path = SHARED_DATA / "recordings_cn" / "bilibili" / "aruis_data_2021-02.md"
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    answers = path.read_text("utf-8").split("```")
    detail = json.loads(answers[1].removeprefix("json"))
    (post,) = _bilibili([detail["data"]])
    assert (post.native_id, post.locations) == ("1409", ("上海",))
    assert post.posted_at == datetime(2021, 2, 23, 11, 59, 11, tzinfo=UTC)
    assert post.title.startswith("产品运营") and "岗位要求" in post.description


def _bilibili(posts: list[Any]) -> tuple[RawPosting, ...]:
    answer = {"code": 0, "message": "success", "data": {"list": posts, "total": len(posts), "pages": 1}}
    page = parsed(FAMILIES["bilibili"], json.dumps(answer).encode())
    assert (page.rejects, page.total) == ((), len(posts))
    return page.postings
