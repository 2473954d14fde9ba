"""One person fitted: candidates updated by the readings, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aldesim.errors import InputError
from aldesim.forecast.course import Course, simulate
from aldesim.forecast.person import Person
from aldesim.forecast.prior import Prior, prior_of
from aldesim.forecast.setting import Setting
from aldesim.forecast.signs import log_likelihood
from aldesim.forecast.update import Evaluation, Updated, update
from aldesim.population import VirtualPatients
from aldesim.population.random import uniform
from aldesim.timeunits import MINUTES_PER_DAY

PARTICLES = 512
GRID_STEPS = (60, 120, 240, 480, 1440, 7 * 1440)  # minutes
MOST_TIMES = 300
SHOWN = (
    "il2_plasma", "MAP", "heart_rate", "temperature", "weight", "creatinine", "albumin",
    "bilirubin", "platelets", "lymphocytes",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Candidates:
    """Simulated candidates for one person, equally weighted.

    Parameters
    ----------
    scores : array, shape (n, names)
        Their normal scores.
    virtual : VirtualPatients
        Covariates and parameters.
    at_readings : array, shape (r, n)
        The model's value of each reading.
    course : dict of str to array, shape (t, n)
        Signs on the grid of times.
    """

    scores: NDArray[np.float64]
    virtual: VirtualPatients
    at_readings: NDArray[np.float64]
    course: Course


@dataclass(frozen=True, eq=False)
class Fit:
    """A person before and after the readings.

    Parameters
    ----------
    person : Person
        The data.
    prior_names : tuple of str
        Covariates and parameters that the readings may inform, one score each.
    minutes : array of int, shape (t,)
        Grid of times.
    prior, posterior : Candidates
        Without and with the readings.
    updated : Updated
        How the posterior was reached.
    """

    person: Person
    prior_names: tuple[str, ...]
    minutes: NDArray[np.int64]
    prior: Candidates
    posterior: Candidates
    updated: Updated


def fit_person(
    setting: Setting,
    person: Person,
    *,
    seed: int = 0,
    particles: int = PARTICLES,
    days: float = 3.0,
    progress: Callable[[float], None] = lambda share: None,
) -> Fit:
    """Candidates of one person, updated by the readings, and simulated for the days that follow.

    Parameters
    ----------
    setting : Setting
        Population, molecule, standing orders, errors.
    person : Person
        The data.
    seed : int
        Seed of all randomness.
    particles : int
        Candidates.
    days : float
        Days of forecast after the last reading, or after the last dose if that is later.
    progress : callable
        Told the share done.

    Raises
    ------
    InputError
        If no candidate can be simulated, or a covariate does not fit the population.
    """
    prior = prior_of(setting, person)
    start = prior.scores(seed, person.id, particles)

    def stream(purpose: str, draws: int) -> NDArray[np.float64]:
        return uniform(seed, f"forecast/{person.id}/{purpose}", np.arange(particles), draws)

    evaluate = evaluation(setting, person, prior)
    updated = update(evaluate, start, stream, progress)
    minutes = grid(setting, person, days)
    shown = signs_shown(setting, person)
    before = _candidates(setting, person, prior, start, minutes, shown)
    after = (
        _candidates(setting, person, prior, updated.scores, minutes, shown)
        if updated.stages
        else before
    )
    if not np.isfinite(before.at_readings).all(axis=0).any():
        raise InputError(f"person {person.id}", "doses", len(person.doses.time), "end every life")
    return Fit(person, prior.names, minutes, before, after, updated)


def evaluation(
    setting: Setting, person: Person, prior: Prior
) -> Callable[[NDArray[np.float64]], Evaluation]:
    """What scores say of a person's readings: a function for `update`."""
    readings = person.readings

    def evaluate(scores: NDArray[np.float64]) -> Evaluation:
        virtual, weight = prior.patients(scores)
        predicted = predict(setting, person, virtual)
        fitted = log_likelihood(
            setting.signs, readings.sign, readings.minute, readings.value, readings.below, predicted
        )
        sd = np.array([
            np.hypot(setting.signs[name].sd(values), setting.signs[name].half_step)
            for name, values in zip(readings.sign.tolist(), predicted, strict=True)
        ]).reshape(predicted.shape)  # fmt: skip
        return Evaluation(fitted + weight, predicted.T, np.maximum(sd, 1e-9).T)

    return evaluate


def predict(setting: Setting, person: Person, virtual: VirtualPatients) -> NDArray[np.float64]:
    """The model's value of each reading in each candidate, shape (r, n)."""
    watch, at = np.unique(person.readings.minute, return_inverse=True)
    names = list(dict.fromkeys(person.readings.sign.tolist()))
    course = simulate(setting, person, virtual, watch, names)
    rows = [course[name][k] for name, k in zip(person.readings.sign.tolist(), at, strict=True)]
    return np.array(rows).reshape(len(rows), len(virtual.patients))


def signs_shown(setting: Setting, person: Person) -> list[str]:
    """Signs that a forecast shows: the usual ones, and all that were read."""
    return [name for name in setting.signs if name in SHOWN or name in person.readings.sign]


def grid(setting: Setting, person: Person, days: float) -> NDArray[np.int64]:
    """Minutes at which a forecast is made: even steps from 0, and the ends of infusions."""
    doses = person.doses
    ends = np.rint((doses.time + doses.duration) * MINUTES_PER_DAY).astype(np.int64)
    last = max(person.last_minute, int(ends.max(initial=0)))
    if setting.plan is not None:
        slots = setting.plan.slots()
        last += round(float(slots.time[-1] + slots.duration[-1]) * MINUTES_PER_DAY)
    end = last + round(days * MINUTES_PER_DAY)
    step = next((s for s in GRID_STEPS if end / s <= MOST_TIMES), GRID_STEPS[-1])
    return np.unique(np.concatenate((np.arange(0, end + 1, step), ends)))


def _candidates(
    setting: Setting,
    person: Person,
    prior: Prior,
    scores: NDArray[np.float64],
    minutes: NDArray[np.int64],
    shown: list[str],
) -> Candidates:
    virtual, _ = prior.patients(scores)
    watch = np.union1d(minutes, person.readings.minute)
    course = simulate(setting, person, virtual, watch, shown)
    at = np.searchsorted(watch, person.readings.minute)
    rows = [course[name][k] for name, k in zip(person.readings.sign.tolist(), at, strict=True)]
    on_grid = np.isin(watch, minutes)
    return Candidates(
        scores,
        virtual,
        np.array(rows).reshape(len(rows), len(scores)),
        {name: values[on_grid] for name, values in course.items()},
    )
