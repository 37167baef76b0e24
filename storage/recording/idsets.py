"""Sets of native ids, packed: eight bytes each, enough to compare two listings of one board."""

import sys
import zlib
from array import array
from collections.abc import Iterable
from hashlib import blake2b

import numpy as np


def hashed(native_ids: Iterable[str]) -> frozenset[int]:
    """Return the ids as 64-bit numbers (BLAKE2b)."""
    digests = [blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest() for id in native_ids]
    numbers = array("Q", b"".join(digests))
    if sys.byteorder == "little":
        numbers.byteswap()
    return frozenset(numbers)


def pack(ids: Iterable[int]) -> bytes:
    """Pack a set of 64-bit numbers."""
    # Only framed: hashes do not compress, and to try took as long as to make them. Older sets are compressed.
    return zlib.compress(np.sort(np.fromiter(ids, dtype=np.uint64)).tobytes(), level=0)


def unpack(data: bytes | None) -> frozenset[int]:
    """Return the set that `pack` packed; empty for None."""
    numbers = array("Q")
    if data:
        numbers.frombytes(zlib.decompress(data))
    return frozenset(numbers)
