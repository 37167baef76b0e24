"""Xiaohongshu's own career site: `POST job.xiaohongshu.com/websiterecruit/position/pageQueryPosition`.

The one key is "social" (`recruitType`). The keyword 产品经理 is asked for as `positionName`; `keyword` and
city filters are ignored. Some saw the site keep to ten a page whatever is asked for, so ten are asked for
and the size that it tells counts.
The surprise: the same posts on two pages (841 in 847 places), cities in one field with full-width commas and
stray blanks. The twin host recruit.xiaohongshu.com wants a login and is not asked. `publishTime` is taken
for the day of posting by its name.
"""

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, items, sections

_HOST = "job.xiaohongshu.com"
_LIST = f"https://{_HOST}/websiterecruit/position/pageQueryPosition"
_LISTING = career_sites.Listing("data.list", "data.total", ("pageNum", 1), "pageSize", "data.pageSize")


def first(board: Board) -> Request:
    """Ask for the first ten posts that the site finds for 产品经理."""
    asked = {"positionName": career_sites.KEYWORD, "pageNum": 1, "pageSize": 10, "recruitType": "social"}
    return asking.json_post(_LIST, asked)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "statusCode", 200, says="alertMsg", refusals=(320001,))
    return career_sites.read(_LISTING, reply, payload, request, _posting, "positionId")


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    return career_sites.key_of(url, _HOST, _LIST)


def _posting(post: items.Item) -> RawPosting:
    post_id = items.identity(post, "positionId")
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "positionName"),
        url=f"https://{_HOST}/social/position/{post_id}",
        description=sections.duties_and_requirements(
            items.text(post, "duty"), items.text(post, "qualification")
        ),
        locations=career_sites.cities(items.text(post, "workplace")),
        posted_at=chinese_days.moment(post, "publishTime"),
    )


FAMILY = Family(
    "xiaohongshu",
    first,
    parse,
    key_of,
    page=_LISTING.page,
    published=False,
    market="zh",
    presentation=frozenset({_LISTING.size}),
)
