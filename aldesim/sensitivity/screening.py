"""What drives a readout of a scenario or experiment: screening of many, shares of a few.

Every parameter is moved in every virtual patient, around the patient's own value; patients and
their fates stay the same. The output is the mean of the readout over the patients.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from aldesim.errors import InputError
from aldesim.evidence import load_plan
from aldesim.evidence.evaluations import Evaluations, evaluate
from aldesim.evidence.lanes import Blocks
from aldesim.evidence.plan import Experiment, OfScenario
from aldesim.sensitivity import morris, sobol
from aldesim.sensitivity.choice import VARYING, choose
from aldesim.sensitivity.steps import Move, blocks
from aldesim.trial import load_scenario
from aldesim.wholefile import make_folder, write_text

OUT = Path("runs/sensitivity")
METHODS = ("morris", "sobol")
READOUTS = (
    "response best=objective",
    "column name=best_change_pct",
    "column name=doses_given",
    "treated_share name=pressor_used",
)
"""What is asked of a trial by default: response, then what stops the doses."""
PATIENTS = 24
SAMPLES = {"morris": 8, "sobol": 32}
REACH = 2.0
"""Ranges of the screening reach so many steps either side."""
EDGE = 0.005
"""Tail of a parameter's own distribution that variance shares leave out at either end."""


@dataclass(frozen=True)
class Driver:
    """One parameter and how it drives a readout.

    Parameters
    ----------
    parameter : str
        Its name.
    size, low, high : float
        Morris: mean absolute effect of its whole range and 95 % interval. Sobol: total share of the
        variance and 95 % interval.
    alone : float
        Morris: mean effect with its sign. Sobol: share of the variance by itself.
    spread : float
        Morris: standard deviation of the effects; Sobol: share through interplay.
    """

    parameter: str
    size: float
    low: float
    high: float
    alone: float
    spread: float


