"""The Muse: `GET www.themuse.com/api/public/jobs?category={key}&page=N`, 20 a page, API v2.

The key is a category, "Product Management", or "all". Requests carry the user's API key: 3,600 an hour with
it, 500 without; above that the answer is 403.
The surprise: page 99 is the last that is answered, so a category of more than 1,980 postings cannot be read
to its end, and its looks are partial. "Flexible / Remote" is a filter of the site listed among the places:
alone it says that the job is remote, beside a city it says nothing.
"""

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import aggregators, asking, items

_API = "https://www.themuse.com/api/public/jobs"
_LAST_PAGE = 99
_REMOTE = "Flexible / Remote"


def first(board: Board) -> Request:
    """Ask for the first page of the category."""
    url = aggregators.address(_API, "category", board.key, page=1)
    return Request(url, secrets=(("api_key", "themuse"),))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `total` is the site's own count. Raises ShapeChanged."""
    payload = reply.json()
    jobs = items.member(reply, payload, "results", list)
    pages = items.member(reply, payload, "page_count", int)
    total = items.member(reply, payload, "total", int) if "total" in payload else None
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["id"])
    page = asking.number(request, "page", 1)
    more = asking.turned(request, "page", page + 1) if jobs and page < min(pages, _LAST_PAGE) else None
    return Page(postings, rejects, next=more, total=total)


def key_of(url: str) -> str | None:
    """Return the category in a list request, "Product Management" for the site's pages."""
    return aggregators.key_of(url, _API, "category", "Product Management")


def _posting(job: items.Item) -> RawPosting:
    named = [items.text(place, "name") for place in items.children(job, "locations")]
    cities = items.places(sorted(name for name in named if name != _REMOTE))
    return RawPosting(
        native_id=items.identity(job, "id"),
        title=items.title(job, "name"),
        url=items.text(items.child(job, "refs"), "landing_page"),
        description=items.text(job, "contents"),
        format="html",
        company=items.text(items.child(job, "company"), "name"),
        locations=cities,
        workplace="remote" if named and not cities else None,
        posted_at=items.iso_time(job, "publication_date"),
    )


FAMILY = Family(
    "themuse",
    first,
    parse,
    key_of,
    page=("page", 1),
    multi_employer=True,
    credit="Postings from The Muse (https://www.themuse.com)",
    keys=("themuse",),
)
