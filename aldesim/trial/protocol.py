"""A scenario with everything it names loaded and checked: what the closed loop works from."""

import json
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pydantic import BaseModel

from aldesim import __version__, model
from aldesim.care import RuleSet, Support, load_rules, load_support
from aldesim.care.eligibility import Criteria, load_criteria
from aldesim.care.measurement import Schedule, load_schedule
from aldesim.drug import Molecule, load_molecule
from aldesim.errors import InputError
from aldesim.identity import identity_of
from aldesim.population import Population, VirtualPatients, draw, load_population
from aldesim.regimen import AmountUnit, Regimen, Slots, load_regimen
from aldesim.timeunits import MINUTES_PER_DAY
from aldesim.trial.calendar import Calendar, continued, course_calendar
from aldesim.trial.checks import check_parameters, check_signs
from aldesim.trial.clock import Clock, build_clock
from aldesim.trial.enrolment import Enrolled, enrol
from aldesim.trial.events import EventKind, load_event_kinds
from aldesim.trial.gaps import supplied_signs
from aldesim.trial.imaging import Imaging, Lesions, draw_lesions, load_imaging
from aldesim.trial.journal import COURSE_SIGNS, VIRUS_SIGNS
from aldesim.trial.scenario import Scenario

if TYPE_CHECKING:
    from aldesim.engine import Model

RTOL = 1e-4

_Input = TypeVar("_Input", bound=BaseModel)


