"""Boards that live on a subdomain of their vendor's: `{key}.vendor.com`."""

from collections.abc import Collection

from scraper.sources.parts import urls

_SERVICES = ("www", "api", "app", "docs", "help", "support", "status", "developer", "developers", "blog")
"""Subdomains that vendors keep for themselves."""


def key_in(url: str, domain: str, also_reserved: Collection[str] = ()) -> str | None:
    """Return what stands before `.domain` in the URL's host: the key of a board.

    None for another host, for the domain itself and for the vendor's own subdomains: those that every vendor
    has and those of `also_reserved`.
    """
    parts = urls.split(url)
    host = (parts.hostname or "") if parts else ""
    key = host.removesuffix(f".{domain}")
    return key if key and key != host and key not in _SERVICES and key not in also_reserved else None
