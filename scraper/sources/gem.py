"""Gem job board API: `GET api.gem.com/job_board/v0/{key}/job_posts/`, the whole board at once.

The key is the board of `jobs.gem.com/{key}`, spelt as there: another case is another board.
The surprise: it looks like Greenhouse's, but is a bare JSON array, ids that look like numbers are texts, and
`content` is plain HTML, with the employer's intro and outro in it where he uses them. `updated_at` is a
change and `created_at` may be long before the publication. Pay stands in the text only.
"""

from urllib.parse import quote

from scraper.errors import ShapeChanged
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import items, urls

_API, _PUBLIC = "api.gem.com", "jobs.gem.com"


def first(board: Board) -> Request:
    """Ask for every job post with its text; without the last slash there is no answer."""
    return Request(f"https://{_API}/job_board/v0/{quote(board.key, safe='')}/job_posts/")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page. Raises ShapeChanged."""
    posts = reply.json()
    if not isinstance(posts, list):
        raise ShapeChanged(reply.url, "the reply is no JSON array")
    return Page(*items.read_items(posts, _posting, lambda post: post["id"]))


def key_of(url: str) -> str | None:
    """Return the board in a list request or in a public address of a board or post."""
    parts = urls.split(url)
    if parts is None:
        return None
    if parts.hostname == _API:
        return urls.segment_after(parts, "job_board/v0")
    key = urls.segment_after(parts, "") if parts.hostname == _PUBLIC else None
    return None if key == "api" else key


def _posting(post: items.Item) -> RawPosting:
    html, plain = items.text(post, "content"), items.text(post, "content_plain")
    places = [post, *items.children(post, "offices")]
    return RawPosting(
        native_id=items.identity(post, "id"),
        title=items.title(post, "title"),
        url=items.text(post, "absolute_url"),
        description=html or plain,
        format="html" if html else "text",
        locations=items.places(items.text(items.child(place, "location"), "name") for place in places),
        workplace=items.workplace(post.get("location_type")),
        posted_at=items.iso_time(post, "first_published_at"),
        requisition=items.identity(post, "internal_job_id") if post.get("internal_job_id") else "",
    )


FAMILY = Family("gem", first, parse, key_of)
