"""Each row of the label's tables, met by a patient who triggers it."""

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

LABEL = load_rules("label_legacy")

WELL = dict.fromkeys(LABEL.signs, 0.0) | {
    "SBP": 120.0,
    "SpO2": 98.0,
    "creatinine": 0.9,
    "urine_mL_per_h": 60.0,
}

# signs at the trigger; signs that neither trigger nor allow the next dose; signs that allow it
HOLDS = {
    "HOLD-01": ({"arrhythmia": True}, {"arrhythmia": True}, {"arrhythmia": False}),
    "HOLD-02": (
        {"SBP": 89.9, "pressor_rising": True},
        {"SBP": 89.9, "pressor_rising": False},
        {"SBP": 90, "pressor_rising": False},
    ),
    "HOLD-03": ({"ischaemia": True}, {"ischaemia": True}, {"ischaemia": False}),
    "HOLD-04": ({"SpO2": 89.9}, {"SpO2": 90.0}, {"SpO2": 90.1}),
    "HOLD-05": ({"confusion_grade": 2}, {"confusion_grade": 1}, {"confusion_grade": 0}),
    "HOLD-06": ({"infection": True}, {"infection": True}, {"infection": False}),
    "HOLD-07": ({"creatinine": 4.6}, {"creatinine": 4.2}, {"creatinine": 3.9}),
    "HOLD-10": (
        {"guaiac_repeatedly_positive": True},
        {"guaiac_repeatedly_positive": True},
        {"guaiac_repeatedly_positive": False},
    ),
    "HOLD-11": (
        {"bullous_dermatitis": True},
        {"bullous_dermatitis": True},
        {"bullous_dermatitis": False},
    ),
}
STOPS = {
    "DISC-01": {"sustained_VT": True},
    "DISC-02": {"arrhythmia_uncontrolled": True},
    "DISC-03": {"chest_pain_with_ECG_change": True},
    "DISC-04": {"tamponade": True},
    "DISC-05": {"hours_intubated": 72.1},
    "DISC-06": {"hours_dialysis": 72.1},
    "DISC-07": {"hours_coma": 48.1},
    "DISC-08": {"seizures": True},
    "DISC-09": {"bowel_ischaemia_or_perforation": True},
    "DISC-10": {"GI_bleeding_needing_surgery": True},
}


class Patient:
    """One patient seen every 8 hours."""

    def __init__(self, **unusual):
        self.memory, self.slot = None, 0
        self.unusual = unusual

    def due(self, cycle=1, wait=1, **signs):
        values = {k: np.array([float(v)]) for k, v in {**WELL, **self.unusual, **signs}.items()}
        decision = decide(LABEL, values, self.memory, self.slot / 3, cycle)
        self.memory, self.slot = decision.memory, self.slot + wait
        return decision

    def action(self, **signs):
        return self.due(**signs).action[0]


def ids(decision):
    return [LABEL.ids[r] for r in np.flatnonzero(decision.reasons[0])]


def test_every_row_of_both_tables_is_here():
    assert LABEL.ids == (
        *(f"HOLD-{i:02d}" for i in range(1, 12)),
        *(f"DISC-{i:02d}" for i in range(1, 11)),
    )
    assert {*HOLDS, *STOPS, "HOLD-08", "HOLD-09"} == set(LABEL.ids)
    assert all("US prescribing information" in rule.source for rule in LABEL.rules)
    assert set(LABEL.signs) <= set(SIGNS)


def test_a_well_patient_gets_every_dose():
    patient = Patient()
    for _ in range(14):
        decision = patient.due()
        assert decision.action[0] == GIVE
        assert explain(decision, 0) == ""


@pytest.mark.parametrize("rule", HOLDS)
def test_hold_stays_until_its_own_resume_condition(rule):
    trigger, lingering, resume = HOLDS[rule]
    patient = Patient()
    assert patient.action() == GIVE
    held = patient.due(**trigger)
    assert held.action[0] == HOLD
    assert ids(held) == [rule]
    assert explain(held, 0).startswith(rule)
    still = patient.due(**lingering)
    assert still.action[0] == HOLD
    assert ids(still) == [rule]
    assert rule in explain(still, 0)
    assert patient.action(**resume) == GIVE
    assert patient.action() == GIVE
    assert patient.action(**trigger) == HOLD  # and again


@pytest.mark.parametrize("rule", STOPS)
def test_discontinuation_is_for_good(rule):
    patient = Patient()
    stopped = patient.due(**STOPS[rule])
    assert stopped.action[0] == STOP_FOR_GOOD
    assert ids(stopped) == [rule]
    assert patient.action() == STOP_FOR_GOOD
    later = patient.due(cycle=2)
    assert later.action[0] == STOP_FOR_GOOD
    assert explain(later, 0).startswith(rule)


@pytest.mark.parametrize(
    "edge", [{"hours_intubated": 72}, {"hours_dialysis": 72}, {"hours_coma": 48}]
)
def test_discontinuation_at_the_edge_is_not_yet_one(edge):
    assert Patient().action(**edge) == GIVE


def test_toxic_psychosis_counts_like_coma():
    assert Patient().action(hours_toxic_psychosis=49) == STOP_FOR_GOOD


def test_bradycardia_holds_too():
    patient = Patient()
    assert patient.action(bradycardia=True) == HOLD
    assert patient.action(arrhythmia=True) == HOLD
    assert patient.action() == GIVE


def test_low_pressure_alone_does_not_hold_in_the_legacy_label():
    assert Patient().action(SBP=80) == GIVE
    assert Patient().action(SBP=95, pressor_rising=True) == GIVE
    assert Patient().action(SBP=90, pressor_rising=True) == GIVE


