"""Readouts of the tables of a trial: doses, response, durations, survival, worst values."""

from __future__ import annotations

import numpy as np
import polars as pl

from aldesim.errors import InputError
from aldesim.evidence.readouts.values import Values
from aldesim.evidence.simulated import Simulated
from aldesim.timeunits import DAYS_PER_MONTH

RESPONDERS = {"CR": ("CR",), "PR": ("PR",), "SD": ("SD",), "objective": ("CR", "PR")}


def _patients(data: Simulated) -> pl.DataFrame:
    """Patients whose simulation did not fail."""
    return data.table("patients").filter(pl.col("status") == "ok")


def column(data: Simulated, name: str, scale: float = 1.0) -> Values:
    """A column of the table of patients, times a scale."""
    return Values(scale * _number(data, name))


def share(data: Simulated, name: str, at_least: float = -np.inf, below: float = np.inf) -> Values:
    """1 for patients whose column is at least one limit and below another."""
    values = _number(data, name)
    inside = ((values >= at_least) & (values < below)).astype(float)
    return Values(np.where(np.isnan(values), np.nan, inside))


def share_of(data: Simulated, name: str, start: str, at_least: float) -> Values:
    """1 for patients in whom one column is at least so many times another."""
    return Values((_number(data, name) >= at_least * _number(data, start)).astype(float))


def treated_share(data: Simulated, name: str) -> Values:
    """1 for patients with the property, such as `pressor_used`."""
    return Values(_patients(data)[name].cast(pl.Float64).to_numpy())


def with_event(data: Simulated, kind: str, until_day: float) -> Values:
    """1 for patients who met an event of a kind by a day."""
    met = data.table("events").filter((pl.col("kind") == kind) & (pl.col("time") <= until_day))
    ids = _patients(data)["id"]
    return Values(ids.is_in(met["id"].unique().implode()).cast(pl.Float64).to_numpy())


def graded(data: Simulated, term: str, at_least: float) -> Values:
    """1 for patients whose worst CTCAE grade of a term (spaces as underscores) is at least this.

    Raises
    ------
    InputError
        If the trial does not grade the term.
    """
    table = data.table("toxicity")
    rows = table.filter(pl.col("term") == term.replace("_", " "))
    if rows.is_empty():
        known = ", ".join(sorted(table["term"].unique().to_list()))
        raise InputError(f"experiment {data.name}", "term", term, f"must be one of {known}")
    worst = rows.filter(pl.col("grade") >= at_least)["id"]
    return Values(_patients(data)["id"].is_in(worst.implode()).cast(pl.Float64).to_numpy())


def response(data: Simulated, best: str) -> Values:
    """1 for patients whose best response is this: CR, PR, SD or objective."""
    return Values(_best(data, best).astype(float))


def died_of(data: Simulated, cause: str) -> Values:
    """1 for patients who died of "treatment" or "disease"."""
    patients = _patients(data)
    return Values((patients["died"] & (patients["death_cause"] == cause)).cast(float).to_numpy())


def survival(data: Simulated) -> Values:
    """Months from the start to death."""
    patients = _patients(data)
    return Values(patients["death_day"].to_numpy() / DAYS_PER_MONTH, patients["died"].to_numpy())


def progression_free(data: Simulated) -> Values:
    """Months from the start to progression or death."""
    patients = _patients(data)
    months = patients["progression_day"].to_numpy() / DAYS_PER_MONTH
    return Values(months, patients["progressed"].to_numpy())


def alive(data: Simulated, months: float) -> Values:
    """1 for patients alive at a month."""
    dead_by = survival(data)
    assert dead_by.event is not None
    return Values((~(dead_by.event & (dead_by.value <= months))).astype(float))


def duration(data: Simulated, best: str) -> Values:
    """Months from response to progression or death, in patients with this best response."""
    patients = _patients(data)
    days = patients["progression_day"].to_numpy() - patients["response_day"].to_numpy()
    chosen = _best(data, best)
    return Values(
        np.where(chosen, days / DAYS_PER_MONTH, np.nan), patients["progressed"].to_numpy()
    )


def still_free(data: Simulated, best: str, months: float) -> Values:
    """1 for responders of this kind without progression or death at a month from the start."""
    until = progression_free(data)
    assert until.event is not None
    free = (~(until.event & (until.value <= months))).astype(float)
    return Values(np.where(_best(data, best), free, np.nan))


def cycle_doses(data: Simulated, cycle: float, of: float) -> Values:
    """Doses of one cycle, percent of those of another, in patients with any in the latter."""
    one, other = (_number(data, f"doses_cycle_{int(number)}") for number in (cycle, of))
    return Values(np.where(other > 0, 100 * one / np.where(other > 0, other, 1.0), np.nan))


def _best(data: Simulated, best: str) -> np.ndarray:
    if best not in RESPONDERS:
        raise InputError("readout", "best", best, f"must be one of {', '.join(RESPONDERS)}")
    return _patients(data)["best_response"].is_in(RESPONDERS[best]).to_numpy()


def _number(data: Simulated, name: str) -> np.ndarray:
    patients = _patients(data)
    if name not in patients.columns:
        raise InputError(f"experiment {data.name}", "name", name, "is no column of the patients")
    return patients[name].cast(pl.Float64).to_numpy()
