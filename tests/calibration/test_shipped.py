"""The posterior that the package is shipped with, and the values that it set."""

import numpy as np
import pytest

from aldesim import model
from aldesim.calibration import load_calibration, load_posterior
from aldesim.population import load_population

PLAN = load_calibration()


def tabled(unknown):
    """Values of an unknown in the package's own tables, one for each population it holds for."""
    if not unknown.populations:
        return [getattr(model.parameter_table()[unknown.parameter], unknown.field)]
    found = []
    for name in unknown.populations:
        population = load_population(name)
        if unknown.parameter in population.covariates:
            median, spread = population.covariates[unknown.parameter].parameters()
            found.append({"value": median, "spread": spread}[unknown.field])
        else:
            (change,) = [one for one in population.parameters if one.id == unknown.parameter]
            found.append(getattr(change, unknown.field))
    return found


@pytest.mark.parametrize("index", range(len(PLAN.parameters)), ids=PLAN.names)
def test_tables_hold_the_posterior_mean_or_what_it_confirms(index):
    """Medians of the literature that the posterior confirms stay as they were printed."""
    unknown, draws = PLAN.parameters[index], load_posterior().values[:, index]
    scores = np.array([unknown.score(value) for value in draws])
    for value in tabled(unknown):
        assert abs(unknown.score(value) - scores.mean()) < 0.35 * scores.std()


def test_posterior_is_a_sample_of_the_plan_and_says_what_made_it():
    posterior = load_posterior()
    assert posterior.values.shape == (200, len(PLAN.parameters))
    assert np.isfinite(posterior.values).all()
    assert posterior.command.startswith("aldesim calibrate")
