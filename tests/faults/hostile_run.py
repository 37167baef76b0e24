"""A live run in a process of its own, to measure its memory: `hostile_run.py PORT FOLDER KEY...`.

The boards are toys on the loopback server at PORT. Prints one JSON object: the megabytes that the process
held before the run and at most, and the states of the boards.
"""

import json
import resource
import socket
import sys
from pathlib import Path
from typing import Any

from toys import Days, Toys, fetching, opened

import pmtrend  # noqa: F401  (what the program has loaded when it runs)
from scraper.explaining import explain
from scraper.fetching.archive import WarcArchive
from scraper.runs import collecting
from scraper.sources import FAMILIES


def megabytes() -> int:
    """What this process held at most. Linux lets `ru_maxrss` begin with what its parent held."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) // 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


def main(port: int, folder: Path, keys: list[str]) -> None:
    resolve = socket.getaddrinfo

    def resolved(host: Any, *more: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.1" if str(name).endswith(".test") else host, *more, **options)

    socket.getaddrinfo = resolved
    toys = Toys(port)
    FAMILIES.update(toys.families)
    explain("AI产品经理\n负责大模型应用。Own RAG.")  # loads the vocabulary
    clock = Days()
    with opened(folder / "x.db") as store, WarcArchive(folder / "archive", clock) as archive:
        before = megabytes()
        with fetching(port, clock, archive=archive, tries=1) as fetcher:
            summary = collecting.collect(store, [toys.board(key) for key in keys], fetcher, clock=clock)
        problems = store.check()
    told = {"before": before, "most": megabytes(), "states": summary.states, "reasons": summary.reasons}
    print(json.dumps(told | {"problems": problems}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
