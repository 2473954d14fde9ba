"""Shares of variance: how much of an output's variance each input makes, alone and with others.

References
----------
Sobol. Math Comput Simul 2001;55:271-280. doi:10.1016/S0378-4754(00)00270-6
Saltelli et al. Comput Phys Commun 2010;181:259-270. doi:10.1016/j.cpc.2009.09.018
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.stats import DegenerateDataWarning, qmc, sobol_indices

from aldesim.errors import InputError

CONFIDENCE = 0.95
RESAMPLES = 200


@dataclass(frozen=True, eq=False)
class Shares:
    """Variance shares of each input for one output.

    Parameters
    ----------
    first : ndarray, shape (p,)
        Share that would vanish if the input alone were known.
    total : ndarray, shape (p,)
        Share that would be left if all other inputs were known.
    first_low, first_high, total_low, total_high : ndarray, shape (p,)
        95 % intervals from resampling.
    """

    first: np.ndarray
    total: np.ndarray
    first_low: np.ndarray
    first_high: np.ndarray
    total_low: np.ndarray
    total_high: np.ndarray


def design(inputs: int, samples: int, seed: int) -> np.ndarray:
    """Points of a Saltelli design in the unit cube, shape (inputs + 2, samples, inputs).

    The first two are the matrices A and B; the others are A with one column of B.

    Raises
    ------
    InputError
        If the number of samples is no power of two.
    """
    if samples < 4 or samples & (samples - 1):
        raise InputError("sensitivity", "samples", samples, "must be a power of two, 4 or more")
    pairs = qmc.Sobol(2 * inputs, rng=np.random.default_rng(seed)).random(samples)
    first, second = pairs[:, :inputs], pairs[:, inputs:]
    mixed = np.repeat(first[np.newaxis], inputs, axis=0)
    for index in range(inputs):
        mixed[index, :, index] = second[:, index]
    return np.concatenate([first[np.newaxis], second[np.newaxis], mixed])


def shares(output: np.ndarray) -> Shares:
    """Variance shares from the outputs of a design, shape (p + 2, n), all finite."""
    samples = output.shape[1]
    found = sobol_indices(
        func={
            "f_A": output[np.newaxis, 0],
            "f_B": output[np.newaxis, 1],
            "f_AB": output[2:, np.newaxis, :],
        },
        n=samples,
        rng=np.random.default_rng(1),
    )
    with warnings.catch_warnings():
        # An input without any effect has no spread to resample: its interval is a point.
        for kind in (DegenerateDataWarning, RuntimeWarning):
            warnings.simplefilter("ignore", kind)
        again = found.bootstrap(confidence_level=CONFIDENCE, n_resamples=RESAMPLES)
    intervals = {
        f"{name}_{end}": _known(getattr(index.confidence_interval, end), middle)
        for name, index, middle in (
            ("first", again.first_order, found.first_order),
            ("total", again.total_order, found.total_order),
        )
        for end in ("low", "high")
    }
    return Shares(
        first=np.ravel(found.first_order),
        total=np.ravel(found.total_order),
        **intervals,
    )


def _known(end: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Ends of intervals; the estimate itself where there is none."""
    end, middle = np.ravel(end), np.ravel(middle)
    return np.where(np.isnan(end), middle, end)
