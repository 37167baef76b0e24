"""What C libraries take for themselves: memory kept for later, threads; and when Python looks for garbage."""

import contextlib
import ctypes
import gc
import os
from collections.abc import Iterator

_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1  # malloc.h of glibc
_OWN_BLOCK, _KEPT = 2**21, 2**23


def give_back_large_blocks() -> None:
    """Let memory of two megabytes or more go back to the system as soon as it is freed.

    glibc stops doing that after the first such blocks (it raises M_MMAP_THRESHOLD, see mallopt(3)), and keeps
    them once per thread: eight workers that had one large reply each, one after the other, held 150 MB of
    nothing, and a report whose arrays come and go kept a fifth more than it used. Others do not need it.
    Of smaller blocks up to 8 MB are kept: to give them back, and be given them again, costs a second of a
    large report.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _OWN_BLOCK)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT)


def compute_in_one_thread() -> None:
    """Let numpy's algebra start no threads of its own, unless the user says otherwise; call it first.

    It starts one a core and lets them wait busily for the next product. A report has many small ones and uses
    the cores by itself: that was 0.7 s of CPU for nothing.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Let Python look for no cycles of objects within the block.

    For work that makes many objects and no cycles: each time it would walk over a part of all there are.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def regard_as_old() -> None:
    """Count all that is held as old, at which Python looks seldom: what was just loaded and made stays.

    Else the first look after `uncollected` goes through all of it.
    """
    gc.freeze()
    gc.unfreeze()
