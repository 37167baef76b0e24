"""Markets whose truth is known: employers that post in bulk, and boards that come, go and fail."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools, Floats, Ints = NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """Postings in two windows: does each ask for it, is it of the later window, its board and employer."""

    y: Bools
    later: Bools
    board: Ints
    employer: Ints


def postings_per_employer(rng: np.random.Generator, employers: int) -> Ints:
    """Return how many postings each employer has: most a few, some dozens (Zipf, cut at 60)."""
    return np.minimum(rng.zipf(1.9, employers), 60)


def answers(
    rng: np.random.Generator, employers: int, share: float, likeness: float, shift: float = 0.0
) -> Answers:
    """Return postings of two windows of the same employers.

    `likeness` is the correlation within an employer: its postings ask with a probability of its own, drawn
    from a Beta law whose mean is `share`; in the later window it is `shift` higher (cut at 0 and 1).
    """
    size = postings_per_employer(rng, employers)
    whole = (1 - likeness) / likeness
    own = rng.beta(share * whole, (1 - share) * whole, employers)
    employer = np.repeat(np.arange(employers), 2 * size)
    later = np.concatenate([np.arange(2 * one) % 2 == 0 for one in size])
    probability = np.clip(own[employer] + shift * later, 0, 1)
    return Answers(rng.random(len(employer)) < probability, later, employer % 12, employer)


@dataclass(frozen=True)
class Panel:
    """Listed postings, boards x weeks: `all` of them, and what was `seen` of them (nan: no usable look)."""

    truth: Floats
    all: Floats
    seen: Floats


def panel(rng: np.random.Generator, boards: int, weeks: int, size: float) -> Panel:
    """Return a market that drifts, of which half the boards enter late, leave early or fail now and then."""
    truth = 100 * np.exp(np.cumsum(np.concatenate([[0.0], rng.normal(0.01, 0.03, weeks - 1)])))
    level = size * rng.lognormal(0.0, 1.0, boards)
    listed = rng.poisson(level[:, None] * truth / 100).astype(np.float64)
    seen = listed.copy()
    for board in range(0, boards, 2):
        fate = rng.integers(3)
        if fate == 0:
            seen[board, : rng.integers(1, weeks - 4)] = np.nan
        elif fate == 1:
            seen[board, rng.integers(4, weeks) :] = np.nan
        else:
            seen[board, rng.random(weeks) < 0.15] = np.nan
    return Panel(truth, listed, seen)
