"""Screening of virtual candidates: who enters the trial, and who falls to which criterion.

Candidates come in the order of their numbers until enough are eligible. A candidate keeps the
number, so a trial with screening and one without hold the same patients under the same numbers.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from aldesim import model
from aldesim.care.eligibility import Criteria, Enrolment, screen_many
from aldesim.errors import InputError
from aldesim.population import Population, draw

LEAST_SHARE = 0.01
BLOCK = 1024
"""Candidates drawn at a time: memory does not grow with the trial."""


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
    found: list[np.ndarray] = []
    screened: list[Enrolment] = []
    enrolled, first = 0, 0
    while enrolled < patients:
        block = np.arange(first, first + BLOCK)
        columns = draw(population, table, seed, block).covariates
        eligible = block[screen_many(columns, criteria).eligible][: patients - enrolled]
        enrolled += len(eligible)
        first += BLOCK
        if enrolled < min(patients, LEAST_SHARE * first):
            allowed = f"leaves {enrolled} of {first} candidates of {population.name}"
            raise InputError("scenario", "screening", criteria.id, allowed)
        found.append(eligible)
        # Nobody is assessed behind the last who is needed.
        until = int(eligible[-1]) + 1 - block[0] if enrolled == patients else BLOCK
        seen = {name: values[:until] for name, values in columns.items()}
        screened.append(screen_many(seen, criteria))
    return Enrolled(np.concatenate(found), _together(screened))


def _together(parts: Sequence[Enrolment]) -> Enrolment:
    """Candidates screened in parts by the same criteria, one part after the other."""
    counted = ("met", "not_met", "not_known", "excluded")
    counts = {
        key: replace(
            row,
            **{name: sum(getattr(part.counts[key], name) for part in parts) for name in counted},
        )
        for key, row in parts[0].counts.items()
    }
    return Enrolment(np.concatenate([part.eligible for part in parts]), counts)
