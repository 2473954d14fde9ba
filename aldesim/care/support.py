"""Supportive care: standing orders from YAML, reviewed every hour for many patients at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from aldesim.care.conditions import COMPARE, Condition
from aldesim.care.signs import is_known
from aldesim.care.standing import (
    SHELF,
    OralIntake,
    Order,
    Pressor,
    Support,
    load_support,
    support_names,
)
from aldesim.errors import InputError

__all__ = ["SHELF", "Support", "SupportMemory", "load_support", "orders", "support_names"]

SIGNS_NEEDED = ("MAP", "SBP", "pressor_dose", "weight_gain_kg", "urine_1h_mL_per_kg")

ML_PER_L = 1000.0
HOURS_PER_DAY = 24
ROUNDING_L = 1e-9  # four boluses of 0.25 L fill a limit of 1 L, not a little more


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
    given : dict of str to ndarray of bool, shape (24, n)
        By drug given as needed: in which of the last 24 hours, in a ring.
    left : dict of str to ndarray of int, shape (n,)
        By drug given as needed: hours of the running giving still to come.
    """

    boluses: np.ndarray
    hour: int
    pressor_on: np.ndarray
    given: dict[str, np.ndarray] = field(default_factory=dict)
    left: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self):
        for values in (self.boluses, self.pressor_on, *self.given.values(), *self.left.values()):
            values.flags.writeable = False

    @cached_property
    def fluid_bolus_24h(self) -> np.ndarray:
        """Fluid given as boluses in the last 24 hours, the running one included, L, shape (n,)."""
        return self.boluses.sum(axis=0)


def orders(
    support: Support,
    signs: Mapping[str, np.ndarray],
    memory: SupportMemory | None,
    hours_since_last_dose: np.ndarray,
    inpatient: np.ndarray,
    model_inputs: Collection[str] | None = None,
) -> tuple[dict[str, np.ndarray], SupportMemory]:
    """Orders for the coming hour. Call it once an hour in hospital and once on discharge.

    Parameters
    ----------
    support : Support
        The standing orders.
    signs : mapping of str to ndarray, shape (n,)
        MAP and SBP (mmHg), pressor_dose (ug/kg/min), weight_gain_kg, urine_1h_mL_per_kg; others
        that the orders' conditions name. A comparison with a sign not known is false.
    memory : SupportMemory or None
        Of the review before; None at the first.
    hours_since_last_dose : ndarray, shape (n,)
        NaN or infinite before the first dose.
    inpatient : ndarray of bool, shape (n,)
        In hospital; for the others every order ends and the memory is cleared.
    model_inputs : collection of str, optional
        Inputs that the model has; orders for others are left out. Default: all are kept.

    Returns
    -------
    inputs : dict of str to ndarray, shape (n,)
        Inputs of the model: crystalloid_rate (L/day), albumin_rate (g/day), oral_intake (share),
        pressor_on, acetaminophen, diuretic, steroid (0 or 1), and those of further orders.
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
    past = np.where(np.isfinite(hours), hours, np.nan)  # NaN where there was no dose
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
        "oral_intake": np.where(here, _intake(support.oral_intake, past), 1.0),
        "pressor_on": pressor_on.astype(float),
        "acetaminophen": (here & ~(past > support.acetaminophen.hours_after_dose)).astype(float),
        "diuretic": relieved.astype(float),
        "steroid": np.zeros(hours.size),
    }
    given, left = {}, {}
    for order in support.orders:
        if model_inputs is not None and order.input not in model_inputs:
            continue
        allowed = here & ~_holds(order.unless, signs, hours.size) if order.unless else here
        if order.at_home:
            # Outside hospital a dose comes with the review, so the hours count from it alone.
            on = (hours <= order.hours_after_dose) | (here & ~(past > order.hours_after_dose))
        elif order.hours_after_dose is not None:
            on = allowed & ~(past > order.hours_after_dose)
        else:
            on, given[order.id], left[order.id] = _as_needed(order, signs, memory, allowed)
        value = order.value * on
        others = inputs.get(order.input)
        inputs[order.input] = value if others is None else np.maximum(others, value)
    return inputs, SupportMemory(boluses, memory.hour + 1, pressor_on, given, left)


def _as_needed(
    order: Order, signs: Mapping[str, np.ndarray], memory: SupportMemory, allowed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether the drug is given in the coming hour; hours given, hours left of this giving."""
    size = allowed.size
    given = memory.given.get(order.id, np.zeros((HOURS_PER_DAY, size), dtype=bool)) & allowed
    left = memory.left.get(order.id, np.zeros(size, dtype=np.int16)) * allowed
    given[memory.hour % HOURS_PER_DAY] = False
    room = given.sum(axis=0) < (order.most_hours_per_24h or HOURS_PER_DAY + 1)
    needed = _holds(order.when, signs, size)
    left = np.where(needed & (left == 0), order.hours, left)
    on = allowed & room & (left > 0)
    given[memory.hour % HOURS_PER_DAY] = on
    return on, given, np.where(on, left - 1, 0).astype(np.int16)


