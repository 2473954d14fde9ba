"""Weighted particles made equal: each is kept about as often as its weight says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def systematic(weights: NDArray[np.float64], uniform: float) -> NDArray[np.int64]:
    """Places of the particles kept, in order; as many as there were.

    Parameters
    ----------
    weights : array, shape (n,)
        Summing to 1.
    uniform : float
        One number from 0 to 1 for all of them (Carpenter, Clifford, Fearnhead. IEE Proc Radar
        Sonar Navig 1999;146:2-7).
    """
    size = len(weights)
    at = (np.arange(size) + uniform) / size
    return np.minimum(np.searchsorted(np.cumsum(weights), at), size - 1)
