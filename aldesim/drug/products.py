"""Products: vials, reconstitution, dilution, from `products.yaml`; and how to make up a dose."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.drug import units
from aldesim.drug.molecules import load_molecule
from aldesim.errors import InputError
from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).with_name("products.yaml")
UG_PER_MG = 1000.0
ROUNDING = 1e-9  # a dose of exactly two vials must not open a third

Positive = Annotated[float, Field(gt=0)]


class Reconstitution(BaseModel):
    """How the powder becomes a solution, and its strength."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    water_mL: Positive
    MIU_per_mL: Positive
    mg_per_mL: Positive


class Dilution(BaseModel):
    """The infusion bag and the concentrations allowed in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fluid: str
    volume_mL: Positive
    lowest_ug_per_mL: Positive
    highest_ug_per_mL: Positive
    volume_step_mL: Positive

    @model_validator(mode="after")
    def _window_open(self) -> "Dilution":
        if self.lowest_ug_per_mL >= self.highest_ug_per_mL:
            raise ValueError("lowest_ug_per_mL must be below highest_ug_per_mL")
        return self


class Product(BaseModel):
    """A vial of a molecule, as bought, and its instructions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    molecule: str
    vial_MIU: Positive
    vial_mg: Positive
    reconstitution: Reconstitution
    dilution: Dilution
    infusion_minutes: Positive
    stability_hours: Positive
    storage: str
    handling: str
    source: str


class _Shelf(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    products: tuple[Product, ...] = Field(min_length=1)


def read_products(path: Path) -> dict[str, Product]:
    """Products of a YAML file, by id.

    Raises
    ------
    InputError
        If the file is wrong; names file, product and field.
    """
    shelf = read_yaml(path, _Shelf).products
    check_unique(path.name, "products", [product.id for product in shelf])
    return {product.id: product for product in shelf}


@cache
def products() -> dict[str, Product]:
    """Products that come with the program, by id."""
    return read_products(SHELF)


def load_product(name: str) -> Product:
    """Product of this name.

    Raises
    ------
    InputError
        If there is none; lists those there are.
    """
    if name not in products():
        raise InputError("product", "", name, f"unknown; on the shelf: {', '.join(products())}")
    return products()[name]


@dataclass(frozen=True, eq=False)
class Preparation:
    """What the pharmacy draws up for one infusion of each patient; arrays of shape (n,).

    Parameters
    ----------
    dose_IU : ndarray
        Activity, IU.
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

    dose_IU: np.ndarray
    mg: np.ndarray
    draw_mL: np.ndarray
    vials: np.ndarray
    diluent_mL: np.ndarray
    concentration_ug_per_mL: np.ndarray
    in_window: np.ndarray


def preparation(product: Product, dose_IU: float | np.ndarray) -> Preparation:
    """How to make up a dose for infusion.

    The bag holds the standard volume of diluent unless that would leave the concentration window;
    then the nearest multiple of the volume step that keeps it.

    Parameters
    ----------
    product : Product
        What is in the cupboard.
    dose_IU : float or ndarray, shape (n,)
        Dose, IU.

    Raises
    ------
    InputError
        If a dose is not a positive number.

    Examples
    --------
    >>> from aldesim.drug import load_product, preparation
    >>> made = preparation(load_product("aldesleukin_22MIU"), 600_000 * 70.0)
    >>> int(made.vials[0]), float(made.diluent_mL[0])
    (2, 50.0)
    """
    iu = np.atleast_1d(np.asarray(dose_IU, dtype=float))
    wrong = iu[~(np.isfinite(iu) & (iu > 0))]
    if wrong.size:
        raise InputError("preparation", "dose_IU", float(wrong[0]), "must be IU, above 0")
    bag, solution = product.dilution, product.reconstitution
    miu = units.miu_from_iu(iu)
    mg = units.mg_from_iu(iu, load_molecule(product.molecule))
    draw = miu / solution.MIU_per_mL
    largest = UG_PER_MG * mg / bag.lowest_ug_per_mL - draw
    smallest = UG_PER_MG * mg / bag.highest_ug_per_mL - draw
    step = bag.volume_step_mL
    diluent = np.full(iu.shape, float(bag.volume_mL))
    diluent = np.where(diluent > largest, step * np.floor(largest / step + ROUNDING), diluent)
    diluent = np.where(diluent < smallest, step * np.ceil(smallest / step - ROUNDING), diluent)
    concentration = UG_PER_MG * mg / (diluent + draw)
    return Preparation(
        dose_IU=iu,
        mg=mg,
        draw_mL=draw,
        vials=np.ceil(miu / product.vial_MIU - ROUNDING).astype(np.int64),
        diluent_mL=diluent,
        concentration_ug_per_mL=concentration,
        in_window=(concentration >= bag.lowest_ug_per_mL * (1 - ROUNDING))
        & (concentration <= bag.highest_ug_per_mL * (1 + ROUNDING)),
    )
