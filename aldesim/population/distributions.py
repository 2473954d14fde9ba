"""Distributions by their quantiles, truncated by inversion rather than by rejection.

A standard normal number goes in, a value comes out, and the order is kept. So one number for each
patient is enough whatever the limits, and correlations between the normal numbers (a Gaussian
copula) become rank correlations between the values.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr, ndtri

Limits = tuple[float | None, float | None]

# name -> (to the scale on which the values are normal, back again)
_SCALES: dict[str, tuple[Callable, Callable]] = {
    "normal": (lambda x: x, lambda y: y),
    "lognormal": (np.log, np.exp),
    "logit-normal": (logit, expit),
}
DISTRIBUTIONS = tuple(_SCALES)

_SMALLEST = 2.0**-53
FARTHEST_SCORE = 3.5


def log_sd(cv: ArrayLike) -> NDArray[np.float64]:
    """Standard deviation of the logarithm of a lognormal with this coefficient of variation."""
    return np.sqrt(np.log1p(np.asarray(cv, dtype=np.float64) ** 2))


def quantiles(
    distribution: str,
    median: float,
    spread: float,
    limits: Limits,
    z: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Values of a distribution at standard normal scores.

    Parameters
    ----------
    distribution : str
        "normal", "lognormal" or "logit-normal".
    median : float
        Median before truncation.
    spread : float
        Standard deviation (normal), coefficient of variation (lognormal) or standard deviation of
        the logit (logit-normal), before truncation; above 0.
    limits : tuple of two float or None
        Lowest and highest possible value, None for none.
    z : array
        Standard normal scores.

    Returns
    -------
    array of float64, shape of `z`
    """
    forward, back = _SCALES[distribution]
    sigma = float(log_sd(spread)) if distribution == "lognormal" else spread
    center = forward(median)
    low, high = limits
    if low is not None or high is not None:
        from_low = 0.0 if low is None else ndtr((_safe(forward, low) - center) / sigma)
        to_high = 1.0 if high is None else ndtr((_safe(forward, high) - center) / sigma)
        inside = from_low + ndtr(z) * (to_high - from_low)
        z = ndtri(np.clip(inside, _SMALLEST, 1 - _SMALLEST))
    # The inversion may miss a limit by one rounding.
    return np.clip(
        back(center + sigma * z),
        -np.inf if low is None else low,
        np.inf if high is None else high,
    )


def scores_of(
    distribution: str,
    median: float,
    spread: float,
    limits: Limits,
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Standard normal scores at which `quantiles` gives these values, and their log density.

    A value that the distribution hardly has or never (beyond its limits) gets the score of the
    nearest one that it has, at most 3.5 from the middle, and the density before truncation.

    Parameters
    ----------
    distribution, median, spread, limits
        As for `quantiles`.
    values : array

    Returns
    -------
    scores, log_density : array, shape of `values`
        The density is per unit of the value.
    """
    forward, _ = _SCALES[distribution]
    sigma = float(log_sd(spread)) if distribution == "lognormal" else spread
    x = (forward(values) - forward(median)) / sigma
    low, high = limits
    from_low = 0.0 if low is None else ndtr((_safe(forward, low) - forward(median)) / sigma)
    to_high = 1.0 if high is None else ndtr((_safe(forward, high) - forward(median)) / sigma)
    share = (ndtr(x) - from_low) / (to_high - from_low)
    edge = ndtr(-FARTHEST_SCORE)
    slope = {"normal": 1.0, "lognormal": values, "logit-normal": values * (1 - values)}
    density = (
        -0.5 * x**2
        - np.log(np.sqrt(2 * np.pi) * sigma * (to_high - from_low))
        - np.log(slope[distribution])
    )
    return ndtri(np.clip(share, edge, 1 - edge)), density


def categories(chances: ArrayLike, z: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the category of each standard normal score, the first category lowest.

    Parameters
    ----------
    chances : array, shape (categories,)
        Probability of each, adding up to 1.
    z : array
        Standard normal scores.
    """
    edges = np.cumsum(np.asarray(chances, dtype=np.float64))[:-1]
    return np.searchsorted(edges, ndtr(z), side="right")


def _safe(forward: Callable, limit: float) -> float:
    """A limit on the normal scale; the end of the range itself is at infinity."""
    with np.errstate(divide="ignore"):
        return float(forward(limit))
