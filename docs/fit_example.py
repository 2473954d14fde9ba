"""Makes docs/data/one_patient.csv: a synthetic patient with twice the usual clearance.

    python docs/fit_example.py

The patient is drawn from the melanoma population, then the clearance is set to 350 L/day (median
of the population 166). Fourteen doses are planned; the first two days are read as on a ward.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from aldesim.forecast import load_setting, read_people
from aldesim.forecast.check import read_with_error, simulated_person
from aldesim.forecast.course import simulate
from aldesim.forecast.fit import SHOWN, predict
from aldesim.model import parameter_table
from aldesim.population import draw

FILE = Path(__file__).with_name("data") / "one_patient.csv"
SEED, PATIENT, CLEARANCE, DOSES = 20261122, 3, 350.0, 14


def main() -> None:
    setting = load_setting()
    person, _ = simulated_person(setting, SEED, PATIENT)
    virtual = draw(setting.population, parameter_table(), SEED, np.array([PATIENT]))
    weight = round(float(virtual.covariates["body_weight"][0]), 1)
    virtual.parameters["linear_clearance"][:] = CLEARANCE
    person = replace(person, doses=replace(
        person.doses, amount=np.full(len(person.doses.time), 600_000 * weight)
    ))  # fmt: skip
    truth = predict(setting, person, virtual)[:, 0]
    readings = read_with_error(setting, person.readings, truth, SEED, PATIENT)
    sex, age = virtual.covariates["sex"][0], virtual.covariates["age"][0]
    known = f"{weight},{age:.0f},{sex},{virtual.covariates['body_height'][0]:.0f}"
    amount = 600_000 * weight
    lines = [
        "# TIME h; AMT IU; a synthetic patient made by docs/fit_example.py",
        "ID,TIME,EVID,AMT,RATE,II,ADDL,DVID,DV,WT,AGE,SEX,HT",
        f"1,0,1,{amount:.0f},{amount / 0.25:.0f},8,{DOSES - 1},,,{known}",
    ]
    for minute, sign, value in zip(readings.minute, readings.sign, readings.value, strict=True):
        lines.append(f"1,{minute / 60:g},0,,,,,{sign},{max(value, 0):g},{known}")
    FILE.write_text("\n".join(lines) + "\n", "utf-8")
    print(FILE)
    (given,) = read_people(FILE, setting.molecule, setting.signs)
    end = np.array([round((float(given.doses.time[-1]) + 3) * 1440) + 15])
    course = simulate(setting, given, virtual, end, SHOWN)
    print("truth three days after the last dose:")
    print(", ".join(f"{name} {course[name][0, 0]:.3g}" for name in SHOWN))


if __name__ == "__main__":
    main()
