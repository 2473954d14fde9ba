"""A plan as CSV: one row a dose."""

import csv
import io

from aldesim.plan.course import Plan
from aldesim.plan.writing import iso

COLUMNS = (
    "dose",
    "cycle",
    "dose_of_cycle",
    "day",
    "start",
    "end",
    "ordered",
    "IU",
    "mg",
    "draw_mL",
    "vials",
    "diluent_mL",
    "concentration_ug_per_mL",
    "syringes",
    "infusion_min",
    "rate_mL_per_h",
    "make_not_before",
)


def to_csv(plan: Plan) -> str:
    """Plan as CSV text; what a dose does not have is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for dose in plan.doses:
        amount, recipe = dose.amount, dose.recipe
        writer.writerow(
            (
                dose.number,
                dose.cycle,
                dose.slot,
                dose.day,
                iso(dose.start),
                iso(dose.end),
                dose.ordered,
                _number(amount.IU, ".0f"),
                f"{amount.mg:.4f}",
                _number(recipe and recipe.draw_mL, ".3f"),
                _number(recipe and recipe.vials, "d"),
                _number(recipe and recipe.diluent_mL, "g"),
                _number(recipe and recipe.concentration_ug_per_mL, ".2f"),
                _number(recipe and recipe.syringes, "d"),
                amount.minutes,
                _number(recipe and recipe.mL_per_h, ".2f"),
                "" if dose.make_from is None else iso(dose.make_from),
            )
        )
    return out.getvalue()


def _number(value: float | None, form: str) -> str:
    """A number, or nothing."""
    return "" if value is None else format(value, form)
