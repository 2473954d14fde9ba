"""Chapter 2: which receptors are reached at which level, and what becomes of them."""

from __future__ import annotations

import numpy as np
from plans import BSA, MIU, high_dose, infused
from registry import RECEPTORS, TWO, Curve, Shown, mechanism
from running import Course, Given, half_level, occupied, run, until

from aldesim.report.palette import LIGHT

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
