"""URLs and headers as they may be written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.fetching.redaction import (
    public_headers,
    public_url,
    unordered_url,
    with_parameters,
    without_token,
)

URLS = [
    ("https://a.example/jobs?limit=10&offset=20", "https://a.example/jobs?limit=10&offset=20"),
    ("https://a.example/jobs?b=%E4%BA%A7&a=", "https://a.example/jobs?b=%E4%BA%A7&a="),
    ("https://a.example/岗位?q=产品", "https://a.example/%E5%B2%97%E4%BD%8D?q=%E4%BA%A7%E5%93%81"),
    ("https://a.example/a b", "https://a.example/a%20b"),
    ("https://me:pw@a.example:8443/x#top", "https://a.example:8443/x"),
    ("https://a.example/x?key=s&q=1", "https://a.example/x?q=1"),
    ("https://a.example/x?q=1&APP_ID=s&app%5Fkey=s&api_key=s&token=s", "https://a.example/x?q=1"),
    ("https://a.example/x?keyword=pm&monkey=1", "https://a.example/x?keyword=pm&monkey=1"),
    ("https://a.example/x?token=s", "https://a.example/x"),
    ("http://me:pw@[bad/x?key=s", "[bad/x"),
    ("https://a.example/x\r\nWARC-Type: evil", "https://a.example/xWARC-Type:%20evil"),
    ("https://a.example/\ud800", "https://a.example/\\ud800"),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_public_form(url, expected):
    assert public_url(url) == expected


@given(st.text(max_size=40))
def test_the_public_form_is_printable_and_its_own_public_form(text):
    url = public_url(f"https://board.example/{text}")
    assert url.isascii() and url.isprintable() and " " not in url
    assert public_url(url) == url


def test_the_order_of_parameters_can_be_set_aside():
    assert unordered_url("https://a.example/x?b=2&a=1&key=s") == unordered_url("https://a.example/x?a=1&b=2")
    assert unordered_url("https://a.example/x?b=2&a=1") != unordered_url("https://a.example/x?b=1&a=2")


def test_headers_lose_credentials_and_nothing_else():
    secret = [
        "Authorization",
        "authorization-key",
        "Proxy-Authorization",
        "Cookie",
        "Set-Cookie",
        "X-CSRF-Token",
    ]
    secret += ["X-API-Key", "apikey"]
    kept = [("Content-Type", "text/html"), ("Location", "https://a.example/x?q=1"), ("Host", "a.example")]
    headers = [(name, "canary") for name in secret] + [
        *kept[:1],
        ("Location", "https://a.example/x?q=1&key=s"),
        *kept[2:],
    ]
    assert public_headers(headers) == kept


def test_of_an_answer_the_names_of_its_secrets_are_kept():
    answer = [("Set-Cookie", "session=canary; Path=/"), ("X-CSRF-Token", "canary"), ("Server", "nginx")]
    assert public_headers(answer, answered=True) == [
        ("Set-Cookie", "session=redacted"),
        ("X-CSRF-Token", "redacted"),
        ("Server", "nginx"),
    ]


@pytest.mark.parametrize(
    ("body", "pattern", "expected"),
    [
        (b'{"csrf": "canary", "n": 1}', '"csrf": "([^"]+)"', b'{"csrf": "redacted", "n": 1}'),
        (b'{"n": 1}', '"csrf": "([^"]+)"', b'{"n": 1}'),
        (b'{"n": 1}', "", b'{"n": 1}'),
    ],
)
def test_a_token_in_a_body_is_taken_out(body, pattern, expected):
    assert without_token(body, pattern) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x", "https://a.example/x?app_key=a%26b"),
        ("https://a.example/x?q=pm&App%5Fkey=old&&n=2#top", "https://a.example/x?q=pm&n=2&app_key=a%26b"),
    ],
)
def test_parameters_stand_in_place_of_others_of_their_names(url, expected):
    assert with_parameters(url, [("app_key", "a&b")]) == expected
