"""The live world behind one method. httpx and httpcore live here, in guard.py, in posting.py, nowhere else.

What every request gets: a User-Agent that names the operator, gzip or nothing, verified TLS, no cookies, a
public address, one total deadline, a cap on the inflated body, its host's pace, three tries. The archive
keeps every answer. Proxies from the environment are not used (behind one, nobody could tell which address
is dialled); SSL_CERT_FILE and SSL_CERT_DIR are, so that an operator can add a certificate authority.
"""

import logging
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpcore
import httpx

from scraper.errors import ConfigError, FetchError, ServerTrouble, TooSlow, UnsafeAddress
from scraper.fetching.archive import WarcArchive
from scraper.fetching.body import MAX_BODY, read_body
from scraper.fetching.guard import Deadline, GuardedBackend, NotPublic, literal_address
from scraper.fetching.outcome import (
    Answer,
    follow,
    is_conditional,
    is_trouble,
    reply_or_error,
    retry_after,
    without_conditions,
    without_secrets,
)
from scraper.fetching.pacing import Pacer
from scraper.fetching.redaction import public_url, with_parameters
from scraper.fetching.robots import RobotsRules
from scraper.fetching.room import SMALL, Room
from scraper.model import Reply, Request
from storage.version import __version__

PRODUCT = "pmtrend"
_OURS = frozenset({"user-agent", "accept-encoding", "host", "content-length", "connection"})
_NO_REQUEST = "this is no request that can be made"

