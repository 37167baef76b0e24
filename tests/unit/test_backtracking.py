"""No regular expression of the program takes exponential time (ReDoS, CWE-1333): see backtracking.py."""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from backtracking import Automaton, may_repeat_itself

from scraper.importing.values import plain
from scraper.normalizing.companies import company_key, is_anonymous
from scraper.tagging.masking import employer_names

ROOT = Path(__file__).resolve().parents[2]
CALLS = {"compile", "sub", "subn", "search", "match", "fullmatch", "findall", "finditer", "split"}
BOUNDED = {"scraper/tagging/objects.py": "_LONGEST"}
"""Where a loop reads words in two ways, and the name of the bound of the letters that it is given."""
ELSEWHERE = {
    "scraper/fetching/redaction.py": "the families' patterns of tokens, compiled where they are declared",
    "scraper/vocabulary/candidates.py": "words of a text, escaped, as one alternative",
    "reports/words.py": "recorded sentences, escaped",
    "storage/searching/query.py": "words that the user looks for, escaped",
}
"""Files with calls whose pattern is made of data that the collecting run does not have."""


@cache
def collected() -> list[tuple[str, int, str, int]]:
    command = [sys.executable, Path(__file__).with_name("compiled_patterns.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def calls() -> list[tuple[str, int, int, str | None]]:
    """Every call of `re` in the program: file, first and last line, its pattern if that is written there."""
    found = []
    for place in ("pmtrend.py", "commands", "scraper", "storage", "reports"):
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and getattr(node.func.value, "id", "") == "re"
                    and node.func.attr in CALLS
                ):
                    text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
                    text = text.decode("latin-1") if isinstance(text, bytes) else text
                    name = file.relative_to(ROOT).as_posix()
                    found.append((name, node.lineno, node.end_lineno or node.lineno, text))
    return found


def test_every_call_of_re_is_looked_at() -> None:
    """Either its pattern is written there, or the collecting run has come by."""
    seen = {(file, line) for file, line, _, _ in collected()}
    missed = [
        f"{file}:{first}"
        for file, first, last, text in calls()
        if text is None
        and file not in ELSEWHERE
        and not any((file, line) in seen for line in range(first, last + 1))
    ]
    assert missed == []
    assert len(collected()) > 400


def patterns() -> list[tuple[str, str, int]]:
    known = {(file, text): flags for file, _, text, flags in collected()}
    for file, _, _, text in calls():
        if text is not None:
            known.setdefault((file, text), 0)
    return [(file, text, flags) for (file, text), flags in known.items()]


def test_no_pattern_reads_a_text_in_exponentially_many_ways() -> None:
    found = {
        f"{file}: {text}": told
        for file, text, flags in patterns()
        if may_repeat_itself(text, flags) and (told := list(Automaton(text, flags).exponentials()))
    }
    assert {name: told for name, told in found.items() if name.split(":")[0] not in BOUNDED} == {}


@pytest.mark.parametrize(("file", "name"), BOUNDED.items())
def test_what_reads_in_two_ways_is_given_a_bounded_text(file: str, name: str) -> None:
    assert f"{name}[" in (ROOT / file).read_text(encoding="utf-8")


# ------------------------------------------------------------------ the finding itself


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a*)*b",
        r"(?:a|ab|b)*c",
        r"(?:需要?|有|需有)*$",
        r"(?:公司|\(.*?\))+$",
        r"(?:\s*\w+\s*)*:",
        r"(?>(?:a+)+b)c",
        r"(?:x(?:a+)+y)?",
        r"(?=(?:a+)+b)",
    ],
)
def test_what_is_exponential_is_found(pattern: str) -> None:
    assert may_repeat_itself(pattern, 0)
    assert list(Automaton(pattern, 0).exponentials())


@pytest.mark.parametrize(
    "pattern",
    [
        r"a+b",
        r"(?:a|b)*c",
        r"(?:,\s*\d+)*;",
        r"(?:需要?|有)*$",
        r"(?:公司|\([^()]*\))+$",
        r"(?:a+)*+b",
        r"(?:985|211)(?:[ /]{0,3}(?:985|211))*$",
        r"(?:\\.|[^\\\"])*\"",
        r"(?:ab?)*c",
        r"(?:a+)+",
    ],
)
def test_what_is_not_is_not(pattern: str) -> None:
    assert not may_repeat_itself(pattern, 0) or not list(Automaton(pattern, 0).exponentials())


# ------------------------------------------------------------------ what was found so, and mended


def test_a_name_of_brackets_is_read_at_once() -> None:
    """Each pair of them doubled the time: a single posting of an employer called so held a run for years."""
    name = "科技" + "()" * 90 + "x"
    assert employer_names(name, frozenset())[0] == name


def test_a_torn_list_is_read_at_once() -> None:
    """Its blanks could stand in three places, so 8,000 of them took a quarter of an hour."""
    assert plain("'a'" + " " * 100_000 + "x") == "'a'" + " " * 100_000 + "x"
    assert [plain(cell) for cell in ("['a'", "'a',", "'a' , ] ,", "['a' ]")] == ["a", "a", "a", ["a"]]


def test_of_a_name_only_so_much_is_read_as_names_have() -> None:
    assert company_key("云雀" + ", " * 20_000 + "x") == company_key("云雀")
    assert is_anonymous("某知名互联网公司" + "." * 40_000)
