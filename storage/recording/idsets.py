"""Sets of native ids, packed: eight bytes each, enough to compare two listings of one board."""

import hashlib
import sys
import zlib
from array import array
from collections.abc import Iterable


def hashed(native_ids: Iterable[str]) -> frozenset[int]:
    """Return the ids as 64-bit numbers (BLAKE2b)."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in native_ids]
    numbers = array("Q", b"".join([hashlib.blake2b(one, digest_size=8).digest() for one in encoded]))
    if sys.byteorder == "little":
        numbers.byteswap()
    return frozenset(numbers)


def pack(ids: Iterable[int]) -> bytes:
    """Pack a set of 64-bit numbers."""
    # Only framed: hashes do not compress, and to try took as long as to make them. Older sets are compressed.
    return zlib.compress(array("Q", sorted(ids)).tobytes(), level=0)


def unpack(data: bytes | None) -> frozenset[int]:
    """Return the set that `pack` packed; empty for None."""
    numbers = array("Q")
    if data:
        numbers.frombytes(zlib.decompress(data))
    return frozenset(numbers)
