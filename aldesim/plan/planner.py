"""From a regimen and a person to a plan."""

from datetime import date, datetime, timedelta
from pathlib import Path

from aldesim.care import load_rules
from aldesim.drug import Product, injection, load_product, preparation, products
from aldesim.errors import InputError
from aldesim.plan.cautions import cautions
from aldesim.plan.clock import checked_start, dose_times, later
from aldesim.plan.course import Plan, PlannedDose, Recipe
from aldesim.plan.milestones import milestones
from aldesim.plan.monitoring import load_monitoring
from aldesim.plan.person import Person, person
from aldesim.regimen import Regimen, Slot, dose_IU, load_regimen

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
        Vial; by default the shelf's for the regimen's molecule.
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
    if vial.molecule != chosen.molecule:
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


def _vial(regimen: Regimen, product: str | Path | None) -> Product:
    """Product asked for, or the first on the shelf with the regimen's molecule."""
    if product is not None:
        return load_product(product)
    for found in products().values():
        if found.molecule == regimen.molecule:
            return found
    allowed = f"no product on the shelf holds it; there are {', '.join(products())}"
    raise InputError(f"regimen {regimen.id}", "molecule", regimen.molecule, allowed)


def _doses(
    regimen: Regimen, product: Product, body: Person, start: datetime
) -> tuple[PlannedDose, ...]:
    slots = regimen.slots()
    stability = timedelta(hours=product.stability_hours)
    recipes: dict[tuple[float, str, float], Recipe] = {}
    planned = []
    for i, (begin, end) in enumerate(dose_times(slots, start)):
        slot = slots[i]
        key = (slot.amount, slot.unit, slot.duration)
        if key not in recipes:
            recipes[key] = _recipe(regimen, slot, product, body)
        planned.append(
            PlannedDose(
                number=i + 1,
                cycle=slot.cycle,
                slot=slot.slot,
                day=(begin.date() - start.date()).days + 1,
                start=begin,
                end=end,
                ordered=_ordered(slot),
                recipe=recipes[key],
                make_from=later(end, -stability),
            )
        )
    return tuple(planned)


def _recipe(regimen: Regimen, slot: Slot, product: Product, body: Person) -> Recipe:
    """How a dose of this slot is made up."""
    if slot.unit == "IU/m2" and body.BSA_m2 is None:
        allowed = f"needed by regimen {regimen.id}, whose doses are per m2; or give BSA_m2"
        raise InputError("plan", "height_cm", None, allowed)
    area = body.BSA_m2 or 1.0  # without one no dose is per square metre
    dose = dose_IU(slot, body.weight_kg, area)
    if not slot.duration:
        drawn = injection(product, dose)
        return Recipe(
            IU=dose.item(),
            mg=drawn.mg.item(),
            draw_mL=drawn.draw_mL.item(),
            vials=drawn.vials.item(),
            minutes=0,
            syringes=drawn.syringes.item(),
        )
    made = preparation(product, dose)
    return Recipe(
        IU=dose.item(),
        mg=made.mg.item(),
        draw_mL=made.draw_mL.item(),
        vials=made.vials.item(),
        minutes=round(slot.duration * MINUTES_PER_DAY),
        diluent_mL=made.diluent_mL.item(),
        concentration_ug_per_mL=made.concentration_ug_per_mL.item(),
    )


def _ordered(slot: Slot) -> str:
    """Dose as the regimen words it."""
    if slot.amount >= 1e6:
        return f"{slot.amount / 1e6:g} M{slot.unit}"
    return f"{slot.amount:,.0f} {slot.unit}"
