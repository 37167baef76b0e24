"""Ctrip's (Trip.com's) own career site: `POST careers.ctrip.com/api/hrrecruit/getJobAd`, a hundred a page.

The one key is "social" (`category` 1). The keyword 产品经理 is asked for: the site lists 489 posts.
The surprise: success is `retCode` "201", page and size are texts, and `requirements` is HTML that holds the
whole posting (`duty` is null). A post is known by `fromId` ("MJ037248"), which its address has; `id` is that
of the row. Cities come in English or Chinese. `publishDate` is taken for the day of posting by its name.
"""

from typing import Any

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, headed, items

_HOST = "careers.ctrip.com"
_LIST = f"https://{_HOST}/api/hrrecruit/getJobAd"
_LISTING = career_sites.Listing(
    "retValue.recruitJobAdList", "retValue.total", ("pager.index", 1), "pager.size"
)
_OPEN = ("kind", "country", "city", "bucode", "jobFamilyCode", "jobFamilyGroupCode")


def first(board: Board) -> Request:
    """Ask for the first hundred posts that the site finds for 产品经理."""
    condition: dict[str, Any] = {"fromId": [], "keyword": career_sites.KEYWORD}
    condition |= {name: [] for name in _OPEN} | {"category": 1}
    pager, head = {"index": "1", "size": "100"}, {"language": "zh_CN", "version": "1"}
    return asking.json_post(_LIST, {"condition": condition, "pager": pager, "head": head})


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged, Refused."""
    payload = reply.json()
    career_sites.expect(reply, payload, "retCode", "201", says="retMessage")
    return career_sites.read(_LISTING, reply, payload, request, _posting, "fromId")


def key_of(url: str) -> str | None:
    """Return "social" for the list request and for the site's public pages."""
    return career_sites.key_of(url, _HOST, _LIST)


def _posting(post: items.Item) -> RawPosting:
    post_id = items.identity(post, "fromId")
    duties, text = items.text(post, "duty"), items.text(post, "requirements")
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "jobTitle"),
        url=f"https://{_HOST}/#/experienced/job-detail/{post_id}",
        description=headed.headed([("岗位职责", duties), ("", text)]),
        format="html",
        locations=career_sites.cities(items.text(post, "cityName")),
        posted_at=chinese_days.moment(post, "publishDate"),
    )


FAMILY = Family(
    "ctrip",
    first,
    parse,
    key_of,
    page=_LISTING.page,
    published=False,
    market="zh",
    presentation=frozenset({_LISTING.size, "head.language", "head.version"}),
)
