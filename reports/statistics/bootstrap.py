"""The cluster bootstrap: how far a median moves when whole employers are drawn anew."""

import numpy as np

from reports.statistics.arrays import Floats, Ints
from reports.statistics.shares import FEW_CLUSTERS

ROUNDS = 400
SEED = 20261123  # any fixed number: the same data give the same interval


def median_interval(
    values: Floats, cluster: Ints, rounds: int = ROUNDS, seed: int = SEED
) -> tuple[float, float] | None:
    """Return the 95 % percentile interval of the median when clusters are drawn with replacement.

    `values` and `cluster` (ids) are parallel. None for fewer than 10 clusters. The order of the values does
    not matter, nor which number a cluster has.
    """
    ids, owner = np.unique(cluster, return_inverse=True)
    if len(ids) < FEW_CLUSTERS:
        return None
    owner = _by_content(values, owner)[owner]
    order = np.argsort(values, kind="stable")
    owner, ordered = owner[order], values[order]
    generator = np.random.Generator(np.random.PCG64(seed))
    medians = np.empty(rounds)
    for i in range(rounds):
        drawn = np.bincount(generator.integers(len(ids), size=len(ids)), minlength=len(ids))
        medians[i] = _repeated_median(ordered, drawn[owner])
    low, high = np.quantile(medians, (0.025, 0.975))
    return float(low), float(high)


def _by_content(values: Floats, owner: Ints) -> Ints:
    """Return cluster -> its place in the order of what clusters hold; equal ones may stand for each other."""
    order = np.lexsort((values, owner))
    starts = np.flatnonzero(np.diff(owner[order], prepend=-1))
    held = [part.tolist() for part in np.split(values[order], starts[1:])]
    places = np.empty(len(held), dtype=np.int64)
    places[sorted(range(len(held)), key=held.__getitem__)] = np.arange(len(held))
    return places


def _repeated_median(ordered: Floats, times: Ints) -> float:
    """Return the median of sorted values, each repeated so many times (at least one of them once)."""
    upto = np.cumsum(times)
    n = int(upto[-1])
    middle = np.searchsorted(upto, [(n - 1) // 2, n // 2], side="right")
    return float(ordered[middle].mean())
