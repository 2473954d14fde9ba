"""Particles from a standard normal prior to a posterior: tempering, resampling, moves.

Sequential Monte Carlo (Del Moral 2006): the likelihood is let in step by step, particles are
resampled, and each is moved by Metropolis steps that leave the tempered posterior unchanged. The
steps keep a Gaussian fitted to the particles in the few directions that the data inform, and the
prior in all others (Cui 2014), so the acceptance does not fall with the number of parameters.

References
----------
Del Moral, Doucet, Jasra. J R Stat Soc B 2006;68:411-436. doi:10.1111/j.1467-9868.2006.00553.x
Cui, Martin, Marzouk, Solonen, Spantini. Inverse Problems 2014;30:114015.
doi:10.1088/0266-5611/30/11/114015
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aldesim.forecast.proposal import Array, Informed, Proposal
from aldesim.population.resampling import systematic

Stream = Callable[[str, int], Array]
"""Independent uniform numbers between 0 and 1 for a purpose: (particles, draws)."""

ESS_SHARE = 0.4
"""Share of the particles that a step of the temperature may not fall below."""
MOVES, MOST_MOVES = 1.0, 6
"""Accepted moves wanted of each particle at each temperature, and the most that are tried."""
LAST_MOVES, MOST_LAST_MOVES = 4.0, 20
"""The same at the last temperature, where the particles are to forget their common ancestors."""
WANTED_ACCEPTANCE = 0.3
_STEP = 0.4  # standard deviations of the prior; a secant, as standing orders make jumps
_POINTS = 3
_SMALLEST_STEP = 0.02


@dataclass(frozen=True)
class Evaluation:
    """What a particle says of the data.

    Parameters
    ----------
    log_likelihood : array, shape (n,)
        Minus infinity for a particle that is impossible.
    predicted, sd : array, shape (n, m)
        Predicted readings, and the standard deviation of their error.
    """

    log_likelihood: Array
    predicted: Array
    sd: Array


@dataclass(frozen=True)
class Stage:
    """One temperature: its value, effective sample size before resampling, moves, acceptance."""

    temperature: float
    effective: float
    directions: int
    moves: int
    acceptance: float


@dataclass(frozen=True)
class Updated:
    """Particles of the posterior, equally weighted.

    Parameters
    ----------
    scores : array, shape (n, d)
        Standard normal under the prior.
    prior_effective : float
        Effective sample size of the prior particles under the whole likelihood.
    stages : tuple of Stage
        How the posterior was reached; empty if the data say nothing.
    distinct : int
        Particles of the prior that have descendants.
    """

    scores: Array
    prior_effective: float
    stages: tuple[Stage, ...]
    distinct: int


def update(
    evaluate: Callable[[Array], Evaluation],
    scores: Array,
    uniform: Stream,
    progress: Callable[[float], None] = lambda share: None,
) -> Updated:
    """Posterior particles.

    Parameters
    ----------
    evaluate : callable
        Log likelihood and predictions of particles, for scores of shape (k, d) with any k.
    scores : array, shape (n, d)
        Particles of the prior: independent standard normal.
    uniform : callable
        Randomness by purpose; the same purpose gives the same numbers.
    progress : callable
        Told the temperature reached, 0 to 1.
    """
    size = len(scores)
    found = evaluate(scores).log_likelihood
    prior_effective = effective_size(found)
    ancestor = np.arange(size)
    temperature, step, stages = 0.0, 1.0, []
    hessian: Array | None = None
    # Halves in order of the resampling, so copies of a particle are on the same side.
    first, second = slice(0, size // 2), slice(size // 2, size)
    while temperature < 1 and np.ptp(found) > 0:
        new = _next_temperature(found, temperature)
        weights = _weights((new - temperature) * found)
        effective = 1 / np.sum(weights**2)
        name = f"stage {len(stages)}"
        chosen = systematic(weights, uniform(f"{name}/resample", 1)[0, 0])
        scores, found, ancestor = scores[chosen], found[chosen], ancestor[chosen]
        temperature = new
        sampled = gauss_newton(evaluate, scores, uniform(f"{name}/points", 1))
        # Points of all stages count, the later ones more.
        hessian = sampled if hessian is None else (hessian + sampled) / 2
        informed = Informed.of(temperature * hessian)
        last = temperature == 1
        wanted, most = (LAST_MOVES, MOST_LAST_MOVES) if last else (MOVES, MOST_MOVES)
        moves, accepted = 0, 0.0
        while accepted < wanted and moves < most:
            noise = _normal(uniform(f"{name}/move {moves}", scores.shape[1] + 1))
            share = 0.0
            # Each half moves by what the other half shows: a proposal that knew the particle
            # itself would not leave the posterior unchanged.
            for here, there in ((first, second), (second, first)):
                distinct = len(np.unique(found[there]))
                proposal = Proposal.fit(scores[there], distinct, informed, step)
                scores[here], found[here], part = _move(
                    evaluate, proposal, scores[here], found[here], noise[here], temperature
                )
                share += part / 2
            moves, accepted = moves + 1, accepted + share
            step = float(
                np.clip(step * np.exp(1.5 * (share - WANTED_ACCEPTANCE)), _SMALLEST_STEP, 1)
            )
        stages.append(
            Stage(new, float(effective), len(informed.precision), moves, accepted / moves)
        )
        progress(temperature)
    return Updated(scores, prior_effective, tuple(stages), len(np.unique(ancestor)))


def _move(
    evaluate: Callable[[Array], Evaluation],
    proposal: Proposal,
    scores: Array,
    found: Array,
    noise: Array,
    temperature: float,
) -> tuple[Array, Array, float]:
    """One Metropolis step of every particle, and the share accepted."""
    from scipy.special import log_ndtr

    new = proposal.propose(scores, noise[:, :-1])
    new_found = evaluate(new).log_likelihood
    ratio = temperature * (new_found - found) + proposal.log_ratio(new) - proposal.log_ratio(scores)
    accept = log_ndtr(noise[:, -1]) < ratio
    return (
        np.where(accept[:, None], new, scores),
        np.where(accept, new_found, found),
        float(accept.mean()),
    )


def gauss_newton(evaluate: Callable[[Array], Evaluation], scores: Array, uniform: Array) -> Array:
    """Expected Gauss-Newton Hessian of the log likelihood, shape (d, d).

    From finite differences at a few particles.
    """
    size, dims = scores.shape
    count = min(_POINTS, 1 + size // 256)
    points = scores[np.floor(uniform[:count, 0] * size).astype(np.int64)]
    shifted = [np.vstack((point, point + _STEP * np.eye(dims))) for point in points]
    found = evaluate(np.vstack(shifted))
    hessian = np.zeros((dims, dims))
    for k in range(len(points)):
        middle = k * (dims + 1)
        change = found.predicted[middle + 1 : middle + 1 + dims] - found.predicted[middle]
        slopes = np.nan_to_num(change / (found.sd[middle] * _STEP))
        hessian += slopes @ slopes.T / len(points)
    return hessian


def effective_size(log_weights: Array) -> float:
    """Effective number of equally weighted particles (Kish)."""
    return float(1 / np.sum(_weights(log_weights) ** 2))


def _weights(log_weights: Array) -> Array:
    top = log_weights.max()
    if not np.isfinite(top):
        return np.full(len(log_weights), 1 / len(log_weights))
    weights = np.exp(log_weights - top)
    return weights / weights.sum()


def _next_temperature(found: Array, temperature: float) -> float:
    """Highest temperature at which enough particles still count."""
    wanted = ESS_SHARE * len(found)
    finite = np.where(np.isfinite(found), found, found[np.isfinite(found)].min() - 1e6)

    def effective(new: float) -> float:
        return effective_size((new - temperature) * finite)

    if effective(1.0) >= wanted:
        return 1.0
    low, high = temperature, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= wanted else (low, middle)
    return max(low, np.nextafter(temperature, 1.0))


def _normal(uniform: Array) -> Array:
    from scipy.special import ndtri

    return ndtri(uniform)
