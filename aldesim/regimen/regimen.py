"""Regimens: what is given when, read from YAML."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.drug.units import mg_from_ug
from aldesim.errors import InputError
from aldesim.regimen.follow_up import FollowUp
from aldesim.shelf import shelf_file, shelf_names
from aldesim.timeunits import MINUTES_PER_DAY, MINUTES_PER_HOUR
from aldesim.yamlfile import read_yaml

CATALOGUE = Path(__file__).with_name("catalogue")

Route = Literal["IV_infusion", "IV_bolus", "CIV", "SC", "oral"]
DoseUnit = Literal["IU/kg", "IU/m2", "IU", "mg/kg", "mg/m2", "mg", "ug/kg", "ug/m2", "ug"]
AmountUnit = Literal["IU", "mg"]
INFUSED = ("IV_infusion", "CIV")
HOURS_PER_WEEK = 168


class DoseRow(BaseModel):
    """A run of equal doses.

    Parameters
    ----------
    day : int
        Day of the first of them; day 1 is the day of the regimen's first dose.
    count : int
        Number of doses.
    every_hours : float, optional
        From one dose to the next; needed for more than one.
    amount : float
        Of one dose, in `unit`.
    unit : str
        "IU/kg", "IU/m2" or "IU" (flat); or mass, the same with "mg" or "ug".
    minutes : int
        Length of the infusion; 0 for an injection.
    weeks : int
        How many weeks the run is given in, beginning on the same weekday: five days in each of
        four weeks are `count: 5` and `weeks: 4`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: Annotated[int, Field(ge=1, le=3650)]
    count: Annotated[int, Field(ge=1, le=10_000)]
    every_hours: Annotated[float, Field(gt=0)] | None = None
    amount: Annotated[float, Field(gt=0)]
    unit: DoseUnit
    minutes: Annotated[int, Field(ge=0)] = 0
    weeks: Annotated[int, Field(ge=1, le=520)] = 1

    @model_validator(mode="after")
    def _spaced(self) -> "DoseRow":
        if self.count > 1 and self.every_hours is None:
            raise ValueError("more than one dose needs every_hours")
        if self.every_hours is not None and self.minutes > self.every_hours * MINUTES_PER_HOUR:
            raise ValueError("an infusion may not last longer than the interval between doses")
        if self.weeks > 1 and (self.count - 1) * (self.every_hours or 0) >= HOURS_PER_WEEK:
            raise ValueError("a run that is given in several weeks must fit into one")
        return self

    def start_minutes(self) -> np.ndarray:
        """Start of each dose, whole minutes from the regimen's first, shape (count * weeks,)."""
        first = (self.day - 1) * MINUTES_PER_DAY
        gap = (self.every_hours or 0) * MINUTES_PER_HOUR
        week = np.arange(self.weeks)[:, np.newaxis] * HOURS_PER_WEEK * MINUTES_PER_HOUR
        return np.rint(first + week + gap * np.arange(self.count)).astype(np.int64).ravel()


