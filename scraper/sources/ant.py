"""Ant Group's own career site: `POST hrcareersweb.antgroup.com/api/social/position/search`, 10 a page.

The one key is "social" (社会招聘); 产品经理 is asked for, and the title decides. More than 10 a page is not
sure to be answered. Unlike on Alibaba's sites, `content` is the list itself and the count stands beside it,
and no session is needed: plain calls that name the site as Referer were answered in 2026-10; earlier in the
year one witness got 405. `teamDescription` speaks of the team and is not read. See alibaba_posts.
"""

from scraper.model import Board, Family, Page, Reply, Request
from scraper.sources.parts import alibaba_posts, asking, career_sites, urls

_LIST, _SITE = "https://hrcareersweb.antgroup.com/api/social/position/search", "talent.antgroup.com"
_LISTING = career_sites.Listing("content", "totalCount", alibaba_posts.PAGE, "pageSize")
_HEADERS = (("Origin", f"https://{_SITE}"), ("Referer", f"https://{_SITE}/"))


def first(board: Board) -> Request:
    """Ask for the first ten posts that the site finds for 产品经理."""
    body = {
        "key": career_sites.KEYWORD,
        "regions": "",
        "categories": "",
        "subCategories": "",
        "bgCode": "",
        "socialQrCode": "",
        "pageIndex": 1,
        "pageSize": 10,
        "channel": "group_official_site",
        "language": "zh",
    }
    return asking.json_post(_LIST, body, _HEADERS)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `totalCount` is the site's own count. Raises Refused, ShapeChanged."""
    return alibaba_posts.read(_LISTING, reply, request, f"https://{_SITE}/off-campus-position?positionId=")


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the public pages of 社会招聘."""
    parts = urls.split(url)
    if parts is None:
        return None
    public = parts.path in ("", "/") or parts.path.startswith("/off-campus")
    found = urls.same_place(url, _LIST) or (public and parts.hostname == _SITE)
    return career_sites.KEY if found else None


FAMILY = Family(
    "ant",
    first,
    parse,
    key_of,
    page=alibaba_posts.PAGE,
    published=False,
    market="zh",
    presentation=alibaba_posts.PRESENTATION,
)
