"""Candidates over affinities, half-life and dose, and those that no other one beats."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from aldesim.design.exposure import expose, first_dose
from aldesim.drug import Molecule, load_molecule
from aldesim.regimen import Regimen

K_ALPHA = tuple(float(k) for k in np.geomspace(1e3, 1e7, 9))
K_BETA_GAMMA = tuple(float(k) for k in np.geomspace(1e2, 1e6, 9))
CLEARANCE = (1.0, 0.3, 0.1, 0.03)
"""Elimination that is not by receptors, relative to the base molecule's."""
DOSE = tuple(float(k) for k in np.geomspace(1e-3, 1e2, 11))
"""Relative to the regimen's own."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Designs and their effects; arrays of shape (n,).

    Parameters
    ----------
    K_alpha, K_beta_gamma : ndarray
        pM.
    clearance : ndarray
        Linear clearance relative to the base molecule's.
    dose : ndarray
        Each dose, pmol/kg.
    effects : dict of str to ndarray
        By name of `EFFECTS`.
    """

    K_alpha: np.ndarray
    K_beta_gamma: np.ndarray
    clearance: np.ndarray
    dose: np.ndarray
    effects: dict[str, np.ndarray]


def candidates(regimen: Regimen, base: Molecule) -> Candidates:
    """Every combination of affinities, clearance and dose on a grid.

    Parameters
    ----------
    regimen : Regimen
        Route and times of the doses.
    base : Molecule
        Gives the rest of the disposition.
    """
    usual = first_dose(regimen, load_molecule(regimen.molecule))
    grid = np.array(list(product(K_ALPHA, K_BETA_GAMMA, CLEARANCE, DOSE)))
    alpha, beta_gamma, clearance, dose = grid.T
    own = {name: np.full(len(grid), float(v)) for name, v in base.model_parameters().items()}
    nominal = own.get("linear_clearance", np.full(len(grid), _nominal_clearance()))
    parameters = own | {
        "K_alpha": alpha,
        "K_beta_gamma": beta_gamma,
        "linear_clearance": nominal * clearance,
    }
    found = expose(regimen, usual * dose, parameters, base.releasable)
    return Candidates(alpha, beta_gamma, clearance, usual * dose, found.effects)


def undominated(benefit: np.ndarray, harm: np.ndarray) -> np.ndarray:
    """Indices of the Pareto front, by rising harm: no other has more benefit for as little harm.

    Parameters
    ----------
    benefit, harm : ndarray, shape (n,)
        More benefit is better, less harm is better.
    """
    order = np.lexsort((-benefit, harm))
    best = np.maximum.accumulate(benefit[order])
    first = np.concatenate([[True], benefit[order][1:] > best[:-1]])
    return order[first]


def _nominal_clearance() -> float:
    from aldesim import model

    return model.parameter_table()["linear_clearance"].value
