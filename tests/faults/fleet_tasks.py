"""Work for workers in tests: it must be importable by name, since other processes do it."""

import os
import signal


def doubled(number: int) -> int:
    return 2 * number


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def failing() -> float:
    return 1 / int("0")
