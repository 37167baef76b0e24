"""smartrecruiters, workday, eightfold, oracle_rc, workable: several replies together, and shared parts."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from places import RECORDINGS
from source_cases import NOW, about, board_of, parsed

from scraper.errors import ShapeChanged
from scraper.looking.gathering import Gathered, gather
from scraper.model import Board, RawPosting, Reply, Request
from scraper.sources import FAMILIES
from scraper.sources.parts import dates, details

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
DETAILED = ("smartrecruiters", "workday", "eightfold", "oracle_rc")


class Server:
    """Answers list requests by `page_at(offset)`; nobody asks it for details."""

    def __init__(self, page_at: Callable[[int], Any], offset_in: Callable[[Request], int]):
        self.page_at, self.offset_in = page_at, offset_in
        self.asked: list[int] = []

    def fetch(self, request: Request, *, published: bool) -> Reply:
        self.asked.append(self.offset_in(request))
        return Reply(request.url, json.dumps(self.page_at(self.asked[-1])).encode(), NOW)

    def look(self, family: str) -> Gathered:
        return gather(board_of(family), FAMILIES[family], self, lambda posting: False, NOW)


def workday_site(size: int, claims: int | None = None, wraps: bool = False) -> Server:
    """A Workday site with `size` postings that claims `claims` on its first page and 0 on all others."""

    def page_at(offset: int) -> dict[str, Any]:
        start = offset % size if wraps else offset
        numbers = range(start, min(start + 20, size))
        jobs = [{"title": f"PM {n}", "externalPath": f"/job/X/PM_JR{n + 1000}"} for n in numbers]
        return {"total": (claims or size) if offset == 0 else 0, "jobPostings": jobs}

    return Server(page_at, lambda request: json.loads(request.body)["offset"])


@pytest.mark.parametrize(
    ("size", "asked"), [(1, [0]), (20, [0]), (21, [0, 20]), (45, [0, 20, 40]), (60, [0, 20, 40, 60])]
)
def test_workday_is_read_to_its_end_by_the_first_pages_count(size: int, asked: list[int]) -> None:
    server = workday_site(size)
    look = server.look("workday")
    assert (look.state, len(look.postings), server.asked) == ("complete", size, asked)


def test_a_workday_site_that_shows_fewer_than_it_claims_is_partial() -> None:
    look = workday_site(45, claims=70).look("workday")
    assert (look.state, len(look.postings)) == ("partial", 45)


def test_a_workday_search_that_is_cut_at_its_cap_is_partial_and_ends() -> None:
    """Behind offset 2000 the list begins anew; nothing may be concluded from what was not seen."""
    server = workday_site(2000, wraps=True)
    look = server.look("workday")
    assert (look.state, len(look.postings), server.asked[-1]) == ("partial", 2000, 2000)
    assert "2000" in look.reason


def test_eightfold_is_read_on_by_what_a_page_holds() -> None:
    """However many are asked for, ten come; the count stands on every page."""

    def page_at(start: int) -> dict[str, Any]:
        positions = [{"id": n, "name": f"PM {n}"} for n in range(start, min(start + 10, 23))]
        return {"status": 200, "data": {"positions": positions, "count": 23}}

    server = Server(page_at, lambda request: int(request.url.split("start=")[1].split("&")[0]))
    look = server.look("eightfold")
    assert (look.state, len(look.postings), server.asked) == ("complete", 23, [0, 10, 20])


def test_an_oracle_window_that_ends_before_the_count_is_partial() -> None:
    def page_at(offset: int) -> dict[str, Any]:
        jobs = [{"Id": str(n), "Title": f"PM {n}"} for n in range(offset, min(offset + 200, 400))]
        return {"items": [{"TotalJobsCount": 900, "requisitionList": jobs}]}

    server = Server(page_at, lambda request: int(request.url.split("offset=")[1].split(",")[0]))
    look = server.look("oracle_rc")
    assert (look.state, len(look.postings), server.asked) == ("partial", 400, [0, 200, 400])


@given(data=st.data())
def test_a_spoilt_requisition_loses_no_other(data: st.DataObject) -> None:
    """What test_sources does for families whose list stands at a dotted path; here it is within an array."""
    path = RECORDINGS / "oracle_rc" / "normal" / "reply.json"
    payload = json.loads(path.read_text("utf-8"))
    listed = payload["items"][0]["requisitionList"]
    spoilt = data.draw(st.integers(0, len(listed) - 1))
    listed[spoilt][data.draw(st.sampled_from(sorted(listed[0])))] = data.draw(JSON)
    page = parsed(FAMILIES["oracle_rc"], json.dumps(payload).encode())
    assert len(page.postings) + len(page.rejects) == len(listed)
    assert len(page.postings) >= len(listed) - 1
    payload["items"] = [data.draw(JSON), *payload["items"]]
    with suppress(ShapeChanged):
        assert not parsed(FAMILIES["oracle_rc"], json.dumps(payload).encode()).postings


def test_an_unknown_smartrecruiters_company_looks_like_an_empty_one() -> None:
    server = Server(lambda offset: {"offset": 0, "limit": 100, "totalFound": 0, "content": []}, lambda _: 0)
    look = server.look("smartrecruiters")
    assert (look.state, look.listed) == ("complete", 0)


# ------------------------------------------------------------------ requisitions of Workday


def posting_at(path: str) -> RawPosting:
    body = {"total": 1, "jobPostings": [{"title": "PM", "externalPath": path}]}
    (posting,) = parsed(FAMILIES["workday"], json.dumps(body).encode()).postings
    return posting


@pytest.mark.parametrize(
    ("path", "native_id", "requisition"),
    [
        ("/job/X/PM_JR2023203", "JR2023203", "JR2023203"),
        ("/job/X/PM_JR2023203-1", "JR2023203-1", "JR2023203"),
        ("/job/X/PM_R-123456", "R-123456", "R-123456"),
        ("/job/X/PM_R-123456-2", "R-123456-2", "R-123456"),
        ("/job/X/PM_2026-12345", "2026-12345", "2026-12345"),
        ("/job/X/PM_REQ12-3", "REQ12-3", "REQ12-3"),  # may be its number: no requisition is that short
        ("/job/X_1/Product-Manager", "/job/X_1/Product-Manager", ""),
        ("/job/X/Product_Manager", "/job/X/Product_Manager", ""),
    ],
)
def test_a_requisition_on_several_sites_is_one(path: str, native_id: str, requisition: str) -> None:
    posting = posting_at(path)
    assert (posting.native_id, posting.requisition) == (native_id, requisition)


def test_what_changes_with_every_day_is_not_in_the_list() -> None:
    """A posting whose list entry stays the same is not asked for its detail again."""

    def page(posted: str, left: str) -> bytes:
        job = {"title": "PM", "externalPath": "/job/X/PM_JR1000", "postedOn": posted, "timeLeftToApply": left}
        return json.dumps({"total": 1, "jobPostings": [job]}).encode()

    looks = [parsed(FAMILIES["workday"], page(*words)) for words in (("Posted Today", "a"), ("30+", "b"))]
    assert looks[0].postings == looks[1].postings
    assert looks[0].postings[0].posted_at is None


# ------------------------------------------------------------------ details

FIELDS = ("id", "Id", "active", "text", "title", "jobDescription", "job_description", "startDate", "jobReqId",
          "location", "additionalLocations", "remoteType", "ExternalDescriptionStr", "sections", "jobAd",
          "jobPostingInfo", "data", "items", "qualifications")  # fmt: skip
DETAILS = st.recursive(
    JSON,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=15,
)


@pytest.mark.parametrize("family", DETAILED)
@given(payload=DETAILS)
@example(payload={"items": []})
@example(payload={"data": {"id": 7, "jobDescription": "<p>x</p>"}})
def test_any_json_completes_a_posting_or_is_named(family: str, payload: Any) -> None:
    parse_detail = FAMILIES[family].parse_detail
    assert parse_detail is not None
    listed = RawPosting("7", "PM", detail=Request("https://acme.example/7"))
    try:
        whole = parse_detail(listed, Reply("https://acme.example/7", json.dumps(payload).encode(), NOW))
    except ShapeChanged:
        return
    assert whole is None or (whole.description and whole.detail is None and whole.format == "html")


@pytest.mark.parametrize("family", DETAILED)
@given(native_id=st.text(min_size=1, max_size=12) | st.integers())
@example(native_id="../../x?y#z")
@example(native_id='1",siteNumber=CX_2')
def test_an_id_stays_within_the_address_of_its_detail(family: str, native_id: str | int) -> None:
    """Whatever an id holds, the detail is asked of the board's own host, under its interface."""
    bodies = {
        "smartrecruiters": {"totalFound": 1, "content": [{"id": native_id, "name": "PM"}]},
        "workday": {"total": 1, "jobPostings": [{"externalPath": f"/job/{native_id}", "title": "PM"}]},
        "eightfold": {"data": {"count": 1, "positions": [{"id": native_id, "name": "PM"}]}},
        "oracle_rc": {
            "items": [{"TotalJobsCount": 1, "requisitionList": [{"Id": native_id, "Title": "PM"}]}]
        },
    }
    page = parsed(FAMILIES[family], json.dumps(bodies[family]).encode())
    for posting in page.postings:
        assert posting.detail is not None
        assert posting.detail.url.isascii() and " " not in posting.detail.url
        assert FAMILIES[family].key_of(posting.detail.url) == about(family)["key"]


