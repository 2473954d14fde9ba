"""Screening of virtual candidates: who enters the trial, and who falls to which criterion.

Candidates come in the order of their numbers until enough are eligible. A candidate keeps the
number, so a trial with screening and one without hold the same patients under the same numbers.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from aldesim import model
from aldesim.care.eligibility import Criteria, Enrolment, screen_many
from aldesim.errors import InputError
from aldesim.population import Population, draw

LEAST_SHARE = 0.01
FIRST_LOOK = 256


@dataclass(frozen=True, eq=False)
class Enrolled:
    """Patients of a trial after screening.

    Parameters
    ----------
    ids : ndarray of int, shape (n,)
        Numbers of the eligible candidates, rising.
    screening : Enrolment
        Everyone assessed until the last of them.
    """

    ids: np.ndarray
    screening: Enrolment

    def summary(self, criteria: Criteria) -> dict[str, Any]:
        """Counts of a flow diagram as plain data: assessed, excluded by criterion, enrolled."""
        return {
            "criteria": criteria.id,
            "name": criteria.name,
            "assessed": self.screening.assessed,
            "excluded": self.screening.excluded,
            "enrolled": len(self.ids),
            "counts": [{"id": key, **asdict(row)} for key, row in self.screening.counts.items()],
        }


def enrol(population: Population, criteria: Criteria, seed: int, patients: int) -> Enrolled:
    """The first so many eligible candidates of a population.

    Parameters
    ----------
    population : Population
        Whom the candidates are drawn from.
    criteria : Criteria
        What they must meet; what is not known of a candidate excludes nobody.
    seed : int
        Seed of the run.
    patients : int
        How many are wanted.

    Raises
    ------
    InputError
        If fewer than one candidate in a hundred is eligible.
    """
    table = model.parameter_table()
    assessed = max(FIRST_LOOK, patients)
    while True:
        columns = draw(population, table, seed, np.arange(assessed)).covariates
        eligible = np.flatnonzero(screen_many(columns, criteria).eligible)
        if len(eligible) >= patients:
            ids = eligible[:patients]
            until = {name: values[: ids[-1] + 1] for name, values in columns.items()}
            return Enrolled(ids, screen_many(until, criteria))
        if len(eligible) < LEAST_SHARE * assessed:
            allowed = f"leaves {len(eligible)} of {assessed} candidates of {population.name}"
            raise InputError("scenario", "screening", criteria.id, allowed)
        assessed = int(1.1 * assessed * patients / len(eligible)) + FIRST_LOOK
