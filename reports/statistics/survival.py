"""Durations with late entry and censoring: Kaplan and Meier."""

import math
from dataclasses import dataclass

import numpy as np

from reports.statistics.arrays import Z95, Bools, Floats


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
