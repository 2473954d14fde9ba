"""Numbers and moments of a plan as they are written everywhere."""

from datetime import date, datetime

from aldesim.drug import Product
from aldesim.notice import NOTICE
from aldesim.plan.course import Amount, Recipe

PLAN_NOTICE = f"{NOTICE} A plan says what a published regimen says; it is no prescription."
ACTIONS = {"hold": "hold", "stop_cycle": "stop the cycle", "stop_for_good": "stop for good"}


def day(moment: date | datetime) -> str:
    """Such as "Mon 30 Nov 2026"."""
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def clock(moment: datetime) -> str:
    """Time of day, such as "08:00"."""
    return f"{moment:%H:%M}"


def moment(when: datetime) -> str:
    """Such as "Mon 30 Nov 2026, 08:00"."""
    return f"{day(when)}, {clock(when)}"


def iso(when: datetime) -> str:
    """ISO 8601 to the minute, with the offset where there is one."""
    return when.isoformat(timespec="minutes")


def miu(value: float) -> str:
    """Million IU to three decimals at most, such as "49.2"."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def quantity(amount: Amount) -> str:
    """Such as "49.2 MIU", or "0.42 mg" of a molecule that is dosed by mass."""
    return f"{amount.mg:.4g} mg" if amount.MIU is None else f"{miu(amount.MIU)} MIU"


def strength(product: Product) -> str:
    """Of the reconstituted solution, such as "18 MIU (1.1 mg) per mL"."""
    solution = product.reconstitution
    mass = f"{solution.mg_per_mL:g} mg"
    return (
        f"{mass if solution.MIU_per_mL is None else f'{solution.MIU_per_mL:g} MIU ({mass})'} per mL"
    )


def steps(recipe: Recipe, fluid: str) -> str:
    """How one dose is made up, as a sentence."""
    vials = f"{recipe.vials} vial" + ("" if recipe.vials == 1 else "s")
    amount = quantity(recipe) + ("" if recipe.IU is None else f" = {recipe.mg:.3f} mg")
    drawn = f"{amount}: draw {recipe.draw_mL:.2f} mL from {vials}"
    if recipe.diluent_mL is None:
        count = recipe.syringes or 1
        return f"{drawn}, undiluted, in {count} syringe" + ("." if count == 1 else "s.")
    return (
        f"{drawn} into {recipe.diluent_mL:g} mL of {fluid}: {recipe.bag_mL:.2f} mL at"
        f" {recipe.concentration_ug_per_mL:.1f} ug/mL, over {duration(recipe.minutes)}"
        f" ({recipe.mL_per_h:.4g} mL/h)."
    )


def duration(minutes: int) -> str:
    """Such as "15 min" or "24 h"."""
    return f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"
