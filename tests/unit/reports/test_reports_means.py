"""Means of clustered values, one and a difference: by hand, what always holds, how often they cover."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statistics.arrays import Floats
from reports.statistics.differences import StratifiedDesign, stratified_difference
from reports.statistics.means import clustered_mean_share

ROWS = st.lists(
    st.tuples(
        st.floats(-9, 9).map(lambda x: round(x, 2)), st.booleans(), st.integers(0, 2), st.integers(0, 5)
    ),
    max_size=40,
)


def arrays(rows: list[tuple[float, bool, int, int]]) -> Any:
    y, later, stratum, cluster = zip(*rows, strict=True) if rows else ((), (), (), ())
    return np.array(y, float), np.array(later, bool), np.array(stratum, int), np.array(cluster, int)


# ------------------------------------------------------------------ one mean


def test_a_mean_of_ten_employers_with_one_value_each() -> None:
    """0, 0.1 .. 0.9, each of four postings: v = 0.55/60 = 0.0091667, so n_eff = 0.45 x 0.55 / v = 27; t(9) is
    2.262157. Wilson's centre is (0.45 + t^2/54) / (1 + t^2/27) = 0.457966, half its width
    t sqrt(v + t^2/2916) / (1 + t^2/27) = 0.198742."""
    found = clustered_mean_share(np.repeat(np.arange(10) / 10, 4), np.repeat(np.arange(10), 4))
    assert (found.mean, found.n, found.clusters) == (pytest.approx(0.45), 40, 10)
    assert (found.lo, found.hi) == pytest.approx((0.457966 - 0.198742, 0.457966 + 0.198742), abs=1e-5)


def test_copies_of_one_employer_widen_the_interval() -> None:
    values = np.arange(20) / 20
    once = clustered_mean_share(values, np.arange(20))
    copied = clustered_mean_share(
        np.repeat(values, [40] + [1] * 19), np.repeat(np.arange(20), [40] + [1] * 19)
    )
    assert copied.clusters == once.clusters
    assert copied.hi - copied.lo > 1.5 * (once.hi - once.lo)


def test_values_that_scatter_less_than_answers_are_worth_no_more_than_their_number() -> None:
    """All 0.4 or 0.6: (mean 0.5) the interval is that of 10 of 20 answers, t(19) = 2.093024 for z."""
    found = clustered_mean_share(np.tile([0.4, 0.6], 10), np.arange(20))
    half = 2.093024 * math.sqrt(0.25 / 20 + 2.093024**2 / 1600) / (1 + 2.093024**2 / 20)
    assert (found.lo, found.hi) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-6)


def test_a_mean_of_few_employers_has_no_interval_and_of_nothing_is_unknown() -> None:
    few = clustered_mean_share(np.arange(9) / 8, np.arange(9))
    assert few.mean == 0.5
    assert math.isnan(few.lo)
    assert math.isnan(clustered_mean_share(np.zeros(0), np.zeros(0, int)).mean)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_mean_at_its_bound_is_not_certain(value: float) -> None:
    """As for 20 of 20 employers: Wilson's interval begins at n / (n + t^2), with t(19) = 2.093024."""
    found = clustered_mean_share(np.full(20, value), np.arange(20))
    t_end = 20 / (20 + 2.093024**2)
    assert (found.lo, found.hi) == pytest.approx((t_end, 1.0) if value else (0.0, 1 - t_end), abs=1e-6)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30)), min_size=1, max_size=80),
)
def test_the_interval_of_a_mean_share_holds_it_and_keeps_to_its_bounds(rows: list[tuple[float, int]]) -> None:
    values, cluster = (np.array(column) for column in zip(*rows, strict=True))
    found = clustered_mean_share(values.astype(float), cluster)
    assert math.isnan(found.lo) == (len(set(cluster.tolist())) < 10)
    if not math.isnan(found.lo):
        assert 0 <= found.lo <= found.mean + 1e-12
        assert found.mean - 1e-12 <= found.hi <= 1


# ------------------------------------------------------------------ a difference of means


