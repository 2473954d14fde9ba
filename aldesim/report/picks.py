"""Which patients are worth showing hour by hour, and why."""

from typing import NamedTuple

import polars as pl

from aldesim.report.tables import Tables, Trial
from aldesim.report.wording import number

COLUMNS = ("id", "doses_given", "best_response", "off_treatment", "MAP_min", "creatinine_max",
           "weight_gain_max_pct", "death_cause")  # fmt: skip


class Pick(NamedTuple):
    """A patient to show and what makes it worth seeing."""

    id: int
    why: str


def pick_patients(trial: Trial, most: int = 8) -> list[Pick]:
    """A few telling patients: typical, responders, early stop, extremes of toxicity.

    Parameters
    ----------
    trial : Trial
        The finished trial.
    most : int
        How many at most.

    Returns
    -------
    list of Pick
        Distinct patients, always the same for the same trial.
    """
    return picks_of(Tables(trial).patients, most)


def picks_of(patients: pl.DataFrame, most: int = 8) -> list[Pick]:
    """As `pick_patients`, from the patients that count."""
    if patients.is_empty():
        return []
    patients = patients.select(COLUMNS)
    usual = patients["doses_given"].median() or 0
    first = {
        "a typical number of doses": (
            (pl.col("doses_given").cast(pl.Float64) - usual).abs(),
            pl.lit(True),
        ),
        "complete response": (-pl.col("doses_given"), pl.col("best_response") == "CR"),
        "partial response": (-pl.col("doses_given"), pl.col("best_response") == "PR"),
        "stopped earliest": (pl.col("doses_given"), pl.col("off_treatment") != ""),
        "lowest pressure": (pl.col("MAP_min"), pl.lit(True)),
        "highest creatinine": (-pl.col("creatinine_max"), pl.lit(True)),
        "most doses": (-pl.col("doses_given"), pl.lit(True)),
        "most weight gained": (-pl.col("weight_gain_max_pct"), pl.lit(True)),
        "died of treatment": (pl.col("id"), pl.col("death_cause").str.contains("treatment")),
        "progressive disease": (-pl.col("doses_given"), pl.col("best_response") == "PD"),
    }
    picks: list[Pick] = []
    for why, (order, condition) in first.items():
        taken = [pick.id for pick in picks]
        found = patients.filter(condition & ~pl.col("id").is_in(taken)).sort(
            order, "id", nulls_last=True
        )
        if len(picks) < most and not found.is_empty():
            row = found.row(0, named=True)
            picks.append(Pick(int(row["id"]), _detail(why, row)))
    return picks


def _detail(why: str, row: dict) -> str:
    value = {
        "lowest pressure": f" (mean arterial {number(row['MAP_min'])} mmHg)",
        "highest creatinine": f" ({number(row['creatinine_max'], 1)} mg/dL)",
        "most weight gained": f" (+{number(row['weight_gain_max_pct'], 1)} %)",
    }.get(why, "")
    return f"{why}{value}, {row['doses_given']} doses, {row['best_response']}"
