"""Lever postings API: `GET api.lever.co/v0/postings/{site}`, pages of 100 by `skip`, a bare JSON array.

The key is the site of `jobs.lever.co/{site}`; `eu:{site}` for `jobs.eu.lever.co/{site}`, whose postings
are kept on another host.
The surprise: `description` is only the opening. The requirements stand in `lists` and the rest in
`additional`: half of the text and more. There is no count (a short page is the last) and no date of
change; `createdAt` is given but not documented. Without `Accept: application/json` it may answer HTML.
"""

import re
from html import escape
from urllib.parse import quote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, items, pay, urls
from storage.records import Pay

_SIZE = 100
_EU = "eu:"
_API = {"api.lever.co": "", "api.eu.lever.co": _EU}
_PUBLIC = {"jobs.lever.co": "", "jobs.eu.lever.co": _EU}


def first(board: Board) -> Request:
    """Ask for the first hundred postings."""
    host = "api.eu.lever.co" if board.key.startswith(_EU) else "api.lever.co"
    site = quote(board.key.removeprefix(_EU), safe="")
    url = f"https://{host}/v0/postings/{site}?mode=json&skip=0&limit={_SIZE}"
    return Request(url, headers=(asking.ACCEPT_JSON,))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; a full one is followed by another. Raises ShapeChanged."""
    jobs = reply.json()
    if not isinstance(jobs, list):
        raise ShapeChanged(reply.url, "the reply is no JSON array")
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["id"])
    size = asking.number(request, "limit", 0)  # without a limit the whole board is one page
    more = asking.turned(request, "skip", asking.number(request, "skip", 0) + size)
    return Page(postings, rejects, next=more if size and len(jobs) >= size else None)


def key_of(url: str) -> str | None:
    """Return the site in a list request or in a public address of a board or posting."""
    parts = urls.split(url)
    host = parts.hostname or "" if parts else ""
    if parts is None or host not in _API | _PUBLIC:
        return None
    site = urls.segment_after(parts, "v0/postings" if host in _API else "")
    return (_API | _PUBLIC)[host] + site if site else None


def _posting(job: items.Item) -> RawPosting:
    categories = items.child(job, "categories")
    return RawPosting(
        native_id=items.identity(job, "id"),
        title=items.title(job, "text"),
        url=items.text(job, "hostedUrl"),
        description=_text(job),
        format="html",
        locations=items.places(
            [items.text(categories, "location"), *items.texts(categories, "allLocations")]
        ),
        workplace=items.workplace(job.get("workplaceType")),
        pay=_pay(items.child(job, "salaryRange")),
        salary_raw=items.text(job, "salaryDescriptionPlain"),
        posted_at=items.epoch_ms_time(job, "createdAt"),
    )


def _text(job: items.Item) -> str:
    """Put the whole text together as a candidate sees it; `description` already holds `opening`."""
    opening = [items.text(job, name) for name in ("opening", "descriptionBody")]
    parts = [items.text(job, "description")] if job.get("description") else opening
    for entry in items.children(job, "lists"):
        parts.append(f"<h3>{escape(items.text(entry, 'text'), quote=False)}</h3>")
        parts.append(f"<ul>{items.text(entry, 'content')}</ul>")
    return "\n".join(part for part in [*parts, items.text(job, "additional")] if part)


def _pay(stated: items.Item) -> Pay | None:
    """Read `salaryRange`; its interval is like "per-year-salary", "per-hour-wage"."""
    interval = re.match("per-([a-z]+)-", items.text(stated, "interval"))
    low, high = items.number(stated, "min"), items.number(stated, "max")
    return pay.stated(
        low, high, items.text(stated, "currency"), pay.period(interval[1]) if interval else None
    )


FAMILY = Family("lever", first, parse, key_of, page=("skip", 0), presentation=frozenset({"mode", "limit"}))
