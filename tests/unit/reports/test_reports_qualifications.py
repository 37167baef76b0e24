"""T8: who asks for which degree, language, industry and workplace; what is not said counts nowhere."""

from typing import Any

import pytest
from facts_builder import Market, monday
from hypothesis import given, settings
from hypothesis import strategies as st
from report_market import market as invented
from report_market import numbers, rendered, report_of

from reports.document.qualifications import QualificationRow, Qualifications
from reports.measures.comparison import compare
from reports.measures.panel import build_panel
from reports.measures.population import window_population
from reports.measures.qualifications import qualifications
from reports.measures.requirements import tag_matrix
from reports.wording.words import LANGS
from storage.records import RoleClass

ROLES: tuple[RoleClass, ...] = ("ai_pm", "aigc_pm", "both", "other_pm", "not_pm")


def table_of(postings: list[dict[str, Any]], role: RoleClass = "ai_pm", boards: int = 1) -> Qualifications:
    market = Market()
    for i, says in enumerate(postings):
        market.post(f"p{i}", **{"role": role, **says})
    for board in range(boards):
        market.look(f"b{board}", 0, [f"p{i}" for i in range(len(postings)) if i % boards == board])
    panel = build_panel(market.facts(), monday(0))
    return qualifications(panel, compare(panel, window_population(panel), tag_matrix(panel, None)))


def row_of(part: Qualifications, topic: str, answer: str, role: str = "ai_pm") -> QualificationRow:
    return next(
        r for r in part["rows"] if (r["qualification"], r["answer"], r["role"]) == (topic, answer, role)
    )


def test_degrees_are_shares_of_those_that_name_one() -> None:
    """Of seven, five name a degree or that none is needed; one of these only wishes for its master's."""
    part = table_of(
        [
            {"education": "bachelor"},
            {"education": "bachelor"},
            {"education": "master", "education_required": False},
            {"education": "none"},
            {"education": "associate"},
            {},
            {"has_text": False},
        ]
    )
    stated = row_of(part, "degree", "stated")
    assert (stated["y"], stated["n"], stated["base"], stated["required"]) == (5, 7, "all", 4)
    floors = {
        r["answer"]: (r["y"], r["n"], r["required"])
        for r in part["rows"]
        if r["qualification"] == "degree_floor" and r["role"] == "ai_pm"
    }
    assert floors == {"none": (1, 5, 1), "associate": (1, 5, 1), "bachelor": (2, 5, 2), "master": (1, 5, 0)}
    at_least = row_of(part, "degree_at_least", "bachelor")
    assert (at_least["y"], at_least["n"], at_least["required"]) == (3, 5, 2)
    assert row_of(part, "degree_at_least", "master")["y"] == 1


def test_what_is_asked_is_a_share_of_those_with_a_text() -> None:
    part = table_of(
        [
            {"languages": {"english": "required", "japanese": "preferred"}},
            {"languages": {"english": "preferred"}},
            {"industries": {"finance": "preferred", "health": "preferred"}, "travel": "preferred"},
            {"degree_specials": {"technical_major": "required"}},
            {
                "has_text": False,
                "languages": {"english": "required"},
            },  # what a title alone says proves nothing
        ]
    )
    whole, english = row_of(part, "language", "any"), row_of(part, "language", "english")
    assert (whole["y"], whole["n"], whole["required"], whole["base"]) == (2, 4, 1, "with_text")
    assert (english["y"], english["required"]) == (2, 1)
    industry = row_of(part, "industry", "any")
    assert (industry["y"], industry["required"]) == (1, 0)
    assert row_of(part, "travel", "asked")["y"] == 1
    assert row_of(part, "degree_special", "technical_major")["required"] == 1
    assert not any(row["qualification"] == "workplace" for row in part["rows"])


def test_a_workplace_counts_where_it_is_said() -> None:
    part = table_of([{"workplace": w} for w in ("remote", "hybrid", "onsite", None)])
    away = row_of(part, "workplace", "remote_or_hybrid")
    assert (away["y"], away["n"], away["base"]) == (2, 3, "stated")
    assert row_of(part, "workplace", "stated")["n"] == 4


def test_no_pm_is_apart_and_nothing_is_nothing() -> None:
    part = table_of([{"education": "bachelor"}], role="not_pm")
    assert (part["status"], part["reason"], part["rows"], part["contrast"]) == (
        "insufficient",
        "no_postings",
        [],
        [],
    )


def test_a_clear_difference_is_found_among_the_tested_and_only_there() -> None:
    """30 employers, two postings of each class; all AI PM ask for a technical major, no AIGC PM does."""
    market = Market()
    for board in range(30):
        for i in range(4):
            says: dict[str, Any] = {
                "education": "bachelor",
                "languages": {"english": "required"} if i == 1 else {},
            }
            if i % 2 == 0:
                says["degree_specials"] = {"technical_major": "required"}
            market.post(f"b{board}-{i}", "aigc_pm" if i % 2 else "ai_pm", **says)
        market.look(f"b{board}", 0, [f"b{board}-{i}" for i in range(4)])
    panel = build_panel(market.facts(), monday(0))
    part = qualifications(panel, compare(panel, window_population(panel), tag_matrix(panel, None)))
    found = {(c["qualification"], c["answer"]): c for c in part["contrast"]}
    technical = found["degree_special", "technical_major"]
    assert (technical["difference"]["d"], technical["direction"]) == (-1, "higher_in_ai")
    language = found["language", "any"]
    assert language["difference"]["d"] == pytest.approx(0.5)
    assert language["direction"] == "higher_in_aigc"
    everyone = found["degree_at_least", "bachelor"]
    assert (everyone["difference"]["reason"], everyone["direction"]) == ("small_counts", "insufficient")
    assert part["tested"] == 2
    assert ("language", "english") not in found


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "role": st.sampled_from(ROLES),
                "education": st.sampled_from([None, "none", "bachelor", "doctorate"]),
                "workplace": st.sampled_from([None, "remote", "onsite"]),
                "industries": st.sampled_from([{}, {"finance": "required"}, {"games": "preferred"}]),
                "has_text": st.booleans(),
            }
        ),
        max_size=12,
    )
)
@settings(max_examples=40)
def test_classes_add_up_and_floors_to_what_is_stated(postings: list[dict[str, Any]]) -> None:
    part = table_of(postings)
    for topic, answer in {(r["qualification"], r["answer"]) for r in part["rows"]}:
        y = {r["role"]: r["y"] for r in part["rows"] if (r["qualification"], r["answer"]) == (topic, answer)}
        assert y["all"] == sum(y[role] for role in ROLES if role != "not_pm")
    floors = [r["y"] for r in part["rows"] if r["qualification"] == "degree_floor" and r["role"] == "all"]
    if floors:
        assert sum(floors) == row_of(part, "degree", "stated", "all")["y"]
    for row in part["rows"]:
        assert 0 <= row["required"] <= row["y"] <= row["n"]


def test_the_section_shows_what_enough_say_in_both_languages() -> None:
    market = invented()
    for number, says in enumerate(market.says.values()):
        says["industries"] = {"finance": "required"} if number % 2 else {}
        says["travel"] = "required" if number == 3 else None
    report = report_of(market)
    english, chinese = (rendered(report, lang) for lang in LANGS)
    assert "Knowledge of an industry, most often finance" in english
    assert "行业经验，最多的是金融" in chinese
    assert "Travel (" not in english  # one posting is no row
    assert sorted(numbers(english)) == sorted(numbers(chinese))
