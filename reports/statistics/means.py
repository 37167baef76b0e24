"""One mean of shares (values between 0 and 1) that come in clusters."""

import math
from dataclasses import dataclass

import numpy as np

from reports.statistics.arrays import Floats, Ints
from reports.statistics.shares import FEW_CLUSTERS, wilson
from reports.statistics.student import degrees_of_freedom, t_quantile

_ROUNDING = 1e-12  # of a variance that is 0 but for rounding


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """Mean of `n` values over `clusters`; `mean` is nan when n = 0, `lo` and `hi` with few clusters."""

    mean: float
    lo: float
    hi: float
    n: int
    clusters: int


def clustered_mean_share(y: Floats, cluster: Ints) -> ClusteredMean:
    """Return the mean of values between 0 and 1, with an interval that keeps to these bounds.

    `y` and `cluster` (small non-negative ids) are parallel. With the sums t_c of m_c values over K clusters,
    the variance is the jackknife over clusters, v = (K-1)/K sum ((t_c - mean m_c) / (n - m_c))^2. The
    interval is Wilson's for a share of the size of the mean, of n_eff = min(n, mean (1 - mean) / v) answers,
    which tell as much; where no cluster differs from the others (v = 0), of as many answers as there are
    clusters. The quantile is that of Student's t with n^2 / sum m_c^2 - 1 degrees of freedom, as for shares.
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
    v = (clusters - 1) / clusters * float((left**2).sum())
    p = min(1.0, max(0.0, mean))  # a sum may pass its bound by rounding
    n_eff = min(n, p * (1 - p) / v) if v > _ROUNDING * p * (1 - p) else float(clusters)
    effective = n**2 / float((sizes.astype(np.float64) ** 2).sum())
    lo, hi = wilson(p * n_eff, n_eff, t_quantile(0.975, degrees_of_freedom(effective)))
    return ClusteredMean(mean, lo, hi, n, clusters)
