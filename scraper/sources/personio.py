"""Personio XML feed: `GET {key}.jobs.personio.de/xml?language=en`, the whole board at once.

The key is the subdomain of `{key}.jobs.personio.de`; `com:{key}` for `{key}.jobs.personio.com`. Both hosts
were seen to answer the same for one employer, while some code of others knows employers of one host only.
The surprise: the text comes only in the language that is asked for, so a position not written in English
has a title and no text. Sections of the text may name a person to turn to: those are not read. A position may
be listed twice, `createdAt` is the only date, and an unknown key is redirected to the vendor's own site. An
employer who has switched the feed off cannot be read.
"""

from urllib.parse import quote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import items, subdomains, xmlitems
from scraper.sources.parts.headed import headed
from scraper.sources.parts.repeated import merged

_COM = "com:"
_DOMAINS = {"jobs.personio.de": "", "jobs.personio.com": _COM}
_CONTACT = ("contact", "kontakt", "ansprechpartner", "ansprechperson", "recruiter")
_YEARS = {"lt-1": "0-1 years", "gt-15": "15+ years"}


def first(board: Board) -> Request:
    """Ask for every open position with its English text."""
    return Request(f"{_site(board)}/xml?language=en")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page. Raises ShapeChanged."""
    root = reply.xml()
    if root.tag != "workzag-jobs":
        raise ShapeChanged(reply.url, f"the reply is {root.tag[:40]!r}, not 'workzag-jobs'")
    postings, rejects = items.read_items(
        map(xmlitems.item, root.findall("position")),
        lambda position: _posting(_site(board), position),
        lambda position: position["id"],
    )
    return Page(merged(postings), rejects)


def key_of(url: str) -> str | None:
    """Return the subdomain of a list request or of a public address of a board or posting."""
    for domain, prefix in _DOMAINS.items():
        if key := subdomains.key_in(url, domain):
            return prefix + key
    return None


def _site(board: Board) -> str:
    domain = "jobs.personio.com" if board.key.startswith(_COM) else "jobs.personio.de"
    return f"https://{quote(board.key.removeprefix(_COM), safe='')}.{domain}"


def _posting(site: str, position: items.Item) -> RawPosting:
    native_id = items.identity(position, "id")
    years = items.text(position, "yearsOfExperience")
    return RawPosting(
        native_id=native_id,
        title=items.title(position, "name"),
        url=f"{site}/job/{quote(native_id, safe='')}",
        description=_text(position),
        format="html",
        locations=items.places([items.text(position, "office"), *items.texts(position, "additionalOffices")]),
        experience_raw=_YEARS.get(years) or (f"{years} years" if years else ""),
        posted_at=items.iso_time(position, "createdAt"),
    )


def _text(position: items.Item) -> str:
    sections = [
        (items.text(section, "name"), items.text(section, "value"))
        for section in items.children(position, "jobDescriptions")
    ]
    return headed(
        (name, html) for name, html in sections if not any(word in name.lower() for word in _CONTACT)
    )


FAMILY = Family("personio", first, parse, key_of, presentation=frozenset({"language"}))
