"""A trial beside the published numbers of the same population, molecule and regimen."""

import math
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from aldesim.errors import InputError
from aldesim.evidence import Observation, load_plan
from aldesim.evidence.predict import REPLICATES, Prediction, joined, predict
from aldesim.evidence.readouts import READOUTS, read, tables
from aldesim.evidence.simulated import Simulated
from aldesim.population.random import uniform
from aldesim.report.tables import Tables, collect
from aldesim.timeunits import DAYS_PER_MONTH
from aldesim.trial.design.statistics import curve_bands, survival_at
from aldesim.trial.endpoints import proportion

SAME = ("population", "molecule", "regimen")
"""Fields of a scenario that must be those of the published trial."""
STUDIES = 500
"""Studies repeated for a band."""
CURVE_POINTS = 147
_CURVES = {
    "PFS": ("progression_free", "progression_day", "progressed"),
    "OS": ("survival", "death_day", "died"),
}
_READ = ("id", "status", "best_response", "response_day", "progress", "died", "death_", "doses_")
"""How the columns of patients begin that readouts read without being told."""
_NOTHING = np.empty(0)


def published_table(trial: Tables) -> pl.DataFrame:
    """Published numbers that a trial can be held against, and what it predicts for each study.

    A published trial fits if population, molecule and regimen are the same; rules and supportive
    care of its years may differ. Numbers that need a longer follow-up are left out.

    Parameters
    ----------
    trial : Tables
        Tables of a finished trial.

    Returns
    -------
    DataFrame
        One row a number, in the order of the table of observations: `id`, `domain`, `quantity`,
        `unit`, `kind`, `readout`, `n`, `published`, `published_low`, `published_high` (printed
        interval, for a share without one Wilson's; null if there is none), `low`, `lower`,
        `median`, `upper`, `high` (2.5 to 97.5 % of studies of that size; infinite where not
        reached), `inside`, `source`.
    """
    scenario = trial.trial.manifest.get("scenario", {})
    follow_up = float(scenario.get("follow_up_days") or 0)
    plan = load_plan()
    same = {
        one.id
        for one in plan.experiments
        if one.how == "trial"
        and all(getattr(one.scenario, field) == scenario.get(field) for field in SAME)
    }
    rows = []
    for one in plan.observations:
        if not same.issuperset(one.scenarios) or len(one.scenarios) > 1 or one.side:
            continue
        if _needs(one) <= follow_up:
            rows += _row(one, trial, follow_up)
    return pl.DataFrame(rows)


class Check(NamedTuple):
    """Survival of simulated studies of a published size, and what was published.

    Parameters
    ----------
    endpoint : str
        "OS" or "PFS".
    band : DataFrame
        As `aldesim.trial.design.statistics.curve_bands` returns.
    size : int
        Patients in each study.
    points : tuple of (float, float, str)
        Published points of the curve: month, percent free of the event, words.
    """

    endpoint: str
    band: pl.DataFrame
    size: int
    points: tuple[tuple[float, float, str], ...]


def survival_checks(trial: Tables, published: pl.DataFrame) -> list[Check]:
    """Predictive checks of the survival curves that something was published about."""
    checks = []
    for endpoint, (reading, time, event) in _CURVES.items():
        rows = [
            row
            for row in (published.iter_rows(named=True) if published.width else ())
            if row["readout"] == reading or (endpoint == "OS" and row["readout"][:6] == "alive ")
        ]
        if not rows:
            continue
        versions = [f.select(time, event).filter(pl.col(time).is_finite()) for f in trial.versions]
        patients = pl.concat(versions)
        size = max(row["n"] for row in rows)
        days = patients[time].cast(pl.Float64).to_numpy()
        ended = patients[event].to_numpy().astype(bool)
        seed = int(trial.trial.manifest.get("scenario", {}).get("seed") or 0)
        purpose = f"report/check of {endpoint}"
        # Each study is of one version of the population.
        studies = np.arange(STUDIES)
        heights = np.array([[f.height] for f in versions])
        starts = np.cumsum(heights, axis=0) - heights
        of = studies % len(versions)
        who = starts[of] + (uniform(seed, purpose, studies, size) * heights[of]).astype(np.int64)
        at = np.linspace(0, days.max(), CURVE_POINTS)
        everyone = np.ones(who.shape, dtype=bool)
        band = curve_bands(survival_at(days[who], ended[who], everyone, at), at)
        checks.append(Check(endpoint, band, size, tuple(_point(row) for row in rows)))
    return checks


