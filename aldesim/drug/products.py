"""Products: vials, reconstitution, dilution, injection, from `products.yaml`."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.shelf import shelf_row
from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).with_name("products.yaml")

Positive = Annotated[float, Field(gt=0)]


class Reconstitution(BaseModel):
    """How the powder becomes a solution, and its strength."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    water_mL: Positive
    MIU_per_mL: Positive | None = None
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


class Syringe(BaseModel):
    """Volumes that one injection may have, undiluted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    smallest_mL: Positive
    largest_mL: Positive
    source: str

    @model_validator(mode="after")
    def _possible(self) -> "Syringe":
        if self.smallest_mL >= self.largest_mL:
            raise ValueError("smallest_mL must be below largest_mL")
        return self


class Product(BaseModel):
    """A vial of a molecule, as bought, and its instructions; one without MIU is dosed by mass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    molecule: str
    vial_MIU: Positive | None = None
    vial_mg: Positive
    reconstitution: Reconstitution
    dilution: Dilution
    injection: Syringe
    infusion_minutes: Positive
    stability_hours: Positive
    storage: str
    handling: str
    source: str

    @model_validator(mode="after")
    def _one_strength(self) -> "Product":
        if (self.vial_MIU is None) != (self.reconstitution.MIU_per_mL is None):
            raise ValueError("vial_MIU and reconstitution.MIU_per_mL go together")
        return self


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


def load_product(name_or_path: str | Path) -> Product:
    """Product by its name on the shelf, or from a YAML file of your own.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `products()`, or a path ending in .yaml or .yml to a file with the fields of one
        product.

    Raises
    ------
    InputError
        If there is none, or a field of the file is wrong.
    """
    return shelf_row("product", name_or_path, products(), Product)
