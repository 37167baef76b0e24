"""`./run demo [--keep] [DIR]`: twelve weeks of an invented market, replayed and reported in a new folder."""

import argparse
import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from employers import story
from market import ARCHIVE, Demo

from scraper.sources import FAMILIES

PMTREND = Path(sys.executable).with_name("pmtrend")
_DOOR = Path(__file__).resolve().parents[1] / "run"
_DATABASE = ("--db", "sqlite:///pmtrend.db")
_MARK = "THIS-IS-A-DEMO.txt"
_OURS = ("pmtrend.db*", "boards.d", "reports", _MARK)
_SOME_BOARDS_FAILED = 3  # which is part of the story


class Unusable(Exception):
    """The folder cannot be used; the text is one sentence."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(1, f"{self.prog}: {message}; see --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; returns the exit code of the first verb that failed."""
    parser = _Parser(
        prog="run demo", description="Replay twelve weeks of an invented market and report on them."
    )
    parser.add_argument(
        "--keep", action="store_true", help="go on with the store of an earlier demonstration"
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("pmtrend-demo"),
        metavar="DIR",
        help="default: pmtrend-demo",
    )
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # half of what follows is Chinese, whatever the terminal
    try:
        prepare(options.folder, keep=options.keep)
    except Unusable as problem:
        print(f"run demo: {problem}", file=sys.stderr)
        return 1
    return _show(options.folder.resolve())


def prepare(folder: Path, *, keep: bool) -> None:
    """Make the folder and lay out the boards; unless `keep`, remove what an earlier demonstration left.

    Nothing is removed from a folder that a demonstration has not marked as its own. Raises Unusable.
    """
    told = story()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _MARK).exists() and any(folder.iterdir()):
            raise Unusable(f"{folder} holds other files; give a folder that is new or empty")
        for pattern in () if keep else _OURS:
            for path in folder.glob(pattern):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (folder / _MARK).write_text(told.notice + "\n", encoding="utf-8")
        boards = folder / "boards.d"
        boards.mkdir(exist_ok=True)
        demo = Demo()
        for family in sorted({company.family for company in demo.employers} & set(FAMILIES)):
            (boards / f"{family}.toml").write_text(demo.boards(family), encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error.strerror}") from error


def _show(folder: Path) -> int:
    told = story()
    week = told.label(told.weeks - 1)
    print(f"{told.notice}\n\n$ cd {shlex.quote(str(folder))}", flush=True)
    for verb, forgiven in (
        (("replay", str(ARCHIVE)), _SOME_BOARDS_FAILED),
        (("report", "--week", week, "--out", "reports"), 0),
        (("status",), 0),
    ):
        code = _run(verb, folder)
        if code not in (0, forgiven):
            return code
    reports = folder / "reports" / week
    for lang in ("en", "zh"):
        print(f"\n{'─' * 72}\n{beginning((reports / f'report.{lang}.md').read_text(encoding='utf-8'))}")
    page = reports / "report.html"
    print(f"\n{'─' * 72}\nThe whole report, with charts and tables, in both languages: {page}")
    print(f"More to ask of this market:\n\n$ cd {shlex.quote(str(folder))}")
    for question in (
        ("choose", "--pm-years", "5", "--ai-years", "0", "--skill", "sql", "--week", week),
        ("find", "RAG 金融", "--open"),
    ):
        print(f"$ {shlex.join([str(_DOOR), *question])}")
    return 0


def _run(verb: Sequence[str], folder: Path) -> int:
    """Run one verb where it can see neither the user's database nor his configuration."""
    print(f"\n$ {shlex.join(['pmtrend', *_DATABASE, *verb])}", flush=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PMTREND_")}
    return subprocess.run(
        [str(PMTREND), *_DATABASE, *verb], cwd=folder, env=environment, check=False
    ).returncode


def beginning(report: str) -> str:
    """Return a markdown report up to the end of its first section."""
    lines = report.splitlines()
    headings = [number for number, line in enumerate(lines) if line.startswith("## ")]
    return "\n".join(lines[: headings[1] if len(headings) > 1 else len(lines)]).strip()


if __name__ == "__main__":
    sys.exit(main())
