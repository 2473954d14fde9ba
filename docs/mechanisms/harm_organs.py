"""Chapter 7, second half: organs, infection, and what steroids spare and take away."""

from __future__ import annotations

import numpy as np
from harm_cycle import felt, passes, worst
from plans import SEEN, high_dose
from registry import HARM, TWO, Shown, mechanism
from running import Course, Given, run, until
from wording import named

from aldesim.report.palette import LIGHT


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
    "Steroids and immunosuppressants given through treatment and some weeks after (here 60 days) "
    "take the benefit away for good.",
    "tumour.ant: immune_competence, TIL_function, CTL_strength, new_clones; lymphocytes.ant: LAK",
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
    year = c["SLD"][-1]
    kept = day_60[0] < 0.8 * min(day_60[1:3]) and min(day_60[1:3]) > 0.9 * day_60[3]
    holds = bool(kept and year[0] < 1 and min(year[1:3]) > 0.9 * year[3])
    return Shown(lines, numbers, holds, named(SEEN))
