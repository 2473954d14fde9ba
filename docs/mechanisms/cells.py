"""Chapter 3: what lymphocytes and other white cells do under interleukin-2."""

from __future__ import annotations

import numpy as np
from plans import BSA, high_dose, infused, under_skin
from registry import CELLS, Curve, Shown, mechanism
from running import Course, resting, run, until
from wording import named

from aldesim.report.palette import LIGHT


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
