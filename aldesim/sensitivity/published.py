"""How far each parameter of the model moves each published number that it was chosen with.

Central differences under common random numbers: the same virtual patients, one parameter moved one
between-patient standard deviation up and down (10 percent if it does not differ between patients),
every experiment again. A shift is told in units of what the observation leaves open.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aldesim import model
from aldesim.errors import InputError
from aldesim.evidence.observations import Observation
from aldesim.evidence.plan import Plan, load_plan, needed
from aldesim.evidence.predict import FEWEST
from aldesim.evidence.readouts import read
from aldesim.evidence.readouts.values import Values
from aldesim.identity import identity_of
from aldesim.model import Parameter
from aldesim.sensitivity.shifts import deviation, scale_of, shifts, statistic
from aldesim.sensitivity.steps import simulate, step_of
from aldesim.trial.protocol import prepare
from aldesim.wholefile import make_folder, write_arrays, write_text

OUT = Path("runs/sensitivity")
PATIENTS = 20
BLOCKS = 24
"""Steps computed together: fewer cost more overhead, more cost more memory."""
CACHE_FORMAT = 3  # raised when a step or what a file holds changes
RESAMPLES = 100
Step = tuple[str, int]
"""A parameter and the direction in which it is moved; "" moves nothing."""
NOTHING: Step = ("", 0)


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Shift of every observation with every parameter.

    Parameters
    ----------
    parameters : tuple of Parameter
        Rows, p.
    observations : tuple of Observation
        Columns, o.
    simulated : ndarray, shape (o,)
        Value with nothing moved, in the observation's unit.
    scale : ndarray, shape (o,)
        Unit of a shift; see `aldesim.sensitivity.shifts.scale_of`.
    shift : ndarray, shape (p, o)
        Half the difference between one step up and one step down, over the scale. NaN where the
        quantity does not occur on either side.
    error : ndarray, shape (p, o)
        Its standard error from the choice of virtual patients, over the scale.
    """

    parameters: tuple[Parameter, ...]
    observations: tuple[Observation, ...]
    simulated: np.ndarray
    scale: np.ndarray
    shift: np.ndarray
    error: np.ndarray

    @property
    def clear(self) -> np.ndarray:
        """Shifts that are more than chance: beyond two standard errors, boolean, shape (p, o)."""
        return np.isfinite(self.shift) & ~(np.abs(self.shift) <= 2 * self.error)

    def leading(self, observation: str, count: int = 5) -> list[tuple[str, float]]:
        """Parameters with the largest clear shifts of an observation, and those shifts."""
        column = [one.id for one in self.observations].index(observation)
        shift = np.where(self.clear[:, column], self.shift[:, column], 0.0)
        order = np.argsort(-np.abs(shift), kind="stable")[:count]
        return [(self.parameters[row].id, float(shift[row])) for row in order if shift[row]]

    def write(self, file: Path) -> None:
        """Write one tab-separated row a parameter: its step, then the shift of each observation.

        A shift that is not clear is empty.
        """
        head = ["parameter", "step", *(one.id for one in self.observations)]
        lines = ["\t".join(head)]
        for row, parameter in enumerate(self.parameters):
            cells = [
                f"{shift:.2g}" if clear else ""
                for shift, clear in zip(self.shift[row], self.clear[row], strict=True)
            ]
            lines.append("\t".join([parameter.id, step_of(parameter), *cells]))
        write_text(file, "\n".join(lines) + "\n")


