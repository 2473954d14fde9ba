"""From a regimen and a person to a plan."""

from datetime import date, datetime, timedelta
from pathlib import Path

from aldesim.care import load_rules
from aldesim.drug import (
    Molecule,
    Product,
    injection,
    load_molecule,
    load_product,
    preparation,
    products,
)
from aldesim.drug.units import iu_from_mg, mg_from_iu
from aldesim.errors import InputError
from aldesim.plan.cautions import cautions
from aldesim.plan.clock import checked_start, dose_times, later
from aldesim.plan.course import Amount, Plan, PlannedDose, Recipe
from aldesim.plan.milestones import milestones
from aldesim.plan.monitoring import load_monitoring
from aldesim.plan.person import Person, person
from aldesim.regimen import Regimen, Slot, dose, load_regimen

MINUTES_PER_DAY = 1440


def plan(
    regimen: Regimen | str | Path,
    *,
    weight_kg: float,
    start: datetime,
    height_cm: float | None = None,
    BSA_m2: float | None = None,
    product: Product | str | Path | None = None,
    rules: str | Path | None = None,
    tz: str | None = None,
    discharge: date | None = None,
) -> Plan:
    """Plan of a course: every dose with its time and preparation, checks, and what follows.

    Research use only: it works out what a regimen says; it is no treatment advice.

    Parameters
    ----------
    regimen : Regimen, str or Path
        A regimen, a name on the shelf or a path of a YAML file.
    weight_kg : float
        Body weight.
    start : datetime
        Moment of the first dose.
    height_cm, BSA_m2 : float, optional
        Height, or body surface; one of them is needed for doses per square metre.
    product : Product, str or Path, optional
        Vial; by default the shelf's for the regimen's molecule. Without any the calendar is
        planned, how doses are made up is not.
    rules : str or Path, optional
        Rule set to check before each dose; by default the regimen's.
    tz : str, optional
        IANA time zone of a naive `start`; without it the clocks never change.
    discharge : date, optional
        Day of discharge from hospital; by default the day after the last dose.

    Raises
    ------
    InputError
        If something given is wrong; names the field.

    Examples
    --------
    >>> from datetime import datetime
    >>> from aldesim.plan import plan
    >>> course = plan("high-dose", weight_kg=82, start=datetime(2026, 11, 30, 8))
    >>> len(course.doses), course.doses[0].recipe.vials, course.doses[-1].start.isoformat()
    (28, 3, '2026-12-18T16:00:00')
    """
    chosen = regimen if isinstance(regimen, Regimen) else load_regimen(regimen)
    vial = product if isinstance(product, Product) else _vial(chosen, product)
    if vial is not None and vial.molecule != chosen.molecule:
        allowed = f"is a vial of {vial.molecule}; regimen {chosen.id} gives {chosen.molecule}"
        raise InputError("plan", "product", vial.id, allowed)
    if chosen.route == "oral":
        allowed = "cannot be planned: taken by mouth, interleukin-2 is digested"
        raise InputError(f"regimen {chosen.id}", "route", chosen.route, allowed)
    body = person(weight_kg, height_cm, BSA_m2)
    begin = checked_start(start, tz)
    doses = _doses(chosen, vial, body, begin)
    name = rules or chosen.rules
    return Plan(
        regimen=chosen,
        product=vial,
        rules=load_rules(name) if name else None,
        monitoring=load_monitoring(chosen.setting),
        person=body,
        tz=tz or (begin.tzname() or "" if begin.tzinfo else ""),
        doses=doses,
        milestones=milestones(chosen, doses, discharge),
        warnings=tuple(cautions(chosen, vial, bool(name), doses)),
    )


def _vial(regimen: Regimen, product: str | Path | None) -> Product | None:
    """Product asked for, or the first on the shelf with the regimen's molecule, if any."""
    if product is not None:
        return load_product(product)
    return next((one for one in products().values() if one.molecule == regimen.molecule), None)


def _doses(
    regimen: Regimen, product: Product | None, body: Person, start: datetime
) -> tuple[PlannedDose, ...]:
    slots, drug = regimen.slots(), load_molecule(regimen.molecule)
    keeps = None if product is None else timedelta(hours=product.stability_hours)
    amounts: dict[tuple[float, str, float], Amount] = {}
    planned = []
    for i, (begin, end) in enumerate(dose_times(slots, start)):
        slot = slots[i]
        key = (slot.amount, slot.unit, slot.duration)
        if key not in amounts:
            amounts[key] = _amount(regimen, slot, drug, product, body)
        planned.append(
            PlannedDose(
                number=i + 1,
                cycle=slot.cycle,
                slot=slot.slot,
                day=(begin.date() - start.date()).days + 1,
                start=begin,
                end=end,
                ordered=_ordered(slot),
                amount=amounts[key],
                make_from=None if keeps is None else later(end, -keeps),
            )
        )
    return tuple(planned)


def _amount(
    regimen: Regimen, slot: Slot, drug: Molecule, product: Product | None, body: Person
) -> Amount:
    """What a dose of this slot comes to, and how it is made up if a vial is known."""
    if slot.unit.endswith("/m2") and body.BSA_m2 is None:
        allowed = f"needed by regimen {regimen.id}, whose doses are per m2; or give BSA_m2"
        raise InputError("plan", "height_cm", None, allowed)
    area = body.BSA_m2 or 1.0  # without one no dose is per square metre
    unit, each = regimen.amount_unit, dose(slot, body.weight_kg, area)
    minutes = round(slot.duration * MINUTES_PER_DAY)
    if unit == "IU":
        iu, mg = each.item(), mg_from_iu(each, drug).item()
    else:
        mg = each.item()
        iu = None if drug.specific_activity is None else iu_from_mg(each, drug).item()
    if product is None:
        return Amount(IU=iu, mg=mg, minutes=minutes)
    if not minutes:
        drawn = injection(product, each, unit)
        return Recipe(
            IU=iu,
            mg=mg,
            minutes=0,
            draw_mL=drawn.draw_mL.item(),
            vials=drawn.vials.item(),
            syringes=drawn.syringes.item(),
        )
    made = preparation(product, each, unit)
    return Recipe(
        IU=iu,
        mg=mg,
        minutes=minutes,
        draw_mL=made.draw_mL.item(),
        vials=made.vials.item(),
        diluent_mL=made.diluent_mL.item(),
        concentration_ug_per_mL=made.concentration_ug_per_mL.item(),
    )


def _ordered(slot: Slot) -> str:
    """Dose as the regimen words it."""
    if not slot.unit.startswith("IU"):
        return f"{slot.amount:g} {slot.unit}"
    if slot.amount >= 1e6:
        return f"{slot.amount / 1e6:g} M{slot.unit}"
    return f"{slot.amount:,.0f} {slot.unit}"
