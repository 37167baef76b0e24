"""Which door is open to whom: fits counted by hand, the shared fixture, verdicts: T13."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from choice_market import ME, choice_of, door, levers, market_of, openings
from facts_builder import TAXONOMY, Market, assert_shape, monday, trend_market

from reports.document.choice import Choice
from reports.document.terms import Change
from reports.measures.choice.card import verdict_of
from reports.measures.choice.fit import FAIL, MOST_SKILLS, PASS, UNKNOWN, Constraint, judge
from reports.measures.choice.openings import openings_of
from reports.measures.choice.table import STANDING
from reports.measures.panel import build_panel
from reports.measures.population import listed_population
from reports.measures.requirements import tag_matrix
from storage.profile import Profile
from storage.records import Pay

# ------------------------------------------------------------------ the shared fixture


def test_the_profile_of_the_shared_fixture(shared_data: Path) -> None:
    """3 years as a PM, none with AI, LLM, prompts and SQL, Beijing or Shanghai, the Chinese market."""
    folder = shared_data / "trend_fixture"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    profile = Profile(
        "fixture", 3, 0, frozenset({"LLM", "Prompt", "SQL"}), cities=frozenset({"北京", "上海"}), market="cn"
    )
    card = choice_of(trend_market(folder), profile, week=12)["cards"][0]
    for role, name in (("ai_pm", "fit_AI"), ("aigc_pm", "fit_AIGC")):
        told, found = expected[name], door(card, role)
        qualified = len(told["qualified"])
        for share in (found["strict"], found["lenient"]):
            assert (share["y"], share["n"]) == (qualified, told["n"])
        assert [one["url"].rsplit("/", 1)[1] for one in found["examples"]] == told["qualified"]
    assert levers(door(card, "ai_pm")) == {"skill:ML+ai_years:1": 1}
    assert levers(door(card, "aigc_pm")) == {
        "skill:Agent": 1,
        "skill:RAG": 1,
        "skill:Agent+city:深圳": 1,
        "skill:RAG+ai_years:1": 1,
    }
    assert card["verdict"] == "not_enough_data"
    assert card["reason"] == "few_openings"


# ------------------------------------------------------------------ what passes, fails, cannot be told

P, U, F = PASS, UNKNOWN, FAIL


@pytest.mark.parametrize(
    ("says", "constraint", "mark"),
    [
        ({"years": 3.0}, "years", P),
        ({"years": 4.0}, "years", F),
        ({}, "years", U),  # every role wants some experience
        ({"years_max": 2.0}, "years", P),  # only a cap: open to beginners
        ({"years": 2.0, "years_required": False}, "years", P),
        ({"years": 5.0, "years_required": False}, "years", U),  # a wish that is not met
        ({}, "ai_years", P),  # a whole text that asks for none
        ({"ai_years": 1.0}, "ai_years", F),
        ({"ai_years": 1.0, "ai_years_required": False}, "ai_years", U),
        ({"tags": ["ai_product"]}, "ai_years", U),  # experience with AI products, nobody says how much
        ({"has_text": False, "years": 1.0}, "ai_years", U),
        ({"education": "bachelor"}, "degree", P),
        ({"education": "master"}, "degree", F),
        ({"education": "none"}, "degree", P),
        ({"education": "master", "education_required": False}, "degree", U),
        ({}, "degree", P),  # on this board nobody names one
        ({"places": ["上海"]}, "city", P),
        ({"places": ["北京", "上海"]}, "city", P),
        ({"places": ["北京"]}, "city", F),
        ({"places": ["北京"], "workplace": "remote"}, "city", P),
        ({"places": ["北京"], "workplace": "hybrid"}, "city", F),
        ({}, "city", U),
        ({"tags": ["sql"]}, "skills", P),
        ({"tags": ["sql", "llm"]}, "skills", F),
        ({"wishes": {"llm": "preferred"}}, "skills", P),  # nice to have
        ({"wishes": {"llm": "duty"}}, "skills", P),  # learned at work
        ({}, "skills", P),
        ({"has_text": False, "years": 1.0}, "skills", U),
        ({"has_text": False, "years": 1.0, "tags": ["sql"]}, "skills", U),  # a text cut off: more may follow
        ({"has_text": False, "years": 1.0, "tags": ["llm"]}, "skills", F),
        ({"tags": ["ai"]}, "skills", P),  # the bare word is no skill
    ],
)  # fmt: skip
def test_one_constraint(says: dict[str, Any], constraint: Constraint, mark: int) -> None:
    assert judge(openings(market_of(says)), ME).marks[constraint].tolist() == [mark]


@pytest.mark.parametrize(
    ("says", "profile", "constraint", "mark"),
    [
        ({"languages": ["english"]}, {"languages": frozenset({"english"})}, "language", P),
        ({"languages": ["english", "japanese"]}, {"languages": frozenset({"english"})}, "language", F),
        (
            {"languages": ["english"], "has_text": False, "years": 1.0},
            {"languages": frozenset({"english"})},
            "language",
            U,
        ),
        ({}, {"languages": frozenset({"english"})}, "language", P),
        ({"languages": ["english"]}, {}, "language", P),  # not said, not compared
        ({"industries": ["finance", "games"]}, {"industries": frozenset({"games"})}, "industry", P),
        ({"industries": ["finance"]}, {"industries": frozenset({"games"})}, "industry", F),
        ({"industries": ["finance"]}, {"industries": frozenset()}, "industry", F),
        ({"industries": ["finance"]}, {}, "industry", P),
        ({"education": "doctorate"}, {"degree": None}, "degree", P),
        ({"places": ["北京"]}, {"cities": None}, "city", P),
        ({"places": ["上海"]}, {"cities": frozenset()}, "city", F),  # remote work only
        ({"workplace": "remote"}, {"cities": frozenset()}, "city", P),
        ({"workplace": "remote"}, {"remote": False}, "city", F),
        ({"ai_years": 1.0}, {"ai_years": 1.0}, "ai_years", P),
        ({"tags": ["ai_product"]}, {"ai_years": 0.5}, "ai_years", P),
        # Where only years with AI are asked, they are the total, too: an engineer has them.
        ({"years": 2.0, "ai_years": 2.0}, {"pm_years": 0.0, "ai_years": 2.0}, "years", P),
        ({"years": 2.0}, {"pm_years": 0.0, "ai_years": 2.0}, "years", F),
    ],
)  # fmt: skip
def test_one_constraint_of_another_profile(
    says: dict[str, Any], profile: dict[str, Any], constraint: Constraint, mark: int
) -> None:
    assert judge(openings(market_of(says)), replace(ME, **profile)).marks[constraint].tolist() == [mark]


def test_silence_about_the_degree_is_unknown_where_most_name_one() -> None:
    named, silent = {"education": "bachelor"}, {"years": 1.0}
    usual = judge(openings(market_of(named, silent)), ME)
    assert usual.marks["degree"].tolist() == [PASS, UNKNOWN]
    rare = judge(openings(market_of(named, silent, silent)), ME)
    assert rare.marks["degree"].tolist() == [PASS, PASS, PASS]
    # Each market has its own habits.
    apart = judge(openings(market_of(named, {**silent, "market": "zh"})), ME)
    assert apart.marks["degree"].tolist() == [PASS, PASS]


@pytest.mark.parametrize(
    ("required", "owned", "passes"),
    [(1, 0, False), (2, 1, False), (3, 2, False), (4, 3, True), (10, 7, True), (20, 14, True)],
)  # fmt: skip
def test_seven_of_ten_skills_rounded_up(required: int, owned: int, passes: bool) -> None:
    tags = [f"t{i}" for i in range(required)]
    profile = replace(ME, skills=frozenset(tags[:owned]), cities=None)
    found = judge(openings(market_of({"tags": tags, "years": 1.0})), profile, MOST_SKILLS)
    assert found.lenient.tolist() == [passes]


def test_what_every_product_manager_brings_is_no_skill() -> None:
    """A tag of the vocabulary in none of the groups G2 to G4; one that the vocabulary lacks is a skill."""
    craft = replace(TAXONOMY.tags[0], id="prd", groups=())
    experience = replace(TAXONOMY.tags[0], id="ai_product", groups=("G1",))
    taxonomy = replace(TAXONOMY, tags=(*TAXONOMY.tags, craft, experience))
    panel = build_panel(market_of({"tags": ["prd", "ai_product", "llm", "unheard_of"]}).facts(), monday(0))
    found = openings_of(panel, listed_population(panel), tag_matrix(panel, taxonomy), taxonomy)
    assert [tag.id for tag in found.tags] == ["llm", "unheard_of"]


# ------------------------------------------------------------------ which openings


def test_openings_are_what_is_listed_in_the_week_one_per_vacancy() -> None:
    market = Market()
    for native in ("gone", "here", "twin"):
        market.post(native, "ai_pm", years=1.0, vacancy="twins" if native != "gone" else "gone")
    market.says["here"]["places"], market.says["twin"]["places"] = ["北京"], ["上海"]
    market.post("other", "other_pm", years=1.0)
    market.post("sales", "not_pm", years=1.0)
    market.look("X", 0, ["gone", "here", "twin", "other", "sales"])
    market.look("X", 1, ["here", "twin", "other", "sales"])
    card = choice_of(market, replace(ME, skills=frozenset()), week=1)["cards"][0]
    found = door(card, "ai_pm")
    assert (found["n"], found["lenient"]["y"]) == (1, 1), "its second advert is in Shanghai"
    assert found["examples"][0]["url"].endswith("/twin")
    assert [door(card, role)["n"] for role in ("aigc_pm", "both")] == [0, 0]


def test_a_week_that_nobody_saw_falls_back_on_the_four_weeks() -> None:
    market = Market()
    market.post("a", "ai_pm", years=1.0)
    market.look("X", 0, ["a"])
    market.look("X", 1, state="failed")
    found = choice_of(market, week=1)
    assert (found["population"], found["window"]["first"]) == ("window", "2026-W34")
    assert door(found["cards"][0], "ai_pm")["n"] == 1


def test_openings_known_by_their_title_are_left_out_and_counted() -> None:
    found = openings(market_of({"has_text": False}, {"has_text": False, "education": "master"}, {}))
    assert len(found.rows) == 2
    assert (found.left_out("aigc_pm"), found.left_out("aigc_pm", "cn"), found.left_out("ai_pm")) == (1, 0, 0)


def test_nothing_on_offer() -> None:
    found = choice_of(Market(), ME)
    assert (found["status"], found["reason"]) == ("insufficient", "no_postings")
    assert [card["verdict"] for card in found["cards"]] == ["not_enough_data"] * (1 + len(STANDING))
    assert all(one["n"] == 0 and one["blockers"] == [] for one in found["cards"][0]["doors"])


def test_a_card_has_its_shape_and_the_own_profiles_come_first() -> None:
    found = choice_of(market_of({"years": 1.0, "tags": ["llm"]}, {"role": "ai_pm"}), ME)
    assert_shape(found, Choice)
    assert [(c["profile"]["name"], c["profile"]["standing"]) for c in found["cards"]] == [
        ("me", False), ("newcomer", True), ("switching", True), ("experienced", True),
    ]  # fmt: skip
    assert found["cards"][0]["not_compared"] == ["language", "industry"]


# ------------------------------------------------------------------ beside the bracket


def test_pay_is_that_of_what_one_qualifies_for() -> None:
    def paid(low: float, high: float, **says: Any) -> dict[str, Any]:
        return {"years": 1.0, "salary": Pay(low, high, "CNY", "month", 12), **says}

    posts = [paid(10_000 + i, 20_000 + i) for i in range(10)]
    market = market_of(*posts, paid(90_000, 90_000, years=9.0))
    profile = replace(ME, cities=None, salary_min=240_054)
    pay = door(choice_of(market, profile)["cards"][0], "aigc_pm")["pay"]
    # Middles of the ranges: 12 * (15 000 + i); the 10 lie around i = 4.5. At the upper end 240 000 + 12 i.
    assert pay == {"currency": "CNY", "n": 10, "median": 180_054, "stated_in": 10, "reaching": 5}


def test_effective_employers() -> None:
    market = Market()
    for name, size in (("X", 3), ("Y", 1)):
        ids = [market.post(f"{name}{i}", "ai_pm", years=1.0) for i in range(size)]
        market.look(name, 0, ids)
    found = door(choice_of(market, replace(ME, cities=None))["cards"][0], "ai_pm")
    assert found["effective_employers"] == pytest.approx(16 / 10)


# ------------------------------------------------------------------ the verdict


def change(d: float | None, lo: float | None, hi: float | None, n: int = 50, reason: str = "") -> Change:
    whole: dict[str, Any] = {"p": 0.01, "q": None, "employers": 30, "strata": 1, "lost": 0.0}
    return {"d": d, "lo": lo, "hi": hi, "n0": n, "n1": n, "reason": reason, **whole}  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("difference", "lenient", "named", "verdict", "reason"),
    [
        (change(0.2, 0.1, 0.3), 0.1, 0.1, "aigc_easier", ""),
        (change(-0.2, -0.3, -0.1), -0.1, None, "ai_easier", ""),
        (change(-0.2, -0.3, -0.1), 0.0, -0.3, "ai_easier", ""),
        (change(-0.2, -0.3, -0.1), 0.0, -0.09, "not_enough_data", "hangs_on_unnamed"),  # less than half of it
        (change(-0.2, -0.3, -0.1), 0.0, 0.2, "not_enough_data", "hangs_on_unnamed"),  # the other way
        (change(-0.2, -0.3, -0.1), 0.1, -0.2, "not_enough_data", "bounds_disagree"),
        (change(0.2, -0.01, 0.4), 0.2, 0.2, "not_enough_data", "no_clear_difference"),
        (change(0.2, 0.1, 0.3, n=49), 0.1, 0.2, "not_enough_data", "few_openings"),
        (change(None, None, None, reason="few_employers"), 0.1, 0.2, "not_enough_data", "few_employers"),
        (change(None, None, None, reason="small_counts"), 0.1, 0.2, "not_enough_data", "small_counts"),
        (change(None, None, None, n=0, reason="disconnected"), None, None, "not_enough_data", "disconnected"),
        (change(None, None, None, n=0, reason="no_flow"), None, None, "not_enough_data", "few_openings"),
    ],
)
def test_verdicts(
    difference: Change, lenient: float | None, named: float | None, verdict: str, reason: str
) -> None:
    assert verdict_of(difference, lenient, named) == (verdict, reason)


def two_doors(ai_open: int, aigc_open: int, each: int = 60) -> Market:
    """`each` employers with an opening of either class; so many of these ask for 1 year, the rest for 9."""
    market = Market()
    for i in range(each):
        ids = [
            market.post(f"ai{i}", "ai_pm", years=1.0 if i < ai_open else 9.0),
            market.post(f"aigc{i}", "aigc_pm", years=1.0 if i < aigc_open else 9.0),
        ]
        market.board(f"E{i}", "ashby")
        market.look(f"E{i}", 0, ids)
    return market


def test_the_easier_door_is_named_only_where_it_can_be_told() -> None:
    wide = choice_of(two_doors(10, 50))["cards"][0]
    assert wide["difference"]["d"] == pytest.approx(40 / 60, rel=1e-5)
    assert (wide["verdict"], wide["reason"]) == ("aigc_easier", "")
    assert choice_of(two_doors(50, 10))["cards"][0]["verdict"] == "ai_easier"
    same = choice_of(two_doors(30, 30))["cards"][0]
    assert (same["verdict"], same["reason"]) == ("not_enough_data", "no_clear_difference")
    few = choice_of(two_doors(10, 40, each=49))["cards"][0]
    assert (few["verdict"], few["reason"]) == ("not_enough_data", "few_openings")
    one_sided = choice_of(market_of({"years": 1.0}))["cards"][0]
    assert (one_sided["verdict"], one_sided["reason"]) == ("not_enough_data", "few_openings")


def test_a_door_is_not_easier_because_its_openings_name_nothing() -> None:
    """AI PM by rule: texts that name no technique. Those of either class that name one demand the same."""
    market = Market()
    for i in range(60):
        ids = [
            market.post(f"bare{i}", "ai_pm", years=1.0),
            market.post(f"ai{i}", "ai_pm", years=1.0, tags=["machine_learning"]),
            market.post(f"aigc{i}", "aigc_pm", years=1.0, tags=["llm"]),
        ]
        market.board(f"E{i}", "ashby")
        market.look(f"E{i}", 0, ids)
    found = choice_of(market, replace(ME, cities=None))["cards"][0]
    assert (found["difference"]["d"], found["named_difference"]) == (pytest.approx(-0.5), 0.0)
    assert (found["verdict"], found["reason"]) == ("not_enough_data", "hangs_on_unnamed")