def test_a_difference_of_means_of_employers_with_one_value_each() -> None:
    """Means 3 and 2. Leaving out a value moves its mean by deviation / (n - 1), so that
    V = 6/7 (14/9 + 8/4) = 3.047619; without 6/7 this is HC3 (statsmodels 0.15: 3.555556)."""
    y = np.array([1.0, 2, 3, 6, 0, 2, 4])
    later = np.arange(7) < 4
    found = stratified_difference(y, later, np.zeros(7, int), np.arange(7))
    assert found.d == pytest.approx(1)
    assert found.variance == pytest.approx(6 / 7 * (14 / 9 + 2))


def test_means_are_not_cut_off_at_one() -> None:
    rng = np.random.default_rng(5)
    later = np.arange(60) < 30
    found = stratified_difference(10.0 * later + rng.normal(size=60), later, np.zeros(60, int), np.arange(60))
    lo, hi, p = found.interval()
    assert 9 < lo < 10 < hi < 11
    assert p < 1e-9


def test_shares_are_cut_off_and_values_that_never_differ_have_no_interval() -> None:
    later = np.arange(40) < 20
    design = StratifiedDesign(later, np.zeros(40, int), np.arange(40))
    assert design.difference(later).interval()[1] == 1.0
    same = design.difference(np.full(40, 2.0))
    assert same.d == 0
    assert math.isnan(same.variance)


@given(ROWS)
def test_the_difference_alone_is_that_of_the_whole(rows: list[tuple[float, bool, int, int]]) -> None:
    y, later, stratum, cluster = arrays(rows)
    design = StratifiedDesign(later, stratum, cluster)
    whole = design.difference(y)
    if not math.isnan(whole.d):
        assert design.mean_difference(y) == pytest.approx(whole.d, abs=1e-9)
    assert math.isnan(design.mean_difference(y)) == (not whole.n0)


@given(ROWS, st.randoms())
def test_the_order_of_values_does_not_matter(rows: list[tuple[float, bool, int, int]], random: Any) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    first, second = stratified_difference(*arrays(rows)), stratified_difference(*arrays(mixed))
    assert first.d == pytest.approx(second.d, nan_ok=True, abs=1e-9)
    assert first.variance == pytest.approx(second.variance, nan_ok=True, abs=1e-9)


def test_what_can_be_seen_is_what_a_test_finds_in_four_of_five_cases() -> None:
    """With many employers (z.975 + z.80) standard errors = 2.8016 of them."""
    rng = np.random.default_rng(1)
    later = np.arange(4000) % 2 == 0
    found = stratified_difference(rng.normal(size=4000), later, np.zeros(4000, int), np.arange(4000))
    assert found.detectable() == pytest.approx(2.8016 * math.sqrt(found.variance), rel=2e-3)


def markets(seed: int, runs: int) -> list[tuple[Floats, Any, Any, Any]]:
    """Markets of 80 employers in 3 sources, a few with most of the postings; true d = 0.7.

    Each employer has a habit of asking for much or little, and mostly seeks one of the two classes.
    """
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        sizes = np.minimum(rng.zipf(1.7, 80), 40)
        cluster = np.repeat(np.arange(80), sizes)
        stratum = (cluster % 3).astype(np.int64)
        later = rng.random(len(cluster)) < rng.beta(0.4, 0.4, 80)[cluster]
        count = rng.poisson(np.exp(0.5 * rng.normal(size=80) + 0.3)[cluster]) + 0.7 * later + 2.0 * stratum
        found.append((count.astype(np.float64), later, stratum, cluster))
    return found


def test_the_interval_of_a_difference_of_means_covers() -> None:
    """Nominal 95 %; postings taken for independent ones would give far less."""
    inside = independent = 0
    runs = markets(20261123, 300)
    for y, later, stratum, cluster in runs:
        lo, hi, _ = stratified_difference(y, later, stratum, cluster).interval()
        inside += lo <= 0.7 <= hi
        lo, hi, _ = stratified_difference(y, later, stratum, np.arange(len(y))).interval()
        independent += lo <= 0.7 <= hi
    assert inside >= 0.92 * len(runs)
    assert independent < 0.85 * len(runs)
