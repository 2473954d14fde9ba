"""Each mechanism of the model switched on and off: numbers, a picture, a row of mechanisms.md.

    python docs/mechanisms.py                  lists the mechanisms
    python docs/mechanisms.py NAME             prints the numbers of one, draws its picture
    python docs/mechanisms.py --all            all of them, and the table mechanisms.md

One nominal patient at the values of the parameter table, unless the mechanism says otherwise. High
dose is 600,000 IU/kg over 15 minutes every 8 h, 14 doses a cycle, all given, with maintenance fluid
and a titrated vasopressor, and no drug against symptoms.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from aldesim import model
from aldesim.drug import load_molecule
from aldesim.engine import Model
from aldesim.report.palette import FONT, LIGHT

HERE = Path(__file__).parent
PICTURES = HERE / "images" / "mechanisms"
HOUR = 1 / 24
BSA = 1.85  # m2
MIU = load_molecule("aldesleukin").pmol(1e6)
HIGH = 0.6 * 75 * MIU
PER_IU_ML = load_molecule("aldesleukin").pM(1.0)
PG_PER_PMOL_L = 15.3
SEEN = {"CTL_half_density": 10.0, "resistant_share": 1e-9, "resistance_mutation": 0.0}
UNSEEN = {"CTL_half_density": 500.0}
INFECTED = {"viral_load_0": 30000.0, "CD4_0": 380.0, "Treg_0": 32.0}
Variants = Mapping[str, Mapping[str, float]]
Numbers = dict[str, dict[str, float]]
Values = np.ndarray


# --- what is given, and what follows -------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """An amount added to an input between two days, or to a state at one (start = stop).

    `amount` is one number or one for each variant.
    """

    name: str
    start: float
    stop: float
    amount: float | Values


@dataclass(frozen=True)
class Course:
    """Observables over days, one column for each variant."""

    labels: tuple[str, ...]
    day: Values
    values: dict[str, Values]

    def __getitem__(self, name: str) -> Values:
        return self.values[name]

    def highest(self, name: str) -> Values:
        return self[name].max(axis=0)

    def lowest(self, name: str) -> Values:
        return self[name].min(axis=0)

    def fold(self, name: str) -> Values:
        return self.highest(name) / self[name][0]

    def at(self, name: str, day: float) -> Values:
        return np.array([np.interp(day, self.day, column) for column in self[name].T])

    def area(self, name: str) -> Values:
        return np.trapezoid(self[name], self.day, axis=0)

    def each(self, values: Values) -> dict[str, float]:
        """Values by variant."""
        return dict(zip(self.labels, map(float, values), strict=True))

    def lines(self, name: str, *colours: str, scale: float = 1, time: float = 1) -> list[Curve]:
        """One curve for each variant: the first solid, the second grey and dashed."""
        styles = [(colours[0], ""), (LIGHT.muted, "6 4"), (LIGHT.accent, "2 3")]
        if len(colours) > 1:
            styles = [(colour, "6 4" if colour == LIGHT.muted else "") for colour in colours]
        columns = zip(self.labels, self[name].T, styles, strict=False)
        return [Curve(n, self.day * time, y * scale, *style) for n, y, style in columns]


@cache
def shipped() -> Model:
    return model.load()


def until(days: float, step: float = 0.1) -> Values:
    return np.linspace(0, days, round(days / step) + 1)


def run(
    variants: Variants, plan: Sequence[Given], days: Values, watch: str, rtol: float = 1e-4
) -> Course:
    """Course of the variants under one plan, seen at `days` and at each change of the plan.

    A variant names parameters (value), states (added at the start) and inputs (value held all the
    time); `treatment` is the share of the plan it gets.
    """
    il2, names = shipped(), tuple(watch.split())
    changed = {name for variant in variants.values() for name in variant}
    unknown = changed - {*il2.parameters, *il2.inputs, *il2.states, "treatment"}
    if unknown:
        raise KeyError(f"no such name in the model: {', '.join(sorted(unknown))}")

    def column(name: str, default: float) -> Values:
        return np.array([float(v.get(name, default)) for v in variants.values()])

    parameters = {n: column(n, v) for n, v in il2.parameters.items() if n in changed}
    held = {n: column(n, v) for n, v in il2.inputs.items()}
    share = column("treatment", 1.0)
    batch = il2.batch(parameters, len(variants), rtol=rtol, scale=model.state_scales())
    for name in changed.intersection(il2.states):
        batch.add(name, column(name, 0.0))
    edges = {round(t, 9) for g in plan for t in (g.start, g.stop) if t <= days[-1]}
    rows: list[list[Values]] = []
    times = sorted(edges | {round(float(t), 9) for t in days})
    inputs = dict(held)
    for time in times:
        batch.advance(time, inputs)
        inputs = {}
        if time in edges:
            inputs = dict(held)
            for g in plan:
                if g.start == g.stop and round(g.start, 9) == time:
                    batch.add(g.name, share * g.amount)
                elif round(g.start, 9) <= time < round(g.stop, 9):
                    inputs[g.name] = inputs[g.name] + share * g.amount
        rows.append(list(batch.observe(names).values()))
    if batch.status.any():
        raise ArithmeticError(batch.failure(int(batch.status.argmax())))
    values = np.array(rows).transpose(1, 0, 2)
    return Course(tuple(variants), np.array(times), dict(zip(names, values, strict=True)))


def named(parameters: Mapping[str, float]) -> str:
    """Parameters that differ from the table, as text."""
    return ", ".join(f"{name} {spoken(value)}" for name, value in parameters.items())


def resting(name: str, **parameters: float) -> float:
    return float(shipped().batch(parameters, 1).observe([name])[name][0])


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


def occupied(cell: str, level: Values, **parameters: float) -> Values:
    """Share of receptors that signal at tissue levels [pM] of the drug alone."""
    batch = shipped().batch({"il2_lymphoid_rest": 1e-18, **parameters}, len(level))
    seen = batch.observe(["peripheral_volume", "il2_free_fraction"])
    batch.add("il2_peripheral", level * seen["peripheral_volume"] / seen["il2_free_fraction"])
    return batch.observe([f"occupancy_{cell}"])[f"occupancy_{cell}"]


def half_level(cell: str, **parameters: float) -> float:
    """Level [pM] at which half of the receptors signal."""
    level = np.logspace(-1, 6, 400)
    return float(np.interp(0.5, occupied(cell, level, **parameters), level))


# --- the registry --------------------------------------------------------------------------------


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


@mechanism(
    NATURAL,
    "CD4 and CD8 T cells that meet their antigen make interleukin-2, and stop when it is gone.",
    "natural_il2.ant: activated_CD4, activated_CD8, secretion_node, il2_node",
    "antigen_challenge = 0 (input) or il2_secretion = 0",
    "Natural IL-2 in the node, pM",
    given=INFECTION,
)
def natural_il2() -> Shown:
    variants = {"infection, days 0-7": {}, "no antigen": {"treatment": 0}}
    watch = "il2_node activated_CD4 activated_CD8 secretion_node"
    c = run(variants, antigen(), until(24), watch)
    peak = c.highest("il2_node")
    numbers = {
        "highest level in the node, pM": c.each(peak),
        "level on day 20, pM": c.each(c.at("il2_node", 20)),
        "most activated CD4 cells, cells/uL": c.each(c.highest("activated_CD4")),
        "most activated CD8 cells, cells/uL": c.each(c.highest("activated_CD8")),
    }
    holds = peak[0] > 2 > peak[1] and c.at("il2_node", 20)[0] < 0.02 * peak[0]
    return Shown(c.lines("il2_node", LIGHT.il2), numbers, holds)


@mechanism(
    NATURAL,
    "The T cells that make interleukin-2 grow on it themselves.",
    "natural_il2.ant: activated_division, effect_activated",
    "il2_secretion = 0 and il2_lymphoid_rest = 0 (cells that cannot make any)",
    "Activated CD4 T cells, cells/uL",
    given=INFECTION,
)
def autocrine_growth() -> Shown:
    variants = {
        "with their IL-2": {},
        "unable to make it": {"il2_secretion": 1e-9, "il2_lymphoid_rest": 1e-9},
    }
    c = run(variants, antigen(), until(24), "activated_CD4")
    peak = c.highest("activated_CD4")
    numbers = {"most activated CD4 cells, cells/uL": c.each(peak)}
    return Shown(c.lines("activated_CD4", LIGHT.cd4), numbers, peak[0] > 2 * peak[1])


@mechanism(
    NATURAL,
    "Regulatory T cells compete for it and hold the response down.",
    "natural_il2.ant: uptake_node, turnover_Treg_node",
    "Treg taken away at the start, or node_share = 0",
    "Natural IL-2 in the node, pM",
    given=INFECTION,
)
def treg_compete() -> Shown:
    treg = resting("Treg")
    variants = {
        "usual Treg": {},
        "9 of 10 Treg removed": {"Treg": -0.9 * treg},
        "Treg doubled": {"Treg": treg},
    }
    c = run(variants, antigen(), until(24), "il2_node activated_CD4")
    level, cells = c.highest("il2_node"), c.highest("activated_CD4")
    numbers = {
        "highest level in the node, pM": c.each(level),
        "most activated CD4 cells, cells/uL": c.each(cells),
    }
    holds = bool(level[1] > 1.15 * level[0] > 1.3 * level[2] and cells[1] > cells[0] > cells[2])
    return Shown(c.lines("il2_node", LIGHT.il2, LIGHT.cd8, LIGHT.treg), numbers, holds)


@mechanism(
    NATURAL,
    "An impaired immune system makes less of it.",
    "natural_il2.ant: secretion_node, CD4_antigen_activated; tumour.ant: immune_competence",
    "immunosuppression = 0, steroid = 0 (inputs), CD4_0 at its table value",
    "Natural IL-2 in the node, pM",
    given=INFECTION,
)
def impaired_immunity() -> Shown:
    variants = {
        "healthy": {},
        "100 CD4 cells/uL": {"CD4_0": 100},
        "immunosuppressed": {"immunosuppression": 0.9},
    }
    c = run(variants, antigen(), until(24), "il2_node")
    peak = c.highest("il2_node")
    numbers = {"highest level in the node, pM": c.each(peak)}
    holds = max(peak[1:]) < 0.4 * peak[0]
    return Shown(c.lines("il2_node", LIGHT.il2, LIGHT.cd4, LIGHT.stopped), numbers, holds)


@mechanism(
    NATURAL,
    "Plasma at rest holds less than 1 pg/mL of it, and an infection hardly shows there: it stays "
    "in the node.",
    "natural_il2.ant: il2_lymphoid, il2_natural_plasma, secreting_CD4_0",
    "il2_lymphoid_rest = 0",
    "Natural IL-2 in plasma, pg/mL",
    given=INFECTION,
)
def baseline_plasma() -> Shown:
    variants = {
        "infection, days 0-7": {},
        "rest": {"treatment": 0},
        "none at rest": {"treatment": 0, "il2_lymphoid_rest": 1e-9},
    }
    c = run(variants, antigen(), until(24), "il2_natural_plasma secreting_CD4_0 CD4")
    level = PG_PER_PMOL_L * c["il2_natural_plasma"]
    secreting = 1e4 * c["secreting_CD4_0"][0, 1] / c["CD4"][0, 1]
    numbers = {
        "highest level, pg/mL": c.each(level.max(axis=0)),
        "secreting cells of 10,000 CD4 cells": {"rest": float(secreting)},
    }
    lines = c.lines("il2_natural_plasma", LIGHT.il2, scale=PG_PER_PMOL_L)
    return Shown(lines, numbers, bool(0.001 < level[0, 1] < 1 and level.max() < 1))


LEVELS = np.logspace(-1, 5, 121)
LEVEL = "Level in tissue, pM"


@mechanism(
    RECEPTORS,
    "Low levels reach the high-affinity receptors of Treg first, then those of CD4 T and "
    "CD56bright NK cells; CD8 T and other NK cells need nanomolar levels.",
    "receptors.ant: pairing_lymphoid, occupancy_Treg, occupancy_NK_bright, occupancy_CD8, "
    "occupancy_NK",
    "receptor_pairing = 0 (alpha chains do not help)",
    "Share of receptors that signal",
    LEVEL,
    "x",
    given="the drug alone at each level",
)
def affinity_order() -> Shown:
    cells = {
        "Treg": LIGHT.treg,
        "NK_bright": LIGHT.oxygen,
        "CD4": LIGHT.cd4,
        "CD8": LIGHT.cd8,
        "NK": LIGHT.nk,
    }
    names = {"NK_bright": "CD56bright NK", "NK": "CD56dim NK"}
    curves = [
        Curve(names.get(c, c), LEVELS, occupied(c, LEVELS), colour) for c, colour in cells.items()
    ]
    off = occupied("Treg", LEVELS, receptor_pairing=1e-9)
    curves.append(Curve("Treg without pairing", LEVELS, off, LIGHT.muted, "6 4"))
    half = {names.get(c, c): half_level(c) for c in cells}
    half["Treg without pairing"] = half_level("Treg", receptor_pairing=1e-9)
    low = {names.get(c, c): float(occupied(c, np.array([25.0]))[0]) for c in cells}
    numbers = {"level for half of the receptors, pM": half, "share that signals at 25 pM": low}
    holds = half["Treg"] < 70 and half["CD8"] > 30 * half["Treg"] < half["CD56dim NK"]
    ordered = low["Treg"] > 2 * low["CD4"] and low["CD4"] > 2 * low["CD8"]
    holds = holds and ordered and low["CD56bright NK"] > 3 * low["CD56dim NK"]
    return Shown(curves, numbers, holds)


@mechanism(
    RECEPTORS,
    "A variant that cannot bind CD25 takes the advantage of Treg away.",
    "receptors.ant: pairing_drug, alpha_free, occupancy_Treg, occupancy_CD8",
    "K_alpha = 1e9 pM (no alpha binding)",
    "Share of receptors that signal",
    LEVEL,
    "x",
    given="the drug alone at each level",
)
def no_alpha() -> Shown:
    curves, half = [], {}
    for cell, colour in (("Treg", LIGHT.treg), ("CD8", LIGHT.cd8)):
        for label, dash, alpha in (("native", "", {}), ("no alpha", "6 4", {"K_alpha": 1e9})):
            name = f"{cell}, {label}"
            curves.append(Curve(name, LEVELS, occupied(cell, LEVELS, **alpha), colour, dash))
            half[name] = half_level(cell, **alpha)
    numbers = {"level for half of the receptors, pM": half}
    holds = half["CD8, native"] > 30 * half["Treg, native"]
    return Shown(curves, numbers, holds and half["CD8, no alpha"] < 1.1 * half["Treg, no alpha"])


@mechanism(
    RECEPTORS,
    "Interleukin-2 induces its own high-affinity receptor (CD25).",
    "receptors.ant: CD25_Treg, CD25_CD8",
    "CD25_induction_Treg = 0, CD25_induction_CD8 = 0",
    "CD25 on a CD8 T cell, molecules",
    given="18 MIU/m2 a day by vein for five days",
)
def cd25_induction() -> Shown:
    off = {"CD25_induction_Treg": 0, "CD25_induction_CD8": 0}
    c = run(
        {"induced": {}, "induction off": off}, infused(18 * BSA, 5), until(15), "CD25_Treg CD25_CD8"
    )
    numbers = {
        "CD25 of CD8 cells, highest fold": c.each(c.fold("CD25_CD8")),
        "CD25 of Treg, highest fold": c.each(c.fold("CD25_Treg")),
    }
    holds = c.fold("CD25_CD8")[0] > 5 and 1.3 < c.fold("CD25_Treg")[0] < 4
    return Shown(c.lines("CD25_CD8", LIGHT.cd8), numbers, bool(holds))


@mechanism(
    RECEPTORS,
    "Occupied receptors are taken into the cell: beta and gamma are lost from the surface and made "
    "anew within hours.",
    "receptors.ant: surface_NK, surface_T, surface_Treg",
    "internalisation_rate = 0",
    "Receptors left on NK cells, %",
    given="six high doses",
)
def receptor_loss() -> Shown:
    variants = {"internalised": {}, "internalisation off": {"internalisation_rate": 1e-9}}
    c = run(variants, high_dose(doses=6), until(4, 0.01), "surface_NK")
    numbers = {
        "lowest share on the surface, %": c.each(100 * c.lowest("surface_NK")),
        "a day after the last dose, %": c.each(100 * c.at("surface_NK", 5 / 3 + 1)),
    }
    holds = c.lowest("surface_NK")[0] < 0.6 and c.at("surface_NK", 5 / 3 + 1)[0] > 0.85
    return Shown(c.lines("surface_NK", LIGHT.nk, scale=100), numbers, bool(holds))


@mechanism(
    RECEPTORS,
    "Activated cells shed CD25: soluble receptor rises many fold, a weak decoy.",
    "pharmacokinetics.ant: sIL2R, il2_free_fraction, shedding_Treg, shedding_CD8",
    "sIL2R_shedding_Treg = 0, sIL2R_shedding_CD8 = 0",
    "Soluble IL-2 receptor, fold of rest",
    given=TWO,
)
def soluble_receptor() -> Shown:
    off = {"sIL2R_shedding_Treg": 0, "sIL2R_shedding_CD8": 0}
    c = run(
        {"shed": {}, "shedding off": off}, high_dose(2), until(40), "sIL2R_fold il2_free_fraction"
    )
    free = c.lowest("il2_free_fraction")
    numbers = {
        "highest, fold": c.each(c.highest("sIL2R_fold")),
        "free share of the drug, lowest": c.each(free),
    }
    holds = bool(c.highest("sIL2R_fold")[0] > 5 and 0.8 < free[0] < free[1])
    return Shown(c.lines("sIL2R_fold", LIGHT.lymphocytes), numbers, holds)


@mechanism(
    RECEPTORS,
    "Cells consume what they bind: a share of a small dose, next to nothing of a large one, which "
    "saturates them.",
    "pharmacokinetics.ant: receptor_elimination, uptake_per_complex",
    "cells_in_reach = 0",
    "Plasma level per dose, pM/MIU",
    "Time, hours",
    "y",
    given="one bolus",
)
def uptake() -> Shown:
    doses = {"0.01 MIU": 0.01, "0.01 MIU, uptake off": 0.01, "60 MIU": 60.0}
    amounts = np.array(list(doses.values()))
    variants = {label: {"cells_in_reach": 1e-9} if "off" in label else {} for label in doses}
    plan = [Given("il2_central", 0, 0, amounts * MIU)]
    c = run(variants, plan, until(0.25, 0.002), "il2_plasma", rtol=1e-6)
    area = c.area("il2_plasma") / amounts * 24
    shown = Course(c.labels, c.day, {"level": c["il2_plasma"] / amounts})
    numbers = {"area under the level per dose, pM h/MIU": c.each(area)}
    lines = shown.lines("level", LIGHT.il2, time=24)
    return Shown(lines, numbers, bool(area[0] < 0.93 * min(area[1:])))


@mechanism(
    CELLS,
    "CD8 effectors multiply, most die within two weeks, some become memory.",
    "lymphocytes.ant: CD8_effector, CD8_contraction, CD8_memory",
    "memory_share = 0 (no memory), CD8_effector_growth = 0 (no growth)",
    "CD8 T cells, fold of rest",
)
def effector_memory() -> Shown:
    variants = {
        "with memory": {},
        "memory share 0": {"memory_share": 1e-9},
        "no effector growth": {"CD8_effector_growth": 1e-9},
    }
    c = run(variants, high_dose(), until(40), "CD8_effector CD8_memory")
    top = c.day[c["CD8_effector"][:, 0].argmax()]
    kept = (c.at("CD8_effector", top + 14) - c["CD8_effector"][0]) / (
        c.highest("CD8_effector") - c["CD8_effector"][0]
    )
    memory = c["CD8_memory"] / c["CD8_memory"][0]
    numbers = {
        "effectors, highest fold": c.each(c.fold("CD8_effector")),
        "share of the gain left 14 days later, %": c.each(100 * kept),
        "memory on day 40, fold": c.each(memory[-1]),
    }
    effector = c["CD8_effector"] / c["CD8_effector"][0]
    lines = [
        Curve("effectors", c.day, effector[:, 0], LIGHT.cd8),
        Curve("effectors, growth off", c.day, effector[:, 2], LIGHT.muted, "6 4"),
        Curve("memory", c.day, memory[:, 0], LIGHT.nk),
        Curve("memory, share 0", c.day, memory[:, 1], LIGHT.accent, "2 3"),
    ]
    holds = bool(kept[0] < 0.3 and memory[-1, 0] > 1.03 and memory[-1, 0] > memory[-1, 1])
    return Shown(lines, numbers, holds)


@mechanism(
    CELLS,
    "Overstimulated T cells die (activation-induced cell death).",
    "lymphocytes.ant: CD8_overstimulated; natural_il2.ant: activated_dying",
    "CD8_activation_death = 0, activated_death = 0",
    "CD8 effector T cells, fold of rest",
)
def activation_death() -> Shown:
    c = run(
        {"with": {}, "without": {"CD8_activation_death": 1e-9}},
        high_dose(),
        until(20),
        "CD8_effector",
    )
    fold = c.fold("CD8_effector")
    lines = c.lines("CD8_effector", LIGHT.cd8, scale=1 / resting("CD8_effector"))
    return Shown(lines, {"effectors, highest fold": c.each(fold)}, bool(fold[1] > 1.1 * fold[0]))


@mechanism(
    CELLS,
    "Treg are a brake: removed, killing of the tumour rises; doubled, it falls.",
    "tumour.ant: suppression, tumour_Treg, CTL_kill, NK_kill",
    "Treg and tumour_Treg taken away at the start; Treg_half_density = 1e9 (no suppression)",
    "Killing of tumour cells, 1/day",
)
def treg_brake() -> Shown:
    rest = {name: resting(name) for name in ("Treg", "tumour_Treg")}
    shares = {"usual Treg": 0.0, "9 of 10 removed": -0.9, "doubled": 1.0}
    variants = {n: {k: s * v for k, v in rest.items()} for n, s in shares.items()}
    c = run(variants, high_dose(), until(14), "CTL_kill NK_kill")
    total = Course(c.labels, c.day, {"kill": c["CTL_kill"] + c["NK_kill"]})
    kill = total.highest("kill")
    numbers = {"highest rate of killing, 1/day": c.each(kill)}
    holds = bool(kill[1] > 1.1 * kill[0] > 1.15 * kill[2])
    return Shown(total.lines("kill", LIGHT.il2, LIGHT.cd8, LIGHT.treg), numbers, holds)


@mechanism(
    CELLS,
    "CD56bright NK cells grow at low doses and mature into the other NK cells.",
    "lymphocytes.ant: NK_bright, NK_dim",
    "NK_bright_growth = 0",
    "NK cells, cells/uL",
    given="1 MIU/m2 a day under the skin, 84 days",
)
def nk_bright() -> Shown:
    variants = {"with CD56bright growth": {}, "without": {"NK_bright_growth": 1e-9}}
    c = run(variants, under_skin(BSA, range(84)), until(112, 0.5), "NK NK_bright")
    numbers = {
        "CD56bright cells, highest fold": c.each(c.fold("NK_bright")),
        "all NK cells, highest fold": c.each(c.fold("NK")),
    }
    holds = bool(c.fold("NK_bright")[0] > 5 and c.fold("NK")[0] > 2 * c.fold("NK")[1])
    return Shown(c.lines("NK", LIGHT.nk), numbers, holds)


@mechanism(
    CELLS,
    "NK cells are full lymphokine-activated killers after three to four days, and kill without "
    "antigen or priming.",
    "lymphocytes.ant: LAK; tumour.ant: NK_kill",
    "LAK_activation = 0",
    "Lymphokine-activated killing, 0-1",
    given="18 MIU/m2 a day by vein for ten days",
)
def lak() -> Shown:
    unprimed = {"priming": 1e-9, "tumour_memory_0": 1e-9}
    variants = {"no antigen, no priming": unprimed, "LAK off": unprimed | {"LAK_activation": 1e-9}}
    c = run(variants, infused(18 * BSA, 10), until(16), "LAK NK_kill CTL_kill")
    full = c.at("LAK", 10)[0]
    share = {f"day {d:g}": float(c.at("LAK", d)[0] / full) for d in (1, 2, 3.5)}
    numbers = {
        "share of the level of day 10": share,
        "killing by NK cells, highest, 1/day": c.each(c.highest("NK_kill")),
    }
    holds = share["day 1"] < 0.7 and share["day 3.5"] > 0.85 and c.highest("NK_kill")[0] > 0
    return Shown(c.lines("LAK", LIGHT.nk), numbers, bool(holds), named(unprimed))


@mechanism(
    CELLS,
    "B cells grow a little, with the help of CD4 cells.",
    "lymphocytes.ant: B_cells, blood_B",
    "B_cell_growth = 0",
    "B cells, all of the body, cells/uL",
)
def b_cells() -> Shown:
    c = run(
        {"with": {}, "without": {"B_cell_growth": 1e-9}}, high_dose(), until(30), "B_cells blood_B"
    )
    numbers = {
        "pool, highest fold": c.each(c.fold("B_cells")),
        "in blood, lowest share": c.each(c.lowest("blood_B") / c["blood_B"][0]),
    }
    return Shown(
        c.lines("B_cells", LIGHT.lymphocytes), numbers, bool(1.02 < c.fold("B_cells")[0] < 2)
    )


@mechanism(
    CELLS,
    "Eosinophils rise many fold, days after the lymphocytes.",
    "lymphocytes.ant: eosinophils",
    "eosinophil_gain = 0",
    "Eosinophils, 1000/uL",
)
def eosinophils() -> Shown:
    c = run({"with": {}, "without": {"eosinophil_gain": 0}}, high_dose(), until(30), "eosinophils")
    day = float(c.day[c["eosinophils"][:, 0].argmax()])
    numbers = {
        "highest fold": c.each(c.fold("eosinophils")),
        "day of the highest count": {"with": day},
    }
    return Shown(
        c.lines("eosinophils", LIGHT.blood), numbers, bool(c.fold("eosinophils")[0] > 3 and day > 3)
    )


@mechanism(
    CELLS,
    "Lymphocytes leave the blood within hours of a dose and come back in excess after the last.",
    "lymphocytes.ant: NK_marginated, T_marginated, lymphocytes",
    "NK_margination_max = 0, T_margination_max = 0",
    "Lymphocytes in blood, cells/uL",
)
def margination() -> Shown:
    off = {"NK_margination_max": 0, "T_margination_max": 0}
    c = run({"with": {}, "margination off": off}, high_dose(), until(20, 0.05), "lymphocytes")
    start, early = c["lymphocytes"][0], c.day < 13 / 3
    lowest = 100 * c["lymphocytes"][early].min(axis=0) / start
    later = c["lymphocytes"][~early].max(axis=0) / start
    numbers = {"lowest during the cycle, % of rest": c.each(lowest), "rebound, fold": c.each(later)}
    holds = bool(lowest[0] < 35 < lowest[1] and later[0] > 1.5)
    return Shown(c.lines("lymphocytes", LIGHT.lymphocytes), numbers, holds)


@mechanism(
    CELLS,
    "Low doses grow Treg and NK cells; high doses are needed for effector T cells.",
    "receptors.ant: effect_Treg, effect_CD8, effect_NK; lymphocytes.ant: Treg, CD8_effector, NK",
    "K_alpha = 1e9 (no alpha binding: Treg lose their lead)",
    "Pool after 28 days, fold of rest",
    "Daily subcutaneous dose, MIU",
    "x",
    given="one dose a day under the skin, 28 days",
)
def selectivity() -> Shown:
    doses = np.logspace(-1, 2, 25)
    pools = {"Treg": LIGHT.treg, "NK": LIGHT.nk, "CD8_effector": LIGHT.cd8, "CD4": LIGHT.cd4}
    fold = {}
    for label, change in (("", {}), (" without alpha", {"K_alpha": 1e9})):
        plan = under_skin(doses, range(28))
        variants = {f"{dose:.3g} MIU": change for dose in doses}
        c = run(variants, plan, until(28, 7), " ".join(pools))
        fold |= {pool + label: c[pool][-1] / c[pool][0] for pool in pools}
    curves = [Curve(p.replace("_", " "), doses, fold[p], colour) for p, colour in pools.items()]
    curves.append(Curve("Treg, no alpha", doses, fold["Treg without alpha"], LIGHT.muted, "6 4"))

    def at(dose: float) -> dict[str, float]:
        return {
            name.replace("_", " "): float(np.interp(dose, doses, y)) for name, y in fold.items()
        }

    numbers = {f"fold at {dose:g} MIU a day": at(dose) for dose in (1.0, 30.0)}
    low, high = at(1.0), at(30.0)
    holds = low["Treg"] > 1.5 and low["CD8 effector"] < 1.15 and high["CD8 effector"] > 1.4
    return Shown(curves, numbers, holds and low["Treg without alpha"] < 0.7 * low["Treg"])


TWO_YEARS = np.r_[until(60, 0.5), np.arange(65, 731, 5.0)]


@mechanism(
    TUMOUR,
    "Cytotoxic T cells kill tumour cells that show antigen.",
    "tumour.ant: CTL_kill, TIL, sensitive_kill",
    "CTL_kill_max = 0",
    "Sum of longest diameters, mm",
    given=TWO,
)
def ctl() -> Shown:
    off = SEEN | {"CTL_kill_max": 1e-9}
    variants = {"with": SEEN, "CTL killing off": off, "untreated": SEEN | {"treatment": 0}}
    c = run(variants, high_dose(2), until(180, 1), "SLD")
    last = c["SLD"][-1]
    numbers = {"diameters on day 180, mm": c.each(last)}
    lines = c.lines("SLD", LIGHT.cd8)
    return Shown(lines, numbers, bool(last[0] < 0.5 * min(last[1:])), named(SEEN))


@mechanism(
    TUMOUR,
    "NK and lymphokine-activated killers reach tumour cells that T cells do not recognise.",
    "tumour.ant: NK_kill, resistant_kill_rate",
    "LAK_kill = 0",
    "Tumour, mL",
    given=TWO,
)
def nk_kill() -> Shown:
    unseen = {"CTL_half_density": 1e5, "SLD_0": 40.0}
    variants = {"with": unseen, "NK and LAK off": unseen | {"LAK_kill": 1e-9}}
    c = run(variants, high_dose(2), until(45, 0.5), "tumour_volume")
    last = c["tumour_volume"][-1]
    numbers = {"tumour on day 45, mL": c.each(last)}
    return Shown(
        c.lines("tumour_volume", LIGHT.nk), numbers, bool(last[0] < 0.98 * last[1]), named(unseen)
    )


@mechanism(
    TUMOUR,
    "Interferon gamma makes the tumour bed call T cells in (chemokines).",
    "tumour.ant: chemokines, TIL_homing",
    "homing_chemokines = 0",
    "T cells that enter the tumour, million/day",
    given=TWO,
)
def homing() -> Shown:
    variants = {"with": {}, "chemokines off": {"homing_chemokines": 0}}
    c = run(variants, high_dose(2), until(40, 0.2), "TIL_homing TIL")
    top, day_18 = c.highest("TIL_homing"), c.at("TIL", 18)
    numbers = {
        "most that enter, million/day": c.each(top),
        "T cells in the tumour on day 18, million": c.each(day_18),
    }
    lines = c.lines("TIL_homing", LIGHT.cd8)
    return Shown(lines, numbers, bool(top[0] > 1.03 * top[1] and day_18[0] > day_18[1]))


@mechanism(
    TUMOUR,
    "T cells exhaust in a bulky tumour.",
    "tumour.ant: TIL_loss_total",
    "TIL_exhaustion = 0",
    "Tumour, mL",
    given=TWO,
)
def exhaustion() -> Shown:
    seen = {"CTL_half_density": 15.0}
    variants = {"with exhaustion": seen, "without": seen | {"TIL_exhaustion": 1e-9}}
    c = run(variants, high_dose(2), until(120, 1), "tumour_volume")
    last = c["tumour_volume"][-1]
    numbers = {"tumour on day 120, mL": c.each(last)}
    return Shown(
        c.lines("tumour_volume", LIGHT.tumour), numbers, bool(last[0] > 1.1 * last[1]), named(seen)
    )


@mechanism(
    TUMOUR,
    "Treg protect the tumour from inside.",
    "tumour.ant: suppression, tumour_Treg",
    "Treg_half_density = 1e9",
    "Tumour, mL",
    given=TWO,
)
def tumour_treg() -> Shown:
    seen = {"CTL_half_density": 10.0}
    variants = {"with Treg": seen, "suppression off": seen | {"Treg_half_density": 1e9}}
    c = run(variants, high_dose(2), until(120, 1), "tumour_volume")
    last = c["tumour_volume"][-1]
    numbers = {"tumour on day 120, mL": c.each(last)}
    return Shown(
        c.lines("tumour_volume", LIGHT.treg), numbers, bool(last[0] > 1.1 * last[1]), named(seen)
    )


@mechanism(
    TUMOUR,
    "Clones without antigen survive and bring the relapse.",
    "tumour.ant: tumour_resistant, resistant_kill_rate",
    "resistant_share = 1e-9, resistance_mutation = 0",
    "Sum of longest diameters, mm",
    given=TWO,
)
def resistance() -> Shown:
    variants = {
        "5 % resistant": SEEN | {"resistant_share": 0.05},
        "none resistant": SEEN,
    }
    c = run(variants, high_dose(2), TWO_YEARS, "SLD")
    numbers = {"smallest, mm": c.each(c.lowest("SLD")), "after two years, mm": c.each(c["SLD"][-1])}
    holds = bool(c["SLD"][-1, 0] > 1.2 * c.lowest("SLD")[0] and c["SLD"][-1, 1] < 1)
    return Shown(c.lines("SLD", LIGHT.tumour), numbers, holds, named(SEEN))


@mechanism(
    TUMOUR,
    "Dying tumour cells release antigen, which primes new T cells.",
    "tumour.ant: antigen_release, dendritic, new_clones",
    "priming = 0",
    "Tumour-specific T cells, cells/uL",
    given=TWO,
)
def priming() -> Shown:
    seen = {"CTL_half_density": 10.0, "reactivation": 1e-9}
    variants = {"with priming": seen, "priming off": seen | {"priming": 1e-9}}
    c = run(variants, high_dose(2), until(120, 0.5), "tumour_specific_T dendritic")
    peak = c.highest("tumour_specific_T")
    numbers = {
        "most specific T cells, cells/uL": c.each(peak),
        "antigen on dendritic cells, highest, 0-1": c.each(c.highest("dendritic")),
    }
    return Shown(
        c.lines("tumour_specific_T", LIGHT.cd8), numbers, bool(peak[0] > 2 * peak[1]), named(seen)
    )


@mechanism(
    TUMOUR,
    "Memory goes on after the last dose: it keeps what is left of the tumour from growing again.",
    "tumour.ant: tumour_memory, surveillance",
    "surveillance_kill = 0",
    "Tumour, mL",
    log="y",
    given=TWO,
)
def memory() -> Shown:
    variants = {"with memory": SEEN, "surveillance off": SEEN | {"surveillance_kill": 1e-9}}
    years = np.r_[until(60, 0.5), np.arange(65, 3001, 5.0)]
    c = run(variants, high_dose(2), years, "tumour_volume tumour_memory")
    last = c["tumour_volume"][-1]
    numbers = {
        "specific memory after eight years, cells/uL": c.each(c["tumour_memory"][-1]),
        "tumour after eight years, mL": c.each(last),
    }
    shown = Course(c.labels, c.day, {"v": np.maximum(c["tumour_volume"], 1e-6)})
    holds = bool(last[0] < 1e-3 * last[1])
    return Shown(shown.lines("v", LIGHT.cd8), numbers, holds, named(SEEN))


ARCHETYPES: dict[str, tuple[dict[str, float], str]] = {
    "durable CR": (SEEN, LIGHT.cr),
    "CR, relapse": (SEEN | {"resistant_share": 1e-4, "surveillance_kill": 0.003}, LIGHT.il2),
    "PR, relapse": (SEEN | {"resistant_share": 0.05}, LIGHT.pr),
    "SD": ({"CTL_half_density": 50.0, "tumour_doubling_time": 100.0}, LIGHT.sd),
    "PD": (UNSEEN, LIGHT.pd),
}


@mechanism(
    TUMOUR,
    "Complete and partial responses, relapse, stable and progressive disease arise from parameters "
    "alone.",
    "tumour.ant: ln_tumour_sensitive, ln_tumour_resistant, SLD",
    "CTL_half_density, resistant_share, surveillance_kill, tumour_doubling_time choose the course",
    "Diameters, % of start",
    given=TWO,
)
def archetypes() -> Shown:
    treated = {name: parameters for name, (parameters, _) in ARCHETYPES.items()}
    years = np.r_[until(180, 1), np.arange(185, 1461, 5.0)]
    c = run(treated, high_dose(2), years, "SLD")
    alone = run(treated, [], years, "SLD")
    size, untreated = (100 * x["SLD"] / x["SLD"][0] for x in (c, alone))
    shown = Course(c.labels, c.day, {"SLD": size})
    smallest, half_year, last = size.min(axis=0), shown.at("SLD", 180), size[-1]
    numbers = {
        "smallest, % of start": c.each(smallest),
        "day 180, %": c.each(half_year),
        "four years, %": c.each(last),
        "untreated, smallest, %": c.each(untreated.min(axis=0)),
        "untreated, four years, %": c.each(untreated[-1]),
    }
    clear = smallest[0] < 1 and last[0] < 1 and smallest[1] < 2 and last[1] > 20
    partial = 2 < smallest[2] < 70 and last[2] > 1.2 * smallest[2]
    steady = 70 < half_year[3] < 120 < half_year[4]
    lines = [
        Curve(curve.label, curve.x[curve.y <= 250], curve.y[curve.y <= 250], curve.colour)
        for curve in shown.lines("SLD", *(colour for _, colour in ARCHETYPES.values()))
    ]
    patient = "; ".join(f"{name}: {named(p)}" for name, p in treated.items())
    holds = bool(clear and partial and steady and untreated[-1].min() > 100)
    return Shown(lines, numbers, holds, patient)


@mechanism(
    TUMOUR,
    "Treatment slows the spread: NK cells and memory clear cells on their way.",
    "tumour.ant: metastasis_hazard, seeding_defence",
    "seeding_NK_brake = 0, seeding_memory_half = 1e9",
    "New lesions expected so far",
    given=TWO,
)
def spread() -> Shown:
    same = UNSEEN | {"LAK_kill": 1e-9}
    variants = {
        "treated": same,
        "untreated": same | {"treatment": 0},
    }
    c = run(variants, high_dose(2), until(90, 0.5), "metastasis_hazard")
    last = c["metastasis_hazard"][-1]
    numbers = {"new lesions expected in 90 days": c.each(last)}
    return Shown(
        c.lines("metastasis_hazard", LIGHT.nk), numbers, bool(last[0] < 0.8 * last[1]), named(same)
    )


@mechanism(
    TUMOUR,
    "Chemotherapy kills in proportion while it is given and hurts the marrow; immunity stays.",
    "chemotherapy.ant: chemotherapy_kill, marrow_progenitors, neutrophils",
    "chemotherapy_rate = 0 (input)",
    "Sum of longest diameters, mm",
    given="two cycles of high dose, or 1000 mg/m2 every 21 days six times",
)
def chemotherapy() -> Shown:
    sensitive = {"chemotherapy_tumour_kill": 0.06} | UNSEEN
    plan = [Given("chemotherapy_rate", 21.0 * k, 21.0 * k + HOUR, 1850 / HOUR) for k in range(6)]
    watch = "SLD neutrophils tumour_memory"
    toxic = run({"dacarbazine-like": sensitive}, plan, TWO_YEARS, watch)
    immune = run({"IL-2": SEEN}, high_dose(2), TWO_YEARS, watch)
    both = {"IL-2": immune, "dacarbazine-like": toxic}
    numbers = {
        "diameters, smallest, mm": {n: float(c.lowest("SLD")[0]) for n, c in both.items()},
        "after two years, mm": {n: float(c["SLD"][-1, 0]) for n, c in both.items()},
        "neutrophils, lowest, 1000/uL": {
            n: float(c.lowest("neutrophils")[0]) for n, c in both.items()
        },
        "memory, highest fold": {n: float(c.fold("tumour_memory")[0]) for n, c in both.items()},
    }
    patient = f"IL-2: {named(SEEN)}; dacarbazine-like: {named(sensitive)}"
    end, marrow, learned = list(numbers.values())[1:]
    holds = end["IL-2"] < 1 < 60 < end["dacarbazine-like"] and marrow["dacarbazine-like"] < 2.5
    lines = immune.lines("SLD", LIGHT.il2)
    lines += [Curve("dacarbazine-like", toxic.day, toxic["SLD"][:, 0], LIGHT.stopped, "6 4")]
    return Shown(
        lines, numbers, holds and learned["IL-2"] > 2 * learned["dacarbazine-like"], patient
    )


@mechanism(
    ROUTES,
    "By vein as a bolus, over 15 minutes or a day, under the skin: the route sets peak and "
    "duration. By mouth nothing arrives.",
    "pharmacokinetics.ant: il2_central, il2_depot, il2_lymph, il2_plasma",
    "the input or state that is dosed; SC_bioavailability = 0 leaves nothing of a depot",
    "Plasma level, IU/mL",
    "Time, hours",
    "y",
    given="18 MIU once",
)
def routes() -> Shown:
    dose, one = 18 * MIU, np.eye(5)
    plan = [
        Given("il2_central", 0, 0, dose * one[0]),
        Given("infusion_rate", 0, HOUR / 4, 96 * dose * one[1]),
        Given("infusion_rate", 0, 1, dose * one[2]),
        Given("il2_depot", 0, 0, dose * one[3]),
    ]
    labels = ("bolus", "15 minutes", "24 hours", "under the skin", "by mouth: nothing")
    c = run({label: {} for label in labels}, plan, until(1.25, 0.005), "il2_plasma", rtol=1e-6)
    level = Course(c.labels, c.day, {"IU": np.maximum(c["il2_plasma"] / PER_IU_ML, 0.1)})
    peak = c.highest("il2_plasma") / PER_IU_ML
    numbers = {
        "highest level after 18 MIU, IU/mL": c.each(peak),
        "at hour": c.each(24 * c.day[c["il2_plasma"].argmax(axis=0)]),
        "area, IU h/mL": c.each(24 * c.area("il2_plasma") / PER_IU_ML),
    }
    colours = (LIGHT.pressor, LIGHT.il2, LIGHT.nk, LIGHT.held, LIGHT.muted)
    holds = bool(peak[0] > peak[1] > peak[2] > peak[3] > peak[4] == 0)
    return Shown(level.lines("IU", *colours, time=24), numbers, holds)


@mechanism(
    ROUTES,
    "Small doses under the skin lose most of themselves in the draining nodes.",
    "pharmacokinetics.ant: node_uptake",
    "node_uptake_max = 0",
    "Area under level per dose, pM h/MIU",
    "Dose under the skin, MIU",
    "x",
    given="one dose under the skin",
)
def small_doses() -> Shown:
    doses = np.logspace(-1, np.log10(30), 25)
    area = {}
    for label, change in (("with", {}), ("node uptake off", {"node_uptake_max": 1e-9})):
        c = run(
            {f"{d:.4g}": change for d in doses},
            under_skin(doses, [0]),
            until(1.5, 0.02),
            "il2_plasma",
        )
        area[label] = 24 * c.area("il2_plasma") / doses
    curves = [
        Curve("with", doses, area["with"], LIGHT.il2),
        Curve("node uptake off", doses, area["node uptake off"], LIGHT.muted, "6 4"),
    ]

    def at(dose: float) -> dict[str, float]:
        return {label: float(np.interp(dose, doses, y)) for label, y in area.items()}

    numbers = {f"per MIU at {dose:g} MIU, pM h/MIU": at(dose) for dose in (0.5, 18)}
    holds = at(0.5)["with"] < 0.6 * at(18)["with"] and at(0.5)["with"] < at(0.5)["node uptake off"]
    return Shown(curves, numbers, holds)


@mechanism(
    ROUTES,
    "The same daily dose reaches less after weeks, as Treg grow and gain receptors; what is left "
    "meets soluble receptor.",
    "pharmacokinetics.ant: node_uptake, receptor_elimination, il2_free_fraction",
    "Treg_growth = 0, CD25_induction_Treg = 0, sIL2R_shedding_Treg = 0",
    "Free peak level of the day, pM",
    given="1 MIU/m2 a day under the skin, 56 days",
)
def tachyphylaxis() -> Shown:
    off = {"Treg_growth": 1e-9, "CD25_induction_Treg": 0, "sIL2R_shedding_Treg": 0}
    days = np.array([d + h / 24 for d in range(56) for h in (3, 3.5, 4, 4.5, 5)])
    plan = under_skin(BSA, range(56))
    c = run(
        {"with": {}, "no Treg growth or shedding": off}, plan, days, "il2_plasma_free sIL2R_fold"
    )
    day = np.arange(56)
    level = c["il2_plasma_free"]
    peaks = np.array([level[(c.day >= d) & (c.day < d + 1)].max(axis=0) for d in day])
    shown = Course(c.labels, day + 1.0, {"peak": peaks})
    numbers = {
        "peak on day 1, pM": c.each(peaks[0]),
        "peak on day 56, pM": c.each(peaks[-1]),
        "soluble receptor, highest fold": c.each(c.highest("sIL2R_fold")),
    }
    loss = peaks[-1] / peaks[0]
    return Shown(
        shown.lines("peak", LIGHT.il2), numbers, bool(loss[0] < 0.95 and loss[0] < loss[1] - 0.05)
    )


@mechanism(
    ROUTES,
    "Repeated courses under the skin can raise neutralising antibodies, which take the effect "
    "away.",
    "pharmacokinetics.ant: antibody_memory, neutralising_antibody, il2_free_fraction",
    "immunogenicity = 0",
    "Neutralising antibody (1 halves the drug)",
    given="9 MIU under the skin, five days a week for six weeks, three times",
)
def antibodies() -> Shown:
    days = [63.0 * course + d for course in range(3) for d in range(42) if d % 7 < 5]
    variants = {
        "susceptible patient": {"immunogenicity": 4},
        "usual": {},
        "not immunogenic": {"immunogenicity": 0},
    }
    watch = "neutralising_antibody signal_NK"
    c = run(variants, under_skin(9.0, days), until(189, 0.25), watch)
    first, third = c.day < 63, c.day > 126
    titre = c["neutralising_antibody"]
    numbers = {
        "highest titre, first course": c.each(titre[first].max(axis=0)),
        "highest titre, third course": c.each(titre[third].max(axis=0)),
        "NK signal, highest, third course": c.each(c["signal_NK"][third].max(axis=0)),
    }
    signal = c["signal_NK"][third].max(axis=0)
    later = titre[third].max(axis=0)
    holds = bool(
        later[0] > max(1, 2 * titre[first].max()) and later[2] == 0 and signal[0] < 0.8 * signal[2]
    )
    colours = (LIGHT.stopped, LIGHT.il2, LIGHT.muted)
    return Shown(c.lines("neutralising_antibody", *colours), numbers, holds)


@mechanism(
    ROUTES,
    "Without kidneys, on haemodialysis, clearance falls to two fifths and levels last longer.",
    "pharmacokinetics.ant: renal_clearance_left, clearance_relative",
    "dialysis = 0 (input)",
    "Plasma level, pM",
    "Time, hours",
    "y",
    given="a bolus of 5 nmol",
)
def dialysis() -> Shown:
    plan = [Given("il2_central", 0, 0, 5000.0)]
    variants = {"on dialysis": {"dialysis": 1}, "own kidneys": {}}
    c = run(variants, plan, until(0.5, 0.002), "il2_plasma", rtol=1e-6)
    clearance = 5000 / c.area("il2_plasma") / 1.44
    shown = Course(c.labels, c.day, {"pM": np.maximum(c["il2_plasma"], 0.1)})
    numbers = {
        "clearance, mL/min": c.each(clearance),
        "level after 6 h, pM": c.each(c.at("il2_plasma", 0.25)),
    }
    holds = bool(0.3 < clearance[0] / clearance[1] < 0.5)
    return Shown(shown.lines("pM", LIGHT.kidney, time=24), numbers, holds)


@mechanism(
    ROUTES,
    "A conjugate that releases its active form acts late, low and long.",
    "pharmacokinetics.ant: il2_prodrug, il2_part_released",
    "prodrug_release = 0",
    "Active drug in plasma, IU/mL",
    log="y",
    given="10 nmol by vein",
)
def prodrug() -> Shown:
    both = np.array([1.0, 0.0])
    plan = [Given("il2_prodrug", 0, 0, 1e4 * both), Given("il2_central", 0, 0, 1e4 * (1 - both))]
    variants = {"releasable conjugate": {"prodrug_release": 1.6}, "plain, as a bolus": {}}
    c = run(variants, plan, until(6, 0.01), "il2_plasma", rtol=1e-6)
    shown = Course(c.labels, c.day, {"IU": np.maximum(c["il2_plasma"] / PER_IU_ML, 0.01)})
    numbers = {
        "highest level, IU/mL": c.each(shown.highest("IU")),
        "at hour": c.each(24 * c.day[c["il2_plasma"].argmax(axis=0)]),
        "day 3, IU/mL": c.each(c.at("il2_plasma", 3) / PER_IU_ML),
    }
    peak, late = c.highest("il2_plasma"), c.at("il2_plasma", 3)
    return Shown(
        shown.lines("IU", LIGHT.il2), numbers, bool(peak[0] < 0.1 * peak[1] and late[0] > late[1])
    )


@mechanism(
    VARIANTS,
    "Variants shift the choice of cells: without alpha binding all cells are alike; a mutein with "
    "weak beta-gamma binding keeps to Treg up to levels at which aldesleukin drives CD8 cells.",
    "receptors.ant: pairing_drug, two_chain_lymphoid, complexes_Treg, complexes_CD8",
    "K_alpha, K_beta_gamma (molecules.yaml)",
    "Share that signals: Treg less CD8",
    LEVEL,
    "x",
    given="each variant alone at each level",
)
def muteins() -> Shown:
    shelf = {"aldesleukin": LIGHT.il2, "Fc_IL2_N88D": LIGHT.treg, "nemvaleukin": LIGHT.nk}
    curves, ratio, gap = [], {}, {}
    for name, colour in shelf.items():
        found = load_molecule(name).affinities
        affinities = {"K_alpha": found.K_alpha, "K_beta_gamma": found.K_beta_gamma}
        treg, cd8 = (occupied(cell, LEVELS, **affinities) for cell in ("Treg", "CD8"))
        curves.append(Curve(name.replace("_", " "), LEVELS, treg - cd8, colour))
        ratio[name] = half_level("CD8", **affinities) / half_level("Treg", **affinities)
        gap[name] = float(np.interp(3000, LEVELS, treg - cd8))
    numbers = {
        "half-maximal level of CD8 cells over that of Treg, fold": ratio,
        "share of Treg receptors less that of CD8 at 3000 pM": gap,
    }
    holds = ratio["nemvaleukin"] < 1.1 < 10 < min(ratio["aldesleukin"], ratio["Fc_IL2_N88D"])
    return Shown(curves, numbers, holds and gap["Fc_IL2_N88D"] > 1.3 * gap["aldesleukin"])


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


@mechanism(
    HARM,
    "Vessels leak everywhere: litres of fluid go into the tissues and the patient gains weight.",
    "capillary_leak.ant: permeability, filtration, weight",
    "permeability_rise = 0",
    "Weight, kg",
)
def leak() -> Shown:
    variants = {"with leak": {}, "leak off": {"permeability_rise": 1e-9}}
    _, lines, numbers = felt("weight", LIGHT.fluid, variants, "weight gain, kg")
    return Shown(lines, numbers, worst(numbers)[0] > 1.5 * worst(numbers)[1])


@mechanism(
    HARM,
    "Albumin escapes with the fluid.",
    "capillary_leak.ant: albumin_escape, albumin",
    "permeability_rise = 0",
    "Albumin, g/dL",
)
def albumin() -> Shown:
    variants = {"with leak": {}, "leak off": {"permeability_rise": 1e-9}}
    _, lines, numbers = felt("albumin", LIGHT.fluid, variants, "largest change, g/dL", 24)
    return Shown(lines, numbers, worst(numbers)[0] > 1.5 * worst(numbers)[1])


@mechanism(
    HARM,
    "Nitric oxide opens the vessels and the pressure falls; a vasopressor holds it.",
    "cytokines.ant: nitric_oxide; circulation.ant: vasodilation, MAP, pressor_dose",
    "nitric_oxide_production = 0; pressor_on (input)",
    "Mean arterial pressure, mmHg",
)
def pressure() -> Shown:
    variants = {
        "fluid alone": {},
        "nitric oxide off": {"nitric_oxide_production": 1e-9},
        "with a vasopressor": {"pressor_on": 1},
    }
    c = run(variants, high_dose(pressor=0), until(12, 0.05), "MAP pressor_dose")
    low = c.lowest("MAP")
    numbers = {
        "lowest pressure, mmHg": c.each(low),
        "three days after the last dose, mmHg": c.each(c.at("MAP", 13 / 3 + 3)),
    }
    holds = bool(low[0] < low[1] - 10 and low[2] >= low[0] and c.at("MAP", 22 / 3)[0] > low[0] + 10)
    return Shown(c.lines("MAP", LIGHT.pressure, LIGHT.muted, LIGHT.pressor), numbers, holds)


@mechanism(
    HARM,
    "The leak is systemic: a depot that stays at the injection site leaks nothing.",
    "capillary_leak.ant: endothelial_stimulus, permeability",
    "SC_bioavailability = 0",
    "Permeability of vessels, 0-1",
    given="18 MIU a day under the skin, five days",
)
def systemic() -> Shown:
    variants = {"reaches the blood": {}, "stays at the site": {"SC_bioavailability": 1e-9}}
    c = run(variants, under_skin(18.0, range(5)), until(9), "permeability albumin")
    top = c.highest("permeability")
    numbers = {
        "permeability, highest": c.each(top),
        "albumin, lowest, g/dL": c.each(c.lowest("albumin")),
    }
    return Shown(c.lines("permeability", LIGHT.fluid), numbers, bool(top[0] > 0.03 > 1e-4 > top[1]))


@mechanism(
    HARM,
    "Fever comes hours after each dose; acetaminophen and NSAIDs lower it.",
    "organs.ant: fever_set_point, fever, temperature",
    "fever_max = 0; acetaminophen, nsaid (inputs)",
    "Temperature, °C",
)
def fever() -> Shown:
    variants = {
        "no drug": {},
        "fever off": {"fever_max": 0},
        "acetaminophen": {"acetaminophen": 1},
        "NSAID": {"nsaid": 1},
    }
    c = run(variants, high_dose(), until(6, 0.02), "temperature fever")
    top = c.highest("temperature")
    first = c["temperature"][c.day < 1 / 3].max(axis=0)
    hour = 24 * float(c.day[c["temperature"][c.day < 1 / 3, 0].argmax()])
    numbers = {
        "highest, °C": c.each(top),
        "after the first dose, °C": c.each(first),
        "hour of its peak": {"no drug": hour},
    }
    colours = (LIGHT.temperature, LIGHT.muted, LIGHT.accent, LIGHT.kidney)
    holds = bool(top[0] > 38.3 and hour > 2 and max(top[2:]) < top[0] - 0.4 and top[1] < 37.5)
    return Shown(c.lines("temperature", *colours), numbers, holds)


@mechanism(
    HARM,
    "Chills come an hour or two after a dose, before the fever; meperidine stops them.",
    "symptoms.ant: shivering_drive, chills",
    "shivering_gain = 0; meperidine (input)",
    "Chills, 1 = moderate",
    "Time, hours",
    given="one high dose",
)
def chills() -> Shown:
    variants = {"no drug": {}, "chills off": {"shivering_gain": 0}, "meperidine": {"meperidine": 1}}
    c = run(variants, high_dose(doses=1), until(0.5, 0.005), "chills fever")
    top = c.highest("chills")
    hours = {name: 24 * float(c.day[c[name][:, 0].argmax()]) for name in ("chills", "fever")}
    numbers = {"worst, index": c.each(top), "hour of the worst": hours}
    holds = bool(hours["chills"] < hours["fever"] and top[2] < 0.5 * top[0] and top[0] > 0.5)
    lines = c.lines("chills", LIGHT.temperature, LIGHT.muted, LIGHT.accent, time=24)
    return Shown(lines, numbers, holds)


@mechanism(
    HARM,
    "Nausea, vomiting and diarrhoea follow the cytokines; antiemetics help.",
    "symptoms.ant: nausea, vomiting, extra_stools; kidney.ant: diarrhoea",
    "nausea_gain = 0, diarrhoea_max = 0; antiemetic (input)",
    "Nausea, 1 = moderate",
)
def gut() -> Shown:
    off = {"nausea_gain": 0, "diarrhoea_max": 1e-9}
    variants = {"no drug": {}, "off": off, "antiemetic": {"antiemetic": 1}}
    c = run(variants, high_dose(), until(12, 0.05), "nausea vomiting extra_stools")
    numbers = {
        "nausea, worst": c.each(c.highest("nausea")),
        "vomiting, worst": c.each(c.highest("vomiting")),
        "stools a day over usual": c.each(c.highest("extra_stools")),
    }
    holds = c.highest("nausea")[2] < 0.7 * c.highest("nausea")[0] and c.highest("vomiting")[0] > 0.3
    lines = c.lines("nausea", LIGHT.liver, LIGHT.muted, LIGHT.accent)
    return Shown(lines, numbers, bool(holds and c.highest("extra_stools")[0] > 1))


@mechanism(
    HARM,
    "Fatigue lasts through the cycle and is gone days after it.",
    "symptoms.ant: sickness, fatigue, anaemia",
    "fatigue_sickness = 0, fatigue_anaemia = 0, fatigue_thyroid = 0",
    "Fatigue, 1 = moderate",
)
def fatigue() -> Shown:
    off = {"fatigue_sickness": 0, "fatigue_anaemia": 0, "fatigue_thyroid": 0}
    _, lines, numbers = felt("fatigue", LIGHT.mind, {"with": {}, "off": off}, "worst, index")
    return Shown(lines, numbers, worst(numbers)[0] > 0.5 and passes(numbers))


@mechanism(
    HARM,
    "Confusion builds up late in a cycle and clears in days; mood and sleep follow.",
    "organs.ant: confusion; symptoms.ant: depression, insomnia",
    "confusion_rate = 0, depression_rate = 0",
    "Confusion, 1 = moderate",
)
def confusion() -> Shown:
    variants = {"with": {}, "off": {"confusion_rate": 0, "depression_rate": 0}}
    c, lines, numbers = felt(
        "confusion depression insomnia", LIGHT.mind, variants, "confusion, worst"
    )
    late = float(c.day[c["confusion"][:, 0].argmax()])
    holds = late > 2 and passes(numbers) and worst(numbers)[0] > 0.2
    numbers |= {
        "day of the worst": {"with": late},
        "depression, worst": c.each(c.highest("depression")),
        "insomnia, worst": c.each(c.highest("insomnia")),
    }
    return Shown(lines, numbers, holds)


@mechanism(
    HARM,
    "A rash that itches appears as T cells reach the skin, days behind the drug.",
    "symptoms.ant: skin_T_cells, rash, pruritus",
    "rash_gain = 0",
    "Rash, 1 = moderate",
)
def rash() -> Shown:
    c, lines, numbers = felt(
        "rash pruritus", LIGHT.blood, {"with": {}, "off": {"rash_gain": 0}}, "rash, worst", 24
    )
    day = float(c.day[c["rash"][:, 0].argmax()])
    numbers |= {"day of the worst": {"with": day}, "itch, worst": c.each(c.highest("pruritus"))}
    return Shown(lines, numbers, day > 4 and worst(numbers)[0] > 0.3)


@mechanism(
    HARM,
    "Fluid in the lungs lowers oxygen and breath.",
    "organs.ant: lung_water, SpO2; symptoms.ant: dyspnoea",
    "SpO2_loss_max = 0, permeability_rise = 0",
    "Oxygen saturation, %",
)
def lungs() -> Shown:
    variants = {
        "with leak": {},
        "leak off": {"permeability_rise": 1e-9},
        "with leak, 2 L/day more fluid": {},
    }
    fluid = Given("crystalloid_rate", 0, 5, 2 * np.array([0, 0, 1]))
    c = run(variants, [*high_dose(), fluid], until(16, 0.05), "SpO2 dyspnoea")
    low = c.lowest("SpO2")
    numbers = {
        "lowest saturation, %": c.each(low),
        "a week after the last dose, %": c.each(c.at("SpO2", 34 / 3)),
        "dyspnoea, worst (1 = moderate)": c.each(c.highest("dyspnoea")),
    }
    fall = 97 - low
    back = c.at("SpO2", 34 / 3)[0] > 97 - 0.5 * fall[0]
    lines = c.lines("SpO2", LIGHT.oxygen, LIGHT.muted, LIGHT.stopped)
    return Shown(lines, numbers, bool(fall[2] > 1.5 * fall[0] > 3 * fall[1] and back))


@mechanism(
    HARM,
    "A racing, depressed heart under pressors risks arrhythmia.",
    "hazards.ant: arrhythmia_hazard; circulation.ant: cardiac_depression",
    "arrhythmia_rate = 0",
    "Chance of an arrhythmia so far, %",
    given=TWO,
)
def arrhythmia() -> Shown:
    c = run(
        {"with": {}, "off": {"arrhythmia_rate": 0}}, high_dose(2), until(24), "arrhythmia_hazard"
    )
    chance = 100 * (1 - np.exp(-c["arrhythmia_hazard"]))
    lines = Course(c.labels, c.day, {"p": chance}).lines("p", LIGHT.heart_rate)
    numbers = {"chance in two cycles, %": c.each(chance[-1])}
    return Shown(lines, numbers, bool(chance[-1, 0] > 0.5 and chance[-1, 1] == 0))


@mechanism(
    HARM,
    "The liver holds bilirubin back and leaks enzymes, and recovers.",
    "organs.ant: bilirubin, ALT",
    "cholestasis = 0, ALT_gain = 0",
    "Bilirubin, mg/dL",
)
def liver() -> Shown:
    variants = {"with": {}, "off": {"cholestasis": 0, "ALT_gain": 0}}
    c, lines, numbers = felt("bilirubin ALT", LIGHT.liver, variants, "bilirubin, rise, mg/dL", 20)
    holds = passes(numbers) and worst(numbers)[0] > 0.4
    return Shown(lines, numbers | {"ALT, highest, U/L": c.each(c.highest("ALT"))}, holds)


@mechanism(
    HARM,
    "The kidney fails with pressure and leak and recovers; an NSAID makes it worse.",
    "kidney.ant: GFR, kidney_injury, creatinine",
    "kidney_injury_rate = 0, autoregulation_share = 0, renal_vasoconstriction = 0; nsaid (input)",
    "Creatinine, mg/dL",
)
def kidney() -> Shown:
    off = {"kidney_injury_rate": 1e-9, "renal_vasoconstriction": 0, "autoregulation_share": 0.01}
    variants = {"with": {}, "off": off, "with an NSAID": {"nsaid": 1}}
    c, _, numbers = felt(
        "creatinine urine_output", LIGHT.kidney, variants, "creatinine, rise, mg/dL", 24
    )
    rise = worst(numbers)
    lines = c.lines("creatinine", LIGHT.kidney, LIGHT.muted, LIGHT.stopped)
    holds = rise[2] > 1.1 * rise[0] > 2 * rise[1] and passes(numbers)
    return Shown(lines, numbers | {"urine, lowest, mL/h": c.each(c.lowest("urine_output"))}, holds)


@mechanism(
    HARM,
    "Activated vessels consume platelets; the marrow makes them anew within weeks.",
    "organs.ant: platelets",
    "platelet_consumption = 0",
    "Platelets, 1000/uL",
)
def platelets() -> Shown:
    variants = {"with": {}, "consumption off": {"platelet_consumption": 0}}
    c, lines, numbers = felt("platelets", LIGHT.blood, variants, "largest change, 1000/uL", 28)
    numbers |= {"day 28, 1000/uL": c.each(c["platelets"][-1])}
    back = c["platelets"][-1, 0] > 0.9 * c["platelets"][0, 0]
    return Shown(lines, numbers, bool(worst(numbers)[0] > 50 and worst(numbers)[1] < 5 and back))


@mechanism(
    HARM,
    "Anaemia: red cells are lost for weeks; leak and refilling of the plasma move the count "
    "meanwhile.",
    "organs.ant: red_cells, haemoglobin",
    "red_cell_loss = 0",
    "Haemoglobin, g/dL",
    given=TWO,
)
def anaemia() -> Shown:
    c = run(
        {"with": {}, "loss off": {"red_cell_loss": 0}}, high_dose(2), until(90, 0.25), "haemoglobin"
    )
    day_30 = c.at("haemoglobin", 30)
    numbers = {
        "lowest, g/dL": c.each(c.lowest("haemoglobin")),
        "day 30, g/dL": c.each(day_30),
        "day 90, g/dL": c.each(c["haemoglobin"][-1]),
    }
    return Shown(c.lines("haemoglobin", LIGHT.blood), numbers, bool(day_30[0] < day_30[1] - 0.2))


@mechanism(
    HARM,
    "The thyroid leaks a little hormone first and then makes too little for months.",
    "endocrine.ant: thyroid_attack, thyroid_injury, free_T4, TSH",
    "thyroid_attack_rate = 0",
    "Free T4, ng/dL",
    given=TWO,
)
def thyroid() -> Shown:
    c = run(
        {"with": {}, "attack off": {"thyroid_attack_rate": 0}},
        high_dose(2),
        until(365, 1),
        "free_T4 TSH",
    )
    day = float(c.day[c["free_T4"][:, 0].argmin()])
    numbers = {
        "free T4, highest, ng/dL": c.each(c.highest("free_T4")),
        "free T4, lowest, ng/dL": c.each(c.lowest("free_T4")),
        "day of the lowest": {"with": day},
        "TSH, highest, mIU/L": c.each(c.highest("TSH")),
        "TSH after a year, mIU/L": c.each(c["TSH"][-1]),
    }
    tsh, t4 = c["TSH"][:, 0], c["free_T4"][:, 0]
    return Shown(
        c.lines("free_T4", LIGHT.cd4),
        numbers,
        bool(20 < day < 120 and tsh.max() > 1.2 * tsh[-1] and t4.max() > t4[0]),
    )


@mechanism(
    HARM,
    "Neutrophils that cannot find bacteria let line infections happen; antibiotics prevent most.",
    "organs.ant: neutrophil_chemotaxis; hazards.ant: infection_hazard",
    "neutrophil_chemotaxis_loss = 0; antibiotic_prophylaxis (input)",
    "Chance of an infection so far, %",
    given=TWO,
)
def infection() -> Shown:
    variants = {
        "no antibiotic": {},
        "chemotaxis kept": {"neutrophil_chemotaxis_loss": 0},
        "antibiotic": {"antibiotic_prophylaxis": 1},
    }
    c = run(variants, high_dose(2), until(30), "infection_hazard neutrophil_chemotaxis")
    chance = 100 * (1 - np.exp(-c["infection_hazard"]))
    shown = Course(c.labels, c.day, {"p": chance})
    numbers = {
        "chance in two cycles, %": c.each(chance[-1]),
        "chemotaxis, lowest, % of control": c.each(c.lowest("neutrophil_chemotaxis")),
    }
    holds = bool(chance[-1, 2] < 0.5 * chance[-1, 0] and chance[-1, 1] < 0.1 * chance[-1, 0])
    return Shown(shown.lines("p", LIGHT.stopped, LIGHT.muted, LIGHT.accent), numbers, holds)


@mechanism(
    HARM,
    "An autoimmune disease or diabetes that the patient is prone to flares, and calms down.",
    "endocrine.ant: autoimmune_flare, glucose",
    "autoimmune_predisposition = 0",
    "Glucose, mg/dL",
    given=TWO,
)
def flare() -> Shown:
    variants = {
        "predisposed": {"autoimmune_predisposition": 1},
        "not": {"autoimmune_predisposition": 0},
    }
    c = run(variants, high_dose(2), until(200, 0.5), "glucose autoimmune_flare")
    top = c.highest("autoimmune_flare")
    numbers = {
        "flare, worst, index": c.each(top),
        "flare on day 200": c.each(c["autoimmune_flare"][-1]),
        "glucose, highest, mg/dL": c.each(c.highest("glucose")),
    }
    holds = bool(top[0] > 0.2 and top[1] == 0 and c["autoimmune_flare"][-1, 0] < 0.2 * top[0])
    return Shown(c.lines("glucose", LIGHT.held), numbers, holds)


def on_a_steroid(share: float, stop: float) -> list[Given]:
    """High doses, a steroid for the second variant, an immunosuppressant for the third."""
    drugs = [Given("steroid", 0, stop, share * np.eye(4)[1])]
    return [*high_dose(2), *drugs, Given("immunosuppression", 0, stop, share * np.eye(4)[2])]


@mechanism(
    HARM,
    "Steroids spare the patient: less fever, leak, kidney and liver harm.",
    "cytokines.ant: cytokine_release; tumour.ant: immune_competence",
    "steroid = 0 (input)",
    "Creatinine, mg/dL",
)
def steroid_relief() -> Shown:
    variants = {"no steroid": {}, "steroid, 70 % effect": {"steroid": 0.7}}
    watch = "creatinine temperature bilirubin weight glucose"
    c = run(variants, high_dose(), until(24, 0.05), watch)
    numbers = {
        "creatinine, highest, mg/dL": c.each(c.highest("creatinine")),
        "temperature, highest, °C": c.each(c.highest("temperature")),
        "bilirubin, highest, mg/dL": c.each(c.highest("bilirubin")),
        "weight gain, kg": c.each(c.highest("weight") - c["weight"][0]),
        "glucose, highest, mg/dL": c.each(c.highest("glucose")),
    }
    lines = c.lines("creatinine", LIGHT.kidney, LIGHT.accent)
    harms = ("creatinine", "temperature", "bilirubin", "weight")
    return Shown(lines, numbers, all(c.highest(n)[1] < c.highest(n)[0] for n in harms))


@mechanism(
    HARM,
    "Steroids and immunosuppressants take the benefit away for as long as they are given (here 60 "
    "days).",
    "tumour.ant: immune_competence, CTL_strength, new_clones; lymphocytes.ant: LAK",
    "steroid = 0, immunosuppression = 0 (inputs)",
    "Sum of longest diameters, mm",
    given=TWO,
)
def lost_benefit() -> Shown:
    names = ("IL-2 alone", "with a steroid", "with an immunosuppressant")
    variants = dict.fromkeys(names, SEEN) | {"no IL-2": SEEN | {"treatment": 0}}
    days = np.r_[until(150, 0.5), 365.0]
    c = run(variants, on_a_steroid(0.9, 60.0), days, "SLD CTL_kill LAK")
    early, day_60 = c.day < 5, c.at("SLD", 60)
    numbers = {
        "diameters on day 60, mm": c.each(day_60),
        "on day 120, two months after the drug, mm": c.each(c.at("SLD", 120)),
        "after a year, mm": c.each(c["SLD"][-1]),
        "T-cell killing in cycle 1, highest, 1/day": c.each(c["CTL_kill"][early].max(axis=0)),
        "lymphokine-activated killing, highest": c.each(c.highest("LAK")),
    }
    shown = Course(c.labels, c.day[:-1], {"SLD": c["SLD"][:-1]})
    lines = shown.lines("SLD", LIGHT.cr, LIGHT.stopped, LIGHT.held, LIGHT.muted)
    holds = bool(day_60[0] < 0.8 * min(day_60[1:3]) and min(day_60[1:3]) > 0.95 * day_60[3])
    return Shown(lines, numbers, holds, named(SEEN))


def hiv(variants: Variants, cycles: int, days: float, watch: str, start: float = 365.0) -> Course:
    """Twice-daily injections of 7.5 MIU for five days every eight weeks, from day 0.

    A year under the variant's own inputs goes before.
    """
    times = [start + 56 * cycle + k / 2 for cycle in range(cycles) for k in range(10)]
    grid = np.r_[start - 30, start + until(days, 0.25)]
    c = run(
        {n: INFECTED | dict(v) for n, v in variants.items()}, under_skin(7.5, times), grid, watch
    )
    return Course(c.labels, c.day - start, c.values)


@mechanism(
    HIV,
    "Five-day cycles every eight weeks leave more CD4 cells each time, because the cells live "
    "longer.",
    "lymphocytes.ant: CD4; hiv.ant: CD4_survival",
    "CD4_survival_gain = 0",
    "CD4 T cells in blood, cells/uL",
    given="7.5 MIU twice a day under the skin, five days every eight weeks, six times",
)
def hiv_cd4() -> Shown:
    treated = {"antiretroviral": 0.97}
    variants = {
        "IL-2": treated,
        "antiretrovirals alone": treated | {"treatment": 0},
        "IL-2, longer life off": treated | {"CD4_survival_gain": 0},
    }
    c = hiv(variants, 6, 365, "blood_CD4 viral_load")
    before = {f"before cycle {k + 1}": float(c.at("blood_CD4", 56.0 * k)[0]) for k in range(6)}
    numbers = {
        "CD4 with IL-2, cells/uL": before,
        "CD4 after a year, cells/uL": c.each(c["blood_CD4"][-1]),
    }
    end = c["blood_CD4"][-1]
    rising = bool(np.all(np.diff(list(before.values())) > 0))
    lines = c.lines("blood_CD4", LIGHT.cd4, LIGHT.muted, LIGHT.accent)
    return Shown(
        lines, numbers, bool(rising and end[0] > 1.4 * end[1] and end[2] < end[0]), named(INFECTED)
    )


@mechanism(
    HIV,
    "Without antiretrovirals the virus bursts with each cycle and settles; with them it stays low.",
    "hiv.ant: viral_load, CD4_infected, infectable_CD4",
    "infection_activation = 0; antiretroviral (input)",
    "HIV RNA, 1000 copies/mL",
    given="7.5 MIU twice a day under the skin, five days every eight weeks, three times",
)
def hiv_burst() -> Shown:
    variants = {
        "no antiretrovirals": {},
        "no IL-2": {"treatment": 0},
        "antiretrovirals": {"antiretroviral": 0.97},
    }
    c = hiv(variants, 3, 168, "viral_load")
    fold = c.highest("viral_load") / c["viral_load"][0]
    numbers = {
        "highest, fold of the start": c.each(fold),
        "highest, copies/mL": c.each(c.highest("viral_load")),
        "eight weeks after the third cycle, copies/mL": c.each(c["viral_load"][-1]),
    }
    end = c["viral_load"][-1, 0] / c["viral_load"][0, 0]
    holds = bool(1.3 < fold[0] < 8 and end < 1.5 and c.highest("viral_load")[2] < 500)
    lines = c.lines("viral_load", LIGHT.stopped, LIGHT.muted, LIGHT.accent, scale=1e-3)
    return Shown(lines, numbers, holds, named(INFECTED))


@mechanism(
    HIV,
    "Antiretrovirals clear the virus from the blood, not the latent cells: it comes back when they "
    "stop.",
    "hiv.ant: infected_CD4, latent_CD4, latent_woken",
    "antiretroviral = 0 (input)",
    "HIV RNA, copies/mL",
    log="y",
    given="antiretrovirals for a year",
)
def hiv_reservoir() -> Shown:
    plan = [Given("antiretroviral", 0, 365, 1.0)]
    c = run(
        {"antiretrovirals, days 0-365": INFECTED, "none": INFECTED | {"treatment": 0}},
        plan,
        until(480, 1),
        "viral_load latent_CD4",
    )
    load, latent = c["viral_load"], c["latent_CD4"]
    numbers = {
        "day 7, copies/mL": c.each(c.at("viral_load", 7)),
        "day 365, copies/mL": c.each(c.at("viral_load", 365)),
        "latent cells on day 365, % of the start": c.each(
            100 * c.at("latent_CD4", 365) / latent[0]
        ),
        "day 480, copies/mL": c.each(load[-1]),
    }
    shown = Course(c.labels, c.day, {"v": np.maximum(load, 1)})
    kept = c.at("latent_CD4", 365)[0] / latent[0, 0]
    holds = bool(c.at("viral_load", 365)[0] < 50 and kept > 0.5 and load[-1, 0] > 1e4)
    return Shown(shown.lines("v", LIGHT.stopped), numbers, holds, named(INFECTED))


# --- pictures ------------------------------------------------------------------------------------

WIDTH, HEIGHT = 480, 300
WIDE = "picture" + "&nbsp;" * 96
"""A heading that keeps the column as wide as a picture where tables shrink them."""
LEFT, RIGHT, BOTTOM = 58, 20, 44
ROW = 18


def ticks(low: float, high: float, log: bool) -> list[float]:
    """Round numbers over a range, five or so."""
    if log:
        first, last = int(np.floor(np.log10(low) + 1e-9)), int(np.ceil(np.log10(high) - 1e-9))
        step = max(1, -(-(last - first) // 6))
        return [10.0**k for k in range(first, last + step, step)]
    raw = (high - low) / 4.5
    size = 10 ** np.floor(np.log10(raw))
    step = size * next(m for m in (1, 2, 2.5, 5, 10) if m * size >= raw * 0.999)
    first = int(np.floor(low / step + 1e-9))
    return [k * step for k in range(first, int(np.ceil(high / step - 1e-9)) + 1)]


def written(value: float, log: bool) -> str:
    """A tick's label, or a measured number."""
    if log and not 0.001 <= value < 50000:
        small = str(round(np.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"10{small}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}".replace("-", "−")


def thinned(x: Values, y: Values, tolerance: float = 0.25) -> list[int]:
    """Points that keep the line within a fraction of a pixel (Douglas and Peucker)."""
    keep, spans = {0, len(x) - 1}, [(0, len(x) - 1)]
    while spans:
        a, b = spans.pop()
        if b - a < 2:
            continue
        dx, dy = x[b] - x[a], y[b] - y[a]
        away = np.abs(dx * (y[a + 1 : b] - y[a]) - dy * (x[a + 1 : b] - x[a]))
        away /= max(float(np.hypot(dx, dy)), 1e-9)
        k = a + 1 + int(away.argmax())
        if away.max() > tolerance:
            keep.add(k)
            spans += [(a, k), (k, b)]
    return sorted(keep)


def legend(curves: Sequence[Curve]) -> list[list[tuple[float, Curve]]]:
    """Curves in rows with the place of each, as many in a row as fit."""
    rows: list[list[tuple[float, Curve]]] = [[]]
    place = 12.0
    for curve in curves:
        wide = 34 + 6.9 * len(curve.label)
        if place + wide > WIDTH and rows[-1]:
            rows.append([])
            place = 12.0
        rows[-1].append((place, curve))
        place += wide + 8
    return rows


def draw(m: Mechanism, curves: Sequence[Curve]) -> str:
    """The picture as SVG."""
    log_x, log_y = "x" in m.log, "y" in m.log
    xs = np.concatenate([c.x for c in curves])
    ys = np.concatenate([c.y for c in curves])
    low, high = float(ys.min()), float(ys.max())
    if not log_y:
        low = 0.0 if 0 <= low < 0.6 * high else low
        high = high if high > low else low + 1
    grid_y = ticks(low, high, log_y)
    grid_x = ticks(float(xs.min()), float(xs.max()), log_x)
    rows = legend(curves)
    top = 30 + ROW * len(rows) + 8

    def across(x: Values) -> Values:
        a, b = float(xs.min()), float(xs.max())
        scaled = np.log(x / a) / np.log(b / a) if log_x else (x - a) / (b - a)
        return LEFT + (WIDTH - LEFT - RIGHT) * scaled

    def up(y: Values) -> Values:
        a, b = grid_y[0], grid_y[-1]
        scaled = np.log(y / a) / np.log(b / a) if log_y else (y - a) / (b - a)
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - top) * scaled

    def text(x: float, y: float, words: str, anchor: str, colour: str, size: int = 12) -> str:
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
            f'font-size="{size}">{escape(words)}</text>'
        )

    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" font-family="{escape(FONT, {chr(34): chr(39)})}">',
        f"<title>{escape(m.statement)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{LIGHT.surface}"/>',
        text(12, 21, m.y, "start", LIGHT.ink, 14),
    ]
    for k, row in enumerate(rows):
        y = 30 + ROW * k + 9
        for x, curve in row:
            dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
            parts.append(
                f'<path d="M{x:.0f} {y:.1f}h22" stroke="{curve.colour}" stroke-width="2.5"{dash}/>'
            )
            parts.append(text(x + 28, y + 4, curve.label, "start", LIGHT.ink))
    for tick in grid_y:
        y = float(up(np.array(tick)))
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{LIGHT.grid}"/>')
        parts.append(text(LEFT - 7, y + 4, written(tick, log_y), "end", LIGHT.muted))
    for tick in grid_x:
        x = float(across(np.array(tick)))
        if LEFT - 1 <= x <= right + 1:
            parts.append(f'<path d="M{x:.1f} {floor}v5" stroke="{LIGHT.axis}"/>')
            parts.append(text(x, floor + 18, written(tick, log_x), "middle", LIGHT.muted))
    parts.append(f'<path d="M{LEFT} {floor}H{right}" stroke="{LIGHT.axis}"/>')
    parts.append(text((LEFT + right) / 2, HEIGHT - 8, m.x, "middle", LIGHT.ink))
    for curve in reversed(curves):
        x, y = across(curve.x), up(curve.y)
        points = " ".join(f"{x[k]:.1f},{y[k]:.1f}" for k in thinned(x, y))
        dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{curve.colour}" stroke-width="2.2" '
            f'stroke-linejoin="round"{dash}/>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


