"""Who the virtual patients are: covariates, their correlations, and patients drawn from them."""

from aldesim.population.covariates import COVARIATES, DERIVED
from aldesim.population.draw import VirtualPatients, draw
from aldesim.population.load import load_population, population_names
from aldesim.population.schema import Population

__all__ = [
    "COVARIATES",
    "DERIVED",
    "Population",
    "VirtualPatients",
    "draw",
    "load_population",
    "population_names",
]
