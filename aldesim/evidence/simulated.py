"""What an experiment gives: courses of the observables watched, and the tables of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from aldesim.errors import InputError


@dataclass(frozen=True, eq=False)
class Simulated:
    """Virtual patients of one experiment.

    Parameters
    ----------
    name : str
        The experiment.
    at : ndarray, shape (t,)
        Days from the first dose; pM where an experiment sets levels; empty if nothing was watched.
    courses : mapping of str to ndarray, shape (t, n)
        Observables in the model's units; NaN after death.
    dose_IU : ndarray, shape (s, n)
        Doses of the patients watched; mg of a drug dosed by mass.
    slot_day : ndarray, shape (s,)
        When they were given.
    slot_cycle : ndarray of int, shape (s,)
        Cycle of each.
    covariates : mapping of str to ndarray, shape (n,)
        Of the patients watched.
    pM_per_IU_mL : float
        Concentration of the drug; NaN of one that has no activity in IU.
    tables : mapping of str to DataFrame
        "patients", "doses", "events" and "toxicity" of a trial, all patients; empty otherwise.
    """

    name: str
    at: np.ndarray
    courses: Mapping[str, np.ndarray]
    dose_IU: np.ndarray
    slot_day: np.ndarray
    slot_cycle: np.ndarray
    covariates: Mapping[str, np.ndarray]
    pM_per_IU_mL: float
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def course(self, sign: str) -> np.ndarray:
        """Course of an observable, shape (t, n).

        Raises
        ------
        InputError
            If it was not watched.
        """
        if sign not in self.courses:
            allowed = f"is not watched; watched are {', '.join(self.courses) or 'none'}"
            raise InputError(f"experiment {self.name}", "observe", sign, allowed)
        return self.courses[sign]

    def value_at(self, sign: str, day: float | np.ndarray) -> np.ndarray:
        """Observable at a day, or at each patient's own, linear between instants, shape (n,)."""
        course = self.course(sign)
        days = np.broadcast_to(day, course.shape[1:])
        rows = np.clip(np.searchsorted(self.at, days), 1, len(self.at) - 1)
        patient = np.arange(course.shape[1])
        share = np.clip((days - self.at[rows - 1]) / (self.at[rows] - self.at[rows - 1]), 0.0, 1.0)
        before, after = course[rows - 1, patient], course[rows, patient]
        return np.where(share == 0, before, before + share * (after - before))

    def between(self, from_day: float, until_day: float) -> np.ndarray:
        """Instants within two days, both included, boolean, shape (t,).

        Raises
        ------
        InputError
            If nothing was watched then.
        """
        inside = (self.at >= from_day - 1e-9) & (self.at <= until_day + 1e-9)
        if not inside.any():
            raise InputError(
                f"experiment {self.name}", "watch", f"{from_day:g} to {until_day:g} d", "is empty"
            )
        return inside

    def last_dose(self, cycle: int) -> np.ndarray:
        """Day of the last dose given in a cycle (0: in any); NaN without one, shape (n,)."""
        given = (self.dose_IU > 0) & ((cycle == 0) | (self.slot_cycle == cycle))[:, np.newaxis]
        days = np.where(given, self.slot_day[:, np.newaxis], -np.inf).max(axis=0)
        return np.where(np.isfinite(days), days, np.nan)

    def table(self, name: str) -> pl.DataFrame:
        """Table of a trial, all its patients.

        Raises
        ------
        InputError
            If the experiment is no trial.
        """
        if name not in self.tables:
            raise InputError(f"experiment {self.name}", "how", name, "only a trial has this table")
        return self.tables[name]
