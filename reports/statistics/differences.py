"""A difference of shares over strata with clustered variance, and the odds ratio."""

import math
from dataclasses import dataclass

import numpy as np

from reports.statistics.arrays import Z95, Bools, Ints
from reports.statistics.student import t_quantile, t_tail

NO_VARIANCE = 1e-15  # what rounding leaves of zero


@dataclass(frozen=True, slots=True)
class StratifiedDifference:
    """d = sum of weight * (p1 - p0) over strata that hold both groups; `variance` is clustered.

    `n0`, `n1`: members of those strata; `expected` the smallest expected count of the pooled 2x2 table;
    `weights` by stratum id. d and variance are nan without a common stratum or with fewer than two clusters.
    """

    d: float
    variance: float
    clusters: int
    n0: int
    n1: int
    mentions: int
    expected: float
    weights: dict[int, float]

    def interval(self) -> tuple[float, float, float]:
        """Return (lo, hi, p) from Student's t with clusters - 1 degrees of freedom, cut off at -1 and 1."""
        error = math.sqrt(self.variance)
        half = t_quantile(0.975, self.clusters - 1) * error
        p = 2 * t_tail(abs(self.d) / error, self.clusters - 1)
        return max(-1.0, self.d - half), min(1.0, self.d + half), p


def stratified_difference(y: Bools, later: Bools, stratum: Ints, cluster: Ints) -> StratifiedDifference:
    """Return the Mantel-Haenszel difference of the share of True in `y`, group `later` minus the other.

    All four are parallel. Weights n1 n0 / (n1 + n0). The variance linearises by cluster,
    z_c = sum_s weight_s [ (y_cs1 - p1s m_cs1)/n1s - (y_cs0 - p0s m_cs0)/n0s ], V = K/(K-1) sum z_c^2.

    A stratum that is one cluster in both groups (a board of one employer) would give z = 0 whatever it holds;
    there the cluster's own deviation, weight_s (d_s - d), takes the place of the deviations inside it. Where
    no cluster deviates at all (100 % against 0 %), the variance is that of half a cluster off, not 0.
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
        return StratifiedDifference(math.nan, math.nan, clusters, members0, members1, mentions, expected, {})
    safe1, safe0 = np.maximum(n1, 1), np.maximum(n0, 1)
    p1 = np.bincount(stratum, weights=y * later, minlength=strata) / safe1
    p0 = np.bincount(stratum, weights=y * ~later, minlength=strata) / safe0
    weight = np.where(both, n1 * n0 / (safe1 + safe0), 0.0)
    weight /= weight.sum()
    d = float((weight * (p1 - p0)).sum())
    residual = np.where(later, (y - p1[stratum]) / safe1[stratum], -(y - p0[stratum]) / safe0[stratum])
    z = np.bincount(cluster, weights=weight[stratum] * residual, minlength=clusters)
    lowest = np.full(strata, clusters)
    highest = np.full(strata, -1)
    np.minimum.at(lowest, stratum, cluster)
    np.maximum.at(highest, stratum, cluster)
    single = np.flatnonzero(both & (lowest == highest))
    z += np.bincount(lowest[single], weights=(weight * (p1 - p0 - d))[single], minlength=clusters)
    variance = clusters / (clusters - 1) * float((z**2).sum())
    if variance < NO_VARIANCE:
        variance = _least_variance(y, later, cluster)
    weights = {int(s): float(weight[s]) for s in np.flatnonzero(both)}
    return StratifiedDifference(d, variance, clusters, members0, members1, mentions, expected, weights)


def _least_variance(y: Bools, later: Bools, cluster: Ints) -> float:
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
