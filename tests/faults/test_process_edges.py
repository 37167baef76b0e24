"""What a process may be started with: closed streams, other encodings, a mask, folders closed to it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest
from docs_pages import call
from places import ROOT

from scraper.errors import ConfigError
from scraper.fetching.compacting import months

POSTING = '{"id": "1", "title": "AI产品经理", "description": "<p>熟悉大模型 🙂</p>", "format": "html"}\n'


def sh(line: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which "$@" is the command."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PMTREND")}
    return subprocess.run(
        ["sh", "-c", line, "sh", sys.executable, str(ROOT / "pmtrend.py")],
        cwd=folder,
        env=environment | {"PYTHONIOENCODING": "utf-8"} | more,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )


def test_the_file_itself_is_the_command(tmp_path: Path) -> None:
    done = sh('"$@" status', tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "empty" in done.stdout
    assert sh('"$@" nosuchverb', tmp_path).returncode == 1
    line = sh('"$@" schedule --print-cron', tmp_path).stdout
    command, _, _ = line.partition(" weekly >>")
    assert sh(f"cd {command.partition(' cd ')[2]} --version", tmp_path).stdout.startswith("pmtrend, version")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ('"$@" tag --jsonl <&-', 0, ""),
        ('"$@" tag <&-', 1, "pmtrend: there is no text to tag\n"),
        ('"$@" status >&-', 0, ""),
        ('"$@" status 2>&- <&-', 0, ""),
        ('"$@" report --week 2026-W40 <&- >&-', 0, None),
        ('"$@" nosuchverb 2>&-', 1, ""),
    ],
)
def test_a_stream_that_is_closed_is_an_empty_one(
    tmp_path: Path, line: str, code: int, said: str | None
) -> None:
    done = sh(line, tmp_path)
    assert done.returncode == code, done.stderr
    assert said is None or done.stderr == said
    assert "Traceback" not in done.stderr


def test_a_character_that_the_output_cannot_show_is_an_escape(tmp_path: Path) -> None:
    (tmp_path / "posting.jsonl").write_text(POSTING, encoding="utf-8")
    for encoding in ("latin-1", "gbk", "ascii"):
        done = sh('"$@" tag posting.jsonl', tmp_path, PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, ""), encoding
        assert "Traceback" not in done.stdout


def test_json_is_the_same_value_in_any_encoding(tmp_path: Path) -> None:
    (tmp_path / "postings.jsonl").write_text(POSTING, encoding="utf-8")
    usual, other = (
        sh('"$@" tag --jsonl postings.jsonl', tmp_path, PYTHONIOENCODING=encoding).stdout
        for encoding in ("utf-8", "latin-1")
    )
    assert other.isascii()
    assert json.loads(other) == json.loads(usual)
    assert "🙂" in usual


@pytest.mark.usefixtures("blank_charts")
@pytest.mark.parametrize(("mask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o002, 0o664)])
def test_who_may_read_what_is_written_is_said_by_the_mask(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        assert call(tmp_path, "report", "--week", "2026-W40", "--out", "out").code == 0
        assert call(tmp_path, "boards", "add", "https://jobs.ashbyhq.com/acme", "--no-check").code == 0
    finally:
        os.umask(before)
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) > 50
    assert {path.stat().st_mode & 0o777 for path in written} == {mode}
    assert (tmp_path / "boards.d" / "ashby.toml").stat().st_mode & 0o777 == mode


def test_an_archive_that_may_not_be_read_is_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert months(tmp_path) == []
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
    with pytest.raises(ConfigError, match=f"^the archive {tmp_path} cannot be read: permission denied$"):
        months(tmp_path)


def test_a_line_that_no_reader_of_json_takes_is_told_in_plain_words(tmp_path: Path) -> None:
    lines = ["[" * 100_000, '{"id": ' + "9" * 5_000 + "}", '{"id": "3", "title": "PM"}']
    (tmp_path / "postings.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = sh('"$@" tag --jsonl postings.jsonl', tmp_path)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 3
    assert done.stderr.splitlines() == [
        "pmtrend: line 1 holds lists or objects in one another, too deep to be read",
        "pmtrend: line 2 holds a number of thousands of digits",
    ]


def test_who_waits_for_each_answer_gets_it(tmp_path: Path) -> None:
    """A program may write a line, read its answer, and only then know the next line."""
    command = [sys.executable, str(ROOT / "pmtrend.py"), "tag", "--jsonl"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        late = Timer(300, process.kill)
        late.start()
        for number in range(3):
            begin, end = POSTING.replace('"1"', f'"{number}"').encode().split(b"\xe5\xa4\xa7", 1)
            for part in (begin, b"\xe5\xa4\xa7" + end):  # a line may come in parts
                process.stdin.write(part)
                process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == str(number)
        process.stdin.write(POSTING.removesuffix("\n").encode() * 2)
        process.stdin.close()
        assert json.loads(process.stdout.read())["error"].startswith("line 4 is not JSON")
        late.cancel()
