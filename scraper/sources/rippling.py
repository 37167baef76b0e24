"""Rippling job board: `GET api.rippling.com/platform/api/ats/v1/board/{key}/jobs`, the whole list at once.

The key is the board of `ats.rippling.com/{key}/jobs`, spelt as there: another case is another board.
The surprise: a job is listed once per place, under one `uuid`, and the list has neither text nor date, so
each job that is kept costs a second request. There the text is in two parts: `company` speaks of the employer
and is put last, under a heading that says so. The vendor documents a second version of the list, in pages,
but without the text; this first one is what others read. Its limit of 100 requests in 10 minutes may hold
here, too.
"""

from dataclasses import replace
from urllib.parse import quote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, details, items, pay, urls
from scraper.sources.parts.headed import headed
from scraper.sources.parts.repeated import merged
from storage.records import Pay

_API, _PUBLIC = "api.rippling.com", ("ats.rippling.com", "ats.us1.rippling.com")
_PREFIXES = ("platform/api/ats/v1/board", "platform/api/ats/v2/board")


def first(board: Board) -> Request:
    """Ask for every job of the board, without texts."""
    return Request(_jobs(board), headers=(asking.ACCEPT_JSON,))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page; rows of the same job become one posting. Raises ShapeChanged."""
    rows = reply.json()
    if not isinstance(rows, list):
        raise ShapeChanged(reply.url, "the reply is no JSON array")
    postings, rejects = items.read_items(
        rows, lambda row: _posting(_jobs(board), row), lambda row: row["uuid"]
    )
    return Page(merged(postings), rejects)


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting:
    """Return the posting with its text, pay and date. Raises ShapeChanged."""
    job = details.whole(reply, reply.json())
    with details.reading(reply):
        details.same(posting, job, "uuid")
        parts = items.child(job, "description")
        text = [("", items.text(parts, "role")), ("About the company", items.text(parts, "company"))]
        return replace(
            details.with_text(posting, headed(text)),
            pay=pay.envelope(map(_pay, items.children(job, "payRangeDetails"))),
            posted_at=items.iso_time(job, "createdOn"),
        )


def key_of(url: str) -> str | None:
    """Return the board in a list or detail request, or in a public address of a board or job."""
    parts = urls.split(url)
    if parts is None:
        return None
    if parts.hostname == _API:
        return next(filter(None, (urls.segment_after(parts, prefix) for prefix in _PREFIXES)), None)
    path = urls.segments(parts)
    if parts.hostname not in _PUBLIC or "jobs" not in path[1:3]:
        return None
    return path[path.index("jobs", 1) - 1]  # a language may stand before the board: /en-GB/acme/jobs


def _jobs(board: Board) -> str:
    return f"https://{_API}/{_PREFIXES[0]}/{quote(board.key, safe='')}/jobs"


def _posting(jobs: str, row: items.Item) -> RawPosting:
    uuid = items.identity(row, "uuid")
    return RawPosting(
        native_id=uuid,
        title=items.title(row, "name"),
        url=items.text(row, "url"),
        format="html",
        locations=items.places([items.text(items.child(row, "workLocation"), "label")]),
        detail=Request(f"{jobs}/{quote(uuid, safe='')}", headers=(asking.ACCEPT_JSON,)),
    )


def _pay(stated: items.Item) -> Pay | None:
    low, high = items.number(stated, "rangeStart"), items.number(stated, "rangeEnd")
    per = pay.period(items.text(stated, "frequency"))
    return pay.stated(low, high, items.text(stated, "currency"), per)


FAMILY = Family("rippling", first, parse, key_of, parse_detail=parse_detail, published=False, gap=6.0)
