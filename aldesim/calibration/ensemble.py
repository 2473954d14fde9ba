"""What an ensemble looks like to the algorithms: scores of the prior in, figures out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Data:
    """The published numbers on their working scales.

    Parameters
    ----------
    value : ndarray, shape (k,)
        Published.
    variance : ndarray, shape (k,)
        Of sampling, between studies, rounding and the model's discrepancy together.
    side : ndarray of int, shape (k,)
        0 for a number, 1 for "at least", -1 for "at most".
    """

    value: np.ndarray
    variance: np.ndarray
    side: np.ndarray

    def only(self, rows: np.ndarray) -> Data:
        """Some of the numbers."""
        return Data(self.value[rows], self.variance[rows], self.side[rows])


@dataclass(frozen=True, eq=False)
class Evaluated:
    """Members of an ensemble and what they gave.

    Parameters
    ----------
    z : ndarray, shape (m, p)
        Scores of the prior: standard normal before any data.
    figures : ndarray, shape (m, k)
        On the working scales; NaN where a quantity does not occur.
    """

    z: np.ndarray
    figures: np.ndarray

    def __add__(self, other: Evaluated) -> Evaluated:
        """Both ensembles together."""
        return Evaluated(np.vstack([self.z, other.z]), np.vstack([self.figures, other.figures]))


Simulator = Callable[[np.ndarray], np.ndarray]
"""Figures, shape (m, k), of members at scores of the prior, shape (m, p)."""
