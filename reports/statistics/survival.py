"""Durations with late entry and censoring: Kaplan and Meier, with clusters."""

import math
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from reports.statistics.arrays import Z95, Bools, Floats, Ints, distinct
from reports.statistics.shares import FEW_CLUSTERS
from reports.statistics.student import degrees_of_freedom, t_quantile

_CELLS_AT_ONCE = 2**16
"""Ages times clusters that are held at a time."""


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
        rows = np.flatnonzero(chosen)
        return Durations(self.entry[rows], self.leave[rows], self.event[rows], self.cluster[rows])

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
    ages, gone = np.unique(cases.leave[cases.event], return_counts=True)
    watched = _Watched.of(cases, ages)
    at_risk = np.bincount(watched.come, minlength=len(ages) + 1).cumsum()[: len(ages)]
    at_risk -= np.bincount(watched.left, minlength=len(ages) + 1).cumsum()[: len(ages)]
    end, thin = float(np.partition(cases.leave, n - least_at_risk)[n - least_at_risk]), False
    few = (at_risk < least_at_risk) | (ages > end)
    stops = np.flatnonzero((ages > until) | few | (gone == at_risk))
    told = int(stops[0]) if len(stops) else len(ages)
    steps = _steps(watched, ages[:told], gone[:told], at_risk[:told])
    if told < len(ages) and ages[told] <= until:
        if not few[told]:
            steps.append(Step(float(ages[told]), 0.0, 0.0, 0.0))
        elif ages[told] <= end:
            end, thin = float(ages[told]), True
    return Curve(tuple(steps), end, thin, n, int(cases.event.sum()))


@dataclass(frozen=True, slots=True)
class _Watched:
    """Cases by their places among the ages of events: at risk from the place `come` on, before `left`.

    `ended` are the cases that end with an event, which is at the place before `left`. `cluster` numbers those
    that are there from 0 on, `sizes` has their cases.
    """

    come: Ints
    left: Ints
    ended: Ints
    cluster: Ints
    sizes: Ints

    @classmethod
    def of(cls, cases: Durations, ages: Floats) -> Self:
        come, left = (np.searchsorted(ages, at, "right") for at in (cases.entry, cases.leave))
        _, cluster = distinct(cases.cluster)
        return cls(come, left, np.flatnonzero(cases.event), cluster, np.bincount(cluster))

    def counts(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Return by place (from `first` on, before `last`) and cluster how many more are at risk than at the
        place before, and how many events there are."""

        def count(place: Ints, cluster: Ints) -> Ints:
            inside = np.flatnonzero((place >= first) & (place < last))
            cell = (place[inside] - first) * len(self.sizes) + cluster[inside]
            return np.bincount(cell, minlength=(last - first) * len(self.sizes)).reshape(last - first, -1)

        more = count(self.come, self.cluster) - count(self.left, self.cluster)
        return more, count(self.left[self.ended] - 1, self.cluster[self.ended])


def _steps(watched: _Watched, ages: Floats, gone: Ints, at_risk: Ints) -> list[Step]:
    """Return the steps of the curve at the first of the ages, at none of which all that are at risk go."""
    n, clusters = len(watched.cluster), len(watched.sizes)
    survival = (1 - gone / at_risk).cumprod()
    greenwood = (gone / (at_risk * (at_risk - gone))).cumsum()
    quantile, effect = Z95, np.ones(len(ages))
    if clusters < n:
        effective = n**2 / float((watched.sizes.astype(np.float64) ** 2).sum())
        quantile = t_quantile(0.975, degrees_of_freedom(effective))
        effect *= n / clusters
    if FEW_CLUSTERS <= clusters < n:
        effect = np.maximum(1.0, _variances(watched, gone, at_risk) / greenwood)
    error = np.sqrt(greenwood * effect) / np.abs(np.log(survival))
    lo, hi = (survival ** np.exp(sign * quantile * error) for sign in (1, -1))
    return [Step(*step) for step in zip(*(one.tolist() for one in (ages, survival, lo, hi)), strict=True)]


def _variances(watched: _Watched, gone: Ints, at_risk: Ints) -> Floats:
    """Return by age the variance of the influences on log S, summed by cluster, each left out once."""
    n, sizes = len(watched.cluster), watched.sizes
    hazard = gone / at_risk
    present, influence = np.zeros((1, len(sizes)), dtype=np.int64), np.zeros((1, len(sizes)))
    found = np.zeros(len(hazard))
    at_once = max(1, _CELLS_AT_ONCE // len(sizes))
    for first in range(0, len(hazard), at_once):
        last = min(first + at_once, len(hazard))
        more, events = watched.counts(first, last)
        more[0] += present[-1]
        present = more.cumsum(axis=0)
        excess = events - present * hazard[first:last, None]
        excess /= (at_risk * (1 - hazard))[first:last, None]
        excess[0] += influence[-1]
        influence = excess.cumsum(axis=0)
        found[first:last] = ((influence * n / (n - sizes)) ** 2).sum(axis=1)
    return (len(sizes) - 1) / len(sizes) * found


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
