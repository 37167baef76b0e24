"""What may be written down of a request: URLs and headers without what identifies or entitles the asker.

Archives are exchanged between people and errors are printed and stored, so both go through here. Replay
looks requests up under the same form, which is why it is also the canonical spelling of a URL.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

_SECRET_PARAMETERS = frozenset(
    {
        "key",
        "api_key",
        "apikey",
        "api-key",
        "app_id",
        "app_key",
        "token",
        "access_token",
        "client_secret",
        "password",
        "_csrf",
    }
)
_SECRET_HEADER = re.compile(r"authorization|cookie|token|csrf|xsrf|api-?key|secret|password", re.IGNORECASE)
REDACTED = "redacted"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


def public_url(url: str) -> str:
    """Return `url` without user name, password, secret query parameters and fragment, in printable ASCII."""
    try:
        scheme, netloc, path, query, _ = urlsplit(url)
    except (
        ValueError
    ):  # brackets that are no IPv6 address: nothing to dissect, so keep only what is before "?"
        scheme, netloc, path, query = "", "", url.partition("?")[0].rpartition("@")[2], ""
    kept = [part for part in query.split("&") if _parameter(part) not in _SECRET_PARAMETERS]
    public = urlunsplit((scheme, netloc.rpartition("@")[2], path, "&".join(kept), ""))
    return quote(public, safe=_PRINTABLE, errors="backslashreplace")


_CACHE_BREAKERS = frozenset({"timestamp", "_"})
"""Parameters that sites add to be asked anew; they ask for nothing."""


def unordered_url(url: str) -> str:
    """Return the public form of `url` with its query parameters sorted: equal for equal questions."""
    base, mark, query = public_url(url).partition("?")
    return base + mark + "&".join(sorted(p for p in query.split("&") if _parameter(p) not in _CACHE_BREAKERS))


def with_parameters(url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Return `url` with these query parameters at its end, in place of others of their names."""
    pairs = list(parameters)
    names = {name.lower() for name, _ in pairs}
    parts = urlsplit(url)
    kept = [part for part in parts.query.split("&") if part and _parameter(part) not in names]
    return urlunsplit(parts._replace(query="&".join([*kept, urlencode(pairs)]), fragment=""))


def public_headers(headers: Iterable[tuple[str, str]], *, answered: bool = False) -> list[tuple[str, str]]:
    """Return `headers` without credentials and cookies; a Location keeps no secret parameter either.

    Those of an answer (`answered`) keep the names of its secrets, with REDACTED for the values: an interface
    that gives out an anonymous token is read in the same way from an archive.
    """
    return list(_public_headers(headers, answered))


def without_token(body: bytes, pattern: str) -> bytes:
    """Return `body` with REDACTED for what the first group of `pattern` finds in it."""
    found = re.search(pattern.encode(), body) if pattern else None
    return body[: found.start(1)] + REDACTED.encode() + body[found.end(1) :] if found else body


def _public_headers(headers: Iterable[tuple[str, str]], answered: bool) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if not _SECRET_HEADER.search(name):
            yield name, public_url(value) if name.lower() == "location" else value
        elif answered and name.lower() == "set-cookie":
            yield name, f"{value.partition('=')[0].strip()}={REDACTED}"
        elif answered:
            yield name, REDACTED


def _parameter(part: str) -> str:
    return unquote_plus(part.partition("=")[0]).lower()
