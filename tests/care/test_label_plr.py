"""Each row of the newer label's tables, met by a patient who triggers it."""

import numpy as np
import pytest

from aldesim.care import (
    GIVE,
    HOLD,
    SIGNS,
    STOP_CYCLE,
    STOP_FOR_GOOD,
    decide,
    explain,
    load_rules,
)

LABEL = load_rules("label_plr")

WELL = dict.fromkeys(LABEL.signs, 0.0) | {
    "SBP": 120.0,
    "SpO2": 98.0,
    "creatinine": 0.9,
    "urine_mL_per_h": 60.0,
}

# signs at the trigger; signs that neither trigger nor allow the next dose; signs that allow it
HOLDS = {
    "HOLD-01": ({"bradycardia": True}, {"bradycardia": True}, {"bradycardia": False}),
    "HOLD-02": ({"SBP": 89.9}, {"SBP": 95, "pressor_rising": True}, {"SBP": 90}),
    "HOLD-04": ({"SpO2": 89.9}, {"SpO2": 90.0}, {"SpO2": 90.1}),
    "HOLD-05": ({"confusion_grade": 2}, {"confusion_grade": 1}, {"confusion_grade": 0}),
    "HOLD-06": ({"infection": True}, {"infection": True}, {"infection": False}),
    "HOLD-07": (
        {"creatinine": 4.0, "hyperkalaemia": True},
        {"creatinine": 3.9, "hyperkalaemia": True},
        {"creatinine": 3.9},
    ),
    "HOLD-10": (
        {"stool_occult_blood": True},
        {"stool_occult_blood": True},
        {"stool_occult_blood": False},
    ),
    "HOLD-11": (
        {"bullous_dermatitis": True},
        {"bullous_dermatitis": True},
        {"bullous_dermatitis": False},
    ),
}
STOPS = {
    "HOLD-03": {"ischaemia": True},
    "DISC-01": {"sustained_VT": True},
    "DISC-02": {"arrhythmia_uncontrolled": True},
    "DISC-03": {"chest_pain_with_ECG_change": True},
    "DISC-04": {"tamponade": True},
    "DISC-05": {"hours_intubated": 72.1},
    "DISC-06": {"hours_dialysis": 72.1},
    "DISC-07": {"hours_toxic_psychosis": 48.1},
    "DISC-08": {"seizures": True},
    "DISC-09": {"bowel_ischaemia_or_perforation": True},
    "DISC-10": {"GI_bleeding_needing_surgery": True},
}


class Patient:
    """One patient seen every 8 hours."""

    def __init__(self):
        self.memory, self.slot = None, 0

    def due(self, cycle=1, wait=1, **signs):
        values = {k: np.array([float(v)]) for k, v in {**WELL, **signs}.items()}
        decision = decide(LABEL, values, self.memory, self.slot / 3, cycle)
        self.memory, self.slot = decision.memory, self.slot + wait
        return decision

    def action(self, **signs):
        return self.due(**signs).action[0]


def ids(decision):
    return [LABEL.ids[r] for r in np.flatnonzero(decision.reasons[0])]


def test_every_row_of_both_tables_is_here():
    assert LABEL.ids == load_rules("label_legacy").ids
    assert {*HOLDS, *STOPS, "HOLD-08", "HOLD-09"} == set(LABEL.ids)
    assert all("PLR format (2023)" in rule.source for rule in LABEL.rules)
    assert set(LABEL.signs) <= set(SIGNS)


def test_a_well_patient_gets_every_dose():
    patient = Patient()
    assert [patient.action() for _ in range(14)] == [GIVE] * 14


@pytest.mark.parametrize("rule", HOLDS)
def test_hold_stays_until_its_own_resume_condition(rule):
    trigger, lingering, resume = HOLDS[rule]
    patient = Patient()
    assert patient.action() == GIVE
    held = patient.due(**trigger)
    assert (held.action[0], ids(held)) == (HOLD, [rule])
    assert explain(held, 0).startswith(rule)
    still = patient.due(**lingering)
    assert (still.action[0], ids(still)) == (HOLD, [rule])
    assert patient.action(**resume) == GIVE
    assert patient.action(**trigger) == HOLD  # and again


@pytest.mark.parametrize("rule", STOPS)
def test_discontinuation_is_for_good(rule):
    patient = Patient()
    stopped = patient.due(**STOPS[rule])
    assert (stopped.action[0], ids(stopped)) == (STOP_FOR_GOOD, [rule])
    assert patient.action() == STOP_FOR_GOOD
    assert patient.due(cycle=2).action[0] == STOP_FOR_GOOD


def test_low_pressure_holds_by_itself():
    assert Patient().action(SBP=90) == GIVE
    assert Patient().action(SBP=89.9) == HOLD
    assert Patient().action(SBP=95, pressor_rising=True) == GIVE


def test_occult_blood_is_judged_by_its_own_test():
    assert "guaiac_repeatedly_positive" not in LABEL.signs
    assert "stool_occult_blood" not in load_rules("label_legacy").signs


def test_oliguria_with_rising_creatinine_holds_and_resumes():
    dry = {"urine_mL_per_h": 9, "creatinine_rising": True, "creatinine": 3.0}
    patient = Patient()
    assert patient.action() == GIVE
    assert patient.action(**dry) == GIVE
    held = patient.due(**dry)
    assert (held.action[0], ids(held)) == (HOLD, ["HOLD-08"])
    assert patient.action(urine_mL_per_h=30, creatinine=1.5) == HOLD  # fallen by just 1.5
    assert patient.action(urine_mL_per_h=30, creatinine=1.4) == GIVE


def test_hepatic_failure_stops_the_course_for_seven_weeks_after_it_resolves():
    patient = Patient()
    stopped = patient.due(hepatic_failure=True)
    assert (stopped.action[0], ids(stopped)) == (STOP_CYCLE, ["HOLD-09"])
    assert patient.due(wait=146).action[0] == STOP_CYCLE
    assert patient.due(cycle=2).action[0] == STOP_CYCLE
    assert patient.due(cycle=3).action[0] == GIVE
