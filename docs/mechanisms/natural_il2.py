"""Chapter 1: who makes interleukin-2, who takes it, and how little of it there is."""

from __future__ import annotations

from plans import antigen
from registry import INFECTION, NATURAL, Shown, mechanism
from running import resting, run, until

from aldesim.report.palette import LIGHT

PG_PER_PMOL_L = 15.3


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
