"""Ensemble Kalman inversion: from the prior to where the targets are met, in a few rounds.

Each round takes as much of the data's weight as the ensemble can bear; the shares add up to one, so
that for a linear model the last ensemble is a sample of the posterior.

References
----------
Iglesias, Law, Stuart. Inverse Problems 2013;29:045001. doi:10.1088/0266-5611/29/4/045001
Iglesias, Yang. Inverse Problems 2021;37:025008. doi:10.1088/1361-6420/abd29b (the step)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aldesim.calibration.ensemble import Data, Evaluated, Simulator
from aldesim.population.random import normal


@dataclass(frozen=True, eq=False)
class Inversion:
    """Rounds of an inversion.

    Parameters
    ----------
    rounds : tuple of Evaluated
        What was simulated, the prior's ensemble first.
    shares : tuple of float
        Weight of the data taken after each round; they add up to 1.
    z : ndarray, shape (m, p)
        Ensemble after the last update; not simulated.
    """

    rounds: tuple[Evaluated, ...]
    shares: tuple[float, ...]
    z: np.ndarray


def invert(
    simulate: Simulator, data: Data, *, unknowns: int, members: int, rounds: int, seed: int
) -> Inversion:
    """Ensemble moved from the standard normal prior towards the data.

    Parameters
    ----------
    simulate : callable
        Figures of members.
    data : Data
        What they should be.
    unknowns, members : int
        Parameters, and size of the ensemble.
    rounds : int
        Most rounds; the last takes what is left of the data's weight.
    seed : int
        Of prior and perturbations.
    """
    z = normal(seed, "calibration/prior", np.arange(members), unknowns)
    done: list[Evaluated] = []
    shares: list[float] = []
    left = 1.0
    while left > 1e-12:
        here = Evaluated(z, simulate(z))
        done.append(here)
        figures = _whole(here.figures)
        residual = _residual(data, figures)
        share = left if len(done) >= rounds else min(left, _share(data, residual))
        left -= share
        shares.append(share)
        noise = normal(seed, f"calibration/noise {len(done)}", np.arange(members), len(data.value))
        z = _moved(z, figures, residual, data, share, noise)
    return Inversion(tuple(done), tuple(shares), z)


def _whole(figures: np.ndarray) -> np.ndarray:
    """Figures with each gap filled by the mean of its column: it then moves nothing."""
    mean = np.nan_to_num(np.nanmean(figures, axis=0))
    return np.where(np.isnan(figures), mean, figures)


def _residual(data: Data, figures: np.ndarray) -> np.ndarray:
    """Published less simulated; nothing on the right side of a bound."""
    residual = data.value - figures
    return np.where(data.side * residual < 0, 0.0, residual)


def _share(data: Data, residual: np.ndarray) -> float:
    """Weight of the data for the next step: the controller of Iglesias and Yang 2021."""
    misfit = (residual**2 / data.variance).sum(axis=1) / 2
    size = len(data.value)
    spread = misfit.var()
    return max(size / (2 * misfit.mean()), np.sqrt(size / (2 * spread)) if spread else 1.0)


def _moved(
    z: np.ndarray,
    figures: np.ndarray,
    residual: np.ndarray,
    data: Data,
    share: float,
    noise: np.ndarray,
) -> np.ndarray:
    centred, figures = z - z.mean(axis=0), figures - figures.mean(axis=0)
    members = len(z) - 1
    across, within = centred.T @ figures / members, figures.T @ figures / members
    variance = data.variance / share
    # Members that already satisfy a bound are not perturbed across it.
    aim = residual + np.where((data.side != 0) & (residual == 0), 0.0, np.sqrt(variance) * noise)
    gain = np.linalg.solve(within + np.diag(variance), aim.T)
    return z + (across @ gain).T
