"""The table of faults: all 45 are there, and every test that it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "FAULTS.md").read_text(encoding="utf-8")
ROWS = {int(row[1]): row[0] for row in re.finditer(r"^\| (\d+) \|.*$", PAGE, re.MULTILINE)}
TESTS = {
    f"{path.name}::{node.name}"
    for folder in ("unit", "faults", "torture")
    for path in (ROOT / "tests" / folder).glob("test_*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}


def test_every_fault_has_a_row() -> None:
    assert sorted(ROWS) == list(range(1, 46))


@pytest.mark.parametrize("number", sorted(ROWS))
def test_a_fault_is_told_and_tested(number: int) -> None:
    _, fault, behaviour, tests = (cell.strip() for cell in re.split(r"(?<!\\)\|", ROWS[number])[1:5])
    named = re.findall(r"`([^`]+)`", tests)
    assert fault and behaviour and named
    assert re.sub(r"`[^`]+`", "", tests).strip(", ") == ""
    assert set(named) <= TESTS
