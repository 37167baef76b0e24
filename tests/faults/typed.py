"""The command line as a test types it: what it printed, and how it ended."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

import pmtrend


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object) -> Outcome:
    """Run `pmtrend WORDS` in this process."""
    monkeypatch.setattr(sys, "argv", ["pmtrend", *map(str, words)])
    with pytest.raises(SystemExit) as exit_:
        pmtrend.main()
    captured = capsys.readouterr()
    return Outcome(int(exit_.value.code or 0), captured.out, captured.err)
