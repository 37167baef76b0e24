"""How fast one host is asked: one request at a time, with a gap that follows how hard the host works.

The rule is that of Scrapy's AutoThrottle (docs.scrapy.org, topics/autothrottle) with a target concurrency of
one: the next gap is the mean of the last gap and the latency, never below the latency; an answer that is not
200 may lengthen the gap, never shorten it, for errors are often quicker than answers.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_GAP = 60.0  # seconds; AUTOTHROTTLE_MAX_DELAY


def next_gap(gap: float, latency: float, ok: bool, shortest: float) -> float:
    """Return the gap in seconds after an answer that took `latency` seconds to begin."""
    new = min(max(shortest, latency, (gap + latency) / 2), LONGEST_GAP)
    return new if ok else max(new, gap)


class Turn:
    """One request's turn at a host; `answered` is called when the answer begins."""

    def __init__(self, monotonic: Callable[[], float]):
        self._monotonic = monotonic
        self.started = monotonic()
        self.latency: float | None = None
        self.ok = False

    def answered(self, *, ok: bool) -> None:
        """Note how long the host took; `ok` tells whether it gave what was asked for."""
        self.latency = self._monotonic() - self.started
        self.ok = ok


class _Host:
    def __init__(self, gap: float):
        self.lock = threading.Lock()
        self.shortest = self.gap = gap
        self.not_before = 0.0


class Pacer:
    """Gives out turns at hosts; safe to share between threads.

    `gap` is the shortest time in seconds between two starts at one host.
    """

    def __init__(self, gap: float, *, monotonic: Callable[[], float], sleep: Callable[[float], None]):
        self._gap = gap
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @contextmanager
    def turn(self, host: str) -> Iterator[Turn]:
        """Wait until `host` is free and may be asked again, and hold it until the block ends."""
        state = self._host(host)
        with state.lock:
            wait = self.wait(host)
            if wait > 0:
                self._sleep(wait)
            turn = Turn(self._monotonic)
            try:
                yield turn
            finally:
                latency = self._monotonic() - turn.started if turn.latency is None else turn.latency
                state.gap = next_gap(state.gap, latency, turn.ok, state.shortest)
                state.not_before = max(state.not_before, turn.started + state.gap)

    def wait(self, host: str) -> float:
        """Return how many seconds `host` wants to be left alone from now on; 0 if it may be asked."""
        return max(0.0, self._host(host).not_before - self._monotonic())

    def hold(self, host: str, seconds: float) -> None:
        """Leave `host` alone for `seconds` from now (a retry, a Retry-After)."""
        state = self._host(host)
        state.not_before = max(state.not_before, self._monotonic() + seconds)

    def slow_down(self, host: str, gap: float) -> None:
        """Never ask `host` more often than every `gap` seconds (a Crawl-delay)."""
        state = self._host(host)
        state.shortest = max(state.shortest, min(gap, LONGEST_GAP))

    def _host(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host(self._gap))
