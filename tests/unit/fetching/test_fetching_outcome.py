"""What an answer means, as tables."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import FetchError, TooBig
from scraper.fetching.body import read_body
from scraper.fetching.guard import is_public, literal_address
from scraper.fetching.outcome import (
    LONGEST_RETRY_AFTER,
    Answer,
    redirected,
    reply_or_error,
    retry_after,
    without_secrets,
)
from scraper.model import Request

AT = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
URL = "https://board.example/jobs"


def answer(status=200, headers=(), body=b""):
    return Answer(URL, status, tuple(headers), body, AT)


@given(st.text(max_size=30))
def test_any_retry_after_is_none_or_within_bounds(value):
    seconds = retry_after(answer(503, [("Retry-After", value)]))
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER


def test_the_headers_of_a_reply_are_in_lower_case_and_joined():
    reply = reply_or_error(
        Request(URL), answer(headers=[("Content-Type", "a/b"), ("VARY", "x"), ("vary", "y")])
    )
    assert reply.headers == {"content-type": "a/b", "vary": "x, y"}


@pytest.mark.parametrize("secrets", [["key", "key 7"], ["key 7", "key"]])
def test_no_secret_that_an_answer_repeats_is_kept_however_it_is_spelt(secrets):
    told = without_secrets(answer(headers=[("Link", "?k=key%207&l=key+7")], body=b"key key 7"), secrets)
    assert told.headers == (("Link", "?k=redacted&l=redacted"),)
    assert told.body == b"redacted redacted"


@given(st.text(max_size=60), st.sampled_from([301, 302, 307, 308]))
def test_any_location_is_followed_within_the_host_or_refused(location, status):
    try:
        target = redirected(Request(URL), answer(status, [("Location", location)]))
    except FetchError as error:
        assert "\n" not in str(error)
    else:
        assert target is None or target.url.startswith("https://board.example")


LOCATIONS = [
    ("http://board.example/jobs", "https://board.example/jobs", "https://board.example/jobs"),
    ("http://board.example/jobs", "https://board.example:443/x", "https://board.example:443/x"),
    ("https://board.example/jobs", "http://board.example/jobs", FetchError),
    ("https://board.example/jobs", "https://board.example:8443/", FetchError),
    ("https://board.example/jobs", "https://www.board.example/", FetchError),
    ("https://board.example/jobs", "", None),
]


@pytest.mark.parametrize(("url", "location", "expected"), LOCATIONS)
def test_where_a_redirect_leads(url, location, expected):
    moved = answer(301, [("Location", location)])
    if expected is FetchError:
        with pytest.raises(FetchError):
            redirected(Request(url), moved)
    else:
        target = redirected(Request(url), moved)
        assert (target and target.url) == expected


def test_a_redirect_across_hosts_takes_no_headers_along():
    asked = Request(URL, headers=(("Authorization", "s"),))
    target = redirected(asked, answer(301, [("Location", "https://other.example/")]), across_hosts=True)
    assert target == Request("https://other.example/")


ADDRESSES = {
    True: ["93.184.215.14", "2606:2800:21f::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
    False: [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1"),
        *(
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "fe80::1",
            "fc00::1",
        ),
        *("fec0::1", "ff0e::1", "2001:db8::1", "fe80::1%eth0"),
    ],
}


@pytest.mark.parametrize(
    ("address", "public"), [(a, public) for public, many in ADDRESSES.items() for a in many]
)
def test_which_addresses_are_public(address, public):
    parsed = literal_address(address)
    assert parsed is not None and is_public(parsed) is public


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_old_spellings_of_an_address_are_known(host):
    assert str(literal_address(host)) == "127.0.0.1"


@pytest.mark.parametrize("host", ["board.example", "1.board.example", "产品.example", ""])
def test_a_name_is_no_address(host):
    assert literal_address(host) is None


def cut(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(max_size=2000), st.integers(1, 50), st.sampled_from(["", "identity", "gzip", "X-GZIP "]))
def test_a_body_is_the_same_however_it_arrives(body, size, encoding):
    sent = gzip.compress(body) if "gzip" in encoding.lower() else body
    assert read_body(URL, cut(sent, size), encoding, len(body) + 100) == body


@given(st.binary(min_size=1, max_size=500))
def test_one_byte_over_the_cap_is_too_big(body):
    with pytest.raises(TooBig):
        read_body(URL, [body], "", len(body) - 1)
    assert read_body(URL, [body], "", len(body)) == body


@given(st.binary(max_size=300))
def test_what_only_claims_to_be_gzip_is_a_typed_error_or_empty(junk):
    try:
        assert read_body(URL, [junk], "gzip", 10_000) is not None
    except FetchError as error:
        assert "compressed body" in error.reason
