"""What a mechanism is, and the list of all that were registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Numbers = dict[str, dict[str, float]]
Values = np.ndarray


@dataclass(frozen=True)
class Curve:
    """One line of a picture."""

    label: str
    x: Values
    y: Values
    colour: str
    dash: str = ""


@dataclass(frozen=True)
class Shown:
    """Curves, key numbers by quantity and variant, whether they go as stated, whose they are."""

    curves: list[Curve]
    numbers: Numbers
    holds: bool
    patient: str = "nominal"


@dataclass(frozen=True)
class Mechanism:
    """One plain statement, where the model says it, what turns it off, how to see it."""

    name: str
    chapter: str
    statement: str
    where: str
    switch: str
    y: str
    x: str
    log: str
    given: str
    show: Callable[[], Shown]


ONE, TWO = "one cycle of high dose", "two cycles of high dose"
INFECTION = "an infection of seven days, no drug"
MECHANISMS: dict[str, Mechanism] = {}


def mechanism(
    chapter: str,
    statement: str,
    where: str,
    switch: str,
    y: str,
    x: str = "Time, days",
    log: str = "",
    given: str = ONE,
) -> Callable[[Callable[[], Shown]], Callable[[], Shown]]:
    """Registers a function under its own name."""

    def register(show: Callable[[], Shown]) -> Callable[[], Shown]:
        name = show.__name__
        MECHANISMS[name] = Mechanism(
            name, chapter, statement, where, switch, y, x, log, given, show
        )
        return show

    return register


NATURAL, RECEPTORS, CELLS = "1. Natural IL-2", "2. Receptors", "3. Cells"
TUMOUR, ROUTES, VARIANTS = "4. Tumour", "5. Routes and products", "6. Variants"
HARM, HIV = "7. Harm, reversible", "8. HIV"
