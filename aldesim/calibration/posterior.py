"""Sample of the posterior by a sequential Monte Carlo sampler on the emulator's likelihood.

Particles start as the prior and take on the weight of the data little by little: reweighted,
resampled, and moved by a random walk that leaves each step's distribution as it is.

References
----------
Del Moral, Doucet, Jasra. J R Stat Soc B 2006;68:411-436. doi:10.1111/j.1467-9868.2006.00553.x
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, logsumexp

from aldesim.calibration.ensemble import Data
from aldesim.population.random import normal, uniform
from aldesim.population.resampling import systematic

PARTICLES = 1000
EFFECTIVE = 0.6
"""Share of particles that stays effective in each step."""
MOVES = 12

Emulated = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Particles of equal weight.

    Parameters
    ----------
    z : ndarray, shape (n, p)
        Scores of the prior.
    log_evidence : float
        Logarithm of the probability of the data under prior and model.
    """

    z: np.ndarray
    log_evidence: float


def log_likelihood(data: Data, emulated: Emulated, z: np.ndarray) -> np.ndarray:
    """Logarithm of the likelihood at scores (n, p), shape (n,)."""
    if not len(data.value):
        return np.zeros(len(z))
    mean, variance = emulated(z)
    sd = np.sqrt(variance + data.variance)
    distance = (data.value - mean) / sd
    density = -(distance**2) / 2 - np.log(sd)
    bounded = log_ndtr(-data.side * distance)
    return np.where(data.side == 0, density, bounded).sum(axis=1)


def sample(
    data: Data, emulated: Emulated, *, unknowns: int, seed: int, particles: int = PARTICLES
) -> Posterior:
    """Particles of the posterior under a standard normal prior.

    Parameters
    ----------
    data : Data
        What was published; without any the prior comes back.
    emulated : callable
        Means and variances of the figures at scores, both of shape (n, k).
    unknowns : int
        Parameters.
    seed : int
        Of everything random.
    particles : int
        Number of particles.
    """
    everyone = np.arange(particles)
    z = normal(seed, "posterior/prior", everyone, unknowns)
    like = log_likelihood(data, emulated, z)
    heat, evidence, step, scale = 0.0, 0.0, 0, 1.0
    while heat < 1.0:
        step += 1
        rise = _rise(like, 1.0 - heat)
        heat += rise
        weight = rise * like
        evidence += float(logsumexp(weight) - np.log(particles))
        weight = np.exp(weight - float(logsumexp(weight)))
        start = uniform(seed, f"posterior/resample {step}", [0], 1)[0, 0]
        chosen = systematic(weight, start)
        z, like = z[chosen], like[chosen]
        # The last step mixes longer: what comes out is used as independent draws.
        for move in range(MOVES * (3 if heat >= 1.0 else 1)):
            purpose = f"posterior/move {step} {move}"
            z, like, accepted = _walk(data, emulated, z, like, heat, scale, seed, purpose)
            scale *= np.exp(accepted - 0.3)
    return Posterior(z, evidence)


def _rise(like: np.ndarray, left: float) -> float:
    """Largest rise of the data's weight that keeps enough particles effective."""

    def effective(rise: float) -> float:
        weight = rise * like
        return float(np.exp(2 * logsumexp(weight) - logsumexp(2 * weight))) / len(like)

    if effective(left) >= EFFECTIVE:
        return left
    low, high = 0.0, left
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= EFFECTIVE else (low, middle)
    return max(low, 1e-9)


def _walk(
    data: Data,
    emulated: Emulated,
    z: np.ndarray,
    like: np.ndarray,
    heat: float,
    scale: float,
    seed: int,
    purpose: str,
) -> tuple[np.ndarray, np.ndarray, float]:
    particles, unknowns = z.shape
    everyone = np.arange(particles)
    covariance = np.cov(z, rowvar=False).reshape(unknowns, unknowns) + 1e-9 * np.eye(unknowns)
    root = np.linalg.cholesky(covariance) * scale * 2.38 / np.sqrt(unknowns)
    tried = z + normal(seed, purpose, everyone, unknowns) @ root.T
    tried_like = log_likelihood(data, emulated, tried)
    gain = heat * (tried_like - like) + ((z**2).sum(axis=1) - (tried**2).sum(axis=1)) / 2
    taken = np.log(uniform(seed, f"{purpose} taken", everyone, 1)[:, 0]) < gain
    return (
        np.where(taken[:, np.newaxis], tried, z),
        np.where(taken, tried_like, like),
        float(taken.mean()),
    )
