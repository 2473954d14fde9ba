"""Frozen replay: patients rebuilt from what was written down, with nothing left to decide.

The ledger and the orders hold everything that was done to a patient. Put into a fresh body in open
loop, they give the same course, which proves that nothing else acted on it. The replay also gives
any patient hour by hour, though a run keeps only a few instants a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from aldesim.errors import InputError
from aldesim.trial.body import begin, give, stop_infusions
from aldesim.trial.clock import NONE
from aldesim.trial.journal import Courses
from aldesim.trial.protocol import Protocol, restore
from aldesim.trial.result import TrialResult

SAMPLE = 8


def replay(result: TrialResult, patients: Sequence[int]) -> pl.DataFrame:
    """Courses of some patients at every instant of the clock: hourly in hospital.

    Parameters
    ----------
    result : TrialResult
        A finished run.
    patients : sequence of int
        Patient indices.

    Returns
    -------
    DataFrame
        Columns of the table `courses`; time in days.

    Raises
    ------
    InputError
        If the run has no such patient, or this program's inputs are no longer those of the run.
    """
    protocol = protocol_of(result)
    ids = np.array(sorted(patients), dtype=np.int64)
    who = protocol.patients(0, protocol.places - 1)
    known = np.arange(protocol.places) if protocol.versions else who
    for wrong in ids[~np.isin(ids, known)].tolist():
        allowed = f"must be within {known[0]} and {known[-1]}"
        if protocol.enrolled is not None:
            allowed += ", among those that were eligible"
        raise InputError("replay", "patients", wrong, allowed)
    if not protocol.versions or not ids.size:
        return _replayed(result, protocol, ids, ids)
    of = ids // protocol.scenario.patients
    parts = [
        _replayed(result, protocol.alone[version], ids[of == version], who[ids[of == version]])
        for version in np.unique(of)
    ]
    return pl.concat(parts)


def _replayed(
    result: TrialResult, protocol: Protocol, ids: np.ndarray, patients: np.ndarray
) -> pl.DataFrame:
    """Courses of patients of one protocol, whose rows of the tables have these ids."""
    wanted = pl.col("id").is_in(ids.tolist())
    number = pl.col("id").replace_strict(ids, patients)
    doses = result.doses.filter(wanted).with_columns(number).collect()
    orders = result.orders.filter(wanted).with_columns(number).collect()
    ends = result.patients.filter(wanted).sort("id").select("died", "death_day").collect()
    death = np.where(ends["died"], ends["death_day"], np.inf)
    return open_loop(protocol, patients, doses, orders, death).frame(ids)


@dataclass(frozen=True)
class ReplayCheck:
    """How far rebuilt courses are from those of the closed loop.

    Parameters
    ----------
    patients : tuple of int
        The sample.
    values : int
        Values compared.
    max_difference : float
        Largest absolute difference of any sign, in its own unit; 0 if every bit is the same,
        infinite if a value is missing on one side only.
    """

    patients: tuple[int, ...]
    values: int
    max_difference: float


def check_replay(result: TrialResult, most: int = SAMPLE) -> ReplayCheck:
    """Frozen replay of a sample of patients, compared with the courses that the run kept.

    Parameters
    ----------
    result : TrialResult
        A finished run.
    most : int
        Patients at most, spread evenly over those whose simulation did not fail.
    """
    ids = result.patients.filter(pl.col("status") == "ok").select("id").collect()["id"].to_numpy()
    sample = ids[np.unique(np.linspace(0, len(ids) - 1, most).astype(int))] if len(ids) else ids
    chosen = [int(i) for i in sample]
    if not chosen:
        return ReplayCheck((), 0, 0.0)
    kept = result.courses.filter(pl.col("id").is_in(chosen)).sort("id", "time").collect()
    again = replay(result, chosen).join(kept.select("id", "time"), on=["id", "time"], how="semi")
    one, two = (
        frame.sort("id", "time").select(kept.columns[2:]).to_numpy().astype(float)
        for frame in (kept, again)
    )
    if one.shape != two.shape or (np.isnan(one) != np.isnan(two)).any():
        return ReplayCheck(tuple(chosen), one.size, float("inf"))
    return ReplayCheck(tuple(chosen), one.size, float(np.nanmax(np.abs(one - two), initial=0.0)))


def protocol_of(result: TrialResult) -> Protocol:
    """Protocol of a finished run, checked to be what this program would run today.

    Raises
    ------
    InputError
        If the model or its parameters have changed since.
    """
    protocol = restore(result.manifest["inputs"])
    for name, digest in protocol.hashes.items():
        if result.manifest["hashes"].get(name) != digest:
            raise InputError(
                str(result.folder / "manifest.json"),
                f"hashes.{name}",
                str(result.manifest["hashes"].get(name))[:8],
                f"differs from this program's {digest[:8]}: replay with the version of the run",
            )
    return protocol


def open_loop(
    protocol: Protocol,
    patients: np.ndarray,
    doses: pl.DataFrame,
    orders: pl.DataFrame,
    death: np.ndarray,
) -> Courses:
    """Courses of bodies that get exactly these doses and orders, nothing decided.

    Parameters
    ----------
    protocol : Protocol
        For the model, the patients and the clock.
    patients : ndarray of int, shape (n,)
        Patient indices, rising.
    doses, orders : DataFrame
        Their rows of the tables of those names.
    death : ndarray, shape (n,)
        Day of death, infinite for the living: signs end there.
    """
    clock, slots = protocol.clock, protocol.slots
    _, batch = begin(protocol, patients)
    inputs = {name: np.full(len(patients), value) for name, value in protocol.model.inputs.items()}
    due = {day: rows for (day,), rows in orders.partition_by("time", as_dict=True).items()}
    given = {day: rows for (day,), rows in doses.partition_by("time", as_dict=True).items()}
    courses = Courses(protocol.course_signs)

    def follow(day: float) -> None:
        for row in due.get(day, orders.clear()).iter_rows(named=True):
            values = inputs[row["input"]].copy()
            values[np.searchsorted(patients, row["id"])] = row["value"]
            inputs[row["input"]] = values

    for day in sorted(day for day in due if day < clock.days[0]):
        batch.advance(day, inputs)
        follow(day)
    for instant, day in enumerate(clock.days.tolist()):
        batch.advance(day, inputs)
        courses.note(day, batch.observe(courses.signs), day < death)
        if clock.infusion_end[instant]:
            stop_infusions(inputs)
        if clock.slot[instant] != NONE:
            dose = np.zeros(len(patients))
            for row in given.get(day, doses.clear()).iter_rows(named=True):
                dose[np.searchsorted(patients, row["id"])] = row[f"given_{protocol.amount_unit}"]
            give(protocol, batch, inputs, slots[int(clock.slot[instant])], dose)
        follow(day)
    return courses
