"""Molecules: mass, activity and receptor affinities, from `molecules.yaml`."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from aldesim.drug import units
from aldesim.errors import InputError
from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).with_name("molecules.yaml")

Positive = Annotated[float, Field(gt=0)]


class Affinities(BaseModel):
    """Equilibrium dissociation constants, pM."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    K_alpha: Positive
    K_beta_gamma: Positive


class Molecule(BaseModel):
    """An interleukin-2 or a variant of it.

    Parameters
    ----------
    id, name, description : str
        Key, display name, what it is.
    molar_mass : float
        g/mol.
    specific_activity : float
        IU/mg.
    affinities : Affinities
        Dissociation constants, pM.
    sources : dict of str to str
        Where each number comes from, by field.

    Examples
    --------
    >>> from aldesim.drug import load_molecule
    >>> round(load_molecule("aldesleukin").pM(1.0), 3)
    3.995
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    description: str
    molar_mass: Positive
    specific_activity: Positive
    affinities: Affinities
    sources: dict[str, str]

    def model_parameters(self) -> dict[str, float]:
        """Parameters of the ODE model that this molecule sets, by name (pM)."""
        return self.affinities.model_dump()

    def mg(self, iu: units.Number) -> units.Number:
        """Mass (mg) of an activity (IU)."""
        return units.mg_from_iu(iu, self)

    def pmol(self, iu: units.Number) -> units.Number:
        """Amount (pmol) of an activity (IU)."""
        return units.pmol_from_iu(iu, self)

    def pM(self, iu_per_ml: units.Number) -> units.Number:  # noqa: N802 (picomolar, not petamolar)
        """Concentration (pM) of one in IU/mL."""
        return units.pm_from_iu_per_ml(iu_per_ml, self)


class _Shelf(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    molecules: tuple[Molecule, ...] = Field(min_length=1)


def read_molecules(path: Path) -> dict[str, Molecule]:
    """Molecules of a YAML file, by id.

    Raises
    ------
    InputError
        If the file is wrong; names file, molecule and field.
    """
    shelf = read_yaml(path, _Shelf).molecules
    check_unique(path.name, "molecules", [molecule.id for molecule in shelf])
    return {molecule.id: molecule for molecule in shelf}


@cache
def molecules() -> dict[str, Molecule]:
    """Molecules that come with the program, by id."""
    return read_molecules(SHELF)


def load_molecule(name: str) -> Molecule:
    """Molecule of this name.

    Raises
    ------
    InputError
        If there is none; lists those there are.
    """
    if name not in molecules():
        raise InputError("molecule", "", name, f"unknown; on the shelf: {', '.join(molecules())}")
    return molecules()[name]
