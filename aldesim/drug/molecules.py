"""Molecules: mass, activity, receptor affinities, disposition, from `molecules.yaml`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aldesim import model
from aldesim.drug import units
from aldesim.drug.pharmacokinetics import CHANGEABLE, Change, changed, check
from aldesim.shelf import shelf_row
from aldesim.yamlfile import check_unique, read_yaml

NO_BINDING = 1e9  # pM; the shelf's number for a contact that is gone
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
        Of what a dose in mg counts, g/mol.
    specific_activity : float or None
        IU/mg; None for a molecule that is dosed by mass.
    affinities : Affinities
        Dissociation constants, pM.
    releasable : bool
        Given as an inactive conjugate that sets the active molecule free in blood.
    pharmacokinetics : dict of str to Change
        Parameters of the model in which the molecule differs from aldesleukin.
    sources : dict of str to str
        Where each number comes from, by field; those that nobody published begin with "assumed".

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
    specific_activity: Positive | None
    affinities: Affinities
    releasable: bool = False
    pharmacokinetics: dict[CHANGEABLE, Change] = {}
    sources: dict[str, str] = {}

    @field_validator("pharmacokinetics")
    @classmethod
    def _possible(cls, changes: dict[CHANGEABLE, Change]) -> dict[CHANGEABLE, Change]:
        check(changes)
        return changes

    @model_validator(mode="after")
    def _sources_of_numbers(self) -> "Molecule":
        for field in self.sources:
            if field not in self.numbers():
                fields = ", ".join(self.numbers())
                raise ValueError(f"sources.{field} belongs to no number; there are {fields}")
        return self

    def numbers(self) -> tuple[str, ...]:
        """Names of the numbers that a source can be given for."""
        return (
            "molar_mass",
            "specific_activity",
            *Affinities.model_fields,
            *self.pharmacokinetics,
        )

    def model_parameters(
        self, patients: Mapping[str, float | np.ndarray] | None = None
    ) -> dict[str, float | np.ndarray]:
        """Parameters of the ODE model that this molecule sets, by name.

        Parameters
        ----------
        patients : mapping of str to float or ndarray, shape (n,), optional
            What the patients' parameters are for aldesleukin; those missing are nominal.

        Returns
        -------
        dict of str to float or ndarray, shape (n,)
            Affinities (pM), and the changed parameters of disposition in the units of the
            parameter table: patients keep their distance from the nominal one.
        """
        own = patients or {}
        return self.affinities.model_dump() | {
            name: changed(name, change, own.get(name))
            for name, change in self.pharmacokinetics.items()
        }

    def mg(self, iu: units.Number) -> units.Number:
        """Mass (mg) of an activity (IU)."""
        return units.mg_from_iu(iu, self)

    def pmol(self, dose: units.Number, unit: units.DoseUnit = "IU") -> units.Number:
        """Amount (pmol) of a dose in IU, or in another unit of dosing."""
        return units.pmol_from(dose, unit, self)

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


def load_molecule(name_or_path: str | Path) -> Molecule:
    """Molecule by its name on the shelf, or from a YAML file of your own.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `molecules()`, or a path ending in .yaml or .yml to a file with the fields of one
        molecule.

    Raises
    ------
    InputError
        If there is no such molecule, or a field of the file is wrong.
    """
    return shelf_row("molecule", name_or_path, molecules(), Molecule)


def describe(molecule: Molecule) -> list[tuple[str, str, str]]:
    """Rows of plain text on a molecule: quantity, value with unit, source."""
    activity = molecule.specific_activity
    values = {
        "molar_mass": f"{molecule.molar_mass:,.0f} g/mol",
        "specific_activity": "none: dosed by mass"
        if activity is None
        else f"{activity / 1e6:.4g} MIU/mg",
        "K_alpha": _affinity(molecule.affinities.K_alpha),
        "K_beta_gamma": _affinity(molecule.affinities.K_beta_gamma),
    }
    for name, change in molecule.pharmacokinetics.items():
        row = model.parameter_table()[name]
        unit = "" if row.unit == "1" else f" {row.unit}"
        values[name] = f"{changed(name, change):.3g}{unit} (aldesleukin {row.value:.3g}{unit})"
    return [
        (name, value, " ".join(molecule.sources.get(name, "no source given").split()))
        for name, value in values.items()
    ]


def _affinity(constant: float) -> str:
    return "no binding" if constant >= NO_BINDING else f"{constant:,.0f} pM"
