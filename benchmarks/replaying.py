"""What mining archives in bulk costs: `python benchmarks/replaying.py [DATA] [--copies 8] [--rounds 2]`.

`pmtrend replay` is run on archives as a user does, without workers and with some, each time into a new store:

- DATA/warc: whole boards as somebody recorded them (see docs/BENCHMARKS.md), and the same boards under
  further names, `--copies` times: so many that starting workers costs little beside the work;
- 600 invented boards, each in two weeks, of which few change in the second, as most of a real archive is.

Times are the least of the rounds, since other work on the machine only adds to them. Linux.
"""

import argparse
import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from played_boards import Mode, Played, boards

from scraper.fetching.archive import WarcArchive
from scraper.fetching.outcome import Answer
from scraper.fetching.replay import ReplayArchive
from scraper.model import Reply, Request
from scraper.sources import FAMILIES

_TICK = os.sysconf("SC_CLK_TCK")
_WORKERS = (None, 1, 2)
_START = datetime(2026, 1, 5, tzinfo=UTC)
_JSON = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Archived:
    """Files of an archive with what they hold: postings listed, bytes of JSON."""

    name: str
    files: list[Path]
    postings: int
    size: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost: seconds of wall clock, of CPU in the process that stores, and of all processes."""

    wall: float
    writer: float
    cpu: float


# ------------------------------------------------------------------ the archives


def recorded(data: Path) -> Archived:
    """The boards of DATA/warc as they are."""
    files = sorted((data / "warc").glob("*.warc.gz"))
    bodies = [body for _, body in _replies(files)]
    return Archived("recorded", files, sum(map(_listed, bodies)), sum(map(len, bodies)))


def copied(data: Path, folder: Path, copies: int) -> Archived:
    """The boards of DATA/warc, and each again under other names, with other ids: Ashby's."""
    postings = size = 0
    with WarcArchive(folder, lambda: _START) as archive:
        for request, body in _replies(recorded(data).files):
            for copy in range(copies):
                url, _, query = request.url.partition("?")
                answered = _renamed(body, copy)
                asked = Request(f"{url}-{copy}?{query}")
                at = _START + timedelta(seconds=copy)
                archive.write(asked, Answer(asked.url, 200, _JSON, answered, at))
                postings += _listed(answered)
                size += len(answered)
    assert archive.path is not None
    return Archived(f"recorded, {copies} times", [archive.path], postings, size)


def invented(folder: Path, count: int) -> Archived:
    """`count` invented boards in two weeks."""
    played = Played(count)
    size = 0
    with WarcArchive(folder, lambda: _START) as archive:
        for week in range(2):
            played.mode = Mode(changed=week == 1)
            for board in boards(count):
                request: Request | None = FAMILIES[board.family].first(board)
                while request is not None:
                    target = request.url.removeprefix("https://")
                    answer = played.answer(target[target.index("/") :])
                    assert answer is not None
                    body = gzip.decompress(answer.body)
                    at = _START + timedelta(weeks=week)
                    archive.write(request, Answer(request.url, 200, _JSON, body, at))
                    size += len(body)
                    reply = Reply(request.url, body, at)
                    request = FAMILIES[board.family].parse(board, reply, request).next
    assert archive.path is not None
    return Archived(f"{count} invented boards, two weeks", [archive.path], 2 * played.facts["postings"], size)


def _replies(files: Sequence[Path]) -> Iterator[tuple[Request, bytes]]:
    archive = ReplayArchive(files)
    for exchange in archive.exchanges:
        if exchange.status == 200:
            yield exchange.request, archive.answer(exchange).body


def _listed(body: bytes) -> int:
    return len(json.loads(body).get("jobs", ()))


def _renamed(body: bytes, copy: int) -> bytes:
    told = json.loads(body)
    for job in told["jobs"]:
        job["id"] = f"{job['id']}-{copy}"
        for name in ("jobUrl", "applyUrl"):
            job[name] = f"{job[name]}-{copy}"
    return json.dumps(told, ensure_ascii=False).encode()


# ------------------------------------------------------------------ the runs


def replay(archived: Archived, workers: int | None, folder: Path) -> Cost:
    """Run `pmtrend replay` into a new store."""
    database = folder / "bench.db"
    program = Path(sys.executable).with_name("pmtrend")
    jobs = [] if workers is None else ["--jobs", str(workers)]
    command: list[str | Path] = [program, "--db", f"sqlite:///{database}", "replay", *jobs, *archived.files]
    began, writer = time.monotonic(), 0.0
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while True:
        pid, status, usage = os.wait4(run.pid, os.WNOHANG)
        if pid:
            break
        writer = _cpu(run.pid) or writer
        time.sleep(0.05)
    wall = time.monotonic() - began
    run.returncode = os.waitstatus_to_exitcode(status)
    for path in folder.glob("bench.db*"):
        path.unlink()
    if run.returncode not in (0, 3):
        raise SystemExit(f"replay ended with {run.returncode}")
    return Cost(wall, writer, usage.ru_utime + usage.ru_stime)


def _cpu(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(words[11]) + int(words[12])) / _TICK


def table(archived: Archived, costs: dict[int | None, Cost]) -> str:
    """Return a Markdown table, one row for each number of workers."""
    serial = costs[None].wall
    lines = [
        f"**{archived.name}**: {archived.postings:,} postings listed, {archived.size / 1e6:,.0f} MB of JSON",
        "",
        "| workers | wall | times as fast | CPU, all | CPU, the process that stores | postings/s "
        "| MB/s | MB a second of CPU |",
        f"| --- |{' ---: |' * 7}",
    ]
    for workers, cost in costs.items():
        lines.append(
            f"| {'none' if workers is None else workers} | {cost.wall:.1f} s | {serial / cost.wall:.2f} "
            f"| {cost.cpu:.1f} s | {cost.writer:.1f} s | {archived.postings / cost.wall:,.0f} "
            f"| {archived.size / 1e6 / cost.wall:.1f} | {archived.size / 1e6 / cost.cpu:.1f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure what mining archives in bulk costs.")
    parser.add_argument("data", nargs="?", type=Path, help="the folder with the real data, if it is there")
    parser.add_argument("--copies", type=int, default=8, help="of the recorded boards (8)")
    parser.add_argument("--boards", type=int, default=600, help="invented ones (600)")
    parser.add_argument("--rounds", type=int, default=2, help="of which the least counts (2)")
    options = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}")
    with tempfile.TemporaryDirectory(prefix="pmtrend-bench-") as name:
        folder = Path(name)
        archives = []
        if options.data is not None:
            archives += [recorded(options.data), copied(options.data, folder / "copied", options.copies)]
        archives.append(invented(folder / "invented", options.boards))
        for archived in archives:
            rounds = [{n: replay(archived, n, folder) for n in _WORKERS} for _ in range(options.rounds)]
            least = {n: min((one[n] for one in rounds), key=lambda cost: cost.wall) for n in _WORKERS}
            print("\n" + table(archived, least), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
