"""What the career sites of Alibaba's companies and of Ant have in common: success, one page, one post.

HTTP 200 is no success (`success` is). A page past the end counts 0 in all. `trackId` and the track_id in
`positionUrl` change with every call and are not read. `publishTime`, milliseconds or ISO 8601, moves with
the post's changes, a second from `modifyTime`, and is not shown by the sites: a hint, no date of posting.
"""

from dataclasses import replace

from scraper.errors import FetchError, Refused, ShapeChanged
from scraper.model import Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, career_sites, chinese_days, items, sections

PAGE = ("pageIndex", 1)
PRESENTATION = frozenset({"pageSize", "_csrf"})
_DEGREES = {"bachelor": "本科", "master": "硕士", "doctorate": "博士"}


def read(listing: career_sites.Listing, reply: Reply, request: Request, url: str) -> Page:
    """Read one page; each post's public address is `url` with its id. Raises Refused, ShapeChanged."""
    payload = reply.json()
    if not isinstance(payload, dict) or payload.get("success") is not True:
        raise _no_success(reply, payload)
    page = career_sites.read(listing, reply, payload, request, lambda post: _posting(post, url), "id")
    beyond = not (page.postings or page.rejects) and asking.number(request, *PAGE) > PAGE[1]
    return replace(page, total=None) if beyond else page


def _no_success(reply: Reply, payload: object) -> FetchError:
    said = payload if isinstance(payload, dict) else {}
    if "rgv587_flag" in said:
        return Refused(reply.url, "the site asks for a captcha")
    return ShapeChanged(reply.url, f"the site does not answer success: {str(said.get('errorMsg'))[:80]}")


def _posting(post: items.Item, url: str) -> RawPosting:
    post_id = items.identity(post, "id")
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "name"),
        url=f"{url}{post_id}",
        description=sections.duties_and_requirements(
            items.text(post, "description"), items.text(post, "requirement")
        ),
        locations=items.places(sorted(items.texts(post, "workLocations"))),
        experience_raw=_experience(items.child(post, "experience")),
        education_raw=_DEGREES.get(items.text(post, "degree"), ""),
        updated_at=chinese_days.moment(post, "publishTime"),
    )


def _experience(years: items.Item) -> str:
    low, high = items.number(years, "from"), items.number(years, "to")
    if high:
        return f"{low or 0:g}-{high:g}年"
    return "" if low is None else f"{low:g}年以上" if low else "不限"
