"""Prints the nominal patient beside published facts, as the Markdown table of docs/model.md.

    python docs/nominal_patient.py

Every parameter at its table value, 28 doses of 600,000 IU/kg all given (nothing held), standing
orders of the ward. The last column says how independent the agreement is: `fitted` rows were used
to set parameters; `not fitted` rows were not; `missed` rows miss.
"""

from collections.abc import Callable

import numpy as np

from aldesim import model
from aldesim.care import SupportMemory, load_support, orders
from aldesim.drug import load_molecule
from aldesim.regimen import load_regimen

DRUG = load_molecule("aldesleukin")
WARD = load_support("inpatient")
SIGNS = (
    *("il2_plasma", "MAP", "SBP", "heart_rate", "cardiac_output", "SVR", "weight", "albumin"),
    *("creatinine", "urine_total", "bilirubin", "temperature", "platelets", "eosinophils"),
    *("confusion", "lymphocytes", "Treg", "NK", "CD8_effector", "CD4", "sIL2R_fold"),
    *("pressor_dose", "SLD", "angiopoietin_2", "arrhythmia_hazard", "SpO2"),
)
Course = dict[str, np.ndarray]


def treat(regimen: str, days: float, support: bool = True, **changes: float) -> Course:
    """Hourly course of the nominal patient under a regimen, every dose given."""
    batch = model.load().batch(changes, 1, scale=model.state_scales())
    weight = batch.observe(["weight"])["weight"]
    slots = load_regimen(regimen).slots()
    starts = {round(1440 * slots.time[k]): k for k in range(len(slots))}
    stops = {round(1440 * (slots.time[k] + slots.duration[k])) for k in range(len(slots))}
    stay = max(starts) + 3 * 1440
    hourly = set(range(0, min(stay, round(1440 * days)) + 1, 60))
    every = sorted(hourly | set(starts) | stops | set(range(0, round(1440 * days) + 1, 360)))
    course: dict[str, list[float]] = {name: [] for name in ("day", *SIGNS)}
    inputs: dict[str, np.ndarray] = {}
    memory: SupportMemory | None = None
    batch_inputs = model.load().inputs  # an order may act on nothing in the model
    last_dose, urine = -np.inf, 0.0
    for minute in every:
        day = minute / 1440
        batch.advance(day, inputs)
        seen = batch.observe(SIGNS)
        course["day"].append(day)
        for name in SIGNS:
            course[name].append(float(seen[name][0]))
        if minute in stops:
            inputs["infusion_rate"] = np.zeros(1)
        if minute in starts:
            k, last_dose = starts[minute], day
            dose = DRUG.pmol(slots.dose_IU(k, weight, np.array([1.9])))
            if slots.duration[k] > 0:
                inputs["infusion_rate"] = dose / slots.duration[k]
            else:
                batch.add("il2_depot", dose)
        if support and minute % 60 == 0 and minute <= stay:
            signs = {name: seen[name] for name in ("MAP", "SBP", "pressor_dose")}
            signs["weight_gain_kg"] = seen["weight"] - weight
            signs["urine_1h_mL_per_kg"] = 1000 * (seen["urine_total"] - urine) / weight
            if minute == 0:
                signs["urine_1h_mL_per_kg"] = np.full(1, np.nan)
            urine = seen["urine_total"]
            since = np.array([24 * (day - last_dose)])
            standing, memory = orders(WARD, signs, memory, since, np.array([minute < stay]))
            inputs |= {name: dose for name, dose in standing.items() if name in batch_inputs}
    return {name: np.array(values) for name, values in course.items()}


def at(course: Course, name: str, day: float) -> float:
    """Value at a day."""
    return float(np.interp(day, course["day"], course[name]))


def within(course: Course, name: str, start: float, stop: float) -> np.ndarray:
    """Values between two days."""
    return course[name][(course["day"] >= start) & (course["day"] < stop)]


def half_lives() -> tuple[float, float]:
    """Distribution and elimination half-life of a bolus of 6 MIU/m2, minutes, as measured."""
    batch = model.load().batch({}, 1, rtol=1e-8, scale=model.state_scales())
    batch.add("il2_central", DRUG.pmol(6e6 * 1.9))
    minutes = np.arange(0.0, 361.0, 1.0)
    level = []
    for minute in minutes:
        batch.advance(minute / 1440)
        level.append(batch.observe(["il2_plasma"])["il2_plasma"][0])
    values = np.array(level) - RESTING
    late = (minutes > 150) & (minutes < 300)
    slope, height = np.polyfit(minutes[late], np.log(values[late]), 1)
    early = (minutes > 2) & (minutes < 25)
    rest = values[early] - np.exp(height + slope * minutes[early])
    fast, _ = np.polyfit(minutes[early], np.log(rest), 1)
    return -np.log(2) / fast, -np.log(2) / slope


RESTING = float(model.load().batch({}, 1).observe(["il2_plasma"])["il2_plasma"][0])
LAST = float(load_regimen("high_dose").slots().time[13])


