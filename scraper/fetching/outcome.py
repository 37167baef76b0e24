"""What an answer means: a reply, a redirect to follow, or one of our errors. Pure; shared with replay."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import SplitResult, quote, quote_plus, urljoin, urlsplit

from scraper.errors import BoardGone, FetchError, Refused, ServerTrouble, ShapeChanged, UnsafeAddress
from scraper.fetching.guard import is_public, literal_address
from scraper.fetching.redaction import REDACTED, public_url
from scraper.model import NOT_MODIFIED, Reply, Request

LONGEST_RETRY_AFTER = (
    31 * 86400.0
)  # a server that asks for years means "not soon"; longer is no use to a schedule
_CHALLENGE = re.compile(
    r"captcha|verify (?:that )?you are (?:a )?human|unusual traffic|are you a robot|just a moment\.\.\."
    "|验证码|安全验证|滑动验证|人机验证|访问过于频繁",
    re.IGNORECASE,
)
CONDITIONAL = frozenset({"if-none-match", "if-modified-since"})
_CHALLENGE_WITHIN = 65536  # bytes; a challenge page is small or says so near its start


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer of any status, body inflated; `url` in public form, `at` the start of the exchange."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime

    def header(self, name: str) -> str:
        """Return the value of a header, several joined by a comma, or "" if there is none."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)


def reply_or_error(request: Request, answer: Answer) -> Reply:
    """Return the reply that `answer` is to `request`: a 200, or a 304 if that was what it asked.

    Raises Refused (401, 403, 405, 412, 451, or an HTML page with the words of a challenge where data was
    asked for), BoardGone (404, 410), ServerTrouble (408, 425, 429, 5xx; with retry_after in seconds if the
    server named one), ShapeChanged (any other status but 200).
    """
    url, status = answer.url, answer.status
    if _is_challenge(request, answer):
        raise Refused(url, "the server answers with a challenge page (captcha)", status=status)
    if status == 200 or (status == NOT_MODIFIED and is_conditional(request)):
        headers = {name.lower(): answer.header(name.lower()) for name, _ in answer.headers}
        return Reply(url, answer.body, answer.at, status, headers)
    said = f"the server answered {status_line(status)}"
    if status in (401, 403, 405, 412, 451):
        raise Refused(url, said, status=status)
    if status in (404, 410):
        raise BoardGone(url, said, status=status)
    if is_trouble(request, answer):
        raise ServerTrouble(url, said, status=status, retry_after=retry_after(answer))
    raise ShapeChanged(url, said, status=status)


def is_conditional(request: Request) -> bool:
    """Tell whether `request` may be answered by "not modified" (RFC 9110, 13.1)."""
    return any(name.lower() in CONDITIONAL for name, _ in request.headers)


def without_conditions(request: Request) -> Request:
    """Return `request` asking for the whole answer."""
    kept = tuple((name, value) for name, value in request.headers if name.lower() not in CONDITIONAL)
    return replace(request, headers=kept)


def without_secrets(answer: Answer, secrets: Iterable[str]) -> Answer:
    """Return `answer` without the `secrets` of the asker, should it repeat them, in headers or body."""
    url, headers, body = answer.url, answer.headers, answer.body
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    for form in sorted(forms, key=len, reverse=True):  # one may be the beginning of another
        url = url.replace(form, REDACTED)
        headers = tuple((name, value.replace(form, REDACTED)) for name, value in headers)
        body = body.replace(form.encode(), REDACTED.encode())
    return replace(answer, url=url, headers=headers, body=body)


def is_trouble(request: Request, answer: Answer) -> bool:
    """Tell whether another try later may end differently."""
    transient = answer.status in (408, 425, 429) or 500 <= answer.status < 600
    return transient and not _is_challenge(request, answer)


def retry_after(answer: Answer) -> float | None:
    """Return the Retry-After in seconds (RFC 9110, 10.2.3), at most 31 days; None if absent or garbage."""
    value = answer.header("retry-after").strip()
    if value.isascii() and value.isdecimal():
        return min(float(value), LONGEST_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - answer.at).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def follow(
    request: Request, ask: Callable[[Request], Answer], *, limit: int = 5, across_hosts: bool = False
) -> tuple[Request, Answer]:
    """Ask, and follow at most `limit` redirects. Returns the last request and its answer.

    Raises FetchError after too many redirects, whatever `ask` raises, and the errors of `redirected`.
    """
    asked = request
    for _ in range(limit + 1):
        answer = ask(asked)
        target = redirected(asked, answer, across_hosts=across_hosts)
        if target is None:
            return asked, answer
        asked = target
    raise FetchError(public_url(request.url), f"more than {limit} redirects")


def redirected(request: Request, answer: Answer, *, across_hosts: bool = False) -> Request | None:
    """Return the request that `answer` redirects to, or None if it is no redirect.

    A redirect to another host is not followed: families send unknown tenants to their marketing pages, and a
    board that moved has to be followed under its new address by a person's decision. That is BoardGone, with
    the new host in its text. `across_hosts` follows it (robots.txt: RFC 9309, 2.3.1.2), without the headers.
    Raises UnsafeAddress for a target that is no http(s) URL or an address that is not public, and FetchError
    for a step back from https to http.
    """
    location = answer.header("location")
    if answer.status not in (301, 302, 303, 307, 308) or not location:
        return None
    shown = public_url(request.url)
    try:
        url = urljoin(request.url, location)
        old, new = urlsplit(request.url), urlsplit(url)
        same_host = _authority(old) == _authority(new)
    except ValueError:
        raise ShapeChanged(
            shown, "the server redirects to something that is no URL", status=answer.status
        ) from None
    if new.scheme not in ("http", "https") or not new.hostname:
        raise UnsafeAddress(
            shown, f"redirects to {public_url(url)[:80]}, no http(s) URL", status=answer.status
        )
    if not same_host:
        address = literal_address(new.hostname)
        if address is not None and not is_public(address):
            raise UnsafeAddress(
                shown, f"redirects to {new.hostname}, no public address", status=answer.status
            )
        if not across_hosts:
            said = f"redirects to another host, {new.hostname}: moved or closed"
            raise BoardGone(shown, said, status=answer.status, moved_to=public_url(url))
    if old.scheme == "https" and new.scheme == "http":
        raise FetchError(shown, "redirects from https back to http", status=answer.status)
    kept = replace(without_conditions(request), url=url)  # what was remembered stood at the other address
    kept = kept if same_host else replace(kept, headers=(), secrets=())
    return kept if answer.status in (307, 308) else replace(kept, method="GET", body=b"")


def status_line(status: int) -> str:
    """Return the status with its standard phrase, such as "404 Not Found"."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _authority(parts: SplitResult) -> tuple[str | None, int | None]:
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.hostname, None if parts.port == standard else parts.port


def _is_challenge(request: Request, answer: Answer) -> bool:
    wants_page = any(name.lower() == "accept" and "html" in value for name, value in request.headers)
    if wants_page or "html" not in answer.header("content-type").lower():
        return False
    return bool(_CHALLENGE.search(answer.body[:_CHALLENGE_WITHIN].decode("utf-8", "ignore")))
