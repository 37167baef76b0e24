"""Medians: exact ranks, what clusters leave of them, and the shift between two groups."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statistics.medians import median_interval, stratified_shift

# Ranks of the 95 % interval of a median, as the tables have them (Hahn and Meeker 1991; Conover 1999).
RANKS = {6: 1, 8: 1, 9: 2, 10: 2, 12: 3, 15: 4, 20: 6, 25: 8, 30: 10, 50: 18, 100: 40}


@pytest.mark.parametrize(("n", "rank"), RANKS.items())
def test_the_interval_of_independent_values_has_the_ranks_of_the_tables(n: int, rank: int) -> None:
    values = np.arange(1, n + 1, dtype=float)
    assert median_interval(values, np.arange(n)) == (rank, n + 1 - rank)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_five_values_have_no_interval(n: int) -> None:
    assert median_interval(np.arange(n, dtype=float), np.arange(n)) is None


def test_copies_inside_an_employer_tell_no_more() -> None:
    """Ten employers, nine equal vacancies each: worth ten, so the ranks are those of ten: 2 and 9 of 10."""
    values, cluster = np.repeat(np.arange(1.0, 11), 9), np.repeat(np.arange(10), 9)
    assert median_interval(values, cluster) == (2, 9)
    assert median_interval(values, np.arange(90)) == (4, 7)  # the naive one: 36 and 55 of 90


def test_five_employers_have_no_interval_however_many_vacancies() -> None:
    values = np.arange(100, dtype=float)
    assert median_interval(values, np.arange(100) % 5) is None


def test_mass_posters_do_not_narrow_the_interval() -> None:
    """Sixty employers with Zipf counts, pay alike within one: 90 of 100 intervals or more hold the median."""
    rng = np.random.default_rng(5)
    share = 1 / np.arange(1, 61)
    held = naive = 0
    for _ in range(100):
        sizes = np.maximum(1, rng.poisson(300 * share / share.sum()))
        cluster = np.repeat(np.arange(60), sizes)
        values = rng.normal(0, 0.8, 60)[cluster] + rng.normal(0, 0.6, len(cluster))
        for clusters, counted in ((cluster, True), (np.arange(len(cluster)), False)):
            found = median_interval(values, clusters)
            assert found is not None
            inside = found[0] <= 0 <= found[1]
            held, naive = held + (inside and counted), naive + (inside and not counted)
    assert held >= 90
    assert naive < 65


# ------------------------------------------------------------------ the shift


def shift(x: list[float], y: list[float]) -> tuple[float, float, float]:
    values, later = np.array([*x, *y]), np.arange(len(x) + len(y)) >= len(x)
    found = stratified_shift(values, later, np.zeros(len(values), dtype=np.int64), np.arange(len(values)))
    assert found is not None
    return found.d, found.lo, found.hi


def test_the_shift_of_one_stratum_is_the_median_of_all_differences() -> None:
    """Differences of 1 4 9 from 6 8 20: 5 7 19, 2 4 16, -3 -1 11; the fifth of nine is 5."""
    assert shift([1, 4, 9], [6, 8, 20])[0] == 5
    assert shift([1, 4], [6, 8])[0] == 4.5  # 5 7 2 4: halfway between 4 and 5


def test_the_shift_is_that_of_hodges_and_lehmann() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 1, 31), rng.normal(0.7, 1, 24)
    d, lo, hi = shift(x.tolist(), y.tolist())
    assert d == pytest.approx(float(np.median(np.subtract.outer(y, x))))
    # The ranks of Wilcoxon's test (normal approximation) give 0.154 to 1.030; ours assumes no equal shapes.
    assert (lo, hi) == pytest.approx((0.154, 1.030), abs=0.02)


def test_strata_are_compared_inside_themselves_only() -> None:
    """The later group sits in the dear stratum; inside each it is 2 above."""
    values = np.array([10, 11, 12, 12, 13, 14, 100, 101, 102, 102, 103, 104.0])
    later = np.array([0, 0, 0, 1, 1, 1] * 2, dtype=bool)
    stratum = np.repeat([0, 1], 6)
    found = stratified_shift(values, later, stratum, np.arange(12))
    assert found is not None and found.d == 2
    alone = stratified_shift(values[:9], later[:9], stratum[:9], np.arange(9))
    assert (
        alone is not None and alone.sizes.n0 == alone.sizes.n1 == 3
    )  # the second stratum has no later group


def test_without_a_common_stratum_there_is_no_shift() -> None:
    assert stratified_shift(np.arange(4.0), np.arange(4) > 1, np.arange(4), np.arange(4)) is None
    nothing = np.zeros(0)
    assert stratified_shift(nothing, nothing > 0, nothing.astype(np.int64), nothing.astype(np.int64)) is None


def test_groups_far_apart_have_an_interval_away_from_0() -> None:
    x, y = np.arange(30.0), np.arange(30.0) + 100
    d, lo, hi = shift(x.tolist(), y.tolist())
    assert d == 100 and 90 < lo < 100 < hi < 110


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 2), st.integers(0, 9)),
        min_size=1,
        max_size=40,
    ),
    st.integers(-50, 50),
)
def test_a_shift_moves_with_its_group_whatever_the_order(
    rows: list[tuple[int, bool, int, int]], by: int
) -> None:
    values = np.array([float(v) for v, _, _, _ in rows])
    later = np.array([g for _, g, _, _ in rows], dtype=bool)
    stratum, cluster = np.array([s for *_, s, _ in rows]), np.array([c for *_, c in rows])
    found = stratified_shift(values, later, stratum, cluster)
    back = stratified_shift(values[::-1], later[::-1], stratum[::-1], cluster[::-1])
    moved = stratified_shift(values + by * later, later, stratum, cluster)
    if found is None:
        assert back is None and moved is None
        return
    assert back is not None and moved is not None
    assert back.d == found.d and (back.lo, back.hi) == (found.lo, found.hi)
    assert moved.d == pytest.approx(found.d + by, abs=1e-6)
    assert found.lo <= found.d + 1e-6 and found.d - 1e-6 <= found.hi
    assert math.isinf(found.lo) or moved.lo == pytest.approx(found.lo + by, abs=1e-6)
