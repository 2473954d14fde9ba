"""The stochastic simulator behind a calibration: members in, readouts of virtual patients out.

Every member has the same patients with the same fates (common random numbers), so a difference
between members is the doing of their parameters.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from aldesim.calibration.members import members
from aldesim.calibration.plan import CalibrationPlan
from aldesim.calibration.summary import Figure, figure
from aldesim.evidence.evaluations import Evaluations, evaluate
from aldesim.evidence.lanes import Blocks
from aldesim.evidence.readouts.values import Values, pool


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
    def evaluations(self) -> tuple[Evaluations, ...]:
        """Every experiment with the readouts of its observations."""
        plan = self.plan
        return tuple(
            Evaluations(
                one,
                plan.patients[one.id],
                tuple(dict.fromkeys(o.readout for o in plan.observations if one.id in o.scenarios)),
                self.folder,
            )
            for one in plan.evidence.experiments
        )

    @property
    def identities(self) -> dict[str, str]:
        """Hash of all that each experiment's readouts depend on but for the parameters."""
        return {one.experiment.id: one.identity for one in self.evaluations}

    def figures(self, z: np.ndarray) -> list[list[Figure]]:
        """Figures of every observation for members at scores of the prior, shape (m, p)."""
        return [
            [figure(one, v) for one, v in zip(self.plan.observations, row, strict=True)]
            for row in self.values(z)
        ]

    def values(self, z: np.ndarray) -> list[list[Values]]:
        """Readouts of every observation in the patients of each member."""
        unknowns = self.plan.parameters
        parameters = self.plan.values(z)
        places = [one.model_dump(mode="json", exclude={"title", "prior"}) for one in unknowns]
        keys = [json.dumps([places, [float(v).hex() for v in row]]) for row in parameters]

        def make(chosen: list[int]) -> Blocks:
            return members(unknowns, parameters[chosen])

        found = evaluate(self.evaluations, keys, make, workers=self.workers, tell=self._tell)
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
