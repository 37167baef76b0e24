"""Which two answers come together more often than chance would bring them together?"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reports.statistics.arrays import Bools, Ints, distinct
from reports.statistics.student import degrees_of_freedom, t_quantile, t_tail


@dataclass(frozen=True, slots=True)
class Association:
    """Two answers a and b among n members: `lift` = n_ab n / (n_a n_b), 1 where they have nothing in common.

    `npmi` = ln lift / -ln(n_ab/n), from -1 (never together) over 0 to 1 (only together); None where all
    members give both. `jaccard` = n_ab / (n_a + n_b - n_ab). `lo`, `hi`, `p` of the lift are None where
    n_ab = 0, or where without one cluster it would be.
    """

    n: int
    n_a: int
    n_b: int
    n_ab: int
    lift: float
    npmi: float | None
    jaccard: float
    lo: float | None
    hi: float | None
    p: float | None


def association(a: Bools, b: Bools, cluster: Ints) -> Association:
    """Return how a and b go together (parallel; each True at least once).

    The interval is that of ln lift, Student's t. Its variance is the jackknife that leaves out one cluster at
    a time, (K-1)/K sum (ln lift without c - ln lift)^2, or that of independent members if it is larger:
    1/n_ab - 1/n_a - 1/n_b - 1/n + 2 n_ab/(n_a n_b), by the delta method. (Where lift is 1 this is 1/n_ab -
    1/n_a - 1/n_b + 1/n, a formula that turns negative where a and b mostly come together.) Degrees of
    freedom: the clusters of equal size that would tell as much, less one.
    """
    return Members(cluster).association(a, b)


class Members:
    """Those who answer, by cluster (a small id). Any number of answers share them."""

    def __init__(self, cluster: Ints) -> None:
        _, self._place = distinct(cluster)
        self._sizes = np.bincount(self._place)

    @cached_property
    def _degrees(self) -> int:
        sizes = self._sizes.astype(np.float64)
        return degrees_of_freedom(float(sizes.sum() ** 2 / (sizes**2).sum()))

    def association(self, a: Bools, b: Bools) -> Association:
        """Return how a and b go together (parallel to the members); see `association`."""
        both = a & b
        n, n_a, n_b, n_ab = len(a), *(int(np.count_nonzero(one)) for one in (a, b, both))
        lift = n_ab * n / (n_a * n_b)
        npmi = -1.0 if n_ab == 0 else None if n_ab == n else math.log(lift) / -math.log(n_ab / n)
        jaccard = n_ab / (n_a + n_b - n_ab)
        clusters = len(self._sizes)
        left = [total - self._counts(one) for total, one in ((n_a, a), (n_b, b), (n_ab, both))]
        if clusters < 2 or min(float(one.min()) for one in left) < 1:
            return Association(n, n_a, n_b, n_ab, lift, npmi, jaccard, None, None, None)
        without = np.log(left[2]) + np.log(n - self._sizes) - np.log(left[0]) - np.log(left[1])
        jackknife = (clusters - 1) / clusters * float(((without - math.log(lift)) ** 2).sum())
        independent = 1 / n_ab - 1 / n_a - 1 / n_b - 1 / n + 2 * n_ab / (n_a * n_b)
        error = math.sqrt(max(jackknife, independent))
        half = t_quantile(0.975, self._degrees) * error
        p = 2 * t_tail(abs(math.log(lift)) / error, self._degrees) if error > 0 else 1.0
        return Association(
            n, n_a, n_b, n_ab, lift, npmi, jaccard, lift * math.exp(-half), lift * math.exp(half), p
        )

    def _counts(self, y: Bools) -> Ints:
        return np.bincount(self._place[np.flatnonzero(y)], minlength=len(self._sizes))
