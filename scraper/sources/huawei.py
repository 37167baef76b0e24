"""Huawei's own career site: `POST apigw-dgg-b0.huawei.com/…/recruitmentPosition/pub/getJobPage`, 100 a page.

The one key is "social" (`jobType` SR). No keyword is known that the gateway filters by, so the whole list of
some 424 posts is read. The headers are fixed ones of the site's own page; without the Referer the gateway
answers 412.
The surprise: some texts are only a pointer ("请您详见岗位意向中的岗位职责"), to the post's directions, each
with duties and requirements of its own: `getPositionIntentionList` by `jobId`, asked only for such posts and
for those without a text. The site's request for a single post says no more than its list. Texts are HTML.
`workYear` is the least number of years, a bare number. `releaseDate` is taken for the day of posting by
its name.
"""

import re
from dataclasses import replace

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, details, headed, items

_PUBLIC = "career.huawei.com"
_APP = "app_000000035886"
_LIST, _DIRECTIONS = (
    f"https://apigw-dgg-b0.huawei.com/api/apig/channelhw/recruitmentPosition/pub/{name}?X-HW-ID={_APP}"
    for name in ("getJobPage", "getPositionIntentionList")
)
_HEADERS = (
    ("X-HW-ID", _APP),
    ("x-jalor-tenantAlias", "hcm"),
    ("x-language", "zh_CN"),
    ("x-Referer", f"https://{_PUBLIC}/cn"),
    ("Referer", f"https://{_PUBLIC}/"),
)
_LISTING = career_sites.Listing(
    "data.result", "data.pageVO.totalRows", ("curPage", 1), "pageSize", "data.pageVO.pageSize"
)
_POINTER = re.compile(r"(?:<[^<>]{0,80}>|\s)*(?:请您)?详见岗位意向")


def first(board: Board) -> Request:
    """Ask for the first hundred posts."""
    return asking.json_post(_LIST, {"curPage": 1, "pageSize": 100, "jobType": "SR"}, _HEADERS)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "status", "SUCCESS", says="message")
    return career_sites.read(_LISTING, reply, payload, request, _posting, "advertisementId")


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with the text of its directions; `text_cut` if it has none. Raises ShapeChanged."""
    payload = reply.json()
    career_sites.expect(reply, payload, "status", "SUCCESS", says="message")
    directions = items.member(reply, payload, "data", list)
    with details.reading(reply):
        texts = [_text(direction, "jobResponsibilities", "jobDemand") for direction in directions]
    found = [text for text in texts if text]
    whole = "\n".join([posting.description, *found] if posting.description else found)
    return replace(posting, description=whole, text_cut=not found, detail=None)


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    return career_sites.key_of(url, _PUBLIC, _LIST)


def _posting(job: items.Item) -> RawPosting:
    job_id = items.identity(job, "advertisementId")
    duties = "mainBusiness" if items.text(job, "mainBusiness") else "jobDesc"
    text = _text(job, duties, "jobRequire")
    pointing = not text or any(_POINTER.match(items.text(job, name)) for name in (duties, "jobRequire"))
    directions = (
        asking.json_post(_DIRECTIONS, {"jobId": job["jobId"]}, _HEADERS) if job.get("jobId") else None
    )
    years = str(job["workYear"]) if job.get("workYear") is not None else ""
    return RawPosting(
        native_id=job_id,
        title=items.title(job, "jobName"),
        url=f"https://{_PUBLIC}/cn/job-details?advertisementId={job_id}",
        description=text,
        format="html",
        locations=career_sites.cities(items.text(job, "workPlace")),
        experience_raw=f"{years}年以上" if re.fullmatch("[1-9][0-9]?", years) else "",
        posted_at=chinese_days.moment(job, "releaseDate"),
        text_cut=pointing and directions is None,
        detail=directions if pointing else None,
    )


def _text(part: items.Item, duties: str, requirements: str) -> str:
    """Return both parts under their headings, those that only point elsewhere left out."""
    found = (("岗位职责", items.text(part, duties)), ("岗位要求", items.text(part, requirements)))
    return headed.headed(
        (heading, career_sites.html_with_lines(text)) for heading, text in found if not _POINTER.match(text)
    )


FAMILY = Family(
    "huawei",
    first,
    parse,
    key_of,
    page=_LISTING.page,
    parse_detail=parse_detail,
    published=False,
    market="zh",
    presentation=frozenset({_LISTING.size, "X-HW-ID"}),
)
