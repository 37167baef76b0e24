"""Ashby public job posting API: `GET api.ashbyhq.com/posting-api/job-board/{name}`, the whole board at once.

The key is the board's name as in `jobs.ashbyhq.com/{name}`, percent-decoded: it may hold blanks and dots
("Rose Rocket", "kraken.com").
The surprise: `isRemote` is null in one posting of six (not stated, which is not "no"), titles have outer
blanks, `isListed: false` marks what must not be shown, and there is no count and no date of change. An
unknown name may answer 404 or an empty list.
"""

import re
from urllib.parse import quote

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import items, pay, urls
from storage.records import Pay, Workplace

_API, _PUBLIC = "api.ashbyhq.com", "jobs.ashbyhq.com"


def first(board: Board) -> Request:
    """Ask for every posting with its text and pay."""
    name = quote(board.key, safe="")
    return Request(f"https://{_API}/posting-api/job-board/{name}?includeCompensation=true")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page. Raises ShapeChanged."""
    jobs = items.member(reply, reply.json(), "jobs", list)
    return Page(*items.read_items(jobs, _posting, lambda job: job["id"]))


def key_of(url: str) -> str | None:
    """Return the board's name in a list request or in a public address of a board or posting."""
    parts = urls.split(url)
    if parts is None:
        return None
    if parts.hostname == _API:
        return urls.segment_after(parts, "posting-api/job-board")
    return urls.segment_after(parts, "") if parts.hostname == _PUBLIC else None


def _posting(job: items.Item) -> RawPosting | None:
    if job.get("isListed") is False:
        return None
    remote: Workplace | None = "remote" if job.get("isRemote") is True else None
    html, plain = items.text(job, "descriptionHtml"), items.text(job, "descriptionPlain")
    secondary = [items.text(place, "location") for place in items.children(job, "secondaryLocations")]
    return RawPosting(
        native_id=items.identity(job, "id"),
        title=items.title(job, "title"),
        url=items.text(job, "jobUrl"),
        description=html or plain,
        format="html" if html else "text",
        locations=items.places([items.text(job, "location"), *secondary]),
        workplace=items.workplace(job.get("workplaceType")) or remote,
        pay=_pay(items.child(job, "compensation")),
        salary_raw=items.text(items.child(job, "compensation"), "scrapeableCompensationSalarySummary"),
        posted_at=items.iso_time(job, "publishedAt"),
    )


def _pay(compensation: items.Item) -> Pay | None:
    """Return the envelope of the salaries of all tiers: equity, bonus and one-off payments are no salary."""
    tiers = items.children(compensation, "compensationTiers")
    components = [part for tier in tiers for part in items.children(tier, "components")]
    return pay.envelope(_salary(part) for part in components)


def _salary(component: items.Item) -> Pay | None:
    interval = re.fullmatch("1 ([A-Z]+)", items.text(component, "interval"))
    per = pay.period(interval[1]) if interval else None
    if items.text(component, "compensationType") != "Salary" or per is None:
        return None
    low, high = items.number(component, "minValue"), items.number(component, "maxValue")
    return pay.stated(low, high, items.text(component, "currencyCode"), per)


FAMILY = Family("ashby", first, parse, key_of, presentation=frozenset({"includeCompensation"}))