# ------------------------------------------------------------------ days and times


@pytest.mark.parametrize(
    ("printed", "read"),
    [("2026-09-18", 18), ("2026-09-18T23:59:59+00:00", 18), (" 2026-09-18 ", 18), ("", None), (None, None)],
)
def test_a_day_is_its_midnight(printed: str | None, read: int | None) -> None:
    assert dates.day({"d": printed}, "d") == (datetime(2026, 9, read, tzinfo=UTC) if read else None)


@pytest.mark.parametrize("printed", ["18.09.2026", "2026-13-01", "2026-02-30", "yesterday", "26-09-18"])
def test_what_is_no_day_is_not_guessed(printed: str) -> None:
    with pytest.raises(ValueError, match="'d' is no day"):
        dates.day({"d": printed}, "d")


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year > 1970))
def test_seconds_since_1970_are_utc(moment: datetime) -> None:
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    assert dates.epoch_time({"t": seconds}, "t") == moment.replace(microsecond=0)


def test_a_detail_without_an_id_is_believed() -> None:
    listed = RawPosting("7", "PM")
    details.same(listed, {}, "id")
    details.same(listed, {"id": 7}, "id")
    with pytest.raises(ValueError, match="of another posting"):
        details.same(listed, {"id": "8"}, "id")


@pytest.mark.parametrize(
    "key", ["AcmeKitchens", "acme kitchens", "Köche", "a/b", "50%", "..-"], ids=lambda key: f"<{key}>"
)
@pytest.mark.parametrize("family", ["smartrecruiters", "workable"])
def test_an_odd_key_survives_the_address(family: str, key: str) -> None:
    url = FAMILIES[family].first(Board(family, key, "Acme")).url
    assert url.isascii() and FAMILIES[family].key_of(url) == key
