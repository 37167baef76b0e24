"""Answers and pages of job boards: whatever they hold is read or refused in a sentence, quickly."""

import json
import tempfile
import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import InputError
from scraper.importing import ImportedListing, read_files
from scraper.importing.answers import answer_rows, refusal

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
ANSWERS = tomllib.loads((files("scraper.importing") / "answers.toml").read_text(encoding="utf-8"))
PAGES = tomllib.loads((files("scraper.importing") / "pages.toml").read_text(encoding="utf-8"))
FIELDS = tomllib.loads((files("scraper.importing") / "columns.toml").read_text(encoding="utf-8"))["fields"]


def read_text(text: str) -> list[ImportedListing]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text(text, encoding="utf-8", errors="replace")
        return read_files([path], as_of=None, now=NOW)


@pytest.mark.parametrize("table", [*ANSWERS.values(), *PAGES.values()])
def test_layouts_fill_fields_that_exist(table: dict[str, Any]) -> None:
    assert table["fields"].keys() <= FIELDS.keys() and "title" in table["fields"]


@pytest.mark.parametrize("word", ["hr", "boss", "staff", "recruiter", "publisher", "contact"])
def test_no_path_leads_to_a_recruiter(word: str) -> None:
    leaves = {
        part.rsplit(".", 1)[-1].lower()
        for table in ANSWERS.values()
        for paths in table["fields"].values()
        for path in paths
        for part in path.split("+")
    }
    assert not [leaf for leaf in leaves if leaf.startswith(word)]


def put(path: str, value: object) -> dict[str, object]:
    for step in reversed(path.split(".")):
        value = {step: value}
    assert isinstance(value, dict)
    return value


LISTS = [(name, path) for name, table in ANSWERS.items() for path in table["list"] if path.count(".") > 0]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(LISTS), st.data())
def test_every_item_of_an_answer_is_read_or_named(layout: tuple[str, str], data: st.DataObject) -> None:
    name, path = layout
    known: dict[str, Any] = {}
    names = {part for paths in ANSWERS[name]["has"] for part in paths.split("|")}
    for part in names:
        head, *rest = part.split(".")
        known[head] = {**known.get(head, {}), rest[0]: "P1"} if rest else "P1"
    items = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(known, JUNK)) | JUNK, max_size=4))
    (listing,) = read_text(json.dumps(put(path, [known, *items])))
    assert 1 <= len(listing.postings) + len(listing.rejects) <= len(items) + 1
    for posting in listing.postings:
        assert posting.native_id and posting.title
        repr(posting).encode()


KEYS = st.sampled_from(
    ["zpData", "data", "content", "@graph", "log", "entries", "@type", "main", "jobDetail"]
)


@given(st.recursive(JUNK, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=6))
def test_any_document_is_survived(document: object) -> None:
    rows = answer_rows(document)
    assert rows is None or isinstance(rows, list)
    assert isinstance(refusal(document), str)
    try:
        read_text(json.dumps([document, {}]))
    except InputError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"code": 37, "message": "您的环境存在异常.", "zpData": {}}, "code 37: 您的环境存在异常."),
        ({"status": False, "msg": "您操作太频繁，请稍后再访问"}, "code False: 您操作太频繁，请稍后再访问"),
        ({"code": 0, "message": "Success"}, ""),
        ({"message": "hello"}, ""),
        ([1], ""),
        ({"code": {}, "msg": ["x"]}, ""),
    ],
)
def test_refusals(document: object, said: str) -> None:
    assert refusal(document) == said


@pytest.mark.parametrize(
    ("answer", "postings"),
    [
        ({"zpData": {"jobList": []}}, 0),
        ({"data": {"data": {"jobCardList": []}}}, 0),
        ([{"zpData": {"jobList": []}}, {"zpData": {"jobList": [{"jobName": "PM", "encryptJobId": "a"}]}}], 1),
    ],
)
def test_an_answer_without_postings_is_an_empty_listing(answer: object, postings: int) -> None:
    (listing,) = read_text(json.dumps(answer))
    assert (len(listing.postings), listing.rejects) == (postings, ())


def test_answers_one_a_line() -> None:
    line = (
        '{"zpData": {"jobList": [{"jobName": "产品经理", "encryptJobId": "%s", "brandName": "星屿"}, 7]}}\n'
    )
    (listing,) = read_text(line % "a1" + line % "b2")
    assert [posting.native_id[-7:] for posting in listing.postings] == ["a1.html", "b2.html"]
    assert [reject.reason for reject in listing.rejects] == [
        f"file row {row}: it is not a JSON object" for row in (1, 2)
    ]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<html><body>" + "<div>" * 20_000, "nested too deeply"),
        ("<!DOCTYPE html><title>登录</title><p>请登录", "no postings were found"),
        ("<html><script type='application/ld+json'>{\"@type\": \"JobPosting\"</script>", "no postings"),
        ("<html><script>window.__INITIAL_STATE__ = {\"a\": undefined}</script>", "no postings were found"),
        ("<html><script>" + "<script>" * 50_000, "no postings were found"),
        ("<!-- saved from url=(1)x -->" + "<a href='" * 20_000, "web page"),
    ],
)  # fmt: skip
def test_pages_that_cannot_be_used(page: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_text(page)
    assert "\n" not in str(caught.value)


PIECES = [
    "<li class='job-card-box'>", "</li>", "<a class='job-name' href='/job_detail/a.html'>", "</a>",
    "产品经理",
    "<div class='job-detail'>", "<div class='job-sec-text'>", "</div>", "<script type='application/ld+json'>",
    '{"@type":"JobPosting","title":"PM","url":"https://x.example/1"}', "</script>", "<!--", "-->", "<span>",
    "<h1>", "&amp;", "<p",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_page_is_read_or_refused(pieces: list[str]) -> None:
    try:
        listings = read_text("<html>" + "".join(pieces))
    except InputError as error:
        assert "\n" not in str(error)
        return
    for listing in listings:
        assert listing.postings or listing.rejects


def test_a_page_without_address_is_known_by_company_and_title() -> None:
    page = (
        "<html><title>「产品经理招聘」_星屿招聘-BOSS直聘</title>"
        "<div class='job-detail'><div class='job-sec-text'>负责产品</div></div>"
    )
    (posting,) = read_text(page)[0].postings
    assert posting.native_id.startswith("row-") and posting.company == "星屿" and posting.url == ""


@pytest.mark.parametrize(
    ("companies", "postings"),
    [
        (["星屿", "星屿科技（上海）有限公司"], 1),  # a list has the short name, the page the full one
        (["", "星屿"], 1),
        (["星屿", "帆行"], 2),
        (["", "星屿", "帆行"], 3),
    ],
)
def test_rows_of_one_address_are_one_posting_if_their_companies_can_be(
    companies: list[str], postings: int
) -> None:
    rows = [{"title": "产品经理", "company": company, "url": "https://x.example/1"} for company in companies]
    (listing,) = read_text(json.dumps(rows))
    assert len(listing.postings) == postings
