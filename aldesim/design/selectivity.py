"""Which cells a molecule speaks to, over its two affinities."""

from dataclasses import dataclass

import numpy as np

from aldesim.design.exposure import expose, first_dose
from aldesim.drug import Molecule, load_molecule
from aldesim.errors import InputError
from aldesim.regimen import Regimen

POINTS = 25
K_ALPHA = (1e3, 1e7)
K_BETA_GAMMA = (2e1, 1e6)
"""Ranges of the map, pM: from the tightest molecule on the shelf to hardly any binding."""
DOSES = 13
REACH = 1000.0


@dataclass(frozen=True, eq=False)
class SelectivityMap:
    """Effects over K_alpha and K_beta_gamma.

    Parameters
    ----------
    base : Molecule
        Whose disposition all points share.
    K_alpha : ndarray, shape (a,)
        pM, rising.
    K_beta_gamma : ndarray, shape (b,)
        pM, rising.
    dose : ndarray, shape (b, a)
        Each dose given at the point, pmol/kg; NaN where no dose does as much harm as asked.
    effects : dict of str to ndarray, shape (b, a)
        By name of `EFFECTS`.
    equal_leak : float or None
        The leak that every point's dose was chosen for; None if all points get one dose.
    """

    base: Molecule
    K_alpha: np.ndarray
    K_beta_gamma: np.ndarray
    dose: np.ndarray
    effects: dict[str, np.ndarray]
    equal_leak: float | None


def selectivity_map(
    regimen: Regimen,
    base: Molecule,
    *,
    dose: float | None = None,
    equal_leak: bool = False,
    points: int = POINTS,
) -> SelectivityMap:
    """Effects over a grid of affinities, even in their logarithms.

    Parameters
    ----------
    regimen : Regimen
        Route and times of the doses.
    base : Molecule
        Gives the disposition; its own affinities are not used, but for the leak to be equalled.
    dose : float, optional
        Each dose, pmol/kg; default the regimen's own.
    equal_leak : bool
        Choose each point's dose so that it leaks as much as `base` does at `dose`.
    points : int
        Along each axis.

    Raises
    ------
    InputError
        If a number is out of its range; see also `expose`.
    """
    if not 3 <= points <= 100:
        raise InputError("design", "points", points, "must be 3 to 100")
    usual = first_dose(regimen, load_molecule(regimen.molecule)) if dose is None else dose
    alpha, beta_gamma = np.geomspace(*K_ALPHA, points), np.geomspace(*K_BETA_GAMMA, points)
    grid_alpha, grid_beta = np.meshgrid(alpha, beta_gamma)
    doses = usual * (np.geomspace(1 / REACH, REACH, DOSES) if equal_leak else np.ones(1))
    cells = grid_alpha.size
    parameters = {
        name: np.full(cells * len(doses), float(value))
        for name, value in base.model_parameters().items()
    }
    parameters |= {
        "K_alpha": np.repeat(grid_alpha.ravel(), len(doses)),
        "K_beta_gamma": np.repeat(grid_beta.ravel(), len(doses)),
    }
    found = expose(regimen, np.tile(doses, cells), parameters, base.releasable).effects
    rows = {name: values.reshape(cells, len(doses)) for name, values in found.items()}
    level, chosen = None, np.full(cells, usual)
    if equal_leak:
        own = {name: np.array([float(v)]) for name, v in base.model_parameters().items()}
        level = float(expose(regimen, np.array([usual]), own, base.releasable).effects["leak"][0])
        rows, chosen = _at_level(rows, np.log(doses), level)
    shape = grid_alpha.shape
    return SelectivityMap(
        base=base,
        K_alpha=alpha,
        K_beta_gamma=beta_gamma,
        dose=chosen.reshape(shape),
        effects={name: values.reshape(shape) for name, values in rows.items()},
        equal_leak=level,
    )


def _at_level(
    rows: dict[str, np.ndarray], log_dose: np.ndarray, level: float
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Effects of each cell at the dose whose leak is `level`, and that dose; NaN if there is none.

    Leak never falls with dose, so the dose is found by interpolation.
    """
    leak = np.maximum.accumulate(rows["leak"], axis=1)
    reached = (leak[:, 0] <= level) & (level <= leak[:, -1])
    at = np.array([np.interp(level, row, log_dose) for row in leak])
    made = {
        name: np.where(
            reached,
            [np.interp(x, log_dose, row) for x, row in zip(at, values, strict=True)],
            np.nan,
        )
        for name, values in rows.items()
    }
    return made, np.where(reached, np.exp(at), np.nan)
