"""Differences between two arms of the same patients, with paired intervals.

References
----------
Newcombe. Improved confidence intervals for the difference between binomial proportions based on
paired data. Stat Med 1998;17:2635-2650, method 10.
McNemar. Psychometrika 1947;12:153-157. doi:10.1007/BF02295996
Restricted means: influence function of the Kaplan-Meier estimator (Andersen, Borgan, Gill, Keiding,
Statistical Models Based on Counting Processes, 1993, section IV.3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aldesim.errors import InputError
from aldesim.trial.endpoints.proportions import check_confidence, proportion
from aldesim.trial.endpoints.survival import kaplan_meier


class Paired(NamedTuple):
    """Two arms and their difference, second minus first.

    Parameters
    ----------
    first, second : float
        Value in each arm.
    difference, low, high : float
        Difference and its limits, in the unit of the values; NaN where nothing can be said.
    p : float
        Two-sided p value against no difference; NaN where there is none.
    n : int
        Pairs.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    p: float
    n: int


def paired_means(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Paired:
    """Means of a number in two arms, with the paired t interval of their difference.

    Parameters
    ----------
    first, second : array, shape (n,)
        The same patients in the same order; a pair with a NaN is left out.
    confidence : float
        Coverage of the interval, between 0 and 1.

    Examples
    --------
    >>> found = paired_means([1.0, 2.0, 3.0], [2.0, 3.0, 5.0])
    >>> round(found.difference, 2), round(found.low, 2), round(found.high, 2)
    (1.33, -0.1, 2.77)
    """
    check_confidence("paired means", confidence)
    one, two = _pairs(first, second)
    return _from_contributions(one, two, float(one.mean()), float(two.mean()), confidence)


def paired_proportions(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Paired:
    """Shares in two arms, with Newcombe's paired interval and McNemar's exact p value.

    Parameters
    ----------
    first, second : array of bool, shape (n,)
        The same patients in the same order.
    confidence : float
        Coverage of the interval, between 0 and 1.

    Examples
    --------
    >>> found = paired_proportions([1] * 7 + [0] * 3, [1] * 4 + [0] * 6)
    >>> round(found.difference, 2), found.low < found.difference < found.high
    (-0.3, True)
    """
    from scipy.stats import binomtest

    one, two = (values.astype(bool) for values in _pairs(first, second))
    n = one.size
    a, b = int((two & one).sum()), int((two & ~one).sum())
    c, d = int((~two & one).sum()), int((~two & ~one).sum())
    new, old = proportion(a + b, n, confidence), proportion(a + c, n, confidence)
    product = float((a + b) * (c + d) * (a + c) * (b + d))
    together = float(a * d - b * c)
    if together > 0:
        together = max(together - n / 2, 0.0)
    phi = together / np.sqrt(product) if product else 0.0

    def reach(down: float, up: float) -> float:
        return float(np.sqrt(max(down**2 - 2 * phi * down * up + up**2, 0.0)))

    difference = new.value - old.value
    p = binomtest(min(b, c), b + c).pvalue if b + c else 1.0
    return Paired(
        old.value,
        new.value,
        difference,
        difference - reach(new.value - new.low, old.high - old.value),
        difference + reach(new.high - new.value, old.value - old.low),
        float(p),
        n,
    )


def paired_restricted_means(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    horizon: float,
    confidence: float = 0.95,
) -> Paired:
    """Mean time free of an event within a horizon in two arms, with a paired interval.

    Each patient's share in the two Kaplan-Meier estimates (their influence functions) is subtracted
    patient by patient: what the arms have in common cancels.

    Parameters
    ----------
    first, second : (array, array of bool), each of shape (n,)
        Time and whether it ended in the event, the same patients in the same order.
    horizon : float
        In the unit of time; within the follow-up of both arms.
    confidence : float
        Coverage of the interval, between 0 and 1.
    """
    check_confidence("paired restricted means", confidence)
    times = _pairs(first[0], second[0], drop=False)
    known = ~(np.isnan(times[0]) | np.isnan(times[1]))
    events = [np.asarray(arm[1], dtype=bool)[known] for arm in (first, second)]
    arms = [_influence(t[known], e, horizon) for t, e in zip(times, events, strict=True)]
    (one, share_one), (two, share_two) = arms
    return _from_contributions(share_one, share_two, one, two, confidence)


def _influence(
    time: NDArray[np.float64], event: NDArray[np.bool_], horizon: float
) -> tuple[float, NDArray[np.float64]]:
    """Restricted mean, and each patient's influence on it."""
    curve = kaplan_meier(time, event)
    mean = curve.restricted_mean(horizon).value
    edges = np.minimum(np.append(curve.time, np.inf), horizon)
    areas = curve.survival * np.diff(edges)
    left = curve.at_risk - curve.events
    # What one event at a row takes from the area behind it; none where nobody is left.
    counted = (curve.time <= horizon) & (left > 0)
    taken = np.where(counted, len(time) * np.cumsum(areas[::-1])[::-1] / np.maximum(left, 1), 0.0)
    drift = np.cumsum(taken * curve.events / np.maximum(curve.at_risk, 1))
    row = np.searchsorted(curve.time, time)
    return mean, drift[row] - np.where(event, taken[row], 0.0)


def _from_contributions(
    one: NDArray[np.float64],
    two: NDArray[np.float64],
    first: float,
    second: float,
    confidence: float,
) -> Paired:
    """Difference of two estimates whose errors are means over patients."""
    from scipy.stats import t as student

    n = one.size
    gap = second - first
    spread = float(np.std(two - one, ddof=1)) / np.sqrt(n) if n > 1 else float("nan")
    if n < 2 or not np.isfinite(spread):
        return Paired(first, second, gap, float("nan"), float("nan"), float("nan"), n)
    reach = float(student.ppf((1 + confidence) / 2, n - 1)) * spread
    p = float(2 * student.sf(abs(gap) / spread, n - 1)) if spread else float(gap == 0)
    return Paired(first, second, gap, gap - reach, gap + reach, p, n)


def _pairs(
    first: ArrayLike, second: ArrayLike, drop: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != two.shape or one.ndim != 1:
        raise InputError("pairs", "second", two.shape, f"must be as long as first, {one.shape}")
    known = ~(np.isnan(one) | np.isnan(two)) if drop else np.full(one.shape, True)
    if not known.any():
        raise InputError("pairs", "first", one.size, "must hold at least one whole pair")
    return one[known], two[known]
