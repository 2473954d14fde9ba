"""Criteria of practice: relative ones hold, three of them or one absolute stop the cycle."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.care import (
    GIVE,
    HOLD,
    SIGNS,
    STOP_CYCLE,
    decide,
    explain,
    load_rules,
    start_memory,
)

WELL = dict.fromkeys(SIGNS, 0.0) | {
    "SBP": 120.0,
    "SpO2": 98.0,
    "heart_rate": 80.0,
    "temperature": 37.0,
    "creatinine": 0.9,
    "bilirubin": 0.6,
    "platelets": 200.0,
    "bicarbonate": 24.0,
    "urine_mL_per_h": 60.0,
    "urine_mL_per_kg_per_h": 0.8,
}


read_once = cache(load_rules)


class Patient:
    """One patient seen every 8 hours under a rule set."""

    def __init__(self, name):
        self.rules, self.memory, self.slot = read_once(name), None, 0

    def due(self, cycle=1, **signs):
        values = {k: np.array([float(v)]) for k, v in {**WELL, **signs}.items()}
        decision = decide(self.rules, values, self.memory, self.slot / 3, cycle)
        self.memory, self.slot = decision.memory, self.slot + 1
        return decision

    def action(self, **signs):
        return self.due(**signs).action[0]

    def outcome(self, **signs):
        decision = self.due(**signs)
        rows = np.flatnonzero(decision.reasons[0])
        return decision.action[0], [self.rules.ids[r] for r in rows]


RELATIVE = {
    "cwg_2014": {
        "CARD-REL": [{"heart_rate": 100}, {"heart_rate": 130}],
        "SKIN-REL": [{"moist_desquamation": True}],
        "GUT-REL": [
            {"diarrhoea_mL_per_shift": 1000},
            {"ileus_or_distention": True},
            {"bilirubin": 7.1},
        ],
        "BLEED-REL": [
            {"stool_occult_blood": True},
            {"occult_blood_elsewhere": True},
            {"platelets": 50},
            {"platelets": 30},
        ],
        "PRESS-REL": [{"pressor_dose": 0.51}, {"pressor_dose_max": 1.0}],
        "LIMB-REL": [{"weight_gain_pct": 15.1}, {"extreme_tightness": True}],
        "MIND-REL": [{"vivid_dreams": True}, {"mild_anxiety": True}, {"confusion_grade": 1}],
        "LUNG-REL": [
            {"dyspnoea_at_rest": True},
            {"oxygen_L_per_min": 3},
            {"oxygen_L_per_min": 4},
            {"rales_share_of_lung": 1 / 3},
        ],
        "RENAL-REL": [
            {"urine_mL_per_h": 20},
            {"urine_mL_per_h": 10},
            {"creatinine": 2.5},
            {"creatinine": 2.9},
            {"bicarbonate": 18},
        ],
    },
    "community_2015": {
        "CARD-REL": [{"heart_rate": 120}, {"heart_rate": 130}],
        "GUT-REL": [{"bilirubin": 7.1}],
        "BLEED-REL": [{"platelets": 50}, {"platelets": 30}],
        "LIMB-REL": [{"weight_gain_pct": 15}],
        "LUNG-REL": [{"oxygen_L_per_min": 3}, {"oxygen_L_per_min": 4}],
        "RENAL-REL": [{"urine_mL_per_h": 20}, {"urine_mL_per_h": 10}, {"creatinine": 2.5}],
    },
}
ABSOLUTE = {
    "cwg_2014": {
        "CARD-ABS": [
            {"heart_rate": 131},
            {"ischaemia": True},
            {"arrhythmia": True},
            {"sustained_VT": True},
            {"ventricular_arrhythmia": True},
            {"cardiac_enzymes_raised": True},
        ],
        "GUT-ABS": [
            {"diarrhoea_shifts_of_1L": 2},
            {"distention_affecting_breathing": True},
            {"severe_unrelenting_pain": True},
            {"refractory_vomiting": True},
        ],
        "BLEED-ABS": [{"frank_blood": True}, {"platelets": 29}],
        "INFECT-ABS": [{"infection": True}, {"infection_suspected": True}],
        "PRESS-ABS": [{"pressor_dose": 0.81}, {"pressor_dose_max": 1.5}],
        "LIMB-ABS": [{"extreme_paresthesias": True}],
        "MIND-ABS": [
            {"hallucinations": True},
            {"persistent_crying": True},
            {"mental_change_over_2h": True},
            {"fails_mental_tests": True},
            {"confusion_grade": 2},
        ],
        "LUNG-ABS": [
            {"oxygen_L_per_min": 4.1},
            {"oxygen_mask": True},
            {"hours_intubated": 1},
            {"rales_share_of_lung": 0.5},
        ],
        "RENAL-ABS": [{"urine_mL_per_h": 9.9}, {"creatinine": 3}],
    },
    "community_2015": {
        "CARD-ABS": [{"heart_rate": 131}, {"ischaemia": True}],
        "SKIN-ABS": [{"moist_desquamation": True}],
        "GUT-ABS": [{"refractory_vomiting": True}],
        "BLEED-ABS": [{"platelets": 29}],
        "INFECT-ABS": [{"infection": True}],
        "PRESS-ABS": [{"pressor_dose": 0.05}, {"pressor_dose_max": 0.05}],
        "LIMB-ABS": [{"extreme_paresthesias": True}],
        "MIND-ABS": [{"vivid_dreams": True}, {"confusion_grade": 1}],
        "LUNG-ABS": [{"oxygen_L_per_min": 4.1}],
        "RENAL-ABS": [{"urine_mL_per_h": 9.9}, {"creatinine": 3}],
    },
}


def rows(table):
    return [
        (name, rule, signs)
        for name, rules in table.items()
        for rule, alternatives in rules.items()
        for signs in alternatives
    ]


@pytest.mark.parametrize("name", RELATIVE)
def test_every_row_is_exercised(name):
    rules = load_rules(name)
    by_kind = {
        kind: {r.id for r in rules.rules if r.kind == kind} for kind in ("relative", "absolute")
    }
    assert set(RELATIVE[name]) == by_kind["relative"]
    assert set(ABSOLUTE[name]) == by_kind["absolute"]
    assert len(rules.rules) == sum(map(len, by_kind.values()))
    patient = Patient(name)
    assert [patient.action() for _ in range(14)] == [GIVE] * 14


@pytest.mark.parametrize(("name", "rule", "signs"), rows(RELATIVE))
def test_a_relative_criterion_holds_while_it_is_met(name, rule, signs):
    patient = Patient(name)
    held = patient.due(**signs)
    assert held.action[0] == HOLD
    assert [patient.rules.ids[r] for r in np.flatnonzero(held.reasons[0])] == [rule]
    assert explain(held, 0).startswith(f"{rule} ")
    assert patient.outcome(**signs) == (HOLD, [rule])
    assert patient.action() == GIVE


@pytest.mark.parametrize(("name", "rule", "signs"), rows(ABSOLUTE))
def test_an_absolute_criterion_stops_the_cycle_and_only_this(name, rule, signs):
    patient = Patient(name)
    assert patient.outcome(**signs) == (STOP_CYCLE, [rule])
    assert patient.outcome() == (STOP_CYCLE, [rule])
    assert patient.outcome(cycle=2) == (GIVE, [])


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("cwg_2014", {"heart_rate": 99}),
        ("cwg_2014", {"heart_rate": 110, "temperature": 38.5}),  # fever not yet corrected
        ("cwg_2014", {"heart_rate": 110, "SBP": 85}),
        ("cwg_2014", {"heart_rate": 110, "pressor_dose": 0.3}),
        ("cwg_2014", {"bilirubin": 7}),
        ("cwg_2014", {"platelets": 51}),
        ("cwg_2014", {"pressor_dose": 0.5, "pressor_dose_max": 0.9}),
        ("cwg_2014", {"weight_gain_pct": 15}),
        ("cwg_2014", {"oxygen_L_per_min": 2.9}),
        ("cwg_2014", {"urine_mL_per_h": 20.1, "creatinine": 2.4, "bicarbonate": 18.1}),
        ("community_2015", {"heart_rate": 119}),
        ("community_2015", {"weight_gain_pct": 14.9}),
        ("community_2015", {"pressor_dose": 0.01}),
    ],
)
def test_below_the_edge_the_dose_is_given(name, signs):
    assert Patient(name).action(**signs) == GIVE


def test_three_relative_criteria_stop_the_cycle_and_two_do_not():
    patient = Patient("cwg_2014")
    two = {"bilirubin": 8, "weight_gain_pct": 16}
    assert patient.outcome(**two) == (HOLD, ["GUT-REL", "LIMB-REL"])
    stopped = patient.due(**two, creatinine=2.6)
    assert stopped.action[0] == STOP_CYCLE
    assert explain(stopped, 0).endswith(
        "COMB-01 three relative criteria: 3 relative criteria (stop the cycle at 3 or more)"
    )
    well = patient.due()
    assert well.action[0] == STOP_CYCLE
    assert explain(well, 0) == "COMB-01 three relative criteria: cycle stopped earlier"
    assert patient.outcome(cycle=2) == (GIVE, [])


def test_two_alternatives_of_one_row_count_once():
    patient = Patient("cwg_2014")
    assert patient.action(creatinine=2.6, bicarbonate=15, bilirubin=8) == HOLD


def test_the_third_hold_stops_the_cycle_in_the_community_set():
    patient = Patient("community_2015")
    assert patient.action(bilirubin=8) == HOLD
    assert patient.action() == GIVE
    assert patient.action(creatinine=2.6) == HOLD
    third = patient.due(creatinine=2.6)
    assert third.action[0] == STOP_CYCLE
    assert explain(third, 0).endswith(
        "COMB-02 held on three occasions: 3 doses held (stop the cycle at 3 or more)"
    )
    assert patient.action() == STOP_CYCLE
    assert patient.outcome(cycle=2, bilirubin=8) == (HOLD, ["GUT-REL"])  # counted anew


def test_a_value_that_is_missing_is_no_occasion():
    patient = Patient("community_2015")
    for _ in range(4):
        assert patient.action(creatinine=np.nan) == HOLD
    assert patient.action() == GIVE


def test_after_til_six_doses_are_given_and_no_more():
    patient = Patient("til_2024")
    for slot in range(8):
        signs = {"creatinine": 2.6} if slot in (1, 4) else {}
        assert patient.action(**signs) == (HOLD if signs else GIVE)
    last = patient.due()
    assert last.action[0] == STOP_CYCLE
    assert explain(last, 0) == (
        "TIL-DOSES six doses given: 6 doses given (stop the cycle at 6 or more)"
    )


@pytest.mark.parametrize(
    ("signs", "action"),
    [
        ({"SBP": 90, "fluid_bolus_24h": 0.75}, GIVE),
        ({"SBP": 89, "fluid_bolus_24h": 0.74}, HOLD),
        ({"SBP": 89, "fluid_bolus_24h": 0.75}, STOP_CYCLE),
        ({"pressor_dose": 0.1}, STOP_CYCLE),
        ({"urine_mL_per_kg_per_h": 0.5}, GIVE),
        ({"urine_mL_per_kg_per_h": 0.49}, HOLD),
        ({"creatinine": 2.49}, GIVE),
        ({"creatinine": 2.5}, HOLD),
    ],
)
def test_rows_after_til(signs, action):
    patient = Patient("til_2024")
    assert patient.action(**signs) == action
    assert patient.action() == (STOP_CYCLE if action == STOP_CYCLE else GIVE)


def test_creatinine_where_the_label_goes_on_and_practice_stops():
    expected = {"label_legacy": GIVE, "label_plr": GIVE, "til_2024": HOLD}
    expected |= dict.fromkeys(("cwg_2014", "community_2015"), STOP_CYCLE)
    for name, action in expected.items():
        assert Patient(name).action(creatinine=3.2) == action, name


@pytest.mark.parametrize("name", ["label_plr", "cwg_2014", "community_2015", "til_2024"])
def test_hundred_thousand_patients_decide_at_once(name):
    generator, rules = np.random.default_rng(3), load_rules(name)
    signs = {s: v * generator.uniform(0.5, 1.5, 100_000) for s, v in WELL.items()}
    memory = start_memory(rules, 100_000)
    decision = decide(rules, signs, memory, 0.0)
    assert decision.reasons.shape == (100_000, len(rules.ids))


@given(st.lists(st.floats(1.0, 4.0), min_size=1, max_size=28), st.sampled_from([*RELATIVE]))
def test_counts_follow_from_the_actions(creatinine, name):
    patient, given, held = Patient(name), 0, 0
    for value in creatinine:
        decision = patient.due(creatinine=value)
        given += decision.action[0] == GIVE
        held += 2.5 <= value < 3 and not decision.memory.stopped_in[:, :-1].any()
        assert decision.memory.given[0] == given
        stopped = decision.action[0] == STOP_CYCLE
        if name == "community_2015" and held >= 3:
            assert stopped
        if any(v >= 3 for v in creatinine[: patient.slot]):
            assert stopped
