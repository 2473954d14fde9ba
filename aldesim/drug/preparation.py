"""How a dose is made up: a bag for an infusion, syringes for an injection."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from aldesim.drug import units
from aldesim.drug.molecules import load_molecule
from aldesim.drug.products import Product
from aldesim.errors import InputError

DoseUnit = Literal["IU", "mg"]

UG_PER_MG = 1000.0
ROUNDING = 1e-9  # a dose of exactly two vials must not open a third


@dataclass(frozen=True, eq=False)
class Preparation:
    """What the pharmacy draws up for one infusion of each patient; arrays of shape (n,).

    Parameters
    ----------
    mg : ndarray
        Protein, mg.
    draw_mL : ndarray
        Reconstituted solution to draw, mL.
    vials : ndarray of int
        Vials to open.
    diluent_mL : ndarray
        Diluent in the bag, mL.
    concentration_ug_per_mL : ndarray
        In the bag, drawn solution included, ug/mL.
    in_window : ndarray of bool
        The concentration lies in the window; false for doses too small for any bag.
    """

    mg: np.ndarray
    draw_mL: np.ndarray
    vials: np.ndarray
    diluent_mL: np.ndarray
    concentration_ug_per_mL: np.ndarray
    in_window: np.ndarray


@dataclass(frozen=True, eq=False)
class Injection:
    """What is drawn up, undiluted, for one injection of each patient; arrays of shape (n,).

    Parameters
    ----------
    mg, draw_mL, vials : ndarray
        As in `Preparation`.
    syringes : ndarray of int
        Syringes, and sites, so that none holds more than the product's largest volume.
    measurable : ndarray of bool
        The volume is not below the product's smallest.
    """

    mg: np.ndarray
    draw_mL: np.ndarray
    vials: np.ndarray
    syringes: np.ndarray
    measurable: np.ndarray


def preparation(product: Product, dose: float | np.ndarray, unit: DoseUnit = "IU") -> Preparation:
    """How to make up a dose for infusion.

    The bag holds the standard volume of diluent unless that would leave the concentration window;
    then the nearest multiple of the volume step that keeps it.

    Parameters
    ----------
    product : Product
        What is in the cupboard.
    dose : float or ndarray, shape (n,)
        In `unit`.
    unit : str
        "IU" or "mg".

    Raises
    ------
    InputError
        If a dose is not a positive number, or in IU of a molecule that has no activity in IU.

    Examples
    --------
    >>> from aldesim.drug import load_product, preparation
    >>> made = preparation(load_product("aldesleukin_22MIU"), 600_000 * 70.0)
    >>> int(made.vials[0]), float(made.diluent_mL[0])
    (2, 50.0)
    """
    mg, draw, vials = _drawn(product, dose, unit)
    bag = product.dilution
    largest = UG_PER_MG * mg / bag.lowest_ug_per_mL - draw
    smallest = UG_PER_MG * mg / bag.highest_ug_per_mL - draw
    step = bag.volume_step_mL
    diluent = np.full(mg.shape, float(bag.volume_mL))
    diluent = np.where(diluent > largest, step * np.floor(largest / step + ROUNDING), diluent)
    diluent = np.where(diluent < smallest, step * np.ceil(smallest / step - ROUNDING), diluent)
    concentration = UG_PER_MG * mg / (diluent + draw)
    return Preparation(
        mg=mg,
        draw_mL=draw,
        vials=vials,
        diluent_mL=diluent,
        concentration_ug_per_mL=concentration,
        in_window=(concentration >= bag.lowest_ug_per_mL * (1 - ROUNDING))
        & (concentration <= bag.highest_ug_per_mL * (1 + ROUNDING)),
    )


def injection(product: Product, dose: float | np.ndarray, unit: DoseUnit = "IU") -> Injection:
    """How to draw up a dose for injection under the skin.

    Parameters
    ----------
    product : Product
        What is in the cupboard.
    dose : float or ndarray, shape (n,)
        In `unit`.
    unit : str
        "IU" or "mg".

    Raises
    ------
    InputError
        If a dose is not a positive number, or in IU of a molecule that has no activity in IU.

    Examples
    --------
    >>> from aldesim.drug import injection, load_product
    >>> made = injection(load_product("aldesleukin_22MIU"), 18e6)
    >>> float(made.draw_mL[0]), int(made.syringes[0])
    (1.0, 1)
    """
    mg, draw, vials = _drawn(product, dose, unit)
    syringe = product.injection
    return Injection(
        mg=mg,
        draw_mL=draw,
        vials=vials,
        syringes=np.ceil(draw / syringe.largest_mL - ROUNDING).astype(np.int64),
        measurable=draw >= syringe.smallest_mL * (1 - ROUNDING),
    )


def _drawn(
    product: Product, dose: float | np.ndarray, unit: DoseUnit
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Protein (mg), reconstituted solution (mL) and vials of each dose."""
    given = np.atleast_1d(np.asarray(dose, dtype=float))
    wrong = given[~(np.isfinite(given) & (given > 0))]
    if wrong.size:
        raise InputError("preparation", f"dose_{unit}", float(wrong[0]), f"must be {unit}, above 0")
    drug, solution = load_molecule(product.molecule), product.reconstitution
    mg = given if unit == "mg" else units.mg_from_iu(given, drug)
    if product.vial_MIU is None or solution.MIU_per_mL is None:
        return mg, mg / solution.mg_per_mL, _whole(mg / product.vial_mg)
    miu = units.miu_from_iu(given if unit == "IU" else units.iu_from_mg(given, drug))
    return mg, miu / solution.MIU_per_mL, _whole(miu / product.vial_MIU)


def _whole(number: np.ndarray) -> np.ndarray:
    """Vials to open for so many."""
    return np.ceil(number - ROUNDING).astype(np.int64)
