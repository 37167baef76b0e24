"""One share: Wilson interval on the sample size that clusters leave."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reports.statistics.arrays import Z95, Bools, Ints
from reports.statistics.student import degrees_of_freedom, t_quantile

FEW_CLUSTERS = 10  # below this the design effect cannot be estimated


@dataclass(frozen=True, slots=True)
class ClusteredShare:
    """`y` of `n` over `clusters`; `p`, `lo`, `hi`, `n_eff` are nan when n = 0."""

    y: int
    n: int
    p: float
    lo: float
    hi: float
    n_eff: float
    clusters: int
    clusters_y: int

    @property
    def deff(self) -> float:
        """The design effect n / n_eff, 1 for an empty share."""
        return self.n / self.n_eff if self.n else 1.0


def wilson(y: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson score interval of y of n (n > 0; both may be effective, fractional counts).

    It begins at 0 for none and ends at 1 for all, whatever rounding leaves of the difference.
    """
    p = y / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    return max(0.0, centre - half) if p > 0 else 0.0, min(1.0, centre + half) if p < 1 else 1.0


def clustered_share(y: Bools, cluster: Ints) -> ClusteredShare:
    """Return the share of True in `y` with a Wilson interval on the effective sample size.

    `y` and `cluster` (small non-negative ids) are parallel. With p = sum y_c / sum m_c over K clusters, the
    variance is the jackknife over clusters, v = (K-1)/K sum ((y_c - p m_c) / (n - m_c))^2; then
    deff = max(1, v / (p(1-p)/n)), n_eff = n / deff. The quantile is that of Student's t with
    n^2 / sum m_c^2 - 1 degrees of freedom (clusters of equal size that would tell as much, less one). Where
    p is 0 or 1, or K < 10, n_eff is the smaller of n and K.
    """
    return Clusters(cluster).share(y)


class Clusters:
    """Who is asked, by cluster (small non-negative ids). Any number of answers share them."""

    def __init__(self, cluster: Ints) -> None:
        self._cluster, self._all = cluster, np.bincount(cluster)
        self._present = np.flatnonzero(self._all)
        self._sizes = self._all[self._present]

    @cached_property
    def _quantile(self) -> float:
        effective = len(self._cluster) ** 2 / float((self._sizes.astype(np.float64) ** 2).sum())
        return t_quantile(0.975, degrees_of_freedom(effective))

    def share(self, y: Bools) -> ClusteredShare:
        """Return the share of True in `y` (parallel to the clusters); see `clustered_share`."""
        n, clusters = len(self._cluster), len(self._sizes)
        if n == 0:
            return ClusteredShare(0, 0, math.nan, math.nan, math.nan, math.nan, 0, 0)
        hits = np.bincount(self._cluster[np.flatnonzero(y)], minlength=len(self._all))[self._present]
        total = int(hits.sum())
        p = total / n
        if total in (0, n) or clusters < FEW_CLUSTERS:
            n_eff = float(min(n, clusters))
        else:
            left = (hits - p * self._sizes) / (n - self._sizes)
            v = (clusters - 1) / clusters * float((left**2).sum())
            n_eff = n / max(1.0, v / (p * (1 - p) / n))
        lo, hi = wilson(p * n_eff, n_eff, self._quantile)
        return ClusteredShare(total, n, p, lo, hi, n_eff, clusters, int(np.count_nonzero(hits)))
