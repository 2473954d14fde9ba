"""Model parameters moved in every virtual patient, told in between-patient standard deviations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.special import expit, logit

from aldesim import model
from aldesim.evidence.lanes import Block, simulate_blocks
from aldesim.evidence.plan import Experiment
from aldesim.evidence.simulated import Simulated
from aldesim.model import Parameter
from aldesim.population.distributions import log_sd
from aldesim.trial.protocol import Protocol

FIXED_STEP = 0.1
"""Relative step of a parameter that does not differ between patients."""

Move = Mapping[str, float]
"""How far each parameter is moved, in steps; parameters that are not named stay."""


def moved(values: np.ndarray, row: Parameter, steps: float) -> np.ndarray:
    """Values of a parameter, shape (n,), so many steps further.

    A step is one between-patient standard deviation, on the scale on which the parameter is normal;
    10 percent of its value if it is fixed; of its distance from 0 or 100, the nearer one, if it is
    a percentage.
    """
    match row.distribution:
        case "lognormal":
            return values * np.exp(steps * log_sd(row.spread))
        case "logit-normal":
            return expit(logit(values) + steps * row.spread)
        case "normal":
            return values + steps * row.spread
    if row.unit == "percent":
        return values + steps * FIXED_STEP * np.minimum(values, 100 - values)
    return values * (1 + steps * FIXED_STEP)


def step_of(parameter: Parameter) -> str:
    """Size of a parameter's step, in words."""
    if parameter.distribution == "fixed":
        return f"{100 * FIXED_STEP:g} %"
    return f"1 SD ({parameter.distribution}, {parameter.spread:g})"


def simulate(experiment: Experiment, moves: Sequence[Move], size: int) -> list[Simulated]:
    """What an experiment gives after each move, in the same first patients.

    Parameters
    ----------
    experiment : Experiment
        What is simulated.
    moves : sequence of mapping
        Parameters to move, and how far.
    size : int
        Virtual patients of each move.
    """
    return simulate_blocks(experiment, size, partial(blocks, moves))


def blocks(moves: Sequence[Move], protocol: Protocol, patients: np.ndarray) -> list[Block]:
    """The same patients after each move."""
    virtual = protocol.draw(patients)
    body = protocol.body_parameters(virtual)
    table = model.parameter_table()
    made = []
    for move in moves:
        covariates, parameters = dict(virtual.covariates), dict(body)
        for name, steps in move.items():
            row = table[name]
            values = np.broadcast_to(body.get(name, row.value), patients.shape)
            parameters[name] = moved(values, row, steps)
            # Doses go by the covariate: a heavier patient gets more.
            if name in covariates and covariates[name].dtype.kind == "f":
                covariates[name] = moved(covariates[name], row, steps)
        made.append(Block(replace(virtual, covariates=covariates), parameters))
    return made
