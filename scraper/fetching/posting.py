"""Posting a message to a webhook: bounded like every request, and kept nowhere.

The same guard as for fetching (public addresses, verified TLS, one deadline, a small answer), but no archive,
no redirect, no robots.txt. Whatever goes wrong is told without the URL.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx

from scraper.errors import DeliveryError, FetchError
from scraper.fetching.body import read_body
from scraper.fetching.client import PRODUCT, GuardedTransport, Limits, backoff, is_bad_certificate
from scraper.fetching.guard import Deadline, GuardedBackend, NotPublic
from scraper.fetching.outcome import Answer, retry_after
from scraper.fetching.webhooks import Refusal, Webhook, refusal, signed
from storage.version import __version__

LIMITS = Limits(body=2**16, deadline=30.0, longest_wait=60.0)
_MAY_HAVE_ARRIVED = "whether the message arrived is not known"


class Poster:
    """Posts messages; a context manager.

    `clock` gives UTC times, for signatures; `allow_addresses` are (address, port) pairs that may be dialled
    though they are not public.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        allow_addresses: frozenset[tuple[str, int]] = frozenset(),
        limits: Limits = LIMITS,
    ):
        self._clock, self._sleep, self._limits = clock, sleep, limits
        self._deadline = Deadline(monotonic)
        self._transport = GuardedTransport(GuardedBackend(self._deadline, allow_addresses))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def post(self, hook: Webhook, payload: Mapping[str, object]) -> None:
        """Post `payload` and return once the service says that it took it.

        Tried again, three times in all, is what surely was not taken: no connection, or an answer of 429,
        5xx or "busy"; a pause that the service asks for is kept if it is a minute at most. After silence or a
        broken connection nothing is tried again, as a second message may be one too many. Raises
        DeliveryError.
        """
        for tried in range(1, self._limits.tries + 1):
            refused, pause = self._once(hook, payload)
            if refused is None:
                return
            wait = backoff(tried) if pause is None else pause
            if tried == self._limits.tries or not refused.passing or wait > self._limits.longest_wait:
                raise DeliveryError(f"{hook.shown} did not take the message: {refused.reason}")
            self._sleep(wait)

    def _once(self, hook: Webhook, payload: Mapping[str, object]) -> tuple[Refusal | None, float | None]:
        """Post once. Returns why it was refused, if it was, and the pause in seconds that was asked for."""
        request = self._prepared(hook, payload)
        try:
            answer = self._exchange(hook, request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if is_bad_certificate(error):
                raise _failed(hook, "the TLS certificate of the host is not valid") from None
            return Refusal("no connection", passing=True), None
        except NotPublic:
            raise _failed(hook, "its host has no public address") from None
        except FetchError as error:
            raise _failed(hook, f"{error.reason}; {_MAY_HAVE_ARRIVED}") from None
        except httpx.TimeoutException:
            raise _failed(hook, f"no answer in time; {_MAY_HAVE_ARRIVED}") from None
        except httpx.TransportError:
            raise _failed(hook, f"the connection broke; {_MAY_HAVE_ARRIVED}") from None
        return refusal(hook, answer), retry_after(answer)

    def _prepared(self, hook: Webhook, payload: Mapping[str, object]) -> httpx.Request:
        url, body = signed(hook, payload, self._clock())
        headers = {
            "User-Agent": f"{PRODUCT}/{__version__}",
            "Content-Type": "application/json; charset=utf-8",
            "Accept-Encoding": "identity",
        }
        timeout = httpx.Timeout(self._limits.read, connect=self._limits.connect)
        try:
            extensions = {"timeout": timeout.as_dict()}
            return httpx.Request("POST", url, headers=headers, content=body, extensions=extensions)
        except (httpx.InvalidURL, ValueError):
            raise _failed(hook, "its address is none that can be asked") from None

    def _exchange(self, hook: Webhook, request: httpx.Request) -> Answer:
        self._deadline.start(self._limits.deadline)
        at = self._clock()
        with closing(self._transport.handle_request(request)) as response:
            encoding = response.headers.get("content-encoding", "")
            body = read_body(hook.shown, response.iter_raw(), encoding, self._limits.body)
            return Answer(hook.shown, response.status_code, tuple(response.headers.items()), body, at)


def _failed(hook: Webhook, reason: str) -> DeliveryError:
    return DeliveryError(f"{hook.shown} did not take the message: {reason}")
