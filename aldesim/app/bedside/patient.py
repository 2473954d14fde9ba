"""One virtual patient from a setting, treated by the closed loop that trials use."""

from dataclasses import dataclass, fields, replace
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
import polars as pl

from aldesim import model
from aldesim.app.bedside.dosing import at_mass, by_mass, regimen_of
from aldesim.app.bedside.setting import Value
from aldesim.care import Grading
from aldesim.drug import Affinities, Molecule
from aldesim.population import VirtualPatients, draw, load_population
from aldesim.population.covariates import glomerular_filtration_rate
from aldesim.regimen import body_surface_area
from aldesim.timeunits import MINUTES_PER_HOUR
from aldesim.trial.clock import NONE, Clock
from aldesim.trial.closed_loop import ClosedLoop
from aldesim.trial.journal import COURSE_SIGNS
from aldesim.trial.protocol import Protocol, prepare
from aldesim.trial.scenario import Scenario

SEED = 20261122
ONLY = np.array([0])
FOLLOW_UP_DAYS = 730
WARD_HOURS = 72
DAYS_SHOWN_AFTER_LAST_DOSE = 4
SCAN_EVERY_DAYS = 56
FIRST_SCAN_AFTER_LAST_DOSE = 28
SHELVES_KEPT = 64

HOURS_SEEN_AFTER_DOSE = (1, 3, 6, 12)

NO_GRADES = Grading(version="none", rows=())  # the bedside shows signs, not their grades

SYMPTOMS = ("confusion", "fatigue", "nausea", "chills", "rash", "dyspnoea")
SIGNALS = ("signal_Treg", "signal_NK", "signal_CD8")
SIGNS = (*COURSE_SIGNS, *SIGNALS, *(name for name in SYMPTOMS if name not in COURSE_SIGNS))

_COVARIATES = {
    "weight": "body_weight",
    "height": "body_height",
    "age": "age",
    "sex": "sex",
    "creatinine": "creatinine_0",
    "albumin": "albumin_0",
    "pressure": "MAP_0",
    "heart_rate": "HR_0",
    "ejection_fraction": "ejection_fraction_0",
    "size": "SLD_0",
    "lesions": "lesions",
    "doubling": "tumour_doubling_time",
}


@dataclass(frozen=True)
class OnePatient(Protocol):
    """A protocol whose only patient has the covariates that were set.

    Parameters
    ----------
    setting : dict of str to str or float
        As `check_setting` returns it.
    """

    setting: dict[str, Value] | None = None

    @property
    def person(self) -> int:
        """Number of the patient: 0 for a typical body."""
        return int((self.setting or {})["person"])

    @cached_property
    def clock(self) -> Clock:
        """Instants of the trial's clock, every one of them recorded.

        A patient at home is looked at only before a dose; a few looks after each dose are added,
        which decide nothing, so that the level between doses is seen.
        """
        clock = Protocol.clock.func(self)
        if not self.scenario.ward_hours_after_last_slot:
            clock = _with_looks(clock, HOURS_SEEN_AFTER_DOSE)
        return replace(clock, record=np.ones(len(clock), dtype=bool))

    def draw(self, patients: np.ndarray) -> VirtualPatients:
        """The patient of the setting, whatever number is asked for."""
        setting = self.setting or {}
        table = model.parameter_table()
        if self.person:
            drawn = draw(self.population, table, self.scenario.seed, patients).parameters
        else:
            drawn = _typical(self.population.name)
        covariates = {name: np.array([setting[key]]) for key, name in _COVARIATES.items()}
        covariates["BSA"] = body_surface_area(covariates["body_weight"], covariates["body_height"])
        covariates["GFR_0"] = glomerular_filtration_rate(
            covariates["creatinine_0"],
            covariates["age"],
            covariates["sex"] == "male",
            covariates["BSA"],
        )
        if not has_tumour(self.population.name):
            del covariates["SLD_0"], covariates["lesions"], covariates["tumour_doubling_time"]
        own = {name: values for name, values in covariates.items() if name in table}
        return VirtualPatients(patients, covariates, drawn | own)


def _with_looks(clock: Clock, hours: tuple[int, ...]) -> Clock:
    """The clock with instants so many hours after each dose at which nothing is done."""
    doses = clock.minutes[clock.slot != NONE]
    after = (doses[:, None] + MINUTES_PER_HOUR * np.array(hours)).ravel()
    new = np.setdiff1d(after[after < clock.minutes[-1]], clock.minutes)
    places = np.searchsorted(clock.minutes, new)
    arrays = {field.name: getattr(clock, field.name) for field in fields(clock)}
    longer = {
        name: np.insert(values, places, False if values.dtype == bool else NONE)
        for name, values in arrays.items()
    }
    return replace(clock, **longer | {"minutes": np.insert(clock.minutes, places, new)})


@cache
def _typical(population: str) -> dict[str, np.ndarray]:
    """Parameters of a typical patient that are not the model's own."""
    changes = load_population(population).parameters
    return {c.id: np.array([c.value]) for c in changes if c.value is not None}


@cache
def has_tumour(population: str) -> bool:
    """Whether patients of a population have a tumour."""
    return "SLD_0" in load_population(population).covariates


