"""Candidates for one person: virtual patients with the covariates that are known of that person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aldesim import model
from aldesim.errors import InputError
from aldesim.forecast.person import Person
from aldesim.forecast.setting import Setting
from aldesim.population import Population, VirtualPatients, distributions_of, patients_of
from aldesim.population.random import normal
from aldesim.population.schema import Choice


@dataclass(frozen=True)
class Prior:
    """Who the person may be before any reading.

    Parameters
    ----------
    population : Population
        Distributions and correlations.
    known : dict
        Covariates of the person.
    names : tuple of str
        Covariates and parameters that are not known, one score each.
    """

    population: Population
    known: dict[str, object]
    names: tuple[str, ...]

    def scores(self, seed: int, person: str, particles: int) -> NDArray[np.float64]:
        """Independent standard normal scores of candidates, shape (particles, names)."""
        numbers = np.arange(particles)
        purpose = f"forecast/{person}/population"
        return np.column_stack(
            [normal(seed, f"{purpose}/{name}", numbers, 1)[:, 0] for name in self.names]
        )

    def patients(self, scores: NDArray[np.float64]) -> tuple[VirtualPatients, NDArray[np.float64]]:
        """Candidates of these scores, and the log density of what is known beside them.

        Parameters
        ----------
        scores : array, shape (n, names)

        Returns
        -------
        VirtualPatients
        array, shape (n,)
        """
        size = len(scores)
        column = {name: scores[:, k] for k, name in enumerate(self.names)}
        return patients_of(
            self.population,
            model.parameter_table(),
            np.arange(size),
            lambda name: column[name],
            {name: np.full(size, value) for name, value in self.known.items()},
        )


def prior_of(setting: Setting, person: Person) -> Prior:
    """Prior of a person.

    Raises
    ------
    InputError
        If the population does not know a covariate of the person, or is a table of patients.
    """
    population = setting.population
    if population.table is not None:
        allowed = "must be distributions, such as melanoma; a table of patients cannot be updated"
        raise InputError("fit", "population", population.name, allowed)
    for name in person.known:
        if name not in population.covariates:
            allowed = f"is no covariate of population {population.name}"
            raise InputError(f"person {person.id}", name, person.known[name], allowed)
    entries, _ = distributions_of(population, model.parameter_table())
    names = tuple(
        name
        for name, entry in entries.items()
        if name not in person.known or isinstance(entry, Choice)
    )
    return Prior(population, dict(person.known), names)


def outside(population: Population, person: Person) -> list[str]:
    """Covariates of a person that the population never has, in words."""
    found = []
    for name, value in person.known.items():
        entry = population.covariates[name]
        if isinstance(entry, Choice):
            chance = entry.chances.get(str(value).lower(), entry.chances.get(str(value), 0.0))
            if chance == 0:
                found.append(f"{name} {value}")
            continue
        cases = getattr(entry, "cases", {"": entry}).values()
        limits = [case.limits for case in cases]
        low = min(-np.inf if a is None else a for a, _ in limits)
        high = max(np.inf if b is None else b for _, b in limits)
        if isinstance(value, float) and not low <= value <= high:
            found.append(f"{name} {value:g}, not within {low:g} to {high:g}")
    return found
