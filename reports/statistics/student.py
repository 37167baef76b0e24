"""Student's t distribution."""

import math
from functools import lru_cache


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function (modified Lentz; Numerical Recipes 6.4)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(tiny, 1.0 - (a + b) * x / (a + 1.0), key=abs)
    value = d
    for m in range(1, 300):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / max(tiny, 1.0 + numerator * d, key=abs)
            c = max(tiny, 1.0 + numerator / c, key=abs)
            value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return value


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0 <= x <= 1."""
    if x <= 0.0 or x >= 1.0:
        return min(1.0, max(0.0, x))
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1.0) / (a + b + 2.0):
        return math.exp(log_front) * _beta_fraction(a, b, x) / a
    return 1.0 - math.exp(log_front) * _beta_fraction(b, a, 1.0 - x) / b


def t_tail(t: float, degrees: int) -> float:
    """Return P(T > t) for t >= 0 and Student's T with `degrees` >= 1 degrees of freedom."""
    return 0.5 * _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def _density(t: float, degrees: int) -> float:
    front = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - 0.5 * math.log(degrees * math.pi)
    return math.exp(front - (degrees + 1) / 2 * math.log1p(t * t / degrees))


@lru_cache(maxsize=4096)
def t_quantile(probability: float, degrees: int) -> float:
    """Return the quantile of Student's T for `probability` in (0.5, 1), by Newton's method from 0.

    The tail is convex there, so every step but those of rounding goes up, and none too far.
    """
    found, step = 0.0, 1.0
    while step > 1e-15 * found:
        step = (t_tail(found, degrees) - (1 - probability)) / _density(found, degrees)
        found += step
    return found


def degrees_of_freedom(effective: float) -> int:
    """Return the degrees of freedom that so many effective clusters leave, at least 1."""
    return max(1, round(effective) - 1)