@dataclass(frozen=True)
class Screening:
    """Drivers of each readout.

    Parameters
    ----------
    experiment, method : str
        What was simulated, and how the parameters were moved.
    patients, versions : int
        Virtual patients of each version, and versions simulated.
    readouts : tuple of str
        Outputs.
    mean, deviation : tuple of float
        Of each output over the versions.
    drivers : tuple of tuple of Driver
        For each readout, the strongest first.
    """

    experiment: str
    method: str
    patients: int
    versions: int
    readouts: tuple[str, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    drivers: tuple[tuple[Driver, ...], ...]

    def write(self, folder: Path) -> None:
        """Write `drivers.json` and `drivers.tsv`, each replaced in one step."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        head = ["readout", "parameter", "size", "low", "high", "alone", "spread"]
        rows = [
            [readout, one.parameter, *(f"{x:.6g}" for x in list(asdict(one).values())[1:])]
            for readout, drivers in zip(self.readouts, self.drivers, strict=True)
            for one in drivers
        ]
        table = "".join("\t".join(row) + "\n" for row in [head, *rows])
        write_text(folder / "drivers.json", text + "\n")
        write_text(folder / "drivers.tsv", table)


def screen(
    experiment: str | Experiment,
    *,
    method: str = "morris",
    parameters: Sequence[str] = (VARYING,),
    readouts: Sequence[str] = READOUTS,
    samples: int | None = None,
    patients: int = PATIENTS,
    seed: int = 1,
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> Screening:
    """Drivers of readouts of an experiment, computed or resumed.

    Parameters
    ----------
    experiment : str or Experiment
        An experiment of the plan of the published observations, a scenario on the shelf, or the
        path of a scenario's YAML file.
    method : str
        "morris": mean effects of many parameters, moved evenly within two between-patient standard
        deviations either side (20 percent if fixed). "sobol": shares of variance of a few, moved as
        they differ between patients.
    parameters : sequence of str
        Names, subjects of the model text, or "varying".
    readouts : sequence of str
        Lines such as ``highest sign=creatinine from_day=0 until_day=13``.
    samples : int, optional
        Base points of Morris (default 8), or samples of Sobol, a power of two (default 32).
    patients : int
        Virtual patients of each version.
    seed : int
        Of the design.
    workers : int, optional
        Batches simulated at the same time; default the machine's cores.
    out : path, optional
        Folder of the result and the cache; default `runs/sensitivity/EXPERIMENT-METHOD`.
    progress : callable, optional
        Called with versions done and their total.

    Raises
    ------
    InputError
        If something asked for does not exist, or a readout is the same in every version.
    """
    if method not in METHODS:
        raise InputError("sensitivity", "method", method, f"must be one of {', '.join(METHODS)}")
    samples = SAMPLES[method] if samples is None else samples
    for field, number, least in (
        ("samples", samples, 2),
        ("patients", patients, 1),
        ("workers", 1 if workers is None else workers, 1),
    ):
        if number < least:
            raise InputError("sensitivity", field, number, f"must be {least} or more")
    names = choose(parameters)
    chosen = experiment if isinstance(experiment, Experiment) else _experiment(experiment)
    if method == "morris":
        design = morris.design(len(names), samples, seed)
        steps = REACH * (2 * design - 1)
    else:
        design = sobol.design(len(names), samples, seed)
        steps = ndtri(EDGE + (1 - 2 * EDGE) * design)
    folder = make_folder(Path(out) if out else OUT / f"{chosen.id}-{method}")
    flat = steps.reshape(-1, len(names))
    moves = [dict(zip(names, row, strict=True)) for row in flat.tolist()]
    output = _outputs(chosen, moves, tuple(readouts), patients, folder, workers, progress)
    drivers = tuple(
        _drivers(method, names, design, values.reshape(design.shape[:2]), line)
        for values, line in zip(output.T, readouts, strict=True)
    )
    found = Screening(
        experiment=chosen.id,
        method=method,
        patients=patients,
        versions=len(moves),
        readouts=tuple(readouts),
        mean=tuple(np.nanmean(output, axis=0).tolist()),
        deviation=tuple(np.nanstd(output, axis=0).tolist()),
        drivers=drivers,
    )
    found.write(folder)
    return found


def _experiment(name: str) -> Experiment:
    known = {one.id: one for one in load_plan().experiments}
    if name in known:
        return known[name]
    scenario = load_scenario(name)
    return OfScenario(id=scenario.name, how="trial", given=scenario)


def _outputs(
    experiment: Experiment,
    moves: Sequence[Move],
    readouts: tuple[str, ...],
    patients: int,
    folder: Path,
    workers: int | None,
    progress: Callable[[float, int], None] | None,
) -> np.ndarray:
    """Mean of each readout in every version, shape (m, k); NaN where nobody has the quantity."""
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(done, len(moves))

    def make(chosen: list[int]) -> Blocks:
        return partial(blocks, [moves[index] for index in chosen])

    evaluations = Evaluations(experiment, patients, readouts, folder / "evaluations")
    keys = [json.dumps({name: float(step).hex() for name, step in m.items()}) for m in moves]
    found = evaluate([evaluations], keys, make, workers=workers or os.cpu_count() or 1, tell=tell)
    return np.array(
        [
            [_mean(found[experiment.id, index][line].value) for line in readouts]
            for index in range(len(moves))
        ]
    )


def _mean(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else np.nan


def _drivers(
    method: str, names: tuple[str, ...], design: np.ndarray, output: np.ndarray, line: str
) -> tuple[Driver, ...]:
    if not np.nanstd(output) > 0:
        raise InputError("sensitivity", "readout", line, "is the same whatever is moved")
    if method == "morris":
        found = morris.effects(design, output)
        columns = (
            found.size,
            found.size - 1.96 * found.error,
            found.size + 1.96 * found.error,
            found.mean,
            found.spread,
        )
    else:
        # A gap would break the balance of the design; the mean moves no share of the variance.
        whole = np.where(np.isnan(output), np.nanmean(output), output)
        got = sobol.shares(whole)
        columns = (got.total, got.total_low, got.total_high, got.first, got.total - got.first)
    rows = [
        Driver(name, *(float(column[index]) for column in columns))
        for index, name in enumerate(names)
    ]
    return tuple(sorted(rows, key=lambda one: -one.size))
