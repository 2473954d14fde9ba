"""Doses that do the same harm, and the room between enough and too much."""

from dataclasses import dataclass

import numpy as np

from aldesim.design.dose_response import DoseResponse
from aldesim.design.effects import effect
from aldesim.errors import InputError


@dataclass(frozen=True)
class Window:
    """Doses between enough benefit and too much harm.

    Parameters
    ----------
    molecule : str
        Its id.
    enough : float
        Least dose with the benefit, pmol/kg; NaN if no dose looked at has it.
    too_much : float
        Least dose with the harm, pmol/kg; infinite if no dose looked at does it.
    """

    molecule: str
    enough: float
    too_much: float

    @property
    def width(self) -> float:
        """Too much over enough; below 1 there is no window, NaN where benefit is never enough."""
        return self.too_much / self.enough


def dose_at(response: DoseResponse, name: str, level: float) -> np.ndarray:
    """Least dose at which each molecule reaches a level of an effect, pmol/kg, shape (m,).

    Infinite where no dose looked at reaches it; the lowest dose where all do. Between doses the
    effect is taken as linear in the logarithm of the dose.
    """
    return np.array([_crossing(response.dose, row, level) for row in response.effects[name]])


def effects_at(response: DoseResponse, dose: np.ndarray) -> dict[str, np.ndarray]:
    """Every effect of each molecule at a dose of its own, each of shape (m,).

    Parameters
    ----------
    response : DoseResponse
        Effects over dose.
    dose : ndarray, shape (m,)
        pmol/kg; where it is not finite the effects are NaN.
    """
    known = np.isfinite(dose)
    at = np.log(np.where(known, dose, response.usual))
    over = np.log(response.dose)
    return {
        name: np.array(
            [
                np.interp(x, over, row) if real else np.nan
                for x, row, real in zip(at, rows, known, strict=True)
            ]
        )
        for name, rows in response.effects.items()
    }


def window(
    response: DoseResponse, benefit: str, enough: float, harm: str, too_much: float
) -> list[Window]:
    """Therapeutic window of each molecule.

    Parameters
    ----------
    response : DoseResponse
        Effects over dose.
    benefit, harm : str
        Names of effects.
    enough, too_much : float
        Their levels.

    Raises
    ------
    InputError
        If an effect is not known, or a level is no number.
    """
    effect("benefit", benefit)
    effect("harm", harm)
    for name, level in (("enough", enough), ("too_much", too_much)):
        if not np.isfinite(level):
            raise InputError("design", name, level, "must be a finite number")
    low, high = dose_at(response, benefit, enough), dose_at(response, harm, too_much)
    return [
        Window(molecule.id, float(a) if np.isfinite(a) else float("nan"), float(b))
        for molecule, a, b in zip(response.molecules, low, high, strict=True)
    ]


def _crossing(dose: np.ndarray, values: np.ndarray, level: float) -> float:
    reached = np.flatnonzero(values >= level)
    if not reached.size:
        return float("inf")
    k = int(reached[0])
    if k == 0:
        return float(dose[0])
    share = (level - values[k - 1]) / (values[k] - values[k - 1])
    return float(np.exp(np.log(dose[k - 1]) + share * np.log(dose[k] / dose[k - 1])))
