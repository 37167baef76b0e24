"""What is asked besides tags, years and degree: cases with traps, quotes that are slices, any text."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import CORPORA

from scraper.tagging.asked import AskedFacts
from scraper.tagging.tables import load
from scraper.understanding.posting import understand
from storage.records import Asked

CORPUS = CORPORA / "facts.jsonl"
CASES = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]

HEADINGS = {
    "zh": {
        "required": "任职要求：",
        "preferred": "加分项：",
        "duties": "岗位职责：",
        "benefits": "福利待遇：",
        "company": "公司介绍：",
    },
    "en": {
        "required": "Requirements",
        "preferred": "Nice to have",
        "duties": "Responsibilities",
        "benefits": "Benefits",
        "company": "About us",
    },
}


def asked_in(case: dict[str, Any]) -> tuple[AskedFacts, str, str]:
    """Return what is found in the posting around a case, and its title and text."""
    language = case["id"][:2]
    title = case.get("title", "产品经理" if language == "zh" else "Product Manager")
    text = f"{HEADINGS[language][case['section']]}\n{case['text']}\n"
    return understand(title, text).detail.facts.asked, title, text


def levels(family: tuple[Asked, ...]) -> dict[str, list[str | None]]:
    return {asked.id: [asked.requirement, asked.level] for asked in family}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_case(case: dict[str, Any]) -> None:
    asked, _, _ = asked_in(case)
    want = case["want"]
    assert {one.id: one.requirement for one in asked.industries} == want.get("industries", {})
    assert levels(asked.languages) == want.get("languages", {})
    assert levels(asked.degree_specials) == want.get("degree_specials", {})
    assert sorted(one.id for one in asked.visa) == want.get("visa", [])
    travel = asked.travel
    assert (travel is not None) == ("travel" in want)
    if travel is not None:
        said = want["travel"]
        assert [travel.percent_min, travel.percent_max] == said.get("percent", [None, None])
        assert travel.times_a_year == said.get("times")
        if "often" in said:
            assert travel.often == said["often"]


def quotes(asked: AskedFacts) -> list[Any]:
    families = (asked.industries, asked.languages, asked.degree_specials, asked.visa)
    found = [one.quote for family in families for one in family]
    return [*found, asked.travel.quote] if asked.travel else found


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_quotes_of_cases_are_slices(case: dict[str, Any]) -> None:
    asked, title, text = asked_in(case)
    for quote in quotes(asked):
        field = title if quote.field == "title" else text
        assert quote.text == field[quote.start : quote.end] != ""


WORDS = sorted(
    {
        *(
            word
            for entry in load("industries")["industry"].values()
            for word in (*entry["zh"][:4], *entry["en"][:4])
        ),
        *(word for entry in load("conditions")["language"].values() for word in entry["words"]),
        *load("conditions")["travel"]["en"],
        *load("conditions")["permit"]["en"],
        *load("conditions")["degree"]["elite"],
        *load("conditions")["degree"]["degree_en"],
    }
)
SIGNS = [
    "经验",
    "优先",
    "，",
    "。",
    "\n",
    " ",
    "experience in ",
    "fluent ",
    "25%",
    "QS前",
    "\ud800",
    "İ",
    "🎮",
    "：",
    "-",
]


@settings(max_examples=150)
@given(
    st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(SIGNS), st.text(max_size=6)), max_size=40),
    st.sampled_from(["", "任职要求：\n", "Requirements\n", "About us\n"]),
)
def test_any_text_is_survived_and_quoted_rightly(parts: list[str], heading: str) -> None:
    text = heading + "".join(parts)
    title = "".join(parts[:3])
    understood = understand(title, text)
    asked = understood.detail.facts.asked
    for quote in quotes(asked):
        field = title if quote.field == "title" else text
        assert quote.text == field[quote.start : quote.end]
    ids = [one.id for one in asked.industries]
    assert len(ids) == len(set(ids))


def test_every_industry_and_language_has_a_name_in_both_languages() -> None:
    words = load("industries")["industry"]
    for entry in words.values():
        assert set(entry["name"]) == {"en", "zh"} and entry["zh"] and entry["en"]


def test_an_excepted_word_holds_a_word_of_its_industry() -> None:
    for id, entry in load("industries")["industry"].items():
        known = (*entry["zh"], *entry["en"])
        for word in entry["except"]:
            assert any(inner in word for inner in known), (id, word)
