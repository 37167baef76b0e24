"""Is a door called easier only if it is? Markets with mass posters that hire for one class only."""

from collections.abc import Callable

import numpy as np
import pytest
import simulated

from reports.measures.choice.card import verdict_of
from reports.measures.statements import change_row
from reports.statistics.differences import StratifiedDesign


def verdict(rng: np.random.Generator, employers: int, share: float, likeness: float, shift: float) -> str:
    """The verdict in a market in which AIGC PM is easier by `shift`.

    Every employer has openings of one class only, so that its own strictness looks like that of the class. A
    quarter of the openings does not say enough: these count as lenient, not as strict.
    """
    size = simulated.postings_per_employer(rng, employers)
    employer = np.repeat(np.arange(employers), size)
    aigc = (np.arange(employers) % 2 == 0)[employer]
    whole = (1 - likeness) / likeness
    own = rng.beta(share * whole, (1 - share) * whole, employers)
    lenient = rng.random(len(employer)) < np.clip(own[employer] + shift * aigc, 0, 1)
    strict = lenient & (rng.random(len(employer)) < 0.75)
    design = StratifiedDesign(aigc, employer // 2 % 6, employer)
    difference = change_row(design.difference(strict), len(employer))
    return verdict_of(difference, design.difference(lenient).d, None)[0]


@pytest.mark.parametrize("employers", [60, 200])
@pytest.mark.parametrize("likeness", [0.05, 0.3])
def test_no_door_is_called_easier_where_both_are_alike(
    employers: int, likeness: float, rounds: Callable[[int, int], int], tell: Callable[[str, object], None]
) -> None:
    rng = np.random.default_rng(20261125)
    tried = rounds(100, 2000)
    false = sum(verdict(rng, employers, 0.3, likeness, 0.0) != "not_enough_data" for _ in range(tried))
    tell(f"false verdicts, {employers} employers, likeness {likeness}", false / tried)
    assert false / tried <= 0.10


def test_an_easier_door_is_found(
    rounds: Callable[[int, int], int], tell: Callable[[str, object], None]
) -> None:
    """A lead of 25 points of the lenient share (19 of the strict) among 200 employers."""
    rng = np.random.default_rng(20261126)
    tried = rounds(60, 1000)
    found = [verdict(rng, 200, 0.3, 0.1, 0.25) for _ in range(tried)]
    tell("easier door found", found.count("aigc_easier") / tried)
    assert "ai_easier" not in found
    assert found.count("aigc_easier") / tried >= 0.8
