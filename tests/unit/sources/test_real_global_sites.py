"""Amazon, Apple, Hacker News and sites with JSON-LD: the parts beyond the corpus, and the real recordings."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from places import SHARED_DATA
from source_cases import NOW, board_of, list_request, parsed

from scraper.errors import ShapeChanged, TooBig
from scraper.model import Page, RawPosting, Reply, Request
from scraper.normalizing.titles import is_pm_title
from scraper.sources import FAMILIES, jsonld
from scraper.sources.parts import hn_advert, jobposting

JSONLD = FAMILIES["jsonld"]
SITE, EXPEDIA = "https://careers.example.org", "careers.expediagroup.com"


def _sitemap(url: str, body: bytes) -> Page:
    return JSONLD.parse(board_of("jsonld", url.removeprefix("https://")), Reply(url, body, NOW), Request(url))


# ------------------------------------------------------------------ sitemaps


@given(names=st.lists(st.from_regex(r"[a-z0-9%|#?&=;-]{1,12}", fullmatch=True), min_size=1, max_size=12))
def test_an_index_leads_to_each_of_its_lists_once(names: list[str]) -> None:
    listed = [f"{SITE}/jobs/{name}".replace("&", "&amp;") for name in names]
    index = "<sitemapindex>" + "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in listed)
    more = _sitemap(f"{SITE}/sitemap.xml", f"{index}</sitemapindex>".encode()).more
    assert len(more) == len(set(more)) == len({name.partition("#")[0] for name in names})
    assert all("|" not in request.url and "#" not in request.url for request in more)


def test_a_gzip_file_that_inflates_too_far_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonld, "_LARGEST", 1000)
    with pytest.raises(TooBig):
        _sitemap(f"{SITE}/jobs.xml.gz", gzip.compress(b" " * 1001))


# ------------------------------------------------------------------ JSON-LD


@given(
    page=st.lists(
        st.sampled_from(
            ['<script type="application/ld+json">', "</script>", "<meta", ">", ' name="robots"', "noindex",
             '{"@type": "JobPosting", "title": 1}', '{"@graph": [', "]}", "<![CDATA[", "//", "JobPosting",
             "\x00"]
        )
    ).map("".join)
)  # fmt: skip
def test_no_page_crashes_the_reading_of_it(page: str) -> None:
    try:
        found = jobposting.found_in(page)
    except ValueError:
        return
    assert found is None or found["@type"] == "JobPosting"
    assert jobposting.hidden(page) in (True, False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["value", "name", "minValue", "maxValue", "unitText", "currency", "address",
                         "addressLocality", "addressCountry", "monthsOfExperience", "credentialCategory"]),
        inner, max_size=4,
    ),
    max_leaves=10,
)  # fmt: skip
FIELDS = (
    "title", "description", "jobLocation", "jobLocationType", "baseSalary", "identifier", "datePosted",
    "validThrough", "experienceRequirements", "educationRequirements", "qualifications",
    "applicantLocationRequirements",
)  # fmt: skip


@given(job=st.dictionaries(st.sampled_from(FIELDS), JSON))
@example(job={"title": "Product Manager", "validThrough": "9999-12-31"})
def test_any_jobposting_is_a_posting_or_a_changed_shape(job: dict[str, Any]) -> None:
    page = f'<script type="application/ld+json">{json.dumps({"@type": "JobPosting", **job})}</script>'
    parse_detail = JSONLD.parse_detail
    assert parse_detail is not None
    try:
        posting = parse_detail(RawPosting("x", "Product Manager"), Reply(SITE, page.encode(), NOW))
    except ShapeChanged:
        return
    assert posting is None or (posting.title and posting.detail is None)


# ------------------------------------------------------------------ comments


@given(
    text=st.lists(
        st.sampled_from(
            ["Acme", " | ", "Product Manager", "AI Engineers", ", ", " and ", "<p>", "\n", "* ",
             "REMOTE (US)", "Berlin", " is hiring ", "Role: ", "$150k - 200k",
             "(", ")", "[", "]", " @ ", "https://a.example", '<a href="x">', "</a>",
             "&#x2F;", " - ", "we are looking for a ", ".", "- ", "é", "\x00"]
        )
    ).map("".join)
    | st.text()
)  # fmt: skip
def test_any_comment_is_read_or_left_out(text: str) -> None:
    advert = hn_advert.read(text)
    roles = advert.roles if advert else ()
    keys = [hn_advert.key(role.title) for role in roles]
    assert all(keys) and len(set(keys)) == len(keys)
    assert advert is None or advert.company.strip() == advert.company != ""
    assert all(role.title == role.title.strip() and len(role.title) <= 400 for role in roles)


# ------------------------------------------------------------------ the real thing


def _recording(name: str) -> bytes:
    path = SHARED_DATA / "recordings" / name
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    return path.read_bytes()


def test_the_real_amazon_reply_parses() -> None:
    page = parsed(FAMILIES["amazon"], _recording("amazon/openpostings_amazon-search.json"))
    assert (len(page.postings), page.rejects, page.total) == (2, (), 10_000)
    assert page.next is not None and page.next.url.endswith("&offset=2")  # the recording was cut to 2 of 100
    for posting in page.postings:
        assert (posting.locations, posting.workplace) == (("Oklahoma City, Oklahoma, USA",), "onsite")
        assert posting.posted_at == datetime(2026, 7, 27, tzinfo=UTC)
        assert "<h3>Basic qualifications</h3>" in posting.description


def test_the_one_real_apple_row_is_an_evergreen_pipeline() -> None:
    excerpt = json.loads(_recording("_transcribed/apple_search_excerpt.json"))
    (row,) = excerpt["res"]["searchResults"]
    request = list_request(FAMILIES["apple"])
    for kind, listed in ("PIPE", 0), ("REQ", 1):
        row["type"] = kind
        excerpt["res"]["totalRecords"] = 1
        page = parsed(FAMILIES["apple"], json.dumps(excerpt).encode(), request)
        assert (len(page.postings), page.rejects, page.next) == (listed, (), None)
    (posting,) = page.postings
    assert posting.locations == ("Sunnyvale, United States of America",) and posting.posted_at


@pytest.mark.parametrize(
    ("recording", "host", "postings", "titled", "following"),
    [
        ("expedia-jobs-sitemap", EXPEDIA, 4, 4, None),
        ("expedia-sitemap-index", EXPEDIA, 0, 0, f"https://{EXPEDIA}/jobs-sitemap.xml"),
        ("microsoft-sitemap", "apply.careers.microsoft.com", 3, 3, None),
        # /us/en/jobs/R-1075582: the address has no words
        ("walmart-sitemap", "careers.walmart.com", 4, 0, None),
    ],
)
def test_the_real_sitemaps_parse(
    recording: str, host: str, postings: int, titled: int, following: str | None
) -> None:
    page = _sitemap(f"https://{host}/sitemap.xml", _recording(f"sitemap/openpostings_{recording}.xml"))
    assert (len(page.postings), sum(bool(posting.title) for posting in page.postings)) == (postings, titled)
    assert page.next is None
    assert [request.url for request in page.more] == ([following] if following else [])
    assert all(posting.detail and posting.url.startswith("https://") for posting in page.postings)


@pytest.mark.parametrize(
    ("recording", "title", "places", "experience"),
    [
        ("jobseek_jsonld_meta_software_engineer", "Software Engineer, Infrastructure", 9, ""),
        (
            "jobseek_jsonld_neura_robotics_manager",
            "Manager Ecosystem Integration & Certification (Human)",
            1,
            "",
        ),
        ("openpostings_boeing-job", "Entry-level Manufacturing Planner", 1, ""),
        ("openpostings_expedia-job", "Security Engineer II - Threat Detection", 1, "5 years"),
        ("openpostings_microsoft-job", "Support Escalation Manager", 1, ""),
    ],
)
def test_the_real_pages_parse(recording: str, title: str, places: int, experience: str) -> None:
    at = (
        datetime(2026, 7, 28, tzinfo=UTC) if "openpostings" in recording else datetime(2026, 1, 1, tzinfo=UTC)
    )
    parse_detail = JSONLD.parse_detail
    assert parse_detail is not None
    posting = parse_detail(RawPosting("x", ""), Reply(SITE, _recording(f"jsonld/{recording}.html"), at))
    assert posting is not None
    assert (posting.title, len(posting.locations), posting.experience_raw) == (title, places, experience)
    assert posting.posted_at and len(posting.description) > 150 and posting.pay is None


@pytest.mark.parametrize("recording", ["disney-job-no-jsonld", "walmart-job-no-jsonld"])
def test_a_real_page_without_jsonld_is_named_as_such(recording: str) -> None:
    parse_detail = JSONLD.parse_detail
    assert parse_detail is not None
    with pytest.raises(ShapeChanged, match="no JobPosting"):
        parse_detail(
            RawPosting("x", ""), Reply(SITE, _recording(f"jsonld/openpostings_{recording}.html"), NOW)
        )


def test_the_real_search_for_threads_parses() -> None:
    family = FAMILIES["hn_whoishiring"]
    request = family.first(board_of(family.name))
    page = parsed(family, _recording("hn_whoishiring/abhibattula_hn_search.json"), request)
    assert page.next is not None and page.next.url == "https://hn.algolia.com/api/v1/items/48747976"


def test_the_real_thread_parses() -> None:
    page = parsed(FAMILIES["hn_whoishiring"], _recording("hn_whoishiring/abhibattula_hn_item.json"))
    assert (page.rejects, page.scope) == ((), "thread 48747976")
    assert {posting.company for posting in page.postings} == {"CaseLight", "We The Flywheel", "PrairieLearn"}
    assert all(posting.posted_at for posting in page.postings)


@pytest.mark.parametrize(("month", "comments", "managers"), [("2026-01", 264, 20), ("2026-02", 421, 31)])
def test_the_real_comments_parse(month: str, comments: int, managers: int) -> None:
    """`managers` was counted by eye: the roles of product managers that the comments offer. Not read are two
    that are only called "PM", among other abbreviations, and one "in product management"."""
    pulled = json.loads(_recording(f"hn_whoishiring/gantryops_{month}-01_raw.json"))["jobs"]
    children = [
        {"id": job["id"], "text": job["text"], "created_at": "2026-01-02T00:00:00.000Z"}
        for job in pulled
        if job["source"] == "who_is_hiring"
    ]
    body = json.dumps({"id": 1, "children": children}).encode()
    page = parsed(FAMILIES["hn_whoishiring"], body)
    assert (len(children), page.rejects) == (comments, ())
    with_roles = len({posting.native_id.partition("-")[0] for posting in page.postings})
    assert with_roles >= 0.85 * comments  # the others are replies, or name no company or no role
    assert sum(is_pm_title(posting.title) for posting in page.postings) == managers
    assert all(posting.company and posting.description for posting in page.postings)
