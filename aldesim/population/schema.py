"""The population file: what each field may hold."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
)

from aldesim.population.covariates import COVARIATES
from aldesim.population.random import uniform

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(allow_inf_nan=False, gt=0)]
Text = Annotated[str, Field(min_length=1)]


def _rising(limits: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    low, high = limits
    if low is not None and high is not None and low >= high:
        raise ValueError("the first limit must be below the second")
    return limits


def _adding_up(chances: dict[str, float]) -> dict[str, float]:
    if abs(sum(chances.values()) - 1) > 1e-6:
        raise ValueError(f"chances add up to {sum(chances.values()):g}, must be 1")
    return chances


Range = Annotated[tuple[Number | None, Number | None], AfterValidator(_rising)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Normal(_Entry):
    """A normal distribution, cut at `limits`."""

    distribution: Literal["normal"]
    mean: Number
    sd: Positive
    limits: Range = (None, None)
    source: Text | None = None

    def parameters(self) -> tuple[float, float]:
        """Median and spread, as `quantiles` takes them."""
        return self.mean, self.sd


class LogNormal(_Entry):
    """A lognormal distribution by median and CV, or by mean and SD, cut at `limits`."""

    distribution: Literal["lognormal"]
    median: Positive | None = None
    cv: Positive | None = None
    mean: Positive | None = None
    sd: Positive | None = None
    limits: Range = (None, None)
    source: Text | None = None

    def parameters(self) -> tuple[float, float]:
        """Median and CV, as `quantiles` takes them."""
        match (self.median, self.cv, self.mean, self.sd):
            case (float(median), float(cv), None, None):
                return median, cv
            case (None, None, float(mean), float(sd)):
                cv = sd / mean
                return mean / (1 + cv**2) ** 0.5, cv
        raise ValueError("a lognormal needs median and cv, or mean and sd")


class Choice(_Entry):
    """Categories with their probabilities."""

    distribution: Literal["choice"]
    chances: Annotated[dict[str, Annotated[float, Field(ge=0, le=1)]], AfterValidator(_adding_up)]
    source: Text


Continuous = Annotated[Normal | LogNormal, Field(discriminator="distribution")]


class ByCategory(_Entry):
    """A distribution for each category of another covariate."""

    by: Text
    cases: Annotated[dict[str, Continuous], Field(min_length=1)]
    source: Text


def _kind(entry: object) -> str:
    if isinstance(entry, dict):
        return "grouped" if "by" in entry else str(entry.get("distribution"))
    return "grouped" if isinstance(entry, ByCategory) else getattr(entry, "distribution", "")


Described = Annotated[
    Annotated[Normal, Tag("normal")]
    | Annotated[LogNormal, Tag("lognormal")]
    | Annotated[Choice, Tag("choice")]
    | Annotated[ByCategory, Tag("grouped")],
    Discriminator(
        _kind,
        custom_error_type="unknown_distribution",
        custom_error_message="distribution must be normal, lognormal or choice, or give `by`",
    ),
]


class Correlation(_Entry):
    """Correlation of two covariates or parameters, between their normal scores."""

    between: tuple[Text, Text]
    value: Annotated[float, Field(gt=-1, lt=1)]
    source: Text


class ParameterChange(_Entry):
    """Another distribution of a model parameter; what is left out stays as in the model."""

    id: Text
    distribution: Literal["normal", "lognormal", "logit-normal"] | None = None
    value: Number | None = None
    spread: Annotated[float, Field(allow_inf_nan=False, ge=0)] | None = None
    limits: Range = (None, None)
    source: Text


class PatientTable(_Entry):
    """Patients that are known, one value of each column for each.

    Attributes
    ----------
    columns : dict
        Covariates and model parameters, each with one value for every patient.
    bootstrap : bool
        Whether every patient is a row drawn at random. Otherwise patient k is row k, and only
        those beyond the last row are drawn.
    """

    columns: dict[str, Annotated[tuple[bool | int | float | str, ...], Field(min_length=1)]]
    bootstrap: bool = False

    @property
    def covariates(self) -> tuple[str, ...]:
        """Columns that are covariates."""
        return tuple(name for name in self.columns if name in COVARIATES)

    def __len__(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())))

    def of(self, seed: int, patients: NDArray[np.integer]) -> dict[str, NDArray]:
        """Values of each column for patients with these numbers, shape (n,)."""
        rows = np.asarray(patients)
        drawn = np.floor(uniform(seed, "population/bootstrap", rows, 1)[:, 0] * len(self))
        rows = np.where((rows < len(self)) & (not self.bootstrap), rows, drawn).astype(np.int64)
        return {name: np.asarray(values)[rows] for name, values in self.columns.items()}


class Population(_Entry):
    """Who the patients are: distributions of covariates, their correlations, parameter changes.

    Attributes
    ----------
    name, title, description : str
        What it is called and whom it describes.
    covariates : dict
        Distribution of each covariate; names and units in `aldesim.population.covariates`.
    correlations : tuple
        Correlations of the normal scores (Gaussian copula); pairs not named are 0.
    parameters : tuple
        Model parameters whose distribution differs from the model's table.
    table : PatientTable, optional
        Patients that are known; what it lacks is drawn from the distributions, given the row.
    tumour : bool
        Whether they have a tumour; where not, response and survival have no meaning.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)]
    title: Text
    description: str = ""
    covariates: dict[str, Described]
    correlations: tuple[Correlation, ...] = ()
    parameters: tuple[ParameterChange, ...] = ()
    table: PatientTable | None = None
    tumour: bool = True


class Variant(_Entry):
    """A population like another one of the shelf, but for what is given here.

    Attributes
    ----------
    name, title, description : str
        As in `Population`.
    based_on : str
        The other population. Its covariates, pairs and parameters stand unless given here.
    covariates, correlations, parameters, tumour
        What differs or is added.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)]
    title: Text
    description: str = ""
    based_on: Text
    covariates: dict[str, Described] = {}
    correlations: tuple[Correlation, ...] = ()
    parameters: tuple[ParameterChange, ...] = ()
    tumour: bool | None = None

    def on(self, base: Population) -> Population:
        """The whole population."""
        pairs = {frozenset(row.between): row for row in (*base.correlations, *self.correlations)}
        changes = {row.id: row for row in (*base.parameters, *self.parameters)}
        return Population(
            name=self.name,
            title=self.title,
            description=self.description,
            covariates=base.covariates | self.covariates,
            correlations=tuple(pairs.values()),
            parameters=tuple(changes.values()),
            tumour=base.tumour if self.tumour is None else self.tumour,
        )
