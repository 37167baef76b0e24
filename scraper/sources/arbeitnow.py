"""Arbeitnow: `GET www.arbeitnow.com/api/job-board-api?page=N`, 100 to 300 a page, mostly Germany.

The one key is "all": `search` is ignored, so the title decides. No total; the last page has no `links.next`.
The surprise: `links.next` carries a search term of the day that would narrow the rest of the list, so it
only tells that there is a next page. Texts are HTML, in the same reply some of them escaped as text; and each
ends in a link to the site ("Find more … on Arbeitnow</a>") that differs from posting to posting and is cut
off. `remote` false says nothing of hybrid work. Postings are in English and German.
"""

import html

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import aggregators, asking, dates, items

_API = "https://www.arbeitnow.com/api/job-board-api"
_FOOTER, _FOOTER_LENGTH = "<p>Find ", 300


def first(board: Board) -> Request:
    """Ask for the newest page of everything."""
    return Request(f"{_API}?page=1")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page. Raises ShapeChanged."""
    payload = reply.json()
    jobs = items.member(reply, payload, "data", list)
    links = items.member(reply, payload, "links", dict) if "links" in payload else {}
    more = asking.turned(request, "page", asking.number(request, "page", 1) + 1)
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["slug"])
    return Page(postings, rejects, next=more if jobs and links.get("next") else None)


def key_of(url: str) -> str | None:
    """Return "all" for the list request and the site's pages."""
    return aggregators.key_of(url, _API)


def _posting(job: items.Item) -> RawPosting:
    return RawPosting(
        native_id=items.identity(job, "slug"),
        title=items.title(job, "title"),
        url=items.text(job, "url"),
        description=_description(items.text(job, "description")),
        format="html",
        company=items.text(job, "company_name"),
        locations=items.places([items.text(job, "location")]),
        workplace="remote" if job.get("remote") is True else None,
        posted_at=dates.epoch_time(job, "created_at"),
    )


def _description(text: str) -> str:
    end = text.rfind(_FOOTER)
    if end >= 0 and len(text) - end < _FOOTER_LENGTH and "arbeitnow" in text[end:].lower():
        text = text[:end]
    return (html.unescape(text) if "<" not in text else text).strip()


FAMILY = Family(
    "arbeitnow",
    first,
    parse,
    key_of,
    page=("page", 1),
    multi_employer=True,
    credit="Postings from Arbeitnow (https://www.arbeitnow.com)",
)
