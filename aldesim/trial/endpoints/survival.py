"""Survival curves: Kaplan-Meier with limits, medians, landmarks, restricted means.

References
----------
Kaplan, Meier. J Am Stat Assoc 1958;53:457-481. doi:10.1080/01621459.1958.10501452
Greenwood. The natural duration of cancer. Rep Public Health Med Subj 1926;33:1-26.
Brookmeyer, Crowley. Biometrics 1982;38:29-41. doi:10.2307/2530286
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aldesim.errors import InputError
from aldesim.trial.endpoints.proportions import check_confidence

# A survival of one half must be met in spite of rounding in the product of its factors.
_ROUNDING = 1e-12


class Estimate(NamedTuple):
    """A number with its confidence limits.

    Parameters
    ----------
    value, low, high : float
        Infinite where follow-up is too short to reach it, NaN where nothing can be said.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class KaplanMeier:
    """Kaplan-Meier estimate, one row for each distinct time, the start included.

    The curve is flat from each row to the next.

    Parameters
    ----------
    time : array, shape (rows,)
        0 and each distinct event or censoring time [day, or the unit given].
    survival : array, shape (rows,)
        Share still free of the event at and after `time`.
    standard_error : array, shape (rows,)
        Greenwood standard error of `survival`; NaN once survival is 0.
    low, high : array, shape (rows,)
        Pointwise log-log limits; 1 before the first event, NaN once survival is 0.
    at_risk : array of int, shape (rows,)
        Patients at risk just before `time`.
    events, censored : array of int, shape (rows,)
        Patients with the event, or lost from view, at `time`.
    confidence : float
        Coverage of the limits.
    excluded : int
        Patients without a time (NaN), in none of the counts.
    versions : int
        Versions of a population over which it is pooled; the counts are of all of them.
    """

    time: NDArray[np.float64]
    survival: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    confidence: float
    excluded: int
    versions: int = 1

    def at_risk_at(self, times: ArrayLike) -> NDArray[np.int64]:
        """Patients at risk just before each of `times`, for the row below a plot."""
        row = np.searchsorted(self.time, np.asarray(times, dtype=np.float64), side="left")
        return np.append(self.at_risk, 0)[row]

    def median(self) -> Estimate:
        """Median time with its Brookmeyer-Crowley interval.

        The median is the first time at which survival is one half or less; the limits are the
        same crossing of the log-log limits. Infinite where follow-up does not reach it.
        """
        return self.quantile(0.5)

    def quantile(self, share: float) -> Estimate:
        """First time by which `share` of the patients have had the event, with its interval.

        Parameters
        ----------
        share : float
            Share with the event, between 0 and 1: 0.5 for the median.

        Returns
        -------
        Estimate
            In the unit of time; infinite where not reached, NaN without patients.
        """
        if not 0 < share < 1:
            raise InputError("survival", "share", share, "must be between 0 and 1")
        if self.at_risk[0] == 0:
            return Estimate(np.nan, np.nan, np.nan)
        # Where survival is 0 its limits are undefined, yet every quantile lies behind.
        gone = self.survival == 0
        crossings = []
        for curve in (self.survival, self.low, np.where(gone, np.inf, self.high)):
            with np.errstate(invalid="ignore"):
                below = curve <= 1 - share + _ROUNDING
            crossings.append(float(self.time[below.argmax()]) if below.any() else np.inf)
        value, low, high = crossings
        return Estimate(value, min(low, value), max(high, value))

    def landmark(self, time: float) -> Estimate:
        """Survival at a time with its log-log interval; NaN beyond the follow-up.

        Parameters
        ----------
        time : float
            In the unit of time of the curve, 0 or more.

        Returns
        -------
        Estimate
            Share, 0 to 1.
        """
        self._check_time("time", time)
        if not self._covers(time):
            return Estimate(np.nan, np.nan, np.nan)
        row = np.searchsorted(self.time, time, side="right") - 1
        return Estimate(float(self.survival[row]), float(self.low[row]), float(self.high[row]))

    def restricted_mean(self, horizon: float) -> Estimate:
        """Mean time free of the event within a horizon, with a normal interval.

        The area under the curve from 0 to `horizon`, with its Greenwood variance; NaN when the
        follow-up ends before the horizon while someone is still free of the event.

        Parameters
        ----------
        horizon : float
            In the unit of time of the curve, 0 or more.

        Returns
        -------
        Estimate
            In the unit of time.

        References
        ----------
        Klein, Moeschberger. Survival Analysis, 2nd ed, 2003, section 4.5.
        """
        from scipy.special import ndtri

        self._check_time("horizon", horizon)
        if self.versions > 1:  # Greenwood's variance is of one version only
            raise InputError("survival", "versions", self.versions, "must be 1 for a mean")
        if not self._covers(horizon):
            return Estimate(np.nan, np.nan, np.nan)
        steps = np.append(self.time, np.inf)
        widths = np.diff(np.minimum(steps, horizon))
        widths[~np.isfinite(widths)] = 0.0
        area = self.survival * widths
        beyond = np.cumsum(area[::-1])[::-1]
        used = (self.events > 0) & (self.time <= horizon) & (self.at_risk > self.events)
        left = self.at_risk[used] - self.events[used]
        variance = (beyond[used] ** 2 * self.events[used] / (self.at_risk[used] * left)).sum()
        mean = float(area.sum())
        reach = float(ndtri((1 + self.confidence) / 2) * np.sqrt(variance))
        return Estimate(mean, mean - reach, mean + reach)

    def _covers(self, time: float) -> bool:
        return bool(self.at_risk[0] > 0 and (time <= self.time[-1] or self.survival[-1] == 0))

    def _check_time(self, field: str, time: float) -> None:
        if not time >= 0 or np.isinf(time):
            raise InputError("survival", field, time, "must be finite and 0 or more")


