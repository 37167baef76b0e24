"""The address that identifies a posting: the same page gives the same text, whatever link led to it."""

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

# Keys that tell how a visitor came, or in which language he reads; never which posting it is. `page`, `ref`
# and the like are kept: on some site they are the id, and two ids for one posting cost less than one for two.
_TRACKING = frozenset((
    "lid", "pgref", "securityid", "ka", "from", "source", "src", "gh_src", "lever-source",
    "lever-origin", "refcode", "srccode", "preactionid", "sessionid", "trk", "trackingid", "refid",
    "referrer", "referer", "sfrom", "skid", "fkid", "ckid", "spm", "scm", "fbclid", "gclid",
    "msclkid", "language", "lang", "locale", "hl"
))  # fmt: skip
_TRACKING_PREFIXES = ("utm_", "d_sfrom", "d_ckid", "d_headid", "mc_", "_hs")

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# Sites whose path alone names the posting (group 1): the whole query and any "apply" step are noise.
_ID_IN_PATH = tuple(
    (host, re.compile(path))
    for host, path in (
        ("zhipin.com", r"^(/job_detail/[^/]+\.html)$"),
        ("liepin.com", r"^(/(?:job|a)/\d+\.shtml)$"),
        ("51job.com", r"^(/[^/]+/\d+\.html)$"),
        ("zhaopin.com", r"^(/(?:jobdetail/)?[A-Z0-9]+\.html?)$"),
        ("lagou.com", r"^(/(?:wn/)?jobs/\d+\.html)$"),
        ("greenhouse.io", r"^(/[^/]+/jobs/\d+)$"),
        ("lever.co", rf"^(/[^/]+/{_UUID})(?:/apply)?$"),
        ("ashbyhq.com", rf"^(/[^/]+/{_UUID})(?:/application)?$"),
        ("linkedin.com", r"^(/jobs/view/[^/]+)$"),
        ("myworkdayjobs.com", r"^(/.(?:(?!/job/).)*+/job/.+?)(?:/apply)?$"),
    )
)
_BARE_HOST = re.compile(r"^[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?::\d+)?(?:[/?#]|$)")
_LONE_PER_CENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_BLANKS_AND_CONTROLS = re.compile(r"[\x00-\x20\x7f]+")
LONGEST_URL = 8 * 1024
"""Characters of an address; servers refuse longer ones (RFC 9110 4.1 asks them to take 8,000 bytes)."""


def canonical_url(url: str) -> str:
    """Return the identity of an http(s) address, or "" where `url` is none (relative, mailto, broken,
    longer than LONGEST_URL).

    Folded: scheme (always https), case of the host, default port, user info, a trailing slash, percent
    encoding, order of the query. Dropped: tracking and language keys, the whole query where the path is
    known to carry the id, and the fragment unless it is a route (`#/job/123`), which is the only id that
    some Chinese sites have. Idempotent.
    """
    if len(url) > LONGEST_URL:
        return ""
    text = _BLANKS_AND_CONTROLS.sub("", url)
    if text.startswith("//"):
        text = "https:" + text
    elif _BARE_HOST.match(text):
        text = "https://" + text
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    if ":" in host:
        host = f"[{host}]"
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    for site, pattern in _ID_IN_PATH:
        match = pattern.match(parts.path.rstrip("/"))
        if match and (host == site or host.endswith("." + site)):
            return f"https://{_quoted(host)}{_quoted(match[1])}"
    route = parts.fragment if parts.fragment.startswith(("/", "!/")) else ""
    page, routed = _page(parts.path, parts.query), _page(*_split_query(route))
    if routed.startswith(("?", "!?")):  # a route of nothing but a query keeps its slash, or it is none
        routed = routed.replace("?", "/?", 1)
    return f"https://{_quoted(host)}{page}" + (f"#{routed}" if routed not in ("", "!") else "")


def _split_query(route: str) -> tuple[str, str]:
    path, _, query = route.partition("?")
    return path, query


def _page(path: str, query: str) -> str:
    kept = sorted(pair for pair in parse_qsl(query, keep_blank_values=True) if not _is_tracking(pair[0]))
    return _quoted(path.rstrip("/")) + ("?" + urlencode(kept, errors="replace") if kept else "")


def _is_tracking(key: str) -> bool:
    key = key.lower()
    return key in _TRACKING or key.startswith(_TRACKING_PREFIXES)


def _quoted(text: str) -> str:
    quoted = quote(text, safe="/%:@!$&'()*+,;=~[]-._", errors="replace")
    # A per cent sign that starts no escape is itself text; the hex digits of escapes are case-insensitive.
    quoted = _LONE_PER_CENT.sub("%25", quoted)
    return _ESCAPE.sub(lambda match: match[0].upper(), quoted)
