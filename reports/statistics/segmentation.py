"""Slow breaks in weekly shares: at which weeks does a new level begin?"""

import math

import numpy as np

from reports.statistics.arrays import Floats, Ints
from reports.statistics.control import dispersion

FEWEST_WEEKS = 16
_SHORTEST = 4  # weeks with postings that a level lasts
_PENALTY = 3.0


def level_shifts(y: Ints, n: Ints) -> list[int]:
    """Return the places at which a new level of the shares y / n begins (weeks in order; n = 0: no week).

    Binary segmentation (Scott and Knott, Biometrics 30, 1974) of the binomial deviance: a stretch is cut
    where that lowers the deviance most, if by more than 3 ln(weeks) times the dispersion, and so are its
    parts; each has 4 weeks with postings at least. What counts is the least that is gained when any one week
    is left out, since one odd week is no level. The dispersion is sigma squared of the p' chart (control.py),
    which a change of level hardly moves. Nothing is found in fewer than 16 weeks with postings.
    """
    weeks = np.flatnonzero(n > 0)
    if len(weeks) < FEWEST_WEEKS:
        return []
    y, n = y[weeks], n[weeks]
    least = _PENALTY * math.log(len(weeks)) * dispersion(y, n) ** 2
    return [int(weeks[cut]) for cut in _cuts(y, n, 0, least)]


def _cuts(y: Ints, n: Ints, first: int, least: float) -> list[int]:
    """Return where a stretch that begins at `first` is cut, in order."""
    places = np.arange(_SHORTEST, len(n) - _SHORTEST + 1)
    if not len(places):
        return []
    gain = _gain(y, n, places)
    best = int(np.argmax(gain))
    if gain[best] <= least:
        return []
    cut = int(places[best])
    return [
        *_cuts(y[:cut], n[:cut], first, least),
        first + cut,
        *_cuts(y[cut:], n[cut:], first + cut, least),
    ]


def _gain(y: Ints, n: Ints, places: Ints) -> Floats:
    """Return by how much each cut lowers the deviance at least, whichever week (row) is left out."""
    left_out = 1 - np.eye(len(n), dtype=np.int64)
    asked, sizes = np.cumsum(left_out * y, axis=1), np.cumsum(left_out * n, axis=1)
    before = asked[:, places - 1], sizes[:, places - 1]
    whole = asked[:, -1:], sizes[:, -1:]
    after = whole[0] - before[0], whole[1] - before[1]
    gained: Floats = _deviance(*whole) - _deviance(*before) - _deviance(*after)
    found: Floats = gained.min(axis=0)
    return found


def _deviance(y: Ints, n: Ints) -> Floats:
    """Return -2 times the log-likelihood of y of n at their own share."""
    p = y / n
    inside = (p > 0) & (p < 1)
    share = np.where(inside, p, 0.5)
    found: Floats = np.where(inside, -2 * (y * np.log(share) + (n - y) * np.log1p(-share)), 0.0)
    return found
