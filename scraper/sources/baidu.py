"""Baidu's own career site: `POST talent.baidu.com/httservice/getPostListNew` as a form, 20 a page.

The one key is "social" (社会招聘); 产品经理 is asked for, and the title decides. Without the Referer of the
list's page the answer is HTTP 200 with status "no-auth", and so it is when one asks too often. More than 20
a page fails. The total is a number written as text.
The surprise: one opening (`jobId`) is listed under several `postId`s with the same or a re-formatted text,
and `updateDate` is refreshed in bulk. `publishDate`, a day in Shanghai, is the date, though it moves when
a post is put up again.
"""

import re

from scraper.errors import Refused
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, items, sections, urls

_HOST = "talent.baidu.com"
_PATHS = ("/httservice/getPostListNew", "/httservice/getPostList")
_PAGE = ("curPage", 1)
_LISTING = career_sites.Listing("data.list", "data.total", _PAGE, "pageSize")
_REFERER = (("Referer", f"https://{_HOST}/jobs/social-list"),)


def first(board: Board) -> Request:
    """Ask for the first twenty posts that the site finds for 产品经理."""
    asked = {
        "recruitType": "SOCIAL",
        "pageSize": 20,
        "keyWord": career_sites.KEYWORD,
        "curPage": 1,
        "projectType": "",
    }
    return asking.form_post(f"https://{_HOST}{_PATHS[0]}", asked, _REFERER)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `data.total` is the site's own count. Raises Refused, ShapeChanged."""
    payload = reply.json()
    if items.member(reply, payload, "status", str) == "no-auth":
        raise Refused(reply.url, f"the site answers status no-auth, {payload.get('message')!r}")
    career_sites.expect(reply, payload, "status", "ok", says="message")
    data = items.member(reply, payload, "data", dict)
    if isinstance(data.get("total"), str):
        data["total"] = _number(data["total"])
    return career_sites.read(_LISTING, reply, payload, request, _posting, "postId")


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the public pages of 社会招聘."""
    parts = urls.split(url)
    if parts is None or parts.hostname != _HOST:
        return None
    public = parts.path in ("", "/", "/jobs/social-list") or parts.path.startswith("/jobs/detail/SOCIAL/")
    return career_sites.KEY if public or parts.path in _PATHS else None


def _number(printed: str) -> int | None:
    return int(printed) if re.fullmatch("[0-9]{1,9}", printed) else None


def _posting(post: items.Item) -> RawPosting:
    post_id = items.identity(post, "postId")
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "name"),
        url=f"https://{_HOST}/jobs/detail/SOCIAL/{post_id}",
        description=sections.duties_and_requirements(
            items.text(post, "workContent"), items.text(post, "serviceCondition")
        ),
        locations=career_sites.cities(items.text(post, "workPlace")),
        experience_raw=items.text(post, "workYears"),
        education_raw=items.text(post, "education"),
        posted_at=chinese_days.moment(post, "publishDate"),
        requisition=items.text(post, "jobId"),
    )


FAMILY = Family(
    "baidu",
    first,
    parse,
    key_of,
    page=_PAGE,
    published=False,
    market="zh",
    presentation=frozenset({"pageSize"}),
)
