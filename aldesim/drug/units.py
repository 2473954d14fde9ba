"""Conversions between units of activity, mass and amount of substance, and nowhere else.

All functions take floats or arrays and return the same shape. IU and mg or pmol are linked by a
molecule's specific activity and molar mass, so those two conversions need the molecule. A molecule
without a specific activity is dosed by mass: its conversions from and to IU raise InputError.

1 IU/mL of aldesleukin is 3.995 pM (15.3 kDa, 16.36 MIU/mg).
"""

from typing import Literal, Protocol, TypeVar

import numpy as np

from aldesim.errors import InputError

Number = TypeVar("Number", float, np.ndarray)
DoseUnit = Literal["IU", "MIU", "mg", "ug", "pmol"]

IU_PER_MIU = 1e6
MG_PER_PMOL_AND_DALTON = 1e-9  # 1 pmol of 1 g/mol weighs 1e-12 g
ML_PER_L = 1000.0
UG_PER_MG = 1000.0
UL_PER_L = 1e6


class Potency(Protocol):
    """What links activity, mass and molecules: a `Molecule` has all."""

    @property
    def id(self) -> str:
        """Name in messages."""
        ...

    @property
    def molar_mass(self) -> float:
        """Molar mass, g/mol."""
        ...

    @property
    def specific_activity(self) -> float | None:
        """Specific activity, IU/mg; None for a molecule that is dosed by mass."""
        ...


def iu_from_miu(miu: Number) -> Number:
    """IU of an activity in million IU."""
    return miu * IU_PER_MIU


def miu_from_iu(iu: Number) -> Number:
    """Million IU of an activity in IU."""
    return iu / IU_PER_MIU


def mg_from_iu(iu: Number, molecule: Potency) -> Number:
    """Protein mass (mg) that carries an activity (IU)."""
    return iu / _specific_activity(molecule)


def iu_from_mg(mg: Number, molecule: Potency) -> Number:
    """Activity (IU) of a protein mass (mg)."""
    return mg * _specific_activity(molecule)


def mg_from_ug(ug: Number) -> Number:
    """Mass in mg of one in ug."""
    return ug / UG_PER_MG


def pmol_from_mg(mg: Number, molecule: Potency) -> Number:
    """Amount (pmol) of a protein mass (mg)."""
    return mg / (molecule.molar_mass * MG_PER_PMOL_AND_DALTON)


def mg_from_pmol(pmol: Number, molecule: Potency) -> Number:
    """Protein mass (mg) of an amount (pmol)."""
    return pmol * (molecule.molar_mass * MG_PER_PMOL_AND_DALTON)


def pmol_from_iu(iu: Number, molecule: Potency) -> Number:
    """Amount (pmol) that carries an activity (IU)."""
    return pmol_from_mg(mg_from_iu(iu, molecule), molecule)


def iu_from_pmol(pmol: Number, molecule: Potency) -> Number:
    """Activity (IU) of an amount (pmol)."""
    return iu_from_mg(mg_from_pmol(pmol, molecule), molecule)


def pmol_from(amount: Number, unit: DoseUnit, molecule: Potency) -> Number:
    """Amount (pmol) of a dose written in one of the units of dosing.

    Parameters
    ----------
    amount : float or ndarray
        In `unit`.
    unit : str
        "IU", "MIU", "mg", "ug" or "pmol".
    molecule : Potency
        What is dosed.

    Raises
    ------
    InputError
        If the unit is another, or one of activity for a molecule dosed by mass.
    """
    match unit:
        case "IU":
            return pmol_from_iu(amount, molecule)
        case "MIU":
            return pmol_from_iu(iu_from_miu(amount), molecule)
        case "mg":
            return pmol_from_mg(amount, molecule)
        case "ug":
            return pmol_from_mg(mg_from_ug(amount), molecule)
        case "pmol":
            return amount
    raise InputError("dose", "unit", unit, "must be IU, MIU, mg, ug or pmol")


def pm_from_iu_per_ml(iu_per_ml: Number, molecule: Potency) -> Number:
    """Concentration in pM (pmol/L) of one in IU/mL."""
    return pmol_from_iu(iu_per_ml * ML_PER_L, molecule)


def iu_per_ml_from_pm(pm: Number, molecule: Potency) -> Number:
    """Concentration in IU/mL of one in pM (pmol/L)."""
    return iu_from_pmol(pm, molecule) / ML_PER_L


def cells_per_ul_from_cells(cells: Number, pool_L: Number) -> Number:
    """Cells per uL that a number of cells adds to a pool, told as blood, of so many litres."""
    return cells / (pool_L * UL_PER_L)


def _specific_activity(molecule: Potency) -> float:
    if molecule.specific_activity is None:
        allowed = "none is known, so no amount of it can be in IU; give mg, ug or pmol"
        raise InputError(f"molecule {molecule.id}", "specific_activity", None, allowed)
    return molecule.specific_activity
