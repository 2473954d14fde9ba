"""The stochastic simulator behind a calibration: members in, readouts of virtual patients out.

Every member has the same patients with the same fates (common random numbers), so a difference
between members is the doing of their parameters. What was simulated is kept by the hash of all that
it depends on; a killed calibration finds it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from aldesim.calibration.members import members
from aldesim.calibration.plan import CalibrationPlan
from aldesim.calibration.summary import Figure, figure
from aldesim.errors import InputError
from aldesim.evidence.lanes import simulate_blocks
from aldesim.evidence.plan import Experiment
from aldesim.evidence.readouts import parse, read, tables
from aldesim.evidence.readouts.values import Values, pool
from aldesim.trial.protocol import prepare

LANES = 1200
"""Patients in one batch: fewer cost more overhead, more are lost when a run is killed."""
CACHE_FORMAT = 1  # raised when what a file holds or how it is made changes


@dataclass
class Evaluator:
    """Simulates members of an ensemble, or finds them in the folder.

    Parameters
    ----------
    plan : CalibrationPlan
        Parameters, observations, patients.
    folder : Path
        Cache.
    workers : int
        Batches simulated at the same time.
    progress : callable
        Called with evaluations done and those planned in all.
    planned : int
        Evaluations that the whole calibration will ask for, about.
    """

    plan: CalibrationPlan
    folder: Path
    workers: int
    progress: Callable[[float, int], None]
    planned: int = 0
    done: int = field(default=0, init=False)

    @cached_property
    def experiments(self) -> tuple[Experiment, ...]:
        """Experiments, each with no more to watch than its readouts need."""
        return tuple(self._slim(one) for one in self.plan.evidence.experiments)

    @cached_property
    def identities(self) -> dict[str, str]:
        """Hash of all that an experiment's readouts depend on but for the parameters."""
        return {
            one.id: _hash(
                CACHE_FORMAT,
                prepare(one.scenario).identity,
                one.model_dump(mode="json"),
                self.plan.patients[one.id],
                [unknown.model_dump(mode="json") for unknown in self.plan.parameters],
            )
            for one in self.experiments
        }

    def figures(self, z: np.ndarray) -> list[list[Figure]]:
        """Figures of every observation for members at scores of the prior, shape (m, p)."""
        return [
            [figure(one, v) for one, v in zip(self.plan.observations, row, strict=True)]
            for row in self.values(z)
        ]

    def values(self, z: np.ndarray) -> list[list[Values]]:
        """Readouts of every observation in the patients of each member."""
        parameters = self.plan.values(z)
        found: dict[tuple[str, int], dict[str, Values]] = {}
        todo: list[tuple[Experiment, list[int]]] = []
        for one in self.experiments:
            missing = []
            for index, row in enumerate(parameters):
                kept = self._kept(one, row)
                if kept is None:
                    missing.append(index)
                else:
                    found[one.id, index] = kept
            together = max(LANES // self.plan.patients[one.id], 1)
            todo += [(one, missing[at : at + together]) for at in range(0, len(missing), together)]
        self._tell(len(found))
        with ThreadPoolExecutor(self.workers) as executor:
            tasks = {
                executor.submit(self._simulate, one, parameters[chosen]): (one, chosen)
                for one, chosen in todo
            }
            try:
                for task in as_completed(tasks):
                    one, chosen = tasks[task]
                    found |= {
                        (one.id, index): made
                        for index, made in zip(chosen, task.result(), strict=True)
                    }
                    self._tell(len(chosen))
            finally:
                for task in tasks:
                    task.cancel()
        return [
            [
                pool([found[name, index][one.readout] for name in one.scenarios])
                for one in self.plan.observations
            ]
            for index in range(len(z))
        ]

    def _tell(self, more: int) -> None:
        self.done += more
        self.progress(self.done, max(self.planned, self.done))

    def _readouts(self, experiment: str) -> list[str]:
        lines = (o.readout for o in self.plan.observations if experiment in o.scenarios)
        return list(dict.fromkeys(lines))

    def _slim(self, experiment: Experiment) -> Experiment:
        """The experiment; without courses if its readouts are all of tables."""
        names = set()
        for one in self.plan.observations:
            where = f"observation {one.id}"
            name, arguments = parse(one.readout, where)
            if "reference" in arguments:
                raise InputError(where, "readout", one.readout, "needs two experiments: no target")
            if experiment.id in one.scenarios:
                names.add(name)
        if experiment.how == "trial" and all(hasattr(tables, name) for name in names):
            return experiment.model_copy(update={"observe": (), "watch": (), "after_dose_min": ()})
        return experiment

    def _simulate(self, experiment: Experiment, parameters: np.ndarray) -> list[dict[str, Values]]:
        size = self.plan.patients[experiment.id]
        lines = self._readouts(experiment.id)
        made = simulate_blocks(experiment, size, members(self.plan.parameters, parameters))
        found = []
        for row, simulated in zip(parameters, made, strict=True):
            here = {experiment.id: simulated}
            values = {
                line: read(line, (experiment.id,), here, f"experiment {experiment.id}")
                for line in lines
            }
            self._keep(experiment, row, values)
            found.append(values)
        return found

    def _file(self, experiment: Experiment, row: np.ndarray) -> Path:
        name = _hash(self.identities[experiment.id], [float(value).hex() for value in row])
        return self.folder / experiment.id / f"{name[:24]}.npz"

    def _kept(self, experiment: Experiment, row: np.ndarray) -> dict[str, Values] | None:
        file = self._file(experiment, row)
        lines = self._readouts(experiment.id)
        if not file.exists():
            return None
        with np.load(file) as kept:
            if any(f"value {line}" not in kept.files for line in lines):
                return None  # made for fewer observations
            return {
                line: Values(kept[f"value {line}"], kept.get(f"event {line}")) for line in lines
            }

    def _keep(self, experiment: Experiment, row: np.ndarray, values: dict[str, Values]) -> None:
        """Put a member's file in place in one step."""
        arrays = {
            f"{name} {line}": array
            for line, one in values.items()
            for name, array in (("value", one.value), ("event", one.event))
            if array is not None
        }
        file = self._file(experiment, row)
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}")
        with temporary.open("wb") as stream:
            np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        temporary.replace(file)


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
