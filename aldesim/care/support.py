"""Supportive care: standing orders from YAML, reviewed every hour for many patients at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.errors import InputError
from aldesim.yamlfile import read_yaml

SHELF = Path(__file__).with_name("standing_orders")
SIGNS_NEEDED = ("MAP", "SBP", "pressor_dose", "weight_gain_kg", "urine_1h_mL_per_kg")

ML_PER_L = 1000.0
HOURS_PER_DAY = 24
ROUNDING_L = 1e-9  # four boluses of 0.25 L fill a limit of 1 L, not a little more

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str


class Maintenance(_Order):
    """Fluid at a constant rate while doses are being given."""

    mL_per_h: NotNegative
    hours_after_dose: NotNegative


class Bolus(_Order):
    """Crystalloid over one hour when the pressure is low."""

    mL: Positive
    MAP_below: Positive
    SBP_below: Positive
    most_mL_per_24h: Positive


class UrineBolus(_Order):
    """Crystalloid over one hour when little urine comes; within the daily limit of boluses."""

    mL: Positive
    mL_per_kg_h_below: Positive
    hours_between: Annotated[int, Field(ge=1, le=24)]


class Pressor(_Order):
    """When the vasopressor may be titrated; the titration itself is in the model."""

    MAP_below: Positive
    SBP_below: Positive
    at_once_MAP_below: Positive
    off_MAP_at_least: Positive
    off_dose_at_most: NotNegative

    @model_validator(mode="after")
    def _apart(self) -> "Pressor":
        if self.off_MAP_at_least <= self.MAP_below:
            raise ValueError("off_MAP_at_least must be above MAP_below")
        return self


class OralIntake(_Order):
    """Share of usual drinking."""

    dosed: Share
    dosed_hours_after_dose: NotNegative
    recovering: Share
    recovering_hours_after_dose: NotNegative


class Acetaminophen(_Order):
    """On schedule, from admission."""

    hours_after_dose: NotNegative


class Diuretic(_Order):
    """Loop diuretic in recovery."""

    weight_gain_kg_above: NotNegative
    MAP_above: Positive
    hours_after_dose: NotNegative


class Support(BaseModel):
    """Standing orders of a ward; pressures in mmHg, times in hours after the last dose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    description: str
    maintenance: Maintenance
    bolus: Bolus
    urine_bolus: UrineBolus
    pressor: Pressor
    oral_intake: OralIntake
    acetaminophen: Acetaminophen
    diuretic: Diuretic


@dataclass(frozen=True, eq=False)
class SupportMemory:
    """What the ward remembers between reviews; read-only arrays.

    Parameters
    ----------
    boluses : ndarray, shape (24, n)
        Litres given as a bolus in each of the last 24 hours, in a ring.
    hour : int
        Reviews so far; its remainder by 24 is the place in the ring.
    pressor_on : ndarray of bool, shape (n,)
        The vasopressor may be titrated.
    """

    boluses: np.ndarray
    hour: int
    pressor_on: np.ndarray

    def __post_init__(self):
        self.boluses.flags.writeable = False
        self.pressor_on.flags.writeable = False

    @property
    def fluid_bolus_24h(self) -> np.ndarray:
        """Fluid given as boluses in the last 24 hours, the running one included, L, shape (n,)."""
        return self.boluses.sum(axis=0)