def sensitivity(
    plan: Plan | None = None,
    *,
    parameters: Sequence[str] | None = None,
    patients: int = PATIENTS,
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> Sensitivity:
    """Shift of every observation with every parameter, computed or resumed.

    Parameters
    ----------
    plan : Plan, optional
        Experiments and observations; by default the observations that were used for calibration.
    parameters : sequence of str, optional
        Parameters to move; by default all.
    patients : int
        Virtual patients of each trial; half as many of an experiment in which nothing is decided.
    workers : int, optional
        Groups of steps computed at the same time; default the machine's cores.
    out : path, optional
        Folder of the cache; default `runs/sensitivity`.
    progress : callable, optional
        Called with steps done and their total.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        If a parameter is not known or a number is too small.
    """
    for field, number, least in (
        ("patients", patients, FEWEST),
        ("workers", 1 if workers is None else workers, 1),
    ):
        if number < least:
            raise InputError("sensitivity", field, number, f"must be {least} or more")
    chosen = plan or calibration_plan()
    table = model.parameter_table()
    names = tuple(parameters if parameters is not None else table)
    for name in names:
        if name not in table:
            raise InputError("sensitivity", "parameters", name, "is no parameter of the model")
    steps = [NOTHING, *((name, sign) for name in names for sign in (-1, 1))]
    found = _values(chosen, steps, patients, workers or os.cpu_count() or 1, out, progress)
    return _compare(chosen.observations, tuple(table[name] for name in names), found)


def calibration_plan() -> Plan:
    """The package's plan, with the observations only that were used for calibration."""
    full = load_plan()
    observations = tuple(one for one in full.observations if one.calibration)
    names = set().union(*(needed(one) for one in observations))
    return Plan(tuple(one for one in full.experiments if one.id in names), observations)


_Found = dict[Step, list[Values]]


def _values(
    plan: Plan,
    steps: list[Step],
    patients: int,
    workers: int,
    out: str | Path | None,
    progress: Callable[[float, int], None] | None,
) -> _Found:
    """Readouts of every observation after each step; groups of steps are cached."""
    folder = make_folder(Path(out) if out else OUT)
    identity = _identity(plan, patients)
    groups = [tuple(steps[at : at + BLOCKS]) for at in range(0, len(steps), BLOCKS)]
    found: _Found = {}
    with ThreadPoolExecutor(workers) as executor:
        tasks = [
            executor.submit(_group, plan, group, patients, folder, identity) for group in groups
        ]
        try:
            for task in as_completed(tasks):
                found |= task.result()
                if progress:
                    progress(len(found), len(steps))
        finally:
            for task in tasks:
                task.cancel()
    return found


def _identity(plan: Plan, patients: int) -> str:
    parts = [
        CACHE_FORMAT,
        patients,
        [[prepare(e.scenario).identity, e.model_dump(mode="json")] for e in plan.experiments],
        [(one.id, one.scenario, one.readout) for one in plan.observations],
    ]
    return identity_of(parts)


def _group(
    plan: Plan, steps: tuple[Step, ...], patients: int, folder: Path, identity: str
) -> _Found:
    """Readouts after some steps: of the cache if they are there."""
    file = folder / f"{identity_of([identity, steps])[:16]}.npz"
    if file.exists():
        with np.load(file) as kept:
            return {step: _unpack(kept, plan, index) for index, step in enumerate(steps)}
    moves = [{name: sign} if name else {} for name, sign in steps]
    simulated = {
        # Where nothing is decided all differences are smooth: half as many patients tell as much.
        one.id: simulate(one, moves, patients if one.how == "trial" else max(patients // 2, FEWEST))
        for one in plan.experiments
    }
    found = {
        step: [
            read(
                one.readout,
                one.scenarios,
                {name: blocks[index] for name, blocks in simulated.items()},
                f"observation {one.id}",
            )
            for one in plan.observations
        ]
        for index, step in enumerate(steps)
    }
    arrays = {
        f"{name} {index} {column}": array
        for index, row in enumerate(found.values())
        for column, values in enumerate(row)
        for name, array in (("value", values.value), ("event", values.event))
        if array is not None
    }
    write_arrays(file, arrays)
    return found


def _unpack(kept: np.lib.npyio.NpzFile, plan: Plan, index: int) -> list[Values]:
    names = [f"{index} {column}" for column in range(len(plan.observations))]
    return [Values(kept[f"value {n}"], kept.get(f"event {n}")) for n in names]


def _compare(
    observations: tuple[Observation, ...], parameters: tuple[Parameter, ...], found: _Found
) -> Sensitivity:
    scale = np.array([scale_of(one)[0] for one in observations])
    simulated = np.full(len(observations), np.nan)
    shift = np.full((len(parameters), len(observations)), np.nan)
    error = np.full_like(shift, np.nan)
    for column, one in enumerate(observations):
        base = found[NOTHING][column]
        size = len(base)
        rng = np.random.default_rng(1)
        picks = np.vstack([np.arange(size), rng.integers(0, size, (RESAMPLES, size))])
        simulated[column] = statistic(one, base, picks[:1])[0]
        for row, parameter in enumerate(parameters):
            down, up = (found[parameter.id, sign][column] for sign in (-1, 1))
            made = shifts(one, down, up, picks) / scale[column]
            shift[row, column] = made[0]
            error[row, column] = deviation(made[1:])
    return Sensitivity(parameters, observations, simulated, scale, shift, error)
