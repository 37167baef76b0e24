"""Many tests at once, and how small a change a test could find."""

import math
from collections.abc import Sequence

from reports.statistics.arrays import Z95

Z80 = 0.8416212335729143


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Return the adjusted p value (q) of each p value; None (not tested) stays None and does not count."""
    tested = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    q_values: list[float | None] = [None] * len(p_values)
    smallest = 1.0
    for rank in range(len(tested), 0, -1):
        p, i = tested[rank - 1]
        smallest = min(smallest, p * len(tested) / rank)
        q_values[i] = smallest
    return q_values


def detectable_change(p: float, n1: float, n0: float, deff: float = 1.0) -> float | None:
    """Return the smallest difference of shares near `p` that a two-sided 5 % test finds with 80 % power.

    (z_.975 + z_.80) sqrt(deff p (1-p) (1/n1 + 1/n0)); None for an empty group.
    """
    if n1 <= 0 or n0 <= 0:
        return None
    return (Z95 + Z80) * math.sqrt(deff * p * (1 - p) * (1 / n1 + 1 / n0))


def binomial_tail(least: int, n: int, p: float) -> float:
    """Return the probability of `least` or more successes in n draws of probability p (0 < p < 1)."""
    odds, chances, orders = math.log(p), math.log1p(-p), math.lgamma(n + 1)
    logs = (
        orders - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * odds + (n - k) * chances
        for k in range(max(least, 0), n + 1)
    )
    return min(1.0, math.fsum(math.exp(log) for log in logs))
