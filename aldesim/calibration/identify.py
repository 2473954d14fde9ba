"""What the data say of the parameters, and what they leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aldesim.calibration.ensemble import Data
from aldesim.calibration.posterior import Emulated


@dataclass(frozen=True)
class Direction:
    """A combination of parameters and how much of its prior variance the data left.

    Parameters
    ----------
    left : float
        Posterior variance over prior variance: 0 known, 1 not informed.
    loadings : dict of str to float
        Weight of each parameter in the combination; squares add up to 1.
    """

    left: float
    loadings: dict[str, float]

    def words(self, count: int = 3) -> str:
        """The leading parameters with their signs."""
        order = sorted(self.loadings, key=lambda name: -abs(self.loadings[name]))[:count]
        return ", ".join(f"{self.loadings[name]:+.2f} {name}" for name in order)


def contraction(z: np.ndarray) -> np.ndarray:
    """Share of the prior variance that the data took away, of each parameter, shape (p,)."""
    return 1 - z.var(axis=0)


def directions(z: np.ndarray, names: tuple[str, ...]) -> tuple[Direction, ...]:
    """Principal directions of a posterior sample (n, p), the least informed first."""
    covariance = np.cov(z, rowvar=False).reshape(len(names), len(names))
    left, vectors = np.linalg.eigh(covariance)
    return tuple(
        Direction(float(left[index]), dict(zip(names, vectors[:, index].tolist(), strict=True)))
        for index in np.argsort(-left)
    )


def information(data: Data, emulated: Emulated, centre: np.ndarray) -> np.ndarray:
    """Information of each figure on each parameter at a point, shape (k, p).

    The squared slope over the figure's variance: 1 is as much as the prior alone knows.
    """
    step = 0.25
    slopes = []
    for index in range(len(centre)):
        move = np.zeros_like(centre)
        move[index] = step
        up, _ = emulated((centre + move)[np.newaxis])
        down, _ = emulated((centre - move)[np.newaxis])
        slopes.append((up[0] - down[0]) / (2 * step))
    _, error = emulated(centre[np.newaxis])
    return np.array(slopes).T ** 2 / (data.variance + error[0])[:, np.newaxis]
