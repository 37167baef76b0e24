"""NetEase's own career site: `POST hr.163.com/api/hr163/position/queryPage`, 50 a page.

The one key is "social"; 产品经理 is asked for, and the title decides. The page is turned by `currentPage`;
another name is ignored and gets page 1 for ever.
The surprise: the site shows `description` and `requirement` through an HTML parser, but most texts are
plain, with line ends. So each becomes HTML: one without markup is escaped, and a line end is a break. The
only date is `updateTime`, that of the last change.
"""

import html
import re

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, headed, items

_HOST, _LIST = "hr.163.com", "https://hr.163.com/api/hr163/position/queryPage"
_PAGE = ("currentPage", 1)
_LISTING = career_sites.Listing("data.list", "data.total", _PAGE, "pageSize")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def first(board: Board) -> Request:
    """Ask for the first fifty posts that the site finds for 产品经理."""
    asked = {"currentPage": 1, "pageSize": 50, "keyword": career_sites.KEYWORD}
    return asking.json_post(_LIST, asked)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `data.total` is the site's own count. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "code", 200, says="msg")
    return career_sites.read(_LISTING, reply, payload, request, _posting, "id")


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    return career_sites.key_of(url, _HOST, _LIST)


def _posting(post: items.Item) -> RawPosting:
    post_id = items.identity(post, "id")
    duties, requirements = (_as_html(items.text(post, name)) for name in ("description", "requirement"))
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "name"),
        url=f"https://{_HOST}/job-detail.html?id={post_id}",
        description=headed.headed((("岗位职责", duties), ("岗位要求", requirements))),
        format="html",
        locations=items.places(sorted(items.texts(post, "workPlaceNameList"))),
        experience_raw=items.text(post, "reqWorkYearsName"),
        education_raw=items.text(post, "reqEducationName"),
        updated_at=chinese_days.moment(post, "updateTime"),
    )


def _as_html(text: str) -> str:
    if not _TAG.search(text):
        text = html.escape(html.unescape(text), quote=False)
    return career_sites.html_with_lines(text)


FAMILY = Family(
    "netease",
    first,
    parse,
    key_of,
    page=_PAGE,
    published=False,
    market="zh",
    presentation=frozenset({"pageSize"}),
)
