"""Rows 40 and 41: what stands around the program must not change what it asks, nor may a test ask anybody."""

import socket
from pathlib import Path
from typing import Any

import pytest
from toys import Days, fetching

from scraper.model import Request


def test_credentials_of_the_user_for_other_programs_are_not_sent(
    board: Any, scripted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 40: ~/.netrc names a password for the very host that is asked."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    board.say("/jobs", scripted())
    with fetching(board.port, Days()) as fetcher:
        fetcher.fetch(Request(board.url()), published=True)
    assert "authorization" not in board.asked[0].headers


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_that_is_dead_stops_nothing(
    board: Any, scripted: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Row 40."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    board.say("/jobs", scripted(body=b"[1]"))
    with fetching(board.port, Days(), tries=1) as fetcher:
        assert fetcher.fetch(Request(board.url()), published=True).json() == [1]


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80), ("example.invalid", 80)])
def test_no_test_can_reach_the_network(address: tuple[str, int]) -> None:
    """Row 41: the fixture stands before every connection, whoever makes it."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    for way in ("connect", "connect_ex"):
        with socket.socket(family) as one, pytest.raises(AssertionError, match="a test tried to reach"):
            getattr(one, way)(address)
