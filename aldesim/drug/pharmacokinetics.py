"""How a molecule's disposition differs from aldesleukin's: changes of parameters of the model.

The parameter table of the model describes aldesleukin and how patients differ in it. A variant
changes the nominal value of some parameters and leaves the differences between patients alone.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim import model

# What a molecule may change: disposition and trafficking, never the patient's biology.
CHANGEABLE = Literal[
    "central_volume_per_kg",
    "linear_clearance",
    "k_central_peripheral",
    "k_peripheral_central",
    "k_peripheral_slow",
    "k_slow_peripheral",
    "renal_share",
    "renal_clearance_floor",
    "depot_absorption_rate",
    "lymph_transit_rate",
    "SC_bioavailability",
    "internalisation_rate",
    "leak_clearance",
    "leak_digestion",
    "node_uptake_max",
    "immunogenicity",
    "prodrug_release",
    "prodrug_clearance",
]
SHARES = ("renal_share", "renal_clearance_floor", "SC_bioavailability")

Positive = Annotated[float, Field(gt=0)]


class Change(BaseModel):
    """New nominal value of a parameter: `value` in its own unit, or `scale` times aldesleukin's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Positive | None = None
    scale: Positive | None = None

    @model_validator(mode="after")
    def _one(self) -> "Change":
        if (self.value is None) == (self.scale is None):
            raise ValueError("give either value (in the parameter's unit) or scale (a factor)")
        return self


def check(changes: dict[CHANGEABLE, Change]) -> None:
    """Raise ValueError for a change that leaves no possible parameter."""
    for name, change in changes.items():
        if name in SHARES and (change.value is None or change.value >= 1):
            raise ValueError(f"{name} is a share: give its value, above 0 and below 1")


def changed(
    name: CHANGEABLE, change: Change, own: float | np.ndarray | None = None
) -> float | np.ndarray:
    """Value of a parameter for this molecule.

    Parameters
    ----------
    name : str
        Parameter of the model.
    change : Change
        What the molecule makes of it.
    own : float or ndarray, shape (n,), optional
        Each patient's value for aldesleukin; by default the nominal patient's.

    Returns
    -------
    float or ndarray, shape (n,)
        A patient who stands a factor above the nominal value (for shares: a factor in the odds)
        stands as far above the new one.
    """
    nominal = model.parameter_table()[name].value
    own = nominal if own is None else own
    if change.scale is not None:
        return own * change.scale
    assert change.value is not None
    if name not in SHARES:
        return own * (change.value / nominal)
    odds = own / (1 - own) * (change.value / (1 - change.value)) / (nominal / (1 - nominal))
    return odds / (1 + odds)
