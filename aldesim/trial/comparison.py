"""Paired comparison: the same virtual patients under two or more protocols."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from aldesim.errors import InputError
from aldesim.trial.endpoints.paired import (
    Paired,
    paired_means,
    paired_proportions,
    paired_restricted_means,
)
from aldesim.trial.result import TrialResult
from aldesim.trial.runner import RUNS, run
from aldesim.trial.scenario import Scenario, load_scenario
from aldesim.wholefile import write_text
from aldesim.yamlfile import replaced

MEANS = {
    "doses_course_1": ("Doses given in the first course", "number"),
    "doses_cycle_1": ("Doses given in cycle 1", "number"),
    "doses_cycle_2": ("Doses given in cycle 2", "number"),
    "hospital_days": ("Days in hospital", "days"),
    "pressor_hours": ("Time on a vasopressor", "h"),
    "fluid_L": ("Crystalloid given", "L"),
    "MAP_min": ("Lowest mean arterial pressure", "mmHg"),
    "creatinine_max": ("Highest creatinine", "mg/dL"),
    "weight_gain_max_pct": ("Largest weight gain", "%"),
}
"""Columns of the table `patients` whose means are compared: label and unit."""

SHARES = {
    "Vasopressor used": pl.col("pressor_used"),
    "Response (CR + PR)": pl.col("best_response").is_in(["CR", "PR"]),
    "Complete response": pl.col("best_response") == "CR",
    "A cycle or the treatment stopped": pl.col("off_treatment") != "",
    "Death of treatment": pl.col("death_cause") == "treatment",
}
"""Properties of a patient whose shares are compared."""

TIMES = {
    "Time alive": ("death_day", "died"),
    "Time alive without progression": ("progression_day", "progressed"),
}
"""Restricted mean times that are compared: columns of time (days) and event."""


class Difference(NamedTuple):
    """One line of the comparison.

    Parameters
    ----------
    arm : str
        Label of the arm that is compared with the first.
    measure, unit : str
        What is compared; shares have the unit "share", 0 to 1.
    kind : str
        "mean", "share" or "restricted mean".
    paired : Paired
        First arm, this arm, and their difference with its interval.
    """

    arm: str
    measure: str
    unit: str
    kind: str
    paired: Paired


@dataclass(frozen=True)
class Comparison:
    """Finished arms of the same patients; the first is the one that others are compared with.

    Parameters
    ----------
    folder : Path
        Holds a run folder for each arm, `comparison.html` and `differences.csv`.
    arms : dict of str to TrialResult
        By label, in order.
    """

    folder: Path
    arms: dict[str, TrialResult]

    @property
    def report(self) -> Path:
        """The page to read."""
        return self.folder / "comparison.html"

    @cached_property
    def patients(self) -> dict[str, pl.DataFrame]:
        """Table `patients` of each arm: those simulated to the end in every arm, by number."""
        frames = {name: arm.patients.sort("id").collect() for name, arm in self.arms.items()}
        good = [set(f.filter(pl.col("status") == "ok")["id"].to_list()) for f in frames.values()]
        both = sorted(set.intersection(*good))
        return {name: f.filter(pl.col("id").is_in(both)) for name, f in frames.items()}

    @cached_property
    def differences(self) -> list[Difference]:
        """Every measure of every further arm against the first."""
        labels = list(self.arms)
        return [row for label in labels[1:] for row in self._against(labels[0], label)]

    @property
    def table(self) -> pl.DataFrame:
        """The differences as a frame: arm, measure, unit, kind, first, second, difference ..."""
        return pl.DataFrame(
            [
                {name: getattr(row, name) for name in ("arm", "measure", "unit", "kind")}
                | row.paired._asdict()
                for row in self.differences
            ]
        )

    def _against(self, reference: str, label: str) -> list[Difference]:
        one, two = self.patients[reference], self.patients[label]
        if one.is_empty():
            raise InputError("compare", label, 0, "no patient was simulated to the end in both")

        def values(frame: pl.DataFrame, what: str | pl.Expr) -> np.ndarray:
            chosen = frame.select(pl.col(what) if isinstance(what, str) else what).to_series()
            return chosen.cast(pl.Float64).fill_null(0.0).to_numpy()

        rows = [
            Difference(label, name, unit, "mean", paired_means(values(one, key), values(two, key)))
            for key, (name, unit) in MEANS.items()
            if key in one.columns and key in two.columns
        ]
        rows += [
            Difference(
                label, name, "share", "share", paired_proportions(values(one, e), values(two, e))
            )
            for name, e in SHARES.items()
        ]
        for name, (time, event) in TIMES.items():
            arms = [(values(f, time), values(f, event).astype(bool)) for f in (one, two)]
            horizon = float(min(days.max() for days, _ in arms))
            found = paired_restricted_means(arms[0], arms[1], horizon)
            within = f"{name}, of {horizon:.0f} days"
            rows.append(Difference(label, within, "days", "restricted mean", found))
        return rows


def vary(scenario: Scenario | str | Path, field: str, values: Sequence[Any]) -> dict[str, Scenario]:
    """Arms that differ in one field of a scenario, by label.

    Parameters
    ----------
    scenario : Scenario, str or Path
        What they have in common.
    field : str
        Field of the scenario, such as "rules", "support", "regimen" or "measurement".
    values : sequence
        One for each arm; the first is the reference.

    Raises
    ------
    InputError
        If the scenario has no such field, or a value does not fit.
    """
    base = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    free = sorted(set(Scenario.model_fields) - {"name", "title", "description", "population"})
    if field not in free:
        raise InputError("compare", field, "", f"is no field to vary; there are {', '.join(free)}")
    arms = {}
    for value in values:
        label = Path(str(value)).stem
        arm = replaced(base, {field: value}, "compare")
        if label in arms:
            raise InputError("compare", field, str(value), "is given twice; arms must differ")
        arms[label] = arm.model_copy(update={"title": f"{base.title}: {field} {label}"})
    return arms


def compare(
    arms: dict[str, Scenario] | Sequence[Scenario | str | Path],
    *,
    patients: int | None = None,
    seed: int | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    chunk: int | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> Comparison:
    """The same virtual patients in each arm, and what differs.

    Arms share population, seed and number of patients: those of the first, unless given here. Each
    arm is a run of its own, so an interrupted comparison resumes.

    Parameters
    ----------
    arms : dict of str to Scenario, or sequence of Scenario, str or Path
        Two or more, the reference first; see `vary` for arms that differ in one field.
    patients, seed : int, optional
        Instead of the first scenario's own.
    out : path, optional
        Folder; default `runs/compare-LABELS`.
    workers, chunk : int, optional
        As for `run`.
    progress : callable, optional
        Called with patients done over all arms, and their total.

    Raises
    ------
    InputError
        If there are fewer than two arms, or they cannot have the same patients.
    """
    chosen = _labelled(arms)
    reference = next(iter(chosen.values()))
    patients, seed = patients or reference.patients, reference.seed if seed is None else seed
    for label, scenario in chosen.items():
        if scenario.population != reference.population:
            allowed = f"must be that of the first arm, {reference.population}"
            raise InputError("compare", f"{label}.population", scenario.population, allowed)
    place = Path(out) if out else RUNS / f"compare-{'-'.join(chosen)}"
    total = patients * len(chosen)
    results = {}
    for done, (label, scenario) in enumerate(chosen.items()):

        def told(count: float, _: int, before: int = done * patients) -> None:
            if progress is not None:
                progress(before + count, total)

        results[label] = run(
            scenario,
            patients=patients,
            seed=seed,
            out=place / label,
            workers=workers,
            chunk=chunk,
            progress=told,
        )
    comparison = Comparison(place, results)
    write_text(place / "differences.csv", comparison.table.write_csv())
    return comparison


def _labelled(
    arms: dict[str, Scenario] | Sequence[Scenario | str | Path],
) -> dict[str, Scenario]:
    if isinstance(arms, dict):
        chosen = dict(arms)
    else:
        loaded = [arm if isinstance(arm, Scenario) else load_scenario(arm) for arm in arms]
        chosen = {scenario.name: scenario for scenario in loaded}
        if len(chosen) < len(loaded):
            raise InputError("compare", "arms", len(loaded), "must have names that differ")
    if len(chosen) < 2:
        raise InputError("compare", "arms", len(chosen), "must be two or more")
    return chosen
