"""One mean of values that come in clusters."""

import math
from dataclasses import dataclass

import numpy as np

from reports.statistics.arrays import Floats, Ints
from reports.statistics.student import degrees_of_freedom, t_quantile

FEW_CLUSTERS = 10  # below this no interval


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """Mean of `n` values over `clusters`; `mean` is nan when n = 0, `lo` and `hi` with few clusters."""

    mean: float
    lo: float
    hi: float
    n: int
    clusters: int


def clustered_mean(y: Floats, cluster: Ints) -> ClusteredMean:
    """Return the mean of `y` with an interval from the jackknife over clusters.

    `y` and `cluster` (small non-negative ids) are parallel. With the sums t_c of m_c values over K clusters,
    v = (K-1)/K sum ((t_c - mean m_c) / (n - m_c))^2, and Student's t with n^2 / sum m_c^2 - 1 degrees of
    freedom, as for shares (`clustered_share`).
    """
    n = len(y)
    if n == 0:
        return ClusteredMean(math.nan, math.nan, math.nan, 0, 0)
    sizes = np.bincount(cluster)
    totals = np.bincount(cluster, weights=y, minlength=len(sizes))
    present = sizes > 0
    sizes, totals = sizes[present], totals[present]
    clusters, mean = len(sizes), float(totals.sum() / n)
    if clusters < FEW_CLUSTERS:
        return ClusteredMean(mean, math.nan, math.nan, n, clusters)
    left = (totals - mean * sizes) / (n - sizes)
    error = math.sqrt((clusters - 1) / clusters * float((left**2).sum()))
    effective = n**2 / float((sizes.astype(np.float64) ** 2).sum())
    half = t_quantile(0.975, degrees_of_freedom(effective)) * error
    return ClusteredMean(mean, mean - half, mean + half, n, clusters)
