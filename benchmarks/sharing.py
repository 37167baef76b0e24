"""Several collectors on one PostgreSQL: `python benchmarks/sharing.py [--hosts 32] [--boards 8]`.

The hosts are names of one loopback server, which takes its time to answer (`--seconds 0.2`). Each has so many
boards of ten postings, three of them of product managers, and is asked once a second, as usual. One, two and
four processes collect them into a new database, on a server of its own. It needs PostgreSQL's programs, and
the helpers of the tests. The CPU time is that of the collectors alone.
"""

import argparse
import logging
import resource
import socket
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "faults"))

import own_server
from collectors import start
from loopback import LoopbackBoard, Scripted
from toys import Toys, job, page

from scraper.clock import utcnow
from scraper.fetching.client import Limits
from scraper.model import Board
from scraper.sources import FAMILIES
from storage.leasing.rules import TERM
from storage.store import open_store

TIMES = 2
"""Rounds of each; the shortest counts."""
TITLES = ("AI Product Manager",) * 3 + ("Engineer",) * 7


def _resolve() -> None:
    resolve = socket.getaddrinfo

    def resolved(host: Any, *more: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.1" if str(name).endswith(".test") else host, *more, **options)

    socket.getaddrinfo = resolved


def played(server: LoopbackBoard, toys: Toys, hosts: int, boards: int, seconds: float) -> list[Board]:
    """Let the server play so many boards on each of so many hosts; return them."""

    def answer_of(body: bytes) -> Any:
        def answer(_: object) -> Scripted:
            time.sleep(seconds)
            return Scripted(body=body)

        return answer

    keys = [f"h{host}.test/b{host}x{number}" for number in range(boards) for host in range(hosts)]
    for key in keys:
        path = key.partition("/")[2]
        jobs = [job(f"{path}-{n}", title, f"Own our RAG {path} {n}.") for n, title in enumerate(TITLES)]
        server.say(f"/{path}", answer_of(page(*jobs)))
    return [toys.board(key) for key in keys]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=32)
    parser.add_argument("--boards", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=0.2)
    told = parser.parse_args()
    logging.disable(logging.WARNING)
    _resolve()
    print("| collectors | seconds | CPU seconds, all together | boards by each |\n|---:|---:|---:|---|")
    with LoopbackBoard() as server, own_server.running() as databases:
        toys = Toys(server.port)
        FAMILIES.update(toys.families)
        boards = played(server, toys, told.hosts, told.boards, told.seconds)
        for number in (1, 2, 4):
            tried = [_round(databases, boards, server.port, number) for _ in range(TIMES)]
            seconds, cpu, looks = min(tried)
            print(f"| {number} | {seconds:.1f} | {cpu:.1f} | {', '.join(map(str, looks))} |", flush=True)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _round(
    databases: own_server.Server, boards: list[Board], port: int, number: int
) -> tuple[float, float, list[int]]:
    url = databases.url(databases.create())
    open_store(url).close()
    with tempfile.TemporaryDirectory() as folder:
        began, used = time.monotonic(), _cpu()
        collectors = [
            start(f"c{one}", url, boards, port, Path(folder), utcnow, TERM, Limits().gap)
            for one in range(number)
        ]
        found = [one.ended() for one in collectors]
        seconds, cpu = time.monotonic() - began, _cpu() - used
    looks = [one["looks"] for one in found if one]
    assert sum(looks) == len(boards) and timedelta(seconds=seconds) < TERM
    return seconds, cpu, looks


if __name__ == "__main__":
    main()
