"""Where particles move to: a Gaussian along the directions that the data inform, the prior else.

References
----------
Cui, Martin, Marzouk, Solonen, Spantini. Inverse Problems 2014;30:114015.
doi:10.1088/0266-5611/30/11/114015
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_INFORMED = 0.03  # of a posterior precision of 1 + this, in units of the prior's
_DOUBT, _WIDER = 3.0, 1.3


@dataclass(frozen=True)
class Informed:
    """Directions in which the data say more than the prior.

    Parameters
    ----------
    directions : array, shape (d, k)
        Orthonormal.
    precision : array, shape (k,)
        Precision of the posterior along each, if the model were linear; 1 under the prior.
    """

    directions: Array
    precision: Array

    @classmethod
    def of(cls, hessian: Array) -> Informed:
        """From the expected Gauss-Newton Hessian of the log likelihood."""
        values, vectors = np.linalg.eigh(hessian)
        keep = values > _INFORMED
        return cls(vectors[:, keep], 1 + values[keep])


@dataclass(frozen=True)
class Proposal:
    """A Gaussian that a move leaves unchanged: fitted along `directions`, standard elsewhere.

    Parameters
    ----------
    directions : array, shape (d, k)
        Orthonormal.
    mean : array, shape (k,)
    factor : array, shape (k, k)
        Lower Cholesky factor of the covariance.
    step : float
        Share of new noise along the directions, 0 to 1; elsewhere twice that, at most 1.
    """

    directions: Array
    mean: Array
    factor: Array
    step: float

    @classmethod
    def fit(cls, scores: Array, distinct: int, informed: Informed, step: float) -> Proposal:
        """Mean and covariance of the particles along the directions.

        Few distinct particles cannot show a covariance of many directions: theirs is mixed with
        that of the linear problem, and made wider, as tails that are never proposed are lost.
        """
        along = scores @ informed.directions
        mean = along.mean(axis=0)
        centred = along - mean
        seen = centred.T @ centred / max(len(scores) - 1, 1)
        trust = distinct / (distinct + _DOUBT * len(mean))
        covariance = trust * seen + (1 - trust) * np.diag(1 / informed.precision)
        return cls(informed.directions, mean, np.linalg.cholesky(_WIDER * covariance), step)

    def propose(self, scores: Array, noise: Array) -> Array:
        """New scores, shape (n, d)."""
        along, fresh = scores @ self.directions, noise @ self.directions
        rest = scores - along @ self.directions.T
        fresh_rest = noise - fresh @ self.directions.T
        refresh = min(1.0, 2 * self.step)
        moved = self.mean + np.sqrt(1 - self.step**2) * (along - self.mean)
        moved = moved + self.step * fresh @ self.factor.T
        moved_rest = np.sqrt(1 - refresh**2) * rest + refresh * fresh_rest
        return moved_rest + moved @ self.directions.T

    def log_ratio(self, scores: Array) -> Array:
        """Log density of the prior over that of this Gaussian, up to a constant, shape (n,)."""
        along = scores @ self.directions
        whitened = np.linalg.solve(self.factor, (along - self.mean).T)
        return -0.5 * np.sum(along**2, axis=1) + 0.5 * np.sum(whitened**2, axis=0)
