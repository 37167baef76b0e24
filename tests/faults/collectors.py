"""Collectors as processes of their own, which share one database and ask one loopback server.

A collector is a fork of the test: it knows the toy families and reaches their hosts. It names itself in its
User-Agent, so that the server knows who asks.
"""

import contextlib
import json
import logging
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Condition
from typing import Any

from scraper.fetching.archive import WarcArchive
from scraper.fetching.client import HttpFetcher, Limits
from scraper.model import Board
from scraper.runs import collecting
from storage.store import open_store

_PATIENCE = 120.0


@dataclass
class Collector:
    """A process that collects; `ended` waits for it and returns what it told, None if it was killed."""

    pid: int
    told: int

    def ended(self) -> dict[str, Any] | None:
        with os.fdopen(self.told, encoding="utf-8") as pipe:
            text = pipe.read()
        os.waitpid(self.pid, 0)
        return json.loads(text) if text else None

    def send(self, number: int) -> None:
        os.kill(self.pid, number)


def start(
    name: str,
    url: str,
    boards: Sequence[Board],
    port: int,
    folder: Path,
    clock: Callable[[], datetime],
    term: timedelta,
    gap: float = 0.01,
) -> Collector:
    """Start a collector that archives into `folder`; `gap` is in seconds between two requests at a host."""
    readable, writable = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writable)
        return Collector(pid, readable)
    code = 1
    with contextlib.suppress(BaseException):
        os.close(readable)
        log = (folder / f"{name}.log").open("a", encoding="utf-8")
        logging.basicConfig(stream=log, force=True)  # the test's own handlers are none of a fork's
        told = _collected(name, url, boards, port, folder, clock, term, gap)
        os.write(writable, json.dumps(told).encode())
        code = 0
    os._exit(code)


def _collected(
    name: str,
    url: str,
    boards: Sequence[Board],
    port: int,
    folder: Path,
    clock: Callable[[], datetime],
    term: timedelta,
    gap: float,
) -> dict[str, Any]:
    store = open_store(url)
    with (
        store.one_run(shared=True),
        WarcArchive(folder / "archive", clock) as archive,
        HttpFetcher(
            f"mailto:{name}@example.org",
            archive=archive,
            clock=clock,
            allow_addresses=frozenset({("127.0.0.1", port)}),
            limits=Limits(gap=gap),
        ) as fetcher,
    ):
        summary = collecting.collect(store, boards, fetcher, clock=clock, pause=fetcher.pause, term=term)
    store.close()
    return {
        "looks": summary.looks,
        "unchanged": summary.unchanged,
        "elsewhere": summary.elsewhere,
        "lost": summary.lost,
        "stopped": summary.stopped,
        "code": summary.exit_code,
        "lines": summary.lines(),
        "archive": archive.path and archive.path.name,
    }


@dataclass
class Questions:
    """Who asked for what, at the server; `on_question` is told each time, before it is answered."""

    on_question: Callable[[str, int], None] = lambda name, number: None
    asked: list[tuple[str, str]] = field(default_factory=list)  # collector, "host/path"
    changed: Condition = field(default_factory=Condition)

    def answers(self, scripted: Any, body: bytes) -> Callable[[Any], Any]:
        """Return an answer for the loopback server that takes note of who asked."""

        def answer(asked: Any) -> Any:
            found = re.search(r"mailto:(\w+)@", asked.headers["user-agent"])
            assert found
            name, host = found[1], asked.headers["host"].partition(":")[0]
            with self.changed:
                self.asked.append((name, host + asked.path))
                number = self.by()[name]
                self.changed.notify_all()
            self.on_question(name, number)
            time.sleep(0.01)
            return scripted(body=body)

        return answer

    def by(self) -> Counter[str]:
        """How often each collector asked."""
        return Counter(name for name, _ in self.asked)

    def wait(self, what: Callable[[], bool]) -> None:
        """Wait until something is true of the questions."""
        with self.changed:
            assert self.changed.wait_for(what, _PATIENCE)


def stopped(pid: int) -> bool:
    """Tell whether a process is stopped by a signal."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0] == "T"


KILL, STOP, WAKE = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT
