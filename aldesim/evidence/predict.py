"""Predictive distribution of a published number, and how well the number fits it.

A replicate is one study repeated in the simulation: a new group of virtual patients of the size
that was published (drawn with replacement from all that were simulated), its statistic, a random
effect of the study where its size is known, and the rounding with which the number was printed.
The uncertainty that a paper states for its own number is that same sampling, so it enters once,
here, and the published interval is not added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aldesim.errors import InputError
from aldesim.evidence.observations import Observation
from aldesim.evidence.readouts.values import Values
from aldesim.population.random import stream_key

REPLICATES = 2000
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
FEWEST = 5
"""Virtual patients below which a statistic is not predicted."""
DOUBT = 0.01
"""Weight of "the model is plain wrong" in a score, so that one miss cannot outweigh all else."""
DOUBT_RANGE = 2 * np.log(10.0)
"""Plainly wrong means: anything within a factor of ten either way, even on the logarithm."""
NARROWEST = 0.005
"""Least bandwidth of a density, relative to the published value."""


class Interval:
    """What has quantiles, at `QUANTILES`: their ends and their middle by name."""

    quantiles: tuple[float, ...]

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.quantiles[0]

    @property
    def median(self) -> float:
        """Middle."""
        return self.quantiles[len(self.quantiles) // 2]

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.quantiles[-1]


@dataclass(frozen=True, eq=False)
class Prediction(Interval):
    """Predictive distribution of one observation.

    Parameters
    ----------
    replicates : ndarray, shape (r,)
        In the unit of the observation, sorted.
    quantiles : tuple of float
        At `QUANTILES`.
    inside : bool
        Whether the observation lies in the central 95 %, or on the stated side of its bound.
    log_score : float
        Natural logarithm of the predictive probability: of the count for a proportion, of being on
        the stated side for a bound, otherwise of the density relative to the published value.
    patients : int
        Virtual patients behind it.
    """

    replicates: np.ndarray
    quantiles: tuple[float, ...]
    inside: bool
    log_score: float
    patients: int


def predict(
    observation: Observation, values: Values, *, seed: int = 1, replicates: int = REPLICATES
) -> Prediction | None:
    """Predictive distribution; None where too few virtual patients have the quantity.

    Parameters
    ----------
    observation : Observation
        What was published.
    values : Values
        Its readout in each virtual patient.
    seed : int
        Seed; the numbers of an observation depend on it and on the observation's id.
    replicates : int
        Studies repeated.
    """
    known = values.known()
    if len(known) < FEWEST:
        return None
    low, high = stream_key(seed, observation.id)
    rng = np.random.default_rng(low | high << 32)
    effect = observation.between_study * rng.standard_normal(replicates)
    if observation.kind == "proportion":
        rates = _rates(known, effect)
        drawn = 100 * rng.binomial(observation.n, rates) / observation.n
        score = _count_score(observation, rates)
    else:
        drawn = _statistic(observation, known, rng, replicates) * np.exp(effect)
        score = None
    drawn = drawn + observation.resolution * (rng.random(replicates) - 0.5)
    if observation.kind == "proportion":
        drawn = np.clip(drawn, 0.0, 100.0)
    drawn.sort()
    quantiles = _quantiles(drawn)
    if observation.side:
        inside, score = _on_side(observation, drawn)
    else:
        inside = quantiles[0] <= observation.value <= quantiles[-1]
        score = _density_score(observation, drawn) if score is None else score
    return Prediction(drawn, quantiles, bool(inside), float(score), len(known))


def joined(observation: Observation, parts: Sequence[Prediction]) -> Prediction:
    """One prediction of several that are equally likely, as of a model that is not quite known.

    Parameters
    ----------
    observation : Observation
        What was published.
    parts : sequence of Prediction
        With as many replicates each; at least one.
    """
    drawn = np.sort(np.concatenate([part.replicates for part in parts]))
    quantiles = _quantiles(drawn)
    inside = quantiles[0] <= observation.value <= quantiles[-1]
    if observation.side:
        inside, _ = _on_side(observation, drawn)
    score = np.log(np.mean([np.exp(part.log_score) for part in parts]))
    patients = sum(part.patients for part in parts)
    return Prediction(drawn, quantiles, bool(inside), float(score), patients)


def _rates(known: Values, effect: np.ndarray) -> np.ndarray:
    """Chance of the property in each replicate: the simulated one, moved on the logit."""
    rate = (known.value.sum() + 0.5) / (len(known) + 1)
    return 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + effect)))


def _statistic(
    observation: Observation, known: Values, rng: np.random.Generator, replicates: int
) -> np.ndarray:
    """Statistic of new groups of n virtual patients, shape (r,)."""
    groups = rng.integers(0, len(known), (replicates, observation.n))
    drawn = known.value[groups]
    match observation.kind:
        case "mean":
            return drawn.mean(axis=1)
        case "median" | "timing":
            drawn.sort(axis=1)
            middle = (observation.n - 1) // 2, observation.n // 2
            low, high = drawn[:, middle[0]], drawn[:, middle[1]]
            # A time that is not reached is infinite: no mean of it and a number.
            return np.where(np.isinf(high), np.where(np.isinf(low), np.inf, low), (low + high) / 2)
        case "minimum":
            return drawn.min(axis=1)
        case "maximum":
            return drawn.max(axis=1)
        case "survival":
            if known.event is None:
                raise InputError(
                    f"observation {observation.id}", "kind", "survival", "needs times and events"
                )
            return survival_medians(drawn, known.event[groups])
    raise InputError(f"observation {observation.id}", "kind", observation.kind, "is not known")


def survival_medians(time: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Kaplan-Meier medians of many groups at once, (r, n) to (r,); infinite if not reached."""
    # Events before censorings at the same time.
    order = np.lexsort((~event, time), axis=1)
    time = np.take_along_axis(time, order, axis=1)
    event = np.take_along_axis(event, order, axis=1)
    at_risk = np.arange(time.shape[1], 0, -1)
    free = np.cumprod(1 - event / at_risk, axis=1)
    below = free <= 0.5 + 1e-12
    found = np.take_along_axis(time, below.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    return np.where(below.any(axis=1), found, np.inf)


def _quantiles(sorted_values: np.ndarray) -> tuple[float, ...]:
    """Quantiles without interpolation: a replicate may be infinite."""
    rows = np.ceil(np.array(QUANTILES) * len(sorted_values)).astype(int) - 1
    return tuple(float(value) for value in sorted_values[np.clip(rows, 0, None)])


def _on_side(observation: Observation, drawn: np.ndarray) -> tuple[bool, float]:
    right = drawn >= observation.value
    if observation.side == "at most":
        right = drawn <= observation.value
    chance = float(right.mean())
    return chance >= 0.5, float(np.log((1 - DOUBT) * chance + DOUBT / 2))


def _count_score(observation: Observation, rates: np.ndarray) -> float:
    """Logarithm of the chance of just the published count, or of a count that a range allows."""
    from scipy.stats import binom

    n = observation.n
    percent = 100 * np.arange(n + 1) / n
    meant = np.abs(percent - observation.value) <= max(observation.resolution, 100 / n) / 2 + 1e-9
    chance = float(binom.pmf(np.flatnonzero(meant)[:, np.newaxis], n, rates).mean())
    return float(np.log((1 - DOUBT) * chance + DOUBT / (n + 1)))


def _density_score(observation: Observation, drawn: np.ndarray) -> float:
    """Logarithm of the density at the published value, in units of that value."""
    finite = drawn[np.isfinite(drawn)]
    doubt = DOUBT / DOUBT_RANGE
    if len(finite) < 2:
        return float(np.log(doubt))
    relative = finite / abs(observation.value)
    quarter, three = np.quantile(relative, (0.25, 0.75))
    spread = min(relative.std(ddof=1), (three - quarter) / 1.349) or relative.std(ddof=1)
    bandwidth = max(0.9 * spread * len(relative) ** -0.2, NARROWEST)  # Silverman 1986, eq. 3.31
    distance = (np.sign(observation.value) - relative) / bandwidth
    kernel = np.exp(-(distance**2) / 2) / (bandwidth * np.sqrt(2 * np.pi))
    density = kernel.sum() / len(drawn)
    return float(np.log((1 - DOUBT) * density + doubt))
