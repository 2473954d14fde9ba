"""What a design is judged by: one number from the course of an observable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from aldesim.errors import InputError

Reduction = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _mean(day: np.ndarray, course: np.ndarray) -> np.ndarray:
    return np.trapezoid(course, day, axis=0) / (day[-1] - day[0])


def _highest(day: np.ndarray, course: np.ndarray) -> np.ndarray:
    return course.max(axis=0)


def _fold(day: np.ndarray, course: np.ndarray) -> np.ndarray:
    return course.max(axis=0) / course[0]


def _fall(day: np.ndarray, course: np.ndarray) -> np.ndarray:
    return course[0] - course.min(axis=0)


def _rise(day: np.ndarray, course: np.ndarray) -> np.ndarray:
    return course.max(axis=0) - course[0]


@dataclass(frozen=True)
class Effect:
    """A number that a design earns.

    Parameters
    ----------
    name, label, unit : str
        Key, words, unit ("" for a plain number).
    observable : str
        Of the model.
    reduce : callable
        Number of each body, shape (n,), from days (t,) and the observable's course (t, n).
    """

    name: str
    label: str
    unit: str
    observable: str
    reduce: Reduction


EFFECTS = MappingProxyType(
    {
        effect.name: effect
        for effect in (
            Effect("signal_Treg", "Treg signal, mean", "", "signal_Treg", _mean),
            Effect("signal_CD8", "CD8 T-cell signal, mean", "", "signal_CD8", _mean),
            Effect("signal_NK", "NK-cell signal, mean", "", "signal_NK", _mean),
            Effect("Treg", "Treg, highest", "fold", "Treg", _fold),
            Effect("CD8", "CD8 effector T cells, highest", "fold", "CD8_effector", _fold),
            Effect("NK", "NK cells, highest", "fold", "NK", _fold),
            Effect("killing", "Killing of tumour cells, mean", "1/day", "sensitive_kill", _mean),
            Effect("leak", "Capillary leak, highest", "", "permeability", _highest),
            Effect("pressure", "Fall of mean arterial pressure", "mmHg", "MAP", _fall),
            Effect("creatinine", "Rise of creatinine", "mg/dL", "creatinine", _rise),
        )
    }
)
"""Effects by name. A signal counts from rest (0) to full occupancy (1); leak from 0 to 1."""


def effect(field: str, name: str, among: Sequence[str] = tuple(EFFECTS)) -> Effect:
    """Effect of that name.

    Raises
    ------
    InputError
        If there is none; names the field and what is allowed.
    """
    if name not in among:
        raise InputError("design", field, name, f"must be one of: {', '.join(among)}")
    return EFFECTS[name]