def _holds(condition: Condition | None, signs: Mapping[str, np.ndarray], size: int) -> np.ndarray:
    """Whether a condition is true at this moment; not, where what it compares is not known."""
    if condition is None:
        return np.zeros(size, dtype=bool)
    if condition.sign is None:
        join = np.logical_and.reduce if condition.all else np.logical_or.reduce
        return join([_holds(part, signs, size) for part in condition.parts], axis=0)
    values = np.asarray(signs.get(condition.sign, np.full(size, np.nan)), dtype=float)
    met = COMPARE[condition.operator](values, condition.threshold)
    return met & is_known(condition.sign, values)


def _bolus(
    support: Support, signs: Mapping[str, np.ndarray], last_day: np.ndarray, hour: int
) -> np.ndarray:
    """Litres to give in the coming hour, within the daily limit."""
    low_pressure = (np.asarray(signs["MAP"]) < support.bolus.MAP_below) | (
        np.asarray(signs["SBP"]) < support.bolus.SBP_below
    )
    litres = np.where(low_pressure, support.bolus.mL / ML_PER_L, 0.0)
    little_urine = np.asarray(signs["urine_1h_mL_per_kg"]) < support.urine_bolus.mL_per_kg_h_below
    if little_urine.any():
        waited = range(1, support.urine_bolus.hours_between)
        recent = last_day[[(hour - back) % HOURS_PER_DAY for back in waited]].any(axis=0)
        litres[little_urine & ~recent] = support.urine_bolus.mL / ML_PER_L
    elif not low_pressure.any():
        return litres
    limit = support.bolus.most_mL_per_24h / ML_PER_L + ROUNDING_L
    return np.where(last_day.sum(axis=0) + litres <= limit, litres, 0.0)


def _pressor(
    order: Pressor | None, signs: Mapping[str, np.ndarray], on: np.ndarray, fluid_tried: np.ndarray
) -> np.ndarray:
    """Whether the vasopressor may be titrated in the coming hour; never on a ward without one."""
    if order is None:
        return np.zeros(len(on), dtype=bool)
    pressure, systolic = np.asarray(signs["MAP"]), np.asarray(signs["SBP"])
    low = (pressure < order.MAP_below) | (systolic < order.SBP_below)
    start = (low & fluid_tried) | (pressure < order.at_once_MAP_below)
    weaned = (pressure >= order.off_MAP_at_least) & (
        np.asarray(signs["pressor_dose"]) <= order.off_dose_at_most
    )
    return start | (on & ~weaned)


def _intake(order: OralIntake, past: np.ndarray) -> np.ndarray:
    """Share of usual drinking by the hours since the last dose."""
    recovering = np.where(past <= order.recovering_hours_after_dose, order.recovering, 1.0)
    return np.where(past <= order.dosed_hours_after_dose, order.dosed, recovering)
