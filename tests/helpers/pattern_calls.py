"""Where the program makes regular expressions, and what is asked of each: a search, or a match at a place."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from places import ROOT, SHIPPED

BOUNDED: dict[str, tuple[int, str, int]] = {
    "reports/wording/words.py": (500, "if len(cleaned) > _LONGEST_REASON:", 66),
    "scraper/parsing/dates.py": (100, "fold(raw[:100])", 1),
    "scraper/parsing/watermarks.py": (8, "text[max(0, match.start(2) - 8) : match.start(2)]", 1),
    "scraper/following/naming.py": (300, "_PARTED.split(title[:300])", 2),
    "scraper/normalizing/companies.py": (300, "fold(name[:_LONGEST])", 3),
    "scraper/normalizing/extras.py": (110, "money.low[max(0, word.start - _AROUND) : word.start]", 2),
    "scraper/normalizing/places.py": (300, "title = title[:_LONGEST_TITLE]", 1),
    "scraper/normalizing/titles.py": (300, "_is_pm_title(title[:LONGEST_TITLE])", 8),
    "scraper/sources/parts/hn_advert.py": (400, "if len(segment) > _LONGEST_HEADER:", 4),
    "scraper/tagging/masking.py": (200, "if len(company) > _LONGEST_NAME:", 1),
    "scraper/tagging/objects.py": (120, 'limit = found.end(), found.end() + _LONGEST["en"]', 1),
}
"""Files with patterns that are not linear: what they read at most, where it is cut, how many there are."""
_CALLS = {"compile", "sub", "subn", "search", "match", "fullmatch", "findall", "finditer", "split"}


class Pattern(NamedTuple):
    """A pattern that was compiled: where, its text and flags (ASCII: also of one for bytes)."""

    file: str
    line: int
    text: str
    flags: int


class Call(NamedTuple):
    """A call of `re`: where it stands, its pattern if that is written there, and what is asked of it."""

    file: str
    first: int
    last: int
    text: str | None
    asked: frozenset[str]


@cache
def collected() -> list[Pattern]:
    """Return every pattern that is compiled when all modules are imported and texts are read."""
    command = [sys.executable, str(Path(__file__).with_name("compiled_patterns.py"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return [Pattern(*json.loads(line)) for line in done.stdout.splitlines()]


@cache
def calls() -> list[Call]:
    """Return every call of `re` in the program. A pattern that is passed on is asked "?"."""
    found: list[Call] = []
    named: dict[tuple[str, str], list[int]] = {}
    uses: dict[tuple[str, str], set[str]] = {}
    for path in _files():
        file = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = file.removesuffix(".py").replace("/", ".")
        nodes = list(ast.walk(tree))
        parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
        imported = {
            name.asname or name.name: (node.module or "", name.name)
            for node in nodes
            if isinstance(node, ast.ImportFrom)
            for name in node.names
        }
        for node in nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                above = parents[node]
                use = above.attr if isinstance(above, ast.Attribute) else "?"
                uses.setdefault(imported.get(node.id, (module, node.id)), set()).add(use)
            if isinstance(node, ast.Call) and _is_of_re(node.func):
                assert isinstance(node.func, ast.Attribute)
                asked, name = _asked(node, node.func.attr, parents)
                if name:
                    named.setdefault((module, name), []).append(len(found))
                last = node.end_lineno or node.lineno
                found.append(Call(file, node.lineno, last, _written(node.args[0]), asked))
    for key, places in named.items():
        for place in places:
            found[place] = found[place]._replace(asked=frozenset(uses.get(key, ())))
    return found


def how(pattern: Pattern) -> str:
    """Return what is asked of a pattern: "search" if it is not known to be less, "match" or "fullmatch"."""
    asked: set[str] = set()
    for call in calls():
        if call.file == pattern.file and call.first <= pattern.line <= call.last:
            asked |= call.asked
    if not asked or not asked <= {"match", "fullmatch", "pattern"}:
        return "search"
    return "match" if "match" in asked else "fullmatch"


def _files() -> Iterator[Path]:
    for room in SHIPPED:
        path = ROOT / room
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _written(pattern: ast.expr) -> str | None:
    """Return the pattern that is written where it is used, one of bytes as Latin-1."""
    if not isinstance(pattern, ast.Constant) or not isinstance(pattern.value, str | bytes):
        return None
    return pattern.value if isinstance(pattern.value, str) else pattern.value.decode("latin-1")


def _is_of_re(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and getattr(func.value, "id", "") == "re" and func.attr in _CALLS


def _asked(node: ast.Call, call: str, parents: dict[ast.AST, ast.AST]) -> tuple[frozenset[str], str]:
    """Return what is asked where the call stands, and the name under which a module keeps the pattern."""
    if call != "compile":
        return frozenset([call]), ""
    above = parents[node]
    if isinstance(above, ast.Attribute):
        return frozenset([above.attr]), ""
    if isinstance(above, ast.Assign | ast.AnnAssign) and isinstance(parents[above], ast.Module):
        target = above.targets[0] if isinstance(above, ast.Assign) else above.target
        if isinstance(target, ast.Name):
            return frozenset(), target.id
    return frozenset("?"), ""
