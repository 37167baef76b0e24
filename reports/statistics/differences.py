"""A difference of shares over strata with clustered variance, and the odds ratio."""

import math
from dataclasses import dataclass

import numpy as np

from reports.statistics.arrays import Z95, Bools, Floats, Ints
from reports.statistics.student import degrees_of_freedom, t_quantile, t_tail

NO_VARIANCE = 1e-15  # what rounding leaves of zero


@dataclass(frozen=True, slots=True)
class StratifiedDifference:
    """d = sum of weight * (p1 - p0) over strata that hold both groups; `variance` is clustered.

    `n0`, `n1`: members of those strata; `expected` the smallest expected count of the pooled 2x2 table;
    `weights` by stratum id; `effective`: the number of equally large clusters that would tell as much. d and
    variance are nan without a common stratum, with fewer than two clusters, and where all hangs on one.
    """

    d: float
    variance: float
    clusters: int
    effective: float
    n0: int
    n1: int
    mentions: int
    expected: float
    weights: dict[int, float]

    def interval(self) -> tuple[float, float, float]:
        """Return (lo, hi, p) from Student's t, cut off at -1 and 1.

        Degrees of freedom: effective clusters - 1. With clusters - 1 a few mass posters make an interval that
        holds the truth in 89 of 100 markets instead of 95 (tests/torture).
        """
        error = math.sqrt(self.variance)
        degrees = degrees_of_freedom(self.effective)
        half = t_quantile(0.975, degrees) * error
        p = 2 * t_tail(abs(self.d) / error, degrees)
        return max(-1.0, self.d - half), min(1.0, self.d + half), p


def stratified_difference(
    y: Bools | Floats, later: Bools, stratum: Ints, cluster: Ints
) -> StratifiedDifference:
    """Return the Mantel-Haenszel difference of the mean of `y`, group `later` minus the other.

    All four are parallel; a True counts 1. Weights n1 n0 / (n1 + n0). The variance is the jackknife that
    leaves out one cluster at a time, strata and weights with it: (K-1)/K sum (d without c - d)^2. Unlike the
    linearised sum of squares it does not shrink where one cluster makes up most of a stratum, or all of it
    (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023). Where no cluster moves d at all (100 %
    against 0 %), the variance is that of half a cluster off, not 0.
    """
    strata = int(stratum.max()) + 1 if len(stratum) else 0
    n1 = np.bincount(stratum[later], minlength=strata)
    n0 = np.bincount(stratum[~later], minlength=strata)
    both = (n1 > 0) & (n0 > 0)
    used = both[stratum] if strata else np.zeros(0, bool)
    y, later, stratum, cluster = y[used], later[used], stratum[used], cluster[used]
    ids, cluster = np.unique(cluster, return_inverse=True)
    clusters = len(ids)
    mentions, members1 = int(y.sum()), int(later.sum())
    members0 = len(y) - members1
    pooled = mentions / len(y) if len(y) else 0.0
    expected = min(members0, members1) * min(pooled, 1 - pooled)
    if clusters < 2:
        nothing = math.nan, math.nan, clusters, math.nan
        return StratifiedDifference(*nothing, members0, members1, mentions, expected, {})
    cell = _Cells(y, later, stratum, cluster, strata, clusters)
    d, variance = cell.difference(), cell.jackknife()
    if variance < NO_VARIANCE:
        variance = _least_variance(y, later, cluster)
    weights = {int(s): float(cell.weight[s]) for s in np.flatnonzero(both)}
    return StratifiedDifference(
        d, variance, clusters, cell.effective(), members0, members1, mentions, expected, weights
    )


class _Cells:
    """The counts and sums of both groups by (cluster, stratum), and what leaving out a cluster does to d."""

    def __init__(
        self, y: Bools | Floats, later: Bools, stratum: Ints, cluster: Ints, strata: int, clusters: int
    ) -> None:
        pair, place = np.unique(cluster * strata + stratum, return_inverse=True)
        self.clusters = clusters
        self.cluster, self.stratum = pair // strata, pair % strata
        groups = (later, ~later)
        self.counts = [_sums(place, group, len(pair)) for group in groups]
        self.sums = [_sums(place, y * group, len(pair)) for group in groups]
        self.n = [_sums(self.stratum, count, strata) for count in self.counts]
        self.totals = [_sums(self.stratum, total, strata) for total in self.sums]
        harmonic, self.parts = _weighted(self.n, self.totals)
        self.harmonic, self.weight = harmonic, harmonic / harmonic.sum()

    def difference(self) -> float:
        return float(self.parts.sum() / self.harmonic.sum())

    def jackknife(self) -> float:
        """Return the variance; nan if without some cluster no stratum holds both groups."""
        left = [n[self.stratum] - count for n, count in zip(self.n, self.counts, strict=True)]
        rest = [t[self.stratum] - s for t, s in zip(self.totals, self.sums, strict=True)]
        harmonic, parts = _weighted(left, rest)
        weight = self.harmonic.sum() + self._by_cluster(harmonic - self.harmonic[self.stratum])
        total = self.parts.sum() + self._by_cluster(parts - self.parts[self.stratum])
        if (weight < 1e-9).any():
            return math.nan
        moved = total / weight - self.difference()
        return (self.clusters - 1) / self.clusters * float((moved**2).sum())

    def effective(self) -> float:
        """Return 1 / sum of squared shares of the clusters in the weights of d."""
        shares = sum(c / n[self.stratum] for c, n in zip(self.counts, self.n, strict=True)) / 2
        return float(1 / (self._by_cluster(self.weight[self.stratum] * shares) ** 2).sum())

    def _by_cluster(self, values: Floats) -> Floats:
        return _sums(self.cluster, values, self.clusters)


def _sums(place: Ints, values: Bools | Floats, places: int) -> Floats:
    return np.bincount(place, weights=values, minlength=places).astype(np.float64)


def _weighted(n: list[Floats], total: list[Floats]) -> tuple[Floats, Floats]:
    """Return n1 n0 / (n1 + n0) and that times the difference of means; 0 where a group is empty."""
    both = (n[0] > 0) & (n[1] > 0)
    safe = [np.where(both, one, 1.0) for one in n]
    weight = np.where(both, safe[0] * safe[1] / (safe[0] + safe[1]), 0.0)
    return weight, weight * (total[0] / safe[0] - total[1] / safe[1])


def _least_variance(y: Bools | Floats, later: Bools, cluster: Ints) -> float:
    """Variance of a difference of shares over clusters, half a cluster added to both answers (Haldane)."""
    total = 0.0
    for group in (later, ~later):
        clusters = len(np.unique(cluster[group]))
        p = (float(y[group].mean()) * clusters + 0.5) / (clusters + 1)
        total += p * (1 - p) / clusters
    return total


def odds_ratio(y1: int, n1: int, y0: int, n0: int) -> tuple[float, float, float]:
    """Return (odds ratio, lo, hi) of group 1 to group 0 with the Haldane-Anscombe correction (+0.5)."""
    a, b, c, d = y1 + 0.5, n1 - y1 + 0.5, y0 + 0.5, n0 - y0 + 0.5
    log_ratio = math.log(a * d / (b * c))
    half = Z95 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return math.exp(log_ratio), math.exp(log_ratio - half), math.exp(log_ratio + half)
