"""TikTok's own career site: `POST api.lifeattiktok.com/api/v1/public/supplier/search/job/posts`.

The one key is "tiktok"; the search "product manager" is asked for. The envelope is ByteDance's (`atsx`).
The surprise: without `website-path: tiktok` the host answers 400; there is no date at all; the place is a
chain of `city_info` → `parent` → `parent`; pay fields exist and are empty, pay stands in the text.
"""

from collections.abc import Iterator

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import atsx, items, sections, urls

_API, _PATH = "api.lifeattiktok.com", "/api/v1/public/supplier/search/job/posts"
_SITE, _KEY = "lifeattiktok.com", "tiktok"
_HEADERS = (
    ("website-path", "tiktok"),
    ("Accept-Language", "en"),
    ("Origin", f"https://{_SITE}"),
    ("Referer", f"https://{_SITE}/"),
)


def first(board: Board) -> Request:
    """Ask for the first hundred posts that the site finds for "product manager"."""
    return atsx.search(f"https://{_API}{_PATH}", _HEADERS, keyword="product manager")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `data.count` is the site's own count. Raises ShapeChanged, Refused."""
    return atsx.read(reply, request, _posting)


def key_of(url: str) -> str | None:
    """Return "tiktok" for the list request and for the site's public pages."""
    parts = urls.split(url)
    if parts is None:
        return None
    if parts.hostname == _API:
        return _KEY if parts.path == _PATH else None
    public = parts.hostname in (_SITE, f"www.{_SITE}", "careers.tiktok.com")
    return _KEY if public and parts.path not in ("/robots.txt", "/sitemap.xml") else None


def _posting(post: items.Item) -> RawPosting:
    post_id = items.identity(post, "id")
    requirement = items.text(post, "requirement")
    return RawPosting(
        native_id=post_id,
        title=items.title(post, "title"),
        url=f"https://{_SITE}/search/{post_id}",
        # Most say "Minimum Qualifications" themselves; a second heading above that would be an empty section.
        description=sections.joined(items.text(post, "description"), _headed(requirement)),
        locations=items.places([", ".join(items.places(_chain(items.child(post, "city_info"))))]),
    )


def _headed(requirement: str) -> str:
    named = "qualification" in requirement[:40].lower()
    return requirement if named else sections.section("Requirements", requirement)


def _chain(place: items.Item) -> Iterator[str]:
    """Yield the English names of a place and of the larger ones that it lies in (never more than five)."""
    for _ in range(5):
        yield items.text(place, "en_name")
        place = items.child(place, "parent")


FAMILY = Family(
    "tiktok", first, parse, key_of, page=atsx.PAGE, published=False, presentation=atsx.PRESENTATION
)
