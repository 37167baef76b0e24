"""Killing one verb at one point: what the program does at its edges, seen from outside, and a SIGKILL there.

Nothing in the program knows of it. Statements are those that SQLite begins to run, of many rows each; commits
are SQLAlchemy's events; files that are opened for writing, renamed, removed or locked and databases that are
opened are the interpreter's audit events (https://docs.python.org/3/library/audit_events.html); fsync and
write, which have none, are wrapped.
"""

import contextlib
import os
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

import pmtrend
from storage.memories import Repetition
from storage.store import Store

_WRITES = os.O_WRONLY | os.O_RDWR
_KINDS = (
    (r"archive/.*\.warc\.gz", "archive"),
    (r".*/\.pmtrend-[^/]*", "temporary file"),
    (r"pmtrend-reports/(.*/)?[^/]*?(\.\w+)", r"report *\2"),
)
TORN = "written half"
"""A point of its own: the process dies within a write."""


@dataclass(frozen=True, order=True)
class Point:
    """The `number`-th time that `what` happens while a verb runs, from 1."""

    what: str
    number: int

    def __str__(self) -> str:
        return f"{self.what} ({self.number})"


@dataclass
class Points:
    """Watches a process; `reached` is told each point, in their order."""

    home: Path
    reached: Callable[[Point], None]
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    thread: threading.local = field(default_factory=threading.local)

    def watch(self) -> None:
        """Begin. There is no end: whoever is watched is a process of its own."""
        event.listen(Engine, "connect", lambda dbapi, _: dbapi.set_trace_callback(self._statement))
        event.listen(Engine, "commit", lambda connection: self.at("commit"))
        sys.addaudithook(self._audited)
        fsync, write = os.fsync, os.write

        def synced(descriptor: int) -> None:
            self.at(f"fsync {self._of(descriptor)}")
            fsync(descriptor)

        def written(descriptor: int, data: Any) -> int:
            name = self._of(descriptor)
            if name != "archive":
                return write(descriptor, data)
            self.at("append to archive")
            half = len(data) // 2
            done = write(descriptor, data[:half])
            self.at(f"{TORN}: archive")
            return done + write(descriptor, data[half:])

        os.fsync, os.write = synced, written

    def at(self, what: str) -> None:
        with self.lock:  # files are written by several threads
            self.counts[what] += 1
            self.reached(Point(what, self.counts[what]))

    def _statement(self, statement: str) -> None:
        words = re.match(r'\W*(\w+)(?:.*?\b(?:INTO|FROM|UPDATE|TABLE|EXISTS) "?(\w+))?', statement, re.DOTALL)
        verb, table = words.groups() if words else ("", "")
        if verb == "UPDATE":
            table = statement.split()[1]
        self.at(" ".join(filter(None, ("statement", verb, table))))

    def _audited(self, name: str, arguments: tuple[Any, ...]) -> None:
        if getattr(self.thread, "busy", False) or name not in _AUDITED:
            return
        self.thread.busy = True
        try:
            what = _AUDITED[name](self, arguments)
        finally:
            self.thread.busy = False
        if what:
            self.at(what)

    def _opened(self, arguments: tuple[Any, ...]) -> str | None:
        path, mode, flags = arguments
        writes = flags & _WRITES if isinstance(flags, int) else set(str(mode)) & set("wax+")
        named = self._kind(path) if writes else None
        return f"open {named}" if named else None

    def _named(self, verb: str, path: Any) -> str | None:
        named = self._kind(path)
        return f"{verb} {named}" if named else None

    def _of(self, descriptor: int) -> str:
        try:
            return self._kind(os.readlink(f"/proc/self/fd/{descriptor}")) or "something else"
        except OSError:
            return "something else"

    def _kind(self, path: Any) -> str | None:
        try:
            inside = Path(os.path.abspath(os.fsdecode(path))).relative_to(self.home).as_posix()
        except (TypeError, ValueError):
            return None
        for pattern, kind in _KINDS:
            if match := re.fullmatch(pattern, inside):
                return match.expand(kind)
        return re.sub(r"\d{4,}", "N", inside)


