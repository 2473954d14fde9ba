"""Nominal bodies given any molecule at any dose, thousands of designs in one batch.

No clinic: every dose of the regimen is given, without fluids or vasopressor, so that designs
differ by their molecule and dose alone.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aldesim import model
from aldesim.design.effects import EFFECTS
from aldesim.drug import Molecule
from aldesim.drug.units import pmol_from
from aldesim.errors import InputError
from aldesim.regimen import Regimen
from aldesim.regimen.body_surface import body_surface_area

HEIGHT_CM = 172.0
"""Of the nominal patient, for doses per square metre; assumption."""
STEP_DAYS = 1 / 8
AFTER_DAYS = 3.0
"""How long a course is watched after its last dose."""
DESIGNS = 200_000
"""Most designs in one batch: some kilobytes of memory each."""


@dataclass(frozen=True, eq=False)
class Exposure:
    """What designs do.

    Parameters
    ----------
    days : float
        How long they were watched, from the first dose.
    effects : dict of str to ndarray, shape (n,)
        Each effect of `EFFECTS`, by name.
    """

    days: float
    effects: dict[str, np.ndarray]


def first_dose(regimen: Regimen, molecule: Molecule) -> float:
    """First dose of a regimen in the nominal patient, pmol/kg of the molecule it is written for."""
    slot = regimen.slots()[0]
    weight = model.parameter_table()["body_weight"].value
    per, unit = slot.unit.partition("/")[::2][1] or "", slot.unit.partition("/")[0]
    area = float(body_surface_area(weight, HEIGHT_CM))
    size = {"kg": weight, "m2": area, "": 1.0}[per]
    return float(pmol_from(slot.amount * size, unit, molecule)) / weight  # type: ignore[arg-type]


def expose(
    regimen: Regimen,
    dose: np.ndarray,
    parameters: Mapping[str, np.ndarray],
    releasable: np.ndarray | bool = False,
    effects: Sequence[str] = tuple(EFFECTS),
) -> Exposure:
    """Effects of designs over the first cycle of a regimen and three days more.

    Parameters
    ----------
    regimen : Regimen
        Route and times; its amounts count only relative to its first dose.
    dose : ndarray, shape (n,)
        First dose of each design, pmol/kg.
    parameters : mapping of str to ndarray, shape (n,)
        Parameters of the model that the molecules set; the rest is nominal.
    releasable : ndarray of bool, shape (n,)
        Whether the molecule is given as a conjugate that sets it free.
    effects : sequence of str
        Which effects; default all.

    Raises
    ------
    InputError
        If doses are not positive, are too many, or a design cannot be integrated.
    """
    dose = np.atleast_1d(np.asarray(dose, dtype=float))
    if not (np.isfinite(dose) & (dose > 0)).all():
        raise InputError("design", "dose", float(dose.min()), "must be pmol/kg, above 0")
    if len(dose) > DESIGNS:
        raise InputError("design", "designs", f"{len(dose):,}", f"must be {DESIGNS:,} or fewer")
    slots = regimen.slots()
    cycle = np.flatnonzero(slots.cycle == slots.cycle[0])
    start = slots.time[cycle]
    stop = start + slots.duration[cycle]
    share = slots.amount[cycle] / slots.amount[0]
    days = float(stop[-1]) + AFTER_DAYS
    watch = np.arange(0.0, days + 1e-9, STEP_DAYS)
    times = np.unique(np.round(np.concatenate([watch, start, stop, [days]]), 9))
    conjugate = np.broadcast_to(np.asarray(releasable, dtype=bool), dose.shape)
    weight = model.parameter_table()["body_weight"].value
    observables = tuple(dict.fromkeys(EFFECTS[name].observable for name in effects))

    batch = model.load().batch(
        dict(parameters), len(dose), scale=model.state_scales(), threads=os.cpu_count() or 1
    )
    route, seen = str(slots.route[0]), []
    inputs = {"infusion_rate": np.zeros_like(dose), "prodrug_rate": np.zeros_like(dose)}
    for time in times:
        batch.advance(float(time), inputs)
        seen.append(batch.observe(observables))
        if (np.abs(stop - time) < 1e-9).any():
            inputs = {name: np.zeros_like(dose) for name in inputs}
        due = np.flatnonzero(np.abs(start - time) < 1e-9)
        if due.size:
            amount = dose * weight * share[due[0]]
            duration = slots.duration[cycle][due[0]]
            for given, flow, state in (
                (np.where(conjugate, 0.0, amount), "infusion_rate", "il2_central"),
                (np.where(conjugate, amount, 0.0), "prodrug_rate", "il2_prodrug"),
            ):
                if duration > 0:
                    inputs[flow] = given / duration
                elif route != "oral":  # digested: nothing of the protein reaches the blood
                    batch.add("il2_depot" if route == "SC" else state, given)
    if batch.status.any():
        first = int(batch.status.argmax())
        raise InputError("design", "dose", f"{dose[first]:.4g} pmol/kg", batch.failure(first))
    courses = {name: np.array([row[name] for row in seen]) for name in observables}
    return Exposure(
        days=days,
        effects={
            name: EFFECTS[name].reduce(times, courses[EFFECTS[name].observable]) for name in effects
        },
    )


def stacked(molecules: Sequence[Molecule]) -> dict[str, np.ndarray]:
    """Parameters that the molecules set, each of shape (m,); aldesleukin's where one sets none."""
    sets = [molecule.model_parameters() for molecule in molecules]
    table = model.parameter_table()
    return {
        name: np.array([float(one.get(name, table[name].value)) for one in sets])
        for name in sorted({name for one in sets for name in one})
    }
