"""Bilibili's own career site: a token, then `POST jobs.bilibili.com/api/srs/position/positionList`.

The one key is "social". `GET /api/auth/v1/csrf/token` answers the token in `data`; the list wants it in the
header X-CSRF, and some clients had to send it as the cookie X-CSRF, too, which the site sets for a domain
of its own. The keyword 产品经理 is asked for: the site lists some 500 posts.
The surprise: without the session it answers 200 with code -101 ("ajSessionId不能为空") or -3; `pages` is
computed anew from what the last page holds (479 posts, 9 on the last: 54 pages), so `total` decides; duties
and requirements stand in one HTML field, which was plain text in 2021. `pushTime` is taken for the day of
posting by its name.
"""

from dataclasses import replace

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, items

_HOST = "jobs.bilibili.com"
_TOKEN = f"https://{_HOST}/api/auth/v1/csrf/token"
_LIST = f"https://{_HOST}/api/srs/position/positionList"
_APPLICATION = (("X-AppKey", "ops.ehr-api.auth"), ("X-UserType", "2"))
_REFUSALS = (-101, -3, -403)
_LISTING = career_sites.Listing("data.list", "data.total", ("pageNum", 1), "pageSize")
_OPEN = ("postCode", "postCodeList", "workLocationList", "workTypeList", "positionTypeList", "deptCodeList")


def first(board: Board) -> Request:
    """Ask for the token that opens a session."""
    return Request(_TOKEN, headers=(asking.ACCEPT_JSON, *_APPLICATION), token=r'"data" ?: ?"([^"]+)"')


def query(board: Board) -> Request:
    """Ask for the first hundred posts that the site finds for 产品经理; the token is still missing."""
    asked = {"pageSize": 100, "pageNum": 1, "positionName": career_sites.KEYWORD}
    body = asked | {name: [] for name in _OPEN} | {"recruitType": 0}
    return asking.json_post(_LIST, body, (*_APPLICATION, ("X-Channel", "social")))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the token, which leads on to the list, or one page of the list. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "code", 0, says="message", refusals=_REFUSALS)
    if request.method == "POST":
        return career_sites.read(_LISTING, reply, payload, request, _posting, "id")
    token = items.member(reply, payload, "data", str)
    if not (token and token.isascii() and token.isprintable()):
        raise ShapeChanged(reply.url, "the reply has no token at 'data'")
    asked = query(board)
    session = (("X-CSRF", token), ("Cookie", f"X-CSRF={token}"))
    return Page(next=replace(asked, headers=(*asked.headers, *session)))


def key_of(url: str) -> str | None:
    """Return "social" for the session and the list request and for the site's public pages."""
    return career_sites.key_of(url, _HOST, _TOKEN, _LIST)


def _posting(post: items.Item) -> RawPosting:
    post_id = items.identity(post, "id")
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "positionName"),
        url=f"https://{_HOST}/social/positions/{post_id}",
        description=items.text(post, "positionDescription"),
        format="html",
        locations=career_sites.cities(items.text(post, "workLocation")),
        experience_raw=items.text(post, "workExperience"),
        posted_at=chinese_days.moment(post, "pushTime"),
    )


FAMILY = Family(
    "bilibili",
    first,
    parse,
    key_of,
    page=_LISTING.page,
    query=query,
    published=False,
    market="zh",
    presentation=frozenset({_LISTING.size}),
)
