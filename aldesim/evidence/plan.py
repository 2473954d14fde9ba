"""The plan of a qualification: which experiments to simulate and what to watch in them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.errors import InputError
from aldesim.evidence.observations import Observation, load_observations
from aldesim.timeunits import MINUTES_PER_HOUR
from aldesim.trial import Scenario, load_scenario
from aldesim.yamlfile import check_unique, read_yaml, replaced

SHELF = Path(__file__).with_name("plan.yaml")
SCENARIOS = Path(__file__).with_name("scenarios")

How = Literal["trial", "course", "levels"]
Minutes = Annotated[int, Field(ge=1)]


class Span(BaseModel):
    """Instants a constant number of minutes apart, until an hour after the first dose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every_min: Minutes
    until_h: Annotated[float, Field(gt=0)]


class Step(BaseModel):
    """What an input is from a day of the experiment on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: Annotated[float, Field(ge=0)]
    value: float


Steps = Annotated[tuple[Step, ...], Field(min_length=1)]


class Experiment(BaseModel):
    """One simulated experiment.

    Attributes
    ----------
    id : str
        Key, and name of the scenario file unless `shelf` is given.
    shelf : str, optional
        Scenario on the shelf of trials that is taken instead.
    change : dict
        Fields in which it differs from that one.
    how : str
        "trial": the closed loop of a clinic, then the first patients once more, frozen, to watch
        what its tables do not keep. "course": every planned dose, nothing decided. "levels": cells
        at set tissue concentrations, no time.
    quick : int
        Patients in the quick subset; 0 leaves the experiment out of it.
    observe : tuple of str
        Observables of the model to watch.
    watch : tuple of Span
        When to watch, one span after the other.
    after_dose_min : tuple of int
        Minutes after each dose at which to watch as well.
    watched : int
        Patients of a trial that are watched.
    inputs : dict
        Inputs of the model along a course, in the model's units: a number held all along, or
        steps, each from its day to the next one's; before the first, the model's own value.
    levels_pM : tuple of float
        Lowest and highest tissue concentration of "levels".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    shelf: str | None = None
    change: dict[str, Any] = {}
    how: How
    quick: Annotated[int, Field(ge=0)] = 0
    observe: tuple[str, ...] = ()
    watch: tuple[Span, ...] = ()
    after_dose_min: tuple[Minutes, ...] = ()
    watched: Annotated[int, Field(ge=1)] = 256
    inputs: dict[str, float | Steps] = {}
    levels_pM: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (0.1, 1e6)

    @model_validator(mode="after")
    def _sensible(self) -> "Experiment":
        if self.change and self.shelf is None:
            raise ValueError("change goes with shelf; otherwise write it in the scenario file")
        if self.how != "trial" and not self.observe:
            raise ValueError("name what to observe")
        if self.how != "levels" and bool(self.observe) != bool(self.watch):
            raise ValueError("observe and watch go together")
        ends = [span.until_h for span in self.watch]
        if ends != sorted(ends):
            raise ValueError("spans must follow one another")
        for name, steps in self.input_steps.items():
            days = [day for day, _ in steps]
            if days != sorted(set(days)):
                raise ValueError(f"steps of {name} must follow one another")
        return self

    @property
    def input_steps(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Inputs as steps: day and value from then on."""
        return {
            name: tuple((step.day, step.value) for step in given)
            if isinstance(given, tuple)
            else ((0.0, given),)
            for name, given in self.inputs.items()
        }

    @cached_property
    def scenario(self) -> Scenario:
        """Who gets what."""
        if self.shelf is None:
            return load_scenario(SCENARIOS / f"{self.id}.yaml")
        fields = self.change | {"name": self.id}
        return replaced(load_scenario(self.shelf), fields, f"experiment {self.id}: change")

    def minutes(self, slot_minutes: np.ndarray) -> np.ndarray:
        """Instants to watch, whole minutes from the first dose, rising, shape (t,).

        Parameters
        ----------
        slot_minutes : ndarray of int, shape (s,)
            When doses are planned.
        """
        instants, start = {0}, 0
        for span in self.watch:
            end = round(span.until_h * MINUTES_PER_HOUR)
            instants.update(range(start, end + 1, span.every_min))
            start = end
        for after in self.after_dose_min:
            instants.update(m for m in (slot_minutes + after).tolist() if m <= start)
        return np.array(sorted(instants), dtype=np.int64)


class OfScenario(Experiment):
    """An experiment of any scenario, not of a file of this package."""

    given: Scenario

    @cached_property
    def scenario(self) -> Scenario:
        """Who gets what."""
        return self.given


class _PlanFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    experiments: tuple[Experiment, ...]


@dataclass(frozen=True)
class Plan:
    """Experiments and the observations that they are held against.

    Parameters
    ----------
    experiments : tuple of Experiment
        In the order in which they are run.
    observations : tuple of Observation
        Each rests on some of the experiments.

    Raises
    ------
    InputError
        If an observation rests on an experiment that the plan lacks.
    """

    experiments: tuple[Experiment, ...]
    observations: tuple[Observation, ...]

    def __post_init__(self):
        known = {experiment.id for experiment in self.experiments}
        for one in self.observations:
            for name in sorted(needed(one) - known):
                raise InputError(
                    f"observation {one.id}", "scenario", name, "is no experiment of the plan"
                )

    def experiment(self, name: str) -> Experiment:
        """Experiment of that name."""
        return next(one for one in self.experiments if one.id == name)

    def quick(self) -> "Plan":
        """The experiments marked quick and the observations that need no others."""
        chosen = tuple(one for one in self.experiments if one.quick)
        names = {one.id for one in chosen}
        return Plan(
            experiments=chosen,
            observations=tuple(one for one in self.observations if needed(one) <= names),
        )


def needed(observation: Observation) -> set[str]:
    """Experiments that an observation rests on, a reference included."""
    words = observation.readout.split()[1:]
    references = {word.partition("=")[2] for word in words if word.startswith("reference=")}
    return {*observation.scenarios, *references}


def load_plan(path: Path = SHELF, observations: Path | None = None) -> Plan:
    """Plan of a YAML file with the observations of a table.

    Parameters
    ----------
    path : Path
        Experiments; by default those of the package.
    observations : Path, optional
        Table of observations; by default that of the package.

    Raises
    ------
    InputError
        If a file is wrong, or an observation names an experiment that the plan lacks.
    """
    file = read_yaml(path, _PlanFile)
    check_unique("/".join(path.parts[-2:]), "experiments", [one.id for one in file.experiments])
    table = load_observations(observations) if observations else load_observations()
    return Plan(experiments=file.experiments, observations=table)
