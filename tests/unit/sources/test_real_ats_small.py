"""The small applicant tracking systems against real replies, which stay outside of the repository."""

import json
from typing import Any

import pytest
from places import SHARED_DATA
from source_cases import NOW, board_of, parsed, plain

from scraper.errors import ShapeChanged
from scraper.model import Page, Reply
from scraper.sources import FAMILIES, family_of

RECORDED = SHARED_DATA / "recordings"


def _body(name: str) -> bytes:
    path = RECORDED / name
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    return path.read_bytes()


def _page(family: str, name: str) -> Page:
    page = parsed(FAMILIES[family], _body(f"{family}/{name}"))
    assert page.rejects == () and page.next is None and page.total is None
    return page


def _filled(page: Page) -> list[set[str]]:
    return [set(plain(posting)) for posting in page.postings]


def test_recruitee() -> None:
    page = _page("recruitee", "careerkit_recruitee.json")
    every = {"native_id", "title", "url", "description", "format", "locations", "workplace", "pay"}
    assert _filled(page) == [every | {"education_raw", "posted_at"}] * 2
    first = page.postings[0]
    assert first.locations == ("Berlin, Germany",) and first.workplace == "hybrid"
    assert first.pay is not None and (first.pay.min, first.pay.max) == (60000, 75000)
    assert (first.pay.currency, first.pay.period, first.education_raw) == ("EUR", "year", "vocational")
    assert first.posted_at is not None and first.posted_at.isoformat() == "2026-08-05T10:10:39+00:00"
    assert all("\n<h3>Requirements</h3>\n" in posting.description for posting in page.postings)


def test_the_mailboxes_of_recruitee_are_not_read() -> None:
    offers: list[dict[str, Any]] = json.loads(_body("recruitee/careerkit_recruitee.json"))["offers"]
    assert all(offer["mailbox_email"] for offer in offers)
    page = _page("recruitee", "careerkit_recruitee.json")
    for offer, posting in zip(offers, page.postings, strict=True):
        assert offer["mailbox_email"] not in repr(posting)


def test_personio_merges_the_position_that_is_listed_twice() -> None:
    page = _page("personio", "careerkit_personio.xml")
    every = {"native_id", "title", "url", "format", "locations", "experience_raw", "posted_at"}
    assert _filled(page) == [every]
    (posting,) = page.postings
    assert posting.locations == ("Berlin", "Munich") and posting.experience_raw == "7-10 years"


def test_pinpoint() -> None:
    page = _page("pinpoint", "careerkit_pinpoint.json")
    every = {
        "native_id",
        "title",
        "url",
        "description",
        "format",
        "locations",
        "workplace",
        "pay",
        "salary_raw",
    }
    assert _filled(page) == [every | {"requisition"}, every]
    assert [posting.workplace for posting in page.postings] == ["remote", "hybrid"]
    assert [posting.pay.period for posting in page.postings if posting.pay] == ["year", "hour"]
    assert [posting.description.count("<h3>") for posting in page.postings] == [3, 2]
    assert page.postings[1].url == "https://acme.pinpointhq.com/postings/post-002"


def test_rippling_merges_the_places_of_a_job() -> None:
    page = _page("rippling", "careerkit_rippling.json")
    assert _filled(page) == [{"native_id", "title", "url", "format", "locations", "detail"}]
    assert page.postings[0].locations == ("New York, NY", "Remote (New Jersey, US)")


def test_teamtailor_is_read_from_its_rss_feed_not_from_the_json_feed() -> None:
    """Only the JSON feed was recorded: it is no page of this family, but its addresses name the board."""
    body = _body("teamtailor/careerkit_teamtailor.json")
    feed = json.loads(body)
    family = FAMILIES["teamtailor"]
    with pytest.raises(ShapeChanged):
        family.parse(
            board_of("teamtailor"), Reply(feed["feed_url"], body, NOW), family.first(board_of("teamtailor"))
        )
    for url in (feed["home_page_url"], feed["feed_url"], *(item["url"] for item in feed["items"])):
        assert family_of(url) == (family, "career")
