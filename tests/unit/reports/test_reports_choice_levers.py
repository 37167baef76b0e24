"""What would open more, how high the doors are, and what holds of every fit: T14, T15, properties."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from choice_market import ME, choice_of, door, levers, market_of, openings
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.measures.choice.barrier import barrier, components, weighted
from reports.measures.choice.fit import ALL_SKILLS, MOST_SKILLS, judge
from reports.measures.choice.levers import Lever, unlocks
from reports.measures.choice.openings import Openings
from reports.statistics.bootstrap import median_interval
from storage.profile import Profile

# ------------------------------------------------------------------ levers


def test_levers_by_hand() -> None:
    """A lever counts where it is the last thing missing, a pair where it takes both."""
    open_to_me = {"years": 3.0, "places": ["上海"]}
    market = market_of(
        open_to_me,
        {**open_to_me, "tags": ["llm"]},
        {**open_to_me, "tags": ["llm"], "years": 4.0},
        {**open_to_me, "tags": ["llm", "machine_learning"]},
        {**open_to_me, "years": 5.0},
        {**open_to_me, "years": 6.0},  # out of reach
        {**open_to_me, "ai_years": 1.0},
        {**open_to_me, "ai_years": 2.0},
        {**open_to_me, "education": "master"},
        {**open_to_me, "education": "doctorate"},  # two steps away
        {**open_to_me, "places": ["北京", "深圳"]},
        {**open_to_me, "languages": ["english"], "places": ["深圳"]},
        {**open_to_me, "industries": ["finance", "games"]},
        {"places": ["深圳"]},  # unknown years are no blocker
        {**open_to_me, "tags": ["llm", "machine_learning"], "years": 4.0},  # takes three
    )
    profile = replace(ME, languages=frozenset(), industries=frozenset())
    card = choice_of(market, profile)["cards"][0]
    assert levers(door(card, "aigc_pm")) == {
        "city:深圳": 2,
        "ai_years:2": 2,
        "skill:llm": 1,
        "pm_years:2": 1,
        "ai_years:1": 1,
        "degree:master": 1,
        "city:北京": 1,
        "industry:finance": 1,
        "industry:games": 1,
        "skill:llm+pm_years:1": 1,
        "skill:llm+skill:machine_learning": 1,
        "language:english+city:深圳": 1,
    }
    pair = next(row for row in door(card, "aigc_pm")["pairs"] if row["levers"][1]["id"] == "1")
    assert pair["together"] == 2, "the pair opens one that needs both, and llm one alone"
    assert (pair["share"], pair["n"]) == (pytest.approx(1 / 15, rel=1e-5), 15)


def test_no_single_lever_where_every_opening_takes_two() -> None:
    market = market_of(*[{"years": 1.0, "tags": ["llm", "machine_learning"]}] * 4)
    found = door(choice_of(market, replace(ME, cities=None))["cards"][0], "aigc_pm")
    assert found["singles"] == []
    assert levers(found) == {"skill:llm+skill:machine_learning": 4}


def test_one_lever_may_lift_both_kinds_of_years() -> None:
    """Two years with AI are asked and no others beside: two years with AI are all that is missing."""
    market = market_of({"years": 2.0, "ai_years": 2.0})
    profile = replace(ME, pm_years=1.0, cities=None)
    found = door(choice_of(market, profile)["cards"][0], "aigc_pm")
    assert levers(found) == {"ai_years:2": 1}


def test_remote_is_a_lever_for_who_will_not_work_remotely() -> None:
    market = market_of({"years": 1.0, "workplace": "remote"})
    found = door(choice_of(market, replace(ME, remote=False))["cards"][0], "aigc_pm")
    assert levers(found) == {"remote:": 1}


def test_what_blocks_most_stands_first() -> None:
    market = market_of({"years": 9.0, "tags": ["llm"]}, {"years": 1.0, "tags": ["llm"]}, {"ai_years": 1.0})
    found = door(choice_of(market, replace(ME, cities=None))["cards"][0], "aigc_pm")
    assert [(b["constraint"], b["fails"], b["unknown"]) for b in found["blockers"][:3]] == [
        ("skills", 2, 0), ("years", 1, 1), ("ai_years", 1, 0),
    ]  # fmt: skip
    assert [(row["tag"], row["y"], row["n"]) for row in found["lacking"]] == [("llm", 2, 3)]


# ------------------------------------------------------------------ T15


def test_the_barrier_by_hand() -> None:
    """5 years of 10, 1 AI year of 5, bachelor, 2 skills of 8, all of the rest: weights .35 .2 .15 .2 .1."""
    everything = {
        "years": 5.0, "ai_years": 1.0, "education": "bachelor",
        "tags": ["sql", "llm"], "industries": ["finance"], "languages": ["japanese"],
        "degree_specials": {"elite_school": "required"},
    }  # fmt: skip
    silent: dict[str, Any] = {}
    little = {"has_text": False, "years": 5.0}
    found = openings(market_of(everything, silent, little))
    parts = components(found)
    assert parts[0].tolist() == [0.5, 0.2, 0.5, 0.25, 1.0]
    assert np.isnan(parts[1]).tolist() == [True, False, True, False, False]
    index = weighted(parts, np.array([0.35, 0.2, 0.15, 0.2, 0.1]))
    assert index[0] == pytest.approx(0.175 + 0.04 + 0.075 + 0.05 + 0.1)
    assert index[1] == 0.0, "a text that asks for nothing; years and degree are not known"
    assert np.isnan(index[2]), "less than half of the weight is known"
    row = barrier(found)["rows"][1]
    assert (row["n"], row["of"], row["median"], row["lo"]) == (2, 3, pytest.approx(0.22), None)
    assert row["equal"] == pytest.approx(0.245), "(0.5 + 0.2 + 0.5 + 0.25 + 1) / 5 and 0"
    assert row["coverage"] == pytest.approx((1 + 0.5) / 2)


@pytest.mark.parametrize(
    ("market", "language", "special"),
    [("zh", "english", 1 / 3), ("zh", "mandarin", 0), ("en", "english", 0), ("en", "japanese", 1 / 3)],
)
def test_only_a_foreign_language_is_a_barrier(market: str, language: str, special: float) -> None:
    found = openings(market_of({"market": market, "languages": [language]}))
    assert components(found)[0, 4] == pytest.approx(special)


def test_the_bootstrap_of_a_median() -> None:
    """With one value a cluster it is the plain bootstrap: P(median <= k-th of n) is a binomial tail.

    For n = 15 the median is at most the 4th value if 8 or more of 15 draws are among the first 4 (p = 4/15):
    2.5 %; the 3rd: 0.4 %. So the lower end is the 4th or 5th value, the upper the 11th or 12th; scipy 1.17
    (bootstrap, percentile, 9999 rounds) says 4 or 5 and 11 or 12, by its seed.
    """
    values = np.arange(1.0, 16.0)
    low, high = median_interval(values, np.arange(15)) or (0.0, 0.0)
    assert 3.5 <= low <= 5.0
    assert 11.0 <= high <= 12.5
    shuffled = np.random.default_rng(1).permutation(15)
    assert median_interval(values[shuffled], shuffled) == (low, high)
    assert median_interval(values[:9], np.arange(9)) is None
    assert median_interval(np.ones(40), np.arange(40)) == (1.0, 1.0)
    # Forty adverts of one employer tell no more than one: the interval is that of the employers.
    repeated = np.repeat(values, 40), np.repeat(np.arange(15), 40)
    assert median_interval(*repeated) == (low, high)


# ------------------------------------------------------------------ properties

TAGS = ("llm", "machine_learning", "sql", "rag")
SAYS = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["ai_pm", "aigc_pm", "both"]),
        "tags": st.lists(st.sampled_from(TAGS), unique=True),
    },
    optional={
        "years": st.integers(0, 8).map(float),
        "ai_years": st.integers(0, 4).map(float),
        "years_required": st.booleans(),
        "education": st.sampled_from(["none", "bachelor", "master"]),
        "education_required": st.booleans(),
        "places": st.lists(st.sampled_from(["上海", "北京", "London"]), max_size=2),
        "workplace": st.sampled_from(["remote", "onsite"]),
        "languages": st.lists(st.sampled_from(["english", "japanese"]), max_size=2),
        "industries": st.lists(st.sampled_from(["finance", "games"]), max_size=2),
        "has_text": st.booleans(),
        "market": st.sampled_from(["zh", "en"]),
        "alternatives": st.lists(st.frozensets(st.sampled_from((*TAGS, "ai")), min_size=1), max_size=3),
    },
).map(lambda says: _grouped(says))  # fmt: skip


def _grouped(says: dict[str, Any]) -> dict[str, Any]:
    """With alternatives among the tags that are asked for: groups, and tags of them that stand alone, too."""
    asked = {*says["tags"], "ai"}
    groups = {tuple(sorted(ids & asked)) for ids in says.get("alternatives", ())} - {()}
    return {**says, "alternatives": tuple(sorted(groups))}


PROFILES = st.builds(
    Profile,
    st.just("anybody"),
    st.integers(0, 8).map(float),
    st.integers(0, 4).map(float),
    st.frozensets(st.sampled_from(TAGS)),
    st.sampled_from([None, "none", "bachelor", "master"]),
    st.none() | st.frozensets(st.sampled_from(["上海", "北京"])),
    st.booleans(),
    st.none() | st.frozensets(st.sampled_from(["finance"])),
    st.none() | st.frozensets(st.sampled_from(["english"])),
)
MARKETS = st.lists(SAYS, min_size=1, max_size=12).map(lambda posts: openings(market_of(*posts)))


@settings(max_examples=60)
@given(MARKETS, PROFILES, st.sampled_from(TAGS), st.integers(0, 3), st.integers(0, 3))
def test_more_skills_or_years_never_close_a_door(
    found: Openings, profile: Profile, skill: str, pm_years: int, ai_years: int
) -> None:
    better = replace(
        profile,
        skills=profile.skills | {skill},
        pm_years=profile.pm_years + pm_years,
        ai_years=profile.ai_years + ai_years,
    )
    for tolerance in (MOST_SKILLS, ALL_SKILLS):
        before, after = judge(found, profile, tolerance), judge(found, better, tolerance)
        assert (before.strict <= after.strict).all()
        assert (before.lenient <= after.lenient).all()
        assert (before.strict <= before.lenient).all()
    assert (judge(found, profile).lenient <= judge(found, profile, MOST_SKILLS).lenient).all()


@settings(max_examples=60)
@given(MARKETS, PROFILES)
def test_levers_open_what_they_say(found: Openings, profile: Profile) -> None:
    """Pull a lever, or both of a pair: exactly the openings named open, beside what opens with less."""
    mine = np.ones(len(found.rows), dtype=bool)
    before = judge(found, profile)
    rows = unlocks(found, profile, before, mine)
    opened: dict[tuple[Lever, ...], set[int]] = {one.levers: set(one.opens) for one in rows}
    for chosen, opens in opened.items():
        after = judge(found, pulled(profile, chosen))
        gained = set(np.flatnonzero(after.lenient & ~before.lenient).tolist())
        assert opens <= gained
        if len(chosen) == 1 and chosen[0].kind not in ("pm_years", "ai_years"):
            assert opens == gained
        parts = [judge(found, pulled(profile, (lever,))).lenient for lever in chosen if len(chosen) == 2]
        assert not any(part[row] for part in parts for row in opens)


def pulled(profile: Profile, chosen: Any) -> Profile:
    """The person after what the levers say."""
    for lever in chosen:
        if lever.kind == "skill":
            profile = replace(profile, skills=profile.skills | {lever.id})
        elif lever.kind in ("pm_years", "ai_years"):
            profile = replace(profile, **{lever.kind: getattr(profile, lever.kind) + float(lever.id)})
        elif lever.kind == "degree":
            profile = replace(profile, degree=lever.id)
        elif lever.kind == "remote":
            profile = replace(profile, remote=True)
        else:
            name = {"city": "cities", "language": "languages", "industry": "industries"}[lever.kind]
            profile = replace(profile, **{name: (getattr(profile, name) or frozenset()) | {lever.id}})
    return profile


@settings(max_examples=25)
@given(st.lists(SAYS, min_size=2, max_size=10), PROFILES, st.randoms(use_true_random=False))
def test_the_order_of_postings_changes_nothing(
    posts: list[dict[str, Any]], profile: Profile, shuffle: Any
) -> None:
    """Postings of one employer are exchangeable: only which examples are shown may differ."""
    mixed = list(posts)
    shuffle.shuffle(mixed)
    cards = []
    for some in (posts, mixed):
        card = choice_of(market_of(*some), profile)["cards"][0]
        for one in card["doors"]:
            one["examples"] = []
        cards.append(card)
    assert cards[0] == cards[1]
