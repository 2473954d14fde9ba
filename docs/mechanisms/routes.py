"""Chapter 5: routes of giving it, and what is given beside it."""

from __future__ import annotations

import numpy as np
from plans import BSA, HOUR, MIU, PER_IU_ML, under_skin
from registry import ROUTES, Curve, Shown, mechanism
from running import Course, Given, run, until

from aldesim.report.palette import LIGHT


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
    "Treg_growth = 0, Treg_survival = 0, CD25_induction_Treg = 0, sIL2R_shedding_Treg = 0",
    "Free peak level of the day, pM",
    given="1 MIU/m2 a day under the skin, 56 days",
)
def tachyphylaxis() -> Shown:
    off = {
        "Treg_growth": 1e-9,
        "Treg_survival": 0,
        "CD25_induction_Treg": 0,
        "sIL2R_shedding_Treg": 0,
    }
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
