"""A difference of shares or means over strata with clustered variance, and the odds ratio."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reports.statistics.arrays import Z95, Bools, Floats, Ints, count_distinct, distinct
from reports.statistics.student import degrees_of_freedom, t_quantile, t_tail

NO_VARIANCE = 1e-15  # what rounding leaves of zero


@dataclass(frozen=True, slots=True)
class StratifiedDifference:
    """d = sum of weight * (p1 - p0) over strata that hold both groups; `variance` is clustered.

    `p0`: the share of the earlier group with these weights (that of the later one is p0 + d); `n0`, `n1`:
    members of those strata; `expected` the smallest expected count of the pooled 2x2 table; `weights` by
    stratum id; `effective`: the number of equally large clusters that would tell as much. d, p0 and variance
    are nan without a common stratum or with fewer than two clusters, variance also where all hangs on one.
    `most`: the largest difference that there can be, 1 for shares.
    """

    d: float
    p0: float
    variance: float
    clusters: int
    effective: float
    n0: int
    n1: int
    mentions: int
    expected: float
    weights: dict[int, float]
    most: float = 1.0

    def interval(self) -> tuple[float, float, float]:
        """Return (lo, hi, p) from Student's t, cut off at `most` either way.

        Degrees of freedom: effective clusters - 1. With clusters - 1 a few mass posters make an interval that
        holds the truth in 89 of 100 markets instead of 95 (tests/torture).
        """
        error = math.sqrt(self.variance)
        degrees = degrees_of_freedom(self.effective)
        half = t_quantile(0.975, degrees) * error
        p = 2 * t_tail(abs(self.d) / error, degrees)
        return max(-self.most, self.d - half), min(self.most, self.d + half), p

    def detectable(self) -> float:
        """Return the smallest difference that a two-sided 5 % test finds with 80 % power."""
        degrees = degrees_of_freedom(self.effective)
        return (t_quantile(0.975, degrees) + t_quantile(0.8, degrees)) * math.sqrt(self.variance)


def stratified_difference(
    y: Bools | Floats, later: Bools, stratum: Ints, cluster: Ints
) -> StratifiedDifference:
    """Return the Mantel-Haenszel difference of the mean of `y`, group `later` minus the other.

    All four are parallel; a True counts 1. Weights n1 n0 / (n1 + n0). The variance is the jackknife that
    leaves out one cluster at a time, strata and weights with it: (K-1)/K sum (d without c - d)^2. Unlike the
    linearised sum of squares it does not shrink where one cluster makes up most of a stratum, or all of it
    (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023). Where no cluster moves d at all (100 %
    against 0 %), the variance of a difference of shares is that of half a cluster off, not 0; of means it is
    not known (nan).
    """
    return StratifiedDesign(later, stratum, cluster).difference(y)


class StratifiedDesign:
    """Who is compared with whom: two groups in strata and clusters. Any number of answers share one design.

    `later`, `stratum`, `cluster` are parallel; strata that hold one group only take no part.
    """

    def __init__(self, later: Bools, stratum: Ints, cluster: Ints) -> None:
        strata = int(stratum.max()) + 1 if len(stratum) else 0
        in_later = np.bincount(stratum[np.flatnonzero(later)], minlength=strata)
        both = (in_later > 0) & (np.bincount(stratum, minlength=strata) > in_later)
        self.used = np.flatnonzero(both[stratum]) if strata else np.zeros(0, dtype=np.int64)
        self.later, self._stratum = later[self.used], stratum[self.used]
        ids, self.cluster = distinct(cluster[self.used])
        self.clusters = len(ids)
        pair, place = distinct(self.cluster * max(strata, 1) + self._stratum)
        self._of_cluster, self._of_stratum = pair // max(strata, 1), pair % max(strata, 1)
        self._strata = strata
        self._groups = (np.flatnonzero(self.later), np.flatnonzero(~self.later))
        self._places = [place[group] for group in self._groups]
        self._counts = [_counts(place, len(pair)) for place in self._places]
        self._n = self._by_stratum(self._counts)
        self.members = len(self._groups[1]), len(self._groups[0])
        self._left = [n[self._of_stratum] - count for n, count in zip(self._n, self._counts, strict=True)]
        harmonic = self._n[0] * self._n[1] / np.maximum(self._n[0] + self._n[1], 1)
        self._weight = harmonic / harmonic.sum() if self.clusters else harmonic
        self.weights = {int(s): float(self._weight[s]) for s in np.flatnonzero(both)}

    def difference(self, y: Bools | Floats) -> StratifiedDifference:
        """Return the difference of the mean of `y` (parallel to what the design was made from)."""
        y = y[self.used]
        mentions = int(y.sum())
        pooled = mentions / len(y) if len(y) else 0.0
        expected = min(self.members) * min(pooled, 1 - pooled)
        if self.clusters < 2:
            nothing = math.nan, math.nan, math.nan, self.clusters, math.nan
            return StratifiedDifference(*nothing, *self.members, mentions, expected, {})
        sums = self._by_pair(y)
        totals = self._by_stratum(sums)
        harmonic, parts = _weighted(self._n, totals)
        d = float(parts.sum() / harmonic.sum())
        p0 = float((self._weight * totals[1] / np.maximum(self._n[1], 1)).sum())
        variance = self._jackknife(sums, totals, d)
        counted = y.dtype == np.bool_
        if variance < NO_VARIANCE:
            variance = _least_variance(y, self.later, self.cluster) if counted else math.nan
        sizes = self.clusters, self._effective, *self.members, mentions, expected, self.weights
        return StratifiedDifference(d, p0, variance, *sizes, 1.0 if counted else math.inf)

    def mean_difference(self, y: Bools | Floats) -> float:
        """Return d of `difference` alone; nan without a common stratum."""
        if not len(self.used):
            return math.nan
        # By strata, so that the order of those who are counted moves no digit.
        later, other = self._by_stratum(self._by_pair(y[self.used]))
        safe = [np.maximum(n, 1) for n in self._n]
        return float((self._weight * (later / safe[0] - other / safe[1])).sum())

    def once_difference(self, y: Bools | Floats) -> float:
        """Return the difference of the means of the clusters' own means: each counts once, strata apart.

        nan without a common stratum.
        """
        return _total(self._once, y[self.used]) if len(self.used) else math.nan

    @cached_property
    def _once(self) -> Floats:
        """What each value counts in `once_difference`."""
        found = np.zeros(len(self.later))
        for sign, group in zip((1.0, -1.0), self._groups, strict=True):
            sizes = np.bincount(self.cluster[group], minlength=self.clusters)
            found[group] = sign / (sizes[self.cluster[group]] * np.count_nonzero(sizes))
        return found

    def _jackknife(self, sums: list[Floats], totals: list[Floats], d: float) -> float:
        """Return the variance; nan if without some cluster no stratum holds both groups."""
        harmonic, parts = _weighted(self._n, totals)
        rest = [t[self._of_stratum] - s for t, s in zip(totals, sums, strict=True)]
        left_harmonic, left_parts = _weighted(self._left, rest)
        weight = harmonic.sum() + self._by_cluster(left_harmonic - harmonic[self._of_stratum])
        total = parts.sum() + self._by_cluster(left_parts - parts[self._of_stratum])
        if (weight < 1e-9).any():
            return math.nan
        moved = total / weight - d
        return (self.clusters - 1) / self.clusters * float((moved**2).sum())

    @cached_property
    def _effective(self) -> float:
        """1 / sum of squared shares of the clusters in the weights of d."""
        shares = sum(c / n[self._of_stratum] for c, n in zip(self._counts, self._n, strict=True)) / 2
        return float(1 / (self._by_cluster(self._weight[self._of_stratum] * shares) ** 2).sum())

    def _by_cluster(self, values: Floats) -> Floats:
        return _sums(self._of_cluster, values, self.clusters)

    def _by_stratum(self, sums: list[Floats]) -> list[Floats]:
        return [_sums(self._of_stratum, one, self._strata) for one in sums]

    def _by_pair(self, y: Bools | Floats) -> list[Floats]:
        """Return the sums of the later and of the other group by cluster and stratum."""
        pairs, found = len(self._of_cluster), []
        for group, place in zip(self._groups, self._places, strict=True):
            mine = y[group]
            if mine.dtype == np.bool_:  # counted faster than summed
                found.append(_counts(place[np.flatnonzero(mine)], pairs))
            else:
                found.append(_sums(place, mine, pairs))
        return found


def _sums(place: Ints, values: Bools | Floats, places: int) -> Floats:
    return np.bincount(place, weights=values, minlength=places).astype(np.float64)


def _counts(place: Ints, places: int) -> Floats:
    return np.bincount(place, minlength=places).astype(np.float64)


def _total(counts: Floats, y: Bools | Floats) -> float:
    """Return the sum of what each value counts; a True counts 1."""
    return float((counts[np.flatnonzero(y)] if y.dtype == np.bool_ else counts * y).sum())


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
        clusters = count_distinct(cluster[group])
        p = (float(y[group].mean()) * clusters + 0.5) / (clusters + 1)
        total += p * (1 - p) / clusters
    return total


def odds_ratio(y1: int, n1: int, y0: int, n0: int) -> tuple[float, float, float]:
    """Return (odds ratio, lo, hi) of group 1 to group 0 with the Haldane-Anscombe correction (+0.5)."""
    a, b, c, d = y1 + 0.5, n1 - y1 + 0.5, y0 + 0.5, n0 - y0 + 0.5
    log_ratio = math.log(a * d / (b * c))
    half = Z95 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return math.exp(log_ratio), math.exp(log_ratio - half), math.exp(log_ratio + half)
