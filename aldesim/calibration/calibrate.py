"""A calibration from its plan to its posterior: inversion, emulator, sampler, tests of both."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aldesim.calibration.emulator import Emulator, emulate
from aldesim.calibration.ensemble import Data, Evaluated
from aldesim.calibration.identify import directions
from aldesim.calibration.inversion import Inversion, invert
from aldesim.calibration.judge import fits, learned, pools
from aldesim.calibration.plan import CalibrationPlan, load_calibration
from aldesim.calibration.posterior import PARTICLES, Posterior, sample
from aldesim.calibration.result import Calibration
from aldesim.calibration.simulator import Evaluator
from aldesim.calibration.summary import (
    Figure,
    discrepancy_variance,
    printed_variance,
    published,
)
from aldesim.errors import InputError
from aldesim.population.random import normal, uniform
from aldesim.wholefile import make_folder

OUT = Path("runs/calibration")
DRAWS = 200
"""Posterior draws that are written."""
WIDER = 1.3
"""Design points around a posterior lie so many times further from its middle."""
WEAK = 2.0
"""Times the variance of a target that counts half."""


def calibrate(
    plan: CalibrationPlan | str | Path | None = None,
    *,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: Callable[[float, int], None] | None = None,
    command: str = "aldesim calibrate",
) -> Calibration:
    """Posterior of the population's parameters given published trials.

    Killed at any moment, the same call goes on where it stopped and ends with the same bits.

    Parameters
    ----------
    plan : CalibrationPlan, str or Path, optional
        A plan, or the path of its YAML file; by default that of the package.
    out : path, optional
        Folder of the result and of all that was simulated; default `runs/calibration`.
    workers : int, optional
        Batches simulated at the same time; default the machine's cores.
    progress : callable, optional
        Called with evaluations (members times experiments) done and planned.
    command : str
        Written into the result: what makes it again.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        If the plan is wrong.
    """
    if workers is not None and workers < 1:
        raise InputError("calibrate", "workers", workers, "must be 1 or more")
    if not isinstance(plan, CalibrationPlan):
        plan = load_calibration(*([Path(plan)] if plan else []))
    folder = make_folder(Path(out) if out else OUT)
    many = {name: plan.reference * size for name, size in plan.patients.items()}
    evaluator, large = (
        Evaluator(
            one,
            folder / "evaluations",
            workers or os.cpu_count() or 1,
            progress or (lambda done, total: None),
            planned=_planned(plan),
        )
        for one in (plan, plan.model_copy(update={"patients": many}))
    )
    search = _Search(plan, evaluator, large)
    inversion = search.invert()
    search.learn(*inversion.rounds, around=inversion.z)
    missed = [search.refine(number) for number in range(plan.refinements)]
    search.correct()
    found = _result(search, inversion, missed)
    found.write(folder, command)
    return found


def _planned(plan: CalibrationPlan) -> int:
    members = plan.ensemble * (plan.rounds + plan.refinements) + 3
    return members * len(plan.evidence.experiments)


@dataclass
class _Search:
    """The state of a calibration under way."""

    plan: CalibrationPlan
    evaluator: Evaluator
    large: Evaluator

    def __post_init__(self) -> None:
        self.unknowns = len(self.plan.parameters)
        self.targets = np.arange(len(self.plan.groups))
        self.rounds = 0

    def invert(self) -> Inversion:
        """Ensemble Kalman inversion from the prior."""
        plan = self.plan
        prior = normal(plan.seed, "calibration/prior", np.arange(plan.ensemble), self.unknowns)
        self.data = data_of(plan, self.evaluator.figures(prior))
        self.evaluator.done = 0  # the same members again, now from the cache
        return invert(
            lambda z: self._figures(z)[:, self.targets],
            self.data.only(self.targets),
            unknowns=self.unknowns,
            members=plan.ensemble,
            rounds=plan.rounds,
            seed=plan.seed,
        )

    def learn(self, *rounds: Evaluated, around: np.ndarray) -> None:
        """Emulator of all figures of some rounds, and the posterior under it."""
        z = np.vstack([one.z for one in rounds])
        figures = self.evaluator.figures(z)
        self.seen = Evaluated(z, _values(figures))
        self.data = data_of(self.plan, figures[-self.plan.ensemble :])
        self._teach(around)

    def refine(self, number: int) -> np.ndarray:
        """Teach the emulator around its own posterior; its errors there before, standardised."""
        size = self.plan.ensemble
        pick = uniform(self.plan.seed, f"calibration/design {number}", np.arange(size), 1)[:, 0]
        chosen = self.posterior.z[(pick * len(self.posterior.z)).astype(int)]
        middle = self.posterior.z.mean(axis=0)
        z = middle + WIDER * (chosen - middle)
        told, _ = self.emulator(z)
        figures = self.evaluator.figures(z)
        here = Evaluated(z, _values(figures))
        missed = (here.figures - told) / np.sqrt(self.data.variance)
        self.seen = self.seen + here
        self.data = data_of(self.plan, figures)
        self._teach(self.posterior.z)
        return missed[:, self.targets]

    def correct(self) -> None:
        """Put right what is chance of the small pools, by one member with many patients.

        All members share their patients, so what these few have by chance is nearly the same in
        every member: the difference that more patients make to one is taken for all.
        """
        middle = self.posterior.z.mean(axis=0)[np.newaxis]
        few = self.evaluator.figures(middle)
        self.large.done = self.evaluator.done
        many = self.large.figures(middle)
        self.emulator = self.emulator.shifted(np.nan_to_num(_values(many) - _values(few))[0])
        self.data = data_of(self.plan, many)
        self.posterior = self._sample(self.targets)

    def without(self, group: str) -> Posterior:
        """Posterior without the targets of a group."""
        rows = [i for i, name in enumerate(self.plan.groups.values()) if name != group]
        return self._sample(np.array(rows, dtype=int))

    def _figures(self, z: np.ndarray) -> np.ndarray:
        return _values(self.evaluator.figures(z))

    def _teach(self, around: np.ndarray) -> None:
        self.emulator: Emulator = emulate(self.seen, around)
        self.posterior = self._sample(self.targets)

    def _sample(self, rows: np.ndarray) -> Posterior:
        return sample(
            self.data.only(rows),
            self.emulator.only(rows),
            unknowns=self.unknowns,
            seed=self.plan.seed,
        )


def _values(figures: list[list[Figure]]) -> np.ndarray:
    return np.array([[one.value for one in row] for row in figures])


def data_of(plan: CalibrationPlan, figures: list[list[Figure]]) -> Data:
    """Published numbers and what is uncertain of each, with the spread seen in some members.

    Sampling of the published study, sampling of the virtual patients, the effect of a study,
    rounding, and the model's own discrepancy add up.
    """
    values, variances, sides = [], [], []
    for one, column in zip(plan.observations, zip(*figures, strict=True), strict=True):
        known = [f for f in column if np.isfinite(f.value)]
        unit = float(np.median([f.unit_variance for f in known])) if known else np.inf
        patients = float(np.median([f.patients for f in known])) if known else 1.0
        variance = (
            unit / one.n
            + unit / patients
            + one.between_study**2
            + printed_variance(one)
            + discrepancy_variance(one, plan.discrepancy.size)
        )
        values.append(published(one))
        variances.append((WEAK if one.weak else 1.0) * min(variance, 1e6))
        sides.append({"": 0, "at least": 1, "at most": -1}[one.side])
    return Data(np.array(values), np.array(variances), np.array(sides))


def _result(search: _Search, inversion: Inversion, missed: list[np.ndarray]) -> Calibration:
    plan, z = search.plan, search.posterior.z
    middle = z.mean(axis=0)
    (values,) = search.large.values(middle[np.newaxis])
    errors = missed[-1] if missed else np.full((1, 1), np.nan)
    left_out = {group: search.without(group) for group in dict.fromkeys(plan.groups.values())}
    return Calibration(
        plan=plan,
        draws=plan.values(z[:: max(PARTICLES // DRAWS, 1)][:DRAWS]),
        learned=learned(plan, z, search.data, search.emulator),
        fits=fits(plan, z, left_out, search.data, search.emulator, values),
        correlation=np.corrcoef(z, rowvar=False).reshape(len(middle), len(middle)),
        directions=directions(z, plan.names),
        pools=pools(plan, values, search.data),
        evaluations=len(search.seen.z),
        shares=inversion.shares,
        emulator_error=float(np.sqrt(np.nanmean(errors**2))),
        log_evidence=search.posterior.log_evidence,
    )
