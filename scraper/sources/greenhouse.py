"""Greenhouse job board API: `GET boards-api.greenhouse.io/v1/boards/{token}/jobs`, the whole board at once.

The key is the board token of `boards.greenhouse.io/{token}`.
The surprise: `content` is HTML escaped as text, to be unescaped exactly once, and carries the employer's
intro, conclusion and pay box in `div`s of their own: the first two speak of the company (every posting of
an AI company would ask for AI), the third is pay. `updated_at` moves in bulk, so `first_published` is the
date. One role is listed once per city, under one `internal_job_id`.
"""

import html
import re
from urllib.parse import quote

from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import greenhouse_pay, items, urls
from storage.records import Workplace

_API = "boards-api.greenhouse.io"
_PUBLIC = tuple(f"{name}.greenhouse.io" for name in ("boards", "job-boards", "boards.eu", "job-boards.eu"))
_DIV = re.compile(r"<(/?)div\b", re.IGNORECASE)


def first(board: Board) -> Request:
    """Ask for every posting with its text and pay."""
    token = quote(board.key, safe="")
    return Request(f"https://{_API}/v1/boards/{token}/jobs?content=true&pay_transparency=true")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read the one page; `meta.total` is the board's own count. Raises ShapeChanged."""
    payload = reply.json()
    jobs = items.member(reply, payload, "jobs", list)
    total = items.member(reply, payload, "meta.total", int) if "meta" in payload else None
    postings, rejects = items.read_items(jobs, _posting, lambda job: job["id"])
    return Page(postings, rejects, total=total)


def key_of(url: str) -> str | None:
    """Return the token in a list request, or in a public address of a board, posting or embedded board."""
    parts = urls.split(url)
    if parts is None:
        return None
    if parts.hostname == _API:
        return urls.segment_after(parts, "v1/boards")
    if parts.hostname not in _PUBLIC:
        return None
    key = urls.segment_after(parts, "")
    return urls.parameter(url, "for") if key == "embed" else key


def _posting(job: items.Item) -> RawPosting:
    content = html.unescape(items.text(job, "content"))
    content, _ = _cut(content, "content-intro")
    content, _ = _cut(content, "content-conclusion")
    content, pay_box = _cut(content, "content-pay-transparency")
    return RawPosting(
        native_id=items.identity(job, "id"),
        title=items.title(job, "title"),
        url=items.text(job, "absolute_url"),
        description=content.strip(),
        format="html",
        locations=items.places(re.split("[;|]", items.text(items.child(job, "location"), "name"))),
        workplace=_workplace(job),
        pay=greenhouse_pay.of_fields(job) or greenhouse_pay.of_box(pay_box),
        salary_raw=greenhouse_pay.as_printed(pay_box),
        posted_at=items.iso_time(job, "first_published"),
        requisition=items.identity(job, "internal_job_id") if job.get("internal_job_id") else "",
    )


def _workplace(job: items.Item) -> Workplace | None:
    """Read the employer-defined field for it, if he made one and it names one workplace."""
    for entry in items.children(job, "metadata"):
        name = items.text(entry, "name").lower()
        if name.startswith("workplace") or name == "location type":
            value = entry.get("value")
            return items.workplace(value[0] if isinstance(value, list) and len(value) == 1 else value)
    return None


def _cut(content: str, name: str) -> tuple[str, str]:
    """Cut `<div class="name">…</div>` out of the HTML; return (rest, cut). One never closed is left in."""
    start, depth = content.find(f'<div class="{name}">'), 0
    for tag in _DIV.finditer(content, start) if start >= 0 else ():
        depth += -1 if tag[1] else 1
        if depth == 0:
            end = content.find(">", tag.end()) + 1 or len(content)
            return content[:start] + "\n" + content[end:], content[start:end]
    return content, ""


FAMILY = Family(
    "greenhouse", first, parse, key_of, presentation=frozenset({"content", "pay_transparency", "questions"})
)
