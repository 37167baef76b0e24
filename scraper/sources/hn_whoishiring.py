"""Hacker News, "Ask HN: Who is hiring?": the month's thread, by `GET hn.algolia.com/api/v1/items/{story}`.

The one key is "whoishiring", the author of the threads. A look begins with a search for the newest of them;
the same author's "Who wants to be hired?" and "Freelancer?" threads are told apart by their titles. A thread
is open for its month and frozen then, so each is a scope of its own: the series breaks on the first of
every month, and a posting is never seen to close. Top-level comments are the postings; replies are not read,
nor is anybody's name.
The surprise: comments are prose for people. `hn_advert` reads company and roles from them; each role is a
posting (of 685 comments of 2026-01/02 a company could be read in 93 %, a role in 88 %). A comment without
a readable company, or with none but "multiple roles", lists nothing: it is neither posting nor reject,
since nobody could say what it offers. A deleted comment has no text and is left out.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import asking, hn_advert, items, urls

_API, _SEARCH, _ITEMS = "hn.algolia.com", "/api/v1/search_by_date", "/api/v1/items/"
_SITE, _KEY = "news.ycombinator.com", "whoishiring"
_TITLE = re.compile(r"Ask HN: Who is hiring\?", re.IGNORECASE)


def first(board: Board) -> Request:
    """Ask for the newest threads of the author."""
    asked = "tags=story,author_whoishiring&query=who%20is%20hiring&hitsPerPage=20"
    return Request(f"https://{_API}{_SEARCH}?{asked}", headers=(asking.ACCEPT_JSON,))


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the search, which leads to the newest thread, or the thread. Raises ShapeChanged."""
    payload = reply.json()
    if urls.same_place(request.url, first(board).url):
        return Page(next=_newest(reply, items.member(reply, payload, "hits", list)))
    comments = items.member(reply, payload, "children", list)
    story = items.member(reply, payload, "id", int)
    offers = [offer for comment in comments for offer in _offers(comment)]
    postings, rejects = items.read_items(offers, _posting, lambda offer: offer["id"])
    return Page(postings, rejects, scope=f"thread {story}")


def key_of(url: str) -> str | None:
    """Return "whoishiring" for the search and for the author's page."""
    parts = urls.split(url)
    if parts is None:
        return None
    if parts.hostname == _API:
        return (
            _KEY
            if parts.path == _SEARCH and "author_whoishiring" in (urls.parameter(url, "tags") or "")
            else None
        )
    author = parts.path in ("/user", "/submitted") and urls.parameter(url, "id") == _KEY
    return _KEY if parts.hostname == _SITE and author else None


def _newest(reply: Reply, hits: list[Any]) -> Request:
    """Return the request for the newest thread, the one of the highest id. Raises ShapeChanged."""
    found = []
    for hit in hits:
        told = hit if isinstance(hit, Mapping) else {}
        story, title = told.get("objectID"), told.get("title")
        if isinstance(title, str) and _TITLE.match(title) and re.fullmatch("[0-9]{1,12}", str(story)):
            found.append(int(str(story)))
    if not found:
        raise ShapeChanged(reply.url, 'the search finds no thread "Ask HN: Who is hiring?"')
    return Request(f"https://{_API}{_ITEMS}{max(found)}", headers=(asking.ACCEPT_JSON,))


def _offers(comment: Any) -> Iterator[Any]:
    """Yield the comment once per role, with `role`, `company` and `suffix`; unchanged if it has no text."""
    if not isinstance(comment, Mapping) or not isinstance(comment.get("text"), str | None):
        yield comment
        return
    advert = hn_advert.read(comment.get("text") or "")
    if advert is None:
        return
    for role in advert.roles:
        suffix = f"-{hn_advert.key(role.title)}" if len(advert.roles) > 1 else ""
        yield {**comment, "company": advert.company, "role": role, "suffix": suffix}


def _posting(offer: items.Item) -> RawPosting:
    items.text(offer, "text")  # names a text of another type
    comment = items.identity(offer, "id")
    role: hn_advert.Role = offer["role"]
    return RawPosting(
        native_id=comment + offer["suffix"],
        title=role.title,
        url=f"https://{_SITE}/item?id={comment}",
        description=role.html,
        format="html",
        company=offer["company"],
        locations=role.locations,
        workplace=role.workplace,
        salary_raw=role.salary,
        posted_at=items.iso_time(offer, "created_at"),
        apply_url=role.link,
    )


FAMILY = Family(
    "hn_whoishiring",
    first,
    parse,
    key_of,
    presentation=frozenset({"hitsPerPage"}),
    multi_employer=True,
)