# --- the table and the command -------------------------------------------------------------------


def told(row: Mapping[str, float]) -> str:
    """Numbers of one quantity, by variant."""
    return ", ".join(f"{spoken(value)} ({label})" for label, value in row.items())


def spoken(value: float) -> str:
    """A number to three digits."""
    return "0" if abs(value) < 5e-5 else written(float(f"{value:.3g}"), False)


def save(m: Mechanism, shown: Shown) -> Path:
    """Draws the picture into its file."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{m.name}.svg"
    path.write_text(draw(m, shown.curves), encoding="utf-8")
    return path


def as_row(m: Mechanism, shown: Shown) -> str:
    """One row of the table."""
    where = "; ".join(
        f"`{file.strip()}`: " + ", ".join(f"`{name.strip()}`" for name in names.split(","))
        for file, names in (part.split(":") for part in m.where.split(";"))
    )
    known = {*shipped().parameters, *shipped().inputs, *shipped().states}
    switch = re.sub(r"\w+", lambda w: f"`{w[0]}`" if w[0] in known else w[0], m.switch)
    measured = [f"· {quantity}: {told(row)}" for quantity, row in shown.numbers.items()]
    missed = "" if shown.holds else "**The run does not show this.** "
    cells = [
        f"**{m.statement}** {missed}",
        f"Given: {m.given}. Patient: {shown.patient}.",
        f"In the model: {where}.",
        f"Off: {switch}.",
        "Measured:",
        *measured,
        f"`python docs/mechanisms.py {m.name}`",
    ]
    return f"| {'<br>'.join(cells)} | ![{m.y}](images/mechanisms/{m.name}.svg) |"


def table(shown: Mapping[str, Shown]) -> str:
    """The whole of mechanisms.md."""
    missed = [name for name, s in shown.items() if not s.holds]
    lines = [
        "# Mechanisms",
        "",
        "What is said in plain language about interleukin-2, where the model says it, what turns",
        "it off, and what a run shows with and without it. Made by",
        "`python docs/mechanisms.py --all`: no number here is written by hand.",
        "",
        "One nominal patient at the values of the parameter table unless the row names others;",
        "high dose is 600,000 IU/kg over 15 minutes every 8 h, 14 doses a cycle, all given, with",
        "maintenance fluid and a titrated vasopressor. A row tells the direction and size in the",
        "model; how these agree with published numbers is the matter of `aldesim qualify`.",
        "",
        f"{len(shown)} statements, {len(shown) - len(missed)} shown as stated"
        + (f"; not: {', '.join(missed)}." if missed else "."),
    ]
    chapter = ""
    for name, result in shown.items():
        m = MECHANISMS[name]
        if m.chapter != chapter:
            chapter = m.chapter
            lines += ["", f"## {chapter}", "", f"| statement | {WIDE} |", "|---|---|"]
        lines.append(as_row(m, result))
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Runs the command; the exit status."""
    if list(arguments) == ["--all"]:
        shown = {name: m.show() for name, m in MECHANISMS.items()}
        for name, result in shown.items():
            save(MECHANISMS[name], result)
        (HERE / "mechanisms.md").write_text(table(shown), encoding="utf-8")
        for name, result in shown.items():
            print(f"{'as stated' if result.holds else 'NOT SHOWN'}  {name}")
        return 0
    if len(arguments) == 1 and arguments[0] in MECHANISMS:
        m = MECHANISMS[arguments[0]]
        shown_one = m.show()
        print(m.statement)
        for quantity, row in shown_one.numbers.items():
            print(f"  {quantity}: {told(row)}")
        print(f"  {'as stated' if shown_one.holds else 'NOT SHOWN'}; {save(m, shown_one)}")
        return 0
    print(__doc__)
    for name, m in MECHANISMS.items():
        print(f"  {name:18} {m.statement}")
    return 0 if not arguments else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
