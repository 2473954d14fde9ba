"""The virtual patients that replicate trials are drawn from, treated once in every arm."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from aldesim.errors import InputError
from aldesim.trial.design.schema import Arm, Design, Stratum
from aldesim.trial.protocol import prepare
from aldesim.trial.result import TrialResult
from aldesim.trial.runner import run
from aldesim.trial.scenario import Scenario, load_scenario
from aldesim.yamlfile import replaced

OF_THE_DESIGN = ("name", "patients", "seed", "follow_up_days", "scan_days", "scans")
"""Fields of a scenario that a design sets for all arms."""
SHARED = ("population", "screening")
"""Fields that must be equal, or arms would hold different patients."""


@dataclass(frozen=True, eq=False)
class ArmOutcomes:
    """Outcomes of the pool in one arm; arrays of shape (pool,), times in days.

    Attributes
    ----------
    response_day : ndarray
        Day of the first confirmed response, infinite without one.
    complete : ndarray of bool
        Best response is complete.
    times, events : dict of str to ndarray
        By "OS" and "PFS": time to event or end of follow-up, and whether it was the event.
    """

    response_day: np.ndarray
    complete: np.ndarray
    times: dict[str, np.ndarray]
    events: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Pool:
    """The same virtual patients in every arm.

    Attributes
    ----------
    ids : ndarray of int, shape (pool,)
        Those whose simulation ran to its end in every arm.
    arms : dict of str to ArmOutcomes
        By name of the arm, in order.
    stratum : ndarray of int, shape (pool,)
        Stratum of each patient, from 0.
    runs : dict of str to TrialResult
        The run of each arm.
    """

    ids: np.ndarray
    arms: dict[str, ArmOutcomes]
    stratum: np.ndarray
    runs: dict[str, TrialResult]

    def __len__(self) -> int:
        """Number of patients."""
        return len(self.ids)


def arm_scenarios(design: Design) -> dict[str, Scenario]:
    """Scenario of each arm, checked.

    Raises
    ------
    InputError
        If a field does not exist or does not fit, or arms cannot hold the same patients.
    """
    found = {arm.name: _scenario(design, arm) for arm in design.arms}
    reference = next(iter(found.values()))
    for arm, scenario in zip(design.arms, found.values(), strict=True):
        for field in SHARED:
            one, other = getattr(scenario, field), getattr(reference, field)
            if one != other:
                allowed = f"must be that of arm {design.arms[0].name}, {other}: arms share patients"
                raise InputError(f"design {design.name}", f"arms[{arm.name}].{field}", one, allowed)
    return found


def treat_pool(
    design: Design,
    out: Path,
    *,
    workers: int | None = None,
    chunk: int | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> Pool:
    """Pool of a design: every arm run once, or taken up where a run stopped.

    Parameters
    ----------
    design : Design
        What is simulated.
    out : Path
        Folder that the arms' run folders lie in.
    workers, chunk : int, optional
        As for `aldesim.run`.
    progress : callable, optional
        Called with patients done over all arms, and their total.
    """
    scenarios = arm_scenarios(design)
    total = design.pool * len(scenarios)
    runs = {}
    for place, (name, scenario) in enumerate(scenarios.items()):

        def told(count: float, _: int, before: int = place * design.pool) -> None:
            if progress is not None:
                progress(before + count, total)

        folder = out / "pool" / f"{name}-{prepare(scenario).identity[:8]}"
        runs[name] = run(scenario, out=folder, workers=workers, chunk=chunk, progress=told)
    return pool_of(design, runs)


def pool_of(design: Design, runs: dict[str, TrialResult]) -> Pool:
    """Pool from finished runs of the arms."""
    frames = {name: found.patients.sort("id").collect() for name, found in runs.items()}
    good = [frame.filter(pl.col("status") == "ok")["id"].to_numpy() for frame in frames.values()]
    ids = reduce(lambda one, two: np.intersect1d(one, two, assume_unique=True), good)
    if not len(ids):
        raise InputError(f"design {design.name}", "pool", 0, "nobody was simulated to the end")
    kept = {name: f.filter(pl.col("id").is_in(ids.tolist())) for name, f in frames.items()}
    first = next(iter(kept.values()))
    return Pool(
        ids=ids,
        arms={name: _outcomes(frame) for name, frame in kept.items()},
        stratum=_strata(design, first),
        runs=runs,
    )


def _scenario(design: Design, arm: Arm) -> Scenario:
    base = load_scenario(arm.scenario)
    where = f"design {design.name}"
    free = sorted(set(Scenario.model_fields) - set(OF_THE_DESIGN))
    for field in arm.change:
        if field not in free:
            allowed = f"is no field that an arm may change; there are {', '.join(free)}"
            raise InputError(where, f"arms[{arm.name}].change", field, allowed)
    scans = tuple(d for d in base.all_scan_days if d <= design.follow_up_days)
    if design.scans is not None:
        scans = design.scans.days(design.follow_up_days)
    fields: dict[str, Any] = arm.change | {
        "name": f"{design.name}-{arm.name}".lower(),
        "title": arm.title or f"{design.title}: {arm.name}",
        "patients": design.pool,
        "seed": design.seed,
        "follow_up_days": design.follow_up_days,
        "scan_days": scans,
        "scans": None,
    }
    return replaced(base, fields, f"{where}: arms[{arm.name}].change")


def _outcomes(patients: pl.DataFrame) -> ArmOutcomes:
    responded = patients["best_response"].is_in(["CR", "PR"]).to_numpy()
    day = patients["response_day"].cast(pl.Float64).fill_null(np.nan).to_numpy()

    def column(name: str) -> np.ndarray:
        return patients[name].cast(pl.Float64).to_numpy()

    return ArmOutcomes(
        response_day=np.where(responded, day, np.inf),
        complete=(patients["best_response"] == "CR").to_numpy(),
        times={"OS": column("death_day"), "PFS": column("progression_day")},
        events={
            "OS": patients["died"].to_numpy().astype(bool),
            "PFS": patients["progressed"].to_numpy().astype(bool),
        },
    )


def _strata(design: Design, patients: pl.DataFrame) -> np.ndarray:
    """Number of each patient's stratum: every combination of classes is one."""
    code = np.zeros(patients.height, dtype=np.int64)
    for stratum in design.allocation.strata:
        classes = _classes(design, stratum, patients)
        code = code * (int(classes.max()) + 1) + classes
    return np.unique(code, return_inverse=True)[1]


def _classes(design: Design, stratum: Stratum, patients: pl.DataFrame) -> np.ndarray:
    where, name = f"design {design.name}", stratum.covariate
    if name not in patients.columns:
        raise InputError(
            where, "allocation.strata", name, "is no covariate of the population's patients"
        )
    values = patients[name]
    if stratum.cuts:
        if not values.dtype.is_numeric():
            raise InputError(where, f"strata[{name}].cuts", "numbers", "are for numbers, not words")
        return np.searchsorted(np.array(stratum.cuts), values.to_numpy(), side="right")
    if values.dtype.is_float():
        raise InputError(where, f"strata[{name}].cuts", "missing", "must cut numbers into classes")
    return np.unique(values.to_numpy(), return_inverse=True)[1]
