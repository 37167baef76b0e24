"""Control chart of weekly shares: which week lies outside of what the weeks before and after do?"""

import numpy as np

from reports.statistics.arrays import Bools, Floats, Ints

FEWEST_WEEKS = 6
_MEDIAN_RANGE = 0.954  # median of |x - y| of two standard normal numbers


def laney_signals(y: Ints, n: Ints) -> Bools:
    """Return which weeks signal on Laney's p' chart of the shares y / n (weeks in order; n = 0: no week).

    z = (p_i - p) / sqrt(p(1-p)/n_i) with p = sum y / sum n. Shares of postings scatter more than coins, so
    sigma is what neighbouring z differ by (median moving range / 0.954), at least 1 (Laney 2002, with the
    median for his mean). A week signals beyond 3 sigma, or as the second of three beyond 2 sigma on the same
    side. Nothing signals in fewer than 6 weeks, or where no share is strictly between 0 and 1.
    """
    signals = np.zeros(len(y), dtype=bool)
    weeks = np.flatnonzero(n > 0)
    if len(weeks) < FEWEST_WEEKS:
        return signals
    z = _standardised(y[weeks], n[weeks]) / dispersion(y[weeks], n[weeks])
    for i, value in enumerate(z):
        near = z[max(0, i - 2) : i + 1] * np.sign(value)
        signals[weeks[i]] = abs(value) > 3 or (abs(value) > 2 and int((near > 2).sum()) >= 2)
    return signals


def dispersion(y: Ints, n: Ints) -> float:
    """Return the sigma of the p' chart of the shares y / n (all n > 0): 1 where they scatter as coins do."""
    z = _standardised(y, n)
    return max(1.0, float(np.median(np.abs(np.diff(z)))) / _MEDIAN_RANGE) if len(z) > 1 else 1.0


def _standardised(y: Ints, n: Ints) -> Floats:
    """Return z; zeros where no share is strictly between 0 and 1."""
    p = float(y.sum() / n.sum())
    found: Floats = (y / n - p) / np.sqrt(p * (1 - p) / n) if 0 < p < 1 else np.zeros(len(y))
    return found
