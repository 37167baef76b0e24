"""The house itself: who may import whom, who may ask the time, what is declared, what must not be written."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI
from places import ROOT, SHIPPED

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS = (*SHIPPED, "demo", "tests", "benchmarks")
KEPT = (*OURS, ".ci", "docs", "README.md", "pyproject.toml", "requirements.lock", "run", ".gitignore")


def files(*places: str, suffix: str = "") -> Iterator[Path]:
    """All files of these places in the checkout, without what Python leaves behind."""
    for place in places:
        path = ROOT / place
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (
            file
            for file in found
            if file.is_file() and file.name.endswith(suffix) and "__pycache__" not in file.parts
        )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of ours by its path in the checkout."""
    return {name(path): ast.parse(path.read_text(encoding="utf-8")) for path in files(*OURS, suffix=".py")}


# ------------------------------------------------------------------ imports


def test_the_import_contracts_hold() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
    contracts = len(PROJECT["tool"]["importlinter"]["contracts"])
    assert f"Contracts: {contracts} kept, 0 broken." in linted.stdout


HEAVY = {"sqlalchemy", "alembic", "numpy", "pandas", "matplotlib", "httpx", "selectolax", "babel", "tqdm"}


@pytest.mark.parametrize("words", [["--help"], ["--db", "sqlite:///none.db", "tag", "--help"]])
def test_the_door_opens_without_what_costs_to_load(words: list[str]) -> None:
    """`pmtrend --help`, `tag` and `boards list` need no database, no statistics and no network."""
    code = "import sys, pmtrend\ntry: pmtrend.main()\nfinally: print(*sys.modules)"
    call = [sys.executable, "-c", code, *words]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "commands.report" in loaded
    assert HEAVY & loaded == set()


def test_the_door_looks_for_garbage_neither_as_it_opens_nor_as_it_closes() -> None:
    """In between Python does."""
    looks = "sum(one['collections'] for one in gc.get_stats())"
    code = (
        "import atexit, gc; atexit.register(lambda: print(len(gc.get_objects()) < 1000))\n"  # runs last
        f"before = {looks}; import pmtrend; print({looks} - before < 5, gc.isenabled()); pmtrend.main()"
    )
    call = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True)
    first, _, last = done.stdout.splitlines()
    assert (first, last) == ("True True", "True")


def imported(module: ast.Module) -> set[str]:
    """Top-level names that the module imports absolutely."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def third_party(*places: str) -> set[str]:
    """What the modules below `places` import that neither Python nor we provide."""
    beside_us = {Path(path).stem for path in modules()} | {place.removesuffix(".py") for place in OURS}
    found: set[str] = set()
    for path, module in modules().items():
        if path.startswith(places):
            found |= imported(module)
    return found - set(sys.stdlib_module_names) - beside_us


def declared(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[<>=!~;\[ ]", requirement)[0]) for requirement in requirements}


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def providers(modules: set[str]) -> set[str]:
    known = packages_distributions()
    return {
        normal(known[module][0]) if module in known else f"(nothing installed gives {module})"
        for module in modules
    }


DATA_ONLY = {"tzdata"}
"""The zones for zoneinfo on systems that have none: nothing imports it by name."""
DEPENDENCIES = declared(PROJECT["project"]["dependencies"])
EXTRAS = set().union(
    *(
        declared(wanted)
        for extra, wanted in PROJECT["project"]["optional-dependencies"].items()
        if extra != "dev"
    )
)
"""What single verbs need: development has all of it."""
DEVELOPMENT = declared(PROJECT["project"]["optional-dependencies"]["dev"]) - {"pmtrend"}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    assert providers(third_party(*SHIPPED)) == (DEPENDENCIES | EXTRAS) - DATA_ONLY


TOOLS = {"import-linter", "ruff", "mypy", "hatchling", "editables", "pytest-xdist", "pip-audit"}
"""Development programs that are called, not imported."""


def test_what_the_tests_and_the_demo_import_is_declared() -> None:
    stubs = {package for package in DEVELOPMENT if package.startswith("types-") or package.endswith("-stubs")}
    runtime = DEPENDENCIES | EXTRAS
    assert providers(third_party("tests", "demo", "benchmarks")) - runtime == DEVELOPMENT - TOOLS - stubs
    assert {package.removeprefix("types-").removesuffix("-stubs") for package in stubs} <= runtime


def test_every_pin_is_hashed_and_every_declared_package_is_pinned() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(
        r"^([\w.-]+)==\S+(?: ; .*?)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", lock, re.MULTILINE
    )
    assert len(pins) == len(re.findall(r"^\S", lock, re.MULTILINE)), "a line of the lock is no hashed pin"
    wanted = DEPENDENCIES | EXTRAS | DEVELOPMENT
    assert wanted <= {normal(pin) for pin in pins}
    build = declared(PROJECT["build-system"]["requires"])
    assert build <= wanted, "the project itself is built without a network"


# ------------------------------------------------------------------ time

CLOCK = "scraper/clock.py"
ASKING = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "asctime"},
}
"""Attributes that ask what time it is. `time.monotonic` and `time.sleep` measure and wait; they may."""


def asks_the_time(module: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            owner = (
                node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            )
            if node.attr in ASKING.get(owner, ()):
                found.append(f"line {node.lineno}: {owner}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            taken = {alias.name for alias in node.names} & ASKING["time"]
            found += [f"line {node.lineno}: from time import {name}" for name in sorted(taken)]
    return found


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("import datetime\ndatetime.datetime.now()", 1),
        ("from datetime import datetime\nclock = datetime.utcnow", 1),
        ("from datetime import date\ndate.today()", 1),
        ("import time\ntime.time(); time.monotonic(); time.sleep(1)", 1),
        ("from time import time, sleep", 1),
        ("from scraper.clock import utcnow\nutcnow()", 0),
        ("now = run.started.time()", 0),
    ],
)
def test_the_scan_sees_who_asks_the_time(text: str, times: int) -> None:
    assert len(asks_the_time(ast.parse(text))) == times


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = {path: found for path, module in modules().items() if (found := asks_the_time(module))}
    assert CLOCK in asking, "the scan itself is broken"
    assert {path: found for path, found in asking.items() if path.startswith(SHIPPED) and path != CLOCK} == {}


# ------------------------------------------------------------------ what is written nowhere

# pip knows the hosts, so that they need not be written here; brackets keep this file from being a finding.
UNWANTED = {
    "the host of a package registry": "|".join(map(re.escape, (PyPI.netloc, PyPI.file_storage_domain))),
    "a path of one machine": r"(?<![\w.$}])/(?:[r]oot|[U]sers|[w]ork)/\w|" + re.escape(str(ROOT)),
    "a mark of a merge": r"^(?:<{7}|>{7}|={7})(?: |$)",
}


def texts() -> Iterator[tuple[str, str]]:
    for path in files(*KEPT):
        try:
            yield name(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # archives, pictures, and tables in other encodings


@pytest.mark.parametrize("what", sorted(UNWANTED))
def test_texts_do_not_hold(what: str) -> None:
    pattern = re.compile(UNWANTED[what], re.MULTILINE)
    found = [f"{file}: {match.group()!r}" for file, text in texts() if (match := pattern.search(text))]
    assert found == []


def test_no_module_of_the_program_is_too_long_to_be_read() -> None:
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: n for path, n in lengths.items() if path.startswith(SHIPPED) and n > 400} == {}
