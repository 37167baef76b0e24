"""The identity of addresses."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.parsing.urls import canonical_url

SAME = {
    "https://x.example/jobs/1": [
        "HTTPS://X.example/jobs/1/", "http://x.example:80/jobs/1", "//x.example/jobs/1", "x.example/jobs/1",
        " https://x.example/jobs/1\n", "https://x.example/jobs/1#apply", "https://user:pw@x.example./jobs/1",
        "https://x.example/jobs/1?utm_source=a&utm_medium=b&gh_src=c&lang=en&language=zh-cn&from=x&ka=1",
    ],
    "https://x.example/jobs?board=b&gh_jid=42": ["https://x.example/jobs?gh_jid=42&board=b&lever-source=x"],
    "https://careers.tencent.com/jobdesc.html?postId=2046": [
        "http://careers.tencent.com/jobdesc.html?postId=2046",
        "https://careers.tencent.com/jobdesc.html?postId=2046&language=zh-cn",
    ],
    "https://careers.aliyun.com/off-campus/position-detail?positionId=1000": [
        "https://careers.aliyun.com/off-campus/position-detail?lang=zh&positionId=1000"
    ],
    "https://www.zhipin.com/job_detail/40aa~.html": [
        "https://www.zhipin.com/job_detail/40aa~.html?lid=8T6.search.2&securityId=abc&sessionId="
    ],
    "https://www.liepin.com/job/1978.shtml": ["https://www.liepin.com/job/1978.shtml?pgRef=c%3A1&skId=o&index=0"],
    "https://jobs.51job.com/beijing-cyq/1128.html": ["http://jobs.51job.com/beijing-cyq/1128.html?s=01&t=0"],
    "https://www.zhaopin.com/jobdetail/CC12J40.htm": [
        "http://www.zhaopin.com/jobdetail/CC12J40.htm?refcode=4019&preactionid=24"
    ],
    "https://jobs.lever.co/harbor/1af2ea92-dd7c-493c-8915-0bd5db450219": [
        "https://jobs.lever.co/harbor/1af2ea92-dd7c-493c-8915-0bd5db450219/apply?lever-source=L"
    ],
    "https://boards.greenhouse.io/harbor/jobs/7968": ["https://boards.greenhouse.io/harbor/jobs/7968?t=gh_src=&gh_jid=7968"],
    # The id is in the route, and a question mark in it starts a query as in any address.
    "https://hr.example/recruit/e#/social/job-info/28344": ["https://hr.example/recruit/e/#/social/job-info/28344?from=wx"],
    "https://x.example": ["https://x.example/", "http://x.example"],
    "https://x.example/%E4%BA%A7%E5%93%81?q=%E4%BA%A7": ["https://x.example/产品?q=产", "https://x.example/%e4%ba%a7%e5%93%81?q=%e4%ba%a7"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "given_url"), [(key, url) for key, urls in SAME.items() for url in [key, *urls]]
)
def test_same_posting(wanted: str, given_url: str) -> None:
    assert canonical_url(given_url) == wanted


@pytest.mark.parametrize(
    "different",
    [
        ("https://x.example/job?id=1", "https://x.example/job?id=2"),
        ("https://x.example/job?ref=JR-1", "https://x.example/job?ref=JR-2"),
        ("https://x.example/job?4679718006", "https://x.example/job?4679718007"),
        ("https://x.example/Job", "https://x.example/job"),
        ("https://x.example/#/job/1", "https://x.example/#/job/2"),
        ("https://evilzhipin.com/job_detail/1.html?id=1", "https://evilzhipin.com/job_detail/1.html?id=2"),
        ("https://x.example:8443/a", "https://x.example/a"),
    ],
)
def test_different_postings(different: tuple[str, str]) -> None:
    assert canonical_url(different[0]) != canonical_url(different[1])


@pytest.mark.parametrize(
    "text",
    ["", "   ", "/job_detail/1.html", "mailto:a@b.example", "javascript:void(0)", "ftp://x.example/1",
     "https://", "https:///path", "http://[::1", "https://x.example:99999/", "see the site",
     "产品经理", "3.5"],
)  # fmt: skip
def test_no_address(text: str) -> None:
    assert canonical_url(text) == ""


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    assert canonical_url(text) in ("", canonical_url(canonical_url(text)))


PIECES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)


@given(PIECES, PIECES, PIECES, st.sampled_from(["", "/", "!/", "#/"]))
@example("", "", "?0=", "/")
def test_idempotent(path: str, query: str, fragment: str, route: str) -> None:
    once = canonical_url(f"https://x.example/{path}?{query}#{route}{fragment}")
    assert once.startswith("https://x.example") and once.isascii() and canonical_url(once) == once
