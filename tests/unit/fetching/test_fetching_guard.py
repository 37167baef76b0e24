"""Which addresses may be dialled, and how long a request may wait."""

import math

import httpcore
import pytest

from scraper.fetching.guard import Deadline, is_public, literal_address

PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]
NOT_PUBLIC = [
    *("10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0"),
    *("::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::8.8.8.8"),
    # IPv4 inside IPv6: mapped, 6to4, NAT64, Teredo
    *("::ffff:10.0.0.1", "2002:a00:1::", "64:ff9b::a00:1", "2001:0:808:808::f5ff:fffe"),
]


@pytest.mark.parametrize(
    ("spelt", "public"), [*((one, True) for one in PUBLIC), *((one, False) for one in NOT_PUBLIC)]
)
def test_an_address_that_leads_into_a_private_network_is_not_public(spelt: str, public: bool) -> None:
    address = literal_address(spelt)
    assert address is not None
    assert is_public(address) == public


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("10.1", "10.0.0.1"),
        ("jobs.example", "None"),
        ("", "None"),
    ],
)
def test_an_address_may_be_spelt_as_a_number(host: str, address: str) -> None:
    assert str(literal_address(host)) == address


def test_no_wait_is_longer_than_what_a_request_has_left() -> None:
    now = [0.0]
    deadline = Deadline(lambda: now[0])
    assert (deadline.within(None), deadline.within(9), deadline.passed) == (None, 9, False)
    deadline.start(10)
    now[0] = 4
    assert (deadline.within(None), deadline.within(9), deadline.within(2)) == (6, 6, 2)
    deadline.extend(3)
    now[0] = 12
    assert (deadline.within(math.inf), deadline.passed) == (1, False)
    now[0] = 13
    assert deadline.passed
    with pytest.raises(httpcore.ReadTimeout):
        deadline.within(None)
