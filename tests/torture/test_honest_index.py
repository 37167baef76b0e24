"""The level index on panels of which boards come, go and fail, and whose truth is known."""

from collections.abc import Callable

import numpy as np
import pytest
import simulated

from reports.statistics.index import matched_chain, two_way_index

WORST = 1.3  # times the error that remains where every board is seen every week


def error(index: simulated.Floats, truth: simulated.Floats) -> float:
    """Root mean square of the relative error of an index against the truth, both based on the first week."""
    return float(np.sqrt(np.mean((index / index[0] * truth[0] / truth - 1) ** 2)))


@pytest.mark.parametrize("size", [8.0, 40.0])
def test_boards_that_come_go_and_fail_hardly_add_to_the_error(
    size: float, rounds: Callable[[int, int], int], tell: Callable[[str, object], None]
) -> None:
    rng = np.random.default_rng(20261125)
    errors = []
    for _ in range(rounds(40, 600)):
        panel = simulated.panel(rng, boards=60, weeks=26, size=size)
        index = two_way_index(panel.seen).week_effect
        floor = two_way_index(panel.all).week_effect
        chain = matched_chain(panel.seen)
        raw = np.nansum(panel.seen, axis=0)
        errors.append([error(one, panel.truth) for one in (index, floor, chain, raw)])
    found, floor, chain, raw = np.median(errors, axis=0)
    tell(
        f"size {size}: index, all seen, chain, raw", [round(float(v), 4) for v in (found, floor, chain, raw)]
    )
    assert found <= WORST * floor
    assert found < raw / 2, "what a raw count would say"


def test_a_board_added_to_a_steady_market_moves_nothing() -> None:
    steady = np.tile([[30.0], [50.0], [20.0]], (1, 12))
    joined = np.vstack([steady, np.concatenate([np.full(6, np.nan), np.full(6, 200.0)])])
    assert two_way_index(joined).week_effect == pytest.approx(np.ones(12))


def test_a_run_that_is_dropped_leaves_the_index_of_a_market_that_moves_as_one() -> None:
    moving = np.outer([30.0, 50.0, 20.0], np.linspace(1, 2, 12))
    dropped = moving.copy()
    dropped[1, 5] = np.nan
    assert two_way_index(dropped).week_effect == pytest.approx(two_way_index(moving).week_effect)
