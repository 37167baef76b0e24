"""Which posting an address leads to: one key for all spellings, none for pages that are no posting."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.normalizing.addresses import address_key, original_address

UUID = "5f0c1c3e-9a5d-4a53-8f0e-0d8a4b1c2d3e"

KEYS = {
    "greenhouse:4012345": (
        "https://boards.greenhouse.io/acme/jobs/4012345",
        "https://job-boards.greenhouse.io/acme/jobs/4012345?gh_src=abc",
        "http://job-boards.eu.greenhouse.io/acme/jobs/4012345/",
        "https://boards-api.greenhouse.io/v1/boards/acme/jobs/4012345",
        "https://boards.greenhouse.io/embed/job_app?for=acme&token=4012345",
        "https://acme.example/jobs/search?gh_jid=4012345",
        "https://www.acme.example/careers/?utm_source=x&GH_JID=4012345&gh_jid=4012345",
        "https://acme.example/careers#/open?gh_jid=4012345",
    ),
    f"lever:{UUID}": (
        f"https://jobs.lever.co/acme/{UUID}",
        f"https://jobs.eu.lever.co/acme/{UUID}/apply?lever-source=linkedin",
        f"https://api.lever.co/v0/postings/acme/{UUID}",
        f"jobs.lever.co/acme/{UUID.upper()}",
    ),
    f"ashby:{UUID}": (
        f"https://jobs.ashbyhq.com/acme/{UUID}",
        f"https://jobs.ashbyhq.com/Acme%20Labs/{UUID}/application?utm_source=feed",
        f"https://acme.example/careers?ashby_jid={UUID}",
    ),
    "smartrecruiters:744000131549929": (
        "https://jobs.smartrecruiters.com/Acme/744000131549929",
        "https://jobs.smartrecruiters.com/Acme/744000131549929-senior-product-manager?oga=true",
        "https://api.smartrecruiters.com/v1/companies/Acme/postings/744000131549929",
    ),
    "workday:acme:r100464": (
        "https://acme.wd5.myworkdayjobs.com/en-US/Careers/job/Berlin/Senior-Product-Manager_R100464",
        "https://acme.wd5.myworkdayjobs.com/Internal/job/Berlin/Senior-Product-Manager_R100464-1",
        "https://acme.wd5.myworkdayjobs.com/Careers/job/Senior-PM_R100464/apply/applyManually?source=x",
        "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/job/Berlin/Senior-PM_R100464",
        "https://wd5.myworkdaysite.com/en-US/recruiting/acme/Careers/job/Berlin/Senior-PM_R100464",
        "https://acme.wd5.myworkdayjobs.com/Careers/details/Senior-PM_R100464-2",
    ),
    "workday:acme:jr-0102286": ("https://acme.wd1.myworkdayjobs.com/x/job/USA/PM_JR-0102286",),
    "workable:dd136dd7e7": (
        "https://apply.workable.com/j/DD136DD7E7",
        "https://apply.workable.com/acme/j/DD136DD7E7/apply/",
        "https://apply.workable.com/acme/jobs/view/DD136DD7E7.md",
    ),
    "personio:1834171": ("https://acme.jobs.personio.de/job/1834171?language=en",),
    "recruitee:acme.recruitee.com:product-manager": (
        "https://acme.recruitee.com/o/product-manager",
        "https://acme.recruitee.com/o/product-manager/c/new",
    ),
    "teamtailor:7167985": ("https://acme.teamtailor.com/jobs/7167985-product-manager",),
    f"rippling:{UUID}": (f"https://ats.rippling.com/en-GB/acme/jobs/{UUID}",),
    "eightfold:1099555208188": (
        "https://acme.eightfold.ai/careers/job/1099555208188",
        "https://acme.eightfold.ai/careers?pid=1099555208188&domain=acme.com",
    ),
    "amazon:10485200": (
        "https://www.amazon.jobs/en/jobs/10485200/senior-pm-t",
        "https://account.amazon.jobs/jobs/10485200/apply",
    ),
    "icims:careers-acme.icims.com:8212": (
        "https://careers-acme.icims.com/jobs/8212/product-manager/job?in_iframe=1",
    ),
    "linkedin:4012345678": (
        "https://www.linkedin.com/jobs/view/4012345678/?trk=x",
        "https://de.linkedin.com/jobs/view/product-manager-at-acme-4012345678",
        "https://www.linkedin.com/jobs/search/?currentJobId=4012345678",
    ),
    "indeed:8b1e5d2c3f4a6b7c": ("https://de.indeed.com/viewjob?jk=8b1e5d2c3f4a6b7c&from=serp",),
    "boss:3f0a9cD1e2b4a5c60nZ93t-1EVpS": (
        "https://www.zhipin.com/job_detail/3f0a9cD1e2b4a5c60nZ93t-1EVpS.html",
        "https://m.zhipin.com/job_detail/3f0a9cD1e2b4a5c60nZ93t-1EVpS.html?lid=x.search.1&securityId=y",
    ),
    "liepin:job/1978747195": ("https://www.liepin.com/job/1978747195.shtml?pgRef=c_pc&d_sfrom=se",),
    "51job:106610240": (
        "https://jobs.51job.com/beijing-cyq/106610240.html?s=01&t=0",
        "https://m.51job.com/jobs/shanghai/106610240.html",
    ),
    "zhaopin:cc629673980j40820144209": (
        "http://www.zhaopin.com/jobdetail/CC629673980J40820144209.htm?refcode=4019",
        "https://jobs.zhaopin.com/CC629673980J40820144209.htm",
    ),
    "lagou:1373102": ("http://www.lagou.com/jobs/1373102.html", "https://www.lagou.com/wn/jobs/1373102.html"),
    "tencent:1524644586897547264": (
        "http://careers.tencent.com/jobdesc.html?postId=1524644586897547264",
        "https://careers.tencent.com/tencentcareer/api/post/ByPostId?postId=1524644586897547264&language=zh-cn",
    ),
    "feishu:7260435545050005612": (
        "https://jobs.bytedance.com/experienced/position/7260435545050005612/detail",
        "https://acme.jobs.feishu.cn/index/position/7260435545050005612/detail?spread=x",
        "https://acme.jobs.f.mioffice.cn/index/position/7260435545050005612",
    ),
    # Elsewhere the canonical URL.
    "https://talent.baidu.com/jobs/detail/SOCIAL/cf5efeb9": (
        "http://talent.baidu.com/jobs/detail/SOCIAL/cf5efeb9?utm_source=x",
    ),
    "https://acme.example/careers/product-manager": ("https://acme.example/careers/product-manager/#apply",),
    "https://acme.example/jobs?id=77": ("https://acme.example/jobs/?lang=en&id=77",),
    "https://careers.acme.example#/experienced/job-detail/MJ0176": (
        "https://careers.acme.example/#/experienced/job-detail/MJ0176",
    ),
}

NO_POSTING = [
    "", "   ", "mailto:jobs@acme.example", "javascript:void(0)", "/jobs/1", "https://", "ftp://acme.example/1",
    "https://acme.example", "https://www.acme.example/?utm_source=x", "https://acme.example/careers/",
    "https://acme.example/company/careers/open-positions", "https://acme.example/en-us/jobs?city=Berlin&page=2",
    "https://acme.example/index.html", "https://acme.example/#/jobs", "https://talent.acme.example/jobs/social-list",
    "https://jobs.ashbyhq.com/acme", "https://jobs.lever.co/acme?department=Product",
    "https://boards.greenhouse.io/acme", "https://job-boards.greenhouse.io/embed/job_board?for=acme",
    "https://jobs.smartrecruiters.com/Acme", "https://acme.wd5.myworkdayjobs.com/en-US/Careers",
    "https://acme.wd5.myworkdayjobs.com/en-US/Careers/job/Berlin", "https://apply.workable.com/acme/",
    "https://www.zhipin.com/web/geek/job?query=AI&city=101010100", "https://www.zhipin.com/gongsi/abc123.html",
    "https://jobs.51job.com/all/co2758227.html", "https://arts.51job.com/arts/05/435106.html",
    "https://company.zhaopin.com/CZ177369020.htm", "https://careers.tencent.com/search.html?keyword=AI",
    "https://news.ycombinator.com/item?id=46466191", "https://www.linkedin.com/company/acme/",
]  # fmt: skip


@pytest.mark.parametrize(("key", "url"), [(key, url) for key, urls in KEYS.items() for url in urls])
def test_the_same_key_however_it_is_spelt(key: str, url: str) -> None:
    assert address_key(url) == key


@pytest.mark.parametrize("url", NO_POSTING)
def test_no_key_where_no_single_posting_is_named(url: str) -> None:
    assert address_key(url) is None


def test_a_copy_and_its_original_have_one_key() -> None:
    original = original_address("https://boards.greenhouse.io/acme/jobs/4012345")
    copy = original_address(
        "https://remotejobs.example/job/88", "https://acme.example/careers?gh_jid=4012345"
    )
    assert copy == original == "greenhouse:4012345"


@pytest.mark.parametrize(
    "form", ["", "https://forms.example/acme", "mailto:hr@acme.example", "https://jobs.lever.co/acme"]
)
def test_a_form_for_all_openings_is_no_original(form: str) -> None:
    assert original_address("https://board.example/job/88", form) == "https://board.example/job/88"
    assert original_address("https://acme.example/careers", form) == ""


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    key = address_key(text)
    assert key is None or key
    assert original_address(text, text) == (key or "")


@given(
    st.sampled_from(sorted(url for urls in KEYS.values() for url in urls)), st.sampled_from(["", "&", "?"])
)
def test_tracking_changes_nothing(url: str, _: str) -> None:
    if "#" not in url:
        tracked = url + ("&" if "?" in url else "?") + "utm_campaign=spring&trk=mail"
        assert address_key(tracked) == address_key(url)


def test_no_two_openings_of_a_real_feed_share_a_key(shared_data) -> None:  # type: ignore[no-untyped-def]
    for path in sorted((shared_data / "snapshots").glob("pm_feed_*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = (
            content if isinstance(content, list) else next(v for v in content.values() if isinstance(v, list))
        )
        titles: dict[str, set[str]] = {}
        for row in rows:
            key = original_address("", row["apply_url"])
            if key:
                titles.setdefault(key, set()).add(row["title"])
        assert [key for key, named in titles.items() if len(named) > 1] == []
        assert sum(key.startswith(("greenhouse:", "ashby:", "amazon:")) for key in titles) > 0.9 * len(titles)
        assert len(titles) > 0.9 * len({row["apply_url"] for row in rows})