def orders(
    support: Support,
    signs: Mapping[str, np.ndarray],
    memory: SupportMemory | None,
    hours_since_last_dose: np.ndarray,
    inpatient: np.ndarray,
) -> tuple[dict[str, np.ndarray], SupportMemory]:
    """Orders for the coming hour. Call it once an hour in hospital and once on discharge.

    Parameters
    ----------
    support : Support
        The standing orders.
    signs : mapping of str to ndarray, shape (n,)
        MAP and SBP (mmHg), pressor_dose (ug/kg/min), weight_gain_kg, urine_1h_mL_per_kg.
    memory : SupportMemory or None
        Of the review before; None at the first.
    hours_since_last_dose : ndarray, shape (n,)
        NaN or infinite before the first dose.
    inpatient : ndarray of bool, shape (n,)
        In hospital; for the others every order ends and the memory is cleared.

    Returns
    -------
    inputs : dict of str to ndarray, shape (n,)
        Inputs of the model: crystalloid_rate (L/day), albumin_rate (g/day), oral_intake (share),
        pressor_on, acetaminophen, diuretic, steroid (0 or 1).
    memory : SupportMemory
        To be handed to the next review.

    Raises
    ------
    InputError
        If a sign is missing.
    """
    for name in SIGNS_NEEDED:
        if name not in signs:
            raise InputError("orders", name, None, f"must be given with {', '.join(SIGNS_NEEDED)}")
    hours = np.asarray(hours_since_last_dose, dtype=float)
    here = np.asarray(inpatient, dtype=bool)
    if memory is None:
        nothing = np.zeros((HOURS_PER_DAY, hours.size))
        memory = SupportMemory(nothing, 0, np.zeros(hours.size, dtype=bool))

    tried = memory.fluid_bolus_24h > 0
    boluses = np.where(here, memory.boluses, 0.0)
    place = memory.hour % HOURS_PER_DAY
    boluses[place] = 0.0
    boluses[place] = here * _bolus(support, signs, boluses, memory.hour)
    pressor_on = here & _pressor(support.pressor, signs, memory.pressor_on, tried)

    steady = here & (hours <= support.maintenance.hours_after_dose)
    litres_per_h = boluses[place] + steady * support.maintenance.mL_per_h / ML_PER_L
    water = support.diuretic
    relieved = (
        here
        & ~pressor_on
        & (hours >= water.hours_after_dose)
        & (np.asarray(signs["MAP"]) > water.MAP_above)
        & (np.asarray(signs["weight_gain_kg"]) > water.weight_gain_kg_above)
    )
    inputs = {
        "crystalloid_rate": litres_per_h * HOURS_PER_DAY,
        "albumin_rate": np.zeros(hours.size),
        "oral_intake": np.where(here, _intake(support.oral_intake, hours), 1.0),
        "pressor_on": pressor_on.astype(float),
        "acetaminophen": (here & ~(_past(hours) > support.acetaminophen.hours_after_dose)).astype(
            float
        ),
        "diuretic": relieved.astype(float),
        "steroid": np.zeros(hours.size),
    }
    return inputs, SupportMemory(boluses, memory.hour + 1, pressor_on)


def _past(hours: np.ndarray) -> np.ndarray:
    """Hours since the last dose, NaN where there was none."""
    return np.where(np.isfinite(hours), hours, np.nan)


def _bolus(
    support: Support, signs: Mapping[str, np.ndarray], last_day: np.ndarray, hour: int
) -> np.ndarray:
    """Litres to give in the coming hour, within the daily limit."""
    low_pressure = (np.asarray(signs["MAP"]) < support.bolus.MAP_below) | (
        np.asarray(signs["SBP"]) < support.bolus.SBP_below
    )
    recent = [(hour - back) % HOURS_PER_DAY for back in range(1, support.urine_bolus.hours_between)]
    little_urine = (
        np.asarray(signs["urine_1h_mL_per_kg"]) < support.urine_bolus.mL_per_kg_h_below
    ) & ~last_day[recent].any(axis=0)
    litres = (
        np.select([little_urine, low_pressure], [support.urine_bolus.mL, support.bolus.mL], 0.0)
        / ML_PER_L
    )
    limit = support.bolus.most_mL_per_24h / ML_PER_L + ROUNDING_L
    return np.where(last_day.sum(axis=0) + litres <= limit, litres, 0.0)


def _pressor(
    order: Pressor, signs: Mapping[str, np.ndarray], on: np.ndarray, fluid_tried: np.ndarray
) -> np.ndarray:
    """Whether the vasopressor may be titrated in the coming hour."""
    pressure, systolic = np.asarray(signs["MAP"]), np.asarray(signs["SBP"])
    low = (pressure < order.MAP_below) | (systolic < order.SBP_below)
    start = (low & fluid_tried) | (pressure < order.at_once_MAP_below)
    weaned = (pressure >= order.off_MAP_at_least) & (
        np.asarray(signs["pressor_dose"]) <= order.off_dose_at_most
    )
    return start | (on & ~weaned)


def _intake(order: OralIntake, hours: np.ndarray) -> np.ndarray:
    """Share of usual drinking by the time since the last dose."""
    past = _past(hours)
    return np.select(
        [past <= order.dosed_hours_after_dose, past <= order.recovering_hours_after_dose],
        [order.dosed, order.recovering],
        1.0,
    )


def support_names() -> list[str]:
    """Names of the standing orders that come with the program."""
    return sorted(path.stem for path in SHELF.glob("*.yaml"))


def load_support(name_or_path: str | Path) -> Support:
    """Standing orders by their name on the shelf, or from a YAML file.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `support_names()`, or a path ending in .yaml or .yml.

    Raises
    ------
    InputError
        If there are none of this name, or a field of the file is wrong.
    """
    text = str(name_or_path)
    if text.endswith((".yaml", ".yml")):
        return read_yaml(Path(text), Support)
    if text not in support_names():
        shelf = ", ".join(support_names())
        raise InputError(
            "support", "", text, f"unknown; on the shelf: {shelf}; or a path ending in .yaml"
        )
    return read_yaml(SHELF / f"{text}.yaml", Support)
