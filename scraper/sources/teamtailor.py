"""Teamtailor RSS feed: `GET {key}.teamtailor.com/jobs.rss`, pages of 100 by `offset`.

The key is the subdomain of `{key}.teamtailor.com`, "acme.na" for a board kept in North America; it answers
also where the career site has a domain of its own. The feed is documented and has what the JSON feed
(`jobs.json`) lacks: the workplace and the names of the places.
The surprise: without `offset` only the first hundred jobs are shown. A place that is named remote carries the
address of some office, so its name counts then. `remoteStatus` "none" was seen with remote places and
"temporary" is not explained: both tell nothing. A job may be listed once per city, each with a `guid` of its
own.
"""

from urllib.parse import quote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, items, subdomains, xmlitems

_DOMAIN = "teamtailor.com"
_SIZE = 100


def first(board: Board) -> Request:
    """Ask for the first hundred jobs with their texts."""
    return Request(f"https://{quote(board.key, safe='')}.{_DOMAIN}/jobs.rss?offset=0&per_page={_SIZE}")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read one page; a full one is followed by another. Raises ShapeChanged."""
    channel = reply.xml().find("channel")
    if channel is None:
        raise ShapeChanged(reply.url, "the reply has no RSS channel")
    jobs = channel.findall("item")
    postings, rejects = items.read_items(map(xmlitems.item, jobs), _posting, lambda job: job["guid"])
    size = asking.number(request, "per_page", _SIZE)
    more = asking.turned(request, "offset", asking.number(request, "offset", 0) + size)
    return Page(postings, rejects, next=more if jobs and len(jobs) >= size else None)


def key_of(url: str) -> str | None:
    """Return the subdomain of a list request or of a public address of a board or posting."""
    return subdomains.key_in(url, _DOMAIN, ("partner", "na", "eu"))


def _posting(job: items.Item) -> RawPosting:
    status = items.text(job, "remoteStatus")
    return RawPosting(
        native_id=items.identity(job, "guid"),
        title=items.title(job, "title"),
        url=items.text(job, "link"),
        description=items.text(job, "description"),
        format="html",
        locations=items.places(map(_place, items.children(job, "locations"))),
        workplace=items.workplace("remote" if status == "fully" else status),
        posted_at=xmlitems.rss_time(job, "pubDate"),
    )


def _place(place: items.Item) -> str:
    name, city = items.text(place, "name"), items.text(place, "city")
    if "remote" in name.lower():
        return name
    return ", ".join(filter(None, [city or name, items.text(place, "country")]))


FAMILY = Family("teamtailor", first, parse, key_of, page=("offset", 0), presentation=frozenset({"per_page"}))
