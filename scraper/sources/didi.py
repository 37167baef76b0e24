"""Didi's own career site: `GET talent.didiglobal.com/recruit-portal-service/api/job/front/list`, 16 a page.

The one key is "social" (`recruitType` 1, which the site was seen to ignore). The keyword 产品经理 is asked
for as `jobName`. A page has 16 posts whatever is asked for.
The surprise: the texts are null in the list, so every post that is kept costs a request to
`front/view/{jdId}` (`jobDesc`, `qualification`, `publishTime`), which belongs to the post whose `jdNo` it
has. And the site counts more posts than it shows: of 1,036 its own last page lacked 11, whoever looked. Its
count is therefore not held against the list; instead every page it promises must come, and all but the last
must be full.
"""

from dataclasses import replace
from urllib.parse import quote, urlencode

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, details, items, sections

_HOST = "talent.didiglobal.com"
_API = f"https://{_HOST}/recruit-portal-service/api/job/front"
_LIST = f"{_API}/list"
_SIZE = 16
_LISTING = career_sites.Listing("data.items", "data.total", ("page", 1), "size", "data.size")


def first(board: Board) -> Request:
    """Ask for the first posts that the site finds for 产品经理."""
    asked = {"jobName": career_sites.KEYWORD, "page": 1, "recruitType": 1, "size": _SIZE}
    return Request(f"{_LIST}?{urlencode(asked)}")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged (also for a page that is shorter than it may be), Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "meta.code", 0, says="meta.message")
    page = career_sites.read(_LISTING, reply, payload, request, _posting, "jdId")
    listed, number = len(page.postings) + len(page.rejects), asking.number(request, "page", 1)
    wanted = _SIZE if page.next else 1
    if page.total and page.total > (number - 1) * _SIZE and listed < wanted:
        raise ShapeChanged(reply.url, f"page {number} has {listed} posts, but {page.total} are counted")
    return replace(page, total=None)


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with the text and the day of its detail. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "meta.code", 0, says="meta.message")
    job = items.member(reply, payload, "data", dict)
    with details.reading(reply):
        if posting.requisition and items.text(job, "jdNo") not in ("", posting.requisition):
            raise ValueError(f"the detail is of another posting, {job['jdNo']}")
        text = sections.duties_and_requirements(items.text(job, "jobDesc"), items.text(job, "qualification"))
        posted_at = chinese_days.moment(job, "publishTime")
    return replace(posting, description=text or posting.description, posted_at=posted_at, detail=None)


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    return career_sites.key_of(url, _HOST, _LIST)


def _posting(job: items.Item) -> RawPosting:
    job_id = items.identity(job, "jdId")
    duties, requirements = items.text(job, "jobDuty"), items.text(job, "jobQualification")
    return RawPosting(
        native_id=job_id,
        title=items.title(job, "jobName"),
        url=f"https://{_HOST}/social/p/{job_id}",
        description=sections.duties_and_requirements(duties, requirements),
        locations=career_sites.cities(items.text(job, "workArea")),
        requisition=items.text(job, "jdNo"),
        detail=None if duties and requirements else Request(f"{_API}/view/{quote(job_id, safe='')}"),
    )


FAMILY = Family(
    "didi",
    first,
    parse,
    key_of,
    page=_LISTING.page,
    parse_detail=parse_detail,
    published=False,
    market="zh",
    presentation=frozenset({"size"}),
)