# At DEBUG the library logs whole headers and URLs, keys included.
logging.getLogger("httpcore").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost. Times in seconds, sizes in bytes."""

    body: int = MAX_BODY  # inflated
    deadline: float = 60.0  # from the first byte sent to the last received; name resolution comes on top
    connect: float = 10.0
    read: float = 20.0
    tries: int = 3
    longest_wait: float = 120.0  # a longer Retry-After postpones the board instead
    gap: float = 1.0  # between two starts at one host


class HttpFetcher:
    """Fetches from the live world; a context manager, safe to share between threads.

    `operator` is how the person who runs this can be reached (a mail address or URL); it goes into the
    User-Agent, and there is no default. `archive` keeps every answer if given; it is not closed here.
    `clock` gives UTC times, `monotonic` and `sleep` run the pacing. `allow_addresses` are (address, port)
    pairs that may be dialled though they are not public. `keys` are the user's own, by name: what a request
    names in `secrets` is filled in when it is sent, and cut out of its answer should that repeat it. `gaps`
    are seconds between two requests, for hosts that want more than usual. Raises ConfigError for an unusable
    operator.
    """

    def __init__(
        self,
        operator: str,
        *,
        archive: WarcArchive | None,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        allow_addresses: frozenset[tuple[str, int]] = frozenset(),
        limits: Limits | None = None,
        keys: Mapping[str, str] | None = None,
        gaps: Mapping[str, float] | None = None,
    ):
        if not operator.strip() or not (operator.isascii() and operator.isprintable()):
            raise ConfigError(
                "the operator must be a mail address or URL in ASCII: it is sent as the User-Agent"
            )
        self._user_agent = f"{PRODUCT}/{__version__} (+{operator.strip()})"
        self._archive = archive
        self._clock = clock
        self._limits = limits or Limits()
        self._keys = dict(keys or {})
        self._pacer = Pacer(self._limits.gap, monotonic=monotonic, sleep=sleep)
        for host, gap in (gaps or {}).items():
            self._pacer.slow_down(host, gap)
        self._deadline = Deadline(monotonic)
        self._room = Room()
        self._ended = False
        self._under_way = 0
        self._changing = Lock()
        self._robots = RobotsRules(self._read_robots, PRODUCT, monotonic)
        self._backend = GuardedBackend(self._deadline, allow_addresses)
        self._transport = GuardedTransport(self._backend)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changing:
            self._ended = True
            idle = not self._under_way
        if idle:
            self._transport.close()

    def fetch(self, request: Request, *, published: bool) -> Reply:
        """Return the reply to `request`, its `fetched_at` being when the exchange began.

        Raises every kind of FetchError: those of `outcome.reply_or_error` and `outcome.redirected`, and
        NotAllowed (robots.txt, asked unless `published`), UnsafeAddress, TooBig, TooSlow, ServerTrouble.
        Raises ConfigError if the archive cannot be written.
        """
        reply = None
        try:
            asked = self._fit_to_be_answered(request)
            last, answer = follow(asked, lambda hop: self._ask(hop, robots=not published))
            reply = reply_or_error(last, answer)
            return reply
        finally:
            self._room.leave(reply)

    def pause(self, host: str) -> float:
        """Return how many seconds `host` wants to be left alone from now on."""
        return self._pacer.wait(host)

    def _fit_to_be_answered(self, request: Request) -> Request:
        """Return `request`, without conditions if "not modified" would refer to no body that is archived."""
        if self._archive and is_conditional(request) and not self._archive.knows(request, self._clock()):
            return without_conditions(request)
        return request

    def _read_robots(self, url: str) -> Answer:
        return follow(Request(url), lambda asked: self._ask(asked, robots=False), across_hosts=True)[1]

    def _ask(self, request: Request, *, robots: bool) -> Answer:
        """Make one hop with its tries. What got no answer is archived as such, a robots.txt verdict too."""
        try:
            host = _host(request)
            if robots:
                self._refuse_private(request, host)  # what else could be told is that robots.txt is not read
                self._heed_robots(request, host)
            return self._tried(request, host)
        except FetchError as error:
            if self._archive and not self._ended:
                self._archive.write_failure(request, error, self._clock())
            raise

    def _refuse_private(self, request: Request, host: str) -> None:
        """Raise UnsafeAddress for a host that spells an address which is not public."""
        address, parts = literal_address(host), urlsplit(request.url)
        try:
            if address is not None:
                self._backend.admit(host, str(address), parts.port or {"https": 443}.get(parts.scheme, 80))
        except NotPublic as error:
            raise UnsafeAddress(public_url(request.url), str(error)) from error
        except ValueError:  # of the port
            raise FetchError(public_url(request.url), _NO_REQUEST) from None

    def _heed_robots(self, request: Request, host: str) -> None:
        delay = self._robots.check(request.url)
        if delay is not None:
            self._pacer.slow_down(host, delay)

    def _tried(self, request: Request, host: str) -> Answer:
        for tried in range(1, self._limits.tries + 1):
            self._mind_the_pause(request, host)
            try:
                sent, answer = self._once(request, host)
            except ServerTrouble:
                self._room.leave()
                if tried == self._limits.tries:
                    raise
                self._pacer.hold(host, backoff(tried))
                continue
            self._mind_the_end(request)
            again = self._hold_for(sent, answer, host, tried)
            if self._archive:
                self._archive.write(sent, answer, retried=again)
            if not again:
                return answer
        raise AssertionError("the last try returns or raises")

    def _mind_the_pause(self, request: Request, host: str) -> None:
        """A host that asked for a long pause gets it, for all its boards. After its end a run asks nobody."""
        self._mind_the_end(request)
        pause = self._pacer.wait(host)
        if pause > self._limits.longest_wait:
            said = f"the host asked for a pause, {pause:.0f} s of it are left"
            raise ServerTrouble(public_url(request.url), said, retry_after=pause)

    def _mind_the_end(self, request: Request) -> None:
        """Raise FetchError after the end of the run: nothing is asked then, and no late answer kept."""
        if self._ended:
            raise FetchError(public_url(request.url), "the run has ended")

    def _hold_for(self, sent: Request, answer: Answer, host: str, tried: int) -> bool:
        """Leave the host alone as its answer asks for, or as usual. Returns whether to try once more."""
        if not is_trouble(sent, answer):
            return False
        asked = retry_after(answer)
        again = tried < self._limits.tries and (asked is None or asked <= self._limits.longest_wait)
        if asked is not None:
            self._pacer.hold(host, asked)
        elif again:
            self._pacer.hold(host, backoff(tried))
        return again

    def _once(self, request: Request, host: str) -> tuple[Request, Answer]:
        """Make one exchange. Returns the request as it was sent, and the answer."""
        shown = public_url(request.url)
        prepared = self._prepared(request)
        with self._pacer.turn(host) as turn, self._exchange():
            at = self._clock()
            self._deadline.start(self._limits.deadline)
            try:
                with closing(self._transport.handle_request(prepared)) as response:
                    turn.answered(ok=response.status_code == 200)
                    encoding = response.headers.get("content-encoding", "")
                    body = read_body(
                        shown,
                        response.iter_raw(),
                        encoding,
                        self._limits.body,
                        small=SMALL,
                        on_large=lambda: self._deadline.extend(self._room.enter()),
                    )
            except NotPublic as error:
                raise UnsafeAddress(shown, str(error)) from error
            except httpx.TransportError as error:
                raise self._failure(shown, error) from error
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
        )
        sent = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in prepared.headers.raw
        )
        answer = Answer(shown, response.status_code, headers, body, at)
        return replace(request, headers=sent), self._without_keys(request, answer)

    @contextmanager
    def _exchange(self) -> Iterator[None]:
        """Keep the transport open inside; after the end of the run whoever is last closes it.

        To close a socket that another thread waits for does not wake that thread, and lets it read from
        whatever is opened next under the same number.
        """
        with self._changing:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changing:
                self._under_way -= 1
                is_last = self._ended and not self._under_way
            if is_last:
                self._transport.close()

    def _prepared(self, request: Request) -> httpx.Request:
        headers = [(name, value) for name, value in request.headers if name.lower() not in _OURS]
        if not any(name.lower() == "accept" for name, _ in headers):
            headers.append(("Accept", "*/*"))
        headers += [("Accept-Encoding", "gzip"), ("User-Agent", self._user_agent)]
        timeout = httpx.Timeout(self._limits.read, connect=self._limits.connect)
        try:
            return httpx.Request(
                request.method,
                self._with_keys(request),
                headers=headers,
                content=request.body or None,
                extensions={"timeout": timeout.as_dict()},
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise FetchError(public_url(request.url), _NO_REQUEST) from error

    def _with_keys(self, request: Request) -> str:
        if missing := [name for _, name in request.secrets if not self._keys.get(name)]:
            raise FetchError(public_url(request.url), f"the configuration has no key {missing[0]}")
        filled = [(parameter, self._keys[name]) for parameter, name in request.secrets]
        return with_parameters(request.url, filled) if filled else request.url

    def _without_keys(self, request: Request, answer: Answer) -> Answer:
        keys = [self._keys[name] for _, name in request.secrets]
        return without_secrets(answer, keys) if keys else answer

    def _failure(self, shown: str, error: Exception) -> FetchError:
        if isinstance(error, httpx.TimeoutException):
            if self._deadline.passed:
                return TooSlow(shown, f"not done within {self._limits.deadline:.0f} s")
            return ServerTrouble(shown, "no answer in time")
        if is_bad_certificate(error):
            return FetchError(shown, "the TLS certificate of the host is not valid")
        if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
            return ServerTrouble(shown, f"the connection failed: {error or type(error).__name__}")
        return FetchError(shown, _NO_REQUEST)


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over a pool that connects through `backend`, with verified TLS and no proxy.

    httpx has no public door for a network backend; `_pool` is why it is pinned below 1.
    """

    def __init__(self, backend: GuardedBackend):
        context = httpx.create_ssl_context()
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=100, keepalive_expiry=5.0, network_backend=backend
        )


def backoff(tried: int, jitter: Callable[[], float] = random.random) -> float:
    """Return the seconds to wait after `tried` tries: 2, 4, 8 ... at most 30, up to half of it by chance."""
    return min(2.0**tried, 30.0) * (0.5 + jitter() / 2)


def _host(request: Request) -> str:
    try:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.hostname and request.url.isprintable():
            return parts.hostname
    except ValueError:
        pass
    raise FetchError(public_url(request.url), _NO_REQUEST)


def is_bad_certificate(error: BaseException | None) -> bool:
    """Tell whether a certificate that does not hold is what `error` comes from."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
