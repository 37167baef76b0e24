"""Reading the documentation as a user would: its tables, its fenced blocks, its commands."""

import ast
import contextlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from places import ROOT

import pmtrend

DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in DOCS}
ALL = "\n".join(TEXTS.values())
TASKS = {"bench", "demo", "test", "torture", "lint"}  # what ./run knows besides the verbs


@cache
def known_tests() -> set[str]:
    """Return every test of the project: the name of its file, two colons, its own."""
    return {
        f"{path.name}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


# ------------------------------------------------------------------ reading markdown


class Block(NamedTuple):
    """A fenced block."""

    file: str
    language: str
    text: str


def blocks(name: str) -> list[Block]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXTS[name], re.MULTILINE | re.DOTALL)
    return [Block(name, language, text) for language, text in found]


def chapter(name: str, heading: str) -> str:
    """The text under a heading up to the next one that is not below it."""
    lines = TEXTS[name].splitlines()
    start = lines.index(heading)
    level = heading.split()[0]
    later = range(start + 1, len(lines))
    is_next = re.compile(rf"#{{1,{len(level)}}} ")
    end = next((i for i in later if is_next.match(lines[i])), len(lines))
    return "\n".join(lines[start + 1 : end])


def rows(text: str) -> list[list[str]]:
    """The cells of the first table of `text`, without its head."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("|"):
            found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif found:
            break
    return found[2:]


def first_column(text: str) -> list[str]:
    return [row[0].strip("`") for row in rows(text)]


# ------------------------------------------------------------------ running commands


class Outcome(NamedTuple):
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str


def call(folder: Path, *words: str, stdin: str = "") -> Outcome:
    """Run `pmtrend words…` in `folder`, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as end,
    ):
        patch.delenv("PMTREND_DATABASE_URL", raising=False)
        patch.setattr("commands.schedule.utc_offset", timedelta)  # a crontab line is for the machine's zone
        patch.setattr(sys, "argv", ["pmtrend", *words])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        pmtrend.main()
    return Outcome(int(end.value.code or 0), out.getvalue(), err.getvalue())


def verbs() -> dict[str, click.Command]:
    """Every verb, those of groups as "db check"."""

    def walk(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from walk(command, f"{before}{name} ")
            else:
                yield f"{before}{name}", command

    return dict(walk(pmtrend.cli, ""))


def verb_of(words: list[str]) -> tuple[str, list[str]]:
    """The verb of a command line ("" if there is none) and the words behind it."""
    rest = list(words)
    while rest and rest[0].startswith("-"):
        rest = rest[2 if rest[0] in ("--db", "--config") else 1 :]
    for length in (2, 1):
        if (name := " ".join(rest[:length])) in verbs():
            return name, rest[length:]
    return "", rest


class Step(NamedTuple):
    """One step of a ```sh block: a file to write, or a call of pmtrend with its standard input."""

    words: list[str]
    stdin: str = ""
    file: str = ""


def steps(block: Block) -> Iterator[Step]:
    """Read the little shell of the documentation: cat with a here-document, echo into a pipe, calls."""
    lines = iter(block.text.splitlines())
    for line in lines:
        if here := re.fullmatch(r"cat > (\S+) <<'END'", line):
            text = "".join(f"{one}\n" for one in iter(lambda: next(lines), "END"))
            yield Step([], text, here[1])
            continue
        left, _, right = line.rpartition(" | ")
        words = shlex.split(right, comments=True)
        if words:
            assert words[0] in ("pmtrend", "./run"), f"{block.file}: {line}"
            echoed = shlex.split(left)
            assert not echoed or echoed[0] == "echo", f"{block.file}: {line}"
            yield Step(words[1:], " ".join(echoed[1:]))


def harmless(words: list[str]) -> bool:
    """Not a task of ./run, and neither network nor a daemon."""
    verb, _ = verb_of(words)
    prints = any(word.startswith("--print-") for word in words)
    return verb not in ("", "collect", "weekly") and (verb != "schedule" or prints)
