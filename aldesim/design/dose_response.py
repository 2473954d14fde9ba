"""Effects of molecules over their dose, on one regimen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aldesim.design.exposure import expose, first_dose, stacked
from aldesim.drug import Molecule, load_molecule
from aldesim.regimen import Regimen

DOSES = 25
REACH = 1000.0
"""How far the doses reach below and above the regimen's own, as a factor."""


@dataclass(frozen=True, eq=False)
class DoseResponse:
    """Effects over dose.

    Parameters
    ----------
    molecules : tuple of Molecule
        Rows, m.
    dose : ndarray, shape (d,)
        Each dose of the regimen (its first, where they differ), pmol/kg, rising.
    usual : float
        The regimen's own first dose, pmol/kg of the molecule it is written for.
    effects : dict of str to ndarray, shape (m, d)
        By name of `EFFECTS`.
    """

    molecules: tuple[Molecule, ...]
    dose: np.ndarray
    usual: float
    effects: dict[str, np.ndarray]

    def row(self, molecule: str) -> int:
        """Row of a molecule, by its id."""
        return [one.id for one in self.molecules].index(molecule)


def dose_response(
    regimen: Regimen,
    molecules: Sequence[Molecule],
    *,
    doses: int = DOSES,
    reach: float = REACH,
) -> DoseResponse:
    """Effects of molecules at `doses` doses, evenly spaced in the logarithm.

    Parameters
    ----------
    regimen : Regimen
        Route and times of the doses; every molecule is given so.
    molecules : sequence of Molecule
        What is given.
    doses : int
        Number of doses.
    reach : float
        They span the regimen's own dose divided and multiplied by this.

    Raises
    ------
    InputError
        See `expose`.
    """
    usual = first_dose(regimen, load_molecule(regimen.molecule))
    dose = usual * np.geomspace(1 / reach, reach, doses)
    each = len(dose)
    parameters = {name: np.repeat(values, each) for name, values in stacked(molecules).items()}
    releasable = np.repeat([molecule.releasable for molecule in molecules], each)
    found = expose(regimen, np.tile(dose, len(molecules)), parameters, releasable)
    shape = (len(molecules), each)
    return DoseResponse(
        molecules=tuple(molecules),
        dose=dose,
        usual=usual,
        effects={name: values.reshape(shape) for name, values in found.effects.items()},
    )
