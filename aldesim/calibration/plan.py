"""The plan of a calibration: what may change, what is believed of it before, what it must meet."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.special import expit, logit

from aldesim import model
from aldesim.errors import InputError
from aldesim.evidence import Plan, load_plan
from aldesim.evidence.observations import Observation
from aldesim.evidence.plan import needed
from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).with_name("plan.yaml")

Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Prior(_Entry):
    """What is believed of a parameter before the targets are looked at.

    Attributes
    ----------
    median : float
        In the parameter's own unit.
    sd : float
        Standard deviation on the transformed scale, on which the prior is normal.
    reason : str
        Why.
    """

    median: float
    sd: Positive
    reason: Text


class Unknown(_Entry):
    """One unknown of the calibration and the place of the population where it is put.

    Attributes
    ----------
    id, title : str
        Key, and what it means in plain words.
    parameter : str
        Model parameter, or covariate of the populations named.
    field : str
        "value" (the median), "spread" or "correlation".
    partner : str
        The other one of a correlation.
    populations : tuple of str
        Populations that it holds for; without any it holds for all, as biology does.
    transform : str
        "log", "logit", "identity", or "atanh" of a correlation: the scale on which the prior is
        normal.
    prior : Prior
        What is believed before.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    parameter: Text
    field: Literal["value", "spread", "correlation"] = "value"
    partner: str = ""
    populations: tuple[str, ...] = Field(default=(), strict=False)
    transform: Literal["log", "logit", "identity", "atanh"] = "log"
    prior: Prior

    @model_validator(mode="after")
    def _sensible(self) -> Unknown:
        if (self.field == "correlation") != bool(self.partner):
            raise ValueError("a correlation names its partner, nothing else does")
        if self.field == "correlation" and not self.populations:
            raise ValueError("a correlation names its populations")
        low, high = {"log": (0, np.inf), "logit": (0, 1), "atanh": (-1, 1)}.get(
            self.transform, (-np.inf, np.inf)
        )
        if not low < self.prior.median < high:
            raise ValueError(f"the prior's median must be within {low} and {high}")
        return self

    def value(self, z: np.ndarray) -> np.ndarray:
        """Values in the parameter's own unit at standard normal scores of the prior."""
        forward, back = _SCALES[self.transform]
        return back(forward(self.prior.median) + self.prior.sd * z)

    def score(self, value: float) -> float:
        """Score of a value under the prior: the inverse of `value`."""
        forward, _ = _SCALES[self.transform]
        return float((forward(value) - forward(self.prior.median)) / self.prior.sd)


_SCALES = {
    "log": (np.log, np.exp),
    "logit": (logit, expit),
    "identity": (lambda x: x, lambda x: x),
    "atanh": (np.arctanh, np.tanh),
}


class Group(_Entry):
    """Targets that are left out together when predictions are put to the test."""

    group: Text
    rows: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class Discrepancy(_Entry):
    """How far the model itself is trusted: a relative standard deviation of any mean."""

    size: Annotated[float, Field(ge=0)]
    reason: Text


class CalibrationPlan(_Entry):
    """A calibration, ready to run.

    Attributes
    ----------
    title : str
        What it is, in plain words.
    seed : int
        Seed of all its randomness; that of the virtual patients belongs to the experiments.
    ensemble : int
        Members of the ensemble.
    rounds : int
        Most rounds of ensemble Kalman inversion.
    refinements : int
        Rounds in which the emulator is taught around its own posterior.
    patients : dict of str to int
        Virtual patients of each experiment and member.
    reference : int
        Times as many patients in the one member by which the chance of the small pools is put
        right.
    discrepancy : Discrepancy
        Of the model.
    parameters : tuple of Unknown
        What may change.
    targets : tuple of Group
        Observations to meet.
    checks : tuple of str
        Observations that are predicted but not fitted.
    """

    title: Text
    seed: Annotated[int, Field(ge=0)]
    ensemble: Annotated[int, Field(ge=4)]
    rounds: Count
    refinements: Annotated[int, Field(ge=0)]
    patients: dict[str, Annotated[int, Field(ge=5)]]
    reference: Count
    discrepancy: Discrepancy
    parameters: Annotated[tuple[Unknown, ...], Field(min_length=1, strict=False)]
    targets: Annotated[tuple[Group, ...], Field(min_length=1, strict=False)]
    checks: Annotated[tuple[str, ...], Field(strict=False)] = ()

    @cached_property
    def groups(self) -> dict[str, str]:
        """Group of each target, in the order of the plan."""
        return {row: one.group for one in self.targets for row in one.rows}

    @cached_property
    def evidence(self) -> Plan:
        """Experiments and observations that the calibration rests on."""
        full = load_plan()
        names = [*self.groups, *self.checks]
        known = {one.id: one for one in full.observations}
        chosen = tuple(known[name] for name in names)
        ids = set().union(*map(needed, chosen))
        return Plan(tuple(one for one in full.experiments if one.id in ids), chosen)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """Targets, then checks."""
        return self.evidence.observations

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the unknowns."""
        return tuple(one.id for one in self.parameters)

    def values(self, z: np.ndarray) -> np.ndarray:
        """Parameters in their own units at scores of the prior, shape (..., p)."""
        columns = [one.value(z[..., index]) for index, one in enumerate(self.parameters)]
        return np.stack(columns, axis=-1)


def load_calibration(path: Path = SHELF) -> CalibrationPlan:
    """Plan of a YAML file, checked against the model and the published observations.

    Raises
    ------
    InputError
        Naming file, row and field of whatever is wrong.
    """
    plan = read_yaml(path, CalibrationPlan)
    where = "/".join(path.parts[-2:])
    check_unique(where, "parameters", list(plan.names))
    known = {one.id for one in load_plan().observations}
    seen: set[str] = set()
    rows = [("targets", row) for group in plan.targets for row in group.rows]
    for field, row in [*rows, *(("checks", row) for row in plan.checks)]:
        if row not in known:
            raise InputError(where, field, row, "is no observation (see `aldesim qualify`)")
        if row in seen:
            raise InputError(where, field, row, "is given twice")
        seen.add(row)
    table = model.parameter_table()
    for one in plan.parameters:
        field = f"parameters[{one.id}]"
        for name in filter(None, (one.parameter, one.partner)):
            if name not in table:
                raise InputError(where, f"{field}.parameter", name, "is no parameter of the model")
        fixed = table[one.parameter].distribution == "fixed"
        if one.field == "spread" and fixed and not one.populations:
            raise InputError(where, f"{field}.field", "spread", f"{one.parameter} does not vary")
    missing = {one.id for one in plan.evidence.experiments} - set(plan.patients)
    if missing:
        raise InputError(where, "patients", sorted(missing)[0], "experiment without a number")
    return plan
