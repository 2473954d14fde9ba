"""The body that a dose is worked out for."""

import math
from dataclasses import dataclass

from aldesim.errors import InputError
from aldesim.regimen import body_surface_area

WEIGHT_KG = (2.0, 400.0)
HEIGHT_CM = (40.0, 250.0)
BSA_M2 = (0.1, 4.0)


@dataclass(frozen=True)
class Person:
    """Weight, and body surface where it is known.

    Parameters
    ----------
    weight_kg : float
        Body weight.
    BSA_m2 : float, optional
        Body surface area.
    """

    weight_kg: float
    BSA_m2: float | None


def person(weight_kg: float, height_cm: float | None = None, BSA_m2: float | None = None) -> Person:
    """Person of this weight; body surface as given, or from the height after Du Bois.

    Raises
    ------
    InputError
        If a number is impossible in a person, or both height and body surface are given.
    """
    _check("weight_kg", weight_kg, "kg", WEIGHT_KG)
    if height_cm is not None and BSA_m2 is not None:
        raise InputError("plan", "BSA_m2", BSA_m2, "give the height or the body surface, not both")
    if height_cm is not None:
        _check("height_cm", height_cm, "cm", HEIGHT_CM)
        return Person(float(weight_kg), float(body_surface_area(weight_kg, height_cm)))
    if BSA_m2 is not None:
        _check("BSA_m2", BSA_m2, "m2", BSA_M2)
        return Person(float(weight_kg), float(BSA_m2))
    return Person(float(weight_kg), None)


def _check(field: str, value: float, unit: str, limits: tuple[float, float]) -> None:
    low, high = limits
    if not (math.isfinite(value) and low <= value <= high):
        raise InputError("plan", field, value, f"must be {unit}, within {low:g} and {high:g}")
