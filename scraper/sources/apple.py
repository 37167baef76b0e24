"""Apple's own career site: `POST jobs.apple.com/api/v1/search`, 20 a page; the text in `jobDetails/{id}`.

The one key is "apple"; the search "product manager" is asked for. A look begins with `GET
/api/v1/CSRFToken`: measurements of 2026-09 found that no token is needed, older code sends one, so it is sent
if the site gives one.
The surprise: a search without `format` in its body finds nothing; so does, at random, any page (with
`totalRecords` 0), so that an empty page proves neither an empty list nor its end. One role is one row per
city, under one `positionId`. Rows of type PIPE are evergreen pipelines (1 % of all, re-dated with every
request): no openings, so they are left out, and as `totalRecords` counts them it can only tell whether
there is another page. The list's `jobSummary` speaks of the team; pay stands in the footers of the detail.
"""

import re
from dataclasses import replace

from scraper.errors import ServerTrouble, ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, details, headed, items, sections, urls

_HOST, _KEY = "jobs.apple.com", "apple"
_SESSION, _SEARCH, _DETAIL = "/api/v1/CSRFToken", "/api/v1/search", "/api/v1/jobDetails/"
_SIZE = 20
_PAGES = (("Origin", f"https://{_HOST}"), ("Referer", f"https://{_HOST}/en-us/search"))
_COOKIE = re.compile(r"(?:^|, )([^=;,\s]+)=([^;,]*)")
_MARKUP = re.compile(r"<(?:p|br|ul|li|div|b|strong)\b", re.IGNORECASE)
_PAY = re.compile(r"between [^\d\s]{0,4}\d[\d,.]* and [^\d\s]{0,4}\d[\d,.]*\d", re.IGNORECASE)
_SECTIONS = {
    "jobSummary": "Summary",
    "description": "Description",
    "responsibilities": "Responsibilities",
    "minimumQualifications": "Minimum qualifications",
    "preferredQualifications": "Preferred qualifications",
}


def first(board: Board) -> Request:
    """Ask for an anonymous session."""
    return Request(f"https://{_HOST}{_SESSION}", headers=(asking.ACCEPT_JSON, *_PAGES))


def query(board: Board) -> Request:
    """Ask for the first twenty jobs that the site finds for "product manager"."""
    body = {
        "query": "product manager",
        "filters": {},
        "page": 1,
        "locale": "en-us",
        "sort": "newest",
        "format": {"longDate": "MMMM D, YYYY", "mediumDate": "MMM D, YYYY"},
    }
    return asking.json_post(f"https://{_HOST}{_SEARCH}", body, _PAGES)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the session or one page of the list. Raises ShapeChanged, and ServerTrouble for an empty page."""
    if urls.same_place(request.url, first(board).url):
        return Page(next=_with_session(query(board), reply))
    payload = reply.json()
    rows = items.member(reply, payload, "res.searchResults", list)
    total = items.member(reply, payload, "res.totalRecords", int)
    page = asking.number(request, "page", 1)
    if not rows:
        raise ServerTrouble(reply.url, f"page {page} of the list is empty, which proves nothing here")
    if len(rows) < _SIZE and page * _SIZE < total:
        raise ShapeChanged(reply.url, f"page {page} of the list has {len(rows)} rows instead of {_SIZE}")
    postings, rejects = items.read_items(rows, _posting, lambda row: row["id"])
    return Page(
        postings, rejects, next=asking.turned(request, "page", page + 1) if page * _SIZE < total else None
    )


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with its whole text and pay. Raises ShapeChanged."""
    job = items.member(reply, reply.json(), "res", dict)
    with details.reading(reply):
        texts = {heading: items.text(job, name) for name, heading in _SECTIONS.items()}
        footers = [text for text in _footers(job) if _PAY.search(text)]
    texts["Pay"] = "\n".join(footers)
    if not (texts["Description"] or texts["Minimum qualifications"]):
        raise ShapeChanged(reply.url, "the detail has neither description nor qualifications")
    pay = _PAY.search(texts["Pay"])
    html = any(map(_MARKUP.search, texts.values()))
    if html:
        whole = headed.headed((heading, _html(text)) for heading, text in texts.items())
    else:
        whole = sections.joined(*(sections.section(heading, text) for heading, text in texts.items()))
    return replace(
        posting,
        description=whole,
        format="html" if html else "text",
        salary_raw=pay[0] if pay else "",
        detail=None,
    )


def _html(text: str) -> str:
    return text if _MARKUP.search(text) else "<br>\n".join(text.splitlines())


def key_of(url: str) -> str | None:
    """Return "apple" for the list request and for the site's public pages."""
    parts = urls.split(url)
    if parts is None or parts.hostname != _HOST:
        return None
    listing = parts.path in (_SEARCH, _SESSION)
    other = parts.path.startswith("/api/") or parts.path in ("/robots.txt", "/sitemap.xml")
    return None if other and not listing else _KEY


def _with_session(request: Request, reply: Reply) -> Request:
    """Return `request` with the token and cookies that `reply` gives, if it gives any."""
    token = reply.headers.get("x-apple-csrf-token", "")
    cookies = "; ".join(
        f"{name}={value}" for name, value in _COOKIE.findall(reply.headers.get("set-cookie", ""))
    )
    session = (("X-Apple-CSRF-Token", token), ("Cookie", cookies))
    return replace(request, headers=(*request.headers, *(pair for pair in session if pair[1])))


def _posting(row: items.Item) -> RawPosting | None:
    if row.get("type") == "PIPE":
        return None
    job_id = items.identity(row, "id")
    slug = items.text(row, "transformedPostingTitle")
    home: bool = row.get("homeOffice") is True
    return RawPosting(
        native_id=job_id,
        title=items.title(row, "postingTitle"),
        url=f"https://{_HOST}/en-us/details/{job_id}" + (f"/{slug}" if slug else ""),
        description=items.text(row, "jobSummary"),
        locations=items.places(sorted(_place(place) for place in items.children(row, "locations"))),
        workplace="remote" if home else None,
        posted_at=items.iso_time(row, "postDateInGMT"),
        requisition=items.identity(row, "positionId") if row.get("positionId") else "",
        detail=Request(f"https://{_HOST}{_DETAIL}{job_id}?locale=en-us", headers=(asking.ACCEPT_JSON,)),
    )


def _place(place: items.Item) -> str:
    names = [items.text(place, name) for name in ("name", "stateProvince", "countryName")]
    return ", ".join(items.places(names))


def _footers(job: items.Item) -> list[str]:
    """Return the footers of the city that the posting is for: each has a pay range of its own."""
    listed = items.children(job, "postingFooters")
    here = items.child(job, "selectedLocation").get("id")
    mine = [footer for footer in listed if here and footer.get("postLocationId") == here] or listed
    found = []
    for footer in mine:
        localizations = items.child(footer, "localizations")
        found += [
            items.text(entry, "content")
            for name in localizations
            for entry in items.children(localizations, name)
        ]
    return found


FAMILY = Family(
    "apple",
    first,
    parse,
    key_of,
    page=("page", 1),
    parse_detail=parse_detail,
    query=query,
    published=False,
    presentation=frozenset({"sort", "locale", "format.longDate", "format.mediumDate"}),
)