def rows() -> list[tuple[str, str, str, str]]:
    """Quantity, simulated, published, kind of agreement."""
    full = treat("high_dose", 60)
    bare = treat("high_dose", 10, support=False)
    low = treat("subcutaneous_low_dose", 84, support=False)
    alpha, beta = half_lives()
    first, dosed = (0.0, 14.0), (0.0, LAST + 1)

    def fold(name: str, course: Course = full, stop: float = 14.0) -> float:
        return within(course, name, 0, stop).max() / course[name][0]

    def change(name: str) -> float:
        return 100 * (within(full, name, 4.0, LAST).mean() / full[name][0] - 1)

    def extreme(pick: Callable[[np.ndarray], float], name: str, span: tuple[float, float]) -> float:
        return float(pick(within(full, name, *span)))

    iu = DRUG.pM(1.0)
    nadir = extreme(np.min, "lymphocytes", dosed)
    rebound = within(full, "lymphocytes", LAST, 14).max() / full["lymphocytes"][0]
    lee = "Lee 1989 J Clin Oncol 7:7"
    return [
        ("half-lives, alpha and beta", f"{alpha:.1f} and {beta:.1f} min",
         "12.9 and 85 min, Konrad 1990 Cancer Res 50:2009", "fitted"),
        ("peak level, dose 1", f"{extreme(np.max, 'il2_plasma', (0, 0.1)) / iu:,.0f} IU/mL",
         "dose over plasma volume, Konrad 1990", "not fitted"),
        ("lymphocytes, lowest", f"{100 * nadir / full['lymphocytes'][0]:.0f} % of baseline",
         "10-20 %", "fitted"),
        ("lymphocytes, rebound", f"{rebound:.1f} fold", "2-8 fold within days", "fitted"),
        ("Treg, NK, CD8 effector pools",
         f"{fold('Treg'):.1f}, {fold('NK'):.1f}, {fold('CD8_effector'):.1f} fold",
         "2-5, 5-15 fold, -", "fitted"),
        ("vascular resistance, day 4", f"{change('SVR'):.0f} %", f"-42 %, {lee}", "missed"),
        ("cardiac output, day 4", f"{change('cardiac_output'):+.0f} %",
         "+49 % (n = 4), Intensive Care Med doi 10.1007/BF01724796", "fitted"),
        ("heart rate, day 4", f"{full['heart_rate'][0]:.0f} to "
         f"{within(full, 'heart_rate', 4, LAST).mean():.0f}/min", f"66 to 104/min, {lee}",
         "missed"),
        ("mean arterial pressure, lowest",
         f"{extreme(np.min, 'MAP', dosed):.0f} mmHg, {within(bare, 'MAP', *dosed).min():.0f} "
         "without fluid or pressor", "98 to 84 on day 5 (n = 4); pressors in 53 % of courses",
         "fitted"),
        ("the same, 2 and 4 days after the last dose",
         f"{at(full, 'MAP', LAST + 2):.0f} and {at(full, 'MAP', LAST + 4):.0f} mmHg",
         "normal in 1-3 days", "not fitted"),
        ("weight gain, largest", f"{extreme(np.max, 'weight', first) - full['weight'][0]:+.1f} kg",
         "+4.0 kg with 18.4 L of fluid, Textor 1987 Am J Med 83:1055", "missed"),
        ("albumin, lowest; 6 days after", f"{full['albumin'][0]:.1f} to "
         f"{extreme(np.min, 'albumin', dosed):.1f}; {at(full, 'albumin', LAST + 6):.1f} g/dL",
         "3.6 to 2.2; not back at 6 days, Textor 1987", "fitted"),
        ("creatinine, peak of cycle 1", f"{full['creatinine'][0]:.1f} to "
         f"{extreme(np.max, 'creatinine', first):.1f} mg/dL",
         "mean peak 2.6 mg/dL, Belldegrun 1989", "fitted"),
        ("creatinine 14 days after cycle 2", f"{at(full, 'creatinine', 14 + LAST + 14):.2f} mg/dL",
         "84 % back at 14 days, Belldegrun 1987 Ann Intern Med 106:817", "fitted"),
        ("bilirubin, highest", f"{extreme(np.max, 'bilirubin', first):.1f} mg/dL",
         "5-7 mg/dL, approximate", "missed"),
        ("platelets, lowest", f"{extreme(np.min, 'platelets', first):.0f} x 1e3/uL",
         "30-100 x 1e3/uL, approximate", "missed"),
        ("temperature, highest (acetaminophen on)",
         f"{extreme(np.max, 'temperature', first):.1f} degC", "38.5-40 degC without", "not fitted"),
        ("eosinophils, highest", f"{extreme(np.max, 'eosinophils', (0, 40)):.1f} x 1e3/uL",
         "up to 20 fold", "fitted"),
        ("soluble IL-2 receptor, highest", f"{fold('sIL2R_fold', stop=30):.0f} fold", "10-20 fold",
         "fitted"),
        ("angiopoietin-2, last two days", f"{at(full, 'angiopoietin_2', LAST - 1):.0f} and "
         f"{at(full, 'angiopoietin_2', LAST):.0f} ng/mL",
         "16.0 and 18.6 ng/mL, Shock 2014;42:109", "fitted"),
        ("arrhythmia in two cycles",
         f"{100 * (1 - np.exp(-at(full, 'arrhythmia_hazard', 30))):.1f} %", f"9.7 %, {lee}",
         "missed"),
        ("low dose, 12 weeks: Treg, NK, CD4",
         f"{fold('Treg', low, 84):.1f}, {fold('NK', low, 84):.1f}, {fold('CD4', low, 84):.2f} fold",
         "more than 5, more than 4, about 1 fold, Koreth 2016 Blood 128:130", "fitted"),
    ]  # fmt: skip


if __name__ == "__main__":
    print("| quantity | simulated | published | agreement |\n|---|---|---|---|")
    for row in rows():
        print("| " + " | ".join(row) + " |")
