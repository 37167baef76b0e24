"""Pinpoint job postings feed: `GET {key}.pinpointhq.com/postings.json`, the whole board at once.

The key is the subdomain of `{key}.pinpointhq.com`.
The surprise: the text is kept in four sections with headings that the employer may rename, pay is given even
where `compensation_visible` says that it is not to be shown, and there is no date but a deadline. One job may
have several postings, for places or titles, under one `job.id`. A board of exactly 1,000 postings was seen
twice, so there may be an end that the feed does not tell.
"""

from urllib.parse import quote

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import items, pay, subdomains
from scraper.sources.parts.headed import headed
from storage.records import Pay

_DOMAIN = "pinpointhq.com"
_WINDOW = 1000
_SECTIONS = {
    "description": "",
    "key_responsibilities": "Key responsibilities",
    "skills_knowledge_expertise": "Skills, Knowledge and Expertise",
    "benefits": "Benefits",
}


def first(board: Board) -> Request:
    """Ask for every posting with its text and pay."""
    return Request(f"{_site(board)}/postings.json")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page. Raises ShapeChanged."""
    listed = items.member(reply, reply.json(), "data", list)
    postings, rejects = items.read_items(
        listed, lambda posting: _posting(_site(board), posting), lambda posting: posting["id"]
    )
    full = len(listed) == _WINDOW
    return Page(postings, rejects, partial="the feed seems to end at 1,000 postings" if full else "")


def key_of(url: str) -> str | None:
    """Return the subdomain of a list request or of a public address of a board or posting."""
    return subdomains.key_in(url, _DOMAIN)


def _site(board: Board) -> str:
    return f"https://{quote(board.key, safe='')}.{_DOMAIN}"


def _posting(site: str, posting: items.Item) -> RawPosting:
    job, place = items.child(posting, "job"), items.child(posting, "location")
    city = ", ".join(filter(None, [items.text(place, "city"), items.text(place, "province")]))
    shown = posting.get("compensation_visible") is True
    path = items.text(posting, "path")
    return RawPosting(
        native_id=items.identity(posting, "id"),
        title=items.title(posting, "title"),
        url=items.text(posting, "url") or (site + quote(path, safe="/%") if path.startswith("/") else ""),
        description=headed(
            (items.text(posting, f"{name}_header") or heading, items.text(posting, name))
            for name, heading in _SECTIONS.items()
        ),
        format="html",
        locations=items.places([items.text(place, "name") or city]),
        workplace=items.workplace(posting.get("workplace_type")),
        pay=_pay(posting) if shown else None,
        salary_raw=items.text(posting, "compensation") if shown else "",
        requisition=items.identity(job, "id") if job.get("id") else "",
    )


def _pay(posting: items.Item) -> Pay | None:
    low, high = (items.number(posting, f"compensation_{end}") for end in ("minimum", "maximum"))
    per = pay.period(items.text(posting, "compensation_frequency"))
    return pay.stated(low, high, items.text(posting, "compensation_currency"), per)


FAMILY = Family("pinpoint", first, parse, key_of)
