"""Remotive: `GET remotive.com/api/remote-jobs`, the whole public feed at once. The one key is "all".

The surprise: `category`, `search` and `limit` are documented, but two collectors of 2026 found them ignored
and the feed cut to some thirty postings of all kinds, so nothing is asked for and the title decides.
`total-job-count` is the site's own count. `publication_date` has no offset: it is taken for UTC, as the site
does not say; postings appear a day late. Pay is text. The terms: at most four requests a day (more than two
a minute are blocked), name Remotive and link back, do not pass postings on to other job sites.
"""

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import aggregators, items

_API = "https://remotive.com/api/remote-jobs"


def first(board: Board) -> Request:
    """Ask for everything."""
    return Request(_API)


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page. Raises ShapeChanged."""
    payload = reply.json()
    jobs = items.member(reply, payload, "jobs", list)
    counted = "total-job-count" in payload
    total = items.member(reply, payload, "total-job-count", int) if counted else None
    return Page(*items.read_items(jobs, _posting, lambda job: job["id"]), total=total)


def key_of(url: str) -> str | None:
    """Return "all" for the list request and the site's pages."""
    return aggregators.key_of(url, _API)


def _posting(job: items.Item) -> RawPosting:
    return RawPosting(
        native_id=items.identity(job, "id"),
        title=items.title(job, "title"),
        url=items.text(job, "url"),
        description=items.text(job, "description"),
        format="html",
        company=items.text(job, "company_name"),
        locations=items.places(items.text(job, "candidate_required_location").split(",")),
        workplace="remote",
        salary_raw=items.text(job, "salary"),
        posted_at=aggregators.utc_time(job, "publication_date"),
    )


FAMILY = Family(
    "remotive",
    first,
    parse,
    key_of,
    multi_employer=True,
    rest=6.0,
    credit="Postings from Remotive (https://remotive.com)",
)
