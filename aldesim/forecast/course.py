"""Bodies of many candidates for one person: the doses and orders of that person, in open loop.

Every dose is given as recorded or planned, whatever the signs. Where the data name no orders the
standing orders of a ward act on each candidate's own signs, hour by hour, as they do in a trial.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aldesim import model
from aldesim.care import SupportMemory, orders
from aldesim.engine import Batch
from aldesim.forecast.person import Person
from aldesim.forecast.setting import Setting
from aldesim.population import VirtualPatients
from aldesim.regimen.regimen import INFUSED
from aldesim.timeunits import MINUTES_PER_DAY, MINUTES_PER_HOUR
from aldesim.trial.signs import CHARTED_ONLY, READ, Chart

RTOL = 1e-3  # of a step: far below the error of any reading
STAY_AFTER_DOSE = 72 * MINUTES_PER_HOUR  # in hospital so long after the last intravenous dose
INPATIENT_ROUTES = ("IV_infusion", "IV_bolus", "CIV")
_SEEN = tuple(dict.fromkeys((*READ, *CHARTED_ONLY)))

Course = dict[str, NDArray[np.float64]]


class Doses:
    """Doses of one person in minutes, the planned ones for each candidate's own size.

    Parameters
    ----------
    setting : Setting
        Holds the plan.
    person : Person
        Doses of the data file.
    virtual : VirtualPatients
        Candidates.
    """

    def __init__(self, setting: Setting, person: Person, virtual: VirtualPatients):
        size = len(virtual.patients)
        given = person.doses
        self.start = np.rint(given.time * MINUTES_PER_DAY).astype(np.int64)
        self.length = np.rint(given.duration * MINUTES_PER_DAY).astype(np.int64)
        self.route = given.route.tolist()
        self.IU = [np.full(size, amount) for amount in given.amount]
        if setting.plan is not None:
            slots = setting.plan.slots()
            first = next_hour(max(person.last_minute, int(self.start.max(initial=0))))
            weight, area = virtual.covariates["body_weight"], virtual.covariates["BSA"]
            starts = np.rint(slots.time * MINUTES_PER_DAY).astype(np.int64) + first
            lengths = np.rint(slots.duration * MINUTES_PER_DAY).astype(np.int64)
            self.start = np.concatenate((self.start, starts))
            self.length = np.concatenate((self.length, lengths))
            self.route = [*self.route, *slots.route.tolist()]
            self.IU += [slots.dose_IU(k, weight, area) for k in range(len(slots))]

    def hospital(self, minute: int) -> tuple[bool, float]:
        """Whether the person is in hospital, and the hours since the last dose (NaN for none)."""
        before = [start for start in self.start.tolist() if start <= minute]
        hours = (minute - max(before)) / MINUTES_PER_HOUR if before else np.nan
        here = any(
            0 <= minute - start <= STAY_AFTER_DOSE
            for start, route in zip(self.start.tolist(), self.route, strict=True)
            if route in INPATIENT_ROUTES
        )
        return here, hours

    def instants(self) -> set[int]:
        """Minutes at which a dose starts or ends."""
        return {*self.start.tolist(), *(self.start + self.length).tolist()}

    def ward_hours(self, end: int) -> set[int]:
        """Minutes of the hourly rounds of the ward until `end`, the one of discharge included."""
        hours = np.arange(0, end + 1, MINUTES_PER_HOUR)
        here = np.zeros(len(hours), dtype=bool)
        for start, route in zip(self.start.tolist(), self.route, strict=True):
            if route in INPATIENT_ROUTES:
                here |= (hours >= start) & (hours <= start + STAY_AFTER_DOSE + MINUTES_PER_HOUR)
        return set(hours[here].tolist())


def next_hour(minute: int) -> int:
    """First full hour after a minute."""
    return (minute // MINUTES_PER_HOUR + 1) * MINUTES_PER_HOUR


def simulate(
    setting: Setting,
    person: Person,
    virtual: VirtualPatients,
    watch: NDArray[np.int64],
    observe: Sequence[str],
) -> Course:
    """Courses of observables in every candidate, each of shape (t, n).

    An instant is looked at before the dose that is due then. A body that cannot be integrated has
    NaN from there on.

    Parameters
    ----------
    setting : Setting
        Model, molecule, standing orders, plan.
    person : Person
        Doses and orders.
    virtual : VirtualPatients
        Candidates.
    watch : array of int, shape (t,)
        Minutes, rising.
    observe : sequence of str
        Observables of the model.
    """
    size = len(virtual.patients)
    seen = {name: np.empty((len(watch), size)) for name in observe}
    if not len(watch):
        return seen
    doses = Doses(setting, person, virtual)
    batch = setting.model.batch(
        setting.body_parameters(virtual), size,
        rtol=RTOL, scale=model.state_scales(), threads=os.cpu_count() or 1,
    )  # fmt: skip
    ward = _Ward(setting, batch, size) if setting.support else None
    end, at = int(watch[-1]), 0
    rounds = doses.ward_hours(end) if ward else set()
    changes = {minute for minute, _, _ in person.orders} | {person.last_minute}
    now = {name: np.full(size, value) for name, value in setting.model.inputs.items()}
    usual = dict(now)
    recorded: dict[str, float] = {}
    instants = doses.instants() | rounds | changes | set(watch.tolist())
    for minute in sorted(m for m in instants if m <= end):
        batch.advance(minute / MINUTES_PER_DAY, now)
        if at < len(watch) and watch[at] == minute:
            for name, values in batch.observe(observe).items():
                seen[name][at] = values
            at += 1
        if ward and minute in rounds:
            now |= ward.review(minute, *doses.hospital(minute))
        recorded |= {name: value for when, name, value in person.orders if when == minute}
        if minute >= person.last_minute:
            # What was recorded ends with the data: from there on the ward decides, or nobody.
            now |= {name: usual[name] for name in recorded if not ward}
            recorded = {}
        now |= {name: np.full(size, value) for name, value in recorded.items()}
        _dose(setting, batch, doses, minute, now)
    return seen


class _Ward:
    """Standing orders reviewed on the signs as they are."""

    def __init__(self, setting: Setting, batch: Batch, size: int):
        assert setting.support is not None
        self._support, self._inputs = setting.support, setting.model.inputs
        self._batch = batch
        self._chart = Chart(batch.observe(_SEEN))
        self._memory: SupportMemory | None = None
        self._size = size

    def review(self, minute: int, inpatient: bool, hours: float) -> Mapping[str, NDArray]:
        """Orders for the coming hour."""
        seen = self._batch.observe(_SEEN)
        here = np.full(self._size, inpatient)
        bolus = self._memory.fluid_bolus_24h if self._memory else np.zeros(self._size)
        day = minute / MINUTES_PER_DAY
        signs = self._chart.look(day, seen, {}, bolus, here, arriving=~here)
        standing, self._memory = orders(
            self._support, signs, self._memory, np.full(self._size, hours), here, self._inputs
        )
        return {name: values for name, values in standing.items() if name in self._inputs}


def _dose(
    setting: Setting, batch: Batch, doses: Doses, minute: int, now: dict[str, NDArray]
) -> None:
    """Start and end infusions, which add up, and give the boluses of this minute."""
    molecule = setting.molecule
    infusion, bolus = (
        ("prodrug_rate", "il2_prodrug") if molecule.releasable else ("infusion_rate", "il2_central")
    )
    rate = np.zeros(len(now[infusion]))
    for k, route in enumerate(doses.route):
        start, length = int(doses.start[k]), int(doses.length[k])
        if route in INFUSED and length and start <= minute < start + length:
            rate = rate + np.asarray(molecule.pmol(doses.IU[k])) / (length / MINUTES_PER_DAY)
        elif start == minute and route == "SC":
            batch.add("il2_depot", np.asarray(molecule.pmol(doses.IU[k])))
        elif start == minute and route != "oral" and not length:
            batch.add(bolus, np.asarray(molecule.pmol(doses.IU[k])))
    now[infusion] = rate
