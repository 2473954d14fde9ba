"""A plan as plain text, 100 columns wide."""

import textwrap
from collections.abc import Iterator

from aldesim.plan.course import Plan, PlannedDose
from aldesim.plan.monitoring import WHEN
from aldesim.plan.writing import NOTICE, clock, day, miu, moment, steps

WIDTH = 100


def to_text(plan: Plan) -> str:
    """Plan as text: what, when, how it is made, what is checked, what follows."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    yield plan.regimen.name
    yield from _wrapped(plan.regimen.description)
    yield from _wrapped(f"Source: {plan.regimen.source}")
    yield ""
    yield from _wrapped(NOTICE)
    yield ""
    yield _person(plan)
    yield (
        f"{len(plan.doses)} doses, {miu(plan.total_IU / 1e6)} MIU in all, {plan.total_vials} vials"
        f" ({plan.product.name})."
    )
    if plan.warnings:
        yield from _heading("To know first")
        for sentence in plan.warnings:
            yield from _bullet(sentence)
    yield from _heading("Making up")
    for recipe, doses in plan.recipes():
        yield from _bullet(f"{doses[0].ordered}: {steps(recipe, plan.product.dilution.fluid)}")
    solution = plan.product.reconstitution
    yield from _bullet(
        f"Each vial with {solution.water_mL:g} mL of sterile water:"
        f" {solution.MIU_per_mL:g} MIU ({solution.mg_per_mL:g} mg) per mL."
        f" {plan.product.handling}"
    )
    yield from _bullet(f"Stability: {plan.product.stability_hours:g} h, {plan.product.storage}.")
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


def _person(plan: Plan) -> str:
    person = plan.person
    area = "" if person.BSA_m2 is None else f", {person.BSA_m2:.2f} m2"
    zone = f" ({plan.tz})" if plan.tz else ""
    first = moment(plan.doses[0].start)
    return f"For {person.weight_kg:g} kg{area}. First dose {first}{zone}."


def _table(plan: Plan) -> Iterator[str]:
    infused = any(dose.recipe.minutes for dose in plan.doses)
    last = ("bag mL", "ug/mL", "min") if infused else ("syringes",)
    head = ("dose", "cycle", "day", "date", "time", "MIU", "mg", "draw mL", "vials", *last)
    rows = [_row(dose, infused) for dose in plan.doses]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows, None):
        if row is not None:
            yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    hours = plan.product.stability_hours
    yield from _wrapped(
        f"Make each dose no earlier than {hours:g} h before its end (first:"
        f" {moment(plan.doses[0].make_from)})."
    )


def _row(dose: PlannedDose, infused: bool) -> tuple[str, ...]:
    recipe = dose.recipe
    last = (
        (f"{recipe.bag_mL:.1f}", f"{recipe.concentration_ug_per_mL:.1f}", f"{recipe.minutes}")
        if infused
        else (f"{recipe.syringes}",)
    )
    return (
        f"{dose.number}",
        f"{dose.cycle}",
        f"{dose.day}",
        day(dose.start),
        clock(dose.start),
        miu(recipe.MIU),
        f"{recipe.mg:.3f}",
        f"{recipe.draw_mL:.2f}",
        f"{recipe.vials}",
        *last,
    )


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
