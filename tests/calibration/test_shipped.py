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


TUMOUR = (
    *("recognition-melanoma", "recognition-renal-cell", "recognition-spread"),
    *("resistant-share", "anergy", "doubling-melanoma", "doubling-renal-cell", "disease-death"),
)
"""Set from the posterior; the body's parameters answer to evidence outside the plan as well."""


@pytest.mark.parametrize("index", range(len(PLAN.parameters)), ids=PLAN.names)
def test_tables_agree_with_the_posterior(index):
    """At its mean, or at a median of the literature that it confirms, or within its interval."""
    unknown, draws = PLAN.parameters[index], load_posterior().values[:, index]
    scores = np.array([unknown.score(value) for value in draws])
    reach = 0.35 if unknown.id in TUMOUR else 1.96
    for value in tabled(unknown):
        assert abs(unknown.score(value) - scores.mean()) < reach * scores.std()


def test_posterior_is_a_sample_of_the_plan_and_says_what_made_it():
    posterior = load_posterior()
    assert posterior.values.shape == (200, len(PLAN.parameters))
    assert np.isfinite(posterior.values).all()
    assert posterior.command.startswith("aldesim calibrate")
