"""Survival statistics of many replicate trials at once: one row of an array is one trial.

The same estimators as `aldesim.trial.endpoints` has for one trial, over rows sorted by time; ties
(scan days) are handled exactly as there.

References
----------
Log-rank: Mantel. Cancer Chemother Rep 1966;50:163-170.
Hazard ratio: Cox. J R Stat Soc B 1972;34:187-220, ties by Efron. J Am Stat Assoc 1977;72:557-565.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from aldesim.timeunits import DAYS_PER_MONTH

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
QUANTILES = {"low": 0.025, "lower": 0.25, "median": 0.5, "upper": 0.75, "high": 0.975}
"""What bands and predictive intervals are made of."""
MOST_FOLLOWED = 0.95
"""Share of trials that must still follow someone for a band to be drawn."""
_NEWTON_STEPS = 30
_CONVERGED = 1e-10
_FARTHEST = 20.0
"""Log hazard ratio beyond which one arm has all the events."""
_ROUNDING = 1e-9


@dataclass(frozen=True)
class _Sorted:
    """Rows sorted by time, with what is at risk before each entry and how its ties lie.

    Attributes
    ----------
    time, event, first_arm : ndarray, shape (replicates, n)
        Sorted by time; an entry that does not count has an infinite time and no event.
    at_risk, at_risk_first : ndarray, shape (replicates, n)
        Patients at risk just before the time, in all and of the first arm.
    tied, tied_first : ndarray, shape (replicates, n)
        Events at the same time, in all and of the first arm.
    earlier : ndarray, shape (replicates, n)
        Events at the same time that stand before the entry.
    """

    time: Floats
    event: Bools
    first_arm: Bools
    at_risk: Floats
    at_risk_first: Floats
    tied: Floats
    tied_first: Floats
    earlier: Floats


def median_times(time: Floats, event: Bools, counts: Bools) -> Floats:
    """Kaplan-Meier median of each trial.

    Parameters
    ----------
    time : ndarray, shape (replicates, n)
        Time to event or censoring.
    event, counts : ndarray of bool, shape (replicates, n)
        Whether the time ended in the event; who is in the group.

    Returns
    -------
    ndarray, shape (replicates,)
        In the unit of time; infinite where not reached.
    """
    rows, survival = _survival(time, event, counts)
    below = survival <= 0.5 + _ROUNDING
    first = below.argmax(axis=1)
    found = rows.time[np.arange(len(first)), first]
    return np.where(below.any(axis=1), found, np.inf)


def survival_at(time: Floats, event: Bools, counts: Bools, days: Floats) -> Floats:
    """Kaplan-Meier survival of each trial at some times.

    Parameters
    ----------
    time, event, counts
        As for `median_times`.
    days : ndarray, shape (t,)
        In the unit of time, rising.

    Returns
    -------
    ndarray, shape (replicates, t)
        NaN behind the longest follow-up of a trial unless nobody is left free of the event.
    """
    rows, survival = _survival(time, event, counts)
    reached = np.where(np.isfinite(rows.time), rows.time, -np.inf).max(axis=1)
    found = np.empty((len(time), len(days)))
    for row, (times, shares) in enumerate(zip(rows.time, survival, strict=True)):
        at = np.searchsorted(times, days, side="right")
        found[row] = np.append(1.0, shares)[at]
    found[(days > reached[:, None]) & (found > _ROUNDING)] = np.nan
    return found


def curve_bands(curves: Floats, days: Floats) -> pl.DataFrame:
    """Quantiles over trials of survival curves, as far as nearly all trials follow someone.

    Parameters
    ----------
    curves : ndarray, shape (replicates, t)
        As `survival_at` gives.
    days : ndarray, shape (t,)
        Their times, days.

    Returns
    -------
    DataFrame
        `month`, and shares in percent `low`, `lower`, `median`, `upper`, `high`.
    """
    followed = np.isfinite(curves).mean(axis=0) >= MOST_FOLLOWED
    marks = np.nanquantile(curves[:, followed], list(QUANTILES.values()), axis=0)
    columns = dict(zip(QUANTILES, 100 * marks, strict=True))
    return pl.DataFrame({"month": days[followed] / DAYS_PER_MONTH, **columns})


def log_rank(time: Floats, event: Bools, first_arm: Bools, counts: Bools) -> tuple[Floats, Floats]:
    """Log-rank statistic of each trial: signed root, and two-sided p.

    Parameters
    ----------
    time, event, counts
        As for `median_times`.
    first_arm : ndarray of bool, shape (replicates, n)
        Who is in the first arm.

    Returns
    -------
    (z, p) : ndarrays, shape (replicates,)
        `z` is negative when the first arm has fewer events than expected; NaN without an event.
    """
    rows = _sort(time, event & counts, first_arm, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = rows.at_risk_first / rows.at_risk
        excess = np.where(rows.event, rows.first_arm - share, 0.0).sum(axis=1)
        spread = share * (1 - share) * (rows.at_risk - rows.tied) / (rows.at_risk - 1)
        variance = np.where(rows.event & (rows.at_risk > 1), spread, 0.0).sum(axis=1)
        z = excess / np.sqrt(variance)
    return z, two_sided(z)


def hazard_ratios(time: Floats, event: Bools, first_arm: Bools, counts: Bools) -> Floats:
    """Cox hazard ratio of each trial, first arm over the other, ties by Efron.

    Parameters
    ----------
    time, event, first_arm, counts
        As for `log_rank`.

    Returns
    -------
    ndarray, shape (replicates,)
        0 or infinite where one arm has no event at all; NaN without any event.
    """
    rows = _sort(time, event & counts, first_arm, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(rows.tied > 0, rows.earlier / rows.tied, 0.0)
    one = rows.at_risk_first - part * rows.tied_first
    other = (rows.at_risk - rows.at_risk_first) - part * (rows.tied - rows.tied_first)
    log_ratio = np.zeros(len(time))
    for _ in range(_NEWTON_STEPS):
        weighted = one * np.exp(log_ratio)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = weighted / (weighted + other)
        slope = np.where(rows.event, rows.first_arm - share, 0.0).sum(axis=1)
        bend = np.where(rows.event, share * (1 - share), 0.0).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.clip(np.where(bend > 0, slope / bend, 0.0), -1.0, 1.0)
        log_ratio += step
        if np.abs(step).max(initial=0.0) < _CONVERGED:
            break
    events = rows.event.sum(axis=1)
    of_first = (rows.event & rows.first_arm).sum(axis=1)
    ratio = np.exp(np.clip(log_ratio, -_FARTHEST, _FARTHEST))
    ratio = np.where(of_first == 0, 0.0, np.where(of_first == events, np.inf, ratio))
    return np.where(events == 0, np.nan, ratio)


def shares_differ(hits: Floats, sizes: Floats, other: Floats, others: Floats) -> Floats:
    """Signed root of Pearson's chi-square of two shares, positive when the first is larger.

    Parameters
    ----------
    hits, sizes : ndarray, shape (replicates,)
        Patients with the property and patients in all, first arm.
    other, others : ndarray, shape (replicates,)
        The same of the other arm.
    """
    together = (hits + other) / (sizes + others)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(together * (1 - together) * (1 / sizes + 1 / others))
        z = (hits / sizes - other / others) / error
    return np.where(error > 0, z, 0.0)


def two_sided(z: Floats) -> Floats:
    """Two-sided p value of a standard normal deviate."""
    from scipy.special import ndtr

    return 2 * ndtr(-np.abs(z))


def _survival(time: Floats, event: Bools, counts: Bools) -> tuple[_Sorted, Floats]:
    """Sorted rows, and Kaplan-Meier survival after each entry."""
    rows = _sort(time, event & counts, counts, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Each tie enters once, with its first event; all its events leave together.
        share = np.where(rows.event & (rows.earlier == 0), rows.tied / rows.at_risk, 0.0)
        return rows, np.exp(np.cumsum(np.log1p(-share), axis=1))


def _sort(time: Floats, event: Bools, first_arm: Bools, counts: Bools) -> _Sorted:
    """Rows sorted by time; those who do not count come last and are never at risk."""
    time = np.where(counts, time, np.inf)
    order = np.argsort(time, axis=1, kind="stable")

    def sort(values: np.ndarray) -> np.ndarray:
        return np.take_along_axis(values, order, axis=1)

    time, event = sort(time), sort(event & counts)
    first_arm, counts = sort(first_arm), sort(counts)
    place = np.arange(time.shape[1])
    fresh = np.ones(time.shape, dtype=bool)
    fresh[:, 1:] = time[:, 1:] != time[:, :-1]
    first = np.maximum.accumulate(np.where(fresh, place, 0), axis=1)
    ends = np.ones(time.shape, dtype=bool)
    ends[:, :-1] = fresh[:, 1:]
    last = np.minimum.accumulate(np.where(ends, place, place[-1])[:, ::-1], axis=1)[:, ::-1]

    def until(values: np.ndarray) -> Floats:
        """Totals before each place, shape (replicates, n + 1)."""
        total = np.cumsum(values, axis=1, dtype=np.float64)
        return np.concatenate((np.zeros((len(total), 1)), total), axis=1)

    def between(total: Floats, start: np.ndarray, stop: np.ndarray) -> Floats:
        return np.take_along_axis(total, stop, axis=1) - np.take_along_axis(total, start, axis=1)

    everyone = np.full(first.shape, time.shape[1])
    events, of_first = until(event), until(event & first_arm)
    return _Sorted(
        time=time,
        event=event,
        first_arm=first_arm,
        at_risk=between(until(counts), first, everyone),
        at_risk_first=between(until(counts & first_arm), first, everyone),
        tied=between(events, first, last + 1),
        tied_first=between(of_first, first, last + 1),
        earlier=between(events, first, np.broadcast_to(place, first.shape)),
    )
