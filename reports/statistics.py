"""The formulas of shares, differences and intervals: arrays in, numbers out. Sources: docs/METHOD.md.

Everywhere `cluster` is the employer of a posting: employers post in bulk, so postings of one employer are not
independent, and an interval that ignores this is far too narrow.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Z95 = 1.959963984540054
Z80 = 0.8416212335729143
NO_VARIANCE = 1e-15  # what rounding leaves of zero
FEW_CLUSTERS = 10  # below this the design effect cannot be estimated

# ------------------------------------------------------------------ one share


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
    """Return the Wilson score interval of y of n (n > 0; both may be effective, fractional counts)."""
    p = y / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def clustered_share(y: Bools, cluster: Ints) -> ClusteredShare:
    """Return the share of True in `y` with a Wilson interval on the effective sample size.

    `y` and `cluster` (small non-negative ids) are parallel. With p = sum y_c / sum m_c over K clusters:
    v = K/(K-1) sum (y_c - p m_c)^2 / n^2, deff = max(1, v / (p(1-p)/n)), n_eff = n / deff. Where p is 0 or 1,
    or K < 10, n_eff = min(n, K).
    """
    n = len(y)
    if n == 0:
        return ClusteredShare(0, 0, math.nan, math.nan, math.nan, math.nan, 0, 0)
    sizes = np.bincount(cluster)
    hits = np.bincount(cluster, weights=y, minlength=len(sizes))
    present = sizes > 0
    sizes, hits = sizes[present], hits[present]
    clusters, total = len(sizes), int(hits.sum())
    p = total / n
    if total in (0, n) or clusters < FEW_CLUSTERS:
        n_eff = float(min(n, clusters))
    else:
        v = clusters / (clusters - 1) * float(((hits - p * sizes) ** 2).sum()) / n**2
        n_eff = n / max(1.0, v / (p * (1 - p) / n))
    lo, hi = wilson(p * n_eff, n_eff)
    return ClusteredShare(total, n, p, lo, hi, n_eff, clusters, int((hits > 0).sum()))


# ------------------------------------------------------------------ a difference of shares


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


# ------------------------------------------------------------------ floors of experience


def quantile(values: Iterable[float], q: float) -> float | None:
    """Return the q quantile, linear between order statistics (type 7), None for no values."""
    data = np.sort(np.fromiter(values, dtype=np.float64))
    return float(np.quantile(data, q)) if len(data) else None


# ------------------------------------------------------------------ Student's t


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function (modified Lentz; Numerical Recipes 6.4)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(tiny, 1.0 - (a + b) * x / (a + 1.0), key=abs)
    value = d
    for m in range(1, 300):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / max(tiny, 1.0 + numerator * d, key=abs)
            c = max(tiny, 1.0 + numerator / c, key=abs)
            value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return value


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0 <= x <= 1."""
    if x <= 0.0 or x >= 1.0:
        return min(1.0, max(0.0, x))
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1.0) / (a + b + 2.0):
        return math.exp(log_front) * _beta_fraction(a, b, x) / a
    return 1.0 - math.exp(log_front) * _beta_fraction(b, a, 1.0 - x) / b


def t_tail(t: float, degrees: int) -> float:
    """Return P(T > t) for t >= 0 and Student's T with `degrees` >= 1 degrees of freedom."""
    return 0.5 * _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


@lru_cache(maxsize=4096)
def t_quantile(probability: float, degrees: int) -> float:
    """Return the quantile of Student's T for `probability` in (0.5, 1), by bisection of the tail."""
    low, high = 0.0, 1.0
    while t_tail(high, degrees) > 1 - probability:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if t_tail(middle, degrees) > 1 - probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Survival:
    """Median time of Kaplan and Meier with its Brookmeyer-Crowley interval; None: not reached."""

    median: float | None
    lo: float | None
    hi: float | None
    n: int
    events: int


def median_survival(entry: Floats, leave: Floats, event: Bools) -> Survival:
    """Estimate the median of a duration with late entry and censoring (Kaplan-Meier, Greenwood, log-log).

    Of each case: the age at which it came under observation, the age at which it left, and whether what is
    waited for happened then. Cases that leave as they enter tell nothing and are left out.
    """
    watched = leave > entry
    entry, leave, event = entry[watched], leave[watched], event[watched]
    survival, spread = 1.0, 0.0
    median = lo = hi = None
    for age in np.unique(leave[event]):
        at_risk = int(((entry < age) & (leave >= age)).sum())
        gone = int((event & (leave == age)).sum())
        survival *= 1 - gone / at_risk
        if survival > 0:
            spread += gone / (at_risk * (at_risk - gone))
            error = math.sqrt(spread) / abs(math.log(survival))
            low, high = survival ** math.exp(Z95 * error), survival ** math.exp(-Z95 * error)
        else:
            low = high = 0.0
        lo = float(age) if lo is None and low <= 0.5 else lo
        median = float(age) if median is None and survival <= 0.5 else median
        hi = float(age) if hi is None and high <= 0.5 else hi
    return Survival(median, lo, hi, len(leave), int(event.sum()))
