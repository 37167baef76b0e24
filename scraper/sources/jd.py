"""JD.com's own career site: `POST zhaopin.jd.com/web/job/job_list` (a form), a hundred a page.

The one key is "social". The keyword 产品经理 is asked for as `jobSearch`: the site lists 1,840 posts. The
answer is a bare array without a count; a short page is the last.
The surprise: what others report conflicts. Plain arrays were read without a session in 2026-06 and 2026-10;
in 2026-09 one met encrypted data behind a signature. Whatever is not the plain array is refused here, not
decrypted. Posts have no address of their own, so none is given. Texts are HTML, line by line.
`formatPublishTime` is taken for the day of posting by its name.
"""

from scraper.errors import Refused, ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, headed, items

_HOST = "zhaopin.jd.com"
_LIST, _PUBLIC = f"https://{_HOST}/web/job/job_list", f"https://{_HOST}/web/job/job_info_list/3"
_SIZE = 100


def first(board: Board) -> Request:
    """Ask for the first hundred posts that the site finds for 产品经理."""
    asked = {"pageIndex": 1, "pageSize": _SIZE, "workCityJson": "[]", "jobTypeJson": "[]"}
    searched = {"jobSearch": career_sites.KEYWORD, "depTypeJson": "[]"}
    return asking.form_post(_LIST, asked | searched, (("Referer", _PUBLIC),))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; a full one is followed by another. Raises ShapeChanged, Refused."""
    jobs = reply.json()
    if isinstance(jobs, dict | str) and jobs:
        raise Refused(reply.url, "the site answers encrypted data or a refusal instead of the list")
    if not isinstance(jobs, list):
        raise ShapeChanged(reply.url, "the reply is no JSON array")
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["requirementId"])
    size = asking.number(request, "pageSize", _SIZE)
    more = asking.turned(request, "pageIndex", asking.number(request, "pageIndex", 1) + 1)
    return Page(postings, rejects, next=more if jobs and len(jobs) >= size else None)


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    return career_sites.key_of(url, _HOST, _LIST)


def _posting(job: items.Item) -> RawPosting:
    duties, requirements = (
        career_sites.html_with_lines(items.text(job, name)) for name in ("workContent", "qualification")
    )
    return RawPosting(
        native_id=items.identity(job, "requirementId"),
        title=items.text(job, "positionNameOpen") or items.title(job, "positionName"),
        description=headed.headed([("岗位职责", duties), ("岗位要求", requirements)]),
        format="html",
        locations=career_sites.cities(items.text(job, "workCity")),
        posted_at=chinese_days.moment(job, "formatPublishTime"),
    )


FAMILY = Family(
    "jd",
    first,
    parse,
    key_of,
    page=("pageIndex", 1),
    published=False,
    market="zh",
    presentation=frozenset({"pageSize"}),
)
