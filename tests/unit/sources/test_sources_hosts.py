"""Which host a board's key leads to: the family's own, or the one that the key names, whatever the key holds.

Keys come from files of the user's and from pages that `boards add` has read.
"""

import re
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from source_cases import board_of

from scraper.model import Board
from scraper.sources import FAMILIES

NAMING = frozenset({"alibaba", "eightfold", "feishu", "jsonld", "oracle_rc"})
"""Their keys begin with a host. Any may stand there: the user follows it on purpose."""
TENANTS = {
    "beisen": (".zhiye.com",),
    "personio": (".jobs.personio.de", ".jobs.personio.com"),
    "pinpoint": (".pinpointhq.com",),
    "recruitee": (".recruitee.com",),
    "teamtailor": (".teamtailor.com",),
    "workday": (".myworkdayjobs.com",),
}
ODD = ("evil.example/x?", "evil.example#", "evil.example?", "evil.example\\", "acme@evil.example", "[::1",
       "evil.example:8443", "a b", "产品", "..", "a\r\nHost: evil.example", "evil.example%2F", "a,b;c&d=e",
       "com:evil.example/x?", "eu:evil.example/x?", "v2:evil.example/x?")  # fmt: skip


def _host(family: str, key: str) -> str:
    """The host that all requests of a look at `key` begin with, in an address that can be read in one way."""
    found, board = FAMILIES[family], Board(family, key, "Acme")
    requests = [found.first(board), *([found.query(board)] if found.query else [])]
    (scheme, netloc), *others = {urlsplit(request.url)[:2] for request in requests}
    assert (scheme, others) == ("https", [])
    assert re.fullmatch("[A-Za-z0-9._~%-]*", netloc), "neither user nor port nor a second end of the host"
    return netloc


@pytest.mark.parametrize("family", sorted(FAMILIES.keys() - NAMING))
@pytest.mark.parametrize("key", ODD)
def test_an_odd_key_stays_on_the_hosts_of_its_family(family: str, key: str) -> None:
    host = _host(family, key)
    if family in TENANTS:
        assert host.endswith(TENANTS[family])
    else:
        own = {_host(family, board_of(family).key), *({"api.eu.lever.co"} if family == "lever" else ())}
        assert host in own


@given(family=st.sampled_from(sorted(NAMING | TENANTS.keys())), key=st.text(max_size=20))
@example(family="workday", key="evil.example?.wd1/site")
@example(family="jsonld", key="careers.example.org@evil.example/sitemap.xml")
def test_a_key_names_no_other_host_than_it_seems_to(family: str, key: str) -> None:
    key = key.encode("utf-8", "ignore").decode()
    host = _host(family, key)
    if family in NAMING - {"alibaba"}:
        named = key.removeprefix("v2:") if family == "eightfold" else key
        assert host == quote(named.partition("/")[0], safe="")
