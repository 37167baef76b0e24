"""Jobicy: `GET jobicy.com/api/v2/remote-jobs?tag={key}&count=200`, the newest that match.

The key is the tag, searched for in titles and texts: "product manager" (3 to 50 characters), or "all".
The surprise: titles and names hold HTML entities, texts are HTML. `count` is documented up to 100, answered
up to 200 since 2026-09 and cut down to what is allowed; any parameter it does not know is refused. Since
2026-10 a reply may name a `nextCursor`; it is not followed, for the terms allow one request an hour, so the
look is partial then. `pubDate` had no offset in 2025: such a time is taken for UTC. Postings appear three
hours late; the terms: name Jobicy and link to its page, do not pass postings on to other job sites.
"""

import html

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import aggregators, items, pay

_API = "https://jobicy.com/api/v2/remote-jobs"
_SIZE = 200
_WINDOW = 100  # documented; a full one may not be all


def first(board: Board) -> Request:
    """Ask for the newest postings that match."""
    return Request(aggregators.address(_API, "tag", board.key, count=_SIZE))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged."""
    payload = reply.json()
    jobs = items.member(reply, payload, "jobs", list)
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["id"])
    more = bool(payload.get("nextCursor")) or len(jobs) >= _WINDOW
    return Page(postings, rejects, partial="the source shows only its newest postings" if more else "")


def key_of(url: str) -> str | None:
    """Return the tag in a list request, "product manager" for the site's pages."""
    return aggregators.key_of(url, _API, "tag", "product manager")


def _posting(job: items.Item) -> RawPosting:
    low, high = items.number(job, "salaryMin"), items.number(job, "salaryMax")
    per = pay.period(items.text(job, "salaryPeriod"))
    return RawPosting(
        native_id=items.identity(job, "id"),
        title=html.unescape(items.title(job, "jobTitle")),
        url=items.text(job, "url"),
        description=items.text(job, "jobDescription"),
        format="html",
        company=html.unescape(items.text(job, "companyName")),
        locations=items.places(sorted(html.unescape(items.text(job, "jobGeo")).split(","))),
        workplace="remote",
        pay=pay.stated(low, high, items.text(job, "salaryCurrency"), per),
        posted_at=aggregators.utc_time(job, "pubDate"),
    )


FAMILY = Family(
    "jobicy",
    first,
    parse,
    key_of,
    presentation=frozenset({"count"}),
    multi_employer=True,
    rest=1.0,
    credit="Postings from Jobicy (https://jobicy.com)",
)
