"""Oracle Recruiting Cloud: `GET {host}/hcmRestApi/resources/latest/recruitingCEJobRequisitions`, 200 a page.

The key is "{host}/{site}" as in `{host}/hcmUI/CandidateExperience/en/sites/{site}`, the host being one of
oraclecloud.com ("egug.fa.us2.oraclecloud.com/CX_1"); where an employer has put its own domain or a name for
the site before it, host and site number have to be looked up. "product manager" is asked for (`keyword`).
The surprise: all that is asked, the page too, stands in one parameter, `finder`, and is read with its
semicolon and commas as they are. Without `expand` the count is right and the list missing, which looks like
an empty board. Nothing lies beyond 10,000. `Distance` and `Relevancy` change with each request. The text is
split in three, and the detail is wrapped in `items` (third-party code) or not (a trimmed recording): both
are read. Oracle answers 302 or 503 for minutes at a time.
"""

import re
from dataclasses import replace
from functools import partial
from urllib.parse import quote, unquote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, dates, details, items, urls
from scraper.sources.parts.headed import headed

_CLOUD = ".oraclecloud.com"
_API = "/hcmRestApi/resources/latest/recruitingCEJobRequisition"
_SITES = ["hcmUI", "CandidateExperience"]
_SIZE = 200
_SECTIONS = (
    ("", "ExternalDescriptionStr"),
    ("Responsibilities", "ExternalResponsibilitiesStr"),
    ("Qualifications", "ExternalQualificationsStr"),
)


def first(board: Board) -> Request:
    """Ask for the first two hundred requisitions that the site finds for "product manager"."""
    host, site = _place(board.key)
    expand = "requisitionList.workLocation,requisitionList.secondaryLocations"
    finder = f"findReqs;siteNumber={site},limit={_SIZE},offset=0,keyword=product%20manager"
    finder += ",sortBy=POSTING_DATES_DESC"
    return Request(f"https://{host}{_API}s?onlyData=true&expand={expand}&finder={finder}")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `TotalJobsCount` is the site's own count. Raises ShapeChanged."""
    found = items.member(reply, reply.json(), "items", list)
    search = found[0] if found else None
    if not isinstance(search, dict):
        raise ShapeChanged(reply.url, "the reply has no result of a search in 'items'")
    total = items.member(reply, search, "TotalJobsCount", int) if "TotalJobsCount" in search else None
    listed = [] if total == 0 else items.member(reply, search, "requisitionList", list)
    read_one = partial(_posting, board.key)
    postings, rejects = items.read_items(listed, read_one, lambda requisition: requisition["Id"])
    following = _offset(request.url) + len(listed)
    more = listed and (total is None or following < total)
    return Page(postings, rejects, next=_turned(request, following) if more else None, total=total)


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with its text. Raises ShapeChanged."""
    payload = reply.json()
    if isinstance(payload, dict) and "items" in payload:
        payload = next(iter(items.member(reply, payload, "items", list)), None)
    detail = details.whole(reply, payload)
    with details.reading(reply):
        details.same(posting, detail, "Id")
        text = headed((heading, items.text(detail, name)) for heading, name in _SECTIONS)
        return details.with_text(posting, text)


def key_of(url: str) -> str | None:
    """Return the key in a request for a detail or a list's beginning, or in a public address of a site."""
    parts = urls.split(url)
    if parts is None or not (parts.hostname or "").endswith(_CLOUD):
        return None
    path = urls.segments(parts)
    if path[:2] == _SITES:
        site = path[4] if path[3:4] == ["sites"] and len(path) > 4 else None
    else:
        named = re.search("siteNumber=([^,;&]+)", unquote(parts.query))
        begins = parts.path.startswith(_API) and not _offset(url)
        site = named[1].strip('"') if named and begins else None
    return f"{parts.hostname}/{site}" if site else None


def _offset(url: str) -> int:
    """Return the offset within the finder, 0 if none is asked."""
    found = re.search("[;,]offset=([0-9]+)", unquote(url))
    return int(found[1]) if found else 0


def _turned(request: Request, offset: int) -> Request:
    """Return the request for another page, the rest of its address as it is."""
    url, turned = re.subn("(offset(?:=|%3D))[0-9]+", rf"\g<1>{offset}", request.url)
    return replace(request, url=url if turned else f"{request.url},offset={offset}")


def _place(key: str) -> tuple[str, str]:
    host, _, site = key.partition("/")
    return quote(host, safe=""), quote(site, safe="")


def _posting(key: str, requisition: items.Item) -> RawPosting:
    host, site = _place(key)
    native_id = items.identity(requisition, "Id")
    if not re.fullmatch("[A-Za-z0-9_-]+", native_id):  # it becomes part of a finder
        raise ValueError(f"'Id' is no number of a requisition: {native_id[:40]!r}")
    others = items.children(requisition, "secondaryLocations")
    places = [items.text(requisition, "PrimaryLocation"), *sorted(items.text(one, "Name") for one in others)]
    asked = f"expand=all&onlyData=true&finder=ById;Id=%22{native_id}%22,siteNumber={site}"
    return RawPosting(
        native_id=native_id,
        title=items.title(requisition, "Title"),
        url=f"https://{host}/hcmUI/CandidateExperience/en/sites/{site}/job/{native_id}",
        locations=items.places(places),
        workplace=items.workplace(requisition.get("WorkplaceType")),
        posted_at=dates.day(requisition, "PostedDate"),
        detail=Request(f"https://{host}{_API}Details?{asked}", headers=(asking.ACCEPT_JSON,)),
    )


FAMILY = Family(
    "oracle_rc",
    first,
    parse,
    key_of,
    parse_detail=parse_detail,
    published=False,
    presentation=frozenset({"onlyData", "expand"}),
    local_ids=True,
)
