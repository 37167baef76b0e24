"""Eightfold career sites, 10 a page: `GET {host}/api/pcsx/search`, or `/api/apply/v2/jobs` on older ones.

The key is "{host}/{domain}": the site's host and the employer's domain, which the site names in its
requests (`domain=`): "apply.careers.microsoft.com/microsoft.com". "v2:{host}/{domain}" is a site with the
older interface; such a one answers the newer with 403 "PCSX is not enabled for this user", and the other way
round the older with no positions. "product manager" is asked for (`query`), a fuzzy search, so the title
still decides.
The surprise: the newer ignores `num`, so a short page is not the last, `count` tells. Its fields are
camelCase within `data`, the older's snake_case at the top. Neither lists texts. An employer's Eightfold site
shows what it keeps in another system: `atsJobId` is the requisition there.
"""

import re
from functools import partial
from urllib.parse import quote, urlencode

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, dates, details, items, urls

_OLDER = "v2:"
_INTERFACES = {"/api/pcsx/": "", "/api/apply/v2/": _OLDER}
_OWN = ".eightfold.ai"
_SERVICES = ("www", "app", "api", "static", "cdn", "login", "status", "vs-errors")
_PAGE = re.compile(r"/careers(/job/\d[^/]*)?/?")
_SIZE = 10


def first(board: Board) -> Request:
    """Ask for the first ten positions that the site finds for "product manager", newest first."""
    host, domain = _site(board.key)
    path = "/api/apply/v2/jobs" if board.key.startswith(_OLDER) else "/api/pcsx/search"
    asked = {"domain": domain, "query": "product manager", "start": 0, "num": _SIZE, "sort_by": "timestamp"}
    return Request(f"https://{host}{path}?{urlencode(asked)}", headers=(asking.ACCEPT_JSON,))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page of either interface; `count` is the site's own count. Raises ShapeChanged."""
    payload = reply.json()
    newer = not board.key.startswith(_OLDER)
    data = items.member(reply, payload, "data", dict) if newer else payload
    listed = items.member(reply, data, "positions", list)
    total = items.member(reply, data, "count", int) if "count" in data else None
    read_one = partial(_newer if newer else _older, board.key)
    postings, rejects = items.read_items(listed, read_one, lambda position: position["id"])
    following = asking.number(request, "start", 0) + len(listed)
    more = listed and (total is None or following < total)
    return Page(
        postings, rejects, next=asking.turned(request, "start", following) if more else None, total=total
    )


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with its text, whichever interface answered. Raises ShapeChanged."""
    payload = details.whole(reply, reply.json())
    detail = items.member(reply, payload, "data", dict) if "data" in payload else payload
    with details.reading(reply):
        details.same(posting, detail, "id")
        text = items.text(detail, "jobDescription") or items.text(detail, "job_description")
        return details.with_text(posting, text)


def key_of(url: str) -> str | None:
    """Return the key in a list or detail request or in a public address of a site or position.

    A public address does not tell the interface; the newer one is assumed. On a host of the employer's own
    it must name the domain.
    """
    parts = urls.split(url)
    if parts is None:
        return None
    host, domain = parts.hostname or "", urls.parameter(url, "domain") or ""
    for path, prefix in _INTERFACES.items():
        if parts.path.startswith(path):
            return f"{prefix}{host}/{domain}" if _plausible(domain) else None
    if host.endswith(_OWN):
        tenant = host.removesuffix(_OWN)
        return None if tenant in _SERVICES else f"{host}/{domain if _plausible(domain) else tenant + '.com'}"
    own_page = _PAGE.fullmatch(parts.path) and "." in domain and _plausible(domain)
    return f"{host}/{domain}" if own_page else None


def _plausible(domain: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9.-]+", domain) is not None


def _site(key: str) -> tuple[str, str]:
    host, _, domain = key.removeprefix(_OLDER).partition("/")
    return quote(host, safe=""), domain


def _newer(key: str, position: items.Item) -> RawPosting:
    host, domain = _site(key)
    native_id = items.identity(position, "id")
    asked = urlencode({"position_id": native_id, "domain": domain, "hl": "en"})
    places = items.texts(position, "standardizedLocations") or items.texts(position, "locations")
    return RawPosting(
        native_id=native_id,
        title=items.title(position, "name"),
        url=f"https://{host}/careers/job/{quote(native_id, safe='')}",
        locations=items.places(sorted(places)),
        workplace=items.workplace(position.get("workLocationOption")),
        posted_at=dates.epoch_time(position, "postedTs"),
        requisition=_requisition(position, "atsJobId"),
        detail=_detail(f"https://{host}/api/pcsx/position_details?{asked}"),
    )


def _older(key: str, position: items.Item) -> RawPosting:
    host, domain = _site(key)
    native_id = items.identity(position, "id")
    asked = urlencode({"domain": domain})
    places = items.texts(position, "locations") or [items.text(position, "location")]
    return RawPosting(
        native_id=native_id,
        title=items.title(position, "name"),
        url=items.text(position, "canonicalPositionUrl"),
        locations=items.places(sorted(places)),
        workplace=items.workplace(position.get("work_location_option")),
        posted_at=dates.epoch_time(position, "t_create"),
        requisition=_requisition(position, "ats_job_id"),
        detail=_detail(f"https://{host}/api/apply/v2/jobs/{quote(native_id, safe='')}?{asked}"),
    )


def _requisition(position: items.Item, name: str) -> str:
    return items.identity(position, name) if position.get(name) else ""


def _detail(url: str) -> Request:
    return Request(url, headers=(asking.ACCEPT_JSON,))


FAMILY = Family(
    "eightfold",
    first,
    parse,
    key_of,
    page=("start", 0),
    parse_detail=parse_detail,
    published=False,
    presentation=frozenset({"num", "sort_by"}),
    local_ids=True,
)
