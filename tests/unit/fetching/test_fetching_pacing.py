"""The pace at one host and the rules of robots.txt over time, on a clock of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import NotAllowed, ServerTrouble
from scraper.fetching.client import backoff
from scraper.fetching.outcome import Answer
from scraper.fetching.pacing import LONGEST_GAP, Pacer, next_gap
from scraper.fetching.robots import RobotsRules


class Clock:
    def __init__(self):
        self.now = 0.0
        self.slept = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pacer(clock):
    return Pacer(1.0, monotonic=clock.monotonic, sleep=clock.sleep)


def ask(pacer, clock, host="a.example", latency=0.0, ok=True, rest=0.0):
    with pacer.turn(host) as turn:
        clock.now += latency
        turn.answered(ok=ok)
        clock.now += rest


# By hand from the formula: max(latency, (gap + latency) / 2), at least the shortest gap, at most 60 s.
GAPS = [
    (1.0, 0.2, True, 1.0, 1.0),
    (1.0, 4.0, True, 1.0, 4.0),
    (4.0, 1.0, True, 1.0, 2.5),
    (4.0, 0.0, True, 1.0, 2.0),
    (4.0, 0.0, False, 1.0, 4.0),
    (1.0, 3.0, False, 1.0, 3.0),
    (1.0, 500.0, True, 1.0, 60.0),
    (8.0, 0.0, True, 5.0, 5.0),
]


@pytest.mark.parametrize(("gap", "latency", "ok", "shortest", "expected"), GAPS)
def test_the_gap_follows_the_latency(gap, latency, ok, shortest, expected):
    assert next_gap(gap, latency, ok, shortest) == expected


@given(st.floats(1, 60), st.floats(0, 1000), st.booleans())
def test_an_error_never_shortens_the_gap_and_the_gap_has_bounds(gap, latency, ok):
    new = next_gap(gap, latency, ok, 1.0)
    assert 1.0 <= new <= LONGEST_GAP
    assert ok or new >= gap


def test_starts_are_a_gap_apart_and_the_first_waits_for_nobody(pacer, clock):
    for _ in range(3):
        ask(pacer, clock, latency=0.25)
    assert clock.slept == [0.75, 0.75]


def test_a_long_download_is_no_latency(pacer, clock):
    ask(pacer, clock, latency=0.5, rest=30.0)
    assert pacer.wait("a.example") == 0


def test_hosts_do_not_wait_for_each_other(pacer, clock):
    ask(pacer, clock, "a.example")
    ask(pacer, clock, "b.example")
    assert clock.slept == []


def test_a_request_without_answer_counts_its_whole_time_and_shortens_nothing(pacer, clock):
    with pytest.raises(TimeoutError), pacer.turn("a.example"):
        clock.now += 20.0
        raise TimeoutError
    ask(pacer, clock, ok=False)
    assert pacer.wait("a.example") == 20.0
    with pytest.raises(ConnectionError), pacer.turn("a.example"):
        raise ConnectionError
    assert pacer.wait("a.example") == 20.0


def test_a_host_is_left_alone_as_long_as_it_asked(pacer, clock):
    ask(pacer, clock)
    pacer.hold("a.example", 90.0)
    pacer.hold("a.example", 5.0)
    assert (pacer.wait("a.example"), pacer.wait("b.example")) == (90.0, 0.0)


def test_a_crawl_delay_is_the_shortest_gap_from_then_on_within_reason(pacer, clock):
    pacer.slow_down("a.example", 7.0)
    for _ in range(3):
        ask(pacer, clock)
    assert clock.slept == [7.0, 7.0]
    pacer.slow_down("a.example", 86400.0)
    ask(pacer, clock)
    assert pacer.wait("a.example") == LONGEST_GAP


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_waits_between_tries_grow_to_half_a_minute(tried, chance):
    longest = min(2**tried, 30)
    assert longest / 2 <= backoff(tried, lambda: chance) <= longest


def robots(clock, *answers):
    """Rules over scripted robots.txt answers: (status, body), or None for no answer; and what was asked."""
    script = list(answers)
    asked = []

    def read(url):
        asked.append(url)
        told = script.pop(0)
        if told is None:
            raise ServerTrouble(url, "no answer in time")
        return Answer(url, told[0], (), told[1], at=None)

    return RobotsRules(read, "pmtrend", clock.monotonic), asked


def test_robots_is_read_once_a_day_and_per_host(clock):
    rules, asked = robots(clock, (200, b""), (200, b""), (200, b"User-agent: *\nDisallow: /"))
    rules.check("https://a.example/1")
    clock.now += 86399
    rules.check("https://a.example/2?q=1")
    rules.check("https://A.example:8443/2")
    clock.now += 1
    with pytest.raises(NotAllowed):
        rules.check("https://a.example/3")
    assert asked == [f"https://a.example{port}/robots.txt" for port in ("", ":8443", "")]


def test_robots_that_cannot_be_read_forbids_all_for_an_hour(clock):
    rules, asked = robots(clock, None, (200, b""))
    for _ in range(2):
        with pytest.raises(ServerTrouble, match=r"cannot be read: no answer in time"):
            rules.check("https://a.example/1")
    clock.now += 3600
    assert rules.check("https://a.example/1") is None
    assert len(asked) == 2


def test_the_status_that_forbids_all_is_told(clock):
    rules, _ = robots(clock, (503, b""))
    with pytest.raises(ServerTrouble, match=r"cannot be read: the server answered 503 Service Unavailable"):
        rules.check("https://a.example/1")


def test_the_rules_for_us_stand_before_those_for_all(clock):
    text = b"User-agent: *\nDisallow: /\n\nUser-agent: pmtrend\nDisallow: /a\nAllow: /a/b\nCrawl-delay: 2.5\n"
    rules, _ = robots(clock, (200, text))
    assert rules.check("https://a.example/") == 2.5
    assert rules.check("https://a.example/a/b") == 2.5
    with pytest.raises(NotAllowed):
        rules.check("https://a.example/a/c")
