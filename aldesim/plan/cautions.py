"""What in a plan does not fit, or is not as usual."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from aldesim.drug import Product
from aldesim.plan.course import PlannedDose, Recipe
from aldesim.regimen import Regimen

TOLERANCE = 1e-6


def cautions(
    regimen: Regimen, product: Product | None, has_rules: bool, doses: Sequence[PlannedDose]
) -> Iterator[str]:
    """Sentences on what to know before relying on a plan: first the regimen's own notes.

    Parameters
    ----------
    regimen, product
        What is planned.
    has_rules : bool
        A rule set goes with the plan.
    doses : sequence of PlannedDose
        All doses, in order.
    """
    yield from (" ".join(note.split()) for note in regimen.notes)
    if product is None:
        yield (
            f"No vial of {regimen.molecule} is known: how doses are made up, how many vials they"
            " take and how long they keep is not planned. Name a product to have it."
        )
    else:
        yield from _making_up(regimen, product, doses)
    if not has_rules:
        yield "No rule set for holding a dose belongs to this regimen; name one to see its checks."
    yield from _clock_changes(doses)


def _making_up(regimen: Regimen, product: Product, doses: Sequence[PlannedDose]) -> Iterator[str]:
    """What is unusual in bags, syringes and times."""
    recipes: dict[Recipe, list[PlannedDose]] = {}
    for dose in doses:
        if dose.recipe is not None:
            recipes.setdefault(dose.recipe, []).append(dose)
    for recipe, group in recipes.items():
        for sentence in _bag(recipe, product) if recipe.minutes else _syringe(recipe, product):
            yield f"{which([dose.number for dose in group])}: {sentence}"
    if regimen.route == "IV_infusion":
        unusual = {r.minutes for r in recipes} - {round(product.infusion_minutes)}
        for minutes in sorted(unusual):
            yield f"Infusion over {minutes} min; the label's is {product.infusion_minutes:g} min."
    if any(recipe.minutes / 60 > product.stability_hours for recipe in recipes):
        yield f"An infusion lasts longer than a dose keeps ({product.stability_hours:g} h)."


def which(numbers: Sequence[int]) -> str:
    """Doses by number, runs shortened: "Doses 1 to 5, 8"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [str(r[0]) if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in runs]
    return ("Dose " if len(numbers) == 1 else "Doses ") + ", ".join(parts)


def _bag(recipe: Recipe, product: Product) -> Iterator[str]:
    bag, strength = product.dilution, recipe.concentration_ug_per_mL or 0.0
    window = f"{bag.lowest_ug_per_mL:g} to {bag.highest_ug_per_mL:g} ug/mL"
    low = bag.lowest_ug_per_mL * (1 - TOLERANCE)
    high = bag.highest_ug_per_mL * (1 + TOLERANCE)
    if not low <= strength <= high:
        yield (
            f"{recipe.mg:.3f} mg is too little for {window} in any bag filled in steps of"
            f" {bag.volume_step_mL:g} mL; {recipe.diluent_mL:g} mL gives {strength:.1f} ug/mL."
        )
    elif recipe.diluent_mL != bag.volume_mL:
        side = "above" if (recipe.diluent_mL or 0) > bag.volume_mL else "below"
        yield (
            f"{recipe.diluent_mL:g} mL of diluent, because {bag.volume_mL:g} mL would be {side} the"
            f" {window} allowed."
        )


def _syringe(recipe: Recipe, product: Product) -> Iterator[str]:
    limits = product.injection
    if recipe.draw_mL < limits.smallest_mL * (1 - TOLERANCE):
        yield (
            f"{recipe.draw_mL:.3f} mL is less than a syringe measures ({limits.smallest_mL:g} mL)."
        )
    if (recipe.syringes or 1) > 1:
        yield (
            f"{recipe.draw_mL:.2f} mL is more than one site takes ({limits.largest_mL:g} mL):"
            f" {recipe.syringes} syringes."
        )


def _clock_changes(doses: Sequence[PlannedDose]) -> Iterator[str]:
    """Where the clocks change between two doses of a cycle."""
    for one, other in pairwise(doses):
        before, after = one.start.utcoffset(), other.start.utcoffset()
        if one.cycle != other.cycle or before == after or before is None or after is None:
            continue
        change = "forward" if after > before else "back"
        kept = "their distance in hours" if other.amount.minutes else "the time of day"
        yield (
            f"The clocks go {change} between doses {one.number} and {other.number}"
            f" ({other.start:%d %B %Y}): the doses keep {kept}."
        )
