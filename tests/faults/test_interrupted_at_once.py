"""Ctrl-C while the program still loads."""

import subprocess
import sys

import pytest
from places import ROOT

STARTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.{handler})
def press(event, arguments):
    if event == "import" and arguments[0] == {module!r}:
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(press)
from pmtrend import main
main()
"""


def started(module: str, handler: str = "default_int_handler") -> subprocess.CompletedProcess[str]:
    """`pmtrend boards list` in a process to which Ctrl-C comes as it begins to import a module."""
    code = STARTED.format(module=module, handler=handler)
    words = [sys.executable, "-c", code, "boards", "list", "--family", "ashby"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "module", ["click", "commands.archive", "scraper.config", "pydantic", "commands.weekly", "scraper.boards"]
)
def test_it_ends_in_a_sentence(module: str) -> None:
    done = started(module)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "pmtrend: interrupted\n")


def test_nothing_is_loaded_before() -> None:
    code = "import sys; before = set(sys.modules); import commands.loading; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"commands", "commands.loading", "atexit", "gc"}


def test_in_a_verb_it_does_so_too() -> None:
    """What a verb alone needs is loaded in it: by then the interrupt is an exception again."""
    done = started("scraper.looking.planning")
    assert (done.returncode, done.stderr.strip()) == (1, "pmtrend: interrupted")


def test_where_it_is_ignored_it_stays_ignored() -> None:
    """As a shell has it for what runs in the background."""
    done = started("click", "SIG_IGN")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ashby" in done.stdout
