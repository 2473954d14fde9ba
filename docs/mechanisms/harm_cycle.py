"""One cycle of high doses: how far a sign goes, and whether it comes back."""

from __future__ import annotations

import numpy as np
from plans import high_dose
from registry import Curve, Numbers
from running import Course, Variants, run, until


def felt(
    name: str, colour: str, variants: Variants, quantity: str, days: float = 16, scale: float = 1
) -> tuple[Course, list[Curve], Numbers]:
    """A cycle of high doses for each variant: course, curves, largest change from rest."""
    c = run(variants, high_dose(), until(days, 0.05), name)
    main = name.split()[0]
    change = c[main] - c[main][0]
    lowest, highest = change.min(axis=0), change.max(axis=0)
    largest = np.where(-lowest > highest, lowest, highest) * scale
    numbers = {
        quantity: c.each(largest),
        "the same a week after the last dose": c.each(scale * (c.at(main, 34 / 3) - c[main][0])),
    }
    return c, c.lines(main, colour, scale=scale), numbers


def worst(numbers: Numbers) -> list[float]:
    """Sizes of the first quantity, by variant."""
    return [abs(value) for value in next(iter(numbers.values())).values()]


def passes(numbers: Numbers, share: float = 0.35) -> bool:
    """Whether a week after the last dose little is left of the first variant's change."""
    largest, later = (abs(next(iter(row.values()))) for row in numbers.values())
    return later < share * largest
