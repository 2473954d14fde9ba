"""What a scenario may not ask for, refused before anyone is treated."""

from typing import TYPE_CHECKING

import numpy as np

from aldesim import model
from aldesim.care import Support
from aldesim.care.measurement import Schedule
from aldesim.errors import InputError
from aldesim.population import Population
from aldesim.trial.scenario import Scenario
from aldesim.trial.signs import CHARTED_ONLY, READ

if TYPE_CHECKING:
    from aldesim.engine import Model


def check_signs(measurement: Schedule | None, support: Support, supplied: frozenset[str]) -> None:
    """Refuse readings that no chart uses, and orders on signs that a trial does not have.

    Raises
    ------
    InputError
        Naming schedule or orders, and the sign.
    """
    if measurement is not None:
        readable = {*READ, *CHARTED_ONLY}
        for sign in measurement.signs:
            if sign not in readable:
                allowed = f"is not read; a schedule has {', '.join(sorted(readable))}"
                raise InputError(f"measurement {measurement.id}", "sign", sign, allowed)
    for order in support.orders:
        for condition in (order.when, order.unless):
            for leaf in condition.comparisons() if condition else ():
                if leaf.sign not in supplied:
                    where, field = f"support {support.id}", f"orders[{order.id}].sign"
                    allowed = "is not simulated; an order cannot rest on it"
                    raise InputError(where, field, leaf.sign, allowed)


def check_parameters(scenario: Scenario, population: Population, compiled: "Model") -> None:
    """Refuse values that the scenario may not set, or that leave no living body at rest.

    Raises
    ------
    InputError
        Naming the parameter.
    """
    where = f"scenario {scenario.name}"
    table = model.parameter_table()
    for name, value in scenario.parameters.items():
        field = f"parameters.{name}"
        if name not in table:
            allowed = "is not a parameter of the model (see aldesim/model/parameters.tsv)"
            raise InputError(where, field, value, allowed)
        if name in {*population.covariates, "GFR_0"}:
            allowed = f"is a covariate: set it in population {population.name}"
            raise InputError(where, field, value, allowed)
        if value < 0 <= table[name].value:
            raise InputError(where, field, value, f"must be 0 or more {table[name].unit}")
    if scenario.parameters:
        body = compiled.batch(scenario.parameters, 1)
        names = compiled.observables
        wrong = [name for name, value in body.observe(names).items() if not np.isfinite(value[0])]
        if wrong:
            allowed = f"leave {wrong[0]} without a finite value before the first dose"
            raise InputError(where, "parameters", scenario.parameters, allowed)
