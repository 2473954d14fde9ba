"""Quadratic response surfaces: figures of any parameters from those that were simulated.

Each figure is a quadratic polynomial of the scores, its terms shrunk by a ridge. How strongly is
chosen by the error of leaving one member out, which has a closed form and is the error that the
surface then states for itself.

References
----------
Box, Draper. Response Surfaces, Mixtures, and Ridge Analyses. Wiley 2007.
Allen. Technometrics 1974;16:125-127. doi:10.1080/00401706.1974.10489157 (leave-one-out error)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from aldesim.calibration.ensemble import Evaluated

LINEAR = (1e-4, 1e-2, 1e-1)
"""Ridge of the linear terms, relative to the number of members."""
CURVED = (1e-3, 1e-2, 1e-1, 1.0, 1e3)
"""Ridge of the squares and products."""
SMALLEST = 1e-9
FEWEST = 8
"""Members below which there is no surface."""
UNKNOWN = 1e3
"""Error of a figure without a surface: it then tells nothing."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The surface of one figure.

    Parameters
    ----------
    coefficient : ndarray, shape (t,)
        Of the terms.
    error : float
        Standard deviation of a member left out.
    explained : float
        Share of the variance that the surface tells of members left out.
    members : int
        Members that it rests on.
    """

    coefficient: np.ndarray
    error: float
    explained: float
    members: int


@dataclass(frozen=True, eq=False)
class Emulator:
    """Surfaces of all figures.

    Parameters
    ----------
    centre, spread : ndarray, shape (p,)
        Of the scores that were simulated.
    surfaces : tuple of Surface
        One a figure, k of them.
    """

    centre: np.ndarray
    spread: np.ndarray
    surfaces: tuple[Surface, ...]

    def __call__(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means and variances of the figures at scores (n, p), each of shape (n, k).

        The variance is the same everywhere: one that grew away from the members would draw a
        posterior to them and feign knowledge.
        """
        terms = _terms((z - self.centre) / self.spread)
        mean = terms @ np.stack([one.coefficient for one in self.surfaces], axis=1)
        return mean, np.broadcast_to(self.error**2, mean.shape)

    def only(self, rows: np.ndarray) -> Emulator:
        """Some of the figures."""
        return Emulator(self.centre, self.spread, tuple(self.surfaces[row] for row in rows))

    def shifted(self, offset: np.ndarray) -> Emulator:
        """The surfaces moved by constants, shape (k,)."""
        moved = []
        for one, by in zip(self.surfaces, offset, strict=True):
            coefficient = one.coefficient.copy()
            coefficient[0] += by
            moved.append(replace(one, coefficient=coefficient))
        return Emulator(self.centre, self.spread, tuple(moved))

    @property
    def error(self) -> np.ndarray:
        """Standard deviation of members left out, shape (k,)."""
        return np.array([one.error for one in self.surfaces])

    @property
    def explained(self) -> np.ndarray:
        """Share of variance told of members left out, shape (k,)."""
        return np.array([one.explained for one in self.surfaces])


def emulate(simulated: Evaluated, around: np.ndarray | None = None) -> Emulator:
    """Surfaces through what was simulated.

    Parameters
    ----------
    simulated : Evaluated
        Members; those without a figure are left out of its surface.
    around : ndarray, shape (n, p), optional
        Scores near which the surfaces should fit best: far members count less.
    """
    centre, spread = simulated.z.mean(axis=0), simulated.z.std(axis=0) + SMALLEST
    terms = _terms((simulated.z - centre) / spread)
    weight = _nearness(simulated.z, around)
    fitted = {
        known.tobytes(): _ridges(terms[known], weight[known], len(centre))
        for known in np.isfinite(simulated.figures).T
    }
    surfaces = []
    for column in simulated.figures.T:
        known = np.isfinite(column)
        ridges = fitted[known.tobytes()]
        surfaces.append(_surface(terms[known], column[known], weight[known], ridges))
    return Emulator(centre, spread, tuple(surfaces))


def _nearness(z: np.ndarray, around: np.ndarray | None) -> np.ndarray:
    """Weight of each member, falling with its distance from a cloud of scores; mean 1."""
    if around is None:
        return np.ones(len(z))
    unknowns = z.shape[1]
    covariance = np.cov(around, rowvar=False).reshape(unknowns, unknowns)
    off = z - around.mean(axis=0)
    distance = np.einsum(
        "mi,ij,mj->m", off, np.linalg.inv(covariance + 0.05 * np.eye(unknowns)), off
    )
    weight = 1 / (1 + distance / unknowns)
    return weight / weight.mean()


def _terms(x: np.ndarray) -> np.ndarray:
    """Constant, linear terms, then squares and products, shape (n, t)."""
    row, column = np.triu_indices(x.shape[1])
    return np.hstack([np.ones((len(x), 1)), x, x[:, row] * x[:, column]])


_Ridge = tuple[np.ndarray, np.ndarray]
"""Inverse of the penalised information, and the leverage of each member."""


def _ridges(terms: np.ndarray, weight: np.ndarray, unknowns: int) -> list[_Ridge]:
    """Every ridge that is tried."""
    size, count = terms.shape
    scaled = terms * np.sqrt(weight)[:, np.newaxis]
    information = scaled.T @ scaled
    made = []
    for linear, curved in product(LINEAR, CURVED):
        ridge = np.full(count, size * curved)
        ridge[0], ridge[1 : unknowns + 1] = SMALLEST, size * linear
        inverse = np.linalg.inv(information + np.diag(ridge))
        made.append((inverse, ((scaled @ inverse) * scaled).sum(axis=1)))
    return made


def _surface(
    terms: np.ndarray, figure: np.ndarray, weight: np.ndarray, ridges: list[_Ridge]
) -> Surface:
    size, count = terms.shape
    if size < FEWEST:
        return Surface(np.zeros(count), UNKNOWN, 0.0, size)
    root = np.sqrt(weight)
    scaled, aim = terms * root[:, np.newaxis], figure * root
    moment = scaled.T @ aim
    tried = []
    for inverse, leverage in ridges:
        coefficient = inverse @ moment
        left_out = (aim - scaled @ coefficient) / np.maximum(1 - leverage, 0.02)
        tried.append((float((left_out**2).mean()), coefficient))
    squared, coefficient = min(tried, key=lambda one: one[0])
    middle = np.average(figure, weights=weight)
    variance = float(np.average((figure - middle) ** 2, weights=weight))
    explained = 1 - squared / variance if variance > 0 else 1.0
    return Surface(coefficient, float(np.sqrt(squared)) + SMALLEST, explained, size)
