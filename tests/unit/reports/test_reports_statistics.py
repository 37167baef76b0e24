"""The formulas: values from tables and by hand, the shared trend fixture, and what must always hold."""

import csv
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from reports.statistics.arrays import Bools, Floats, Ints, quantile
from reports.statistics.differences import odds_ratio, stratified_difference
from reports.statistics.index import index_uncertainty, matched_chain, two_way_index
from reports.statistics.shares import clustered_share, wilson
from reports.statistics.student import t_quantile, t_tail
from reports.statistics.testing import benjamini_hochberg, detectable_change

NAN = math.nan


@pytest.fixture
def expected(shared_data: Path) -> Any:
    return json.loads((shared_data / "trend_fixture" / "expected.json").read_text(encoding="utf-8"))


class Trend:
    """The postings of the shared fixture as arrays."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self.rows = rows
        self.role = np.array([r["role"] for r in rows])
        self.source = np.unique([r["source"] for r in rows], return_inverse=True)[1]
        self.company = np.unique([r["company"] for r in rows], return_inverse=True)[1]

    def asks(self, skill: str) -> Bools:
        return np.array([skill in r["skills"].split("|") for r in self.rows])


@pytest.fixture
def trend(shared_data: Path) -> Trend:
    with (shared_data / "trend_fixture" / "postings.csv").open(encoding="utf-8") as file:
        return Trend(list(csv.DictReader(file)))


# ------------------------------------------------------------------ shares


@pytest.mark.parametrize(
    ("y", "n", "lo", "hi"),
    [(8, 16, 0.2800, 0.7200), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(y: int, n: int, lo: float, hi: float) -> None:
    assert wilson(y, n) == pytest.approx((lo, hi), abs=5e-5)


def test_clustered_share_of_independent_postings_is_wilson_with_t() -> None:
    y = np.array([True] * 6 + [False] * 14)
    found = clustered_share(y, np.arange(20))
    assert (found.y, found.n, found.clusters, found.clusters_y) == (6, 20, 20, 6)
    # v = 20/19 * sum (y - .3)^2 / 400 = .21/19, of .21/20: a design effect of 20/19
    assert found.deff == pytest.approx(20 / 19)
    # The quantile is that of Student's t with 19 degrees of freedom, from a table.
    assert (found.lo, found.hi) == pytest.approx(wilson(0.3 * 19, 19, 2.093024), abs=1e-6)


def test_clustered_share_of_ten_employers_that_each_say_one_thing() -> None:
    y = np.repeat([True, False] * 5, 4)
    found = clustered_share(y, np.repeat(np.arange(10), 4))
    # v = 10/9 * 10 * (4 * .5)^2 / 40^2 = 1/36 against .25/40: deff 40/9, n_eff 9
    assert found.n_eff == pytest.approx(9)


@pytest.mark.parametrize(("hits", "employers", "n_eff"), [(4, 3, 3), (0, 12, 12), (12, 12, 12)])
def test_clustered_share_falls_back_to_employers(hits: int, employers: int, n_eff: int) -> None:
    y = np.arange(12) < hits
    assert clustered_share(y, np.arange(12) % employers).n_eff == n_eff


def test_empty_share() -> None:
    found = clustered_share(np.zeros(0, bool), np.zeros(0, np.int64))
    assert found.n == 0 and math.isnan(found.p) and found.deff == 1


def test_forty_copies_move_the_share_but_not_the_employers_and_widen_the_interval() -> None:
    y, employer = np.arange(60) % 3 == 0, np.arange(60) // 2
    plain = clustered_share(y, employer)
    copied = clustered_share(np.append(y, [True] * 40), np.append(employer, [0] * 40))
    assert copied.p > plain.p + 0.2
    assert (copied.clusters, copied.clusters_y) == (plain.clusters, plain.clusters_y)
    assert copied.hi - copied.lo > plain.hi - plain.lo


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), min_size=1, max_size=200))
def test_share_interval_holds_the_share(rows: list[tuple[bool, int]]) -> None:
    y, employer = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    found = clustered_share(y, employer)
    assert 0 <= found.lo <= found.p + 1e-12 and found.p - 1e-12 <= found.hi <= 1
    assert 0 < found.n_eff <= found.n and found.clusters_y <= min(found.clusters, found.y)


# ------------------------------------------------------------------ differences


def test_single_employer_strata_learn_from_each_other() -> None:
    """Board 1 went from 0/2 to 2/2, board 2 stayed at 0/2: d = 1/2, z = (1/4, -1/4), V = 2 * 2/16."""
    y = np.array([False, False, True, True, False, False, False, False])
    later = np.array([False, False, True, True] * 2)
    board = np.repeat([0, 1], 4)
    found = stratified_difference(y, later, board, board)
    assert (found.d, found.variance, found.clusters) == pytest.approx((0.5, 0.25, 2))
    assert found.weights == {0: 0.5, 1: 0.5}


def test_complete_separation_is_not_certainty() -> None:
    """20 of 20 employers against 0 of 20: p = 20.5/21 and .5/21, V = 2 * 20.5 * .5 / 21^2 / 20."""
    y, stratum = np.repeat([True, False], 20), np.zeros(40, np.int64)
    found = stratified_difference(y, y, stratum, np.arange(40))
    assert (found.d, found.variance) == pytest.approx((1, 2 * 20.5 * 0.5 / 21**2 / 20))
    lo, hi, p = found.interval()
    assert 0.9 < lo < 0.95 and hi == 1 and p < 1e-6


def test_strata_without_both_groups_take_no_part() -> None:
    y = np.array([True, False, True, True, True])
    later = np.array([True, False, True, True, True])
    stratum, cluster = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 2, 3, 4])
    found = stratified_difference(y, later, stratum, cluster)
    assert (found.d, found.n0, found.n1, found.clusters, found.weights) == (1.0, 1, 1, 2, {0: 1.0})


@pytest.mark.parametrize("size", [0, 3])
def test_no_common_stratum(size: int) -> None:
    found = stratified_difference(
        np.ones(size, bool), np.ones(size, bool), np.zeros(size, np.int64), np.arange(size)
    )
    assert math.isnan(found.d) and found.weights == {}


def test_fixture_difference(expected: Any, trend: Trend) -> None:
    want = expected["mh_clustered_LLM"]
    ai, aigc = trend.role == "AI", trend.role == "AIGC"
    both = ai | aigc
    found = stratified_difference(
        trend.asks("LLM")[both], aigc[both], trend.source[both], trend.company[both]
    )
    assert found.d == pytest.approx(float(Fraction(want["d"])))
    # The fixture's is the linearised one, which is never the larger.
    assert found.variance > float(Fraction(want["var"]))
    assert found.clusters == want["K"]
    assert found.weights == pytest.approx(
        {i: float(Fraction(want["weights"][s])) for i, s in enumerate("ABC")}
    )


def plain_difference(y: Bools, later: Bools, stratum: Ints) -> float:
    """The Mantel-Haenszel difference, stratum by stratum."""
    parts = []
    for one in np.unique(stratum):
        groups = [y[(stratum == one) & group] for group in (later, ~later)]
        if all(len(group) for group in groups):
            n1, n0 = map(len, groups)
            parts.append((n1 * n0 / (n1 + n0), float(groups[0].mean() - groups[1].mean())))
    return sum(w * d for w, d in parts) / sum(w for w, _ in parts) if parts else math.nan


@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.integers(0, 3), st.integers(0, 6)), min_size=2, max_size=60
    )
)
def test_the_variance_is_that_of_leaving_out_one_cluster(rows: list[tuple[bool, bool, int, int]]) -> None:
    y, later, stratum, cluster = (np.array(column) for column in zip(*rows, strict=True))
    found = stratified_difference(y, later, stratum, cluster)
    if math.isnan(found.d):
        return
    used = np.isin(stratum, list(found.weights))
    without = [
        plain_difference(*(column[used & (cluster != one)] for column in (y, later, stratum)))
        for one in np.unique(cluster[used])
    ]
    assert found.d == pytest.approx(plain_difference(y, later, stratum))
    want = (len(without) - 1) / len(without) * sum((d - found.d) ** 2 for d in without)
    if want > 1e-12 or math.isnan(want):
        assert found.variance == pytest.approx(want, nan_ok=True)
    assert 1 <= found.effective <= found.clusters + 1e-9


def test_fixture_odds_ratios(expected: Any) -> None:
    for want in expected["contrast_window"].values():
        ratio, lo, hi = odds_ratio(*want["AIGC"], *want["AI"])
        assert ratio == pytest.approx(want["or_haldane"], abs=5e-5)
        assert (lo, hi) == pytest.approx(want["ci"], abs=5e-5)


def test_benjamini_hochberg(expected: Any) -> None:
    assert benjamini_hochberg(expected["bh_example"]["p"]) == pytest.approx(expected["bh_example"]["q"])


def test_benjamini_hochberg_passes_over_what_was_not_tested() -> None:
    # of three tested: .01 * 3, then min(.04 * 3/2, .05 * 3/3)
    assert benjamini_hochberg([0.04, None, 0.01, 0.05]) == pytest.approx(
        [0.05, None, 0.03, 0.05], nan_ok=True
    )
    assert benjamini_hochberg([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_keeps_order_and_never_helps(p_values: list[float]) -> None:
    q_values = [q for q in benjamini_hochberg(p_values) if q is not None]
    assert all(p <= q + 1e-12 and q <= 1 for p, q in zip(p_values, q_values, strict=True))
    ordered = [q for _, q in sorted(zip(p_values, q_values, strict=True))]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize(
    ("n", "p", "points"),
    [(50, 0.05, 12.2), (100, 0.1, 11.9), (200, 0.3, 12.8), (400, 0.5, 9.9), (800, 0.3, 6.4)],
)
def test_detectable_change(n: int, p: float, points: float) -> None:
    change = detectable_change(p, n, n)
    assert change is not None and 100 * change == pytest.approx(points, abs=0.05)


def test_detectable_change_grows_with_the_design_effect() -> None:
    assert detectable_change(0.3, 0, 10) is None
    one, four = detectable_change(0.3, 80, 80), detectable_change(0.3, 80, 80, 4.0)
    assert one is not None and four == pytest.approx(2 * one)


def null_market(rng: np.random.Generator) -> tuple[Ints, Bools, Ints]:
    """Return role, later, employer: 120 employers in two windows, each with a taste that does not change."""
    sizes = np.minimum(rng.zipf(1.8, (120, 2)), 40) * (rng.random((120, 2)) < 0.8)
    taste = rng.dirichlet([1.0, 1.4, 0.3, 3.0], 120)
    role = np.concatenate([rng.choice(4, int(n), p=taste[c]) for c in range(120) for n in sizes[c]])
    later = np.concatenate([np.full(int(n), w == 1) for c in range(120) for w, n in enumerate(sizes[c])])
    employer = np.concatenate([np.full(int(n), c) for c in range(120) for n in sizes[c]])
    return role, later, employer


def test_null_market_rarely_moves() -> None:
    """With nothing changing, at most 12 % of 200 comparisons name any class; intervals hold 0 in 9 of 10."""
    rng = np.random.default_rng(20261123)
    moved = covered = intervals = 0
    for _ in range(200):
        role, later, employer = null_market(rng)
        p_values: list[float | None] = []
        for code in range(4):
            found = stratified_difference(role == code, later, employer, employer)
            lo, hi, p = found.interval()
            covered += lo <= 0 <= hi
            intervals += 1
            p_values.append(p)
        moved += any(q is not None and q < 0.10 for q in benjamini_hochberg(p_values))
    assert moved <= 24
    assert covered / intervals >= 0.90


# ------------------------------------------------------------------ Student's t, quantiles


@pytest.mark.parametrize(
    ("degrees", "quantile"),
    [(1, 12.7062), (2, 4.3027), (5, 2.5706), (19, 2.0930), (30, 2.0423), (120, 1.9799), (100_000, 1.9600)],
)
def test_t_quantile(degrees: int, quantile: float) -> None:
    assert t_quantile(0.975, degrees) == pytest.approx(quantile, abs=6e-5)
    assert t_tail(quantile, degrees) == pytest.approx(0.025, abs=3e-6)


def test_t_tail_at_the_ends() -> None:
    assert t_tail(0.0, 7) == 0.5
    assert t_tail(1e9, 7) < 1e-12


@pytest.mark.parametrize(
    ("values", "q", "want"),
    [
        ([], 0.5, None),
        ([3], 0.25, 3),
        ([3, 3, 5, 5], 0.5, 4),
        ([0, 1, 1, 1, 2, 2, 3, 3], 0.5, 1.5),
        ([0, 4], 0.25, 1),
    ],
)
def test_quantile(values: list[float], q: float, want: float | None) -> None:
    assert quantile(values, q) == want


# ------------------------------------------------------------------ the level index

BY_HAND = np.array([[2, 3, 4], [4, NAN, 8]])
"""Series X listed 2, 3, 4, series Y 4, a missing week, 8. With b = (1, 3/2, 2), a = (2, 4): row totals
9 = 2(1 + 3/2 + 2), 12 = 4(1 + 2); week totals 6 = 2 + 4, 3 = 2 * 3/2, 12 = (2 + 4) * 2."""


def test_two_way_index_by_hand() -> None:
    fit = two_way_index(BY_HAND)
    assert fit.week_effect == pytest.approx([1, 1.5, 2])
    assert fit.row_effect == pytest.approx([2, 4])
    assert matched_chain(BY_HAND) == pytest.approx([1, 1.5, 2])  # 3/2, then 4/3


def test_fixture_index(expected: Any) -> None:
    counts = np.array([[NAN if v is None else v for v in expected["stock_matrix"][s]] for s in "ABC"])
    fit = two_way_index(counts)
    assert 100 * fit.week_effect == pytest.approx(expected["tpd_index"], abs=5e-5)
    assert fit.row_effect[1] * fit.week_effect[1] == pytest.approx(expected["tpd_imputed_B_W47"], abs=5e-5)
    assert 100 * matched_chain(counts) == pytest.approx(expected["chain_index"], abs=5e-5)
    assert np.nansum(counts, axis=0).tolist() == expected["stock_raw"]


def test_pieces_that_share_nothing_restart() -> None:
    fit = two_way_index(np.array([[5.0, 10, NAN, NAN], [NAN, NAN, 7, 14], [0, 0, 0, 0]]))
    assert fit.week_segment.tolist() == [1, 1, 2, 2]
    assert fit.row_segment.tolist() == [1, 2, 0]
    assert fit.week_effect == pytest.approx([1, 2, 1, 2])


def test_a_week_of_zero_is_zero_and_an_unseen_week_is_unknown() -> None:
    fit = two_way_index(np.array([[4.0, 0, NAN, 8]]))
    assert fit.week_effect == pytest.approx([1, 0, NAN, 2], nan_ok=True)
    assert fit.week_segment.tolist() == [1, 1, 0, 1]


@pytest.mark.parametrize("size", [100, 1000, 100_000])
def test_two_large_parts_that_hang_together_by_one_small_series(size: int) -> None:
    """One series ends in week 25, one begins in 26; only a board of 1, then 3 postings was seen in both."""
    counts = np.full((3, 53), NAN)
    counts[0, :26], counts[1, 26:] = size, 2 * size
    counts[2, 25:27] = 1, 3
    effect = two_way_index(counts).week_effect
    # rounding of totals of ten millions; a report prints six digits
    assert effect[[0, 25, 26, 52]] == pytest.approx([1, 1, 3, 3], rel=1e-8)


@pytest.mark.parametrize("shape", [(0, 3), (2, 3)])
def test_nothing_listed(shape: tuple[int, int]) -> None:
    fit = two_way_index(np.zeros(shape))
    assert np.isnan(fit.week_effect).all() and not fit.week_segment.any()


def test_chain_skips_an_unseen_week_and_ends_without_matched_rows() -> None:
    counts = np.array([[4.0, NAN, 6, NAN], [NAN, NAN, NAN, 3]])
    assert matched_chain(counts) == pytest.approx([1, NAN, 1.5, NAN], nan_ok=True)


counts_matrices = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 6), st.integers(2, 8)), elements=st.integers(1, 60)
)


@given(counts_matrices)
def test_full_panel_is_the_ratio_of_totals(counts: Floats) -> None:
    total = counts.sum(axis=0)
    assert two_way_index(counts).week_effect == pytest.approx(total / total[0])


@given(counts_matrices, st.data())
def test_a_source_that_moves_with_the_index_leaves_it_unchanged(counts: Floats, data: st.DataObject) -> None:
    holes = data.draw(hnp.arrays(bool, counts.shape))
    holes[:, 0] = False  # every series is seen in week 0, so the panel is connected
    holes[0] = False
    counts = np.where(holes, NAN, counts)
    plain = two_way_index(counts).week_effect
    added = two_way_index(np.vstack([counts, 7 * plain])).week_effect
    assert added == pytest.approx(plain, rel=1e-8)


@given(counts_matrices, st.randoms(use_true_random=False))
def test_order_of_series_does_not_matter(counts: Floats, random: Any) -> None:
    order = list(range(len(counts)))
    random.shuffle(order)
    assert two_way_index(counts[order]).week_effect == pytest.approx(two_way_index(counts).week_effect)


def test_uncertainty_of_a_full_panel_is_that_of_a_ratio() -> None:
    """Two weeks: b = Y/X, and the clustered variance of log b is K/(K-1) sum (y_c/Y - x_c/X)^2."""
    rng = np.random.default_rng(5)
    counts = rng.integers(1, 40, (30, 2)).astype(float)
    fit = two_way_index(counts)
    found = index_uncertainty(counts, fit, 1, np.arange(30))
    x, y = counts.sum(axis=0)
    # The log of y/x without each employer. One Newton step is not quite all the way.
    moved = np.log((y - counts[:, 1]) / (x - counts[:, 0])) - np.log(y / x)
    assert found.clusters == 30
    assert found.covariance[1, 1] == pytest.approx(29 / 30 * (moved**2).sum(), rel=0.01)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_employers_that_all_move_alike_are_no_certainty(ratio: float) -> None:
    """20 employers of 2 postings: one posting more or less of 40 is an error of 1/40, t(19) = 2.093024."""
    counts = np.tile([2.0, 2.0 * ratio], (20, 1))
    found = index_uncertainty(counts, two_way_index(counts), 1, np.arange(20)).interval(ratio, 1, 0)
    assert found is not None
    lo, hi, p = found
    assert (lo / ratio, hi / ratio) == pytest.approx((math.exp(-2.093024 / 40), math.exp(2.093024 / 40)))
    assert (p == 1.0) if ratio == 1 else (0 < p < 1e-9)


def test_the_base_of_an_index_is_100_by_definition() -> None:
    counts = np.array([[3.0, 4.0], [5.0, 9.0], [2.0, 1.0]])
    assert index_uncertainty(counts, two_way_index(counts), 1, np.arange(3)).interval(1.0, 0, 0) == (1, 1, 1)


def test_index_interval_covers_about_as_promised() -> None:
    """60 employers whose stocks wander about a level of 1: the 95 % interval holds it in 9 of 10 runs."""
    rng = np.random.default_rng(17)
    held = 0
    for _ in range(120):
        level = np.exp(
            rng.normal(2, 1, (60, 1))
            + np.cumsum(rng.normal(0, 0.15, (60, 14)), axis=1)
            - 0.01125 * np.arange(1, 15)
        )
        counts = rng.poisson(level).astype(float)
        counts[rng.random(counts.shape) < 0.1] = NAN
        fit = two_way_index(counts)
        found = index_uncertainty(counts, fit, 1, np.arange(60)).interval(float(fit.week_effect[13]), 13, 0)
        held += found is not None and found[0] <= 1 <= found[1]
    assert held >= 0.88 * 120
