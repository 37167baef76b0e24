"""Slow breaks of shares: when the level of a class among new postings became another one."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from facts_builder import Market, monday
from hypothesis import given
from hypothesis import strategies as st
from report_market import rendered, report_of

from reports.measures.mix_shifts import mix_shifts
from reports.measures.panel import build_panel
from reports.statistics.segmentation import level_shifts
from reports.wording.words import Lang
from storage.records import RoleClass
from storage.weeks import label

# ------------------------------------------------------------------ the formula


def shifts(y: list[int], n: list[int]) -> list[int]:
    return level_shifts(np.array(y), np.array(n))


def test_a_new_level_begins_where_it_does() -> None:
    assert shifts([10] * 10 + [25] * 10, [50] * 20) == [10]


def test_a_level_that_comes_and_goes_has_two_ends() -> None:
    assert shifts([10] * 8 + [25] * 6 + [10] * 10, [50] * 24) == [8, 14]


def test_weeks_without_postings_keep_their_place() -> None:
    y, n = [10] * 8 + [0, 0, 0] + [25] * 9, [50] * 8 + [0, 0, 0] + [50] * 9
    assert shifts(y, n) == [11]


@pytest.mark.parametrize(
    ("y", "n"),
    [
        ([10] * 20, [50] * 20),
        ([0] * 20, [50] * 20),
        ([50] * 20, [50] * 20),
        ([], []),
        ([10] * 7 + [40] * 8, [50] * 15),  # 15 weeks
        ([10] * 19 + [45], [50] * 20),
        ([10] * 10 + [45] + [10] * 9, [50] * 20),
    ],
    ids=["as it was", "never", "always", "nothing", "short", "an odd week at the end", "an odd week"],
)
def test_nothing_is_found(y: list[int], n: list[int]) -> None:
    assert shifts(y, n) == []


def test_the_least_shift_is_three_times_the_logarithm_of_the_weeks() -> None:
    """Twice eight weeks of 100, 20 of them in the first: 3 ln 16 = 8.32; without one week, 26 and 27 of 100
    lower the deviance by 7.59 and 10.18 (twice the log-likelihood ratio, by hand)."""
    for later, found in ((26, []), (27, [8])):
        assert shifts([20] * 8 + [later] * 8, [100] * 16) == found


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_read_backwards_there_are_as_many_levels_of_four_weeks_at_least(pairs: list[tuple[int, int]]) -> None:
    y, n = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    found = shifts(y, n)
    ends = [0, *found, len(n)]
    lasting = [sum(size > 0 for size in n[a:b]) for a, b in pairwise(ends)]
    assert not found or min(lasting) >= 4
    assert found == sorted(set(found))
    assert shifts([size - count for count, size in zip(y, n, strict=True)], n) == found


@pytest.mark.parametrize("spread", [0.0, 0.02], ids=["coins", "weeks that differ"])
def test_a_market_that_does_not_move_shifts_in_no_two_of_a_hundred_years(spread: float) -> None:
    rng = np.random.default_rng(20)
    false = 0
    for _ in range(400):
        n = rng.poisson(60, 53) + 1
        p = np.clip(0.3 + spread * rng.standard_normal(53), 0.01, 0.99)
        false += bool(level_shifts(rng.binomial(n, p), n))
    assert false <= 8


# ------------------------------------------------------------------ what a report tells

EMPLOYERS = 24


def looked_at(weeks: int, role: Callable[[int, int, int], RoleClass], *, joins: int = 0) -> Market:
    """Employers that post two openings a week, each listed twice; a dozen with four join in a week."""
    market = Market()
    for employer in range(EMPLOYERS + 12 * bool(joins)):
        board, begins = f"b{employer:02}", joins if employer >= EMPLOYERS else 0
        posted: dict[int, list[str]] = {}
        for week in range(begins, weeks):
            many = range(4 if begins else 2)
            posted[week] = [market.post(f"{board}-{week}-{k}", role(employer, week, k)) for k in many]
            market.look(board, week, [*posted.get(week - 1, []), *posted[week]])
    return market


def told(market: Market, weeks: int) -> tuple[object, list[tuple[str, str]]]:
    searched, found = mix_shifts(build_panel(market.facts(), monday(weeks - 1)))
    return searched, [(shift["role"], shift["week"]) for shift in found]


def one_in_four(employer: int, week: int, k: int) -> RoleClass:
    return "aigc_pm" if (employer + week + k) % 4 == 0 else "other_pm"


def three_in_four(employer: int, week: int, k: int) -> RoleClass:
    return "other_pm" if (employer + week + k) % 4 == 0 else "aigc_pm"


def test_a_shift_is_told_with_what_was_before_and_since() -> None:
    market = looked_at(25, lambda e, w, k: (one_in_four if w < 13 else three_in_four)(e, w, k))
    searched, found = mix_shifts(build_panel(market.facts(), monday(24)))
    assert searched == {"first": label(monday(-28)), "last": label(monday(24))}
    assert [shift["role"] for shift in found] == ["aigc_pm", "other_pm"]
    shift = found[0]
    assert shift["week"] == label(monday(13))
    assert shift["later_weeks"] == {"first": label(monday(13)), "last": label(monday(24))}
    # The first look of a board is a level and no arrival: what is new begins in week 1.
    assert (shift["earlier"]["y"], shift["earlier"]["n"]) == (12 * 12, 48 * 12)
    assert (shift["later"]["y"], shift["later"]["n"]) == (36 * 12, 48 * 12)
    assert shift["moved"]["d"] == pytest.approx(0.5)
    assert found[1]["moved"]["d"] == pytest.approx(-0.5)


def test_a_market_that_does_not_move_has_none() -> None:
    searched, found = told(looked_at(25, one_in_four), 25)
    assert searched and found == []


def test_sixteen_weeks_must_have_brought_something() -> None:
    def moved(employer: int, week: int, k: int) -> RoleClass:
        return (one_in_four if week < 8 else three_in_four)(employer, week, k)

    assert told(looked_at(16, moved), 16) == (None, [])
    assert told(looked_at(17, moved), 17)[1] == [
        ("aigc_pm", label(monday(8))),
        ("other_pm", label(monday(8))),
    ]


def test_boards_that_join_with_another_mix_shift_nothing() -> None:
    def role(employer: int, week: int, k: int) -> RoleClass:
        return "aigc_pm" if employer >= EMPLOYERS else one_in_four(employer, week, k)

    assert told(looked_at(25, role, joins=12), 25)[1] == []


def test_one_employer_that_posts_in_bulk_shifts_nothing() -> None:
    market = looked_at(25, one_in_four)
    bulk: dict[int, list[str]] = {}
    for week in range(13, 25):
        bulk[week] = [market.post(f"bulk-{week}-{n}", "aigc_pm") for n in range(60)]
    for look in market.looks:
        week = (look.when.date() - monday(0)).days // 7
        if look.board == "b00":
            look.ids |= frozenset(bulk.get(week, []))
    assert told(market, 25)[1] == []


def test_the_latest_shift_of_an_ai_class_is_told_in_both_languages() -> None:
    market = looked_at(25, lambda e, w, k: (one_in_four if w < 13 else three_in_four)(e, w, k))
    report = report_of(market, 25)
    assert [row["role"] for row in report["class_mix"]["shifts"]] == ["aigc_pm", "other_pm"]
    said: tuple[tuple[Lang, str], ...] = (
        ("en", "Since 2026-W49 AIGC PM make up 75 %"),
        ("zh", "自 2026-W49 起"),
    )
    for lang, begins in said:
        (line,) = [line for line in rendered(report, lang).splitlines() if begins in line]
        assert line.count("2026-W49") == 1 and "+50.0" in line and "25" in line
