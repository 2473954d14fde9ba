"""Virtual patients: covariates and model parameters drawn from a population."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aldesim.errors import InputError
from aldesim.population.copula import correlated_names
from aldesim.population.covariates import (
    COVARIATES,
    glomerular_filtration_rate,
    label,
)
from aldesim.population.distributions import (
    DISTRIBUTIONS,
    categories,
    quantiles,
)
from aldesim.population.load import correlation_pairs
from aldesim.population.random import normal
from aldesim.population.schema import ByCategory, Choice, Described, ParameterChange, Population
from aldesim.population.scores import Entry, Spread, conditional_scores
from aldesim.regimen import body_surface_area

if TYPE_CHECKING:
    from aldesim.model import Parameter


@dataclass(frozen=True)
class VirtualPatients:
    """Patients drawn from a population, one element of each array for each.

    Parameters
    ----------
    patients : array of int, shape (n,)
        Patient indices, as asked for.
    covariates : dict of arrays, shape (n,)
        Every covariate of the population and those derived from them; units in
        `aldesim.population.COVARIATES` and `DERIVED`.
    parameters : dict of arrays, shape (n,)
        Model parameters that differ between patients or from the model's own value, in the units
        of its parameter table.
    """

    patients: NDArray[np.integer]
    covariates: dict[str, NDArray]
    parameters: dict[str, NDArray[np.float64]]


def draw(
    population: Population,
    parameter_table: Mapping[str, Parameter],
    seed: int,
    patients: ArrayLike,
) -> VirtualPatients:
    """Virtual patients with these indices.

    A patient depends on population, table, seed and index alone, never on who else is drawn. A
    parameter of the table with a spread is drawn around its value, which is the *median*: spread
    is the coefficient of variation of a lognormal, the standard deviation of a normal, and the
    standard deviation of the logit of a logit-normal. Covariates that the model has as parameters
    (body_weight, creatinine_0, ...) are handed over as they are.

    Parameters
    ----------
    population : Population
        Result of `load_population`.
    parameter_table : mapping of str to Parameter
        The model's parameters by id.
    seed : int
        Seed of the run, 0 or more.
    patients : array of int, shape (n,)
        Patient indices, 0 or more, in any order.

    Returns
    -------
    VirtualPatients

    Raises
    ------
    InputError
        If the population names a parameter that the table lacks or that does not vary.
    """
    index = np.atleast_1d(np.asarray(patients))

    def score(name: str) -> NDArray[np.float64]:
        return normal(seed, f"population/{name}", index, 1)[:, 0]

    known: dict[str, NDArray] = {}
    if population.table is not None:
        known = population.table.of(seed, index)
    return patients_of(population, parameter_table, index, score, known)[0]


def patients_of(
    population: Population,
    parameter_table: Mapping[str, Parameter],
    patients: NDArray[np.integer],
    score: Callable[[str], NDArray[np.float64]],
    known: Mapping[str, NDArray],
) -> tuple[VirtualPatients, NDArray[np.float64]]:
    """Patients made of normal scores and of what is known of them.

    Parameters
    ----------
    population : Population
        Distributions and correlations.
    parameter_table : mapping of str to Parameter
        The model's parameters by id.
    patients : array of int, shape (n,)
        Numbers they get.
    score : callable
        Independent standard normal scores of a name, shape (n,), the same at each call.
    known : mapping of str to array, shape (n,)
        Covariates and parameters that are known of each patient; they are kept as they are, and
        what is correlated with them is drawn accordingly.

    Returns
    -------
    VirtualPatients
    array, shape (n,)
        Log density of what is known beside the other scores (see `conditional_scores`): a weight
        for patients whose scores were drawn without it.

    Raises
    ------
    InputError
        If the population names a parameter that the table lacks or that does not vary.
    """
    where = f"population {population.name}"
    entries, constants = distributions_of(population, parameter_table)
    size = len(patients)

    def category(name: str, z: NDArray[np.float64]) -> NDArray:
        return _covariate(name, population.covariates[name], z, {})

    scores, log_weight = conditional_scores(
        entries,
        correlation_pairs(population),
        where,
        score,
        {name: values for name, values in known.items() if name in entries},
        category,
    )
    drawn: dict[str, NDArray] = {}
    for name in entries:
        if name in population.covariates:
            entry = population.covariates[name]
            drawn[name] = (
                known[name] if name in known else (_covariate(name, entry, scores[name], drawn))
            )
    given = [name for name in known if name in COVARIATES and name not in drawn]
    covariates = {name: drawn[name] for name in population.covariates}
    covariates |= {name: known[name] for name in given}
    _derive(covariates)

    parameters = {name: np.full(size, value) for name, value in constants.items()}
    for name, row in entries.items():
        if isinstance(row, Spread):
            parameters[name] = quantiles(
                row.distribution, row.median, row.spread, row.limits, scores[name]
            )
    parameters |= {
        name: np.asarray(values, dtype=np.float64)
        for name, values in known.items()
        if name not in COVARIATES
    }
    parameters |= {
        name: values.astype(np.float64)
        for name, values in covariates.items()
        if name in parameter_table and values.dtype.kind != "U"
    }
    return VirtualPatients(patients, covariates, parameters), np.broadcast_to(log_weight, (size,))


def distributions_of(
    population: Population, parameter_table: Mapping[str, Parameter]
) -> tuple[dict[str, Entry], dict[str, float]]:
    """Covariates and parameters that vary, groups first, and parameters set to one value.

    Raises
    ------
    InputError
        If the population names a parameter that the table lacks or that does not vary.
    """
    where = f"population {population.name}"
    spreads, constants = _parameters(population, parameter_table, where)
    for name in correlated_names(correlation_pairs(population)):
        if name not in population.covariates and name not in spreads:
            raise InputError(
                where,
                "correlations",
                name,
                "must be a covariate of the population or a model parameter that varies",
            )
    # Groups first: other covariates may depend on them.
    ordered = sorted(
        population.covariates.items(), key=lambda item: isinstance(item[1], ByCategory)
    )
    return {**dict(ordered), **spreads}, constants


def _covariate(
    name: str, entry: Described, z: NDArray[np.float64], known: Mapping[str, NDArray]
) -> NDArray:
    """Values of one covariate at these scores."""
    if isinstance(entry, Choice):
        values = [c for c in COVARIATES[name].categories if label(c) in entry.chances]
        chosen = categories([entry.chances[label(c)] for c in values], z)
        return np.asarray(values)[chosen]
    if isinstance(entry, ByCategory):
        drawn = np.full(z.shape, np.nan)
        for category in COVARIATES[entry.by].categories:
            case = entry.cases.get(label(category))
            if case is not None:
                values = quantiles(case.distribution, *case.parameters(), case.limits, z)
                drawn = np.where(known[entry.by] == category, values, drawn)
        return drawn
    return quantiles(entry.distribution, *entry.parameters(), entry.limits, z)


def _derive(covariates: dict[str, NDArray]) -> None:
    covariates["BSA"] = body_surface_area(covariates["body_weight"], covariates["body_height"])
    covariates["GFR_0"] = glomerular_filtration_rate(
        covariates["creatinine_0"],
        covariates["age"],
        covariates["sex"] == "male",
        covariates["BSA"],
    )


def _parameters(
    population: Population, table: Mapping[str, Parameter], where: str
) -> tuple[dict[str, Spread], dict[str, float]]:
    """Parameters that vary, and those that the population sets to one value."""
    known = () if population.table is None else population.table.covariates
    handed_over = {*population.covariates, *known, "BSA", "GFR_0"}
    spreads = {
        row.id: Spread(row.distribution, row.value, row.spread)
        for row in table.values()
        if row.distribution != "fixed" and row.spread > 0 and row.id not in handed_over
    }
    constants: dict[str, float] = {}
    for change in population.parameters:
        field = f"parameters[{change.id}]"
        if change.id in handed_over:
            raise InputError(where, f"{field}.id", change.id, "is a covariate of this population")
        if change.id not in table:
            raise InputError(where, f"{field}.id", change.id, "is no parameter of the model")
        row = table[change.id]
        changed = _changed(change, spreads.get(change.id, Spread("lognormal", row.value, 0.0)))
        if changed.spread == 0:
            spreads.pop(change.id, None)
            constants[change.id] = changed.median
        else:
            spreads[change.id] = changed
    for name, row in spreads.items():
        _check_spread(where, name, row)
    return spreads, constants


def _changed(change: ParameterChange, row: Spread) -> Spread:
    return replace(
        row,
        distribution=change.distribution or row.distribution,
        median=row.median if change.value is None else change.value,
        spread=row.spread if change.spread is None else change.spread,
        limits=change.limits,
    )


def _check_spread(where: str, name: str, row: Spread) -> None:
    """Refuse a median that its distribution cannot have."""
    field = f"parameters[{name}]"
    if row.distribution not in DISTRIBUTIONS:
        raise InputError(
            where, f"{field}.distribution", row.distribution, f"must be {', '.join(DISTRIBUTIONS)}"
        )
    if row.distribution == "lognormal" and row.median <= 0:
        raise InputError(where, f"{field}.value", row.median, "must be above 0 to be lognormal")
    if row.distribution == "logit-normal" and not 0 < row.median < 1:
        raise InputError(
            where, f"{field}.value", row.median, "must be between 0 and 1 to be logit-normal"
        )
    low, high = row.limits
    if low is not None and low < 0 and row.distribution != "normal":
        raise InputError(where, f"{field}.limits", low, f"must be 0 or more, {row.distribution}")
    if high is not None and high > 1 and row.distribution == "logit-normal":
        raise InputError(where, f"{field}.limits", high, "must be 1 or less, logit-normal")
    if (low is not None and row.median <= low) or (high is not None and row.median >= high):
        raise InputError(
            where, f"{field}.limits", list(row.limits), f"must include the value, {row.median:g}"
        )
