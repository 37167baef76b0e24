"""Taking the addresses of boards apart; nothing here asks the network."""

from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, unquote_to_bytes, urlencode, urlsplit

_FILES = ("robots.txt", "sitemap.xml", "favicon.ico")


def split(url: str) -> SplitResult | None:
    """Split an http(s) URL; None if it is none."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def segments(parts: SplitResult) -> list[str]:
    """Return the path's segments, percent-decoded once; empty and dot segments are left out."""
    decoded = (unquote(segment) for segment in parts.path.split("/"))
    return [segment for segment in decoded if segment not in ("", ".", "..")]


def segment_after(parts: SplitResult, prefix: str) -> str | None:
    """Return the path's first segment after `prefix` ("v1/boards"): the key of a board.

    None if the path does not go so far, or goes to a file that every host has instead of a board.
    """
    wanted, path = prefix.split("/") if prefix else [], segments(parts)
    key = path[len(wanted)] if path[: len(wanted)] == wanted and len(path) > len(wanted) else None
    return None if key in _FILES else key


def parameter(url: str, name: str) -> str | None:
    """Return the first value of a query parameter, None if it is absent."""
    return parse_qs(urlsplit(url).query).get(name, [None])[0]


def with_parameter(url: str, name: str, value: object) -> str:
    """Return `url` with one query parameter set to a value, the others and their order kept."""
    parts = urlsplit(url)
    pairs = dict(parse_qsl(parts.query, keep_blank_values=True)) | {name: str(value)}
    return parts._replace(query=urlencode(pairs)).geturl()


def same_place(url: str, other: str) -> bool:
    """Tell whether two URLs have the same host and path, however they are spelt."""
    return _place(url) == _place(other)


def _place(url: str) -> tuple[str | None, list[bytes]]:
    parts = urlsplit(url)
    return parts.hostname, [unquote_to_bytes(segment) for segment in parts.path.rstrip("/").split("/")]
