"""The C library's memory, where what it keeps for later is more than what is used."""

import contextlib
import ctypes

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_OWN_BLOCK = 2**20


def give_back_large_blocks() -> None:
    """Let memory of a megabyte or more go back to the system as soon as it is freed.

    glibc stops doing that after the first such blocks (it raises M_MMAP_THRESHOLD, see mallopt(3)), and keeps
    them once per thread: eight workers that had one large reply each, one after the other, held 150 MB of
    nothing, and a report whose arrays come and go kept a fifth more than it used. Others do not need it.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _OWN_BLOCK)
