"""The lock on matplotlib's list of fonts, which outlives a process that is killed as it writes that list."""

import contextlib
import time
from pathlib import Path

_PATIENCE = 1.0
"""Seconds that somebody may take to write the list, which are some milliseconds for most."""


def remove_abandoned_lock() -> None:
    """Remove the lock if nobody else does, before matplotlib makes or reads its list.

    Each process would wait for it for five seconds, and make the list anew, for as long as it is there; what
    matplotlib says of that is no error and is shown to nobody.
    """
    from matplotlib import get_cachedir  # it reads the backend as it is loaded, so that is named first

    for lock in Path(get_cachedir()).glob("fontlist-*.matplotlib-lock"):
        end = time.monotonic() + _PATIENCE
        while lock.exists() and time.monotonic() < end:
            time.sleep(0.02)
        with contextlib.suppress(OSError):  # it is gone, or not ours to remove
            lock.unlink()
