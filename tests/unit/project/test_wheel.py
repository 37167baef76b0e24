"""The wheel: what it holds, and that it works where there is no checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from places import ROOT

from scraper.boards import load_boards

PACKAGES = ("commands", "scraper", "storage", "reports", "migrations")
Program = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without isolation and so without a network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def held(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_holds_our_packages_and_nothing_else_at_the_top(held: set[str]) -> None:
    top = {entry.partition("/")[0] for entry in held}
    (info,) = {entry for entry in top if entry.endswith(".dist-info")}
    assert top == {"pmtrend.py", *PACKAGES, info}, "no tests, no demo, no benchmarks"


def test_it_holds_every_file_of_the_packages(held: set[str]) -> None:
    present = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    ours = {entry for entry in held if entry.partition("/")[0] in PACKAGES}
    assert ours == present


def test_it_holds_the_data_that_the_program_reads(held: set[str]) -> None:
    """By name, in case a folder is moved and the comparison above moves with it."""
    assert {
        "migrations/env.py",
        "migrations/script.py.mako",
        "migrations/versions/0001_first_schema.py",
        "migrations/versions/0002_steady_collecting.py",
        "migrations/versions/0004_vintages.py",
        "reports/document/published.toml",
        "reports/wording/messages/en/weekly.toml",
        "reports/wording/messages/zh/weekly.toml",
        "reports/rendering/templates/weekly.md.j2",
        "scraper/boards/greenhouse.toml",
        "scraper/importing/answers.toml",
        "scraper/importing/columns.toml",
        "scraper/importing/pages.toml",
        "scraper/parsing/watermarks.toml",
        "scraper/tagging/taxonomy.toml",
    } <= held


def test_its_console_script_is_pmtrend(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (entry for entry in archive.namelist() if entry.endswith("/entry_points.txt"))
        assert archive.read(name).decode().split() == ["[console_scripts]", "pmtrend", "=", "pmtrend:main"]


# ------------------------------------------------------------------ installed elsewhere


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """`pmtrend` from the wheel, in an environment of its own that sees our dependencies but not the checkout.

    Paths in a .pth file are added as they are: the editable installation that lies there is not followed.
    """
    folder = tmp_path_factory.mktemp("in stalled")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    base = {"base": str(folder / "venv"), "platbase": str(folder / "venv")}
    modules = Path(sysconfig.get_path("purelib", "venv", base))
    (modules / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run(
        [*pip, "--no-index", "--no-deps", "--ignore-installed", wheel],
        check=True,
        env=os.environ | {"PIP_CONFIG_FILE": os.devnull},
    )
    found = subprocess.run(
        [
            python,
            "-c",
            f"import {', '.join(PACKAGES)}, pmtrend\nprint(pmtrend.__file__)",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(found.stdout.strip()).parent == modules, "it is not the checkout that is imported"

    def run(*arguments: str, cwd: Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PMTREND", "PYTHON"))}
        ran = subprocess.run(
            [folder / "venv" / "bin" / "pmtrend", *arguments],
            cwd=cwd,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        assert ran.returncode == 0, ran.stderr
        return ran

    return run


def test_its_version_is_the_one_of_the_checkout(program: Program, tmp_path: Path) -> None:
    version: dict[str, str] = {}
    exec((ROOT / "storage" / "version.py").read_text(encoding="utf-8"), version)
    assert program("--version", cwd=tmp_path).stdout == f"pmtrend, version {version['__version__']}\n"


def test_it_finds_its_migrations(program: Program, tmp_path: Path) -> None:
    program("db", "upgrade", cwd=tmp_path)
    assert (tmp_path / "pmtrend.db").read_bytes().startswith(b"SQLite format 3\0")
    assert program("db", "check", cwd=tmp_path).stdout == "ok\n"


def test_it_finds_its_boards(program: Program, tmp_path: Path) -> None:
    rows = [row.split("\t") for row in program("boards", "list", cwd=tmp_path).stdout.splitlines()]
    assert len(rows) == len(load_boards())
    assert {len(row) for row in rows} == {6}


def test_it_finds_its_vocabulary(program: Program, tmp_path: Path) -> None:
    posting = {"id": "1", "title": "AIGC产品经理", "description": "任职要求：\n1、熟悉大模型与RAG。\n"}
    out = program("tag", "--jsonl", cwd=tmp_path, stdin=json.dumps(posting, ensure_ascii=False) + "\n").stdout
    (line,) = out.splitlines()
    tagged = json.loads(line)
    assert tagged["role"]["class"] == "aigc_pm"
    assert {"llm", "rag"} <= {tag["id"] for tag in tagged["tags"]}


def test_it_finds_its_templates(program: Program, tmp_path: Path) -> None:
    program("report", "--week", "2026-W40", cwd=tmp_path)
    week = tmp_path / "pmtrend-reports" / "2026-W40"
    assert {"report.en.md", "report.zh.md", "report.json"} <= {path.name for path in week.iterdir()}


def test_an_empty_store_has_a_status(program: Program, tmp_path: Path) -> None:
    status = json.loads(program("status", "--json", cwd=tmp_path).stdout)
    assert status["boards"] == dict.fromkeys(
        ("complete", "partial", "refused", "missing", "failed", "suspect"), 0
    )
    assert status["postings"]["total"] == 0 and status["last_run"] is None
