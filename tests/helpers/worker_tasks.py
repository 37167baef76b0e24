"""Work for processes of tests: it must be importable by name, since other interpreters do it."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from scraper.understanding.records import Tagged, tag_texts
from storage.records import StoredText

FOLDER = "PMTREND_TEST_FOLDER"
"""Names the folder in which processes and tests leave signs for each other."""


def doubled(number: int) -> int:
    return 2 * number


def who(_: int) -> int:
    return os.getpid()


def killed_by_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def failing_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is too much")
    return number


def sign(name: str) -> Path:
    return Path(os.environ[FOLDER]) / name


def until(path: Path) -> None:
    for _ in range(12_000):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{path.name} never came")


def killed_once(texts: Sequence[StoredText]) -> tuple[str, list[Tagged]]:
    """Tag, but the first process that comes to the tenth text is killed before it answers."""
    if any(text.version == 10 for text in texts):
        try:
            sign("killed").touch(exist_ok=False)
        except FileExistsError:
            return tag_texts(texts)
        os.kill(os.getpid(), signal.SIGKILL)
    return tag_texts(texts)


def always_killed(texts: Sequence[StoredText]) -> tuple[str, list[Tagged]]:
    """Tag the first texts; whoever gets the tenth is killed."""
    if any(text.version == 10 for text in texts):
        until(sign("stored"))
        os.kill(os.getpid(), signal.SIGKILL)
    return tag_texts(texts)


def changed(texts: Sequence[StoredText]) -> tuple[str, list[Tagged]]:
    """Tag by another vocabulary from the fifth text on."""
    taxonomy, found = tag_texts(texts)
    return (taxonomy if texts[0].version < 5 else "another"), found


def waiting(texts: Sequence[StoredText]) -> tuple[str, list[Tagged]]:
    """Tag, but wait at the tenth text."""
    if any(text.version == 10 for text in texts):
        sign(f"waits {os.getpid()}").touch()
        until(sign("go"))
    return tag_texts(texts)


def gone(pid: int) -> bool:
    """Wait until the process has ended; False if it does not."""
    for _ in range(12_000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # A child of a process that was killed may be left for somebody else to bury.
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False
