"""Memory stays under 300 MB whatever a server sends: whole live runs in processes of their own.

The bodies are made while they are sent, from small pieces that repeat. Each is as large as may be read or
larger, and is the worst of its kind: what costs most per byte once it is inflated, decoded or parsed.
"""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from scraper.fetching.body import MAX_BODY

LIMIT = 300  # MB
RUN = Path(__file__).with_name("hostile_run.py")
MB = 2**20


def repeated(start: bytes, piece: bytes, end: bytes, size: int = MAX_BODY) -> Callable[[], Iterator[bytes]]:
    """A body of just under `size` bytes: `start`, `piece` many times, `end`."""
    times = (size - len(start) - len(end)) // len(piece)
    block = piece * max(1, 65536 // len(piece))
    blocks, rest = divmod(times, len(block) // len(piece))

    def body() -> Iterator[bytes]:
        yield start
        yield from repeat(block, blocks)
        yield piece * rest + end

    return body


def bomb() -> Iterator[bytes]:
    packer = zlib.compressobj(9, wbits=31)
    for _ in range(300):
        yield packer.compress(bytes(MB))
    yield packer.flush()


def noise() -> Iterator[bytes]:
    """Twice as much as may be read, and nothing that an archive could compress."""
    state = b"noise"
    for _ in range(2 * MAX_BODY // 65536):
        state = zlib.adler32(state).to_bytes(4, "big") * 16384
        yield state


EMOJI, HAN = "😀".encode(), "产".encode()
PM = b'"title": "AI Product Manager", "text": "'
BODIES: dict[str, Callable[[], Iterable[bytes]]] = {
    "gzip bomb": bomb,
    "endless": noise,
    "empty lists": repeated(b'{"jobs": [', b"[],", b"0]}"),
    "small objects": repeated(b'{"jobs": [', b'{"a":1},', b"0]}"),
    "numbers": repeated(b'{"jobs": [', b"257,", b"0]}"),
    "keys": repeated(b'{"jobs": {', b'"k\\u0001":0,', b'"k": 0}}'),
    "deep": repeated(b'{"jobs": ', b"[", b""),
    "one text": repeated(b'{"jobs": [{"id": 1, ' + PM + HAN, b"a", b'"}]}'),
    "one text with an emoji": repeated(b'{"jobs": [{"id": 1, ' + PM + EMOJI, b"a", b'"}]}', 15 * MB),
    "an emoji behind an escape": repeated(
        b'{"jobs": [{"id": 1, ' + PM + b"\\ud83d\\ude00", b"a", b'"}]}', 15 * MB
    ),
    "texts with emoji": repeated(
        b'{"jobs": [', b'{"id": 1, "title": "Cook", "text": "' + EMOJI + b"a" * 9000 + b'"},', b"0]}", 15 * MB
    ),
    "nothing but emoji": repeated(b'{"jobs": [{"id": 1, ' + PM, EMOJI, b'"}]}'),
    "many postings": repeated(b'{"jobs": [', b'{"id":"1","title":"Cook"},', b"0]}"),
    "a page that is none": repeated(b"<html>", b"<p>busy", b""),
}


def run(board: Any, folder: Path, keys: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, RUN, str(board.port), folder, *keys], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    print(keys[0], told["before"], told["most"], set(told["states"].values()))
    assert told["problems"] == []
    return told


def say(board: Any, scripted: Any, name: str) -> str:
    headers = (("Content-Type", "application/json"),)
    if name == "gzip bomb":
        headers = (*headers, ("Content-Encoding", "gzip"))
    path = name.replace(" ", "-")
    board.say(f"/{path}", scripted(headers=headers, chunks=BODIES[name]))
    return path


def test_one_server_that_sends_the_worst_of_each_kind(board: Any, scripted: Any, tmp_path: Path) -> None:
    """Rows 10, 11, 16: board after board of one host."""
    keys = [f"one.test/{say(board, scripted, name)}" for name in BODIES]
    told = run(board, tmp_path, keys)
    assert told["most"] < LIMIT, told
    assert set(told["states"].values()) <= {"failed", "partial", "complete", "suspect"}
    assert len(told["states"]) == len(BODIES)


def test_many_servers_that_do_so_at_once(board: Any, scripted: Any, tmp_path: Path) -> None:
    """Rows 10, 11, 16: eight hosts side by side, each in the middle of something large."""
    paths = [say(board, scripted, name) for name in BODIES]
    told = run(board, tmp_path, [f"{path}.test/{path}" for path in paths])
    assert told["most"] < LIMIT, told
    assert len(told["states"]) == len(BODIES)


@pytest.mark.parametrize("kind", ["texts", "postings", "rejects"])
def test_a_board_that_lists_without_end(board: Any, scripted: Any, tmp_path: Path, kind: str) -> None:
    """Rows 4 and 11: two hundred pages, each in bounds."""

    def answer(asked: Any) -> Any:
        number = int(asked.path.rpartition("p")[2])
        text = "x" * 100_000 if kind == "texts" else ""
        title: Any = 7 if kind == "rejects" else "AI Product Manager" if kind == "texts" else "Cook"
        count = 10 if kind == "texts" else 5000
        jobs = [{"id": f"{number}-{n}", "title": title, "text": text} for n in range(count)]
        return scripted(body=json.dumps({"jobs": jobs, "next": f"p{number + 1}"}).encode())

    for number in range(201):
        board.say(f"/p{number}", answer)
    told = run(board, tmp_path, ["one.test/p0"])
    assert told["most"] < LIMIT, told
    assert set(told["states"].values()) <= {"partial", "failed"}
    (reason,) = told["reasons"].values()
    assert reason.startswith(("the board lists more", "the board has more than 200 pages"))
