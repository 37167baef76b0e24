"""Log-odds ratio with an informative prior: which of many shares differ most, rare ones held back."""

import math

PRIOR_SIZE = 10.0


def log_odds(
    y1: float, n1: float, y0: float, n0: float, *, background: float | None = None, size: float = PRIOR_SIZE
) -> tuple[float, float]:
    """Return (delta, z) of y1 of n1 against y0 of n0; counts may be effective, fractional ones.

    Monroe, Colaresi and Quinn (2008) in the form for documents that have a word or not: to each group
    a = size * background members that do and b = size * (1 - background) that do not are added;
    delta = ln((y1 + a)/(n1 - y1 + b)) - ln((y0 + a)/(n0 - y0 + b)), z = delta / sqrt(sum of 1/count).
    Unless it is given, `background` is the share in both together, (y1 + y0 + 1/2)/(n1 + n0 + 1).
    """
    if background is None:
        background = (y1 + y0 + 0.5) / (n1 + n0 + 1)
    a, b = size * background, size * (1 - background)
    counts = (y1 + a, n1 - y1 + b, y0 + a, n0 - y0 + b)
    delta = math.log(counts[0] / counts[1]) - math.log(counts[2] / counts[3])
    return delta, delta / math.sqrt(sum(1 / count for count in counts))
