"""Conversions between units of activity, mass and amount of substance, and nowhere else.

All functions take floats or arrays and return the same shape. IU and mg or pmol are linked by a
molecule's specific activity and molar mass, so those two conversions need the molecule.

1 IU/mL of aldesleukin is 3.995 pM (15.3 kDa, 16.36 MIU/mg).
"""

from typing import Protocol, TypeVar

import numpy as np

Number = TypeVar("Number", float, np.ndarray)

IU_PER_MIU = 1e6
MG_PER_PMOL_AND_DALTON = 1e-9  # 1 pmol of 1 g/mol weighs 1e-12 g
ML_PER_L = 1000.0


class Potency(Protocol):
    """What links activity, mass and molecules: a `Molecule` has both."""

    @property
    def molar_mass(self) -> float:
        """Molar mass, g/mol."""
        ...

    @property
    def specific_activity(self) -> float:
        """Specific activity, IU/mg."""
        ...


def iu_from_miu(miu: Number) -> Number:
    """IU of an activity in million IU."""
    return miu * IU_PER_MIU


def miu_from_iu(iu: Number) -> Number:
    """Million IU of an activity in IU."""
    return iu / IU_PER_MIU


def mg_from_iu(iu: Number, molecule: Potency) -> Number:
    """Protein mass (mg) that carries an activity (IU)."""
    return iu / molecule.specific_activity


def iu_from_mg(mg: Number, molecule: Potency) -> Number:
    """Activity (IU) of a protein mass (mg)."""
    return mg * molecule.specific_activity


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


def pm_from_iu_per_ml(iu_per_ml: Number, molecule: Potency) -> Number:
    """Concentration in pM (pmol/L) of one in IU/mL."""
    return pmol_from_iu(iu_per_ml * ML_PER_L, molecule)


def iu_per_ml_from_pm(pm: Number, molecule: Potency) -> Number:
    """Concentration in IU/mL of one in pM (pmol/L)."""
    return iu_from_pmol(pm, molecule) / ML_PER_L
