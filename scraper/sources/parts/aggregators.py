"""What sources that show the postings of many employers have in common: one search each, and loose times.

The key of a board is what is searched for, in the source's own words ("product manager"), or "all".
"""

from datetime import datetime
from urllib.parse import urlencode, urlsplit

from scraper.sources.parts import items, urls

ALL = "all"


def address(endpoint: str, name: str, key: str, **more: object) -> str:
    """Return the list request for `key` under the parameter `name`, and `more`; "all" asks without it."""
    asked = ({} if key == ALL else {name: key}) | more
    return f"{endpoint}?{urlencode(asked)}" if asked else endpoint


def key_of(url: str, endpoint: str, name: str = "", default: str = ALL) -> str | None:
    """Return what a list request searches for under `name`, `default` for any page of the same site.

    None for other sites and for files that every site has.
    """
    parts, own = urls.split(url), urlsplit(endpoint)
    if parts is None or _site(parts.hostname or "") != _site(own.netloc):
        return None
    path = urls.segments(parts)
    if path == urls.segments(own):
        return (urls.parameter(url, name) if name else None) or ALL
    return None if path and urls.segment_after(parts, "") is None else default


def original(item: items.Item, name: str, site: str) -> str:
    """Return the address under `name` if it leads away from `site`, where the source shows its copy."""
    url = items.text(item, name)
    parts = urls.split(url)
    host = _site(parts.hostname or "") if parts else site
    return "" if host == site or host.endswith(f".{site}") else url


def utc_time(item: items.Item, name: str) -> datetime | None:
    """Return an ISO 8601 field as `items.iso_time` does; one without an offset is taken for UTC."""
    value = items.text(item, name)
    try:
        naive = datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        naive = False
    return items.iso_time({name: f"{value}+00:00"} if naive else item, name)


def _site(host: str) -> str:
    return host.lower().removeprefix("www.")
