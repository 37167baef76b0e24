"""SmartRecruiters posting API: `GET api.smartrecruiters.com/v1/companies/{key}/postings`, 100 a page.

The key is the company's identifier as in `jobs.smartrecruiters.com/{key}`; its case does not matter there.
"product manager" is asked for (`q`), because large boards list thousands of postings and every one that is
kept costs a second request for its text; the title still decides.
The surprise: an unknown company is answered like one without postings, 200 with `totalFound` 0, so an empty
board proves nothing. `remote` and `hybrid` are flags; both false says nothing sure, for they are false
where the employer did not fill them in. `creator` is a person and is not read. The company's description of
itself is left out of the text: it says the same under every posting.
"""

from functools import partial
from urllib.parse import quote, urlencode

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, details, items, urls
from scraper.sources.parts.headed import headed
from storage.records import Workplace

_API = "api.smartrecruiters.com"
_PUBLIC = ("jobs.smartrecruiters.com", "careers.smartrecruiters.com")
_NOT_A_COMPANY = ("oneclick-ui", "external-referrals", "sr-jobs")
_SIZE = 100
_SECTIONS = ("jobDescription", "qualifications", "additionalInformation")


def first(board: Board) -> Request:
    """Ask for the first hundred postings that the board finds for "product manager"."""
    asked = {"q": "product manager", "limit": _SIZE, "offset": 0}
    return Request(f"{_postings(board.key)}?{urlencode(asked)}")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `totalFound` is the board's own count. Raises ShapeChanged."""
    payload = reply.json()
    total = items.member(reply, payload, "totalFound", int)
    listed = items.member(reply, payload, "content", list)
    postings, rejects = items.read_items(listed, partial(_posting, board.key), lambda job: job["id"])
    following = asking.number(request, "offset", 0) + len(listed)
    more = asking.turned(request, "offset", following) if listed and following < total else None
    return Page(postings, rejects, next=more, total=total)


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting | None:
    """Return the posting with its text, None if it is not active any more. Raises ShapeChanged."""
    payload = reply.json()
    found = items.member(reply, payload, "jobAd.sections", dict)
    with details.reading(reply):
        details.same(posting, payload, "id")
        if payload.get("active") is False:
            return None
        parts = [items.child(found, name) for name in _SECTIONS]
        return details.with_text(
            posting,
            headed((items.text(part, "title"), items.text(part, "text")) for part in parts),
        )


def key_of(url: str) -> str | None:
    """Return the identifier in a list or detail request or in a public address of a board or posting."""
    parts = urls.split(url)
    if parts is None:
        return None
    if parts.hostname == _API:
        return urls.segment_after(parts, "v1/companies")
    key = urls.segment_after(parts, "") if parts.hostname in _PUBLIC else None
    return None if key in _NOT_A_COMPANY else key


def _postings(key: str) -> str:
    return f"https://{_API}/v1/companies/{quote(key, safe='')}/postings"


def _posting(key: str, job: items.Item) -> RawPosting:
    native_id = items.identity(job, "id")
    place = items.child(job, "location")
    whole = items.text(place, "fullLocation")
    parts = [items.text(place, name) for name in ("city", "region", "country")]
    return RawPosting(
        native_id=native_id,
        title=items.title(job, "name"),
        url=f"https://jobs.smartrecruiters.com/{quote(key, safe='')}/{quote(native_id, safe='')}",
        locations=items.places([whole or ", ".join(part for part in parts if part)]),
        workplace=_workplace(place),
        posted_at=items.iso_time(job, "releasedDate"),
        requisition=items.text(job, "refNumber"),
        detail=Request(f"{_postings(key)}/{quote(native_id, safe='')}"),
    )


def _workplace(place: items.Item) -> Workplace | None:
    if place.get("remote") is True:
        return "remote"
    return "hybrid" if place.get("hybrid") is True else None


FAMILY = Family(
    "smartrecruiters",
    first,
    parse,
    key_of,
    page=("offset", 0),
    parse_detail=parse_detail,
    presentation=frozenset({"limit"}),
)
