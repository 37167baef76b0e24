"""What ByteDance's own career sites and the portals of its product Feishu Hire have in common.

`POST …/search/job/posts` with a JSON body; the answer is `{"code": 0, "data": {"count", "job_post_list"}}`.
HTTP 200 is no success, `code` is. `count` ends at 10000 and so does the list: what lies beyond is not
shown. Texts are literal ("List<T>", "&amp;"): nothing is stripped. `publish_time` is not shown by the sites;
it is taken for the time of posting by its name, and since it moved in none of 730 posts seen for a week.
"""

from collections.abc import Callable
from typing import Any

from scraper.errors import BoardGone, ShapeChanged
from scraper.model import Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, items, sections

PAGE = ("offset", 0)
PRESENTATION = frozenset({"limit"})
_SIZE, _CAP = 100, 10_000
_NO_SUCH_SITE = -9_000_003
_FILTERS = (
    "job_category_id_list",
    "tag_id_list",
    "location_code_list",
    "subject_id_list",
    "recruitment_id_list",
)


def search(url: str, headers: tuple[tuple[str, str], ...], **conditions: Any) -> Request:
    """Ask for the first hundred posts that the site finds for 产品经理.

    `headers` name the portal (`website-path` and others). `conditions` join the body; they may replace the
    keyword or one of the filters, which are all open.
    """
    body: dict[str, Any] = {"keyword": career_sites.KEYWORD, "limit": _SIZE, "offset": 0}
    return asking.json_post(url, body | {name: [] for name in _FILTERS} | conditions, headers)


def read(reply: Reply, request: Request, read_one: Callable[[items.Item], RawPosting]) -> Page:
    """Read one page, each post by `read_one`; `data.count` is the site's own count.

    Raises BoardGone (no such portal), Refused, ShapeChanged; the last also at the cap, where a list of
    which not everything can be read ends.
    """
    payload = reply.json()
    if items.member(reply, payload, "code", int) == _NO_SUCH_SITE:
        raise BoardGone(reply.url, "the host has no such portal (code -9000003)")
    career_sites.expect(reply, payload, "code", 0, says="message")
    data = items.member(reply, payload, "data", dict)
    total = items.member(reply, data, "count", int)
    listed = data.get("job_post_list")
    posts = items.member(reply, data, "job_post_list", list) if total or listed is not None else []
    offset = asking.number(request, *PAGE)
    if not posts and offset >= _CAP:
        raise ShapeChanged(reply.url, f"the site shows only {_CAP} posts of a longer list")
    postings, rejects = items.read_items(posts, read_one, lambda post: post["id"])
    following = offset + len(posts)
    more = posts and (following < total or total >= _CAP)
    return Page(
        postings, rejects, next=asking.turned(request, PAGE[0], following) if more else None, total=total
    )


def posting(post: items.Item, url: str) -> RawPosting:
    """Read a post of a Chinese portal whose public address is `url`, followed by its id and "/detail"."""
    post_id = items.identity(post, "id")
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "title"),
        url=f"{url}{post_id}/detail",
        description=sections.duties_and_requirements(
            items.text(post, "description"), items.text(post, "requirement")
        ),
        locations=_cities(post),
        posted_at=items.epoch_ms_time(post, "publish_time"),
    )


def _cities(post: items.Item) -> tuple[str, ...]:
    """Return the cities of a post, sorted: their order changes."""
    cities = items.children(post, "city_list") or [items.child(post, "city_info")]
    return items.places(sorted(items.text(city, "name") for city in cities))
