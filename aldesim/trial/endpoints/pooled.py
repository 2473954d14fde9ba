"""Shares and survival curves of the same patients under several versions of a population.

Sampling makes one part of the variance, the difference between versions the other: the variance is
the mean of what it is within a version, plus 1 + 1/m times that between the m versions, with
Student's t for so few versions. These are the rules by which imputations of missing values are
pooled; here the parameters are what is missing.

References
----------
Rubin. Multiple imputation for nonresponse in surveys. Wiley, 1987. doi:10.1002/9780470316696
Rothman. J Chronic Dis 1978;31:557-560 (recalled).
Lott, Reiter. Am Stat 2020;74:109-115. doi:10.1080/00031305.2018.1473796
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aldesim.errors import InputError
from aldesim.trial.endpoints.proportions import Proportion
from aldesim.trial.endpoints.survival import KaplanMeier

_MANY = 1e9
"""Degrees of freedom that are as good as infinite."""


@dataclass(frozen=True)
class Pooled:
    """Several estimates of the same number made one; every array of the same shape.

    Parameters
    ----------
    value : array
        Mean of the estimates.
    within, between : array
        Variance by sampling within a version, and by what differs between them.
    freedom : array
        Degrees of freedom of Student's t.
    """

    value: NDArray[np.float64]
    within: NDArray[np.float64]
    between: NDArray[np.float64]
    freedom: NDArray[np.float64]

    @property
    def variance(self) -> NDArray[np.float64]:
        """Both together."""
        return self.within + self.between

    def quantile(self, confidence: float) -> NDArray[np.float64]:
        """Standard errors that a limit of this coverage lies from the middle."""
        from scipy.special import stdtrit

        return stdtrit(self.freedom, (1 + confidence) / 2)


def pooled(values: ArrayLike, variances: ArrayLike) -> Pooled:
    """Estimates of several versions made one by Rubin's rules.

    Parameters
    ----------
    values, variances : array, shape (m, ...)
        Estimates of m versions in the same patients, and their variances by sampling.

    Raises
    ------
    InputError
        If there are fewer than two.
    """
    found = np.asarray(values, dtype=np.float64)
    if len(found) < 2:
        raise InputError("pooled", "versions", len(found), "must be two or more")
    within = np.asarray(variances, dtype=np.float64).mean(axis=0)
    between = (1 + 1 / len(found)) * found.var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(between > 0, within / between, np.inf)
    freedom = np.minimum((len(found) - 1) * (1 + ratio) ** 2, _MANY)
    return Pooled(found.mean(axis=0), within, between, freedom)


def pooled_proportion(
    counts: Sequence[int], sizes: Sequence[int], confidence: float = 0.95
) -> Proportion:
    """Share over several versions, with a Wilson interval that holds what differs between them.

    It is the Wilson interval of a trial in one version, made so much smaller as its variance is
    larger (Lott and Reiter 2020).

    Parameters
    ----------
    counts, sizes : sequence of int
        Patients with the property, and patients looked at, in each version.
    confidence : float
        Coverage, between 0 and 1.

    Returns
    -------
    Proportion
        Its count and n are those of all versions together.

    Examples
    --------
    >>> share = pooled_proportion([10, 20, 15], [100, 100, 100])
    >>> round(share.value, 2), round(share.low, 3), round(share.high, 3)
    (0.15, 0.042, 0.417)
    """
    count, n = np.asarray(counts), np.asarray(sizes)
    if not (n > 0).all():
        return Proportion(int(count.sum()), int(n.sum()), np.nan, np.nan, np.nan)
    shares = count / n
    found = pooled(shares, shares * (1 - shares) / n)
    # Of the smaller trial; without any variance that of one version.
    alike = float(found.within / found.variance) if found.variance > 0 else 1.0
    low, high = _wilson(found.value, n.mean() * alike, found.quantile(confidence))
    return Proportion(int(count.sum()), int(n.sum()), float(found.value), float(low), float(high))


def _wilson(
    share: ArrayLike, size: ArrayLike, quantile: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson limits of shares in trials of some size, which need not be a whole number."""
    share, size, t2 = (np.asarray(x, dtype=np.float64) for x in (share, size, quantile))
    t2 = t2**2
    middle = (size * share + t2 / 2) / (size + t2)
    reach = np.sqrt(t2 * (size * share * (1 - share) + t2 / 4)) / (size + t2)
    return np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)


def pooled_curve(curves: Sequence[KaplanMeier]) -> KaplanMeier:
    """Survival over several versions, with limits that hold what differs between them.

    At each time they are the Wilson limits of a trial without censoring whose share alive has this
    variance (Rothman 1978); log-log limits fail where only a few versions have had an event.

    Parameters
    ----------
    curves : sequence of KaplanMeier
        One a version, of the same patients, two or more.

    Returns
    -------
    KaplanMeier
        The mean curve; patients at risk, events and censorings are those of all versions together.
    """
    time = np.unique(np.concatenate([one.time for one in curves]))
    rows = [np.searchsorted(one.time, time, side="right") - 1 for one in curves]
    pairs = list(zip(curves, rows, strict=True))
    error = np.array([one.standard_error[row] for one, row in pairs])
    found = pooled([one.survival[row] for one, row in pairs], np.nan_to_num(error) ** 2)
    confidence = curves[0].confidence
    with np.errstate(divide="ignore", invalid="ignore"):
        size = found.value * (1 - found.value) / found.variance
    low, high = _wilson(found.value, size, found.quantile(confidence))
    whole, none = found.value == 1, found.value == 0

    def summed(counts: str) -> NDArray[np.int64]:
        total = np.zeros(len(time), dtype=np.int64)
        for one in curves:
            np.add.at(total, np.searchsorted(time, one.time), getattr(one, counts))
        return total

    return KaplanMeier(
        time=time,
        survival=found.value,
        standard_error=np.where(none, np.nan, np.sqrt(found.variance)),
        low=np.where(whole, 1.0, np.where(none, np.nan, low)),
        high=np.where(whole, 1.0, np.where(none, np.nan, high)),
        at_risk=np.sum([one.at_risk_at(time) for one in curves], axis=0),
        events=summed("events"),
        censored=summed("censored"),
        confidence=confidence,
        excluded=sum(one.excluded for one in curves),
        versions=len(curves),
    )
