"""Himalayas: `GET himalayas.app/jobs/api/search?q={key}&sort=recent&page=N`, 20 a page.

The key is what is searched for, "product manager", or "all". The site refreshes once a day; bursts of
requests time out; a search shows at most 5,000 postings, and the framework reads 4,000 of them.
The surprise: a role is listed once per country, each with another number behind the same name in `guid`;
the name without the number groups them (and, rarely, two openings of the same name). `limit` is capped at
20 and `offset` is ignored by the search, `page` works. `applicationLink` is the site's own page as a rule.
`locationRestrictions` are names in replies, objects with a `name` in the documentation. Times are seconds.
"""

import re
from collections.abc import Iterator, Mapping

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import aggregators, asking, dates, items, pay, urls

_API, _SITE = "https://himalayas.app/jobs/api/search", "himalayas.app"
_SIZE = 20
_COUNTRY_NUMBER = re.compile(r"-[0-9]{9,}$")


def first(board: Board) -> Request:
    """Ask for the newest twenty that the site finds for the key."""
    return Request(aggregators.address(_API, "q", board.key, sort="recent", page=1))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; `totalCount` is the site's own count. Raises ShapeChanged."""
    payload = reply.json()
    jobs = items.member(reply, payload, "jobs", list)
    total = items.member(reply, payload, "totalCount", int)
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["guid"])
    page = asking.number(request, "page", 1)
    more = asking.turned(request, "page", page + 1)
    return Page(postings, rejects, next=more if jobs and page * _SIZE < total else None, total=total)


def key_of(url: str) -> str | None:
    """Return what a list request searches for, "product manager" for the site's pages."""
    return aggregators.key_of(url, _API, "q", "product manager")


def _posting(job: items.Item) -> RawPosting:
    title, name = items.title(job, "title"), _name(job)
    low, high = items.number(job, "minSalary"), items.number(job, "maxSalary")
    per = pay.period(items.text(job, "salaryPeriod"))
    return RawPosting(
        native_id=name,
        title=title,
        url=items.text(job, "guid"),
        description=items.text(job, "description"),
        format="html",
        company=items.text(job, "companyName"),
        locations=items.places(sorted(_countries(job))),
        workplace="remote",
        pay=pay.stated(low, high, items.text(job, "currency"), per),
        posted_at=dates.epoch_time(job, "pubDate"),
        requisition=_COUNTRY_NUMBER.sub("", name),
        apply_url=aggregators.original(job, "applicationLink", _SITE),
    )


def _name(job: items.Item) -> str:
    """Return "company/posting" of the address `…/companies/{company}/jobs/{posting}`."""
    guid = items.identity(job, "guid")
    parts = urls.split(guid)
    match urls.segments(parts) if parts else []:
        case ["companies", company, "jobs", posting]:
            return f"{company}/{posting}"
    raise ValueError(f"'guid' is no address of a posting: {guid[:80]!r}")


def _countries(job: items.Item) -> Iterator[str]:
    places = job.get("locationRestrictions") or []
    if not isinstance(places, list):
        raise TypeError("'locationRestrictions' is not a list")
    for place in places:
        yield items.text(place if isinstance(place, Mapping) else {"name": place}, "name")


FAMILY = Family(
    "himalayas",
    first,
    parse,
    key_of,
    page=("page", 1),
    presentation=frozenset({"sort", "limit"}),
    multi_employer=True,
    credit="Postings from Himalayas (https://himalayas.app)",
)
