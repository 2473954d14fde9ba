"""Virtual patients of an ensemble: the same people under each member's population parameters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from aldesim import model
from aldesim.calibration.plan import Unknown
from aldesim.errors import InputError
from aldesim.evidence.lanes import Block, Blocks
from aldesim.population import Population, draw
from aldesim.population.schema import Correlation, LogNormal, Normal, ParameterChange
from aldesim.trial.protocol import Protocol

SOURCE = "calibrated"


def members(unknowns: Sequence[Unknown], values: np.ndarray) -> Blocks:
    """Maker of one block for each member of an ensemble.

    Parameters
    ----------
    unknowns : sequence of Unknown
        Where each value goes.
    values : ndarray, shape (m, p)
        Parameters of each member, in their own units.
    """
    return partial(_blocks, unknowns, values)


def _blocks(
    unknowns: Sequence[Unknown], values: np.ndarray, protocol: Protocol, patients: np.ndarray
) -> list[Block]:
    return [_block(protocol, patients, unknowns, row) for row in values]


def _block(
    protocol: Protocol, patients: np.ndarray, unknowns: Sequence[Unknown], row: np.ndarray
) -> Block:
    population = applied(protocol.population, unknowns, row)
    virtual = draw(population, model.parameter_table(), protocol.scenario.seed, patients)
    return Block(virtual, protocol.body_parameters(virtual))


def applied(population: Population, unknowns: Sequence[Unknown], values: np.ndarray) -> Population:
    """Population with the unknowns put in their places.

    Parameters
    ----------
    population : Population
        Unknowns of other populations leave it alone; those of biology, which hold for all, stand
        behind what the population says of the same number itself.
    unknowns : sequence of Unknown
        Where each value goes.
    values : ndarray, shape (p,)
        In the parameters' own units.

    Raises
    ------
    InputError
        If a covariate has no median and spread that could be set.
    """
    said = population
    for one, value in zip(unknowns, values.tolist(), strict=True):
        if population.name in one.populations or not (one.populations or _says(said, one)):
            population = _placed(population, one, value)
    return population


def _says(population: Population, one: Unknown) -> bool:
    """Whether a population itself has a number for what an unknown is."""
    own = [change for change in population.parameters if change.id == one.parameter]
    return one.parameter in population.covariates or any(
        getattr(change, one.field) is not None for change in own
    )


def _placed(population: Population, one: Unknown, value: float) -> Population:
    if one.field == "correlation":
        pair = (one.parameter, one.partner)
        kept = [c for c in population.correlations if set(c.between) != set(pair)]
        made = Correlation(between=pair, value=value, source=SOURCE)
        return population.model_copy(update={"correlations": (*kept, made)})
    if one.parameter in population.covariates:
        covariates = population.covariates | {one.parameter: _covariate(population, one, value)}
        return population.model_copy(update={"covariates": covariates})
    old = {change.id: change for change in population.parameters}
    change = old.get(one.parameter, ParameterChange(id=one.parameter, source=SOURCE))
    parameters = old | {one.parameter: change.model_copy(update={one.field: value})}
    return population.model_copy(update={"parameters": tuple(parameters.values())})


def _covariate(population: Population, one: Unknown, value: float) -> LogNormal | Normal:
    entry = population.covariates[one.parameter]
    if isinstance(entry, Normal):
        return entry.model_copy(update={{"value": "mean", "spread": "sd"}[one.field]: value})
    if isinstance(entry, LogNormal):
        median, cv = entry.parameters()
        new = {"median": median, "cv": cv} | {
            {"value": "median", "spread": "cv"}[one.field]: value,
        }
        return entry.model_copy(update={"mean": None, "sd": None} | new)
    allowed = f"is no single distribution in population {population.name}"
    raise InputError("calibration", f"parameters[{one.id}].parameter", one.parameter, allowed)
