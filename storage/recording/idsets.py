"""Sets of native ids, packed: eight bytes each, enough to compare two listings of one board."""

import hashlib
import zlib
from array import array
from collections.abc import Iterable


def hashed(native_ids: Iterable[str]) -> frozenset[int]:
    """Return the ids as 64-bit numbers (BLAKE2b)."""
    return frozenset(
        int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        for text in native_ids
    )


def pack(ids: Iterable[int]) -> bytes:
    """Pack a set of 64-bit numbers."""
    return zlib.compress(array("Q", sorted(ids)).tobytes())


def unpack(data: bytes | None) -> frozenset[int]:
    """Return the set that `pack` packed; empty for None."""
    numbers = array("Q")
    if data:
        numbers.frombytes(zlib.decompress(data))
    return frozenset(numbers)
