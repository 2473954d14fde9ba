"""Plans of treatment, their units, and patients whose tumour is seen or not."""

from __future__ import annotations

from collections.abc import Sequence

from registry import Values
from running import Given

from aldesim.drug import load_molecule

HOUR = 1 / 24
BSA = 1.85  # m2
MIU = load_molecule("aldesleukin").pmol(1e6)
HIGH = 0.6 * 75 * MIU
PER_IU_ML = load_molecule("aldesleukin").pM(1.0)
SEEN = {"CTL_half_density": 3.0, "resistant_share": 1e-9, "resistance_mutation": 0.0}
UNSEEN = {"CTL_half_density": 500.0}


def high_dose(cycles: int = 1, doses: int = 14, pressor: float = 1.0) -> list[Given]:
    """Doses every 8 h, nine days of rest between cycles, and the ward's fluid and vasopressor."""
    plan = []
    for first in (k * ((doses - 1) / 3 + 9) for k in range(cycles)):
        stay = first + (doses - 1) / 3 + 0.5
        plan += [
            Given("crystalloid_rate", first, stay, 1.2),
            Given("oral_intake", first, stay, -0.7),
        ]
        plan += [Given("pressor_on", first, stay + 1.5, pressor)]
        starts = [first + k / 3 for k in range(doses)]
        plan += [Given("infusion_rate", t, t + HOUR / 4, 4 * 24 * HIGH) for t in starts]
    return plan


def infused(miu: float, days: float, first: float = 0.0) -> list[Given]:
    """A constant infusion of so many MIU a day."""
    return [Given("infusion_rate", first, first + days, miu * MIU)]


def under_skin(miu: float | Values, times: Sequence[float]) -> list[Given]:
    return [Given("il2_depot", float(t), float(t), miu * MIU) for t in times]


def antigen(days: float = 7.0) -> list[Given]:
    """A severe infection of a week."""
    return [Given("antigen_challenge", 0.0, days, 1.0)]
