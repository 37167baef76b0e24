"""Demands that one of several skills meets: who qualifies, what is lacking, what opens."""

from dataclasses import replace

import numpy as np
import pytest
from choice_market import ME, choice_of, door, levers, market_of, openings
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.measures.choice.barrier import components
from reports.measures.choice.fit import MOST_SKILLS, judge
from reports.measures.choice.groups import any_of, groups_of
from storage.facts import groups_required
from storage.profile import Profile
from storage.reading.columns import Coded

EITHER = {"tags": ["llm", "rag"], "alternatives": (("llm", "rag"),)}
BOTH = {"tags": ["llm", "rag"]}
HERE = replace(ME, cities=None)


def with_skills(*skills: str, ai_years: float = 0.0) -> Profile:
    return replace(HERE, skills=frozenset(skills), ai_years=ai_years)


@pytest.mark.parametrize(
    ("skills", "strict"),
    [
        ((), [False, False]),
        (("llm",), [True, False]),
        (("rag",), [True, False]),
        (("llm", "rag"), [True, True]),
    ],
)
def test_one_of_a_group_suffices(skills: tuple[str, ...], strict: list[bool]) -> None:
    found = judge(openings(market_of(EITHER | {"years": 1.0}, BOTH | {"years": 1.0})), with_skills(*skills))
    assert found.strict.tolist() == strict
    assert found.lenient.tolist() == strict


def test_a_tag_that_is_asked_for_by_itself_too_is_needed() -> None:
    says = {"tags": ["llm", "rag"], "alternatives": (("llm", "rag"), ("rag",)), "years": 1.0}
    market = openings(market_of(says))
    assert market.skills.sum() == 1 and market.needed.tolist() == [1], "whoever has RAG meets the group, too"
    assert not judge(market, with_skills("llm")).lenient.any()
    assert judge(market, with_skills("rag")).strict.all()


def test_what_is_lacking_is_named_as_a_group() -> None:
    market = market_of(EITHER, EITHER, BOTH, {"tags": ["machine_learning"]})
    found = door(choice_of(market, HERE)["cards"][0], "aigc_pm")
    assert [(row["tag"], row["y"], row["en"], row["zh"]) for row in found["lacking"]] == [
        ("llm|rag", 2, "Large language models or rag", "大语言模型或 rag"),
        ("llm", 1, "Large language models", "大语言模型"),
        ("machine_learning", 1, "Machine learning", "机器学习"),
        ("rag", 1, "rag", "rag"),
    ]
    blocker = next(row for row in found["blockers"] if row["constraint"] == "skills")
    assert (blocker["asked"], blocker["fails"]) == (4, 4)


def test_any_of_the_skills_opens_what_offers_it() -> None:
    """Two groups that share a skill take one lever; that skill, or one of each."""
    shared = {
        "tags": ["llm", "rag", "machine_learning"],
        "alternatives": (("llm", "rag"), ("machine_learning", "rag")),
    }
    assert levers(door(choice_of(market_of(EITHER), HERE)["cards"][0], "aigc_pm")) == {
        "skill:llm": 1,
        "skill:rag": 1,
    }
    assert levers(door(choice_of(market_of(shared), HERE)["cards"][0], "aigc_pm")) == {
        "skill:rag": 1,
        "skill:llm+skill:machine_learning": 1,
    }
    assert levers(door(choice_of(market_of(BOTH), HERE)["cards"][0], "aigc_pm")) == {"skill:llm+skill:rag": 1}


def test_an_example_names_what_it_asks_one_of() -> None:
    market = market_of({**EITHER, "tags": ["llm", "rag", "sql"], "years": 1.0})
    found = door(choice_of(market, with_skills("sql", "rag"))["cards"][0], "aigc_pm")
    (example,) = found["examples"]
    assert [one["id"] for one in example["demands"]["skills"]] == ["sql", "llm|rag"]


def test_a_group_counts_as_one_skill_where_seven_of_ten_suffice() -> None:
    """Of four demands three are met, which suffices; of five, each for itself, three would not."""
    tags = ["llm", "rag", "sql", "machine_learning", "python"]
    grouped = {"tags": tags, "alternatives": (("llm", "rag"),), "years": 1.0}
    market = openings(market_of(grouped, {"tags": tags, "years": 1.0}))
    mine = with_skills("sql", "machine_learning", "python")
    assert judge(market, mine, MOST_SKILLS).strict.tolist() == [True, False]
    assert components(market)[:, 3].tolist() == [4 / 8, 5 / 8], "the barrier counts demands, too"


