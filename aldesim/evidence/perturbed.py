"""The same virtual patients with one model parameter moved, many such groups in one batch.

A batch holds blocks of lanes; every block is the same patients, drawn alike and meeting the same
fates, but for one parameter. So a difference between blocks is that parameter's doing, and the
clinic, which costs as much for one patient as for a thousand, is paid for once.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from scipy.special import expit, logit

from aldesim import model
from aldesim.evidence.drive import drive, given_IU, planned_IU, set_levels, slot_minutes
from aldesim.evidence.experiments import TABLES, alive_only
from aldesim.evidence.plan import Experiment
from aldesim.evidence.simulated import Simulated
from aldesim.model import Parameter
from aldesim.population import VirtualPatients
from aldesim.population.distributions import log_sd
from aldesim.trial.clock import MINUTES_PER_DAY
from aldesim.trial.outcome import tables
from aldesim.trial.protocol import Protocol, prepare
from aldesim.trial.treat import Treatment, treat

FIXED_STEP = 0.1
"""Relative step of a parameter that does not differ between patients."""


@dataclass(frozen=True)
class Step:
    """One parameter moved in every patient.

    Parameters
    ----------
    parameter : str
        Name; "" moves nothing.
    sign : int
        1 or -1 between-patient standard deviation, on the scale on which the parameter is normal;
        10 percent of its value if it is fixed; of its distance from 0 or 100, the nearer one, if it
        is a percentage.
    """

    parameter: str
    sign: int


def moved(values: np.ndarray, row: Parameter, sign: int) -> np.ndarray:
    """Values of a parameter, shape (n,), one step up (1) or down (-1)."""
    match row.distribution:
        case "lognormal":
            return values * np.exp(sign * log_sd(row.spread))
        case "logit-normal":
            return expit(logit(values) + sign * row.spread)
        case "normal":
            return values + sign * row.spread
    if row.unit == "percent":
        return values + sign * FIXED_STEP * np.minimum(values, 100 - values)
    return values * (1 + sign * FIXED_STEP)


@dataclass(frozen=True)
class Perturbed(Protocol):
    """A protocol whose lanes are the first patients over and over, each block a step apart.

    Parameters
    ----------
    steps : tuple of Step
        One for each block of lanes.
    size : int
        Patients, the lanes of a block.
    """

    steps: tuple[Step, ...] = ()
    size: int = 0

    @classmethod
    def of(cls, protocol: Protocol, steps: tuple[Step, ...], size: int) -> Perturbed:
        """The protocol with its lanes laid out in blocks."""
        same = {field.name: getattr(protocol, field.name) for field in fields(protocol)}
        return cls(**same, steps=steps, size=size)

    @property
    def everyone(self) -> np.ndarray:
        """Patient of each lane, shape (lanes,)."""
        return np.tile(np.arange(self.size), len(self.steps))

    @property
    def lanes(self) -> np.ndarray:
        """Number of each lane."""
        return np.arange(self.size * len(self.steps))

    def block(self, index: int) -> slice:
        """Lanes of one step."""
        return slice(index * self.size, (index + 1) * self.size)

    def draw(self, patients: np.ndarray) -> VirtualPatients:
        """Virtual patients of all lanes, whatever numbers the lanes go by."""
        assert len(patients) == len(self.lanes)
        return self._virtual

    @cached_property
    def _virtual(self) -> VirtualPatients:
        virtual = super().draw(self.everyone)
        # Doses go by the covariate: a heavier patient gets more.
        numbers = {
            name: self._moved(name, values) if values.dtype.kind == "f" else values
            for name, values in virtual.covariates.items()
        }
        return replace(virtual, covariates=numbers)

    def body_parameters(self, virtual: VirtualPatients) -> dict[str, Any]:
        """Parameters of the bodies, each block with its own moved."""
        found = super().body_parameters(virtual)
        table = model.parameter_table()
        for name in {step.parameter for step in self.steps} - {""}:
            values = np.broadcast_to(found.get(name, table[name].value), self.lanes.shape)
            found[name] = self._moved(name, values)
        return found

    def _moved(self, name: str, values: np.ndarray) -> np.ndarray:
        row = model.parameter_table().get(name)
        made = np.array(values, dtype=np.float64)
        for index, step in enumerate(self.steps):
            if row is not None and step.parameter == name:
                made[self.block(index)] = moved(made[self.block(index)], row, step.sign)
        return made


def simulate(experiment: Experiment, steps: tuple[Step, ...], size: int) -> list[Simulated]:
    """What an experiment gives after each step, in the same first patients.

    Parameters
    ----------
    experiment : Experiment
        What is simulated.
    steps : tuple of Step
        Parameters to move.
    size : int
        Virtual patients of each step.
    """
    protocol = Perturbed.of(prepare(experiment.scenario), steps, size)
    virtual, lanes = protocol.draw(protocol.lanes), protocol.lanes
    found: dict[str, pl.DataFrame] = {}
    orders = None
    if experiment.how == "trial":
        treated = treat(protocol, protocol.everyone)
        found = _tables(replace(treated, patients=lanes), protocol)
        orders = found.pop("orders")
        dose = given_IU(protocol, found["doses"], lanes)
    else:
        dose = planned_IU(protocol, virtual)
    at, courses = np.zeros(0), {}
    if experiment.how == "levels":
        at, courses = set_levels(protocol, lanes, experiment.levels_pM, experiment.observe)
    elif experiment.observe:
        minutes = experiment.minutes(slot_minutes(protocol))
        at = minutes / MINUTES_PER_DAY
        courses = drive(
            protocol,
            lanes,
            dose_IU=dose,
            watch=minutes,
            observe=experiment.observe,
            inputs=experiment.inputs,
            orders=orders,
        )
        if found:
            courses = alive_only(at, courses, found["patients"])
    slots = protocol.regimen.slots()
    return [
        Simulated(
            name=experiment.id,
            at=at,
            courses={name: course[:, block] for name, course in courses.items()},
            dose_IU=dose[:, block],
            slot_day=slots.time,
            slot_cycle=slots.cycle,
            covariates={name: values[block] for name, values in virtual.covariates.items()},
            pM_per_IU_mL=float(protocol.molecule.pM(1.0)),
            tables={name: _lanes(table, block) for name, table in found.items()},
        )
        for block in map(protocol.block, range(len(steps)))
    ]


def _tables(treated: Treatment, protocol: Protocol) -> dict[str, pl.DataFrame]:
    made = tables(treated, protocol)
    return {name: made[name] for name in (*TABLES, "orders")}


def _lanes(table: pl.DataFrame, block: slice) -> pl.DataFrame:
    """Rows of a block, its patients numbered from 0."""
    inside = table.filter(pl.col("id").is_between(block.start, block.stop - 1))
    return inside.with_columns(pl.col("id") - block.start)
