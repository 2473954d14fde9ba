"""Signs that a data file may hold, and how far a reading may lie from the model's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import log_ndtr

from aldesim import model
from aldesim.care.measurement import Schedule
from aldesim.drug import Molecule, pm_from_iu_per_ml
from aldesim.errors import InputError
from aldesim.model.library import unit_name
from aldesim.yamlfile import check_unique, read_yaml

FILE = Path(__file__).with_name("signs.yaml")

NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Misfit(_Row):
    """Standard deviation of an error: constant, and as a share of the value."""

    sd: NotNegative = 0.0
    cv: NotNegative = 0.0


class ReadingError(Misfit):
    """Error of a reading, and the decimals that are charted (-1 rounds to tens)."""

    digits: Annotated[int, Field(ge=-3, le=6)]


class SignRow(_Row):
    """One sign of `signs.yaml`."""

    sign: str
    unit: str
    other_units: dict[str, Positive | Literal["molecule"]] = {}
    reading: ReadingError | None = None
    misfit: Misfit


class _Table(_Row):
    source: str
    signs: Annotated[tuple[SignRow, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Observed:
    """How one sign is observed.

    Parameters
    ----------
    sign, unit : str
        Observable of the model and its unit.
    reading, misfit : Misfit
        Error of a reading, and of the model.
    digits : int
        Decimals that are charted.
    shares_error_of : str or None
        Sign whose reading at the same moment has the same error, in standard deviations.
    """

    sign: str
    unit: str
    reading: Misfit
    misfit: Misfit
    digits: int
    shares_error_of: str | None = None

    def reading_sd(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard deviation of the error of a reading, in the sign's unit."""
        return np.hypot(self.reading.sd, self.reading.cv * np.abs(value))

    def sd(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard deviation of a reading around the model's value, in the sign's unit."""
        own = np.hypot(self.misfit.sd, self.misfit.cv * np.abs(value))
        return np.hypot(self.reading_sd(value), own)

    @property
    def half_step(self) -> float:
        """Half of the last charted digit, in the sign's unit."""
        return 0.5 * 10.0**-self.digits


@cache
def sign_rows() -> dict[str, SignRow]:
    """Rows of `signs.yaml` by sign, checked against the model."""
    rows = read_yaml(FILE, _Table).signs
    check_unique(FILE.name, "signs", [row.sign for row in rows])
    biology = model.load()
    for row in rows:
        if row.sign not in biology.observables:
            raise InputError(FILE.name, "sign", row.sign, "is no observable of the model")
    return {row.sign: row for row in rows}


def observed_signs(schedule: Schedule | None) -> dict[str, Observed]:
    """How each sign is observed under a monitoring schedule.

    Parameters
    ----------
    schedule : Schedule or None
        Gives the errors of the signs that it reads; None for readings without error.

    Raises
    ------
    InputError
        If a sign has no error of a reading anywhere.
    """
    charted = {
        reading.sign: reading
        for group in (schedule.rounds if schedule else ())
        for reading in group.readings
    }
    found = {}
    for row in sign_rows().values():
        reading: Misfit | None = row.reading
        digits, shared = (row.reading.digits if row.reading else 3), None
        if row.sign in charted:
            entry = charted[row.sign]
            reading, digits, shared = Misfit(sd=entry.sd, cv=entry.cv), entry.digits, entry.error_of
        elif reading is None and schedule is not None:
            continue  # this ward does not read it
        found[row.sign] = Observed(
            row.sign, row.unit, reading or Misfit(), row.misfit, digits, shared
        )
    return found


def to_model_unit(row: SignRow, value: float, unit: str, molecule: Molecule) -> float | None:
    """Value in the model's unit; None if the unit is not one of the sign's."""
    if not unit or unit_name(unit) == unit_name(row.unit):
        return value
    factor = row.other_units.get(unit)
    if factor is None:
        return None
    return pm_from_iu_per_ml(value, molecule) if factor == "molecule" else value * factor


def log_likelihood(
    signs: Mapping[str, Observed],
    names: NDArray[np.str_],
    minutes: NDArray[np.int64],
    values: NDArray[np.float64],
    below: NDArray[np.bool_],
    predicted: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Log likelihood of readings, for each of many simulated patients.

    A reading is known to its last digit only, so its probability is that of the interval around
    it; one below the limit of quantification has the probability of all that is lower (Beal,
    J Pharmacokinet Pharmacodyn 2001;28:481-504, M3). Of two signs of one cuff the second is taken
    given the first.

    Parameters
    ----------
    signs : mapping of str to Observed
        How each sign is observed.
    names, minutes, values, below : arrays, shape (r,)
        Sign, minute and value of each reading, and whether it is only known to lie below the value.
    predicted : array, shape (r, n)
        The model's value of each reading in each patient.

    Returns
    -------
    array, shape (n,)
        Minus infinity where a prediction is not finite.
    """
    total = np.zeros(predicted.shape[1])
    broken = ~np.isfinite(predicted).all(axis=0)
    predicted = np.where(broken, 0.0, predicted)
    place = {(str(n), int(m)): k for k, (n, m) in enumerate(zip(names, minutes, strict=True))}
    for k, name in enumerate(names.tolist()):
        sign = signs[name]
        middle, sd = predicted[k], np.maximum(sign.sd(predicted[k]), 1e-9)
        other = place.get((sign.shares_error_of or "", int(minutes[k])))
        if other is not None and not below[other]:
            first = signs[str(names[other])]
            there = np.maximum(first.sd(predicted[other]), 1e-9)
            shared = sign.reading_sd(middle) * first.reading_sd(predicted[other])
            middle = middle + shared / there**2 * (values[other] - predicted[other])
            sd = np.sqrt(sd**2 - (shared / there) ** 2)
        high = (values[k] + sign.half_step - middle) / sd
        low = (values[k] - sign.half_step - middle) / sd
        total = total + (log_ndtr(high) if below[k] else _log_between(low, high))
    return np.where(broken, -np.inf, total)


def _log_between(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of the normal probability between two scores, far out in a tail too."""
    # The upper tail is as exact as the lower one if mirrored.
    mirrored = low > 0
    low, high = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    top, bottom = log_ndtr(high), log_ndtr(low)
    return top + np.log(-np.expm1(np.minimum(bottom - top, -1e-16)))
