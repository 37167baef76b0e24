"""docs/SECURITY.md: every attack has tests that exist; and two rules on the code that it states."""

import ast
import re
from collections.abc import Iterator

import pytest
from docs_pages import TEXTS, known_tests
from places import ROOT

from scraper.bounds import MAX_KEPT, MAX_READ
from scraper.fetching import warcfile
from scraper.fetching.body import MAX_BODY
from scraper.importing import tables
from scraper.looking import gathering
from scraper.normalizing import companies

PAGE = TEXTS["docs/SECURITY.md"]
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| ") and "test_" in line
]
NAMED = sorted(set(re.findall(r"`(test_\w+\.py::test_\w+)`", PAGE)))


def test_every_test_that_is_named_exists() -> None:
    assert set(NAMED) - known_tests() == set()
    assert len(NAMED) > 60


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_every_attack_has_an_answer_and_a_test(row: list[str]) -> None:
    attack, answer, tests = row
    assert attack and answer
    assert re.sub(r"`test_\w+\.py::test_\w+`", "", tests).strip(", ") == ""


@pytest.mark.parametrize(
    "word",
    [
        *(
            "SSRF",
            "DNS",
            "redirect",
            "gzip",
            "XXE",
            "ReDoS",
            "WARC",
            "workbook",
            "terminal",
            "log",
            "markdown",
        ),
        *("HTML", "CSV", "SVG", "Atom", "templates", "paths", "SQL", "webhooks", "links", "TOML", "TLS"),
    ],
)
def test_the_page_speaks_of(word: str) -> None:
    assert any(word in cell for row in ROWS for cell in row[:1]), word


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        path = ROOT / room
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def test_the_figures_are_those_of_the_code() -> None:
    text = " ".join(PAGE.split())
    assert f"{MAX_READ:,} characters are read" in text and f"employer's name {companies._LONGEST}" in text
    assert "24 MB inflated" in text and MAX_BODY == 24 * 2**20
    assert "headers end at 256 KB" in text and warcfile._LONGEST_HEADERS == 2**18
    assert "512 MB unpacked, 33 million cells" in text and tables._MOST_UNPACKED == 2**29
    assert tables._MOST_CELLS // 10**6 == 33
    assert "200 pages" in text and gathering._MAX_PAGES == 200
    assert "12 MB kept" in text and MAX_KEPT == 12 * 2**20


EXECUTE = {"text", "exec_driver_sql", "literal_column", "execute", "executescript", "executemany", "DDL"}
OURS = {
    "'quick' if quick else 'integrity'",
    "connection.dialect.identifier_preparer.quote(table.name)",
    "lock",
    "seconds * 1000",
    "pragma",
}
"""What stands in statements besides constants: words of our own, numbers, quoted names of our tables."""


def test_no_statement_is_made_of_text() -> None:
    """Values are bound. What is put into a statement is a constant of the module, or one of OURS."""
    found = []
    for file, module in modules("storage"):
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).split(".")[-1] in EXECUTE:
                said = node.args[0]
                if isinstance(said, ast.BinOp) or (
                    isinstance(said, ast.Call) and "format" in ast.unparse(said.func)
                ):
                    found.append(f"{file}:{node.lineno} {ast.unparse(said)}")
                if isinstance(said, ast.JoinedStr):
                    parts = [
                        ast.unparse(one.value) for one in said.values if isinstance(one, ast.FormattedValue)
                    ]
                    found += [
                        f"{file}:{node.lineno} {one}"
                        for one in parts
                        if one not in OURS and not _constant(one)
                    ]
    assert found == []


def _constant(name: str) -> bool:
    return re.fullmatch(r"_?[A-Z][A-Z0-9_]*", name) is not None


MAKING = {"eval", "exec", "pickle", "marshal", "shelve", "yaml", "dill", "cloudpickle", "__import__"}


def test_nothing_from_outside_is_made_into_objects() -> None:
    """No code and no pickle is read; only workers of our own and their parent send objects."""
    found = []
    for file, module in modules("pmtrend.py", "commands", "scraper", "storage", "reports"):
        for node in ast.walk(module):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                found += [
                    f"{file}:{node.lineno} {name}" for name in names if name.partition(".")[0] in MAKING
                ]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKING:
                found.append(f"{file}:{node.lineno} {node.func.id}")
            elif isinstance(node, ast.keyword) and node.arg == "shell":
                found.append(f"{file}:{node.lineno} shell")
    assert found == []
