"""A design simulated many times over: what its trial would report, and how sure that is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from aldesim import __version__
from aldesim.errors import InputError
from aldesim.timeunits import DAYS_PER_MONTH
from aldesim.trial.design.pool import Pool, treat_pool
from aldesim.trial.design.replicate import (
    Replicates,
    observed,
    replicate,
    size_of,
    two_stage_of,
)
from aldesim.trial.design.schema import Design, load_design
from aldesim.trial.design.statistics import QUANTILES, curve_bands, survival_at
from aldesim.trial.runner import RUNS
from aldesim.wholefile import write_text
from aldesim.yamlfile import replaced

REPLICATES = 1000
CURVE_POINTS = 147

_ARM_MEASURES = {
    "response_pct": ("Response (CR + PR)", "%", 1.0),
    "complete_response_pct": ("Complete response", "%", 1.0),
    "median_PFS": ("Median PFS", "months", DAYS_PER_MONTH),
    "median_OS": ("Median OS", "months", DAYS_PER_MONTH),
}
_CONTRAST_MEASURES = {
    "response_difference_pct": ("Difference of response", "percentage points", 1.0),
    "hazard_ratio_PFS": ("Hazard ratio, PFS", "ratio", 1.0),
    "hazard_ratio_OS": ("Hazard ratio, OS", "ratio", 1.0),
    "p_response": ("p of response, two-sided", "p", 1.0),
    "p_PFS": ("Log-rank p, PFS", "p", 1.0),
    "p_OS": ("Log-rank p, OS", "p", 1.0),
}


@dataclass(frozen=True, eq=False)
class DesignForecast:
    """A design, its pool and its replicates.

    Attributes
    ----------
    folder : Path
        Holds the arms' runs in `pool`, and `arms.csv`, `contrasts.csv`, `trials.csv`,
        `predictive.csv`, `design.json`, `trial.html`.
    design : Design
        What was simulated.
    pool : Pool
        Virtual patients in every arm.
    replicates : Replicates
        What each trial reported.
    """

    folder: Path
    design: Design
    pool: Pool
    replicates: Replicates

    @property
    def report(self) -> Path:
        """The page to read."""
        return self.folder / "trial.html"

    def survival_bands(self, endpoint: str, most: int = 500) -> dict[str, pl.DataFrame]:
        """Survival curves over replicates, by arm: `month`, and quantiles `low` .. `high`.

        Parameters
        ----------
        endpoint : str
            "OS" or "PFS".
        most : int
            Replicates at most.
        """
        numbers = self.replicates.trials["replicate"].to_numpy()[:most]
        days = np.linspace(0, self.design.follow_up_days, CURVE_POINTS)
        curves: dict[str, list[np.ndarray]] = {arm.name: [] for arm in self.design.arms}
        for _, seen in observed(self.design, self.pool, numbers):
            for k, name in enumerate(curves):
                group = seen.counts & (seen.enrolment.arm == k)
                times, events = seen.times[endpoint], seen.events[endpoint]
                curves[name].append(survival_at(times, events, group, days))
        return {name: curve_bands(np.concatenate(parts), days) for name, parts in curves.items()}

    @property
    def predictive(self) -> pl.DataFrame:
        """What one such trial would report: medians with 50 and 95 % predictive intervals."""
        return predictive(self.replicates)


def simulate_design(
    design: Design | str | Path,
    *,
    replicates: int = REPLICATES,
    pool: int | None = None,
    size: int | None = None,
    seed: int | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    chunk: int | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> DesignForecast:
    """Replicate trials of a design, and the tables of what they report.

    The virtual patients are treated once in every arm; replicates are drawn from them, so
    thousands cost little. An interrupted call resumes.

    Parameters
    ----------
    design : Design, str or Path
        A design, a name on the shelf or a path of a YAML file.
    replicates : int
        Trials.
    pool, size, seed : int, optional
        Instead of the design's own.
    out : path, optional
        Folder; default `runs/trial-NAME`.
    workers, chunk, progress : optional
        As for `aldesim.run`.

    Raises
    ------
    InputError
        If something given is wrong.
    """
    chosen = resolve_design(design, pool=pool, size=size, seed=seed)
    if replicates < 1:
        raise InputError("trial", "replicates", replicates, "must be 1 or more")
    folder = Path(out) if out else RUNS / f"trial-{chosen.name}"
    patients = treat_pool(chosen, folder, workers=workers, chunk=chunk, progress=progress)
    found = DesignForecast(
        folder, chosen, patients, replicate(chosen, patients, np.arange(replicates))
    )
    _write(found)
    return found


def resolve_design(design: Design | str | Path, **changes: int | None) -> Design:
    """Design with some fields replaced, checked as a whole."""
    chosen = design if isinstance(design, Design) else load_design(design)
    given = {name: value for name, value in changes.items() if value is not None}
    return replaced(chosen, given, f"design {chosen.name}") if given else chosen


def predictive(found: Replicates) -> pl.DataFrame:
    """Quantiles over replicates: `measure`, `arm`, `unit`, `low` .. `high`, `replicates`.

    A median time that half of the trials do not reach is infinite.
    """
    rows = []
    for frame, measures in ((found.arms, _ARM_MEASURES), (found.contrasts, _CONTRAST_MEASURES)):
        names = frame["arm"].unique(maintain_order=True).to_list() if frame.width else []
        for name in names:
            part = frame.filter(pl.col("arm") == name)
            for column, (label, unit, per) in measures.items():
                values = part[column].to_numpy() / per
                values = np.sort(values[~np.isnan(values)])
                # By rank: medians that are not reached are infinite and have no mean.
                marks = {
                    key: float(values[round(q * (len(values) - 1))]) if len(values) else np.nan
                    for key, q in QUANTILES.items()
                }
                rows.append({"measure": label, "arm": name, "unit": unit, **marks,
                             "replicates": len(values)})  # fmt: skip
    return pl.DataFrame(rows)


def _write(found: DesignForecast) -> None:
    """Tables and the resolved design, each put in place in one step."""
    stages = two_stage_of(found.design)
    content = {
        "aldesim": __version__,
        "design": found.design.model_dump(mode="json", exclude_none=True),
        "size": size_of(found.design),
        "two_stage": stages and {k: getattr(stages, k) for k in ("r1", "n1", "r", "n")},
        "replicates": found.replicates.trials.height,
        "pool": {
            "patients": len(found.pool),
            "runs": {name: run.manifest["identity"] for name, run in found.pool.runs.items()},
        },
    }
    tables = {
        "arms": found.replicates.arms,
        "contrasts": found.replicates.contrasts,
        "trials": found.replicates.trials,
        "predictive": found.predictive,
    }
    files = {f"{name}.csv": t.write_csv() for name, t in tables.items() if t.width}
    files["design.json"] = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    for name, text in files.items():
        write_text(found.folder / name, text)
