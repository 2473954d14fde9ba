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
        recipe = dose.recipe
        writer.writerow(
            (
                dose.number,
                dose.cycle,
                dose.slot,
                dose.day,
                iso(dose.start),
                iso(dose.end),
                dose.ordered,
                f"{recipe.IU:.0f}",
                f"{recipe.mg:.4f}",
                f"{recipe.draw_mL:.3f}",
                recipe.vials,
                "" if recipe.diluent_mL is None else f"{recipe.diluent_mL:g}",
                ""
                if recipe.concentration_ug_per_mL is None
                else f"{recipe.concentration_ug_per_mL:.2f}",
                "" if recipe.syringes is None else recipe.syringes,
                recipe.minutes,
                "" if recipe.mL_per_h is None else f"{recipe.mL_per_h:.2f}",
                iso(dose.make_from),
            )
        )
    return out.getvalue()
