"""What is known of one person: covariates, doses, orders, readings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aldesim.population.covariates import Category
from aldesim.regimen.records import Doses

MOST_DAYS = 3650
"""Longest time that data or a forecast may span."""


@dataclass(frozen=True, eq=False)
class Readings:
    """Readings of one person in order of time; arrays of shape (r,).

    Parameters
    ----------
    minute : array of int
        Minutes from time 0.
    sign : array of str
        Observable of the model.
    value : array
        In the model's unit.
    below : array of bool
        Only known to lie below `value`.
    """

    minute: NDArray[np.int64]
    sign: NDArray[np.str_]
    value: NDArray[np.float64]
    below: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of readings."""
        return len(self.minute)


@dataclass(frozen=True, eq=False)
class Person:
    """What is known of one person.

    Parameters
    ----------
    id : str
        As in the file.
    known : dict
        Covariates: a number in its unit, or a category.
    doses : Doses
        Given, and planned if the file says so; amounts in IU.
    orders : tuple of (int, str, float)
        Minute, input of the model, and its value from then on, in the model's unit.
    readings : Readings
        What was observed.
    """

    id: str
    known: dict[str, float | Category]
    doses: Doses
    orders: tuple[tuple[int, str, float], ...]
    readings: Readings

    @property
    def last_minute(self) -> int:
        """Minute of the last reading; 0 if there is none."""
        return int(self.readings.minute.max()) if len(self.readings) else 0

    def plain(self) -> dict[str, object]:
        """Everything as plain data."""
        doses = {
            name: values.tolist() if isinstance(values, np.ndarray) else values
            for name, values in vars(self.doses).items()
            if name != "id"
        }
        readings = {name: values.tolist() for name, values in vars(self.readings).items()}
        return {
            "id": self.id,
            "known": dict(sorted(self.known.items())),
            "doses": doses,
            "orders": self.orders,
            "readings": readings,
        }
