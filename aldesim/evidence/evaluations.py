"""Readouts of experiments in many versions of their patients, each simulated once and kept.

A version is known by a key; what it gave lies in a folder under the hash of key and everything else
that it depends on, so that a killed search finds it again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from aldesim.errors import InputError
from aldesim.evidence.lanes import Blocks, simulate_blocks
from aldesim.evidence.plan import Experiment
from aldesim.evidence.readouts import parse, read, tables
from aldesim.evidence.readouts.values import Values
from aldesim.identity import identity_of
from aldesim.trial.protocol import prepare
from aldesim.wholefile import write_arrays

LANES = 2000
"""Patients in one batch: fewer cost more overhead, more are lost when a run is interrupted."""
CACHE_FORMAT = 2  # raised when what a file holds or how it is made changes

Readings = dict[str, Values]
"""Values of each readout line."""


@dataclass(frozen=True)
class Evaluations:
    """What one experiment gives in different versions of its patients.

    Parameters
    ----------
    experiment : Experiment
        What is simulated.
    size : int
        Virtual patients of a version.
    lines : tuple of str
        Readouts.
    folder : Path
        Cache.
    """

    experiment: Experiment
    size: int
    lines: tuple[str, ...]
    folder: Path

    def __post_init__(self) -> None:
        for line in self.lines:
            _, arguments = parse(line, self._where)
            if "reference" in arguments:
                raise InputError(self._where, "readout", line, "needs two experiments")

    @property
    def _where(self) -> str:
        return f"experiment {self.experiment.id}"

    @cached_property
    def identity(self) -> str:
        """Hash of all that the readouts depend on but for the version."""
        parts = [
            CACHE_FORMAT,
            prepare(self.experiment.scenario).identity,
            self._slim.model_dump(mode="json"),
            self.size,
        ]
        return identity_of(parts)

    @cached_property
    def _slim(self) -> Experiment:
        """The experiment; without courses if its readouts are all of tables."""
        names = [parse(line, self._where)[0] for line in self.lines]
        if self.experiment.how != "trial" or not all(hasattr(tables, name) for name in names):
            return self.experiment
        nothing = {"observe": (), "watch": (), "after_dose_min": ()}
        return self.experiment.model_copy(update=nothing)

    def kept(self, key: str) -> Readings | None:
        """Readings of a version that was simulated before."""
        file = self._file(key)
        if not file.exists():
            return None
        with np.load(file) as kept:
            if any(f"value {line}" not in kept.files for line in self.lines):
                return None  # made for fewer readouts
            return {
                line: Values(kept[f"value {line}"], kept.get(f"event {line}"))
                for line in self.lines
            }

    def simulate(
        self, keys: Sequence[str], make: Blocks, cancelled: Callable[[], bool]
    ) -> list[Readings]:
        """Readings of some versions, simulated together and kept, unless cancelled."""
        found = []
        for key, simulated in zip(
            keys, simulate_blocks(self._slim, self.size, make, cancelled), strict=True
        ):
            here = {self.experiment.id: simulated}
            readings = {
                line: read(line, (self.experiment.id,), here, self._where) for line in self.lines
            }
            self._keep(key, readings)
            found.append(readings)
        return found

    def _file(self, key: str) -> Path:
        return self.folder / self.experiment.id / f"{identity_of([self.identity, key])[:24]}.npz"

    def _keep(self, key: str, readings: Readings) -> None:
        """Put a version's file in place in one step."""
        arrays = {
            f"{name} {line}": array
            for line, one in readings.items()
            for name, array in (("value", one.value), ("event", one.event))
            if array is not None
        }
        write_arrays(self._file(key), arrays)


def evaluate(
    evaluations: Sequence[Evaluations],
    keys: Sequence[str],
    make: Callable[[list[int]], Blocks],
    *,
    workers: int,
    tell: Callable[[int], None],
) -> dict[tuple[str, int], Readings]:
    """Readings of every version in every experiment, by experiment and number of the version.

    Parameters
    ----------
    evaluations : sequence of Evaluations
        Experiments.
    keys : sequence of str
        Versions.
    make : callable
        Maker of the blocks of the versions with these numbers.
    workers : int
        Batches simulated at the same time.
    tell : callable
        Called with how many more are done.
    """
    found: dict[tuple[str, int], Readings] = {}
    todo: list[tuple[Evaluations, list[int]]] = []
    for one in evaluations:
        missing = []
        for index, key in enumerate(keys):
            kept = one.kept(key)
            if kept is None:
                missing.append(index)
            else:
                found[one.experiment.id, index] = kept
        together = max(LANES // one.size, 1)
        todo += [(one, missing[at : at + together]) for at in range(0, len(missing), together)]
    tell(len(found))
    stop = threading.Event()
    with ThreadPoolExecutor(workers) as executor:
        tasks = {
            executor.submit(one.simulate, [keys[i] for i in chosen], make(chosen), stop.is_set): (
                one,
                chosen,
            )
            for one, chosen in todo
        }
        try:
            for task in as_completed(tasks):
                one, chosen = tasks[task]
                for index, readings in zip(chosen, task.result(), strict=True):
                    found[one.experiment.id, index] = readings
                tell(len(chosen))
        finally:
            stop.set()
            for task in tasks:
                task.cancel()
    return found
