"""Amazon's own career site: `GET www.amazon.jobs/en/search.json`, 100 a page by `offset`.

The one key is "amazon". The search "product manager" within the site's two categories of project, program
and product management is asked for: without a category `hits` is 10,000 whatever is asked, which is also
where the list ends, so that nothing could be called complete. Product managers whom Amazon files under
another category are not seen.
The surprise: the requirements stand in `basic_qualifications` and `preferred_qualifications`, not in
`description`; each of the `locations` is JSON written as a text; `posted_date` is an English date with two
blanks before a one-digit day; `company_name` is the legal entity that employs. An error is a 200 reply with
`error`, and under load the site answers 200 with a captcha page.
"""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, headed, items, urls
from storage.records import Workplace

_HOST, _PATH, _KEY = "www.amazon.jobs", "/en/search.json", "amazon"
_SIZE, _CAP = 100, 10_000
_CATEGORIES = (
    "project-program-product-management-technical",
    "project-program-product-management-non-tech",
)


def first(board: Board) -> Request:
    """Ask for the hundred newest jobs that the site finds."""
    asked = [("base_query", "product manager"), *(("category[]", name) for name in _CATEGORIES)]
    paging = [("sort", "recent"), ("result_limit", _SIZE), ("offset", 0)]
    return Request(f"https://{_HOST}{_PATH}?{urlencode([*asked, *paging])}", headers=(asking.ACCEPT_JSON,))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `hits` is the site's own count. Raises ShapeChanged, also where its list is cut off."""
    payload = reply.json()
    if isinstance(payload, dict) and payload.get("error"):
        raise ShapeChanged(reply.url, f"the site answers the error {str(payload['error'])[:80]!r}")
    jobs = items.member(reply, payload, "jobs", list)
    hits = items.member(reply, payload, "hits", int)
    offset = asking.number(request, "offset", 0)
    if not jobs and (offset < hits or hits >= _CAP):
        raise ShapeChanged(reply.url, f"the site shows only {offset} jobs of a longer list")
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["id_icims"])
    following = offset + len(jobs)
    more = jobs and (following < hits or hits >= _CAP)
    return Page(postings, rejects, next=_turned(request, following) if more else None, total=hits)


def key_of(url: str) -> str | None:
    """Return "amazon" for the list request and for the site's public pages."""
    parts = urls.split(url)
    if parts is None or parts.hostname not in (_HOST, "amazon.jobs"):
        return None
    return None if parts.path in ("/robots.txt", "/sitemap.xml") else _KEY


def _turned(request: Request, offset: int) -> Request:
    """Return `request` at another offset; `category[]` stands in it twice, so it is no mapping."""
    parts = urlsplit(request.url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "offset"]
    query = urlencode([*kept, ("offset", offset)])
    return Request(parts._replace(query=query).geturl(), headers=request.headers)


def _posting(job: items.Item) -> RawPosting:
    places = [_place(entry) for entry in items.texts(job, "locations")]
    path = items.text(job, "job_path")
    return RawPosting(
        native_id=items.identity(job, "id_icims"),
        title=items.title(job, "title"),
        url=f"https://{_HOST}{path}" if path.startswith("/") else "",
        description=_text(job),
        format="html",
        locations=items.places(
            sorted(
                items.text(place, "normalizedLocation") or items.text(place, "location") for place in places
            )
            or [items.text(job, "normalized_location") or items.text(job, "location")]
        ),
        workplace=_workplace(places),
        posted_at=_day(items.text(job, "posted_date")),
    )


def _text(job: items.Item) -> str:
    names = {"": "description", "Basic qualifications": "basic_qualifications"}
    names["Preferred qualifications"] = "preferred_qualifications"
    return headed.headed((heading, items.text(job, name)) for heading, name in names.items())


def _place(entry: str) -> items.Item:
    try:
        place = json.loads(entry)
    except (ValueError, RecursionError):
        place = None
    if not isinstance(place, dict):
        raise ValueError(f"'locations' holds a text that is no JSON object: {entry[:40]!r}")
    return place


def _workplace(places: list[items.Item]) -> Workplace | None:
    kinds = {items.text(place, "type") for place in places}
    return "remote" if "VIRTUAL" in kinds else "onsite" if kinds == {"ONSITE"} else None


def _day(printed: str) -> datetime | None:
    if not printed:
        return None
    try:
        return datetime.strptime(printed, "%B %d, %Y").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"'posted_date' is no English day: {printed[:40]!r}") from None


FAMILY = Family(
    "amazon",
    first,
    parse,
    key_of,
    page=("offset", 0),
    published=False,
    presentation=frozenset({"result_limit", "sort"}),
)
