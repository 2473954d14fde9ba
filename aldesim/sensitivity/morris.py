"""Elementary effects: a screening of many inputs with few runs of a model.

Radial design: from each base point every input jumps alone to its value in an auxiliary point.

References
----------
Morris. Technometrics 1991;33:161-174. doi:10.1080/00401706.1991.10484804
Campolongo, Cariboni, Saltelli. Environ Model Softw 2007;22:1509-1518.
doi:10.1016/j.envsoft.2006.10.004 (mean of absolute effects)
Campolongo, Saltelli, Cariboni. Comput Phys Commun 2011;182:978-988.
doi:10.1016/j.cpc.2010.12.039 (radial design)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from aldesim.population.random import uniform

SHORTEST = 0.1
"""Least jump of an input: shorter ones would divide noise by nearly nothing."""
RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class Effects:
    """Elementary effects of each input on one output.

    Parameters
    ----------
    mean : ndarray, shape (p,)
        Mean effect of moving an input through its range.
    size : ndarray, shape (p,)
        Mean absolute effect: how much the input matters.
    spread : ndarray, shape (p,)
        Standard deviation of the effects: curvature and interplay with other inputs.
    error : ndarray, shape (p,)
        Standard error of `size`, from resampled base points.
    """

    mean: np.ndarray
    size: np.ndarray
    spread: np.ndarray
    error: np.ndarray


def design(inputs: int, bases: int, seed: int) -> np.ndarray:
    """Points of a radial design in the unit cube, shape (bases, inputs + 1, inputs).

    The first point of each row is the base, the others move one input each.
    """
    # Power of two, so that the sequence keeps its balance; base and auxiliary of one point.
    power = max(int(np.ceil(np.log2(bases))), 1)
    pairs = qmc.Sobol(2 * inputs, rng=np.random.default_rng(seed)).random_base2(power)[:bases]
    base, other = pairs[:, :inputs], pairs[:, inputs:]
    near = np.abs(other - base) < SHORTEST
    other = np.where(near, np.where(base < 0.5, base + SHORTEST, base - SHORTEST), other)
    points = np.repeat(base[:, np.newaxis], inputs + 1, axis=1)
    for index in range(inputs):
        points[:, index + 1, index] = other[:, index]
    return points


def effects(points: np.ndarray, output: np.ndarray, seed: int = 1) -> Effects:
    """Effects of the inputs from the outputs of a design.

    Parameters
    ----------
    points : ndarray, shape (r, p + 1, p)
        Result of `design`.
    output : ndarray, shape (r, p + 1)
        Of the model at each point; NaN where it has none, whose effects are left out.
    seed : int
        Of the resampling.
    """
    inputs = points.shape[2]
    index = np.arange(inputs)
    jump = points[:, index + 1, index] - points[:, 0]
    effect = (output[:, 1:] - output[:, :1]) / jump
    picks = (uniform(seed, "morris/bases", np.arange(RESAMPLES), len(points)) * len(points)).astype(
        int
    )
    with np.errstate(invalid="ignore"):
        again = np.nanmean(np.abs(effect)[picks], axis=1)
    return Effects(
        mean=np.nanmean(effect, axis=0),
        size=np.nanmean(np.abs(effect), axis=0),
        spread=np.nanstd(effect, axis=0, ddof=1),
        error=np.nanstd(again, axis=0, ddof=1),
    )
