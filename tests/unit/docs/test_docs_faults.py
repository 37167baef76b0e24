"""The table of faults: all 45 are there, and every test that it names exists."""

import re

import pytest
from docs_pages import known_tests
from places import ROOT

PAGE = (ROOT / "docs" / "FAULTS.md").read_text(encoding="utf-8")
ROWS = {int(row[1]): row[0] for row in re.finditer(r"^\| (\d+) \|.*$", PAGE, re.MULTILINE)}


def test_every_fault_has_a_row() -> None:
    assert sorted(ROWS) == list(range(1, 46))


@pytest.mark.parametrize("number", sorted(ROWS))
def test_a_fault_is_told_and_tested(number: int) -> None:
    _, fault, behaviour, tests = (cell.strip() for cell in re.split(r"(?<!\\)\|", ROWS[number])[1:5])
    named = re.findall(r"`([^`]+)`", tests)
    assert fault and behaviour and named
    assert re.sub(r"`[^`]+`", "", tests).strip(", ") == ""
    assert set(named) <= known_tests()
