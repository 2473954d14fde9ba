"""Chapter 4: what kills tumour cells, what lets them escape, and what stays."""

from __future__ import annotations

import numpy as np
from plans import BSA, HIGH, HOUR, SEEN, UNSEEN, high_dose
from registry import TUMOUR, TWO, Curve, Shown, mechanism
from running import Course, Given, run, until
from wording import named

from aldesim.report.palette import LIGHT

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
    "CR, relapse": (
        {"CTL_half_density": 2.0, "resistant_share": 1e-3, "surveillance_kill": 0.003},
        LIGHT.il2,
    ),
    "PR, relapse": ({"CTL_half_density": 4.0, "resistant_share": 0.05}, LIGHT.pr),
    "SD": ({"CTL_half_density": 14.0, "tumour_doubling_time": 100.0}, LIGHT.sd),
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
    holds = bool(
        clear and partial and steady and untreated.min() > 99 and untreated[-1].min() > 140
    )
    return Shown(lines, numbers, holds, patient)


@mechanism(
    TUMOUR,
    "Treatment slows the spread: NK cells and memory clear cells on their way.",
    "tumour.ant: metastasis_hazard, seeding_defence",
    "seeding_NK_brake = 0, seeding_memory_half = 1e9",
    "Colonies expected so far",
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
    numbers = {"colonies of 2 mm expected in 90 days": c.each(last)}
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


COURSE = [
    *(Given("cyclophosphamide_rate", d, d + HOUR, 60 * 75 / HOUR) for d in (0.0, 1.0)),
    *(Given("fludarabine_rate", d, d + HOUR, 25 * BSA / HOUR) for d in (2.0, 3.0, 4.0, 5.0, 6.0)),
]
CELLS = 2.1e4 / 250  # cells/uL: 21 billion in a pool of 250 L
INFUSED = [
    Given("til_rate", 7.0, 7.0 + HOUR, 0.1 * CELLS / HOUR),
    Given("bystander_rate", 7.0, 7.0 + HOUR, 0.9 * CELLS / HOUR),
]
SIX = [Given("infusion_rate", 7.5 + k / 3, 7.5 + k / 3 + HOUR / 4, 4 * 24 * HIGH) for k in range(6)]


@mechanism(
    TUMOUR,
    "Infused T cells last and kill where a lymphodepleting course made room; interleukin-2 adds.",
    "lymphodepletion.ant: lymphocyte_kill, homeostatic_drive, infused_T; tumour.ant: tumour_Treg",
    "cyclophosphamide_rate = 0, fludarabine_rate = 0; infusion_rate = 0 (inputs)",
    "Sum of longest diameters, mm",
    given="cyclophosphamide and fludarabine on days 0-6, 21 billion cells on day 7, six high doses",
)
def lymphodepletion() -> Shown:
    watch = "SLD infused_T CTL_kill homeostatic_cytokines"
    plans = {
        "course, cells, IL-2": COURSE + INFUSED + SIX,
        "cells, IL-2": INFUSED + SIX,
        "course, cells": COURSE + INFUSED,
        "course, IL-2": COURSE + SIX,
    }
    runs = {name: run({name: {}}, plan, until(120, 0.5), watch) for name, plan in plans.items()}
    day_120, day_21, most = (
        {name: float(f(c)) for name, c in runs.items()}
        for f in (
            lambda c: c["SLD"][-1, 0],
            lambda c: c.at("infused_T", 21)[0],
            lambda c: c.highest("CTL_kill")[0],
        )
    )
    full, bare, dry, empty = plans
    numbers = {
        "diameters on day 120, mm": day_120,
        "infused cells on day 21, cells/uL": day_21,
        "T-cell killing, highest, 1/day": most,
        "interleukin-7 and -15, highest, fold": {
            full: float(runs[full].highest("homeostatic_cytokines")[0])
        },
    }
    colours = (LIGHT.cd8, LIGHT.muted, LIGHT.accent, LIGHT.tumour)
    lines = [
        Curve(name, c.day, c["SLD"][:, 0], colour, "" if name == full else "6 4")
        for (name, c), colour in zip(runs.items(), colours, strict=True)
    ]
    lasted = day_21[full] > 5 * day_21[bare] and most[full] > 2 * most[bare]
    holds = lasted and most[full] > 1.1 * most[dry] and day_120[full] < 90 < day_120[empty]
    return Shown(lines, numbers, bool(holds))