@pytest.mark.parametrize(
    ("signs", "action"),
    [
        ({"creatinine": 4.5}, GIVE),
        ({"creatinine": 4.51}, HOLD),
        ({"creatinine": 4.0, "weight_gain_pct": 20}, HOLD),
        ({"creatinine": 4.0, "acidosis": True}, HOLD),
        ({"creatinine": 4.0, "hyperkalaemia": True}, HOLD),
        ({"creatinine": 3.99, "hyperkalaemia": True}, GIVE),
        ({"creatinine": 4.0, "weight_gain_pct": 19.9}, GIVE),
    ],
)
def test_creatinine_with_and_without_a_second_reason(signs, action):
    assert Patient().action(**signs) == action


def test_creatinine_resumes_only_with_stable_fluid_and_electrolytes():
    patient = Patient()
    assert patient.action(creatinine=4.6, acidosis=True) == HOLD
    assert patient.action(creatinine=3.5, acidosis=True) == HOLD
    assert patient.action(creatinine=3.5) == GIVE


def test_oliguria_must_last_16_hours_with_rising_creatinine():
    dry = {"urine_mL_per_h": 9, "creatinine_rising": True, "creatinine": 3.0}
    patient = Patient()
    assert patient.action() == GIVE
    assert patient.action(**dry) == GIVE  # the mean of the last 8 hours
    held = patient.due(**dry)  # of the last 16
    assert held.action[0] == HOLD
    assert ids(held) == ["HOLD-08"]
    assert "urine_mL_per_h 9 mL/h (hold below 10 for 16 h)" in explain(held, 0)
    assert patient.action(urine_mL_per_h=30, creatinine=3.4) == HOLD  # its highest
    assert patient.action(urine_mL_per_h=30, creatinine=2.0) == HOLD  # fallen by 1.4
    assert patient.action(urine_mL_per_h=10, creatinine=1.8) == HOLD  # by 1.6, but not above 10
    assert patient.action(urine_mL_per_h=30, creatinine=1.8) == GIVE


def test_oliguria_resumes_at_a_normal_creatinine():
    dry = {"urine_mL_per_h": 9, "creatinine_rising": True, "creatinine": 1.6}
    patient = Patient()
    for expected in (GIVE, GIVE, HOLD):
        assert patient.action(**(dry if patient.slot else {})) == expected
    assert patient.action(urine_mL_per_h=30, creatinine=1.3) == HOLD
    assert patient.action(urine_mL_per_h=9, creatinine=1.2) == GIVE


def test_a_break_in_oliguria_starts_the_count_anew():
    dry = {"urine_mL_per_h": 9, "creatinine_rising": True}
    patient = Patient()
    patient.due()
    assert patient.action(**dry) == GIVE
    assert patient.action(urine_mL_per_h=10, creatinine_rising=True) == GIVE
    assert patient.action(**dry) == GIVE
    assert patient.action(**dry) == HOLD


def test_oliguria_without_rising_creatinine_does_not_hold():
    patient = Patient()
    for _ in range(5):
        assert patient.action(urine_mL_per_h=5) == GIVE


def test_oliguria_does_not_count_across_the_rest_between_cycles():
    dry = {"urine_mL_per_h": 9, "creatinine_rising": True}
    patient = Patient()
    patient.due()
    assert patient.due(wait=29, **dry).action[0] == GIVE
    assert patient.due(cycle=2, **dry).action[0] == GIVE


def test_hepatic_failure_stops_the_course_for_seven_weeks_after_it_resolves():
    patient = Patient()
    stopped = patient.due(hepatic_failure=True)
    assert stopped.action[0] == STOP_CYCLE
    assert ids(stopped) == ["HOLD-09"]
    assert patient.due(wait=40).action[0] == STOP_CYCLE  # resolved, same cycle
    assert patient.due(cycle=2, wait=90).action[0] == STOP_CYCLE  # 40 slots after
    assert patient.due(cycle=3, wait=17).action[0] == STOP_CYCLE  # 130 slots, 43.3 days
    resumed = patient.due(cycle=4)  # 147 slots, 49 days
    assert resumed.action[0] == GIVE


def test_the_gravest_reason_decides_and_all_are_told():
    decision = Patient().due(sustained_VT=True, SpO2=85, confusion_grade=3)
    assert decision.action[0] == STOP_FOR_GOOD
    assert ids(decision) == ["HOLD-04", "HOLD-05", "DISC-01"]
    assert explain(decision, 0) == (
        "HOLD-04 low oxygen saturation: SpO2 85 % (hold below 90); "
        "HOLD-05 change of mental status: confusion_grade 3 (hold at 2 or more); "
        "DISC-01 sustained ventricular tachycardia: sustained_VT yes"
    )


def test_reasons_in_words():
    patient = Patient()
    held = patient.due(SBP=84, pressor_rising=True, creatinine=4.0, weight_gain_pct=21)
    assert explain(held, 0) == (
        "HOLD-02 low blood pressure with rising pressor requirement: SBP 84 mmHg (hold below 90), "
        "pressor_rising yes; "
        "HOLD-07 creatinine: creatinine 4 mg/dL (hold at 4 or more), "
        "weight_gain_pct 21 % (hold at 20 or more)"
    )
    patient = Patient()
    patient.due(confusion_grade=2)
    assert explain(patient.due(confusion_grade=1), 0) == (
        "HOLD-05 change of mental status: confusion_grade 1 (held until 0)"
    )
    patient = Patient()
    patient.due(sustained_VT=True)
    assert "stopped for good since day 0.00" in explain(patient.due(), 0)
