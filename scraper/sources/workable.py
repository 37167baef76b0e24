"""Workable widget: `GET apply.workable.com/api/v1/widget/accounts/{key}?details=true`, the whole board.

The key is the account as in `apply.workable.com/{key}`; a dot in the name is spelt out ("pony-dot-ai").
The surprise: a job in several places is listed once per place under one `shortcode`; the rows become one
posting. `created_at` is when the job was drafted, years before in places; `published_on` is the date.
`telecommuting` false says nothing of the office. The host answers many requests in a row with 429 and a
Retry-After of hours; that is why the paged interface of its own pages (`/api/v3`, a request more for every
text) is not asked. Without `details` there are no texts.
"""

from dataclasses import replace
from itertools import pairwise
from urllib.parse import quote

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import dates, items, urls
from scraper.sources.parts.repeated import merged

_HOST, _WIDGET = "apply.workable.com", "api/v1/widget/accounts"
_NOT_AN_ACCOUNT = ("api", "j", "careers")


def first(board: Board) -> Request:
    """Ask for every job with its text."""
    return Request(f"https://{_HOST}/{_WIDGET}/{quote(board.key, safe='')}?details=true")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page; there is no count. Raises ShapeChanged."""
    jobs = items.member(reply, reply.json(), "jobs", list)
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["shortcode"])
    sorted_places = (replace(job, locations=tuple(sorted(job.locations))) for job in merged(postings))
    return Page(tuple(sorted_places), rejects)


def key_of(url: str) -> str | None:
    """Return the account in a request of any of the interfaces or in a public address of a board or job."""
    parts = urls.split(url)
    if parts is None or parts.hostname != _HOST:
        return None
    path = urls.segments(parts)
    if path[:1] == ["api"]:
        return next((after for before, after in pairwise(path) if before == "accounts"), None)
    key = urls.segment_after(parts, "")
    return None if key in _NOT_AN_ACCOUNT else key


def _posting(job: items.Item) -> RawPosting:
    shown = [place for place in items.children(job, "locations") if place.get("hidden") is not True]
    places = [_place(place, "region") for place in shown] or [_place(job, "state")]
    return RawPosting(
        native_id=items.identity(job, "shortcode"),
        title=items.title(job, "title"),
        url=items.text(job, "url"),
        description=items.text(job, "description"),
        format="html",
        locations=items.places(places),
        workplace="remote" if job.get("telecommuting") is True else None,
        education_raw=items.text(job, "education"),
        posted_at=dates.day(job, "published_on"),
    )


def _place(place: items.Item, region: str) -> str:
    parts = [items.text(place, name) for name in ("city", region, "country")]
    return ", ".join(part for part in parts if part)


FAMILY = Family("workable", first, parse, key_of, presentation=frozenset({"details"}))
