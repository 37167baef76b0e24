"""A market of employers that ask for a hundred requirements, in two windows, with a truth that is known."""

from dataclasses import dataclass

import numpy as np
from simulated import Bools, Floats, Ints, postings_per_employer


@dataclass(frozen=True)
class SkillMarket:
    """New postings of two windows: postings x requirements (who asks for what), window, board, employer.

    `shift`: by how much each requirement is asked for more in the later window.
    """

    asked: Bools
    later: Bools
    board: Ints
    employer: Ints
    shift: Floats


def skill_market(
    rng: np.random.Generator,
    *,
    employers: int = 120,
    postings: int | None = None,
    requirements: int = 100,
    likeness: float = 0.15,
    boards: int = 12,
    turmoil: float = 0.4,
    share: Floats | None = None,
    shift: Floats | None = None,
) -> SkillMarket:
    """Return a market in which nothing moves but what `shift` says.

    Employers post in bulk (Zipf, cut at 60; where `postings` is given, that many a window are drawn among
    them), and each asks alike: its answers correlate with `likeness`. `share`: how often each requirement is
    asked for; most seldom (Beta) unless given. How much each employer posts changes from one window to the
    other by a factor of e^(normal * `turmoil`); with the likeness this is what naive tests take for a change.
    """
    shift = np.zeros(requirements) if shift is None else shift
    if share is None:
        share = np.clip(rng.beta(0.8, 3.2, requirements), 0.01, 0.95)
    whole = (1 - likeness) / likeness
    own = rng.beta(share * whole, (1 - share) * whole, (employers, requirements))
    size = postings_per_employer(rng, employers).astype(np.float64)
    employer, later = [], []
    for window in (False, True):
        expected = size * np.exp(rng.normal(0, turmoil, employers))
        counts = (
            rng.poisson(expected)
            if postings is None
            else rng.multinomial(postings, expected / expected.sum())
        )
        employer.append(np.repeat(np.arange(employers), counts))
        later.append(np.full(int(counts.sum()), window))
    who, when = np.concatenate(employer), np.concatenate(later)
    probability = np.clip(own[who] + shift * when[:, None], 0, 1)
    asked = rng.random((len(who), requirements)) < probability
    return SkillMarket(asked, when, who % boards, who, shift)
