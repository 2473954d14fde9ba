"""What is given before the first dose: cells, and the chemotherapy that makes room for them.

Days count from the first dose, so they are negative. The numbers become inputs of the model here,
and every change is an order like any other: the orders rebuild a patient from its first day.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim import model
from aldesim.drug.units import cells_per_ul_from_cells
from aldesim.population import VirtualPatients
from aldesim.timeunits import MINUTES_PER_DAY

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=False)]
Rates = dict[str, np.ndarray]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    day: Annotated[float, Field(ge=-60, lt=0, strict=False)]
    minutes: Annotated[int, Field(ge=1)]
    source: str

    @model_validator(mode="after")
    def _ended(self) -> "_Given":
        if self.last_minute > 0:
            raise ValueError("must have ended by the first dose")
        return self

    @property
    def first_minute(self) -> int:
        """Its begin, minutes from the first dose."""
        return round(self.day * MINUTES_PER_DAY)

    @property
    def last_minute(self) -> int:
        """Its end, minutes from the first dose."""
        return self.first_minute + self.minutes


class Cells(_Given):
    """An infusion of the patient's own T cells.

    Attributes
    ----------
    give : str
        "cells".
    number : float
        Cells infused.
    specific_share : float
        Share of them that knows the tumour; the others join the effector T cells.
    day, minutes : float, int
        Begin, days from the first dose (negative), and length.
    source : str
        Where the numbers come from.
    """

    give: Literal["cells"]
    number: Positive
    specific_share: Annotated[float, Field(gt=0, le=1, strict=False)]

    def rates(self, virtual: VirtualPatients, fixed: Mapping[str, float]) -> Rates:
        """Inputs of the model and their values for each patient, cells/uL/day, shape (n,)."""
        added = _into_pool(self.number, "T_pool_volume", virtual, fixed)
        per_day = added * MINUTES_PER_DAY / self.minutes
        share = self.specific_share
        return {"til_rate": share * per_day, "bystander_rate": (1 - share) * per_day}


class LAKCells(_Given):
    """An infusion of lymphokine-activated killer cells, grown from the patient's blood.

    Attributes
    ----------
    give : str
        "LAK_cells".
    number : float
        Cells infused.
    day, minutes, source
        As for `Cells`.
    """

    give: Literal["LAK_cells"]
    number: Positive

    def rates(self, virtual: VirtualPatients, fixed: Mapping[str, float]) -> Rates:
        """Inputs of the model and their values for each patient, cells/uL/day, shape (n,)."""
        added = _into_pool(self.number, "NK_pool_volume", virtual, fixed)
        return {"lak_rate": added * MINUTES_PER_DAY / self.minutes}


class _Drug(_Given):
    amount: Positive
    unit: Literal["mg/kg", "mg/m2"]

    def mg_per_day(self, virtual: VirtualPatients) -> np.ndarray:
        """Rate while it runs, shape (n,)."""
        size = virtual.covariates["body_weight" if self.unit == "mg/kg" else "BSA"]
        return self.amount * size * MINUTES_PER_DAY / self.minutes


class Cytotoxic(_Drug):
    """A dose of the model's cytotoxic drug, dacarbazine-like: it kills tumour and marrow.

    It spares lymphocytes: see `Lymphodepleting`.

    Attributes
    ----------
    give : str
        "cytotoxic".
    drug : str
        What it stands for, in words.
    amount, unit : float, str
        Dose, mg/kg or mg/m2.
    day, minutes : float, int
        Begin, days from the first dose (negative), and length.
    source : str
        Where the numbers come from.
    """

    give: Literal["cytotoxic"]
    drug: str

    def rates(self, virtual: VirtualPatients, fixed: Mapping[str, float]) -> Rates:
        """Input of the model and its value for each patient, mg/day, shape (n,)."""
        return {"chemotherapy_rate": self.mg_per_day(virtual)}


class Lymphodepleting(_Drug):
    """A dose of cyclophosphamide or fludarabine, which kill lymphocytes and marrow.

    Attributes
    ----------
    give : str
        "lymphodepleting".
    drug : str
        "cyclophosphamide" or "fludarabine".
    amount, unit, day, minutes, source
        As for `Cytotoxic`.
    """

    give: Literal["lymphodepleting"]
    drug: Literal["cyclophosphamide", "fludarabine"]

    def rates(self, virtual: VirtualPatients, fixed: Mapping[str, float]) -> Rates:
        """Input of the model and its value for each patient, mg/day, shape (n,)."""
        return {f"{self.drug}_rate": self.mg_per_day(virtual)}


class GrowthFactor(_Given):
    """A dose of pegfilgrastim, 6 mg: the marrow recovers sooner.

    Attributes
    ----------
    give : str
        "growth_factor".
    day, minutes, source
        As for `Cells`.
    """

    give: Literal["growth_factor"]

    def rates(self, virtual: VirtualPatients, fixed: Mapping[str, float]) -> Rates:
        """Input of the model and its value for each patient, doses/day, shape (n,)."""
        one = np.full(virtual.patients.shape, MINUTES_PER_DAY / self.minutes)
        return {"growth_factor_rate": one}


class Antibiotic(_Given):
    """An antibiotic against infection of line and blood, given throughout.

    Attributes
    ----------
    give : str
        "antibiotic".
    day, minutes, source
        As for `Cells`.
    """

    give: Literal["antibiotic"]

    def rates(self, virtual: VirtualPatients, fixed: Mapping[str, float]) -> Rates:
        """Input of the model, 1 for each patient, shape (n,)."""
        return {"antibiotic_prophylaxis": np.ones(virtual.patients.shape)}


AnyGiven = Cells | LAKCells | Cytotoxic | Lymphodepleting | GrowthFactor | Antibiotic
Given = Annotated[AnyGiven, Field(discriminator="give")]


def _into_pool(
    number: float, pool: str, virtual: VirtualPatients, fixed: Mapping[str, float]
) -> np.ndarray:
    """Cells/uL that so many cells add to a body pool, shape (n,)."""
    litres = virtual.parameters.get(pool, model.parameter_table()[pool].value)
    litres = np.full(virtual.patients.shape, fixed.get(pool, litres))
    return cells_per_ul_from_cells(np.full(virtual.patients.shape, number), litres)


def start_day(before: Sequence[AnyGiven]) -> float:
    """Day on which the patients begin: that of the first thing given, 0 of the first dose."""
    return min((one.first_minute for one in before), default=0) / MINUTES_PER_DAY


def changes(
    before: Sequence[AnyGiven],
    virtual: VirtualPatients,
    fixed: Mapping[str, float],
) -> list[tuple[float, dict[str, np.ndarray]]]:
    """Days before the first dose on which inputs change, and what they are from then on.

    Parameters
    ----------
    before : sequence of AnyGiven
        What is given.
    virtual : VirtualPatients
        To whom.
    fixed : mapping of str to float
        Parameters that are the same in all of them.

    Returns
    -------
    list of (float, dict of str to ndarray, shape (n,))
        In order of time; values in the model's units.
    """
    rates = [
        (one, name, rate) for one in before for name, rate in one.rates(virtual, fixed).items()
    ]
    names = sorted({name for _, name, _ in rates})
    found = []
    for minute in sorted({m for one in before for m in (one.first_minute, one.last_minute)}):
        now = {name: np.zeros(len(virtual.patients)) for name in names}
        for one, name, rate in rates:
            if one.first_minute <= minute < one.last_minute:
                now[name] = now[name] + rate
        found.append((minute / MINUTES_PER_DAY, now))
    return found
