"""What the career sites of Chinese employers have in common: one list, numbered pages, own signs of success.

HTTP 200 is no success on them; each tells it in a field of its own ("status" 1, "retCode" "201"), and a
refusal told there must not pass for an empty list. Beyond the end some answer null instead of a list. Pages
shift while they are read, so an item may stand on two of them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scraper.errors import Refused, ShapeChanged
from scraper.model import Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, items, urls

KEY = "social"
"""社会招聘, the one list that is followed; campus hiring stands apart."""
KEYWORD = "产品经理"
"""What sites are asked for that list thousands of posts of all kinds; the title still decides."""
_INTERFACES = frozenset({"api", "websiterecruit"})
_SMALLEST_CAP = 10
"""Entries; a first page of fewer was cut short by something else than the site's own page size."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a site keeps its list.

    `entries` and `total` are dotted paths in the reply, `page` and `size` parameters of the request; `page`
    comes with its first value. `told` is the path of the page size in the reply, if that can be relied on:
    sites cap it silently.
    """

    entries: str
    total: str
    page: tuple[str, int]
    size: str
    told: str = ""


def expect(
    reply: Reply,
    payload: object,
    path: str,
    good: int | str,
    *,
    says: str,
    refusals: tuple[int, ...] = (),
) -> None:
    """Check the site's own sign of success, which stands at `path`; what went wrong stands at `says`.

    Raises Refused for a 4xx code and for `refusals`, ShapeChanged for anything else that is not `good`.
    """
    found = items.member(reply, payload, path, type(good))
    if found == good:
        return
    said = _at(payload, says)
    reason = f"the site answers {path} {found!r}" + (f": {said[:80]}" if isinstance(said, str) else "")
    code = int(found) if re.fullmatch("-?[0-9]{1,6}", str(found)) else 0
    raise (Refused if 400 <= code < 500 or code in refusals else ShapeChanged)(reply.url, reason)


def read(
    listing: Listing,
    reply: Reply,
    payload: object,
    request: Request,
    read_one: Callable[[items.Item], RawPosting],
    id_name: str,
) -> Page:
    """Read one page of a list whose success was checked. Null is an empty page. Raises ShapeChanged.

    A site that shows fewer entries on the first page than it was asked for, though it has more, keeps to a
    page size of its own: from the second page on it is asked for that, or entries would be skipped.
    """
    total = items.member(reply, payload, listing.total, int)
    holder, _, name = listing.entries.rpartition(".")
    found = items.member(reply, payload, holder, dict) if holder else payload
    ended = isinstance(found, Mapping) and name in found and found[name] is None
    entries = [] if ended else items.member(reply, payload, listing.entries, list)
    postings, rejects = items.read_items(entries, read_one, lambda entry: entry[id_name])
    told = _at(payload, listing.told)
    size = told if type(told) is int and told > 0 else asking.number(request, listing.size, len(entries))
    name, first = listing.page
    number = asking.number(request, name, first)
    following = asking.turned(request, name, number + 1)
    if size != told and number == first and _SMALLEST_CAP <= len(entries) < min(size, total):
        size = len(entries)
        following = asking.turned(following, listing.size, size)
    more = entries and (number - first + 1) * size < total
    return Page(postings, rejects, following if more else None, total)


def key_of(url: str, host: str, *requests: str) -> str | None:
    """Return KEY for the addresses of `requests` and for the pages of `host` that people see."""
    parts = urls.split(url)
    if parts is None:
        return None
    if any(urls.same_place(url, request) for request in requests):
        return KEY
    page = parts.hostname == host and (parts.path in ("", "/") or urls.segment_after(parts, "") is not None)
    other = _INTERFACES.intersection(urls.segments(parts)) or "campus" in parts.path + parts.fragment
    return KEY if page and not other else None


def cities(text: str) -> tuple[str, ...]:
    """Return the places of one field, sorted: "北京市， 上海市"."""
    return items.places(sorted(part.strip() for part in re.split("[,，、;；]", text)))


def html_with_lines(html: str) -> str:
    """Return HTML with its line ends as breaks: that is how sites show it whose texts are half plain."""
    return re.sub("\r?\n", "<br>\n", html)


def _at(payload: object, path: str) -> object:
    for name in path.split("."):
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload
