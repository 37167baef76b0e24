"""The corpora of the tagger: invented cases with the reading that a careful person gives them."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from places import CORPORA, SHARED

from scraper.parsing.folding import folded
from scraper.tagging import default_tagger
from scraper.tagging.years import parse_experience
from scraper.understanding.posting import understand

RESEARCH = SHARED / "research"


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield {key: (value or "").replace("\\n", "\n") for key, value in row.items()}


def cases(name: str, key: str) -> list[Any]:
    return [pytest.param(row, id=f"{row[key][:40]!r}") for row in rows(CORPORA / name)]


def read_years(text: str, lang: str) -> list[list[Any]]:
    found = default_tagger().tag(folded(""), folded(text), lang=lang, is_pm=True).years
    return [[phrase.min, phrase.max, phrase.scope, phrase.requirement] for phrase in found]


@pytest.mark.parametrize("row", cases("years.tsv", "text"))
def test_years(row: dict[str, str]) -> None:
    expected = json.loads(row["expected"])
    if row["source"] == "field":
        found = parse_experience(row["text"])
        assert (None if found is None else list(found)) == expected, row["note"]
    else:
        assert read_years(row["text"], row["lang"]) == expected, row["note"]


@pytest.mark.parametrize("row", cases("roles.tsv", "title"))
def test_roles(row: dict[str, str]) -> None:
    understanding = understand(row["title"], row["body"])
    assert understanding.tagging.role == row["expected"], (row["why"], understanding.detail.verdict)


def tags_of(text: str) -> dict[str, str]:
    found = default_tagger().tag(folded(""), folded(text), lang="zh", is_pm=True).tags
    return {name: tag.requirement for tag in found for name in (tag.id, tag.fine)}


@pytest.mark.parametrize("row", [*cases("tags.tsv", "text"), *cases("negation.tsv", "text")])
def test_tags(row: dict[str, str]) -> None:
    tags = tags_of(row["text"])
    for wanted in row["expected"].split():
        if wanted.startswith("!"):
            assert wanted[1:] not in tags, row["note"]
        else:
            tag, requirement = wanted.split(":")
            assert tags.get(tag) == requirement, (row["note"], tags)


@pytest.mark.parametrize("row", cases("education.tsv", "text"))
def test_education(row: dict[str, str]) -> None:
    found = default_tagger().tag(folded(""), folded(row["text"]), lang="zh", is_pm=True).education
    assert (f"{found.min} {found.requirement}" if found else "null") == row["expected"], row["note"]


@pytest.mark.parametrize("line", (CORPORA / "zones.jsonl").read_text(encoding="utf-8").splitlines())
def test_zones(line: str) -> None:
    case = json.loads(line)
    text = case["text"]
    sentences = default_tagger().tag(folded(""), folded(text), lang="zh", is_pm=True).sentences
    for snippet, zone in case["zones"].items():
        at = text.index(snippet)
        assert [s.zone for s in sentences if s.start <= at < s.end] == [zone], snippet


def test_the_phrases_of_the_research_on_years() -> None:
    path = RESEARCH / "years_phrases.tsv"
    if not path.exists():
        pytest.skip("the research folder is not beside the checkout")
    for row in rows(path):
        expected = json.loads(row["expected_json"])
        if row["source"] == "field":
            assert parse_experience(row["text"]) == (expected[0]["min"], expected[0]["max"]), row["text"]
            continue
        wanted = [[case["min"], case["max"], case["scope"], case["mod"]] for case in expected]
        assert read_years(row["text"], row["lang"]) == wanted, row["text"]


def test_the_cases_of_the_research_on_roles() -> None:
    path = RESEARCH / "role_cases.tsv"
    if not path.exists():
        pytest.skip("the research folder is not beside the checkout")
    for row in rows(path):
        assert understand(row["title"], row["body"]).tagging.role == row["expected_class"], row["title"]
