"""Molecules, vials and unit conversions."""

from aldesim.drug.molecules import (
    Affinities,
    Molecule,
    describe,
    load_molecule,
    molecules,
    read_molecules,
)
from aldesim.drug.pharmacokinetics import Change
from aldesim.drug.preparation import Injection, Preparation, injection, preparation
from aldesim.drug.products import Product, load_product, products, read_products
from aldesim.drug.units import (
    iu_from_mg,
    iu_from_miu,
    iu_from_pmol,
    iu_per_ml_from_pm,
    mg_from_iu,
    mg_from_pmol,
    miu_from_iu,
    pm_from_iu_per_ml,
    pmol_from,
    pmol_from_iu,
    pmol_from_mg,
)

__all__ = [
    "Affinities",
    "Change",
    "Injection",
    "Molecule",
    "Preparation",
    "Product",
    "describe",
    "injection",
    "iu_from_mg",
    "iu_from_miu",
    "iu_from_pmol",
    "iu_per_ml_from_pm",
    "load_molecule",
    "load_product",
    "mg_from_iu",
    "mg_from_pmol",
    "miu_from_iu",
    "molecules",
    "pm_from_iu_per_ml",
    "pmol_from",
    "pmol_from_iu",
    "pmol_from_mg",
    "preparation",
    "products",
    "read_molecules",
    "read_products",
]
