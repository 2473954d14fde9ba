"""Runs experiments into a cache: what is there and unchanged is not computed again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from aldesim import model, trial
from aldesim.errors import InputError
from aldesim.evidence.drive import drive, given_IU, planned_IU, set_levels, slot_minutes
from aldesim.evidence.plan import Experiment
from aldesim.evidence.simulated import Simulated
from aldesim.identity import identity_of
from aldesim.population import draw
from aldesim.timeunits import MINUTES_PER_DAY
from aldesim.trial import Scenario
from aldesim.trial.protocol import Protocol, prepare
from aldesim.trial.run_folder import RunFolder
from aldesim.wholefile import replacing

CACHE_FORMAT = 1  # raised when what a cache file holds or how it is made changes
TABLES = ("patients", "doses", "events", "toxicity")

_Progress = Callable[[float, int], None]


@dataclass(frozen=True)
class Experimenter:
    """Runs the experiments of one qualification.

    Parameters
    ----------
    folder : Path
        Cache: the latest version of each experiment.
    quick : bool
        Use the small number of patients of the quick subset.
    """

    folder: Path
    quick: bool

    def scenario(self, experiment: Experiment) -> Scenario:
        """Scenario with the number of patients that this qualification uses."""
        full = experiment.scenario
        if not self.quick:
            return full
        return full.model_copy(update={"patients": min(full.patients, experiment.quick)})

    def run_trial(self, experiment: Experiment, workers: int, progress: _Progress) -> None:
        """Run the closed loop of a trial, or resume it; its courses are not watched yet."""
        protocol = prepare(self.scenario(experiment))
        place = self._trial_folder(protocol)
        manifest = RunFolder(place).read_manifest()
        if manifest is not None and manifest.get("identity") != protocol.identity:
            shutil.rmtree(place)  # of an earlier model; a cache keeps the latest only
        trial.run(protocol.scenario, out=place, workers=workers, progress=progress)

    def simulate(self, experiment: Experiment) -> Simulated:
        """Everything an experiment gives, computed or read from the cache."""
        protocol = prepare(self.scenario(experiment))
        size = protocol.scenario.patients
        result = None
        if experiment.how == "trial":
            result = trial.run(protocol.scenario, out=self._trial_folder(protocol))
            size = min(size, experiment.watched)
        ids = np.arange(size)
        virtual = draw(protocol.population, model.parameter_table(), protocol.scenario.seed, ids)
        tables = {name: getattr(result, name).collect() for name in TABLES if result is not None}
        if result is None:
            dose = planned_IU(protocol, virtual)
        else:
            dose = given_IU(protocol, tables["doses"].filter(pl.col("id") < size), ids)
        at, courses = self._courses(experiment, protocol, ids, dose, result)
        if result is not None and courses:
            courses = alive_only(at, courses, tables["patients"].head(size))
        slots = protocol.regimen.slots()
        return Simulated(
            name=experiment.id,
            at=at,
            courses=courses,
            dose_IU=dose,
            slot_day=slots.time,
            slot_cycle=slots.cycle,
            covariates=virtual.covariates,
            pM_per_IU_mL=float(protocol.molecule.pM(1.0))
            if protocol.molecule.specific_activity is not None
            else float("nan"),
            tables=tables,
        )

    def identity(self, experiment: Experiment) -> str:
        """One hash of all that an experiment's numbers depend on."""
        return self._identity(experiment, prepare(self.scenario(experiment)))

    def _identity(self, experiment: Experiment, protocol: Protocol) -> str:
        parts = [CACHE_FORMAT, protocol.identity, experiment.model_dump(mode="json")]
        return identity_of(parts)

    def _trial_folder(self, protocol: Protocol) -> Path:
        return self.folder / protocol.scenario.name

    def _courses(
        self,
        experiment: Experiment,
        protocol: Protocol,
        ids: np.ndarray,
        dose: np.ndarray,
        result: trial.TrialResult | None,
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        if not experiment.observe:
            return np.zeros(0), {}
        identity = self._identity(experiment, protocol)
        file = self.folder / f"{experiment.id}.npz"
        kept = _read(file, identity)
        if kept is not None:
            at = kept.pop("at")
            return at, kept
        if experiment.how == "levels":
            at, courses = set_levels(protocol, ids, experiment.levels_pM, experiment.observe)
        else:
            minutes = experiment.minutes(slot_minutes(protocol))
            orders = None
            if result is not None:
                orders = result.orders.filter(pl.col("id") < len(ids)).collect()
            courses = drive(
                protocol,
                ids,
                dose_IU=dose,
                watch=minutes,
                observe=experiment.observe,
                inputs=experiment.input_steps,
                orders=orders,
            )
            at = minutes / MINUTES_PER_DAY
        _write(file, identity, {"at": at, **courses})
        return at, courses


def alive_only(
    at: np.ndarray, courses: dict[str, np.ndarray], patients: pl.DataFrame
) -> dict[str, np.ndarray]:
    """Courses (t, n) at days (t,) of these patients (n rows), NaN from death on."""
    death = np.where(patients["died"], patients["death_day"], np.inf)
    alive = at[:, np.newaxis] < death
    return {name: np.where(alive, course, np.nan) for name, course in courses.items()}


def _read(file: Path, identity: str) -> dict[str, Any] | None:
    """Arrays of a cache file; None if it is not there or not of this identity."""
    if not file.exists():
        return None
    try:
        with np.load(file) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except (OSError, ValueError, EOFError) as error:
        raise InputError(str(file), "", str(error), "is not a cache file: remove it") from None
    return arrays if str(arrays.pop("identity")) == identity else None


def _write(file: Path, identity: str, arrays: dict[str, np.ndarray]) -> None:
    """Put a cache file in place in one step."""
    with replacing(file) as hidden, hidden.open("wb") as stream:
        # Not compressed: long courses would take longer to pack than to read.
        np.savez(stream, identity=np.array(identity), **arrays)  # type: ignore[arg-type]