class Cycle(BaseModel):
    """The doses of one cycle, or of several alike.

    Parameters
    ----------
    doses : tuple of DoseRow
        Days count from the regimen's first dose.
    times : int
        How many such cycles follow one another.
    every_days : int, optional
        From the beginning of one to that of the next; needed for more than one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    doses: tuple[DoseRow, ...] = Field(min_length=1)
    times: Annotated[int, Field(ge=1, le=100)] = 1
    every_days: Annotated[int, Field(ge=1, le=3650)] | None = None

    @model_validator(mode="after")
    def _spaced(self) -> "Cycle":
        if self.times > 1 and self.every_days is None:
            raise ValueError("more than one cycle needs every_days")
        return self


@dataclass(frozen=True)
class Slot:
    """One planned dose: see `Slots` for the fields."""

    cycle: int
    slot: int
    time: float
    duration: float
    route: str
    amount: float
    unit: str


@dataclass(frozen=True, eq=False)
class Slots:
    """Planned doses in order of time; read-only arrays of shape (s,).

    Parameters
    ----------
    cycle : ndarray of int
        Cycle, from 1.
    slot : ndarray of int
        Number within the cycle, from 1.
    time : ndarray
        Start, days from the first dose.
    duration : ndarray
        Length of the infusion, days; 0 for an injection.
    route : ndarray of str
        "IV_infusion", "IV_bolus", "CIV", "SC" or "oral".
    amount : ndarray
        Dose, in `unit`.
    unit : ndarray of str
        As in `DoseRow`.
    """

    cycle: np.ndarray
    slot: np.ndarray
    time: np.ndarray
    duration: np.ndarray
    route: np.ndarray
    amount: np.ndarray
    unit: np.ndarray

    def __post_init__(self):
        for values in vars(self).values():
            values.flags.writeable = False

    def __len__(self) -> int:
        """Number of planned doses."""
        return len(self.time)

    def __getitem__(self, index: int) -> Slot:
        """One planned dose."""
        return Slot(**{name: values[index].item() for name, values in vars(self).items()})

    def dose(self, index: int, body_weight, BSA) -> np.ndarray:
        """Dose of a slot for each patient, IU or mg; see `dose`."""
        return dose(self[index], body_weight, BSA)

    def dose_IU(self, index: int, body_weight, BSA) -> np.ndarray:  # noqa: N802
        """Dose of a slot for each patient (IU); see `dose_IU`."""
        return dose_IU(self[index], body_weight, BSA)


class Regimen(BaseModel, frozen=True):
    """What is given when.

    Parameters
    ----------
    id, name, description, source : str
        Key, display name, plain words, where it comes from.
    molecule : str
        Name on the shelf of molecules.
    route : str
        "IV_infusion", "IV_bolus", "CIV", "SC" or "oral".
    setting : str
        "inpatient" or "outpatient".
    cycles : tuple of Cycle
        In order.
    rules : str, optional
        Rule set that decides its doses; None if no source names one.
    follow_up : FollowUp, optional
        Evaluation and the earliest next course; None if no source gives them.
    notes : tuple of str
        What a reader must know before relying on it, such as what is assumed.

    Examples
    --------
    >>> from aldesim.regimen import load_regimen
    >>> slots = load_regimen("high_dose").slots()
    >>> len(slots), float(slots.time[14])
    (28, 14.0)
    """

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    description: str
    molecule: str
    route: Route
    setting: Literal["inpatient", "outpatient"] = "inpatient"
    cycles: tuple[Cycle, ...] = Field(min_length=1)
    rules: str | None = None
    follow_up: FollowUp | None = None
    notes: tuple[str, ...] = ()
    source: str

    @model_validator(mode="after")
    def _possible(self) -> "Regimen":
        infused = self.route in INFUSED
        for number, cycle in enumerate(self.cycles, start=1):
            for row in cycle.doses:
                if infused != (row.minutes > 0):
                    need = "minutes above 0" if infused else "no minutes"
                    raise ValueError(f"route {self.route} needs {need} (cycle {number})")
        slots = self._slots
        if slots.time[0] != 0:
            raise ValueError("the first dose must be on day 1")
        if len({unit.startswith("IU") for unit in slots.unit.tolist()}) > 1:
            raise ValueError("doses are all in IU or all by mass")
        if not (np.diff(slots.cycle) >= 0).all():
            raise ValueError("a cycle may not begin before the one before it has ended")
        if not (slots.time[1:] >= slots.time[:-1] + slots.duration[:-1] - 1e-9).all():
            raise ValueError("doses overlap in time")
        if not (np.diff(slots.time) > 0).all():
            raise ValueError("two doses fall on the same moment")
        return self

    @cached_property
    def _slots(self) -> Slots:
        cycles = [
            (cycle, k * (cycle.every_days or 0) * MINUTES_PER_DAY)
            for cycle in self.cycles
            for k in range(cycle.times)
        ]
        rows = [
            (number, row, later + start)
            for number, (cycle, later) in enumerate(cycles, start=1)
            for row in cycle.doses
            for start in row.start_minutes()
        ]
        rows.sort(key=lambda entry: entry[2])
        cycle = np.array([number for number, _, _ in rows])
        before = {number: int((cycle < number).sum()) for number in set(cycle.tolist())}
        return Slots(
            cycle=cycle,
            slot=np.arange(len(rows)) - np.array([before[c] for c in cycle.tolist()]) + 1,
            time=np.array([start for _, _, start in rows]) / MINUTES_PER_DAY,
            duration=np.array([row.minutes for _, row, _ in rows]) / MINUTES_PER_DAY,
            route=np.array([self.route] * len(rows)),
            amount=np.array([float(row.amount) for _, row, _ in rows]),
            unit=np.array([row.unit for _, row, _ in rows]),
        )

    @property
    def amount_unit(self) -> AmountUnit:
        """What its doses come to: IU, or mg if they are given by mass."""
        return "IU" if self._slots.unit[0].startswith("IU") else "mg"

    def slots(self) -> Slots:
        """Planned doses in order of time."""
        return self._slots


def dose_IU(  # noqa: N802
    slot: Slot, body_weight: float | np.ndarray, BSA: float | np.ndarray
) -> np.ndarray:
    """Dose of a slot for each patient, IU, shape (n,); see `dose`.

    Raises
    ------
    InputError
        If the dose is by mass.
    """
    if not slot.unit.startswith("IU"):
        raise InputError("dose", "unit", slot.unit, "is by mass; a dose in IU is needed here")
    return dose(slot, body_weight, BSA)


def dose(
    slot: Slot,
    body_weight: float | np.ndarray,
    BSA: float | np.ndarray,
) -> np.ndarray:
    """Dose of a slot for each patient, shape (n,): IU, or mg where it is given by mass.

    Parameters
    ----------
    slot : Slot
        The planned dose.
    body_weight : float or ndarray, shape (n,)
        kg.
    BSA : float or ndarray, shape (n,)
        Body surface area, m2.

    Raises
    ------
    InputError
        If a weight or an area is not a positive number.
    """
    weight, area = np.broadcast_arrays(
        np.atleast_1d(np.asarray(body_weight, dtype=float)),
        np.atleast_1d(np.asarray(BSA, dtype=float)),
    )
    for field, values, unit in (("body_weight", weight, "kg"), ("BSA", area, "m2")):
        wrong = values[~(np.isfinite(values) & (values > 0))]
        if wrong.size:
            raise InputError("dose", field, float(wrong[0]), f"must be {unit}, above 0")
    amount, _, size = slot.unit.partition("/")
    each = slot.amount * {"kg": weight, "m2": area, "": np.ones_like(weight)}[size]
    return mg_from_ug(each) if amount == "ug" else each


def regimen_names() -> list[str]:
    """Names of the regimens that come with the program."""
    return shelf_names(CATALOGUE)


def load_regimen(name_or_path: str | Path) -> Regimen:
    """Regimen by its name on the shelf, or from a YAML file.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `regimen_names()` (with "-" or "_"), or a path ending in .yaml or .yml.

    Raises
    ------
    InputError
        If there is no such regimen, or a field of the file is wrong.
    """
    underscored = str(name_or_path).replace("-", "_")
    wanted = underscored if underscored in regimen_names() else name_or_path
    return read_yaml(shelf_file("regimen", wanted, CATALOGUE), Regimen)
