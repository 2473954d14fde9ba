"""Bodies driven in open loop: doses and orders as given, any observable at any minute.

The clinic looks once an hour, while a half-life is a matter of minutes. Here the same bodies get
what was planned, or what a finished trial wrote down, and are looked at on the times of the
published experiment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from aldesim.errors import InputError
from aldesim.timeunits import MINUTES_PER_DAY
from aldesim.trial.before import changes
from aldesim.trial.body import begin, give, stop_infusions

if TYPE_CHECKING:
    import polars as pl

    from aldesim.population import VirtualPatients
    from aldesim.trial.protocol import Protocol

LEVELS = 121  # concentrations of a dose-response curve, evenly spaced in the logarithm


def slot_minutes(protocol: Protocol) -> np.ndarray:
    """Start of each planned dose, whole minutes from the first, shape (s,)."""
    return np.rint(protocol.regimen.slots().time * MINUTES_PER_DAY).astype(np.int64)


def planned_IU(protocol: Protocol, virtual: VirtualPatients) -> np.ndarray:  # noqa: N802
    """Planned dose of each slot and patient, IU, or mg of a drug dosed by mass, shape (s, n)."""
    slots, covariates = protocol.regimen.slots(), virtual.covariates
    weight, area = covariates["body_weight"], covariates["BSA"]
    return np.stack([slots.dose(index, weight, area) for index in range(len(slots))])


def given_IU(protocol: Protocol, doses: pl.DataFrame, patients: np.ndarray) -> np.ndarray:  # noqa: N802
    """Dose given by the ledger of a trial for each slot and patient, shape (s, n).

    IU, or mg of a drug dosed by mass.
    """
    slots, column = protocol.regimen.slots(), f"given_{protocol.amount_unit}"
    first = {cycle: int(np.argmax(slots.cycle == cycle)) for cycle in np.unique(slots.cycle)}
    given = np.zeros((len(slots), len(patients)))
    start = doses["cycle"].replace_strict(first, return_dtype=doses["cycle"].dtype).to_numpy()
    rows = start + doses["slot"].to_numpy() - 1
    given[rows, np.searchsorted(patients, doses["id"].to_numpy())] = doses[column].to_numpy()
    return given


def drive(
    protocol: Protocol,
    patients: np.ndarray,
    *,
    dose_IU: np.ndarray,
    watch: np.ndarray,
    observe: Sequence[str],
    inputs: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    orders: pl.DataFrame | None = None,
) -> dict[str, np.ndarray]:
    """Courses of observables, each of shape (t, n).

    An instant is looked at before the dose that is due then.

    Parameters
    ----------
    protocol : Protocol
        Model, population, molecule and regimen.
    patients : ndarray of int, shape (n,)
        Patient indices, rising.
    dose_IU : ndarray, shape (s, n)
        Dose of each slot of the regimen, 0 for none; mg of a drug dosed by mass.
    watch : ndarray of int, shape (t,)
        Minutes from the first dose, rising.
    observe : sequence of str
        Observables of the model.
    inputs : mapping of str to sequence of (day, value), optional
        Inputs as steps, in the model's units: each value holds from its day on.
    orders : DataFrame, optional
        Table `orders` of a trial, these patients only.

    Raises
    ------
    InputError
        If the model has no such observable or input.
    """
    for field, names, known in (
        ("observe", observe, protocol.model.observables),
        ("inputs", inputs or {}, protocol.model.inputs),
    ):
        for name in names:
            if name not in known:
                raise InputError(f"experiment {protocol.scenario.name}", field, name, "unknown")
    slots, starts, size = protocol.regimen.slots(), slot_minutes(protocol), len(patients)
    stops = starts + np.rint(slots.duration * MINUTES_PER_DAY).astype(np.int64)
    due = _by_minute(orders)
    for name, steps in (inputs or {}).items():
        for day, value in steps:
            change = (name, patients, np.full(size, float(value)))
            due.setdefault(round(day * MINUTES_PER_DAY), []).append(change)
    virtual, batch = begin(protocol, patients)
    if orders is None:  # else it is among them
        scenario = protocol.scenario
        for day, values in changes(scenario.before, virtual, scenario.parameters):
            given = [(name, patients, value) for name, value in values.items()]
            due.setdefault(round(day * MINUTES_PER_DAY), []).extend(given)
    end = int(watch.max())
    instants = {*starts.tolist(), *stops.tolist(), *due, *watch.tolist()}
    now = {name: np.full(size, value) for name, value in protocol.model.inputs.items()}
    seen: dict[str, list[np.ndarray]] = {name: [] for name in observe}
    wanted, slot_at = set(watch.tolist()), {int(m): i for i, m in enumerate(starts)}
    for minute in sorted(m for m in instants if m <= end):
        batch.advance(minute / MINUTES_PER_DAY, now)
        if minute in wanted:
            for name, values in batch.observe(observe).items():
                seen[name].append(values)
        if minute in stops:
            stop_infusions(now)
        if minute in slot_at:
            index = slot_at[minute]
            give(protocol, batch, now, slots[index], dose_IU[index])
        for name, ids, values in due.get(minute, ()):
            changed = now[name].copy()
            changed[np.searchsorted(patients, ids)] = values
            now[name] = changed
    return {name: np.stack(rows) for name, rows in seen.items()}


def _by_minute(
    orders: pl.DataFrame | None,
) -> dict[int, list[tuple[str, np.ndarray, np.ndarray]]]:
    """Orders by the minute at which they begin."""
    due: dict[int, list[tuple[str, np.ndarray, np.ndarray]]] = {}
    if orders is None:
        return due
    for (day, name), rows in orders.partition_by("time", "input", as_dict=True).items():
        minute = round(day * MINUTES_PER_DAY)
        due.setdefault(minute, []).append((name, rows["id"].to_numpy(), rows["value"].to_numpy()))
    return due


def set_levels(
    protocol: Protocol, patients: np.ndarray, range_pM: tuple[float, float], observe: Sequence[str]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Observables of resting bodies at set tissue concentrations, and the concentrations.

    The drug is put into tissue and looked at before anything can react, as in a dish.

    Parameters
    ----------
    protocol : Protocol
        Model and population.
    patients : ndarray of int, shape (n,)
        Patient indices.
    range_pM : tuple of float
        Lowest and highest free concentration.
    observe : sequence of str
        Observables of the model.

    Returns
    -------
    levels : ndarray, shape (t,)
        pM.
    seen : dict of str to ndarray, shape (t, n)
    """
    levels = np.geomspace(*range_pM, LEVELS)
    seen: dict[str, list[np.ndarray]] = {name: [] for name in observe}
    for level in levels:
        _, batch = begin(protocol, patients)
        at_rest = batch.observe(["peripheral_volume", "il2_free_fraction", "il2_tissue"])
        missing = level - at_rest["il2_tissue"]
        batch.add(
            "il2_peripheral", missing * at_rest["peripheral_volume"] / at_rest["il2_free_fraction"]
        )
        got = batch.observe([*observe, "il2_tissue"])
        if not np.allclose(got["il2_tissue"], level, rtol=1e-6):
            raise InputError(
                f"experiment {protocol.scenario.name}", "levels", level, "cannot be set in tissue"
            )
        for name in observe:
            seen[name].append(got[name])
    return levels, {name: np.stack(rows) for name, rows in seen.items()}
