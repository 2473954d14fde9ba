"""A plan as plain text, 100 columns wide."""

import textwrap
from collections.abc import Iterator

from aldesim.drug import Product
from aldesim.plan.course import Amount, Plan, PlannedDose, Recipe
from aldesim.plan.monitoring import WHEN
from aldesim.plan.writing import PLAN_NOTICE, clock, day, miu, moment, quantity, steps, strength

WIDTH = 100


def to_text(plan: Plan) -> str:
    """Plan as text: what, when, how it is made, what is checked, what follows."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    yield plan.regimen.name
    yield from _wrapped(plan.regimen.description)
    yield from _wrapped(f"Source: {plan.regimen.source}")
    yield ""
    yield from _wrapped(PLAN_NOTICE)
    yield ""
    yield _person(plan)
    vials = f", {plan.total_vials} vials ({plan.product.name})" if plan.product else ""
    yield f"{len(plan.doses)} doses, {quantity(plan.total)} in all{vials}."
    if plan.warnings:
        yield from _heading("To know first")
        for sentence in plan.warnings:
            yield from _bullet(sentence)
    if plan.product is not None:
        yield from _making_up(plan, plan.product)
    yield from _heading("Doses")
    yield from _table(plan)
    yield from _checks(plan)
    if plan.rules is not None:
        yield from _heading(f"Before each dose: {plan.rules.name}")
        for _, limit in plan.rules.limits:
            yield from _bullet(f"{limit.id} [stop the cycle] {limit.text}")
        for rule in plan.rules.rules:
            verb = {"hold": "hold", "stop_cycle": "stop the cycle"}.get(
                rule.action, "stop for good"
            )
            yield from _bullet(f"{rule.id} [{verb}] {rule.title}: {rule.text}")
    if plan.milestones:
        yield from _heading("After the last dose")
        for stone in plan.milestones:
            yield from _bullet(f"{day(stone.date)}: {stone.title}. {stone.text}")


def _making_up(plan: Plan, product: Product) -> Iterator[str]:
    yield from _heading("Making up")
    for recipe, doses in plan.recipes():
        yield from _bullet(f"{doses[0].ordered}: {steps(recipe, product.dilution.fluid)}")
    yield from _bullet(
        f"Each vial with {product.reconstitution.water_mL:g} mL of sterile water:"
        f" {strength(product)}. {product.handling}"
    )
    yield from _bullet(f"Stability: {product.stability_hours:g} h, {product.storage}.")


def _person(plan: Plan) -> str:
    person = plan.person
    area = "" if person.BSA_m2 is None else f", {person.BSA_m2:.2f} m2"
    zone = f" ({plan.tz})" if plan.tz else ""
    first = moment(plan.doses[0].start)
    return f"For {person.weight_kg:g} kg{area}. First dose {first}{zone}."


def _table(plan: Plan) -> Iterator[str]:
    rows = [_row(dose) for dose in plan.doses]
    widths = [max(len(name), *(len(row[name]) for row in rows)) for name in rows[0]]
    for cells in (list(rows[0]), *(list(row.values()) for row in rows)):
        yield "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
    first = plan.doses[0].make_from
    if plan.product is not None and first is not None:
        yield from _wrapped(
            f"Make each dose no earlier than {plan.product.stability_hours:g} h before its end"
            f" (first: {moment(first)})."
        )


def _row(dose: PlannedDose) -> dict[str, str]:
    """Cells of a dose, by the head of their column; all doses of a plan have the same."""
    amount, recipe = dose.amount, dose.recipe
    cells = {
        "dose": f"{dose.number}",
        "cycle": f"{dose.cycle}",
        "day": f"{dose.day}",
        "date": day(dose.start),
        "time": clock(dose.start),
    }
    if amount.MIU is not None:
        cells["MIU"] = miu(amount.MIU)
    cells["mg"] = f"{amount.mg:.3f}"
    return cells | (_made(recipe) if recipe else {}) | _given(amount)


def _made(recipe: Recipe) -> dict[str, str]:
    cells = {"draw mL": f"{recipe.draw_mL:.2f}", "vials": f"{recipe.vials}"}
    if recipe.minutes:
        strength = f"{recipe.concentration_ug_per_mL:.1f}"
        return cells | {"bag mL": f"{recipe.bag_mL:.1f}", "ug/mL": strength}
    return cells | {"syringes": f"{recipe.syringes}"}


def _given(amount: Amount) -> dict[str, str]:
    return {"min": f"{amount.minutes}"} if amount.minutes else {}


def _checks(plan: Plan) -> Iterator[str]:
    for when, title in WHEN.items():
        checks = plan.monitoring.at(when)
        if checks:
            yield from _heading(title)
        for check in checks:
            often = f" ({check.how_often})" if check.how_often else ""
            yield from _bullet(f"{' '.join(check.what.split())}{often}. [{check.source}]")


def _heading(title: str) -> Iterator[str]:
    yield ""
    yield title.upper()


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), WIDTH)


def _bullet(text: str) -> list[str]:
    clean = " ".join(text.split())
    return textwrap.wrap(clean, WIDTH, initial_indent="- ", subsequent_indent="  ")
