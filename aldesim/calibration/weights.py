"""Weights of virtual patients with which their means meet published ones: entropy balancing.

Of all weightings that meet the targets within their uncertainty it takes the one nearest to equal
weights. How many patients then still count is the effective sample size.

References
----------
Hainmueller. Political Analysis 2012;20:25-46. doi:10.1093/pan/mpr025
Kish. Survey Sampling. Wiley 1965 (effective sample size)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from aldesim.errors import InputError


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of a pool of patients.

    Parameters
    ----------
    weight : ndarray, shape (n,)
        Adding up to 1.
    before, after : ndarray, shape (k,)
        Means of the features under equal weights and under these.
    """

    weight: np.ndarray
    before: np.ndarray
    after: np.ndarray

    @property
    def effective(self) -> float:
        """Effective sample size: patients of equal weight that would tell as much."""
        return float(1 / (self.weight**2).sum())


def balance(features: np.ndarray, target: np.ndarray, error: np.ndarray) -> Weights:
    """Weights with which the means of the features come near their targets.

    Parameters
    ----------
    features : ndarray, shape (n, k)
        Of each patient.
    target : ndarray, shape (k,)
        What their means should be.
    error : ndarray, shape (k,)
        Standard error of each target: how far its mean may stay away.

    Raises
    ------
    InputError
        If a feature is not finite, or an error not above 0.
    """
    if not np.isfinite(features).all():
        raise InputError("balance", "features", "not finite", "every patient needs every feature")
    if (error <= 0).any():
        raise InputError("balance", "error", error.tolist(), "must be above 0")
    off = (features - target) / error

    def dual(lever: np.ndarray) -> tuple[float, np.ndarray]:
        pull = off @ lever
        weight = np.exp(pull - float(logsumexp(pull)))
        return float(logsumexp(pull)) + float(lever @ lever) / 2, off.T @ weight + lever

    lever = minimize(dual, np.zeros(off.shape[1]), jac=True, method="BFGS").x
    pull = off @ lever
    weight = np.exp(pull - float(logsumexp(pull)))
    return Weights(weight, features.mean(axis=0), weight @ features)