_AUDITED: dict[str, Callable[[Points, tuple[Any, ...]], str | None]] = {
    "open": Points._opened,
    "os.rename": lambda points, arguments: points._named("rename to", arguments[1]),
    "os.remove": lambda points, arguments: points._named("remove", arguments[0]),
    "os.mkdir": lambda points, arguments: points._named("make folder", arguments[0]),
    "os.truncate": lambda points, arguments: points._named("truncate", arguments[0]),
    "sqlite3.connect": lambda points, arguments: points._named("connect to", arguments[0]),
    "fcntl.flock": lambda points, arguments: "take the lock",
}


@dataclass
class Ended:
    """What became of a process: its exit code (minus the signal that killed it), points and looks stored."""

    code: int
    points: list[Point]
    stored: list[tuple[str, str, str]]
    seconds: float


def run(home: Path, verb: Sequence[str], now: datetime, *, kill: Point | float | None = None) -> Ended:
    """Run a verb in a process of its own; `kill` it at a point, or after so many seconds.

    The program is loaded already: the process is a fork. It says what it stored once that is committed.
    """
    readable, writable = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(readable)
        with contextlib.suppress(BaseException):
            os._exit(_in_child(home, verb, now, kill, writable))
        os._exit(99)
    os.close(writable)
    timer = threading.Timer(kill, os.kill, (child, signal.SIGKILL)) if isinstance(kill, float) else None
    if timer:
        timer.start()
    with os.fdopen(readable, "r", encoding="utf-8") as told:
        lines = [line.rstrip("\n").split("\t") for line in told if line.endswith("\n")]
    _, status = os.waitpid(child, 0)
    if timer:
        timer.cancel()
        timer.join()
    return Ended(
        os.waitstatus_to_exitcode(status),
        [Point(what, int(number)) for kind, what, number, _ in lines if kind == "point"],
        [(family, key, at) for kind, family, key, at in lines if kind == "stored"],
        time.monotonic() - begun,
    )


def _in_child(home: Path, verb: Sequence[str], now: datetime, kill: Any, writable: int) -> int:
    os.chdir(home)
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(quiet, descriptor)
    os.dup2(os.open(f"{home}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    write = os.write

    def tell(*words: object) -> None:
        write(writable, "\t".join(map(str, words)).encode() + b"\n")

    def reached(point: Point) -> None:
        if kill is None:
            tell("point", point.what, point.number, "")
        elif point == kill:
            os.kill(os.getpid(), signal.SIGKILL)

    _acknowledge(tell)
    pmtrend.utcnow = lambda: now
    Points(home, reached).watch()
    sys.argv = ["pmtrend", *verb]
    try:
        pmtrend.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _acknowledge(tell: Callable[..., None]) -> None:
    """Say of each look that it is stored, as soon as the program believes so."""
    record, together, repeat = Store.record, Store.record_together, Store.record_repetitions

    def recorded(store: Store, handle: Any, listing: Any, lease: Any = None) -> Any:
        result = record(store, handle, listing, lease)
        tell("stored", listing.family, listing.key, _text(listing.observed_at))
        return result

    def recorded_together(store: Store, handle: Any, looks: Any) -> Any:
        results = together(store, handle, looks)
        for look in looks:
            if isinstance(look, Repetition):
                tell("stored", "look", look.memory.look, _text(look.at))
            else:
                tell("stored", look.family, look.key, _text(look.observed_at))
        return results

    def repeated(store: Store, handle: Any, looks: Any, lease: Any = None) -> None:
        repeat(store, handle, looks, lease)
        for look in looks:
            tell("stored", "look", look.memory.look, _text(look.at))

    Store.record, Store.record_together = recorded, recorded_together
    Store.record_repetitions = repeated


def _text(at: datetime) -> str:
    """An instant as SQLite holds it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