@dataclass(frozen=True)
class Protocol:
    """Everything a virtual trial needs, resolved.

    Parameters
    ----------
    scenario : Scenario
        What was asked.
    model : Model
        The compiled biology.
    population, molecule, regimen, rules, support, event_kinds
        What the scenario names.
    imaging : Imaging
        What scans show.
    measurement : Schedule or None
        How signs are read; None if their true values are known at once.
    criteria : Criteria or None
        Whom candidates are screened by; None if everyone who is drawn is treated.
    home_regimen : Regimen or None
        What is given at home after the courses.
    versions : tuple of Population
        The population with parameters moved; the same patients are treated once for each. Without
        any they are treated once, as the population has them.
    """

    scenario: Scenario
    model: "Model"
    population: Population
    molecule: Molecule
    regimen: Regimen
    rules: RuleSet
    support: Support
    event_kinds: tuple[EventKind, ...]
    imaging: Imaging
    measurement: Schedule | None
    criteria: Criteria | None = None
    home_regimen: Regimen | None = None
    versions: tuple[Population, ...] = ()

    @property
    def places(self) -> int:
        """Patients to treat: those of the scenario, once for each version."""
        return self.scenario.patients * max(1, len(self.versions))

    @cached_property
    def alone(self) -> "tuple[Protocol, ...]":
        """Protocols of the versions, each by itself; this one if there are none."""
        made = [replace(self, population=one, versions=()) for one in self.versions]
        return tuple(made) or (self,)

    @cached_property
    def enrolled(self) -> Enrolled | None:
        """Patients after screening; None without it."""
        if self.criteria is None:
            return None
        scenario = self.scenario
        return enrol(self.population, self.criteria, scenario.seed, scenario.patients)

    def patients(self, first: int, last: int) -> np.ndarray:
        """Numbers of the patients in some places of the trial, both ends included."""
        places = np.arange(first, last + 1) % self.scenario.patients
        return places if self.enrolled is None else self.enrolled.ids[places]

    @cached_property
    def calendar(self) -> Calendar:
        """Planned doses of every course, and of those at home."""
        return self._planned()

    def _planned(self) -> Calendar:
        scenario = self.scenario
        ward_hours, more = scenario.ward_hours_after_last_slot, scenario.continuation
        courses = course_calendar(self.regimen, scenario.courses, ward_hours)
        if more is None or self.home_regimen is None:
            return courses
        return continued(
            courses,
            self.home_regimen,
            weeks=more.weeks,
            from_day=more.from_day,
            ward_hours_after_last_slot=ward_hours,
        )

    @property
    def slots(self) -> Slots:
        """Planned doses of every course, in order of time."""
        return self.calendar.slots

    @cached_property
    def clock(self) -> Clock:
        """Instants at which the loop stops."""
        slots = self.slots
        return build_clock(
            np.rint(slots.time * MINUTES_PER_DAY).astype(np.int64),
            np.rint(slots.duration * MINUTES_PER_DAY).astype(np.int64),
            slots.cycle,
            self.calendar.home,
            ward_hours_after_last_slot=self.scenario.ward_hours_after_last_slot,
            follow_up_days=self.scenario.follow_up_days,
            scan_days=self.calendar.scan_days(self.scenario.all_scan_days),
            record_minutes=self.scenario.reported.minutes,
        )

    @property
    def amount_unit(self) -> AmountUnit:
        """Unit of the doses in the ledger: IU, or mg where they are given by mass."""
        return self.regimen.amount_unit

    @cached_property
    def course_signs(self) -> tuple[str, ...]:
        """Signs that the time courses keep: the virus only where there is one."""
        set_here = {change.id for change in self.population.parameters} | {
            *self.scenario.parameters
        }
        virus = VIRUS_SIGNS if "viral_load_0" in set_here else ()
        return tuple(dict.fromkeys((*COURSE_SIGNS, *virus, *self.scenario.reported.signs)))

    def draw(self, patients: np.ndarray) -> VirtualPatients:
        """Virtual patients of the scenario's seed with these indices."""
        return draw(self.population, model.parameter_table(), self.scenario.seed, patients)

    def body_parameters(self, virtual: VirtualPatients) -> dict[str, Any]:
        """Parameters of their bodies that differ from the model's own, in the model's units."""
        return {
            **virtual.parameters,
            **self.molecule.model_parameters(virtual.parameters),
            **self.support.model_parameters(),
            "lesion_unevenness": self.lesions(virtual).unevenness,
            **self.scenario.parameters,
        }

    def lesions(self, virtual: VirtualPatients) -> Lesions:
        """Target lesions of these patients at baseline."""
        table = model.parameter_table()

        def value(name: str) -> np.ndarray:
            found = (virtual.parameters | self.scenario.parameters).get(name, table[name].value)
            return np.broadcast_to(found, virtual.patients.shape)

        return draw_lesions(
            self.imaging,
            self.scenario.seed,
            virtual.patients,
            value("SLD_0"),
            value("lesions"),
            value("resistant_share"),
        )

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Content of everything that was read for the scenario, as plain data, by name."""
        scenario = self.scenario.model_dump(mode="json", exclude_none=True)
        molecule = self.molecule.model_dump(mode="json")
        if isinstance(self.scenario.molecule, Molecule):
            scenario["molecule"] = molecule
        return {
            "scenario": scenario,
            "population": self.population.model_dump(mode="json", exclude_none=True),
            "molecule": molecule,  # no activity in IU is said, not left out
            "regimen": self.regimen.model_dump(mode="json", exclude_none=True),
            "rules": self.rules.model_dump(mode="json", exclude_none=True),
            "support": self.support.model_dump(mode="json", exclude_none=True),
            "events": [
                kind.model_dump(mode="json", exclude_none=True) for kind in self.event_kinds
            ],
            "imaging": self.imaging.model_dump(mode="json"),
            "measurement": self.measurement
            and self.measurement.model_dump(mode="json", exclude_none=True),
            "criteria": self.criteria and self.criteria.model_dump(mode="json", exclude_none=True),
            "home_regimen": self.home_regimen
            and self.home_regimen.model_dump(mode="json", exclude_none=True),
        } | self._versions_as_data()

    def _versions_as_data(self) -> dict[str, Any]:
        if not self.versions:
            return {}
        versions = [one.model_dump(mode="json", exclude_none=True) for one in self.versions]
        return {"population_versions": versions}

    @cached_property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each input's content, of the model and of its parameters, by name."""
        contents = self.inputs | {
            "model": self.model.sbml,
            "parameters": [vars(row) for row in model.parameter_table().values()],
            "program": __version__,
        }
        return {name: identity_of(content) for name, content in contents.items()}

    @property
    def identity(self) -> str:
        """One hash of all inputs: equal identity, equal bits."""
        return identity_of(self.hashes)


