"""T4 on markets whose truth is known: nothing moves where nothing moved, and what moved is found."""

from collections.abc import Callable

import numpy as np
import pytest
from simulated_skills import SkillMarket, skill_market

from reports.measures.movers import MovedBy, changes, gate_of
from reports.measures.statements import LEAST_MENTIONS, verdict_of
from reports.statistics.differences import StratifiedDesign
from reports.statistics.testing import benjamini_hochberg

FALSE_MOVERS = 0.5  # per 100 requirements
FOUND = 0.80  # of true shifts of 10 points


def moved(market: SkillMarket) -> dict[int, MovedBy]:
    """The movers of a market by requirement: what T4 would call one."""
    columns = np.flatnonzero(market.asked.sum(axis=0) >= LEAST_MENTIONS)
    design = StratifiedDesign(market.later, market.board, market.employer)
    trailing = (market.asked[:, columns].sum(axis=0) + 0.5) / (len(market.asked) + 1)
    found = changes(market.asked[:, columns], design, trailing)
    return {
        int(column): one
        for column, one in zip(columns, found, strict=True)
        if verdict_of(one.change) in ("rose", "fell") and gate_of(one) == ""
    }


def naive(market: SkillMarket) -> int:
    """How many requirements a plain test of two shares would call changed."""
    n1, n0 = market.later.sum(), (~market.later).sum()
    y1, y0 = market.asked[market.later].sum(axis=0), market.asked[~market.later].sum(axis=0)
    p = (y1 + y0) / (n1 + n0)
    error = np.sqrt(p * (1 - p) * (1 / n1 + 1 / n0))
    z = np.divide(y1 / n1 - y0 / n0, error, out=np.zeros(len(p)), where=error > 0)
    return int((np.abs(z) > 1.96).sum())


@pytest.mark.parametrize(
    ("employers", "likeness", "turmoil"), [(80, 0.3, 0.4), (200, 0.05, 0.4), (120, 0.15, 1.0)]
)
def test_where_nothing_moved_nothing_is_said(
    employers: int,
    likeness: float,
    turmoil: float,
    rounds: Callable[[int, int], int],
    tell: Callable[[str, object], None],
) -> None:
    rng = np.random.default_rng(20261126)
    tried = rounds(12, 400)
    false, plain = [], []
    for _ in range(tried):
        market = skill_market(rng, employers=employers, likeness=likeness, turmoil=turmoil)
        false.append(len(moved(market)))
        plain.append(naive(market))
    name = f"{employers} employers, likeness {likeness}, turmoil {turmoil}"
    tell(f"false movers per 100 requirements, {name}", float(np.mean(false)))
    tell("the same by a plain test of two shares", float(np.mean(plain)))
    tell("weeks with any", float(np.mean(np.array(false) > 0)))
    assert np.mean(false) <= FALSE_MOVERS


def test_a_true_shift_of_ten_points_is_found(
    rounds: Callable[[int, int], int], tell: Callable[[str, object], None]
) -> None:
    """800 new postings a window: among 100 requirements, 10 rose or fell by 10 points."""
    rng = np.random.default_rng(20261127)
    found, right, false, first = 0, 0, 0, 0
    tried = rounds(8, 200)
    for _ in range(tried):
        shift = np.zeros(100)
        shift[:10] = np.where(rng.random(10) < 0.5, 0.1, -0.1)
        share = np.clip(rng.beta(0.8, 3.2, 100), 0.01, 0.95)
        share[:10] = rng.uniform(0.15, 0.4, 10)
        market = skill_market(
            rng, employers=300, postings=800, likeness=0.05, turmoil=0.3, share=share, shift=shift
        )
        movers = moved(market)
        found += sum(column in movers for column in range(10))
        right += sum((movers[c].change["d"] or 0) * shift[c] > 0 for c in range(10) if c in movers)
        false += sum(column >= 10 for column in movers)
        if movers:
            first += max(movers, key=lambda column: movers[column].posterior or 0.0) < 10
    tell("shifts of 10 points found", found / (10 * tried))
    tell("false movers per 100 requirements beside them", false / tried)
    tell("rounds in which the surest one is true", first / tried)
    assert found / (10 * tried) >= FOUND
    assert right == found
    assert first / tried >= 0.95


def test_the_order_is_of_what_is_sure(rounds: Callable[[int, int], int]) -> None:
    """Benjamini and Hochberg's q never falls below p, and a mover has a small one."""
    rng = np.random.default_rng(20261128)
    for _ in range(rounds(2, 20)):
        shift = np.zeros(100)
        shift[:5] = 0.15
        found = moved(skill_market(rng, employers=300, likeness=0.05, shift=shift))
        for one in found.values():
            assert (one.change["p"] or 0) <= (one.change["q"] or 0) < 0.10
            assert 0 <= (one.posterior or 0) <= 1
            # It is that of a change by more than 2 points: one of twice that, well told, is likely.
            assert abs(one.change["d"] or 0) < 0.04 or (one.posterior or 0) > 0.5
    assert benjamini_hochberg([0.001, 0.012, 0.014, 0.04, 0.2, 0.6]) == pytest.approx(
        [0.006, 0.028, 0.028, 0.06, 0.24, 0.6]
    )
