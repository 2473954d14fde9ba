"""What a simulation says about a published number, as one smooth figure with a known error.

Working scales: a share becomes a logit; a Kaplan-Meier median becomes the logit of the share still
free at the published time, which is smooth where the median jumps; everything else is told
relative to the published value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from aldesim.evidence.observations import Observation
from aldesim.evidence.readouts.values import Values
from aldesim.trial.endpoints import kaplan_meier

FEWEST = 3
"""Virtual patients below which a figure is not known."""
BEYOND = 5.0
"""Times the published value that stand for a time never reached."""
MEDIAN_EFFICIENCY = np.pi / 2
"""Variance of a median relative to that of a mean, normal values."""


@dataclass(frozen=True)
class Figure:
    """One observation in one group of virtual patients.

    Parameters
    ----------
    value : float
        On the working scale; NaN if too few patients have the quantity.
    unit_variance : float
        Variance of the figure times the number of patients behind it.
    patients : int
        Virtual patients that have the quantity.
    """

    value: float
    unit_variance: float
    patients: int


NOTHING = Figure(np.nan, np.nan, 0)


def figure(observation: Observation, values: Values) -> Figure:
    """Figure of an observation from its readout in virtual patients."""
    known = values.known()
    size = len(known)
    if size < FEWEST:
        return NOTHING
    if observation.kind in ("proportion", "survival"):
        share = (
            known.value.mean()
            if observation.kind == "proportion"
            else _free(known, observation.value)
        )
        share = (size * share + 0.5) / (size + 1)
        return Figure(float(logit(share)), 1 / (share * (1 - share)), size)
    relative = np.minimum(known.value / observation.value, BEYOND)
    spread = relative.var(ddof=1)
    if observation.kind == "mean":
        return Figure(float(relative.mean()), float(spread), size)
    if observation.kind in ("minimum", "maximum"):
        # Of a group of the published size: its middle outcome, on the side of larger values.
        chance = 0.5 ** (1 / observation.n)
        level = chance if observation.kind == "maximum" else 1 - chance
        return Figure(float(np.quantile(relative, level)), float(spread), size)
    low, high = np.quantile(relative, (0.4, 0.6))
    middle = relative[(relative >= low) & (relative <= high)]
    return Figure(float(middle.mean()), float(MEDIAN_EFFICIENCY * spread), size)


def _free(known: Values, time: float) -> float:
    """Kaplan-Meier share without the event at a time."""
    assert known.event is not None
    curve = kaplan_meier(known.value, known.event)
    return float(curve.survival[np.searchsorted(curve.time, time, side="right") - 1])


def published(observation: Observation) -> float:
    """The published number on the working scale."""
    if observation.kind == "proportion":
        count = observation.value / 100 * observation.n
        return float(logit((count + 0.5) / (observation.n + 1)))
    return 0.0 if observation.kind == "survival" else 1.0


def printed_variance(observation: Observation) -> float:
    """Variance of rounding on the working scale."""
    if observation.kind == "proportion":
        share = expit(published(observation))
        return (observation.resolution / 100 / (share * (1 - share))) ** 2 / 12
    return (observation.resolution / observation.value) ** 2 / 12


def natural(observation: Observation, working: np.ndarray) -> np.ndarray:
    """From the working scale back: percent, percent beyond the published time, or the unit."""
    if observation.kind in ("proportion", "survival"):
        return 100 * expit(working)
    return working * observation.value


def discrepancy_variance(observation: Observation, size: float) -> float:
    """Variance on the working scale of a model that is wrong by a relative `size`."""
    if observation.kind in ("proportion", "survival"):
        return float((size / (1 - expit(published(observation)))) ** 2)
    return size**2
