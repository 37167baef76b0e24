"""What changes the understanding of texts moves the hash of the taxonomy, so that stores are asked to retag.

The tables are hashed by what they say. The rules that are code have a version, RULES_VERSION: here each
module is compared, by its syntax tree without docstrings, with what it was when the version was last set.

A module changed: if any text may now be understood otherwise, raise RULES_VERSION in
scraper/tagging/tables.py; then write the new record with `python tests/unit/tagging/test_tagging_rules.py`.
"""

import ast
import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scraper.tagging import tables

ROOT = Path(__file__).resolve().parents[3]
RECORD = ROOT / "tests" / "corpora" / "rules.json"
NORMALIZING = (
    *("compensation", "extras", "money", "money_context", "money_words", "salary", "scanning"),
    *("text", "titles", "workplace", "workplace_words"),
)
# What decides a Tagging: this room, and the readings that understanding/posting.py adds to it.
MODULES = sorted(
    str(path.relative_to(ROOT).as_posix())
    for path in (
        *(ROOT / "scraper" / "tagging").glob("*.py"),
        *(ROOT / "scraper" / "normalizing" / f"{name}.py" for name in NORMALIZING),
        ROOT / "scraper" / "parsing" / "folding.py",
        ROOT / "scraper" / "understanding" / "posting.py",
    )
)


def meaning(source: str) -> str:
    """Return a digest of `source` that comments, layout and docstrings do not move."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            # A string that stands alone does nothing, wherever it stands.
            node.body = [
                one
                for one in node.body
                if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16]


def now() -> dict[str, Any]:
    digests = {name: meaning((ROOT / name).read_text(encoding="utf-8")) for name in MODULES}
    digests["scraper/tagging/tables.py"] = "holds the version"
    return {
        "python": list(sys.version_info[:2]),
        "rules_version": tables.RULES_VERSION,
        "modules": digests,
    }


def test_no_rule_changed_behind_the_back_of_its_version() -> None:
    record, found = json.loads(RECORD.read_text(encoding="utf-8")), now()
    if record["python"] != found["python"]:
        pytest.skip("syntax trees differ between versions of Python; the record is of another one")
    names = {*record["modules"], *found["modules"]}
    changed = sorted(name for name in names if record["modules"].get(name) != found["modules"].get(name))
    assert not changed, "see the head of this file"
    assert record["rules_version"] == found["rules_version"], "the record is of another version"


def test_comments_layout_and_docstrings_are_no_change_but_a_rule_is() -> None:
    one = 'def f(x):\n    """Say."""\n    return x + 1  # why\n'
    same = 'def f(\n    x,\n):\n    """Say it better."""\n\n    return (x + 1)\n'
    assert meaning(one) == meaning(same)
    assert meaning(one) != meaning(one.replace("+ 1", "+ 2"))


def fingerprint_with(monkeypatch: pytest.MonkeyPatch, **values: Any) -> str:
    for name, value in values.items():
        monkeypatch.setattr(tables, name, value)
    found = tables.fingerprint.__wrapped__()
    monkeypatch.undo()
    return found


def test_the_hash_follows_the_tables_and_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before, load = tables.fingerprint(), tables.load
    assert fingerprint_with(monkeypatch) == before
    assert fingerprint_with(monkeypatch, RULES_VERSION=tables.RULES_VERSION + 1) != before
    for changed in tables.TABLES:
        table = {**load(changed), "one more": ["word"]}
        found = fingerprint_with(
            monkeypatch, load=lambda name, at=changed, new=table: new if name == at else load(name)
        )
        assert found != before, changed


def test_every_table_is_hashed_by_what_it_says() -> None:
    room = ROOT / "scraper" / "tagging"
    assert set(tables.TABLES) == {path.stem for path in room.glob("*.toml")}
    for name in tables.TABLES:
        text = (room / f"{name}.toml").read_text(encoding="utf-8")
        assert tomllib.loads("# another comment\n\n" + text) == tables.load(name)


if __name__ == "__main__":
    RECORD.write_text(json.dumps(now(), indent=1) + "\n", encoding="utf-8")
