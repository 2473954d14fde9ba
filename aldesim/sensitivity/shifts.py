"""What a study would have printed of simulated patients, and how it shifts between two groups."""

from __future__ import annotations

import math

import numpy as np

from aldesim.evidence.observations import Observation
from aldesim.evidence.predict import FEWEST, survival_medians
from aldesim.evidence.readouts.values import Values
from aldesim.trial.endpoints import proportion


def scale_of(observation: Observation) -> tuple[float, str]:
    """Unit in which shifts of an observation are told, and what it is.

    Half of the published interval; for a proportion without one, half of the 95 % Wilson interval
    of its count; otherwise the published value itself.
    """
    half = (observation.interval_high - observation.interval_low) / 2
    if math.isfinite(half) and half > 0:
        return half, "half of the published interval"
    if observation.kind == "proportion":
        share = proportion(round(observation.value / 100 * observation.n), observation.n)
        return 50 * (share.high - share.low), "half of the 95 % interval of the count"
    return abs(observation.value), "published value"


def statistic(observation: Observation, values: Values, picks: np.ndarray) -> np.ndarray:
    """What the study would have printed, of groups of virtual patients.

    Parameters
    ----------
    observation : Observation
        For its kind and size; a minimum or maximum is the middle one of groups of its size.
    values : Values
        Quantity in each virtual patient, m of them; NaN where it does not exist.
    picks : ndarray of int, shape (r, m)
        Patients of each group.

    Returns
    -------
    ndarray, shape (r,)
        NaN for groups in which too few have the quantity.
    """
    value = values.value[picks]
    known = ~np.isnan(value)
    enough = known.sum(axis=1) >= FEWEST
    found = np.full(len(picks), np.nan)
    if not enough.any():
        return found
    value, known = value[enough], known[enough]
    match observation.kind:
        case "mean":
            made = np.nanmean(value, axis=1)
        case "proportion":
            made = 100 * np.nanmean(value, axis=1)
        case "survival":
            assert values.event is not None
            # Censored before anything happens: part of no risk set that counts.
            event = values.event[picks][enough] & known
            made = survival_medians(np.where(known, value, -1.0), event)
        case "minimum":
            made = _ranked(value, 1 - 0.5 ** (1 / observation.n))
        case "maximum":
            made = _ranked(value, 0.5 ** (1 / observation.n))
        case _:
            made = np.nanmedian(value, axis=1)
    found[enough] = made
    return found


def _ranked(value: np.ndarray, quantile: float) -> np.ndarray:
    return np.nanquantile(value, quantile, axis=1, method="inverted_cdf")


def shifts(observation: Observation, down: Values, up: Values, picks: np.ndarray) -> np.ndarray:
    """Half the difference of all patients, then of resampled groups, shape (r,)."""
    if len(down) != len(up) or len(up) != picks.shape[1]:
        return np.full(len(picks), np.nan)  # a patient's simulation failed: no longer the same ones
    if _same(down, up):
        return np.zeros(len(picks))
    low, high = (statistic(observation, values, picks) for values in (down, up))
    finite = np.isfinite(low) & np.isfinite(high)
    return np.where(finite, (np.where(finite, high, 0) - np.where(finite, low, 0)) / 2, np.nan)


def _same(one: Values, other: Values) -> bool:
    events = (one.event is None) or np.array_equal(one.event, other.event)  # type: ignore[arg-type]
    return bool(events) and np.array_equal(one.value, other.value, equal_nan=True)


def deviation(values: np.ndarray) -> float:
    """Standard deviation of the finite values; infinite if there are too few."""
    known = values[np.isfinite(values)]
    return float(known.std(ddof=1)) if len(known) > 1 else math.inf
