"""Any career site that describes its postings to search engines: its sitemap, then each page's JSON-LD.

The key is the address of the sitemap without its scheme ("careers.example.org/sitemap.xml"): a list of
pages, or an index of such lists, of which those are read that speak of jobs (all, if none does); gzip files,
too. A sitemap speaks for its own host (sitemaps.org), here also for subdomains and the domains above it: what
it lists elsewhere is left out, so that nobody is asked because another's site names him. A page is a job's
if its address goes on behind a word like "jobs" or "careers" with a number or at least two words. The
sitemap has no titles: the words of the address stand for the title until the page has been read. An address
without words (`/jobs/R-1075582`) has none: its page is asked.
The surprise: robots.txt names the sitemap, but not each does; `lastmod` may be stamped anew with every
rendering, so it is not read, and a page that was read once is not read again while it is listed: later
changes of its text are not seen, and a posting is closed when the sitemap drops it. A page that asks not to
be indexed, or whose `validThrough` has passed, is closed when it is read.
"""

import re
import zlib
from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element

from scraper.errors import ShapeChanged, TooBig
from scraper.model import Board, Family, Page, RawPosting, Reply, Request
from scraper.sources.parts import details, jobposting, urls

_ACCEPT_PAGE = ("Accept", "text/html,application/xhtml+xml")
_SAFE = "%/:=&?~+!$,;'@()*[]"
_LARGEST = 24 * 2**20  # bytes of a sitemap, inflated, as of any reply
_ABOUT_JOBS = re.compile(
    r"(?:^|[-_.])(?:jobs?|jobdetails?|careers?|positions?|openings?|vacanc(?:y|ies)|stellen?)(?:$|[-_.])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{3}|^\d+$")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:html?|aspx?|php)$", re.IGNORECASE)
_CAPITALS = frozenset(
    {"ai", "aigc", "apm", "cpo", "gpm", "it", "llm", "ml", "pm", "pmt", "ui", "us", "ux", "vp"}
)


def first(board: Board) -> Request:
    """Ask for the sitemap."""
    host, slash, path = board.key.partition("/")
    return Request(f"https://{quote(host, safe='')}{slash}{quote(path, safe=_SAFE)}")


def parse(board: Board, reply: Reply, request: Request) -> Page:
    """Read a list of pages or an index of lists. Raises ShapeChanged, TooBig (a gzip bomb)."""
    root = _inflated(reply).xml()
    kind, listed = _name(root), _addresses(root)
    site = urlsplit(first(board).url).hostname or ""
    found = [url for url in listed if _is_of_site(url, site)]
    if listed and not found:
        raise ShapeChanged(reply.url, f"none of the {len(listed)} addresses is of the sitemap's own site")
    if kind == "sitemapindex":
        speaking = [url for url in found if _speaks_of_jobs(urlsplit(url).path)]
        return Page(more=tuple(Request(url) for url in speaking or found))
    if kind != "urlset":
        raise ShapeChanged(reply.url, f"the reply is no sitemap but {kind[:40]!r}")
    jobs = [url for url in found if _is_job(url)]
    expected = request == first(board) or _speaks_of_jobs(urlsplit(request.url).path)
    if found and not jobs and expected:
        raise ShapeChanged(reply.url, f"none of the {len(found)} addresses is that of a job")
    return Page(tuple(map(_posting, jobs)))


def parse_detail(posting: RawPosting, reply: Reply) -> RawPosting | None:
    """Return the posting as its page describes it, None if it is closed. Raises ShapeChanged."""
    page = reply.text()
    if jobposting.hidden(page):
        return None
    with details.reading(reply):
        job = jobposting.found_in(page)
        if job is None:
            raise ValueError("the page has no JobPosting")
        if jobposting.expired(job, reply.fetched_at):
            return None
        title = jobposting.title(job) or posting.title
        if not title:
            raise ValueError("the title is empty")
        return replace(
            posting,
            title=title,
            description=jobposting.description(job),
            format="html",
            locations=jobposting.places(job),
            workplace="remote" if jobposting.remote(job) else None,
            pay=jobposting.stated_pay(job),
            experience_raw=jobposting.experience(job),
            education_raw=jobposting.education(job),
            posted_at=jobposting.posted_at(job, reply.fetched_at),
            requisition=jobposting.requisition(job),
            detail=None,
        )


def key_of(url: str) -> str | None:
    """Return None: any address may be that of a sitemap, so a board of this family is named by hand."""
    return None


def _inflated(reply: Reply) -> Reply:
    if not reply.body.startswith(b"\x1f\x8b"):
        return reply
    inflater = zlib.decompressobj(wbits=31)
    try:
        body = inflater.decompress(reply.body, _LARGEST)
    except zlib.error:
        body = b""
    if inflater.unconsumed_tail:
        raise TooBig(reply.url, f"the sitemap is larger than {_LARGEST} bytes")
    if not inflater.eof:
        raise ShapeChanged(reply.url, "the gzip file is damaged or cut off")
    return replace(reply, body=body)


def _addresses(root: Element) -> list[str]:
    """Return the address of each entry once, in order, as https; an entry without a web address has none."""
    found = []
    for entry in root:
        for child in entry:
            if _name(child) == "loc" and urls.split(child.text or ""):
                address = quote((child.text or "").strip(), safe=_SAFE).partition("%23")[0].partition("#")[0]
                found.append(re.sub("^http:", "https:", address))
    return list(dict.fromkeys(found))


def _is_of_site(url: str, site: str) -> bool:
    """Tell whether an address is of the host `site`, of a subdomain or of a domain above it."""
    host, own = (f".{name.removeprefix('www.')}" for name in (urlsplit(url).hostname or "", site))
    return host.endswith(own) or own.endswith(host)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _speaks_of_jobs(path: str) -> bool:
    return any(map(_ABOUT_JOBS.search, path.split("/")))


def _own_segments(url: str) -> list[str]:
    """Return the path's segments behind the first that speaks of jobs, those that only do so left out."""
    path = urls.segments(urlsplit(url))
    start = next((place for place, segment in enumerate(path) if _ABOUT_JOBS.search(segment)), len(path))
    return [segment for segment in path[start + 1 :] if not _ABOUT_JOBS.fullmatch(segment)]


def _is_job(url: str) -> bool:
    own = _own_segments(url)
    return any(map(_NUMBER.search, own)) or len(_words(own[-1] if own else "")) > 1


def _posting(url: str) -> RawPosting:
    named = [" ".join(words) for words in map(_words, _own_segments(url)) if len(words) > 1]
    return RawPosting(
        native_id=unquote(url.removeprefix("https://")),
        title=" | ".join(named),
        url=url,
        detail=Request(url, headers=(_ACCEPT_PAGE,)),
    )


def _words(segment: str) -> list[str]:
    """Return the words of a segment of an address, numbers and codes left out, written as in a title."""
    words = re.split(r"[-_+.\s]+", _ENDING.sub("", _UUID.sub("", segment)))
    kept = [word for word in words if word and not _NUMBER.search(word)]
    return [word.upper() if word.lower() in _CAPITALS else word[:1].upper() + word[1:] for word in kept]


FAMILY = Family("jsonld", first, parse, key_of, parse_detail=parse_detail, published=False)
