"""Recruitee careers site API: `GET {key}.recruitee.com/api/offers/`, the whole board at once.

The key is the subdomain of `{key}.recruitee.com`, which answers also where the site has a domain of its own.
The surprise: times are no ISO 8601 ("2026-08-05 10:10:39 UTC"), amounts of pay are texts, and `position` is
a sort index, not a title. The workplace is three flags of which several may be set. Each offer has an address
for applications by mail (`mailbox_email`), which is not read.
From 10 February 2027 on the vendor wants a token of the employer's: without it the answer is to be 401.
"""

import re
from datetime import UTC, datetime
from urllib.parse import quote

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import items, pay, subdomains
from scraper.sources.parts.headed import headed
from storage.records import Pay, Workplace

_DOMAIN = "recruitee.com"
_FLAGS: dict[str, Workplace] = {"remote": "remote", "hybrid": "hybrid", "on_site": "onsite"}


def first(board: Board) -> Request:
    """Ask for every published offer with its text."""
    return Request(f"https://{quote(board.key, safe='')}.{_DOMAIN}/api/offers/")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page. Raises ShapeChanged."""
    offers = items.member(reply, reply.json(), "offers", list)
    return Page(*items.read_items(offers, _posting, lambda offer: offer["id"]))


def key_of(url: str) -> str | None:
    """Return the subdomain of a list request or of a public address of a board or posting."""
    return subdomains.key_in(url, _DOMAIN, ("career",))


def _posting(offer: items.Item) -> RawPosting | None:
    if items.text(offer, "status") not in ("", "published"):
        return None
    english = items.child(items.child(offer, "translations"), "en")
    description, requirements = (
        items.text(english, name) or items.text(offer, name) for name in ("description", "requirements")
    )
    return RawPosting(
        native_id=items.identity(offer, "id"),
        title=items.text(english, "title") or items.title(offer, "title"),
        url=items.text(offer, "careers_url"),
        description=headed([("", description), ("Requirements", requirements)]),
        format="html",
        locations=_places(offer),
        workplace=_workplace(offer),
        pay=_pay(items.child(offer, "salary")),
        education_raw=items.text(offer, "education_code").replace("_", " "),
        posted_at=_published(items.text(offer, "published_at")),
    )


def _places(offer: items.Item) -> tuple[str, ...]:
    """Read `locations`, whose `name` may be one of the employer's own ("HQ"), else the one line of them."""
    listed = items.children(offer, "locations")
    named = [
        [items.text(place, "city") or items.text(place, "name"), items.text(place, "country")]
        for place in listed
    ]
    return items.places(
        [", ".join(filter(None, parts)) for parts in named] or [items.text(offer, "location")]
    )


def _workplace(offer: items.Item) -> Workplace | None:
    """Read the flags if exactly one is set: the documented example has all three."""
    stated = [workplace for name, workplace in _FLAGS.items() if offer.get(name) is True]
    return stated[0] if len(stated) == 1 else None


def _pay(salary: items.Item) -> Pay | None:
    low, high = _amount(salary, "min"), _amount(salary, "max")
    return pay.stated(low, high, items.text(salary, "currency"), pay.period(items.text(salary, "period")))


def _amount(salary: items.Item, name: str) -> float | None:
    if not isinstance(salary.get(name), str):
        return items.number(salary, name)
    stated = items.text(salary, name)
    if stated and not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", stated):
        raise ValueError(f"{name!r} is no amount: {stated[:40]!r}")
    return float(stated) if stated else None


def _published(stated: str) -> datetime | None:
    try:
        return datetime.strptime(stated, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC) if stated else None
    except ValueError:
        raise ValueError(f"'published_at' is no time in UTC: {stated[:40]!r}") from None


FAMILY = Family("recruitee", first, parse, key_of)