def prepare(scenario: Scenario, versions: tuple[Population, ...] = ()) -> Protocol:
    """Protocol of a scenario: every name looked up, every file read and checked.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    versions : tuple of Population
        Its population with parameters moved, to treat the patients once for each.

    Raises
    ------
    InputError
        If something the scenario names does not exist or is wrong.
    """
    protocol = Protocol(
        scenario=scenario,
        model=model.load(),
        population=load_population(scenario.population),
        molecule=scenario.molecule
        if isinstance(scenario.molecule, Molecule)
        else load_molecule(scenario.molecule),
        regimen=scenario.regimen
        if isinstance(scenario.regimen, Regimen)
        else load_regimen(scenario.regimen),
        rules=load_rules(scenario.rules),
        support=load_support(scenario.support),
        event_kinds=load_event_kinds(),
        imaging=load_imaging(),
        measurement=load_schedule(scenario.measurement),
        criteria=load_criteria(scenario.screening) if scenario.screening else None,
        home_regimen=load_regimen(scenario.continuation.regimen) if scenario.continuation else None,
        versions=versions,
    )
    for one in versions:
        if one.name != protocol.population.name:
            allowed = f"must be of the scenario's population, {protocol.population.name}"
            raise InputError("scenario", "versions", one.name, allowed)
    protocol._planned()  # refuse now doses at home that begin too soon
    protocol.molecule.pmol(1.0, protocol.amount_unit)  # refuse now IU of a molecule without any
    home = protocol.home_regimen
    if home is not None and home.amount_unit != protocol.amount_unit:
        allowed = f"must be dosed in {protocol.amount_unit} too, as regimen {protocol.regimen.id}"
        raise InputError("scenario", "continuation.regimen", home.id, allowed)
    for name in scenario.reported.signs:
        if name not in protocol.model.observables:
            near = get_close_matches(name, protocol.model.observables, cutoff=0.4)
            where = f"scenario {scenario.name}"
            allowed = f"is no observable of the model; near: {', '.join(near) or 'none'}"
            raise InputError(where, "reported.signs", name, allowed)
    check_parameters(scenario, protocol.population, protocol.model)
    check_signs(protocol.measurement, protocol.support, supplied_signs(protocol.event_kinds))
    return protocol


def restore(inputs: dict[str, Any]) -> Protocol:
    """Protocol from the inputs that a manifest keeps; no file but the model's is read again."""

    def kept(kind: type[_Input], content: Any) -> _Input:
        return kind.model_validate_json(json.dumps(content))

    return Protocol(
        scenario=kept(Scenario, inputs["scenario"]),
        model=model.load(),
        population=kept(Population, inputs["population"]),
        molecule=kept(Molecule, inputs["molecule"]),
        regimen=kept(Regimen, inputs["regimen"]),
        rules=kept(RuleSet, inputs["rules"]),
        support=kept(Support, inputs["support"]),
        event_kinds=tuple(kept(EventKind, kind) for kind in inputs["events"]),
        imaging=kept(Imaging, inputs["imaging"]),
        measurement=inputs["measurement"] and kept(Schedule, inputs["measurement"]),
        criteria=inputs["criteria"] and kept(Criteria, inputs["criteria"]),
        home_regimen=inputs["home_regimen"] and kept(Regimen, inputs["home_regimen"]),
        versions=tuple(kept(Population, one) for one in inputs.get("population_versions", ())),
    )
