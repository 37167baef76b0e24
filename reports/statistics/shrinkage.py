"""How probable is it that a share really changed? Two Beta posteriors with a common prior."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.statistics.arrays import Floats

USUAL_SIZE, LEAST_SIZE, MOST_SIZE = 20.0, 2.0, 1000.0
FEWEST_SHARES = 5  # changes from which the size of the prior can be estimated
_POINTS = 1025  # of the numerical integration
_LOG_NOTHING = 32.0  # a density e^-32 of its highest is none


@dataclass(frozen=True, slots=True)
class Observed:
    """A share that was observed, on so many members (effective, fractional numbers)."""

    share: float
    n: float


def prior_size(changes: Sequence[float], variances: Sequence[float], shares: Sequence[float]) -> float:
    """Return how many members the Beta prior of a share is worth, by the method of moments.

    All three are parallel over many shares: its change between two windows, the sampling variance of that,
    and its mean. If shares scatter about their mean with the variance p(1-p)/(m+1), then the expectation of
    change^2 is variance + 2p(1-p)/(m+1). m is cut to 2..1000; with fewer than 5 shares it is 20.
    """
    usable = [(d, v, p) for d, v, p in zip(changes, variances, shares, strict=True) if 0 < p < 1]
    if len(usable) < FEWEST_SHARES:
        return USUAL_SIZE
    excess = sum(d * d - v for d, v, _ in usable)
    scale = sum(2 * p * (1 - p) for _, _, p in usable)
    if excess <= 0:
        return MOST_SIZE
    return min(MOST_SIZE, max(LEAST_SIZE, scale / excess - 1))


def probability_beyond(lower: Observed, higher: Observed, prior: float, size: float, least: float) -> float:
    """Return P(higher - lower > least) under Beta posteriors of the two shares.

    `prior` (0 < prior < 1) is the mean of the Beta prior of both, `size` what it is worth. The integral is
    taken by the trapezoidal rule on 1025 points of the logit, where the densities are smooth whatever their
    parameters, so the same input gives the same bytes; it is exact to about 0.001.
    """
    low, high = (_posterior(one, prior, size) for one in (lower, higher))
    share = np.exp(-np.logaddexp(0, -low.logit)) + least
    inside = share < 1
    edge = np.log(share[inside] / (1 - share[inside]))
    above = 1 - np.interp(edge, high.logit, high.below, left=0.0, right=1.0)
    return min(1.0, float((low.weight[inside] * above).sum()))


@dataclass(frozen=True, slots=True)
class _Density:
    """A distribution on shares: points of the logit, their weights (sum 1), and the cumulative weights."""

    logit: Floats
    weight: Floats
    below: Floats


def _posterior(observed: Observed, prior: float, size: float) -> _Density:
    a = size * prior + observed.share * observed.n
    b = size * (1 - prior) + (1 - observed.share) * observed.n
    mode, width = math.log(a / b), math.sqrt(1 / a + 1 / b)
    # Far from the mode the density of the logit falls like e^(a x) to the left and e^(-b x) to the right.
    logit = np.linspace(mode - 10 * width - _LOG_NOTHING / a, mode + 10 * width + _LOG_NOTHING / b, _POINTS)
    log_density = -a * np.logaddexp(0, -logit) - b * np.logaddexp(0, logit)
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    return _Density(logit, weight, np.cumsum(weight) - weight / 2)
