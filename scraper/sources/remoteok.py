"""Remote OK: `GET remoteok.com/api?tags={key}`, a bare array, the newest hundred or so at once.

The key is a tag of the site, "product-manager", or "all". The array's first element is a legal notice: the
terms are to name Remote OK and link back.
The surprise: every text ends in a line against bots ("Please mention the word **X** and tag Y when
applying") in which X and Y depend on who asks and when, so it is cut out, or each posting would be edited
at each look. Texts are UTF-8 that was decoded as Latin-1 and encoded again (an apostrophe arrives as "â"
and two control characters); where a whole text is, that is undone. Pay 0 is none; its form asks employers
for US dollars a year. `location` ends in a comma and is often nonsense; anybody may post, and the title
decides.
"""

import re
from collections.abc import Mapping
from contextlib import suppress

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import aggregators, items, pay

_API, _SITE = "https://remoteok.com/api", "remoteok.com"
_WINDOW = 95  # postings; from here on the newest hundred or so may not be all
_ANTI_BOT = re.compile(r"Please mention the word \*\*[^<]*")


def first(board: Board) -> Request:
    """Ask for the postings with the tag."""
    return Request(aggregators.address(_API, "tags", board.key))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read what stands after the legal notice. Raises ShapeChanged."""
    payload = reply.json()
    notice = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(notice, Mapping) or "legal" not in notice:
        raise ShapeChanged(reply.url, "the reply is no list that begins with the legal notice")
    postings, rejects = items.read_items(payload[1:], _posting, lambda job: job["id"])
    full = len(payload) > _WINDOW
    return Page(postings, rejects, partial="the source shows only its newest postings" if full else "")


def key_of(url: str) -> str | None:
    """Return the tag in a list request, "product-manager" for the site's pages."""
    return aggregators.key_of(url, _API, "tags", "product-manager")


def _posting(job: items.Item) -> RawPosting:
    items.title(job, "position")
    return RawPosting(
        native_id=items.identity(job, "id"),
        title=_text(job, "position"),
        url=items.text(job, "url"),
        description=_ANTI_BOT.sub("", _text(job, "description")).strip(),
        format="html",
        company=_text(job, "company"),
        locations=items.places([_text(job, "location").rstrip(", ")]),
        workplace="remote",
        pay=pay.stated(items.number(job, "salary_min"), items.number(job, "salary_max"), "USD", "year"),
        posted_at=items.iso_time(job, "date"),
        apply_url=aggregators.original(job, "apply_url", _SITE),
    )


def _text(job: items.Item, name: str) -> str:
    if not items.text(job, name):
        return ""
    # Undone before the blanks go: "à" decoded as Latin-1 ends in one.
    text: str = job[name]
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return text.strip()


FAMILY = Family(
    "remoteok",
    first,
    parse,
    key_of,
    multi_employer=True,
    credit="Postings from Remote OK (https://remoteok.com)",
)
