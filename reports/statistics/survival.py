"""Durations with late entry and censoring: Kaplan and Meier, with clusters."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from reports.statistics.arrays import Z95, Bools, Floats, Ints, distinct
from reports.statistics.shares import FEW_CLUSTERS
from reports.statistics.student import degrees_of_freedom, t_quantile


@dataclass(frozen=True, slots=True)
class Durations:
    """One case a row: the age at which it came under observation, the age at which it left, whether what is
    waited for happened then, and its cluster (a small id). `watched` leaves out who left on entering."""

    entry: Floats
    leave: Floats
    event: Bools
    cluster: Ints

    def where(self, chosen: Bools) -> "Durations":
        """Return the chosen cases."""
        return Durations(self.entry[chosen], self.leave[chosen], self.event[chosen], self.cluster[chosen])

    def watched(self) -> "Durations":
        """Return the cases that were under observation for some time."""
        return self.where(self.leave > self.entry)


class Step(NamedTuple):
    """The curve from one age on: the share that survives it, with its 95 % interval."""

    age: float
    survival: float
    lo: float
    hi: float


class Quantile(NamedTuple):
    """An age with its 95 % interval; None: not reached."""

    age: float | None
    lo: float | None
    hi: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve: a step per age at which something happened, known up to `end` (not at it if `thin`).

    `n` cases were watched, `events` of them ended while watched.
    """

    steps: tuple[Step, ...]
    end: float
    thin: bool
    n: int
    events: int

    def at(self, age: float) -> Step | None:
        """Return the step in force at `age`; None where the curve is not known."""
        before = [step for step in self.steps if step.age <= age]
        if before and before[-1].survival == 0:
            return before[-1]
        if self.n == 0 or age > self.end or (self.thin and age >= self.end):
            return None
        return before[-1] if before else Step(0.0, 1.0, 1.0, 1.0)

    def quantile(self, share: float) -> Quantile:
        """Return the first age by which this share has ended (Brookmeyer and Crowley 1982).

        Its interval holds the ages at which the interval of the curve holds 1 - `share`.
        """
        left = 1 - share + 1e-12
        return Quantile(
            next((step.age for step in self.steps if step.survival <= left), None),
            next((step.age for step in self.steps if step.lo <= left), None),
            next((step.age for step in self.steps if step.hi <= left), None),
        )


def kaplan_meier(cases: Durations, least_at_risk: int = 1, until: float = math.inf) -> Curve:
    """Return the product-limit curve of durations with late entry and censoring.

    A case is at risk at ages in (entry, leave]. The curve ends before the first event with fewer than
    `least_at_risk` at risk, and where fewer are left; steps beyond `until` are not told. Intervals:
    Greenwood's variance of log S, log-log (Kalbfleisch and Prentice), widened by the design effect of
    clusters: max(1, v / Greenwood), v the variance of the influences on log S summed by cluster (Lin and Wei
    1989), each cluster left out as in `clustered_share`; with fewer than 10 clusters n / clusters.
    """
    cases = cases.watched()
    n = len(cases.leave)
    if n < least_at_risk:
        return Curve((), 0.0, True, n, int(cases.event.sum()))
    sums = _ClusterSums(cases)
    steps: list[Step] = []
    survival, greenwood = 1.0, 0.0
    end, thin = float(np.sort(cases.leave)[n - least_at_risk]), False
    for age, gone in zip(*np.unique(cases.leave[cases.event], return_counts=True), strict=True):
        at_risk = sums.move_to(float(age))
        if age > until:
            break
        if at_risk < least_at_risk or age > end:
            end, thin = (float(age), True) if age <= end else (end, False)
            break
        survival *= 1 - gone / at_risk
        if gone == at_risk:
            steps.append(Step(float(age), 0.0, 0.0, 0.0))
            break
        greenwood += gone / (at_risk * (at_risk - gone))
        sums.add(float(age), gone / at_risk)
        error = math.sqrt(greenwood * sums.design_effect(greenwood)) / abs(math.log(survival))
        lo, hi = (survival ** math.exp(sign * sums.quantile * error) for sign in (1, -1))
        steps.append(Step(float(age), float(survival), float(lo), float(hi)))
    return Curve(tuple(steps), end, thin, n, int(cases.event.sum()))


class _ClusterSums:
    """What each cluster adds to log S, kept up as the age grows."""

    def __init__(self, cases: Durations) -> None:
        ids, self.cluster = distinct(cases.cluster)
        self.clusters, self.n = len(ids), len(cases.leave)
        self.sizes = np.bincount(self.cluster, minlength=self.clusters)
        self.at_risk = np.zeros(self.clusters)
        self.influence = np.zeros(self.clusters)
        self.by_entry = np.argsort(cases.entry, kind="stable")
        self.by_leave = np.argsort(cases.leave, kind="stable")
        self.entries, self.leaves = cases.entry[self.by_entry], cases.leave[self.by_leave]
        self.ended = cases.event[self.by_leave]
        self.come = self.left = 0
        effective = self.n**2 / float((self.sizes.astype(np.float64) ** 2).sum())
        alone = self.clusters == self.n
        self.quantile = Z95 if alone else t_quantile(0.975, degrees_of_freedom(effective))

    def move_to(self, age: float) -> int:
        """Let in who entered before `age`, let out who left before it; return how many are at risk."""
        come, left = int(np.searchsorted(self.entries, age)), int(np.searchsorted(self.leaves, age))
        self.at_risk += self._counts(self.by_entry[self.come : come])
        self.at_risk -= self._counts(self.by_leave[self.left : left])
        self.come, self.left = come, left
        return come - left

    def add(self, age: float, hazard: float) -> None:
        """Add the events at `age`, to which the sums have been moved."""
        until = int(np.searchsorted(self.leaves, age, "right"))
        ended = self.by_leave[self.left : until][self.ended[self.left : until]]
        excess = self._counts(ended) - self.at_risk * hazard
        self.influence += excess / (self.at_risk.sum() * (1 - hazard))

    def design_effect(self, greenwood: float) -> float:
        if self.clusters == self.n:
            return 1.0
        if self.clusters < FEW_CLUSTERS:
            return self.n / self.clusters
        left_out = self.influence * self.n / (self.n - self.sizes)
        variance = (self.clusters - 1) / self.clusters * float((left_out**2).sum())
        return max(1.0, variance / greenwood)

    def _counts(self, rows: Ints) -> Floats:
        return np.bincount(self.cluster[rows], minlength=self.clusters).astype(np.float64)


def survival_values(cases: Durations, age: float) -> Floats:
    """Return one value per case (all watched) whose mean is S(age) and whose spread is that of its estimate.

    The infinitesimal-jackknife form of the pseudo-values of Andersen, Klein and Rosthoej (2003):
    S (1 - n u_i), u_i the influence of case i on -log S. S must be above 0 at `age`.
    """
    ended = cases.event & (cases.leave <= age)
    ages, gone = np.unique(cases.leave[ended], return_counts=True)
    at_risk = np.searchsorted(np.sort(cases.entry), ages) - np.searchsorted(np.sort(cases.leave), ages)
    step = gone / at_risk
    survival = float(np.prod(1 - step))
    summed = np.concatenate([[0.0], np.cumsum(step / (at_risk * (1 - step)))])
    until = np.searchsorted(ages, np.minimum(cases.leave, age), "right")
    influence = summed[np.searchsorted(ages, cases.entry, "right")] - summed[until]
    place = np.searchsorted(ages, cases.leave[ended])
    influence[ended] += 1 / (at_risk[place] * (1 - step[place]))
    values: Floats = survival * (1 - len(cases.leave) * influence)
    return values
