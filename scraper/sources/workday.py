"""Workday career sites: `POST {tenant}.{wdN}.myworkdayjobs.com/wday/cxs/{tenant}/{site}/jobs`, 20 a page.

The key is "{tenant}.{wdN}/{site}", as in `{tenant}.{wdN}.myworkdayjobs.com/{site}`. "product manager" is
asked for (`searchText`), for large tenants list thousands and the search ends at 2000; it is a fuzzy one, so
the title still decides.
The surprise: only the first page tells the count, later ones say 0 (recorded) or repeat it. `postedOn`
("Posted 3 Days Ago") is relative and not read; the day of posting is the detail's `startDate`.
`locationsText` may be a number ("3 Locations"), then the detail has the places. More than 20 a page is
answered with 400 or with nothing. The path of a posting ends in its requisition, with "-1", "-2" where the
same one is posted again on this or another site. An unknown site is 404, an unknown tenant 422.
"""

import re
from dataclasses import replace
from functools import partial
from urllib.parse import SplitResult, quote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, dates, details, items, urls

_HOST = re.compile(r"([a-z0-9_-]+\.wd\d+)\.myworkdayjobs\.com")
_LOCALE = re.compile(r"[a-z]{2}-[A-Z]{2}")
_SIZE, _CAP = 20, 2000


def first(board: Board) -> Request:
    """Ask for the first twenty postings that the site finds for "product manager"."""
    asked = {"appliedFacets": {}, "limit": _SIZE, "offset": 0, "searchText": "product manager"}
    return asking.json_post(f"{_interface(board.key)}/jobs", asked)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; the first one's `total` is the site's own count.

    Raises ShapeChanged; also at the cap, where a list of which not everything can be read ends.
    """
    payload = reply.json()
    listed = items.member(reply, payload, "jobPostings", list)
    offset = asking.number(request, "offset", 0)
    if offset >= _CAP:
        raise ShapeChanged(reply.url, f"the site shows only {_CAP} postings of a longer list")
    total = items.member(reply, payload, "total", int) if offset == 0 else None
    read_one = partial(_posting, board.key)
    postings, rejects = items.read_items(listed, read_one, lambda job: _native_id(job["externalPath"]))
    following = offset + len(listed)
    size = asking.number(request, "limit", _SIZE)
    more = listed and (len(listed) >= size if total is None else following < total)
    return Page(
        postings, rejects, next=asking.turned(request, "offset", following) if more else None, total=total
    )


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with text, day of posting, places and requisition. Raises ShapeChanged."""
    info = items.member(reply, reply.json(), "jobPostingInfo", dict)
    with details.reading(reply):
        places = [items.text(info, "location"), *sorted(items.texts(info, "additionalLocations"))]
        return replace(
            details.with_text(posting, items.text(info, "jobDescription")),
            locations=items.places(places) or posting.locations,
            workplace=items.workplace(info.get("remoteType")) or posting.workplace,
            posted_at=dates.day(info, "startDate"),
            requisition=_requisition(items.text(info, "jobReqId")) or posting.requisition,
        )


def key_of(url: str) -> str | None:
    """Return the key in a list or detail request or in a public address of a site or posting."""
    parts = urls.split(url)
    host = _HOST.fullmatch(parts.hostname or "") if parts else None
    if parts is None or host is None:
        return None
    site = _site(parts)
    return f"{host[1]}/{site}" if site else None


def _site(parts: SplitResult) -> str | None:
    path = urls.segments(parts)
    if path[:1] == ["wday"]:
        return path[3] if path[1:2] == ["cxs"] and len(path) > 4 else None
    locale = path[0] if path and _LOCALE.fullmatch(path[0]) else ""
    return urls.segment_after(parts, locale)


def _base(key: str) -> tuple[str, str, str]:
    """Return the parts of a key: host, tenant and site."""
    named, _, site = key.partition("/")
    place = quote(named, safe="")
    return f"{place}.myworkdayjobs.com", place.partition(".")[0], quote(site, safe="")


def _interface(key: str) -> str:
    host, tenant, site = _base(key)
    return f"https://{host}/wday/cxs/{tenant}/{site}"


def _posting(key: str, job: items.Item) -> RawPosting:
    path = items.identity(job, "externalPath")
    host, _, site = _base(key)
    place = items.text(job, "locationsText")
    native_id = _native_id(path)
    quoted = quote(path, safe="/%")
    return RawPosting(
        native_id=native_id,
        title=items.title(job, "title"),
        url=f"https://{host}/{site}{quoted}",
        locations=() if re.fullmatch(r"\d+ Locations", place) else items.places([place]),
        workplace=items.workplace(job.get("remoteType")),
        requisition="" if native_id == path else _requisition(native_id),
        detail=Request(f"{_interface(key)}{quoted}", headers=(asking.ACCEPT_JSON,)),
    )


def _native_id(path: str) -> str:
    """Return the requisition with its suffix that a path ends in; the path itself if it ends in none."""
    tail = path.rpartition("_")[2]
    return tail if "/" not in tail and any(char.isdigit() for char in tail) else path


def _requisition(listed: str) -> str:
    return re.sub(r"(?<=\d\d\d)-\d$", "", listed)


FAMILY = Family(
    "workday",
    first,
    parse,
    key_of,
    page=("offset", 0),
    parse_detail=parse_detail,
    published=False,
    presentation=frozenset({"limit"}),
    local_ids=True,
)