def kaplan_meier(time: ArrayLike, event: ArrayLike, confidence: float = 0.95) -> KaplanMeier:
    """Kaplan-Meier survival curve with Greenwood errors and pointwise log-log limits.

    Parameters
    ----------
    time : array, shape (n,)
        Time to the event or to censoring, 0 or more, in one unit; NaN leaves a patient out and
        counts it in `excluded`.
    event : array of bool, shape (n,)
        True if the time ended in the event, False if it was censored.
    confidence : float
        Coverage of the limits, between 0 and 1.

    Returns
    -------
    KaplanMeier

    Raises
    ------
    InputError
        If the arrays differ in length, a time is negative or infinite, or the confidence is not
        between 0 and 1.

    Examples
    --------
    >>> curve = kaplan_meier([6, 6, 6, 7, 10], [True, True, False, True, False])
    >>> curve.survival.round(3).tolist()
    [1.0, 0.6, 0.3, 0.3]
    """
    from scipy.special import ndtri

    check_confidence("survival", confidence)
    span, ended, excluded = known_times(time, event)
    days = np.unique(np.append(span, 0.0))
    row = np.searchsorted(days, span)
    events = np.bincount(row[ended], minlength=days.size)
    censored = np.bincount(row[~ended], minlength=days.size)
    gone = np.cumsum(events + censored)
    at_risk = span.size - np.append(0, gone[:-1])

    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(np.where(events > 0, 1 - events / at_risk, 1.0), dtype=np.float64)
        left = at_risk - events
        terms = np.where(events > 0, events / (at_risk * left.astype(np.float64)), 0.0)
        root = np.sqrt(np.cumsum(terms))
        error = survival * root
        center = np.log(-np.log(survival))
        reach = ndtri((1 + confidence) / 2) * root / np.abs(np.log(survival))
        low, high = np.exp(-np.exp(center + reach)), np.exp(-np.exp(center - reach))
    whole, none = survival == 1, survival == 0
    return KaplanMeier(
        time=days,
        survival=survival,
        standard_error=np.where(none, np.nan, error),
        low=np.where(whole, 1.0, np.where(none, np.nan, low)),
        high=np.where(whole, 1.0, np.where(none, np.nan, high)),
        at_risk=at_risk,
        events=events,
        censored=censored,
        confidence=confidence,
        excluded=excluded,
    )


def known_times(
    time: ArrayLike, event: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Times and events of the patients that have a time, and how many have none."""
    span, ended = np.asarray(time, dtype=np.float64), np.asarray(event)
    if span.ndim != 1 or span.shape != ended.shape:
        raise InputError("survival", "event", ended.shape, f"must be as long as time, {span.shape}")
    if ended.size and not np.isin(ended, (0, 1)).all():
        raise InputError("survival", "event", "other values", "must be true or false")
    known = ~np.isnan(span)
    span, ended = span[known], ended[known].astype(bool)
    if (span < 0).any() or np.isinf(span).any():
        wrong = span[(span < 0) | np.isinf(span)][0]
        raise InputError("survival", "time", float(wrong), "must be finite and 0 or more")
    return span, ended, int((~known).sum())
