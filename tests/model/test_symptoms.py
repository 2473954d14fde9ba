"""What a patient feels: onset, size, recovery, and what supportive drugs do about it."""

from __future__ import annotations

import numpy as np
import pytest
from ward import HOUR, high_dose, treat

LAST = 13 * 8 * HOUR
FELT = (
    *("chills", "fatigue", "nausea", "vomiting", "extra_stools", "rash", "pruritus"),
    *("depression", "insomnia", "dyspnoea"),
)
SEEN = (
    *FELT,
    *("haemoglobin", "ALT", "bicarbonate", "neutrophil_chemotaxis", "neutrophils", "glucose"),
)


def cycle(new_batch, **given):
    watch = (*SEEN, "fever")
    return treat(new_batch(), high_dose(1), until=40.0, watch=watch, **given)


def at(course, name, day):
    return float(np.interp(day, course["time"], course[name][:, 0]))


@pytest.fixture(scope="module")
def plain(new_batch):
    return cycle(new_batch)


def test_one_dose_chills_before_it_heats(new_batch):
    """Chills 1-2 h after a dose, fever from 2-4 h, peak 4-6 h at 38.5-40, gone in 12 h."""
    batch = new_batch()
    batch.add("il2_central", 600e3 * 75 / 250.308)
    hours = np.arange(0.25, 18, 0.25)
    rows = []
    for hour in hours:
        batch.advance(hour * HOUR)
        rows.append([v[0] for v in batch.observe(["chills", "temperature"]).values()])
    chills, temperature = np.array(rows).T
    assert 0.5 <= hours[np.argmax(chills)] <= 2.0
    assert chills.max() > 0.5
    assert 3.5 <= hours[np.argmax(temperature)] <= 6.5
    assert 38.5 < temperature.max() < 40
    assert chills[hours > 5].max() < 0.1
    assert temperature[hours > 14].max() < 38


@pytest.mark.parametrize("name", FELT)
def test_each_symptom_is_felt_and_goes_away(plain, name):
    assert plain[name][0, 0] == pytest.approx(0, abs=1e-12)
    worst = plain[name].max() / (1 if name != "extra_stools" else 4)
    assert 0.3 < worst < 2
    assert at(plain, name, 40) < 0.1 * plain[name].max()


def test_symptoms_improve_two_or_three_days_after_the_last_dose(plain):
    for name in ("nausea", "vomiting", "extra_stools", "fatigue"):
        assert at(plain, name, LAST + 3) < 0.4 * plain[name].max(), name


def test_skin_and_mood_lag_behind(plain):
    for name in ("rash", "depression"):
        peak = plain["time"][np.argmax(plain[name][:, 0])]
        assert LAST + 0.5 < peak < LAST + 4, name
    assert at(plain, "nausea", 1.0) > 0.27
    assert at(plain, "rash", 1.0) < 0.05


def test_fever_wanes_over_a_cycle(plain):
    first = plain["fever"][plain["time"] < 8 * HOUR].max()
    cytokines = [at(plain, "early_cytokines", t * 8 * HOUR + 0.1) for t in (0, 9)]
    tenth = plain["fever"][np.abs(plain["time"] - 9.5 * 8 * HOUR) < 4 * HOUR].max()
    assert tenth / cytokines[1] < first / cytokines[0]


def test_chemotaxis_is_half_lost_after_eight_doses(plain):
    """Jablons 1990: 82 to 45 % of control after a mean of 8 doses."""
    assert at(plain, "neutrophil_chemotaxis", 0) == pytest.approx(82)
    assert at(plain, "neutrophil_chemotaxis", 8 * 8 * HOUR) == pytest.approx(45, abs=6)
    assert at(plain, "neutrophil_chemotaxis", LAST + 5) > 78


def test_blood_and_liver(plain):
    assert 10.5 < plain["haemoglobin"].min() < 12.8
    lowest = plain["time"][np.argmin(plain["platelets"][:, 0])]
    assert 4 < lowest < 7.5
    assert at(plain, "platelets", LAST + 5) > 150
    assert 60 < plain["ALT"].max() < 200
    assert at(plain, "ALT", LAST + 14) < 32
    assert 16 < plain["bicarbonate"].min() < 21


def test_low_doses_are_gentle(new_batch):
    """1 MIU/m2 daily under the skin: no dose-limiting symptom."""
    doses = [float(d) for d in range(28)]
    given = {"iu_per_kg": 1e6 * 1.85 / 75, "route": "sc", "watch": SEEN}
    course = treat(new_batch(), doses, until=30.0, **given)
    for name in FELT:
        assert course[name].max() < 0.5, name
    assert course["haemoglobin"].min() > 12.5
    assert course["platelets"].min() > 200


@pytest.mark.parametrize(
    ("order", "name", "low", "high"),
    [
        ("meperidine", "chills", 0.05, 0.5),
        ("nsaid", "fever", 0.05, 0.5),
        ("nsaid", "chills", 0.0, 0.6),
        ("antiemetic", "nausea", 0.2, 0.6),
        ("antiemetic", "vomiting", 0.02, 0.4),
        ("antibiotic_prophylaxis", "infection_hazard", 0.15, 0.3),
    ],
)
def test_supportive_drugs_help(new_batch, plain, order, name, low, high):
    helped = cycle(new_batch, orders={order: 1.0})
    assert low < helped[name].max() / plain[name].max() < high


def test_an_nsaid_costs_kidney(new_batch, plain):
    """Guleria 1994: kidney injury is worse with an NSAID."""
    course = cycle(new_batch, orders={"nsaid": 1.0})
    assert course["creatinine"].max() > 1.15 * plain["creatinine"].max()
    resting = new_batch()
    resting.advance(5.0, {"nsaid": 1.0})
    assert resting.observe(["creatinine"])["creatinine"][0] == pytest.approx(1.0, abs=0.02)


def test_a_steroid_spares_the_patient_but_not_the_counts(new_batch, plain):
    """Vetto 1987: less fever, creatinine, bilirubin, confusion, dyspnoea; anaemia unchanged."""
    course = cycle(new_batch, orders={"steroid": 0.7})
    for name in ("fever", "bilirubin", "confusion", "dyspnoea"):
        rise = plain[name].max() - plain[name][0, 0]
        assert course[name].max() - course[name][0, 0] < 0.8 * rise, name
    assert course["haemoglobin"].min() == pytest.approx(plain["haemoglobin"].min(), abs=0.8)
    assert course["eosinophils"].max() > 0.7 * plain["eosinophils"].max()
    assert course["glucose"].max() > plain["glucose"].max()
    assert course["infection_hazard"][-1] > plain["infection_hazard"][-1]


def test_line_infection_by_era(cohort):
    """Kammula 1998: line sepsis in 18 % of patients before prophylaxis."""
    risk = 1 - np.exp(-cohort["infection_hazard"][-1]).mean()
    assert 0.1 < risk < 0.28


def test_leak_is_systemic_not_at_the_injection_site(new_batch):
    """A depot that never reaches the blood leaks nothing; one that does, everywhere."""
    batch = new_batch(SC_bioavailability=np.array([1e-9, 0.37]))
    days = [float(d) for d in range(5)]
    course = treat(batch, days, until=6.0, iu_per_kg=18e6 / 75, route="sc")
    leak = course["permeability"].max(axis=0)
    assert leak[0] < 1e-6
    assert leak[1] > 0.05
    assert course["albumin"].min(axis=0)[1] < course["albumin"].min(axis=0)[0] - 0.1
