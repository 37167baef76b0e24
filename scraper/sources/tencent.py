"""Tencent's own career site: `GET careers.tencent.com/tencentcareer/api/post/Query`, 100 a page.

The one key is "social" (社会招聘). The keyword 产品经理 is asked for, because the site lists over two
thousand posts of all kinds and every post that is kept costs a second request; the answer holds posts
that only mention the keyword, so the title still decides.
The surprise: HTTP 200 is no success (`Code` is), `Posts` is null when empty, the list has the duties but
not the requirements (`ByPostId` has both), one role is one post per city, and `SourceID` 4 marks English
posts kept in Workday, which `ByPostId` does not know but whose list text is whole. The only date is
`LastUpdateTime`, a day in Shanghai.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from scraper.errors import Refused, ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, chinese_days, items, sections, urls

_HOST, _PATH = "careers.tencent.com", "/tencentcareer/api/post/"
_KEY, _SIZE = "social", 100
_WORKDAY = 4


def first(board: Board) -> Request:
    """Ask for the first hundred posts that the site finds for 产品经理."""
    asked = {"keyword": "产品经理", "pageIndex": 1, "pageSize": _SIZE, "language": "zh-cn", "area": "cn"}
    return Request(f"https://{_HOST}{_PATH}Query?{urlencode(asked)}")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `Data.Count` is the site's own count. Raises ShapeChanged, Refused."""
    data = _data(reply)
    total = items.member(reply, data, "Count", int)
    posts = items.member(reply, data, "Posts", list) if data.get("Posts") is not None else []
    postings, rejects = items.read_items(posts, _posting, lambda post: post["PostId"])
    page = asking.number(request, "pageIndex", 1)
    size = asking.number(request, "pageSize", len(posts))
    more = asking.turned(request, "pageIndex", page + 1)
    return Page(postings, rejects, next=more if posts and page * size < total else None, total=total)


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with duties and requirements as its text. Raises ShapeChanged, Refused."""
    data = _data(reply)
    try:
        if items.identity(data, "PostId") != posting.native_id:
            raise ValueError(f"the detail is of another post, {data['PostId']}")
        duties, requirements = items.text(data, "Responsibility"), items.text(data, "Requirement")
    except (KeyError, TypeError, ValueError) as error:
        raise ShapeChanged(reply.url, f"the detail cannot be read: {error}") from error
    listed = posting.description if not duties else ""
    text = sections.joined(listed, sections.duties_and_requirements(duties, requirements))
    return replace(posting, description=text, detail=None)


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    parts = urls.split(url)
    if parts is None or parts.hostname != _HOST:
        return None
    return _KEY if parts.path in ("", "/", f"{_PATH}Query") or parts.path.endswith(".html") else None


def _data(reply: Reply) -> dict[str, Any]:
    payload = reply.json()
    code = items.member(reply, payload, "Code", int)
    if 400 <= code < 500:
        raise Refused(reply.url, f"the site answers Code {code}")
    if code != 200:
        raise ShapeChanged(reply.url, f"the site answers Code {code} instead of 200")
    return items.member(reply, payload, "Data", dict)


def _posting(post: items.Item) -> RawPosting:
    post_id = items.identity(post, "PostId")
    duties = items.text(post, "Responsibility")
    abroad = post.get("SourceID") == _WORKDAY
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "RecruitPostName"),
        url=items.text(post, "PostURL"),
        description=duties if abroad else sections.section("岗位职责", duties),
        locations=items.places([items.text(post, "LocationName")]),
        experience_raw=items.text(post, "RequireWorkYearsName"),
        updated_at=chinese_days.moment(post, "LastUpdateTime"),
        detail=None if abroad else _detail(post_id),
    )


def _detail(post_id: str) -> Request:
    asked = urlencode({"postId": post_id, "language": "zh-cn"})
    return Request(f"https://{_HOST}{_PATH}ByPostId?{asked}")


FAMILY = Family(
    "tencent",
    first,
    parse,
    key_of,
    page=("pageIndex", 1),
    parse_detail=parse_detail,
    published=False,
    market="zh",
    presentation=frozenset({"pageSize", "language", "timestamp"}),
)
