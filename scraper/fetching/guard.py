"""The network below the client: dials public addresses only, and keeps one total deadline per request.

Both sit at the socket because nothing above it can: a name may resolve differently between a check and the
connection (so the checked address itself is dialled), and a server that drips its headers byte by byte
never trips a read timeout.
"""

import ipaddress
import math
import socket
import threading
from collections.abc import Callable, Iterable
from ssl import SSLContext
from typing import Any

import httpcore

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class NotPublic(Exception):
    """A host resolves to an address that is not public; the text names both."""


def is_public(address: Address) -> bool:
    """Tell whether `address` belongs to the public internet, judging IPv4 inside IPv6 by the IPv4 part.

    Stricter than `is_global` of the standard library, which lets multicast, ::a.b.c.d, site-local and
    tunnelled private addresses pass.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_UNICAST and address.is_global


def literal_address(host: str) -> Address | None:
    """Return the address that `host` spells, also as decimal, hex or short IPv4; None if it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError, ValueError):
        return None


class Deadline(threading.local):
    """The instant by which the request that this thread is making must be over."""

    def __init__(self, monotonic: Callable[[], float]):
        self._monotonic = monotonic
        self._end = math.inf

    def start(self, seconds: float) -> None:
        """Begin a request that may take so long."""
        self._end = self._monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Not count `seconds` that the request had to wait for us."""
        self._end += seconds

    @property
    def passed(self) -> bool:
        """Whether the request has had its time."""
        return self._monotonic() >= self._end

    def within(self, timeout: float | None) -> float | None:
        """Shorten a socket timeout to what is left. Raises httpcore.ReadTimeout if nothing is."""
        left = self._end - self._monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the total deadline passed")
        return timeout if math.isinf(left) else left if timeout is None else min(timeout, left)


class GuardedBackend(httpcore.SyncBackend):
    """Connects to public addresses, or to an (address, port) in `allowed`. Raises NotPublic for others."""

    def __init__(self, deadline: Deadline, allowed: frozenset[tuple[str, int]] = frozenset()):
        self._deadline = deadline
        self._allowed = allowed

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._resolve(host, port)
        each = None if timeout is None else timeout / len(addresses)
        options = list(socket_options or ())
        failure: Exception | None = None
        for address in addresses:
            try:
                within = self._deadline.within(each)
                return _TimedStream(
                    super().connect_tcp(address, port, within, local_address, options), self._deadline
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("the name has no address")

    def _resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of `host`. One that is not public condemns them all: it is no public board."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name cannot be resolved: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            self.admit(host, address, port)
        if not addresses:
            raise httpcore.ConnectError("the name has no address")
        return addresses

    def admit(self, host: str, address: str, port: int) -> None:
        """Raise NotPublic if `address`, which `host` is, may not be dialled."""
        if is_public(ipaddress.ip_address(address)) or (address, port) in self._allowed:
            return
        if host == address:
            raise NotPublic(f"{host} is no public address")
        raise NotPublic(f"{host} is {address}, no public address")


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends at the deadline at the latest."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline):
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        within = self._deadline.within(timeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, within), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
