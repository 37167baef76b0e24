"""Medians: the interval of one, and the difference of two groups, where mass posters make clusters."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from reports.statistics.arrays import Bools, Floats, Ints
from reports.statistics.differences import StratifiedDesign, StratifiedDifference
from reports.statistics.shares import clustered_share
from reports.statistics.student import degrees_of_freedom, t_quantile, t_tail

LEAST_FOR_MEDIAN = 6  # with fewer independent values even the whole range holds the median too seldom
_TAIL = 0.025
_HALVINGS = 60
_DECIMALS = 8  # what halving leaves of a shift that is exact


@lru_cache(maxsize=4096)
def _rank(n: int) -> int:
    """Return the largest j for which the median of n values lies below the j-th in at most 2.5 % of cases."""
    below, j = 0.0, 0
    log_half = n * math.log(0.5)
    while True:
        here = math.exp(math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1) + log_half)
        if below + here > _TAIL:
            return j
        below, j = below + here, j + 1


def median_interval(values: Floats, cluster: Ints) -> tuple[float, float] | None:
    """Return the 95 % interval of the median of `values`, whose clusters (small ids) are parallel.

    Independent values: the order statistics j and n+1-j, j the largest with P(Bin(n, 1/2) < j) <= 0.025
    (exact; Hahn and Meeker 1991). In clusters they are worth m = n / deff values, the design effect being
    that of the share at or below the median (Woodruff 1952), so the ranks are those of m values on the scale
    of n. None if m < 6. Simulated with 60 mass posters: 94 of 100 hold the median, 45 to 63 without deff.
    """
    n = len(values)
    if n < LEAST_FOR_MEDIAN:
        return None
    found = clustered_share(values <= np.median(values), cluster)
    worth = n if found.clusters == n else int(found.n_eff + 1e-9)
    if worth < LEAST_FOR_MEDIAN:
        return None
    rank = int(_rank(worth) * (n + 1) / (worth + 1) + 1e-9)
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[n - rank])


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much the values of one group lie above those of another, with its interval.

    `lo`, `hi` are infinite where no finite shift could be excluded. `sizes` tells what is compared: members
    of the groups inside common strata, clusters.
    """

    d: float
    lo: float
    hi: float
    p: float
    sizes: StratifiedDifference


def stratified_shift(values: Floats, later: Bools, stratum: Ints, cluster: Ints) -> Shift | None:
    """Return the Hodges-Lehmann shift of group `later` against the other inside strata; None without any.

    All four are parallel. Of a value of one group its placement is the share of the other group's values in
    its stratum that lie below it (ties half). Let theta be the mean placement of the later group, less a
    half, over strata with Mantel-Haenszel weights (van Elteren 1960): the shift is what has to be taken
    from the later group for theta to be 0; in one stratum that is the median of all pairwise differences. Its
    interval are the shifts that the test of theta = 0 does not reject, the variance of theta being that of
    mean placements (DeLong 1988), clusters left out one at a time (as Obuchowski 1997 sums them).
    """
    test = _PlacementTest(values, later, stratum, cluster)
    if not test.strata:
        return None
    sizes = test.design.difference(values > np.median(values))
    if math.isnan(sizes.variance):  # all hangs on one cluster
        return None
    bound = t_quantile(1 - _TAIL, degrees_of_freedom(sizes.effective))
    d = (test.solve(lambda s: test.theta(s) > 0) + test.solve(lambda s: test.theta(s) >= 0)) / 2
    lo = test.solve(lambda s: test.statistic(s) > bound)
    hi = test.solve(lambda s: test.statistic(s) >= -bound)
    p = 2 * t_tail(min(abs(test.statistic(0.0)), 1e9), degrees_of_freedom(sizes.effective))
    return Shift(d, lo, hi, p, sizes)


class _PlacementTest:
    """The test that one group has to be moved by `shift` to lie where the other does, stratum by stratum."""

    def __init__(self, values: Floats, later: Bools, stratum: Ints, cluster: Ints) -> None:
        held = [s for s in np.unique(stratum) if len(np.unique(later[stratum == s])) == 2]
        used = np.isin(stratum, held)
        self.values = np.where(used, values, 0.0)
        self.design = StratifiedDesign(later, stratum, cluster)

        def members(one: int, group: Bools) -> Ints:
            """Return where the members of a group in a stratum stand, in the order of their values."""
            where = np.flatnonzero((stratum == one) & group)
            found: Ints = where[np.argsort(values[where], kind="stable")]
            return found

        self.strata = [(members(one, ~later), members(one, later)) for one in held]

    def placements(self, shift: float) -> Floats:
        placed = np.zeros(len(self.values))
        for earlier, later in self.strata:
            x, y = self.values[earlier], self.values[later] - shift
            placed[later] = _share_below(x, y)
            placed[earlier] = _share_below(y, x)
        return placed

    def theta(self, shift: float) -> float:
        total = weight = 0.0
        for earlier, later in self.strata:
            harmonic = len(earlier) * len(later) / (len(earlier) + len(later))
            below = _share_below(self.values[earlier], self.values[later] - shift)
            total, weight = total + harmonic * (float(below.mean()) - 0.5), weight + harmonic
        return total / weight

    def statistic(self, shift: float) -> float:
        """Return theta over its standard error. The difference of mean placements is twice theta, but its
        variance, placements taken as given, is that of theta."""
        found = self.design.difference(self.placements(shift))
        variance = found.variance
        if math.isnan(variance):  # no cluster deviates: half a one off, as for shares (Haldane)
            p = (found.p0 * found.clusters + 0.5) / (found.clusters + 1)
            variance = 2 * p * (1 - p) / found.clusters
        return found.d / 2 / math.sqrt(variance)

    def solve(self, too_small: Callable[[float], bool]) -> float:
        """Return the largest shift of which `too_small` (true up to it) holds; infinite if there is none."""
        ends = [(self.values[e], self.values[y]) for e, y in self.strata]
        low = min(float(y[0] - x[-1]) for x, y in ends) - 1
        high = max(float(y[-1] - x[0]) for x, y in ends) + 1
        if not too_small(low):
            return -math.inf
        if too_small(high):
            return math.inf
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if too_small(middle) else (low, middle)
        return round((low + high) / 2, _DECIMALS) + 0.0


def _share_below(others: Floats, values: Floats) -> Floats:
    """Return the share of `others` (sorted) below each value, ties counted half."""
    below = np.searchsorted(others, values, "left") + np.searchsorted(others, values, "right")
    found: Floats = below / (2 * len(others))
    return found