def test_some_experience_with_ai_beside_a_skill_cannot_be_told() -> None:
    says = {"tags": ["ai", "llm"], "alternatives": (("ai", "llm"),), "years": 1.0}
    market = openings(market_of(says))
    for mine, strict, lenient in (
        (with_skills(), False, True),
        (with_skills("llm"), True, True),
        (with_skills(ai_years=1.0), True, True),
    ):
        found = judge(market, mine)
        assert (found.strict.tolist(), found.lenient.tolist()) == ([strict], [lenient])


def read(
    *values: tuple[tuple[str, ...], ...], skills: tuple[str, ...] = ("llm", "rag", "sql")
) -> list[object]:
    codes = np.arange(len(values))
    groups, offered = groups_of(Coded.of(codes, list(values)), skills)
    offers = groups.skills[groups.kind].tolist()
    rows = zip(groups.opening.tolist(), offers, groups.ai.tolist(), strict=True)
    return [
        [(row, [id for id, one in zip(skills, told, strict=True) if one], ai) for row, told, ai in rows],
        [sorted(ids) for ids in offered],
    ]


def test_groups_as_columns() -> None:
    assert read((), (("llm", "rag"),), (("llm", "rag"), ("rag", "sql"))) == [
        [(1, ["llm", "rag"], False), (2, ["llm", "rag"], False), (2, ["rag", "sql"], False)],
        [[], ["llm", "rag"], ["llm", "rag", "sql"]],
    ]
    craft = (("llm", "roadmap"),)
    assert read(craft) == [[], [["llm", "roadmap"]]], "every product manager brings the craft"
    wider = (("llm", "rag"), ("llm", "rag", "sql"))
    assert read(wider) == [[(0, ["llm", "rag"], False)], [["llm", "rag", "sql"]]], "who meets one meets both"
    alone = (("llm", "rag"), ("llm",))
    assert read(alone) == [[], [["rag"]]]
    assert read((("ai", "llm"),)) == [[(0, ["llm"], True)], [["ai", "llm"]]]


def test_of_what_a_store_keeps_required_groups_are_read() -> None:
    kept = [
        {"ids": ["rag", "llm"], "requirement": "required", "alone": ["llm"]},
        {"ids": ["llm", "rag"], "requirement": "required", "alone": []},
        {"ids": ["sql", "python"], "requirement": "preferred", "alone": []},
    ]
    assert groups_required(kept) == (("llm",), ("llm", "rag"))
    assert groups_required(None) == groups_required([]) == ()


def test_how_a_group_is_called() -> None:
    names = [
        {"id": id, "en": en, "zh": zh} for id, en, zh in (("a", "A", "甲"), ("b", "B", "乙"), ("c", "C", "C"))
    ]
    assert any_of(names[:1]) == names[0]
    assert any_of(names) == {"id": "a|b|c", "en": "A or B or C", "zh": "甲或乙或 C"}
    assert any_of(names[::-1])["zh"] == "C 或乙或甲"


TAGS = ("llm", "rag", "sql", "machine_learning")
POSTS = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(TAGS), min_size=1),
        st.lists(st.frozensets(st.sampled_from(TAGS), min_size=1), max_size=3),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(POSTS, st.frozensets(st.sampled_from(TAGS)))
def test_who_qualifies_is_who_meets_each_group(
    posts: list[tuple[frozenset[str], list[frozenset[str]]]], skills: frozenset[str]
) -> None:
    """By sets: every tag in no group, and of every group one; never fewer than if each were asked for."""
    says, expected, stricter = [], [], []
    for tags, drawn in posts:
        groups = {tuple(sorted(ids & tags)) for ids in drawn} - {()}
        plain = tags - {id for ids in groups for id in ids}
        says.append({"tags": sorted(tags), "alternatives": tuple(sorted(groups)), "years": 1.0})
        expected.append(plain <= skills and all(skills.intersection(ids) for ids in groups))
        stricter.append(tags <= skills)
    found = judge(openings(market_of(*says)), with_skills(*skills))
    assert found.strict.tolist() == found.lenient.tolist() == expected
    assert all(here or not before for here, before in zip(expected, stricter, strict=True))
