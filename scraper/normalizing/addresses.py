"""Which posting an address leads to: one key for all its spellings and for the copies that point to it.

An employer's own page that embeds a Greenhouse board, the board's page, its API and the "apply" button of an
aggregator all carry the same id. Where a site is known, the key is its name and that id; elsewhere the
canonical URL.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from scraper.parsing.urls import canonical_url

_LONGEST = 2000
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

# Ids that any site may carry in its query when it embeds a board.
_EMBEDDED = (
    ("greenhouse", "gh_jid", re.compile(r"\d+")),
    ("ashby", "ashby_jid", re.compile(_UUID)),
)
# Name, host, and what the id looks like in the path; a group `at` keeps apart the ids of employers who count
# for themselves.
_IN_PATH = tuple(
    (name, host, re.compile(path, re.IGNORECASE))
    for name, host, path in (
        ("greenhouse", "greenhouse.io", r"/jobs/(?P<id>\d+)(?:/|$)"),
        ("lever", "lever.co", rf"/(?P<id>{_UUID})(?:/apply)?$"),
        ("ashby", "ashbyhq.com", rf"/(?P<id>{_UUID})(?:/application)?$"),
        ("smartrecruiters", "smartrecruiters.com", r"/(?P<id>\d{9,})(?:-[^/]*)?$"),
        ("workable", "workable.com", r"/(?:j|jobs/view)/(?P<id>[0-9a-f]{10})(?:\.md)?(?:/apply)?$"),
        ("personio", "personio.de", r"/job/(?P<id>\d+)$"),
        ("personio", "personio.com", r"/job/(?P<id>\d+)$"),
        ("recruitee", "recruitee.com", r"(?P<at>)/o/(?P<id>[^/]+)(?:/c/new)?$"),
        ("teamtailor", "teamtailor.com", r"/jobs/(?P<id>\d+)(?:-[^/]*)?(?:/applications/new)?$"),
        ("pinpoint", "pinpointhq.com", r"(?P<at>)/postings/(?P<id>[^/]+)(?:/applications/new)?$"),
        ("rippling", "rippling.com", rf"/jobs/(?P<id>{_UUID})(?:/apply)?$"),
        ("gem", "gem.com", r"^/[^/]+/(?P<id>[0-9a-z_-]{16,})$"),
        ("eightfold", "eightfold.ai", r"/job/(?P<id>\d+)(?:-[^/]*)?$"),
        ("amazon", "amazon.jobs", r"/jobs/(?P<id>\d+)(?:/|$)"),
        ("icims", "icims.com", r"(?P<at>)/jobs/(?P<id>\d+)(?:/|$)"),
        ("oracle", "oraclecloud.com", r"(?P<at>)/job/(?P<id>\d+)(?:/|$)"),
        ("linkedin", "linkedin.com", r"/jobs/view/(?:[^/]*-)?(?P<id>\d+)$"),
        ("boss", "zhipin.com", r"/job_detail/(?P<id>[^/]+)\.html$"),
        ("liepin", "liepin.com", r"/(?P<id>(?:job|a|lptjob)/\d+)(?:\.shtml)?$"),
        ("51job", "51job.com", r"/(?P<id>\d{7,})\.html$"),
        (
            "zhaopin",
            "zhaopin.com",
            r"/(?P<id>cc[lz]?\d+j\d+|cz\d+j\d+|(?<=jobdetail/)[^/.]+|\d{12,})(?:\.html?)?$",
        ),
        ("lagou", "lagou.com", r"/jobs/(?P<id>\d+)\.html$"),
    )
)
# Sites where the id stands in the query.
_IN_QUERY = (
    ("greenhouse", "greenhouse.io", "token", re.compile(r"\d+")),
    ("eightfold", "eightfold.ai", "pid", re.compile(r"\d+")),
    ("indeed", "indeed.com", "jk", re.compile(r"[0-9a-f]+")),
    ("linkedin", "linkedin.com", "currentjobid", re.compile(r"\d+")),
    ("tencent", "careers.tencent.com", "postid", re.compile(r"\d+")),
    ("51job", "51job.com", "jobid", re.compile(r"\d+")),
)
# ByteDance's recruiting system, which Feishu sells to others under hosts of their own: ids of one numbering.
_FEISHU = re.compile(r"/position/(?:detail/)?(?P<id>\d{16,20})(?:/detail)?$")
_SECOND_SITE = re.compile(r"(?<=\d)-\d{1,2}$")
_CASE_COUNTS = frozenset(("boss", "gem"))

# One comment there holds several openings.
_SEVERAL_POSTINGS = ("news.ycombinator.com", "hn.algolia.com")
_LISTING = re.compile(
    r"^(?:jobs?|careers?|positions?|openings?|open[-_](?:positions|jobs|roles)|vacanc(?:y|ies)|join(?:[-_]?us)?|"
    r"work[-_](?:with|for)[-_]us|search|results|listings?|hiring|recruit(?:ment|ing)?|all|home|company|team|people|about(?:[-_]us)?|"
    r"index\.\w+|(?:position|job|social|campus)[-_]list|[a-z]{2}(?:[-_][a-z]{2})?|招聘)$",
    re.IGNORECASE,
)
_ASKED = frozenset((
    "q", "query", "keyword", "keywords", "search", "page", "city", "location", "sort", "department", "team",
    "category", "type", "office", "country", "offset", "limit", "filter",
))  # fmt: skip


def address_key(url: str) -> str | None:
    """Return the key of the posting that an http(s) address leads to ("greenhouse:4012345").

    Elsewhere than on the sites that are known here it is the canonical URL. None where the address names no
    single posting: a home page, a listing, a page with several postings, or no web address at all.
    """
    page = canonical_url(url)
    if not page:
        return None
    known, key = _known_key(url, page)
    if known:
        return key
    parts = urlsplit(page)
    where = [part for part in (parts.path + "/" + parts.fragment.partition("?")[0]).split("/") if part != "!"]
    named = [part for part in where if part and not _LISTING.match(unquote(part))]
    asked = parts.query or parts.fragment.partition("?")[2]
    told = [name for name, _ in parse_qsl(asked) if name.lower() not in _ASKED]
    return page if named or told else None


def original_address(url: str, apply_url: str = "") -> str:
    """Return the key of the original behind a posting, "" if its addresses tell of none.

    Where one applies goes before where the posting was read, but only on a site that is known: an application
    form elsewhere may be the same for all of an employer's openings.
    """
    page = canonical_url(apply_url)
    applied = _known_key(apply_url, page)[1] if page else None
    return applied or address_key(url) or ""


def _known_key(url: str, page: str) -> tuple[bool, str | None]:
    """Return whether the site is known, and the key if the address names a posting there."""
    host = (urlsplit(page).hostname or "").removeprefix("www.")
    path = unquote(urlsplit(page).path)[:_LONGEST].rstrip("/")
    query = {name.lower(): value for name, value in _parameters(url)}
    for site, name, shape in _EMBEDDED:
        if shape.fullmatch(query.get(name, "").lower()):
            return True, f"{site}:{query[name].lower()}"
    if host in _SEVERAL_POSTINGS:
        return True, None
    if _on(host, "myworkdayjobs.com") or _on(host, "myworkdaysite.com"):
        return True, _workday(host, [part for part in path.lower().split("/") if part])
    if feishu := _FEISHU.search(path):
        return True, f"feishu:{feishu['id']}"
    found = list(_site_ids(host, path, query))
    key = next((f"{site}:{id if site in _CASE_COUNTS else id.lower()}" for site, id in found if id), None)
    return bool(found), key


def _site_ids(host: str, path: str, query: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (site, id or "") for each pattern of this host; nothing for a host that is not known."""
    for site, domain, pattern in _IN_PATH:
        if _on(host, domain):
            found = pattern.search(path)
            at = f"{host}:" if "at" in pattern.groupindex else ""
            yield site, at + found["id"] if found else ""
    for site, domain, name, shape in _IN_QUERY:
        if _on(host, domain):
            yield site, query[name] if shape.fullmatch(query.get(name, "")) else ""


def _workday(host: str, path: list[str]) -> str | None:
    """The requisition counts within the tenant; "R100464-1" is R100464 on a second site of his."""
    if path[:2] == ["wday", "cxs"]:
        path = path[2:]
    tenant = host.partition(".")[0]
    if _on(host, "myworkdaysite.com"):
        tenant = path[path.index("recruiting") + 1] if "recruiting" in path[:-1] else ""
    if "apply" in path:
        path = path[: path.index("apply")]
    if not {"job", "details"} & set(path[:-1]):
        return None
    requisition = path[-1].rpartition("_")[2] if "_" in path[-1] else ""
    named = any(char.isdigit() for char in requisition)
    return f"workday:{tenant}:{_SECOND_SITE.sub('', requisition)}" if named else None


def _parameters(url: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs behind the fragment's "?", then the query's, tracking keys too."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return
    yield from parse_qsl(parts.fragment.partition("?")[2])
    yield from parse_qsl(parts.query)


def _on(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)
