"""Chapter 7, first half: leak, pressure and what the patient feels."""

from __future__ import annotations

import numpy as np
from harm_cycle import felt, passes, worst
from plans import high_dose, under_skin
from registry import HARM, Shown, mechanism
from running import Given, run, until

from aldesim.report.palette import LIGHT


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
