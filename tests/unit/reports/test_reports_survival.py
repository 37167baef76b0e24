"""Survival curves: by hand, of the shared fixture and of lifelines; late entry, clusters, thin ends."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statistics.survival import Durations, kaplan_meier, survival_values

# Fourteen cases with late entry; the values below are those of lifelines 0.30.3 (log-log, Greenwood).
ENTRY = [0, 0, 0, 0, 0, 0, 3.5, 3.5, 10, 10, 12, 20, 25, 30]
LEAVE = [4, 9, 14, 14, 21, 40, 11, 18, 16, 33, 27, 35, 45, 41]
EVENT = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0]


def cases(
    entry: list[float], leave: list[float], event: list[int], cluster: list[int] | None = None
) -> Durations:
    own = list(range(len(leave))) if cluster is None else cluster
    return Durations(
        np.array(entry, dtype=float),
        np.array(leave, dtype=float),
        np.array(event, dtype=bool),
        np.array(own, dtype=np.int64),
    )


@pytest.mark.parametrize(
    ("age", "survival", "lo", "hi"),
    [(7, 0.875, 0.387, 0.981393), (14, 0.574219, 0.227124, 0.812518), (30, 0.294, 0.072318, 0.565224)],
)
def test_a_curve_with_late_entry_is_that_of_lifelines(
    age: float, survival: float, lo: float, hi: float
) -> None:
    step = kaplan_meier(cases(ENTRY, LEAVE, EVENT)).at(age)
    assert step is not None
    assert (step.survival, step.lo, step.hi) == pytest.approx((survival, lo, hi), abs=1e-6)


def test_the_median_and_its_interval_are_those_of_lifelines() -> None:
    curve = kaplan_meier(cases(ENTRY, LEAVE, EVENT))
    assert curve.quantile(0.5) == (18, 4, 33)
    assert curve.quantile(0.25).age == 9  # S(9) = 7/8 * 6/7 is three quarters
    assert curve.quantile(0.75) == (33, 14, 45)


@pytest.mark.parametrize("name", ["km_all", "km_AI"])
def test_the_fixture(shared_data: Path, name: str) -> None:
    folder = shared_data / "trend_fixture"
    weeks = ["2026-W46", "2026-W47", "2026-W48"]
    with (folder / "postings.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if name == "km_all" or row["role"] == "AI"]
    born = [weeks.index(row["first_seen"]) for row in rows]
    ended = [weeks.index(row["closed_in"]) if row["closed_in"] else 2 for row in rows]
    closed = [int(bool(row["closed_in"])) for row in rows]
    ages = [float(end - start) for start, end in zip(born, ended, strict=True)]
    curve = kaplan_meier(cases([0.0] * len(rows), ages, closed))
    for age, _, _, survival in json.loads((folder / "expected.json").read_text(encoding="utf-8"))[name]:
        step = curve.at(age)
        assert step is not None and step.survival == pytest.approx(float(Fraction(survival)))


def test_who_enters_late_is_not_at_risk_before() -> None:
    """Two of four leave at 1; the one that came at 5 is not at risk before: S(1) = 1/2."""
    entry, leave, event = [0, 0, 0, 0, 5], [1, 1, 9, 9, 9], [1, 1, 0, 0, 0]
    assert kaplan_meier(cases(entry, leave, event)).quantile(0.5).age == 1
    assert kaplan_meier(cases([0] * 5, leave, event)).quantile(0.5).age is None


def test_who_leaves_on_entering_tells_nothing() -> None:
    curve = kaplan_meier(cases([1, 0], [1, 2], [1, 1]))
    assert (curve.n, curve.events, curve.quantile(0.5).age) == (1, 1, 2)


def test_nothing_watched_is_no_curve() -> None:
    curve = kaplan_meier(cases([], [], []))
    assert (curve.n, curve.at(0), curve.quantile(0.5).age) == (0, None, None)


def test_a_curve_ends_where_too_few_are_watched() -> None:
    """Of six, one closes at 2 and one at 8, when four are watched; three must be, five must be."""
    watched = cases([0] * 6, [2, 4, 8, 9, 9, 12], [1, 0, 1, 0, 0, 0])
    three, five = kaplan_meier(watched, 3), kaplan_meier(watched, 5)
    assert three.at(9) is not None and three.at(9.5) is None  # from 9 on one is left
    assert five.at(4) is not None and five.at(4.5) is None
    early = kaplan_meier(cases([0, 0, 5, 5, 5, 5], [2, 9, 9, 9, 9, 9], [1, 0, 0, 0, 0, 0]), 3)
    assert early.at(1.9) is not None and early.at(2) is None  # half of two is no curve


def test_all_gone_is_known_to_be_gone() -> None:
    curve = kaplan_meier(cases([0, 0], [1, 2], [1, 1]))
    step = curve.at(50)
    assert step is not None and (step.survival, step.lo, step.hi) == (0, 0, 0)


def test_copies_of_a_case_in_its_cluster_tell_no_more() -> None:
    """Every employer posts the same three times: the curve stays, the variance of log S is three times
    that of Greenwood, which is that of the employers alone (up to n/(n-1))."""
    rng = np.random.default_rng(3)
    leave = np.round(rng.exponential(20, 40), 1) + 0.1
    alone = cases([0.0] * 40, leave.tolist(), [1] * 40)
    thrice = cases([0.0] * 120, np.repeat(leave, 3).tolist(), [1] * 120, np.repeat(np.arange(40), 3).tolist())
    apart = cases([0.0] * 120, np.repeat(leave, 3).tolist(), [1] * 120)
    one, three, wrong = (kaplan_meier(c).at(15.0) for c in (alone, thrice, apart))
    assert one and three and wrong
    assert one.survival == pytest.approx(three.survival)
    assert three.hi - three.lo == pytest.approx(one.hi - one.lo, rel=0.08)
    assert wrong.hi - wrong.lo < 0.65 * (one.hi - one.lo)


def test_few_clusters_are_counted_instead_of_cases() -> None:
    leave = [float(1 + i % 7) for i in range(60)]
    two = kaplan_meier(cases([0.0] * 60, leave, [1] * 60, [i % 2 for i in range(60)])).at(3)
    sixty = kaplan_meier(cases([0.0] * 60, leave, [1] * 60)).at(3)
    assert two and sixty and two.hi - two.lo > 2 * (sixty.hi - sixty.lo)


def test_values_of_cases_have_the_mean_and_the_spread_of_the_estimate() -> None:
    """Without late entry the spread of the values is Greenwood's: S(2) of 5 at risk with 2 gone is 3/5,
    and S^2 * 2/(5*3) = 6/125 is what the values vary by, over n."""
    watched = cases([0.0] * 5, [1, 2, 3, 4, 4], [1, 1, 1, 0, 0])
    values = survival_values(watched, 2.5)
    assert values.tolist() == pytest.approx([0, 0, 1, 1, 1])  # nobody was censored: who is still there
    assert values.var() / 5 == pytest.approx(6 / 125)
    late = cases(ENTRY, LEAVE, EVENT)
    step = kaplan_meier(late).at(30)
    assert step and survival_values(late, 30).mean() == pytest.approx(step.survival)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 20), st.booleans(), st.integers(0, 4)), max_size=40)
)
def test_a_curve_falls_inside_its_interval_whatever_the_order(rows: list[tuple[int, int, bool, int]]) -> None:
    entry, leave = [float(e) for e, _, _, _ in rows], [float(e + long) for e, long, _, _ in rows]
    event, cluster = [int(v) for _, _, v, _ in rows], [c for _, _, _, c in rows]
    curve = kaplan_meier(cases(entry, leave, event, cluster))
    back = kaplan_meier(cases(entry[::-1], leave[::-1], event[::-1], cluster[::-1]))
    assert [s.age for s in curve.steps] == [s.age for s in back.steps]
    assert [s.survival for s in curve.steps] == [s.survival for s in back.steps]
    last = 1.0
    for step in curve.steps:
        assert 0 <= step.lo <= step.survival <= step.hi <= 1 and step.survival <= last
        last = step.survival
