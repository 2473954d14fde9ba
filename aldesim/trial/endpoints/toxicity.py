"""Adverse events counted by term and worst grade (CTCAE grades 1 to 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aldesim.errors import InputError

GRADES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class ToxicityTable:
    """Patients by term and worst grade.

    Parameters
    ----------
    patients : int
        Patients at risk, the base of every percentage.
    terms : tuple of str
        Adverse-event terms, one for each row.
    counts : array of int, shape (terms, 5)
        Patients whose worst grade of the term is 1, 2, 3, 4, 5.
    """

    patients: int
    terms: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def any_grade(self) -> NDArray[np.int64]:
        """Patients with the term at any grade, shape (terms,)."""
        return self.counts.sum(axis=1)

    @property
    def severe(self) -> NDArray[np.int64]:
        """Patients with the term at grade 3 or more, shape (terms,)."""
        return self.counts[:, 2:].sum(axis=1)

    def percent(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Counts as percent of the patients at risk; NaN when there are none."""
        if self.patients == 0:
            return np.full(np.shape(counts), np.nan)
        return 100.0 * counts / self.patients

    def columns(self) -> dict[str, list]:
        """Columns of the printed table: term, then n and % for each grade, any, and 3 or more."""
        groups = {f"grade_{grade}": self.counts[:, grade - 1] for grade in GRADES}
        groups |= {"any": self.any_grade, "grade_3_plus": self.severe}
        table: dict[str, list] = {"term": list(self.terms)}
        for name, counts in groups.items():
            table[name] = counts.tolist()
            table[f"{name}_pct"] = self.percent(counts).tolist()
        return table


def worst_grades(
    ids: ArrayLike, terms: ArrayLike, grades: ArrayLike, patients: int
) -> ToxicityTable:
    """Patients by term and worst grade, from one row for each patient and term (or more).

    Parameters
    ----------
    ids : array of int, shape (rows,)
        Patient of each row.
    terms : array of str, shape (rows,)
        Adverse-event term of each row.
    grades : array of int, shape (rows,)
        CTCAE grade of each row, 0 to 5; several rows of a patient and term count once, the worst.
    patients : int
        Patients at risk, with or without an event.

    Returns
    -------
    ToxicityTable
        A row for each term that occurs in `terms`, most frequent first, then by name.

    Raises
    ------
    InputError
        If the arrays differ in length, a grade is not 0 to 5, or there are more patients in `ids`
        than at risk.
    """
    patient, term = np.asarray(ids), np.asarray(terms, dtype=str)
    grade = np.asarray(grades)
    if not (patient.shape == term.shape == grade.shape) or patient.ndim != 1:
        raise InputError(
            "toxicity", "rows", (patient.shape, term.shape, grade.shape), "must be of one length"
        )
    outside = ~np.isin(grade, (0, *GRADES))
    if outside.any():
        raise InputError(
            "toxicity", "grade", grade[outside][0].item(), "must be 0, 1, 2, 3, 4 or 5"
        )
    known = np.unique(patient).size
    if known > patients:
        raise InputError(
            "toxicity", "patients", patients, f"must be at least {known}, those listed"
        )
    names, term_index = np.unique(term, return_inverse=True)
    _, patient_index = np.unique(patient, return_inverse=True)
    worst = np.zeros((names.size, known), dtype=np.int64)
    np.maximum.at(worst, (term_index, patient_index), grade.astype(np.int64))
    counts = np.stack([(worst == level).sum(axis=1) for level in GRADES], axis=1)
    order = np.lexsort((names, -counts.sum(axis=1)))
    return ToxicityTable(patients, tuple(names[order].tolist()), counts[order])
