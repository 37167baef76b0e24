"""How much of something lies with few: Herfindahl and Hirschman's index and what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

TOP = 5


@dataclass(frozen=True, slots=True)
class Concentrated:
    """`hhi` = sum of squared shares; `unbiased` = (n hhi - 1)/(n - 1), the probability that two drawn at
    random share their place (Simpson 1949), None for n < 2; `effective` = 1/hhi places of equal size would
    be as concentrated (Adelman 1969; Hill 1973); `top` = the share of the five largest. `n` is the sum of
    the weights.
    """

    n: float
    places: int
    hhi: float
    unbiased: float | None
    effective: float
    top: float


def concentration(weights: Mapping[str, float]) -> Concentrated | None:
    """Return how concentrated the weights are (counts, or fractions where one is split); None for none.

    Split weights make n independent draws of what are fewer; `unbiased` is then an approximation.
    """
    sizes = sorted((w for w in weights.values() if w > 0), reverse=True)  # one order of summing
    if not sizes:
        return None
    n = sum(sizes)
    hhi = sum((size / n) ** 2 for size in sizes)
    unbiased = (n * hhi - 1) / (n - 1) if n > 1 else None
    return Concentrated(n, len(sizes), hhi, unbiased, 1 / hhi, sum(sizes[:TOP]) / n)
