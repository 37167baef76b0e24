"""ByteDance's own career site: `POST jobs.bytedance.com/api/v1/search/job/posts`, 100 a page (see atsx).

The one key is "society" (社会招聘). 产品经理 is asked for, since the whole list is longer than the 10000
posts that the site shows; the answer holds posts that only mention it, so the title decides.
Unsigned, cookieless calls were answered in 2026-06 and 2026-09, but one witness got 405 with a User-Agent
that was no browser's: then the board is refused, and that is that. Many posts share a title, never an id.
"""

from scraper.model import Board, Family, Page, Reply, Request
from scraper.sources.parts import atsx, urls

_HOST, _KEY = "jobs.bytedance.com", "society"
_URL = f"https://{_HOST}/api/v1/search/job/posts"
_HEADERS = (("portal-channel", "office"), ("portal-platform", "pc"), ("website-path", _KEY))
_ENTRANCE = {"portal_type": 2, "job_function_id_list": [], "storefront_id_list": [], "portal_entrance": 1}


def first(board: Board) -> Request:
    """Ask for the first hundred posts that the site finds for 产品经理."""
    return atsx.search(_URL, _HEADERS, **_ENTRANCE)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises BoardGone, Refused, ShapeChanged."""
    posts = f"https://{_HOST}/experienced/position/"
    return atsx.read(reply, request, lambda post: atsx.posting(post, posts))


def key_of(url: str) -> str | None:
    """Return "society" for the list request and for the public pages of 社会招聘."""
    parts = urls.split(url)
    if parts is None or parts.hostname != _HOST:
        return None
    path = "/".join(urls.segments(parts))
    social = path in ("", "api/v1/search/job/posts") or f"{path}/".startswith("experienced/")
    return _KEY if social else None


FAMILY = Family(
    "bytedance",
    first,
    parse,
    key_of,
    page=atsx.PAGE,
    published=False,
    market="zh",
    presentation=atsx.PRESENTATION,
)
