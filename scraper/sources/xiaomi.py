"""Xiaomi's own career site: `GET hr.xiaomi.com/website/api/agent/searchJobPage`, fifty a page.

The one key is "social" (`type` 1). The keyword 产品经理 is asked for: the site lists 1,910 posts. A post is
known by `jobPostId`, which its address has; the opening is `jobId`.
The surprise: the order of the cities changes from call to call, pages repeat posts, and `publishTime` differs
by years from the day that the post's own page has, so no day of posting is read. That page lies with Feishu
Hire (xiaomi.jobs.f.mioffice.cn) and has the same text as the list.
"""

from urllib.parse import urlencode

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import career_sites, items, sections

_HOST = "hr.xiaomi.com"
_LIST = f"https://{_HOST}/website/api/agent/searchJobPage"
_LISTING = career_sites.Listing("data.list", "data.total", ("pageNum", 1), "pageSize", "data.pageSize")


def first(board: Board) -> Request:
    """Ask for the first fifty posts that the site finds for 产品经理."""
    asked = {"keyword": career_sites.KEYWORD, "cityZhNames": "", "pageSize": 50, "pageNum": 1, "type": 1}
    return Request(f"{_LIST}?{urlencode(asked)}")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "code", 0, says="message")
    return career_sites.read(_LISTING, reply, payload, request, _posting, "jobPostId")


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    return career_sites.key_of(url, _HOST, _LIST)


def _posting(post: items.Item) -> RawPosting:
    return RawPosting(
        native_id=items.identity(post, "jobPostId"),
        title=items.title(post, "title"),
        url=items.text(post, "url"),
        description=sections.duties_and_requirements(
            items.text(post, "description"), items.text(post, "requirement")
        ),
        locations=items.places(sorted(items.texts(post, "cityZhNames"))),
        requisition=items.identity(post, "jobId") if post.get("jobId") else "",
    )


FAMILY = Family(
    "xiaomi",
    first,
    parse,
    key_of,
    page=_LISTING.page,
    published=False,
    market="zh",
    presentation=frozenset({_LISTING.size}),
)