def scenario_of(setting: dict[str, Value]) -> Scenario:
    """Trial of one patient that the setting describes."""
    regimen = regimen_of(setting)
    last = int(regimen.slots().time[-1])
    scans = range(last + FIRST_SCAN_AFTER_LAST_DOSE, FOLLOW_UP_DAYS, SCAN_EVERY_DAYS)
    return Scenario(
        name="bedside",
        title="One patient at the bedside",
        population=str(setting["disease"]),
        molecule=str(setting["molecule"]),
        regimen=regimen if by_mass(setting) else str(setting["regimen"]),
        rules=str(setting["rules"]),
        support=str(setting["support"]),
        patients=1,
        seed=SEED + int(setting["person"]),  # the person's body and the person's luck
        follow_up_days=FOLLOW_UP_DAYS,
        ward_hours_after_last_slot=WARD_HOURS if regimen.setting == "inpatient" else 0,
        scan_days=tuple(scans),
        measurement=str(setting["measurement"]),
    )


def protocol_of(setting: dict[str, Value]) -> OnePatient:
    """Protocol of the setting, everything it names from the shelf."""
    scenario = scenario_of(setting)
    same: dict[str, Any] = {"seed": SEED}  # what a slider does not move is prepared once
    if by_mass(setting):
        same["regimen"] = at_mass(str(setting["regimen"]), 1.0)
    shelf = _prepared(scenario.model_copy(update=same).model_dump_json())
    parts = {field.name: getattr(shelf, field.name) for field in fields(shelf)}
    own: dict[str, Any] = {"scenario": scenario, "setting": setting}
    own["regimen"] = regimen_of(setting)
    own["molecule"] = bound(shelf.molecule, setting)
    return OnePatient(**parts | own)


def bound(molecule: Molecule, setting: dict[str, Value]) -> Molecule:
    """The molecule with its dissociation constants moved as the setting says."""
    powers = {
        "K_alpha": float(setting["kd_alpha"]),
        "K_beta_gamma": float(setting["kd_beta_gamma"]),
    }
    if not any(powers.values()):
        return molecule
    own = molecule.affinities.model_dump()
    moved = {name: own[name] * 10**power for name, power in powers.items()}
    return molecule.model_copy(update={"affinities": Affinities(**moved)})


@lru_cache(maxsize=SHELVES_KEPT)
def _prepared(scenario: str) -> Protocol:
    """What a scenario names, read and checked once."""
    return prepare(Scenario.model_validate_json(scenario))


class Course:
    """The therapy of one patient, treated as far as has been asked for.

    Parameters
    ----------
    setting : dict of str to str or float
        As `check_setting` returns it.
    """

    def __init__(self, setting: dict[str, Value]):
        self.setting = setting
        self.protocol = protocol_of(setting)
        self._loop = ClosedLoop(self.protocol, ONLY, SIGNS, NO_GRADES)
        self._next = 0

    @property
    def treatment_end(self) -> float:
        """Day on which the first picture ends: a few days after the last planned dose."""
        last = float(self.protocol.slots.time[-1])
        return min(last + DAYS_SHOWN_AFTER_LAST_DOSE, float(FOLLOW_UP_DAYS))

    def treat_until(self, day: float) -> None:
        """Go on with the treatment until a day; what is done is not done again."""
        days = self.protocol.clock.days
        stop = int(np.searchsorted(days, day, side="right"))
        for instant in range(self._next, stop):
            self._loop.step(instant)
        self._next = max(self._next, stop)

    def finish(self) -> None:
        """Follow the patient to the end of observation."""
        self.treat_until(float(FOLLOW_UP_DAYS))

    @property
    def signs(self) -> dict[str, np.ndarray]:
        """Time (days) and every sign so far, float32, shape (instants,); NaN after death."""
        courses = self._loop.treatment.courses
        values = np.stack(courses.rows)[:, :, 0]
        found = {name: values[:, index] for index, name in enumerate(courses.signs)}
        return {"time": np.array(courses.days, dtype=np.float32), **found}

    @property
    def frame(self) -> pl.DataFrame:
        """The same as a table, one row an instant."""
        return pl.DataFrame(self.signs)

    @property
    def doses(self) -> list[dict]:
        """Every dose that fell due so far, given or not, and why."""
        entries = self._loop.treatment.ledger.entries
        return [
            {name: values.tolist()[0] for name, values in entry.items()}
            for entry in entries
            if len(entry["row"])
        ]

    @property
    def events(self) -> list[tuple[float, str]]:
        """Sudden events so far: day and kind; death is one."""
        done = self._loop.treatment
        found = [(day, kind) for _, day, kind in done.watch.log]
        death = float(done.mortality.day[0])
        return found + ([(death, "death")] if np.isfinite(death) else [])

    @property
    def cause_of_death(self) -> str:
        """`disease`, `treatment`, or nothing for the living."""
        return str(self._loop.treatment.mortality.cause[0])

    @property
    def off_treatment(self) -> str:
        """How the treatment ended, if it was stopped; and why."""
        return str(self._loop.treatment.stay.off_reason[0] or "")

    @property
    def failed(self) -> str:
        """What went wrong in the integration; empty if nothing did."""
        batch = self._loop.treatment.batch
        return batch.failure(0) if batch.status[0] != 0 else ""
