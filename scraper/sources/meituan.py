"""Meituan's own career site: `POST zhaopin.meituan.com/api/official/job/getJobList`, a hundred a page.

The one key is "social" (`jobType` 3). The keyword 产品经理 is asked for: the site lists 2,460 posts.
The surprise: what lies beyond the last page is `list: null`, and the list leaves fields empty that the
detail has: `precedence` (what is preferred), `workYear`, `firstPostTime`. So every post that is kept costs a
second request. `departmentIntro` speaks of the company, not of the post, and is left out; `otherInfo` is
noise ("暂无"); `refreshTime` is no day of posting.
"""

from dataclasses import replace

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, details, items, sections

_HOST = "zhaopin.meituan.com"
_LIST, _DETAIL = (f"https://{_HOST}/api/official/job/{name}" for name in ("getJobList", "getJobDetail"))
_LISTING = career_sites.Listing(
    "data.list", "data.page.totalCount", ("page.pageNo", 1), "page.pageSize", "data.page.pageSize"
)


def first(board: Board) -> Request:
    """Ask for the first hundred posts that the site finds for 产品经理."""
    asked = {"page": {"pageNo": 1, "pageSize": 100}, "jobShareType": "1", "keywords": career_sites.KEYWORD}
    open_filters: dict[str, list[str]] = {"cityList": [], "department": [], "jfJgList": []}
    social = {"jobType": [{"code": "3", "subCode": []}], "typeCode": [], "specialCode": []}
    return asking.json_post(_LIST, asked | open_filters | social)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "status", 1, says="message")
    return career_sites.read(_LISTING, reply, payload, request, _posting, "jobUnionId")


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with the text, the years and the day of its detail. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "status", 1, says="message")
    job = items.member(reply, payload, "data", dict)
    with details.reading(reply):
        details.same(posting, job, "jobUnionId")
        whole = _posting(job)
    return replace(
        posting,
        description=whole.description or posting.description,
        experience_raw=whole.experience_raw,
        posted_at=whole.posted_at,
        detail=None,
    )


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    return career_sites.key_of(url, _HOST, _LIST)


def _posting(job: items.Item) -> RawPosting:
    job_id = items.identity(job, "jobUnionId")
    text = sections.joined(
        sections.section("岗位描述", items.text(job, "desc")),
        sections.duties_and_requirements(items.text(job, "jobDuty"), items.text(job, "jobRequirement")),
        sections.section("加分项", items.text(job, "precedence")),
        sections.section("岗位亮点", items.text(job, "highLight")),
    )
    return RawPosting(
        native_id=job_id,
        title=items.title(job, "name"),
        url=f"https://{_HOST}/web/position/detail?jobUnionId={job_id}",
        description=text,
        locations=items.places(sorted(items.text(city, "name") for city in items.children(job, "cityList"))),
        experience_raw=items.text(job, "workYear"),
        posted_at=items.epoch_ms_time(job, "firstPostTime"),
        detail=asking.json_post(_DETAIL, {"jobUnionId": job_id, "jobShareType": "1"}),
    )


FAMILY = Family(
    "meituan",
    first,
    parse,
    key_of,
    page=_LISTING.page,
    parse_detail=parse_detail,
    published=False,
    market="zh",
    presentation=frozenset({_LISTING.size}),
)
