"""Many versions of the same virtual patients in one batch: block after block of lanes.

Every block is the same patients, meeting the same fates, but for what was changed in it. So a
difference between blocks is the doing of that change, and the clinic, which costs as much for one
patient as for a thousand, is paid for once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import polars as pl

from aldesim import model
from aldesim.evidence.drive import drive, given_IU, planned_IU, set_levels, slot_minutes
from aldesim.evidence.experiments import TABLES, alive_only
from aldesim.evidence.plan import Experiment
from aldesim.evidence.simulated import Simulated
from aldesim.population import VirtualPatients
from aldesim.timeunits import MINUTES_PER_DAY
from aldesim.trial.outcome import tables
from aldesim.trial.protocol import Protocol, prepare
from aldesim.trial.treat import treat


@dataclass(frozen=True, eq=False)
class Block:
    """One version of the patients.

    Parameters
    ----------
    virtual : VirtualPatients
        Who they are.
    parameters : dict of str to float or ndarray, shape (n,)
        Parameters of their bodies that differ from the model's own, in the model's units.
    """

    virtual: VirtualPatients
    parameters: dict[str, Any]


Blocks = Callable[[Protocol, np.ndarray], Sequence[Block]]
"""Makes the blocks of a protocol for the patients with these indices."""


@dataclass(frozen=True)
class _Laid(Protocol):
    """A protocol whose lanes are the same patients over and over, one block after another."""

    blocks: tuple[Block, ...] = ()
    size: int = 0

    @property
    def everyone(self) -> np.ndarray:
        """Patient of each lane, shape (lanes,): lanes of one patient meet the same fate."""
        return np.tile(np.arange(self.size), len(self.blocks))

    @property
    def lanes(self) -> np.ndarray:
        """Number of each lane."""
        return np.arange(self.size * len(self.blocks))

    def block(self, index: int) -> slice:
        """Lanes of one block."""
        return slice(index * self.size, (index + 1) * self.size)

    def draw(self, patients: np.ndarray) -> VirtualPatients:
        """Virtual patients of all lanes, whatever numbers the lanes go by."""
        assert len(patients) == len(self.lanes)
        drawn = [block.virtual for block in self.blocks]
        return VirtualPatients(
            patients=self.everyone,
            covariates={
                name: np.concatenate([one.covariates[name] for one in drawn])
                for name in drawn[0].covariates
            },
            parameters={
                name: np.concatenate([one.parameters[name] for one in drawn])
                for name in drawn[0].parameters
                if all(name in one.parameters for one in drawn)
            },
        )

    def body_parameters(self, virtual: VirtualPatients) -> dict[str, Any]:
        """Parameters of the bodies, each block with its own."""
        del virtual
        table = model.parameter_table()
        names = dict.fromkeys(name for block in self.blocks for name in block.parameters)
        return {
            name: np.concatenate(
                [
                    np.broadcast_to(block.parameters.get(name, table[name].value), self.size)
                    for block in self.blocks
                ]
            )
            for name in names
        }


def simulate_blocks(
    experiment: Experiment,
    size: int,
    make: Blocks,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Simulated]:
    """What an experiment gives in each version of the same first patients.

    Parameters
    ----------
    experiment : Experiment
        What is simulated.
    size : int
        Virtual patients of a block.
    make : callable
        Makes the blocks.
    cancelled : callable
        Asked at each instant of a trial whether to give up.

    Raises
    ------
    CancelledError
        If `cancelled()` says so.
    """
    protocol = prepare(experiment.scenario)
    blocks = tuple(make(protocol, np.arange(size)))
    same = {field.name: getattr(protocol, field.name) for field in fields(protocol)}
    laid = _Laid(**same, blocks=blocks, size=size)
    virtual, lanes = laid.draw(laid.lanes), laid.lanes
    found: dict[str, pl.DataFrame] = {}
    orders = None
    if experiment.how == "trial":
        treated = treat(laid, laid.everyone, cancelled=cancelled)
        found = _tables(replace(treated, patients=lanes), laid)
        orders = found.pop("orders")
        dose = given_IU(laid, found["doses"], lanes)
    else:
        dose = planned_IU(laid, virtual)
    at, courses = np.zeros(0), {}
    if experiment.how == "levels":
        at, courses = set_levels(laid, lanes, experiment.levels_pM, experiment.observe)
    elif experiment.observe:
        minutes = experiment.minutes(slot_minutes(laid))
        at = minutes / MINUTES_PER_DAY
        courses = drive(
            laid,
            lanes,
            dose_IU=dose,
            watch=minutes,
            observe=experiment.observe,
            inputs=experiment.input_steps,
            orders=orders,
        )
        if found:
            courses = alive_only(at, courses, found["patients"])
    slots = laid.regimen.slots()
    return [
        Simulated(
            name=experiment.id,
            at=at,
            courses={name: course[:, block] for name, course in courses.items()},
            dose_IU=dose[:, block],
            slot_day=slots.time,
            slot_cycle=slots.cycle,
            covariates={name: values[block] for name, values in virtual.covariates.items()},
            pM_per_IU_mL=float(laid.molecule.pM(1.0))
            if laid.molecule.specific_activity is not None
            else float("nan"),
            tables={name: _lanes(table, block) for name, table in found.items()},
        )
        for block in map(laid.block, range(len(blocks)))
    ]


def _tables(treated: Any, protocol: Protocol) -> dict[str, pl.DataFrame]:
    made = tables(treated, protocol)
    return {name: made[name] for name in (*TABLES, "orders")}


def _lanes(table: pl.DataFrame, block: slice) -> pl.DataFrame:
    """Rows of a block, its patients numbered from 0."""
    inside = table.filter(pl.col("id").is_between(block.start, block.stop - 1))
    return inside.with_columns(pl.col("id") - block.start)
