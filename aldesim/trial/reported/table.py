"""The table of endpoints of a finished trial."""

from pathlib import Path

import polars as pl
import polars.selectors as cs

from aldesim import model
from aldesim.trial.protocol import restore
from aldesim.trial.reported.courses import course_rows, level_rows
from aldesim.trial.reported.doses import dose_rows
from aldesim.trial.reported.harm import harm_rows
from aldesim.trial.reported.rows import CONFIDENCE, SCHEMA, unit_words
from aldesim.trial.reported.tumour import response_rows, survival_rows
from aldesim.trial.result import TrialResult
from aldesim.wholefile import write_text

DIGITS = 10  # 17.6 %, not a bit less


def reported(result: TrialResult) -> pl.DataFrame:
    """Endpoints of a trial in the words and statistics of papers.

    Patients whose simulation failed are in no denominator; cells and levels are those of patients
    alive on the day.

    Returns
    -------
    DataFrame
        `group`, `endpoint`, `statistic` ("percent of patients", "mean", "median", "percent at M
        months"), `day` (where it belongs to one), `value`, `low`, `high`, `range` (what the two
        are: a 95 % interval or quartiles), `sd` (of a mean), `unit`, `n`. Infinite where a
        time is not reached. Over versions of a population the intervals are left out.
    """
    protocol = restore(result.manifest["inputs"])
    scenario, molecule = protocol.scenario, protocol.molecule
    patients = result.patients.filter(pl.col("status") == "ok").collect().sort("id")
    ids = patients["id"].implode()
    doses = result.doses.filter(pl.col("id").is_in(ids))
    rows = response_rows(patients, scenario.follow_up_days) if protocol.population.tumour else []
    rows += survival_rows(patients, scenario.follow_up_days) if protocol.population.tumour else []
    rows += dose_rows(patients, doses, protocol.amount_unit, protocol.rules)
    rows += harm_rows(patients, result.toxicity.filter(pl.col("id").is_in(ids)), result.events)
    more = scenario.reported
    kept = set(protocol.course_signs)
    rows += course_rows(
        result.courses,
        patients,
        units={name: unit_words(model.load().unit(name)) for name in kept},
        days=more.days,
        signs=[*more.signs, *(name for name in ("viral_load",) if name in kept)],
    )
    in_iu = molecule.specific_activity is not None
    rows += level_rows(
        result.courses,
        doses,
        patients,
        hours=more.hours,
        per_unit=float(molecule.pM(1.0)) if in_iu else 1.0,
        unit="IU/mL" if in_iu else "pM",
    )
    table = pl.DataFrame(rows, schema=SCHEMA).with_columns(cs.float().round_sig_figs(DIGITS))
    if result.versions == 1:
        return table
    # Patients of several versions are no sample of one: their number says nothing of certainty.
    chance = pl.col("range") == CONFIDENCE
    return table.with_columns(
        pl.when(~chance).then(pl.col(name)).alias(name) for name in ("low", "high", "range")
    )


def write_reported(result: TrialResult) -> Path:
    """Write `endpoints.csv` into the run folder, replaced in one step; returns its path."""
    return write_text(result.folder / "endpoints.csv", reported(result).write_csv())
