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
        Share of them that knows the tumour; the model has no place for the others.
    day, minutes : float, int
        Begin, days from the first dose (negative), and length.
    source : str
        Where the numbers come from.
    """

    give: Literal["cells"]
    number: Positive
    specific_share: Annotated[float, Field(gt=0, le=1, strict=False)]

    def rate(self, virtual: VirtualPatients, fixed: Mapping[str, float]) -> tuple[str, np.ndarray]:
        """Input of the model and its value for each patient, cells/uL/day, shape (n,)."""
        pool = virtual.parameters.get(
            "T_pool_volume", model.parameter_table()["T_pool_volume"].value
        )
        pool = np.full(virtual.patients.shape, fixed.get("T_pool_volume", pool))
        cells = np.full(virtual.patients.shape, self.number * self.specific_share)
        added = cells_per_ul_from_cells(cells, pool)
        return "til_rate", added * MINUTES_PER_DAY / self.minutes


class Cytotoxic(_Given):
    """A dose of the model's cytotoxic drug, dacarbazine-like: it kills tumour and marrow.

    It spares lymphocytes, so it does not stand for a lymphodepleting course.

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
    amount: Positive
    unit: Literal["mg/kg", "mg/m2"]

    def rate(self, virtual: VirtualPatients, fixed: Mapping[str, float]) -> tuple[str, np.ndarray]:
        """Input of the model and its value for each patient, mg/day, shape (n,)."""
        size = virtual.covariates["body_weight" if self.unit == "mg/kg" else "BSA"]
        return "chemotherapy_rate", self.amount * size * MINUTES_PER_DAY / self.minutes


Given = Annotated[Cells | Cytotoxic, Field(discriminator="give")]


def start_day(before: Sequence[Cells | Cytotoxic]) -> float:
    """Day on which the patients begin: that of the first thing given, 0 of the first dose."""
    return min((one.first_minute for one in before), default=0) / MINUTES_PER_DAY


def changes(
    before: Sequence[Cells | Cytotoxic],
    virtual: VirtualPatients,
    fixed: Mapping[str, float],
) -> list[tuple[float, dict[str, np.ndarray]]]:
    """Days before the first dose on which inputs change, and what they are from then on.

    Parameters
    ----------
    before : sequence of Cells or Cytotoxic
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
    rates = [(one, *one.rate(virtual, fixed)) for one in before]
    names = sorted({name for _, name, _ in rates})
    found = []
    for minute in sorted({m for one in before for m in (one.first_minute, one.last_minute)}):
        now = {name: np.zeros(len(virtual.patients)) for name in names}
        for one, name, rate in rates:
            if one.first_minute <= minute < one.last_minute:
                now[name] = now[name] + rate
        found.append((minute / MINUTES_PER_DAY, now))
    return found
