"""Room for one large reply at a time: hosts are asked side by side, and their bodies must not add up."""

import time
import weakref
from threading import Condition, get_ident

from scraper.model import Reply
from storage.engines.allocator import give_back_large_blocks

SMALL = 2**20
"""Bytes up to which a body needs no room."""


class Room:
    """A thread that reads a large body waits until no other one holds a large reply.

    A reply is held until it is forgotten, as the thread that was given it does once it is parsed.
    """

    def __init__(self) -> None:
        give_back_large_blocks()
        self._changed = Condition()
        self._owner: int | None = None
        self._replies = 0

    def enter(self) -> float:
        """Take the room, or keep it. Returns the seconds that this took."""
        begun = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: self._owner in (None, get_ident()))
            self._owner = get_ident()
        return time.monotonic() - begun

    def leave(self, reply: Reply | None = None) -> None:
        """Give the room free if this thread has it: as soon as nobody needs `reply` and earlier ones."""
        with self._changed:
            if self._owner != get_ident():
                return
            if reply is not None:
                self._replies += 1
                weakref.finalize(reply, self._forgotten).atexit = False
            self._free()

    def _forgotten(self) -> None:
        with self._changed:
            self._replies -= 1
            self._free()

    def _free(self) -> None:
        if not self._replies:
            self._owner = None
            self._changed.notify_all()
