"""The formulas behind movers, emerging requirements and co-occurrence: by hand, the fixture, properties."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statistics.association import association
from reports.statistics.control import laney_signals
from reports.statistics.differences import StratifiedDesign, stratified_difference
from reports.statistics.log_odds import log_odds
from reports.statistics.shrinkage import Observed, prior_size, probability_beyond
from reports.statistics.testing import binomial_tail

# ------------------------------------------------------------------ log-odds with an informative prior


@pytest.mark.parametrize("tag", ["LLM", "Agent", "ML", "NLP"])
def test_log_odds_of_the_shared_fixture(shared_data: Path, tag: str) -> None:
    folder = shared_data / "trend_fixture"
    expected: Any = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["logodds_prior"][tag]
    with (folder / "postings.csv").open(encoding="utf-8") as file:
        rows = [(r["role"], tag in r["skills"].split("|")) for r in csv.DictReader(file)]
    aigc, ai = ([asks for role, asks in rows if role == name] for name in ("AIGC", "AI"))
    # Its background is the share in all 20 postings, those of other PMs among them.
    background = (sum(asks for _, asks in rows) + 0.5) / (len(rows) + 1)
    found = log_odds(sum(aigc), len(aigc), sum(ai), len(ai), background=background, size=5)
    assert found == pytest.approx((expected["delta"], expected["z"]), abs=5e-5)


def test_log_odds_by_hand() -> None:
    """3 of 9 against 1 of 9, 10 added to each: background 4.5/19, so 45/19 and 145/19."""
    a, b = 45 / 19, 145 / 19
    delta = math.log((3 + a) / (6 + b)) - math.log((1 + a) / (8 + b))
    error = math.sqrt(1 / (3 + a) + 1 / (6 + b) + 1 / (1 + a) + 1 / (8 + b))
    assert log_odds(3, 9, 1, 9) == pytest.approx((delta, delta / error))


def test_log_odds_hold_back_what_is_rare() -> None:
    """From 0 of 1000 to 5 of 300 is a larger ratio, but known less, than from 100 of 1000 to 60 of 300."""
    rare, common = log_odds(5, 300, 0, 1000), log_odds(60, 300, 100, 1000)
    assert rare[0] > common[0] and rare[1] < common[1]


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_log_odds_turn_with_the_groups(y1: int, rest1: int, y0: int, rest0: int) -> None:
    there, back = log_odds(y1, y1 + rest1, y0, y0 + rest0), log_odds(y0, y0 + rest0, y1, y1 + rest1)
    assert there[0] == pytest.approx(-back[0], abs=1e-9) and there[1] == pytest.approx(-back[1], abs=1e-9)
    assert math.isfinite(there[1])


# ------------------------------------------------------------------ posterior of a change


@pytest.mark.parametrize(
    ("lower", "higher", "prior", "size", "expected"),
    [  # scipy 1.17: mean of beta.sf(beta.ppf(u, a0, b0) + 0.02, a1, b1) over 400,000 u
        ((0.30, 200), (0.40, 200), 0.35, 20, 0.9413),
        ((0.00, 40), (0.25, 40), 0.12, 20, 0.9960),
        ((0.01, 500), (0.04, 500), 0.02, 1000, 0.0315),
        ((0.50, 8), (0.60, 5), 0.50, 2, 0.5905),
        ((0.30, 20000), (0.32, 20000), 0.31, 1000, 0.4164),
        ((0.00, 30), (0.00, 30), 0.01, 20, 0.0438),
        ((0.90, 30), (1.00, 30), 0.95, 20, 0.8432),
    ],
)
def test_probability_of_a_change(
    lower: tuple[float, float], higher: tuple[float, float], prior: float, size: float, expected: float
) -> None:
    found = probability_beyond(Observed(*lower), Observed(*higher), prior, size, 0.02)
    assert found == pytest.approx(expected, abs=1e-3)


def test_one_posting_that_became_three_is_less_sure_than_many_that_became_more() -> None:
    few = probability_beyond(Observed(1 / 20, 20), Observed(3 / 20, 20), 0.1, 40, 0.02)
    many = probability_beyond(Observed(0.3, 600), Observed(0.4, 600), 0.35, 40, 0.02)
    assert few < 0.8 < 0.99 < many


@given(st.floats(0, 1), st.floats(1, 5000), st.floats(0, 1), st.floats(1, 5000), st.floats(0.001, 0.999))
def test_a_probability_is_one_and_both_directions_exclude_each_other(
    p0: float, n0: float, p1: float, n1: float, prior: float
) -> None:
    before, after = Observed(p0, n0), Observed(p1, n1)
    up = probability_beyond(before, after, prior, 20, 0.02)
    down = probability_beyond(after, before, prior, 20, 0.02)
    assert -1e-9 <= up <= 1 + 1e-9 and up + down <= 1 + 1e-2


def test_the_size_of_the_prior_by_hand() -> None:
    """5 shares of a half moved by .1, of which chance explains a variance of .005: 2.5 / .025 - 1."""
    assert prior_size([0.1] * 5, [0.005] * 5, [0.5] * 5) == pytest.approx(99)


@pytest.mark.parametrize(
    ("changes", "variances", "size"),
    [([0.1] * 4, [0.0] * 4, 20), ([0.01] * 5, [0.005] * 5, 1000), ([1.0] * 5, [0.0] * 5, 2), ([], [], 20)],
)
def test_the_size_of_the_prior_has_bounds(changes: list[float], variances: list[float], size: float) -> None:
    assert prior_size(changes, variances, [0.5] * len(changes)) == size


# ------------------------------------------------------------------ control chart


def signals(shares: list[int], n: int = 100) -> list[int]:
    return np.flatnonzero(laney_signals(np.array(shares), np.full(len(shares), n))).tolist()


def test_a_week_far_outside_signals() -> None:
    """p = 390/1200; the sixth week lies .275 / .0468 = 5.9 sigma above, the others half a sigma below."""
    assert signals([30] * 5 + [60] + [30] * 6) == [5]


def test_the_second_of_three_beyond_two_sigma_signals() -> None:
    """p = .32; 42 of 100 lies 2.14 sigma above: one such week is nothing, a second one is."""
    assert signals([30] * 10 + [42, 42]) == [11]
    assert signals([30] * 6 + [22, 42] + [30] * 4) == []


def test_shares_that_always_scatter_signal_less() -> None:
    """20 and 40 in turn: each 2.2 sigma of a coin off, and half a sigma of what neighbours differ by."""
    assert signals([20, 40] * 6) == []


@pytest.mark.parametrize("shares", [[], [50], [10, 90, 10, 90, 10], [0] * 12, [100] * 12])
def test_few_weeks_or_no_variation_say_nothing(shares: list[int]) -> None:
    assert signals(shares) == []


def test_weeks_without_postings_are_left_out() -> None:
    y, n = np.array([30] * 5 + [0, 60, 0] + [30] * 6), np.array([100] * 5 + [0, 100, 0] + [100] * 6)
    assert np.flatnonzero(laney_signals(y, n)).tolist() == [6]


# ------------------------------------------------------------------ co-occurrence


def test_association_of_the_shared_fixture(shared_data: Path) -> None:
    folder = shared_data / "trend_fixture"
    expected: Any = json.loads((folder / "expected.json").read_text(encoding="utf-8"))[
        "cooc_Prompt_Agent_AIGC"
    ]
    with (folder / "postings.csv").open(encoding="utf-8") as file:
        skills = [r["skills"].split("|") for r in csv.DictReader(file) if r["role"] == "AIGC"]
    prompt, agent = (np.array([tag in one for one in skills]) for tag in ("Prompt", "Agent"))
    found = association(prompt, agent, np.arange(len(skills)))
    assert (found.n, found.n_a, found.n_b, found.n_ab) == tuple(
        expected[key] for key in ("n", "Prompt", "Agent", "both")
    )
    assert found.lift == float(expected["lift"]) == 1
    assert (found.npmi, found.jaccard) == (0, 1 / 3)


def pair(both: int, only_a: int, only_b: int, neither: int) -> tuple[Any, Any]:
    a = np.repeat([True, True, False, False], [both, only_a, only_b, neither])
    return a, np.repeat([True, False, True, False], [both, only_a, only_b, neither])


def test_association_by_hand() -> None:
    """20 of 100 ask for both, 25 for each: lift 3.2. The jackknife of single members is the delta method
    to the first order: 1/20 - 2/25 - 1/100 + 40/625 = .024."""
    a, b = pair(20, 5, 5, 70)
    found = association(a, b, np.arange(100))
    assert found.lift == pytest.approx(3.2)
    assert found.npmi == pytest.approx(math.log(3.2) / math.log(5))
    assert found.jaccard == pytest.approx(20 / 30)
    assert found.lo is not None and found.hi is not None and found.p is not None
    half = math.log(found.hi / found.lo) / 2
    assert half == pytest.approx(1.9842 * math.sqrt(0.024), rel=0.03)  # t of 99 degrees of freedom
    assert found.p < 1e-6


def test_one_employer_that_says_everything_twenty_times_proves_little() -> None:
    a, b = pair(20, 10, 10, 60)
    alone = association(a, b, np.arange(100))
    copied = association(a, b, np.concatenate([np.zeros(20, int), np.arange(80)]))
    assert alone.lift == copied.lift
    assert alone.lo is not None and alone.lo > 1
    assert copied.lo is None, "without that employer nobody would ask for both"


@pytest.mark.parametrize(
    ("cells", "npmi", "bounded"),
    [((0, 5, 5, 10), -1.0, False), ((20, 0, 0, 0), None, True), ((5, 0, 0, 15), 1.0, True)],
)
def test_never_always_and_only_together(
    cells: tuple[int, int, int, int], npmi: float | None, bounded: bool
) -> None:
    a, b = pair(*cells)
    found = association(a, b, np.arange(20))
    assert found.npmi == npmi
    assert (found.lo is not None) == bounded
    if bounded:
        assert found.lo is not None and found.hi is not None
        assert found.lo <= found.lift <= found.hi


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 8)), min_size=1, max_size=60),
    st.randoms(),
)
def test_association_does_not_depend_on_order_or_side(
    rows: list[tuple[bool, bool, int]], random: Any
) -> None:
    if not (any(r[0] for r in rows) and any(r[1] for r in rows)):
        return  # nothing to compare
    mixed = rows.copy()
    random.shuffle(mixed)

    def of(rows: list[tuple[bool, bool, int]], one: int, other: int) -> list[float]:
        columns = [np.array(column) for column in zip(*rows, strict=True)]
        found = association(columns[one], columns[other], columns[2])
        return [found.lift, found.jaccard, found.npmi or 0.0, found.lo or 0.0, found.hi or 0.0]

    assert of(rows, 0, 1) == pytest.approx(of(mixed, 1, 0))


# ------------------------------------------------------------------ one design for many answers


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3), st.integers(0, 9)), max_size=60))
def test_a_design_gives_what_each_answer_alone_gives(rows: list[tuple[bool, bool, int, int]]) -> None:
    y, later = (np.array([r[i] for r in rows], dtype=bool) for i in (0, 1))
    stratum, cluster = (np.array([r[i] for r in rows], dtype=np.int64) for i in (2, 3))
    design = StratifiedDesign(later, stratum, cluster)
    for answer in (y, ~y):
        assert repr(design.difference(answer)) == repr(stratified_difference(answer, later, stratum, cluster))
    both = design.difference(y), design.difference(~y)
    if not math.isnan(both[0].d):
        assert both[0].d == pytest.approx(-both[1].d)
        assert both[0].p0 + both[1].p0 == pytest.approx(1)


def test_each_employer_counts_once() -> None:
    """Employer 0: 1 of 2 before, 8 of 8 after; employer 1: 1 of 1, 0 of 1: means 3/4 and 1/2."""
    y = np.array([True, False, True] + [True] * 8 + [False])
    later = np.array([False] * 3 + [True] * 9)
    design = StratifiedDesign(later, np.zeros(12, np.int64), np.array([0, 0, 1] + [0] * 8 + [1]))
    assert design.once_difference(y) == pytest.approx(-0.25)
    assert design.difference(y).d == pytest.approx(8 / 9 - 2 / 3)


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (3, 0.5), (10, 0.3), (40, 0.02), (60, 0.9)])
def test_a_binomial_tail_is_the_sum_of_what_is_at_least_as_much(n: int, p: float) -> None:
    for least in range(-1, n + 2):
        counts = range(max(least, 0), n + 1)
        exact = math.fsum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in counts)
        assert binomial_tail(least, n, p) == pytest.approx(exact, rel=1e-9)
        assert binomial_tail(least, n, p) <= 1


def test_the_order_of_members_moves_no_digit_of_a_difference_of_shares() -> None:
    rng = np.random.default_rng(3)
    later, y = rng.random(40) < 0.4, rng.random(40) < 0.3
    stratum, cluster = rng.integers(0, 3, 40), rng.integers(0, 15, 40)
    found = set()
    for _ in range(30):
        mixed = rng.permutation(40)
        design = StratifiedDesign(later[mixed], stratum[mixed], cluster[mixed])
        found.add((design.mean_difference(y[mixed]), design.difference(y[mixed]).d))
    assert len(found) == 1