def _point(row: dict[str, Any]) -> tuple[float, float, str]:
    """A published number as a point of a survival curve."""
    words = f"{row['quantity']} (n = {row['n']})"
    if row["kind"] == "survival":
        return row["published"], 50.0, words
    return float(row["readout"].partition("months=")[2]), row["published"], words


def _needs(one: Observation) -> float:
    """Days of follow-up that a readout rests on; infinite if the tables do not hold it."""
    name, *words = one.readout.split()
    if READOUTS[name].__module__ != tables.__name__:
        return math.inf
    arguments = dict(word.split("=") for word in words)
    months = float(arguments.get("months", 0))
    return max(DAYS_PER_MONTH * months, float(arguments.get("until_day", 0)))


def _row(one: Observation, trial: Tables, follow_up: float) -> list[dict[str, Any]]:
    """The row of an observation; none where the trial cannot say."""
    try:
        found = _predicted(one, trial)
    except InputError:
        return []  # a readout of something that this trial does not record
    if found is None:
        return []
    low, _, lower, median, upper, _, high = found.quantiles
    if math.isinf(median) and one.value * DAYS_PER_MONTH > follow_up:
        return []
    printed: tuple[float | None, float | None] = (one.interval_low, one.interval_high)
    if math.isnan(one.interval_low) or math.isnan(one.interval_high):
        printed = (None, None)
        if one.kind == "proportion":
            share = proportion(min(round(one.value * one.n / 100), one.n), one.n)
            printed = (100 * share.low, 100 * share.high)
    return [
        {
            "id": one.id,
            "domain": one.domain,
            "quantity": one.quantity,
            "unit": one.unit,
            "kind": one.kind,
            "readout": one.readout,
            "n": one.n,
            "published": one.value,
            "published_low": printed[0],
            "published_high": printed[1],
            "low": low,
            "lower": lower,
            "median": median,
            "upper": upper,
            "high": high,
            "inside": found.inside,
            "source": one.source,
        }
    ]


def _predicted(one: Observation, trial: Tables) -> Prediction | None:
    """Studies of the published size; each is of one version of the population."""
    replicates = -(-REPLICATES // len(trial.versions))
    made = []
    for seed, patients in enumerate(trial.versions, start=1):
        simulated = {one.scenario: _simulated(one, trial, patients)}
        values = read(one.readout, one.scenarios, simulated, one.id)
        made.append(predict(one, values, seed=seed, replicates=replicates))
    known = [found for found in made if found is not None]
    if len(made) == 1 or not known:
        return made[0]
    return joined(one, known)


def _simulated(one: Observation, trial: Tables, patients: pl.DataFrame) -> Simulated:
    """The trial as readouts want it; of the long tables only what this one reads."""
    name, *words = one.readout.split()
    asked = {word.partition("=")[2] for word in words}
    columns = [c for c in patients.columns if c in asked or c.startswith(_READ)]
    held = {"patients": patients.select(columns)}
    if name == "with_event":
        held["events"] = collect(trial.trial.events)
    if name == "graded":
        held["toxicity"] = collect(trial.toxicity.filter(pl.col("grade") > 0))
    return Simulated(
        name=one.scenario,
        at=_NOTHING,
        courses={},
        dose_IU=_NOTHING,
        slot_day=_NOTHING,
        slot_cycle=_NOTHING,
        covariates={},
        pM_per_IU_mL=math.nan,
        tables=held,
    )
