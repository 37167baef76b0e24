"""The types of the arrays, and the quantiles of a set of values."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Z95 = 1.959963984540054


def quantile(values: Iterable[float], q: float) -> float | None:
    """Return the q quantile, linear between order statistics (type 7), None for no values."""
    data = np.sort(np.fromiter(values, dtype=np.float64))
    return float(np.quantile(data, q)) if len(data) else None
