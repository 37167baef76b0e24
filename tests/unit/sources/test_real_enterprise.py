"""The real recordings of smartrecruiters, workday, eightfold, oracle_rc and workable, if they are here."""

import json
from collections import Counter
from typing import Any

import pytest
from places import SHARED_DATA
from source_cases import NOW, board_of

from scraper.errors import ShapeChanged
from scraper.model import Page, RawPosting, Reply
from scraper.sources import FAMILIES

RECORDED = SHARED_DATA / "recordings"
V2 = "v2:acme.eightfold.ai/acme.com"


def recorded(name: str) -> Any:
    path = RECORDED / name
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    return json.loads(path.read_text("utf-8"))


def page_of(family: str, payload: Any, key: str = "") -> Page:
    board = board_of(family, key)
    request = FAMILIES[family].first(board)
    return FAMILIES[family].parse(board, Reply(request.url, json.dumps(payload).encode(), NOW), request)


def completed(family: str, payload: Any, native_id: str) -> RawPosting:
    parse_detail = FAMILIES[family].parse_detail
    assert parse_detail is not None
    reply = Reply("https://acme.example/detail", json.dumps(payload).encode(), NOW)
    whole = parse_detail(RawPosting(native_id, "as listed"), reply)
    assert whole is not None
    return whole


FIELDS = ("url", "locations", "workplace", "posted_at", "requisition", "description", "detail")


@pytest.mark.parametrize(
    ("recording", "family", "key", "postings", "total", "filled"),
    [
        ("smartrecruiters/JobOS_smartrecruiters_wd.json", "smartrecruiters", "", 10, 359,
         {"url": 10, "locations": 10, "posted_at": 10, "requisition": 10, "detail": 10}),
        ("smartrecruiters/abhibattula_smartrecruiters_sample.json", "smartrecruiters", "", 2, 2,
         {"url": 2, "locations": 2, "posted_at": 2, "requisition": 2, "detail": 2}),
        ("smartrecruiters/careerkit_smartrecruiters.json", "smartrecruiters", "", 1, 1,
         {"url": 1, "locations": 1, "posted_at": 1, "requisition": 1, "detail": 1}),
        # 4 of the 10 name only a number of places ("3 Locations"); none of the next file, both of the last
        ("workday/JobOS_workday_nvidia.json", "workday", "", 10, 2000,
         {"url": 10, "locations": 6, "requisition": 10, "detail": 10}),
        ("workday/abhibattula_workday_nvidia.json", "workday", "", 3, 3,
         {"url": 3, "locations": 3, "requisition": 3, "detail": 3}),
        ("workday/careerkit_workday.json", "workday", "", 2, 2, {"url": 2, "requisition": 2, "detail": 2}),
        ("eightfold/careerkit_eightfold.json", "eightfold", V2, 2, None,
         {"url": 2, "locations": 2, "posted_at": 2, "detail": 2}),
        ("_transcribed/netflix_eightfold_apply_v2_position_excerpt.json", "eightfold", V2, 1, 2,
         {"url": 1, "locations": 1, "workplace": 1, "posted_at": 1, "requisition": 1, "detail": 1}),
        ("_transcribed/microsoft_pcsx_search_excerpt.json", "eightfold", "", 2, None,
         {"url": 2, "locations": 2, "workplace": 2, "posted_at": 2, "requisition": 2, "detail": 2}),
        ("oracle/careerkit_oracle_orc.json", "oracle_rc", "", 2, None,
         {"url": 2, "locations": 2, "posted_at": 2, "detail": 2}),
        # one job in two countries
        ("workable/careerkit_workable.json", "workable", "", 1, None,
         {"url": 1, "locations": 1, "workplace": 1, "posted_at": 1}),
    ],
)  # fmt: skip
def test_the_real_lists_parse(
    recording: str, family: str, key: str, postings: int, total: int | None, filled: dict[str, int]
) -> None:
    page = page_of(family, recorded(recording), key)
    assert (len(page.postings), page.rejects, page.total) == (postings, (), total)
    assert Counter(name for one in page.postings for name in FIELDS if getattr(one, name)) == filled


def test_the_path_of_a_real_workday_posting_names_its_requisition() -> None:
    seen = 0
    for name in ("JobOS_workday_nvidia", "abhibattula_workday_nvidia", "careerkit_workday"):
        payload = recorded(f"workday/{name}.json")
        for job, posting in zip(payload["jobPostings"], page_of("workday", payload).postings, strict=True):
            assert [posting.requisition] == job["bulletFields"]
            seen += 1
    assert seen == 15


def test_real_places_and_workplaces() -> None:
    (job,) = page_of("workable", recorded("workable/careerkit_workable.json")).postings
    assert (job.locations, job.workplace) == (("Portugal", "Spain"), "remote")
    first, second = page_of("eightfold", recorded("_transcribed/microsoft_pcsx_search_excerpt.json")).postings
    assert (first.locations, second.locations) == (("IN",), ("Cambridge, MA, US", "New York, NY, US"))
    places = [
        posting.locations
        for posting in page_of("oracle_rc", recorded("oracle/careerkit_oracle_orc.json")).postings
    ]
    assert [len(found) for found in places] == [1, 5]
    assert places[1][0] == "SAN FRANCISCO, CA, United States"


def test_the_real_details_complete_a_posting() -> None:
    detail = recorded("_transcribed/workday_nvidia_detail_excerpt.json")
    whole = completed("workday", detail, "JR2016460")
    assert (whole.posted_at or NOW).isoformat() == "2026-09-18T00:00:00+00:00"
    assert whole.locations == ("US, VA, Remote", "US, NY, Remote", "US, TX, Remote")
    assert whole.requisition == "JR2016460" and "base salary range" in whole.description
    detail = recorded("oracle/careerkit_oracle_orc_detail.json")
    whole = completed("oracle_rc", detail, "2026001760")
    assert whole.description.count("<h3>") == 2 and whole.description.endswith("experience.</p>")
    # the recorder cut the texts out, all but the least of them
    detail = recorded("smartrecruiters/abhibattula_smartrecruiters_detail.json")
    whole = completed("smartrecruiters", detail, "744000133907678")
    assert whole.description.startswith("<h3>Additional Information</h3>\n<p>")


def test_a_real_list_of_workables_own_pages_is_not_taken_for_a_board() -> None:
    with pytest.raises(ShapeChanged, match="no list at 'jobs'"):
        page_of("workable", recorded("workable/abhibattula_workable_sample.json"))
