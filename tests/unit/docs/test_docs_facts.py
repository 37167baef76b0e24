"""What the documentation states besides commands: stored columns, JSON keys, limits, links, addresses."""

import importlib
import json
import re
import tomllib
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from docs_pages import TEXTS, chapter, rows
from places import ROOT

from scraper.boards import load_boards
from scraper.config import Settings
from scraper.sources import FAMILIES
from scraper.understanding.answering import tag_lines
from storage.tables import Base

# ------------------------------------------------------------------ DATA.md


def test_every_table_is_described() -> None:
    text = chapter("docs/DATA.md", "## The stored tables")
    assert set(re.findall(r"^### `(\w+)`$", text, re.MULTILINE)) == set(Base.metadata.tables)


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_column_is_described(table: str) -> None:
    described = rows(chapter("docs/DATA.md", f"### `{table}`"))
    columns = Base.metadata.tables[table].columns
    assert [row[0].strip("`") for row in described] == list(columns.keys())
    for name, meaning in described:
        column = columns[name.strip("`")]
        assert meaning.startswith("(key)") == column.primary_key, column
        for reference in column.foreign_keys:
            assert f"→ `{reference.column.table.name}`" in meaning, column


POSTING = {
    "id": 1,
    "title": "AI Product Manager",
    "format": "html",
    "description": "<p>Requirements:</p><ul><li>5+ years of product management, 2+ years of machine learning"
    "</li><li>Bachelor's degree</li></ul><p>Pay: $150,000 - $180,000 a year. Remote (US).</p>",
}


def test_the_keys_of_a_tagging_are_listed() -> None:
    (line,) = tag_lines([json.dumps(POSTING)])
    tagging = json.loads(line)
    keys = [
        f"{name}.{inner}" if name in ("role", "years") else name
        for name, value in tagging.items()
        for inner in (value if name in ("role", "years") else ("",))
    ]
    described = {row[0].strip("`"): row[1] for row in rows(_out())}
    assert list(described) == keys
    for name in ("education", "salary", "tags"):
        value = tagging[name][0] if name == "tags" else tagging[name]
        told = described[name] + "`quote` `field` `start` `end`"
        assert all(f"`{inner}`" in told for inner in value), name
    assert all(f"`{inner}`" in described["years.total"] for inner in ("min", "max", "requirement"))


def _out() -> str:
    text = chapter("docs/DATA.md", "## `pmtrend tag --jsonl`")
    return text[text.index("\nOut:\n") :]


def test_the_configuration_is_described() -> None:
    entries = dict(Settings.model_fields)
    described = rows(chapter("docs/DATA.md", "## `pmtrend.toml`"))
    sections = ("schedule", "delivery", "report")
    inner = [f"{name}.{entry}" for name in sections for entry in type(getattr(Settings(), name)).model_fields]
    known = [name for name in entries if name not in ("home", "source", *sections)]
    assert [row[0].strip("`") for row in described] == [*known, *inner]
    defaults = {row[0].strip("`"): row[2].strip("`") for row in described}
    for name in ("database", "archive", "reports"):
        assert defaults[name] == str(getattr(Settings(), name))
    assert defaults["schedule.weekly"] == Settings().schedule.weekly
    for service in ("feishu", "dingtalk", "wecom", "slack"):
        assert defaults[f"delivery.{service}"] == getattr(Settings().delivery, service)


# ------------------------------------------------------------------ METHOD.md

LIMITS = rows(chapter("docs/METHOD.md", "## Every limit"))


@pytest.mark.parametrize(("meaning", "value", "place"), LIMITS, ids=[row[2].strip("`") for row in LIMITS])
def test_limits_are_those_of_the_code(meaning: str, value: str, place: str) -> None:
    name = place.strip("`")
    if name.startswith("roles.toml "):
        table = tomllib.loads((files("scraper.tagging") / "roles.toml").read_text(encoding="utf-8"))
        section, key = name.split()[1].split(".")
        found = table[section][key]
    else:
        module, _, attribute = name.rpartition(".")
        found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, timedelta):
        found = found / (timedelta(hours=1) if "hours" in meaning else timedelta(days=1))
    assert float(value) == pytest.approx(found)


def test_no_limit_of_the_role_class_is_left_out() -> None:
    table = tomllib.loads((files("scraper.tagging") / "roles.toml").read_text(encoding="utf-8"))
    named = {place.strip("`").removeprefix("roles.toml ") for _, _, place in LIMITS}
    for section in ("core", "zone_weight", "axis"):
        assert {f"{section}.{key}" for key in table[section]} <= named


# ------------------------------------------------------------------ SOURCES.md


def test_every_family_has_its_row_in_the_table_of_sources() -> None:
    described = {row[0]: row[-1] for row in rows(TEXTS["docs/SOURCES.md"])}
    assert set(described) == set(FAMILIES)
    boards = load_boards(Path("no boards of our own"))
    for family, told in described.items():
        count = sum(board.family == family for board in boards)
        least = int(told.removesuffix("+"))
        assert count >= least if told.endswith("+") else count == least, family


# ------------------------------------------------------------------ links, addresses, paths


def _anchors(text: str) -> set[str]:
    """The anchors that a page gets from its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


LINKS = [
    (name, target)
    for name, text in TEXTS.items()
    for target in re.findall(r"\]\(([^()\s]+)\)", re.sub(r"`[^`\n]*`", "", text))
    if "://" not in target
]


@pytest.mark.parametrize(("file", "target"), LINKS)
def test_links_lead_somewhere(file: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    page = (ROOT / file).parent / path if path else ROOT / file
    assert page.exists()
    if anchor:
        assert anchor in _anchors(page.read_text(encoding="utf-8"))


def test_the_two_readmes_name_each_other() -> None:
    assert "](README.zh.md)" in TEXTS["README.md"] and "](README.md)" in TEXTS["README.zh.md"]


def test_every_picture_is_shown() -> None:
    shown = {Path(target).name for _, target in LINKS if target.endswith(".svg")}
    assert {path.name for path in (ROOT / "docs" / "images").iterdir()} == shown


HOSTS = {"semver.org", "api.example.org"}


def test_only_known_hosts_are_named() -> None:
    """Hosts of boards, and examples; nobody is sent anywhere else."""
    sources = (ROOT / "scraper" / "sources").rglob("*.py")
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    for name, text in TEXTS.items():
        for url in re.findall(r"https?://[^\s)`\"'|]+", text):
            host = urlsplit(url).hostname or ""
            assert host in HOSTS or host in code, f"{name}: {url}"


def test_no_path_of_a_machine_is_named() -> None:
    for name, text in TEXTS.items():
        prose = re.sub(r"https?://\S+", "", text)
        absolute = re.findall(r"(?<![\w./~*)\]}:>…])/[a-z][\w.-]*/[\w./-]*", prose)
        assert not [path for path in absolute if not path.startswith("/home/me/")], name
        assert str(ROOT) not in text and str(Path.home()) not in text.replace("/home/me", ""), name


def test_the_numbers_of_sources_and_boards_are_those_of_this_release() -> None:
    boards, families = len(load_boards()), len(FAMILIES)
    for name in ("README.md", "README.zh.md", "docs/SOURCES.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        said = [int(number) for number in re.findall(r"(\d+) (?:boards (?:of|are)|个招聘页（腾讯)", text)]
        said += [int(number) for number in re.findall(r"sources, (\d+) boards", text)]
        assert said == [boards] or (name == "README.zh.md" and set(said) <= {boards}), name
        kinds = re.findall(r"(\d+) (?:kinds of sources|类来源|families of sources)", text)
        assert {int(number) for number in kinds} <= {families}, name


NAMED_BENCHMARKS = sorted(
    {name for text in TEXTS.values() for name in re.findall(r"run bench ([a-z]\w*)", text)}
)


@pytest.mark.parametrize("name", NAMED_BENCHMARKS)
def test_benchmarks_that_are_named_can_be_run(name: str) -> None:
    text = (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
    assert '\nif __name__ == "__main__":\n' in text
