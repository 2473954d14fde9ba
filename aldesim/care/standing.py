"""Standing orders of a ward, as data: what is given beside the drug, when, and up to which limit.

A file gives all orders of a ward, or names another one in `based_on` and only what differs: drugs
are added to those of the other ward, or take the place of the one of the same id.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aldesim.care.conditions import Condition
from aldesim.errors import InputError
from aldesim.shelf import shelf_file, shelf_names
from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).with_name("standing_orders")
PRESSOR = "pressor"

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
    """When the vasopressor may be titrated, and how far; the titration itself is in the model."""

    MAP_below: Positive
    SBP_below: Positive
    at_once_MAP_below: Positive
    off_MAP_at_least: Positive
    off_dose_at_most: NotNegative
    most_ug_per_kg_per_min: Positive | None = None

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


class Order(_Order):
    """Any other drug, by the input of the model that it drives.

    Parameters
    ----------
    id, drug : str
        Key; drug and dose in plain words.
    input : str
        Input of the model. An order whose input the model does not have is not simulated.
    value : float
        What the input is set to while the drug is given, in the model's unit.
    hours_after_dose : float, optional
        On schedule: from admission to so many hours after the last dose.
    when : Condition, optional
        As needed: what must be true; one of the two is given.
    at_home : bool
        Outside hospital too, on schedule: from so long before to so long after doses at home.
    hours : int
        How long one giving lasts, as needed.
    most_hours_per_24h : int, optional
        Limit of what is given as needed.
    unless : Condition, optional
        Not begun, and stopped, while this is true.
    """

    id: str
    drug: str
    input: str
    value: Positive = 1.0
    hours_after_dose: NotNegative | None = None
    when: Condition | None = None
    at_home: bool = False
    hours: Annotated[int, Field(ge=1, le=168)] = 1
    most_hours_per_24h: Annotated[int, Field(ge=1, le=24)] | None = None
    unless: Condition | None = None

    @field_validator("when", "unless")
    @classmethod
    def _of_the_moment(cls, condition: Condition) -> Condition:
        if condition is not None and any(leaf.remembers for leaf in condition.comparisons()):
            raise ValueError("an order looks at the signs of the moment only")
        return condition

    @model_validator(mode="after")
    def _one_way(self) -> "Order":
        if (self.hours_after_dose is None) == (self.when is None):
            raise ValueError("an order has hours_after_dose (on schedule) or when (as needed)")
        if self.at_home and (self.when or self.unless):
            raise ValueError("at home nobody looks hourly: an order at_home is on schedule only")
        return self


class Support(BaseModel):
    """Standing orders of a ward; pressures in mmHg, times in hours after the last dose.

    Parameters
    ----------
    id, name, description : str
        Key, display name, plain words.
    maintenance, bolus, urine_bolus, oral_intake, acetaminophen, diuretic
        Orders that every ward has.
    pressor : Pressor, optional
        Absent where none is given.
    orders : tuple of Order
        Further drugs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    description: str
    maintenance: Maintenance
    bolus: Bolus
    urine_bolus: UrineBolus
    pressor: Pressor | None = None
    oral_intake: OralIntake
    acetaminophen: Acetaminophen
    diuretic: Diuretic
    orders: tuple[Order, ...] = ()

    def model_parameters(self) -> dict[str, float]:
        """Parameters of the model that the orders set: the highest dose of the vasopressor."""
        if self.pressor is None or self.pressor.most_ug_per_kg_per_min is None:
            return {}
        return {"pressor_dose_max": self.pressor.most_ug_per_kg_per_min}

    def not_simulated(self, inputs: Collection[str]) -> tuple[Order, ...]:
        """Orders for drugs that a model with these inputs does not have."""
        return tuple(order for order in self.orders if order.input not in inputs)


class _Variant(BaseModel):
    """A ward like another one, but for what is given here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    description: str
    based_on: str
    without: tuple[str, ...] = ()
    maintenance: Maintenance | None = None
    bolus: Bolus | None = None
    urine_bolus: UrineBolus | None = None
    pressor: Pressor | None = None
    oral_intake: OralIntake | None = None
    acetaminophen: Acetaminophen | None = None
    diuretic: Diuretic | None = None
    orders: tuple[Order, ...] | None = None


def support_names() -> list[str]:
    """Names of the standing orders that come with the program."""
    return shelf_names(SHELF)


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
    return _read(shelf_file("support", name_or_path, SHELF))


def _read(path: Path) -> Support:
    """Standing orders of a file, what it is based on filled in."""
    where = "/".join(path.parts[-2:])
    if path.is_file() and re.search(r"^based_on:", path.read_text("utf-8", "replace"), re.M):
        variant = read_yaml(path, _Variant)
        if variant.based_on not in support_names() or path == SHELF / f"{variant.based_on}.yaml":
            shelf = ", ".join(support_names())
            raise InputError(where, "based_on", variant.based_on, f"must be another of {shelf}")
        support = _merged(load_support(variant.based_on), variant, where)
    else:
        support = read_yaml(path, Support)
    check_unique(where, "orders", [order.id for order in support.orders])
    return support


def _merged(base: Support, variant: _Variant, where: str) -> Support:
    fields: dict[str, Any] = {name: getattr(base, name) for name in Support.model_fields}
    given = {name: getattr(variant, name) for name in Support.model_fields}
    fields |= {name: value for name, value in given.items() if value is not None}
    check_unique(where, "orders", [order.id for order in variant.orders or ()])
    drugs = {order.id: order for order in (*base.orders, *(variant.orders or ()))}
    for name in variant.without:
        if name not in (PRESSOR, *drugs):
            allowed = f"must be {', '.join((PRESSOR, *drugs))}"
            raise InputError(where, "without", name, allowed)
        drugs.pop(name, None)
    if PRESSOR in variant.without:
        fields[PRESSOR] = None
    fields["orders"] = tuple(drugs.values())
    return Support(**fields)
