"""Which board does an address lead to? From a URL, a page or a robots.txt to candidates; nothing is asked.

A page is searched for addresses of boards, be they links, frames or parts of scripts, and for what the
scripts of some vendors name instead of an address.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from scraper.parsing.urls import LONGEST_URL
from scraper.sources import FAMILIES, family_of
from scraper.sources.parts import urls

_ADDRESS = re.compile(r"(?:https?:)?//[A-Za-z0-9.-]+(?::\d+)?[/?]?[^\s\"'<>\\`(){}]*")
_ESCAPES = (("\\/", "/"), ("\\u002f", "/"), ("\\u002F", "/"), ("\\u0026", "&"))
_FILE = re.compile(r"\.(?:js|mjs|css|png|jpe?g|gif|svg|webp|ico|woff2?|ttf|mp4|pdf|map)$", re.IGNORECASE)
_LOADED = re.compile(r"<(?:script|iframe|frame|embed)\b([^<>]*)>", re.IGNORECASE)
_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_ABOUT_JOBS = re.compile(r"job|career|position|vacanc|opening|stelle", re.IGNORECASE)
_LOADED_COUNTS = 20
"""A script or frame that shows a board says more than this many links; so does a vendor's own setting."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A board to which an address leads."""

    family: str
    key: str

    @property
    def name(self) -> str:
        """The board as it is called everywhere: "family:key"."""
        return f"{self.family}:{self.key}"


def as_url(text: str) -> str:
    """Return `text` as an http(s) URL, "" if it is none or too long; the scheme may be missing."""
    if len(text) > LONGEST_URL:
        return ""
    stripped = text.strip()
    url = stripped if "://" in stripped else f"https://{stripped}"
    parts = urls.split(url)
    if parts is None or "." not in (parts.hostname or "") or "@" in parts.netloc:
        return ""
    return url if url.isprintable() and " " not in url else ""


def in_address(url: str) -> Candidate | None:
    """Return the board that a URL is an address of, None if it is of none."""
    found = family_of(url)
    return Candidate(found[0].name, found[1]) if found else None


def in_page(url: str, page: str) -> tuple[Candidate, ...]:
    """Return the boards of single employers that the HTML page at `url` leads to, the most named first.

    More than one means that none of them stands out: one that is loaded into the page, or named at least
    twice as often as any other, is returned alone.
    """
    text = html.unescape(page)
    for escape, char in _ESCAPES:
        text = text.replace(escape, char)
    loaded = " ".join(tag[1] for tag in _LOADED.finditer(text))
    seen: dict[tuple[str, str], list[tuple[int, Candidate]]] = defaultdict(list)
    for counts, found in [
        *((_LOADED_COUNTS, one) for one in _named_by_vendors(url, text)),
        *((_LOADED_COUNTS, one) for one in _addressed(loaded)),
        *((1, one) for one in _addressed(text)),
    ]:
        seen[found.family, found.key.casefold()].append((counts, found))
    ranked = sorted(seen.values(), key=lambda ones: -sum(counts for counts, _ in ones))
    best = [ones[0][1] for ones in ranked]
    weights = [sum(counts for counts, _ in ones) for ones in ranked]
    return tuple(best[:1] if len(best) > 1 and weights[0] >= 2 * weights[1] else best)


def sitemaps(url: str, robots: str) -> tuple[str, ...]:
    """Return the sitemaps of the site of `url` that a robots.txt names, those that speak of jobs first.

    If it names none, it is the address by which one is mostly found.
    """
    named = [urljoin(url, found[1]) for found in _SITEMAP.finditer(robots)]
    known = [address for address in dict.fromkeys(named) if urls.split(address)]
    speaking = [address for address in known if _ABOUT_JOBS.search(address)]
    return tuple(dict.fromkeys([*speaking, *known])) or (urljoin(url, "/sitemap.xml"),)


def is_sitemap(text: str) -> bool:
    """Tell whether a document is a sitemap or an index of sitemaps (https://www.sitemaps.org/protocol.html)."""
    return "<urlset" in text[:2000] or "<sitemapindex" in text[:2000]


def _addressed(text: str) -> Iterator[Candidate]:
    """Yield the board of each different address in `text`."""
    for address in dict.fromkeys(found[0] for found in _ADDRESS.finditer(text)):
        parts = urls.split(address if address.startswith("http") else f"https:{address}")
        found = family_of(parts.geturl()) if parts and not _FILE.search(parts.path) else None
        if found and not found[0].multi_employer:
            yield Candidate(found[0].name, found[1])


# ------------------------------------------------------------------ what vendors name in their scripts

_TOKEN = r"""["']?\s*[:=]\s*["']([A-Za-z0-9_-]{2,60})["']"""
_GREENHOUSE = re.compile(rf"(?:urlToken|boardToken|board_token){_TOKEN}")
_SMARTRECRUITERS = re.compile(rf"(?:company_code|companyCode|companyIdentifier){_TOKEN}")
_SMARTRECRUITERS_WIDGET = re.compile(r"/job-api/public/search/widgets/([A-Za-z0-9_-]{2,60})/")
_EIGHTFOLD = re.compile(r"""_EF_GROUP_ID\s*=\s*["']([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)["']""")
_ORACLE_HOST = re.compile(r"//([A-Za-z0-9.-]+\.oraclecloud\.com)")
_ORACLE_SITE = re.compile(rf"siteNumber{_TOKEN}")


def _named_by_vendors(url: str, text: str) -> Iterator[Candidate]:
    host = (parts.hostname or "") if (parts := urls.split(url)) else ""
    if "greenhouse" in text:
        yield from _each(_GREENHOUSE, text, "greenhouse")
    if "smartrecruiters" in text:
        yield from _each(_SMARTRECRUITERS, text, "smartrecruiters")
        yield from _each(_SMARTRECRUITERS_WIDGET, text, "smartrecruiters")
    for domain in _EIGHTFOLD.findall(text)[:1]:
        yield Candidate("eightfold", f"{host}/{domain}")
    hosts, sites = _ORACLE_HOST.findall(text), _ORACLE_SITE.findall(text)
    if hosts and sites:
        yield Candidate("oracle_rc", f"{hosts[0]}/{sites[0]}")
    if 'id="js-websiteInfo"' in text and host:
        portal = "/".join(urls.segments(parts)[:1]) if parts else ""
        yield Candidate("feishu", f"{host}/{portal}".rstrip("/"))


def _each(pattern: re.Pattern[str], text: str, family: str) -> Iterator[Candidate]:
    assert family in FAMILIES
    for key in dict.fromkeys(pattern.findall(text)):
        yield Candidate(family, key)
