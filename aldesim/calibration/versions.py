"""Versions of a population for a trial whose intervals hold what is not known of its parameters."""

from __future__ import annotations

from aldesim.calibration.members import applied
from aldesim.calibration.plan import load_calibration
from aldesim.calibration.result import load_posterior
from aldesim.population import Population
from aldesim.trial import Versions


def posterior_versions(population: Population, draws: int) -> Versions:
    """A population under some draws of the posterior that the package is shipped with.

    Parameters
    ----------
    population : Population
        Result of `load_population`.
    draws : int
        2 or more; they lie evenly over the sample.

    Raises
    ------
    InputError
        If the posterior has not so many draws.
    """
    plan = load_calibration()
    posterior = load_posterior(plan=plan)
    made = tuple(applied(population, plan.parameters, row) for row in posterior.thinned(draws))
    origin = f"{draws} of the {len(posterior.values)} draws of the calibration's posterior"
    return Versions(made, origin, option=("--posterior", str(draws)))
