"""What docs/OPERATIONS.md shows besides commands (test_docs.py runs those): its snippets and its figures."""

import re
import shlex
import subprocess
from pathlib import Path
from shutil import which

import pytest
from docs_pages import TEXTS, blocks, verb_of, verbs

import pmtrend
from commands.collect import BUDGET
from scraper.config import KEY_PREFIX, load_settings, read_keys
from scraper.fetching.archive import LEAST_FREE, REVISITED_WITHIN
from scraper.looking.planning import KEYS
from scraper.scheduling.running import GRACE, WALL
from storage.monitoring.status import RECENT

PAGE = "docs/OPERATIONS.md"
TEXT = " ".join(TEXTS[PAGE].split())
SNIPPETS = {block.language: block.text for block in blocks(PAGE)}
CALLS = [
    call
    for block in blocks(PAGE)
    if block.language in ("yaml", "console")
    for call in re.findall(r"(?:^|&& |\{ )(?:\.\./run|pmtrend) ([a-z-][^|&;\n]*)", block.text, re.MULTILINE)
]


@pytest.mark.parametrize("call", CALLS)
def test_calls_in_snippets_are_verbs_with_their_options(call: str) -> None:
    words = shlex.split(call)
    verb, rest = verb_of(words)
    assert verb, call
    known = {opt for parameter in (*verbs()[verb].params, *pmtrend.cli.params) for opt in parameter.opts}
    assert {word for word in rest if word.startswith("-")} <= known


def test_the_snippets_call_it() -> None:
    assert {"weekly ", "db check ", "db backup copy.db"} <= set(CALLS)


@pytest.mark.skipif(which("logrotate") is None, reason="logrotate is not installed here")
def test_logrotate_reads_the_snippet(tmp_path: Path) -> None:
    (tmp_path / "conf").write_text(SNIPPETS["conf"].replace("/home/me/jobs", str(tmp_path)), encoding="utf-8")
    done = subprocess.run(["logrotate", "--debug", tmp_path / "conf"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_keys_are_those_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "pmtrend.toml").write_text(SNIPPETS["toml"], encoding="utf-8")
    found = read_keys(load_settings(tmp_path / "pmtrend.toml"), {}, KEYS)
    assert set(found) == KEYS
    assert all(f"| `{name}` | `{KEY_PREFIX}{name.upper()}` |" in TEXT for name in KEYS)


def test_the_workflow_has_the_default_time_of_the_configuration() -> None:
    assert 'cron: "17 12 * * 0"' in SNIPPETS["yaml"]
    assert load_settings(None).schedule.weekly == "17 12 * * sun"


def test_the_figures_are_those_of_the_code() -> None:
    assert "ended after three hours" in TEXT and WALL.total_seconds() == 3 * 3600
    assert "up to six hours late" in TEXT and GRACE.total_seconds() == 6 * 3600
    assert "has not been for 8 days" in TEXT and RECENT.days == 8
    assert "again after 30 days" in TEXT and REVISITED_WITHIN.days == 30
    assert "less than 100 MB free" in TEXT and LEAST_FREE == 100 * 2**20
    assert "after 50 minutes" in TEXT and BUDGET == "50m"
