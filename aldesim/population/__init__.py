"""Who the virtual patients are: covariates, their correlations, and patients drawn from them."""

from aldesim.population.covariates import COVARIATES, DERIVED
from aldesim.population.draw import VirtualPatients, distributions_of, draw, patients_of
from aldesim.population.load import load_population, population_names
from aldesim.population.schema import Population, Variant

__all__ = [
    "COVARIATES",
    "DERIVED",
    "Population",
    "Variant",
    "VirtualPatients",
    "distributions_of",
    "draw",
    "load_population",
    "patients_of",
    "population_names",
]
