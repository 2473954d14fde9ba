import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.care.eligibility import (
    ITEMS,
    Patient,
    criteria_names,
    load_criteria,
    screen,
    screen_many,
)
from aldesim.errors import InputError

FIT = {
    "age_years": 56.0,
    "sex": "female",
    "body_weight_kg": 70.0,
    "ECOG": 0,
    "metastatic_organs": 1,
    "disease_free_interval_months": 30.0,
    "stress_test": "normal",
    "ejection_fraction_pct": 60.0,
    "wall_motion_normal": True,
    "FEV1_L": 2.6,
    "FEV1_pct_predicted": 92.0,
    "FEV1_over_FVC_pct": 78.0,
    "DLCO_pct_predicted": 88.0,
    "PaO2_mmHg": 88.0,
    "creatinine_mg_per_dL": 0.8,
    "bilirubin_mg_per_dL": 0.6,
    "WBC_1e3_per_uL": 6.0,
    "neutrophils_1e3_per_uL": 4.0,
    "platelets_1e3_per_uL": 250.0,
    "haematocrit_pct": 39.0,
    "brain_metastases": "none",
}
FIT |= {name: False for name, item in ITEMS.items() if item.kind == "flag" and name not in FIT}


def found(name, **changes):
    """Findings by id, for a fit patient with some changes; None takes a value away."""
    values = {key: value for key, value in {**FIT, **changes}.items() if value is not None}
    screening = screen(Patient("p", values), load_criteria(name))
    return screening, {finding.id: finding for finding in screening.findings}


@pytest.mark.parametrize("name", criteria_names())
def test_a_fit_patient_is_eligible_everywhere(name):
    screening, findings = found(name)
    assert screening.verdict == "eligible", [f for f in findings.values() if f.verdict != "met"]
    assert screening.exit_code == 0
    assert screening.cautions == ()


@pytest.mark.parametrize("name", criteria_names())
def test_of_nobody_known_nothing_is_decided(name):
    screening = screen(Patient("p", {}), load_criteria(name))
    assert screening.verdict == "undecided"
    assert screening.exit_code == 3
    for finding in screening.findings:
        assert finding.verdict == "not known"
        assert finding.value == "not known"
        assert finding.missing


# list, criterion, changes that just meet it, changes that just do not
EDGES = [
    ("label_legacy", "AGE", {"age_years": 18}, {"age_years": 17.9}),
    ("label_legacy", "STRESS-TEST", {"age_years": 30}, {"stress_test": "abnormal"}),
    ("label_legacy", "EJECTION", {"ejection_fraction_pct": 50.1}, {"ejection_fraction_pct": 50}),
    ("label_legacy", "WALL-MOTION", {}, {"wall_motion_normal": False}),
    (
        "label_legacy",
        "LUNG",
        {"FEV1_L": 1.5, "FEV1_pct_predicted": 75},
        {"FEV1_L": 2, "FEV1_pct_predicted": 74.9},
    ),
    (
        "label_legacy",
        "LUNG",
        {"FEV1_L": 2.01, "FEV1_pct_predicted": 60},
        {"FEV1_L": 1, "FEV1_pct_predicted": 50},
    ),
    ("label_legacy", "CREATININE", {"creatinine_mg_per_dL": 1.5}, {"creatinine_mg_per_dL": 1.51}),
    (
        "label_legacy",
        "BRAIN",
        {"brain_metastases": "treated_stable"},
        {"brain_metastases": "active"},
    ),
    ("label_legacy", "ALLOGRAFT", {}, {"allograft": True}),
    ("label_legacy", "HYPERSENSITIVITY", {}, {"hypersensitivity": True}),
    ("label_legacy", "RETREATMENT", {}, {"stopped_for_good_before": True}),
    ("label_plr", "AGE", {"age_years": 18}, {"age_years": 17}),
    ("label_plr", "HEART", {"ejection_fraction_pct": 40}, {"significant_cardiac_impairment": True}),
    ("label_plr", "LUNG", {"FEV1_L": 1}, {"significant_pulmonary_impairment": True}),
    ("label_plr", "KIDNEY", {"creatinine_mg_per_dL": 2}, {"significant_renal_impairment": True}),
    ("label_plr", "LIVER", {}, {"significant_hepatic_impairment": True}),
    ("label_plr", "CNS", {}, {"significant_CNS_impairment": True}),
    ("label_plr", "ALLOGRAFT", {}, {"allograft": True}),
    ("label_plr", "HYPERSENSITIVITY", {}, {"hypersensitivity": True}),
    ("label_plr", "RETREATMENT", {}, {"stopped_for_good_before": True}),
    ("label_plr", "INFECTION", {}, {"active_infection": True}),
    ("label_plr", "PREGNANCY", {"sex": "male", "pregnant": None}, {"pregnant": True}),
    ("cwg_2014", "ECOG", {"ECOG": 1}, {"ECOG": 2}),
    (
        "cwg_2014",
        "STRESS-TEST",
        {"stress_test": "abnormal", "age_years": 50},
        {"stress_test": "abnormal", "age_years": 51},
    ),
    ("cwg_2014", "EJECTION", {"ejection_fraction_pct": 51}, {"ejection_fraction_pct": 50}),
    ("cwg_2014", "CREATININE", {"creatinine_mg_per_dL": 1.6}, {"creatinine_mg_per_dL": 1.7}),
    ("cwg_2014", "NEUTROPHILS", {"neutrophils_1e3_per_uL": 1.5}, {"neutrophils_1e3_per_uL": 1.4}),
    ("cwg_2014", "BILIRUBIN", {"bilirubin_mg_per_dL": 1.79}, {"bilirubin_mg_per_dL": 1.81}),
    (
        "cwg_2014",
        "BILIRUBIN",
        {"bilirubin_mg_per_dL": 1.5, "bilirubin_ULN_mg_per_dL": 1.0},
        {"bilirubin_mg_per_dL": 1.6, "bilirubin_ULN_mg_per_dL": 1.0},
    ),
    ("cwg_2014", "STEROIDS", {}, {"systemic_steroids": True}),
    ("cwg_2014", "IMMUNOSUPPRESSANTS", {}, {"immunosuppressants": True}),
    ("cwg_2014", "AUTOIMMUNE", {}, {"autoimmune_disease": True}),
    ("cwg_2014", "PRESSORS", {}, {"pressor_contraindication": True}),
    ("cwg_2014", "ANTIHYPERTENSIVES", {}, {"antihypertensives_last_24h": True}),
    (
        "til_2024",
        "CLEARANCE",
        {"creatinine_clearance_mL_per_min": 40},
        {"creatinine_clearance_mL_per_min": 39.9},
    ),
    ("til_2024", "EJECTION", {"ejection_fraction_pct": 45.1}, {"ejection_fraction_pct": 45}),
    ("til_2024", "OXYGEN", {}, {"needs_oxygen": True}),
    (
        "til_2024",
        "LUNG",
        {"FEV1_over_FVC_pct": 70, "FEV1_pct_predicted": 51},
        {"FEV1_over_FVC_pct": 70, "FEV1_pct_predicted": 50},
    ),
    (
        "til_2024",
        "BRAIN",
        {"brain_metastases": "active", "brain_metastases_stable_days": 14},
        {"brain_metastases": "active", "brain_metastases_stable_days": 13},
    ),
    ("til_2024", "INFECTION", {}, {"on_antibiotics": True}),
    ("eu_smpc", "ECOG", {"ECOG": 1}, {"ECOG": 2}),
    ("eu_smpc", "WBC", {"WBC_1e3_per_uL": 4}, {"WBC_1e3_per_uL": 3.9}),
    ("eu_smpc", "PLATELETS", {"platelets_1e3_per_uL": 100}, {"platelets_1e3_per_uL": 99}),
    ("eu_smpc", "HAEMATOCRIT", {"haematocrit_pct": 30}, {"haematocrit_pct": 29.9}),
    ("eu_smpc", "BILIRUBIN", {"bilirubin_mg_per_dL": 1.2}, {"bilirubin_mg_per_dL": 1.21}),
    ("eu_smpc", "OXYGEN", {"PaO2_mmHg": 60}, {"PaO2_mmHg": 59.9}),
]


@pytest.mark.parametrize(("name", "criterion", "meets", "fails"), EDGES)
def test_edges(name, criterion, meets, fails):
    screening, findings = found(name, **meets)
    assert findings[criterion].verdict == "met"
    screening, findings = found(name, **fails)
    assert findings[criterion].verdict == "not met"
    assert screening.verdict == "not eligible"
    assert screening.exit_code == 1


def test_every_required_row_can_exclude():
    required = {
        r.id for n in criteria_names() for r in load_criteria(n).criteria if r.level == "required"
    }
    assert required - {row for _, row, *_ in EDGES} == {"TRIAD"}


@pytest.mark.parametrize("ecog", [0, 1])
@pytest.mark.parametrize("organs", [1, 2])
@pytest.mark.parametrize("interval", [23.9, 24])
def test_the_triad_excludes_only_all_three_together(ecog, organs, interval):
    _, findings = found(
        "eu_smpc", ECOG=ecog, metastatic_organs=organs, disease_free_interval_months=interval
    )
    all_three = ecog == 1 and organs == 2 and interval < 24
    assert findings["TRIAD"].verdict == ("not met" if all_three else "met")


def test_what_is_missing_matters_only_if_it_could_change_the_answer():
    _, findings = found("label_legacy", FEV1_pct_predicted=None)
    assert findings["LUNG"].verdict == "met"
    screening, findings = found("label_legacy", FEV1_L=1.8, FEV1_pct_predicted=None)
    assert findings["LUNG"].verdict == "not known"
    assert findings["LUNG"].missing == ("FEV1_pct_predicted",)
    assert findings["LUNG"].value == "FEV1 1.8 L"
    assert screening.verdict == "undecided"
    screening, _ = found("label_legacy", FEV1_L=None, FEV1_pct_predicted=None, allograft=True)
    assert screening.verdict == "not eligible"


@pytest.mark.parametrize(
    "caution", [{"diabetes": True}, {"thyroid_disease": True}, {"HIV_positive": True}]
)
def test_a_caution_is_told_and_excludes_nobody(caution):
    screening, _ = found("label_legacy", **caution)
    assert screening.verdict == "eligible"
    assert len(screening.cautions) == 1
    assert screening.cautions[0].value.endswith("yes")
    screening, _ = found("label_legacy", HIV_positive=None)
    assert screening.verdict == "eligible"


def test_a_finding_says_value_threshold_and_source():
    _, findings = found("label_legacy", creatinine_mg_per_dL=1.9)
    finding = findings["CREATININE"]
    assert finding.value == "serum creatinine 1.9 mg/dL"
    assert finding.threshold == "serum creatinine 1.5 mg/dL or less"
    assert "legacy format" in finding.source


def test_what_is_worked_out_names_what_it_needs():
    _, findings = found("cwg_2014", bilirubin_mg_per_dL=None)
    assert findings["BILIRUBIN"].missing == ("bilirubin_mg_per_dL",)


def test_clearance_by_cockcroft_and_gault_where_it_was_not_measured():
    _, findings = found("til_2024")  # (140 - 56) * 70 / (72 * 0.8) * 0.85
    assert findings["CLEARANCE"].value == "creatinine clearance 86.77 mL/min"
    _, findings = found("til_2024", creatinine_clearance_mL_per_min=55)
    assert findings["CLEARANCE"].verdict == "met"
    assert findings["CLEARANCE-60"].verdict == "not met"
    _, findings = found("til_2024", sex=None)
    assert findings["CLEARANCE"].verdict == "not known"


def test_candidates_are_counted_at_the_first_criterion_they_fail():
    columns = {
        "age": np.array([17.0, 50, 60, 70, 40]),
        "creatinine_0": np.array([2.0, 1.0, 1.6, np.nan, 1.2]),
        "FEV1": np.array([3.0, 3.0, 1.5, 2.5, 2.0]),
        "sex": np.array(["female", "male", "male", "female", "male"]),
        "lesions": np.arange(5),
    }
    enrolment = screen_many(columns, load_criteria("label_legacy"))
    assert enrolment.eligible.tolist() == [False, True, False, True, True]
    assert (enrolment.assessed, enrolment.excluded) == (5, 2)
    age, creatinine, lung = (enrolment.counts[k] for k in ("AGE", "CREATININE", "LUNG"))
    assert (age.met, age.not_met, age.not_known, age.excluded) == (4, 1, 0, 1)
    assert (creatinine.met, creatinine.not_met, creatinine.not_known) == (2, 2, 1)
    assert creatinine.excluded == 1  # the other had been excluded by age
    assert (lung.met, lung.not_met, lung.not_known) == (3, 0, 2)  # 2 L or less may be 75 %
    assert enrolment.counts["ALLOGRAFT"].not_known == 5
    assert sum(count.excluded for count in enrolment.counts.values()) == enrolment.excluded


def value_of(item):
    if item.kind == "flag":
        return st.booleans()
    if item.kind == "choice":
        return st.sampled_from(item.options)
    return (
        st.integers(int(item.low), int(item.high)) if item.whole else st.floats(item.low, item.high)
    )


GIVEN = {n: i for n, i in ITEMS.items() if n != "bilirubin_times_ULN"}
PATIENTS = st.fixed_dictionaries({}, optional={n: value_of(i) for n, i in GIVEN.items()})


@given(st.lists(PATIENTS, min_size=1, max_size=4), st.sampled_from(criteria_names()))
def test_many_at_once_agree_with_one_by_one(patients, name):
    criteria = load_criteria(name)
    columns = {}
    for item, kind in GIVEN.items():
        gap = "" if kind.kind == "choice" else np.nan
        columns[item] = np.array([p.get(item, gap) for p in patients])
        if kind.kind != "choice":
            columns[item] = columns[item].astype(float)
    enrolment = screen_many(columns, criteria)
    screenings = [screen(Patient(str(i), p), criteria) for i, p in enumerate(patients)]
    for eligible, screening in zip(enrolment.eligible, screenings, strict=True):
        assert eligible == (screening.verdict != "not eligible")
    for i, (_, count) in enumerate(enrolment.counts.items()):
        verdicts = [screening.findings[i].verdict for screening in screenings]
        assert count.met == verdicts.count("met")
        assert count.not_met == verdicts.count("not met")
        assert count.not_known == verdicts.count("not known")


@given(PATIENTS, st.sampled_from(criteria_names()), st.data())
def test_learning_more_never_turns_met_into_not_met(values, name, data):
    criteria = load_criteria(name)
    missing = [n for n in GIVEN if n not in values and not n.startswith(("bilirubin_ULN",))]
    missing = [n for n in missing if n != "creatinine_clearance_mL_per_min"]  # replaces a formula
    if not missing:
        return
    more = data.draw(st.sampled_from(missing))
    richer = {**values, more: data.draw(value_of(ITEMS[more]))}
    before = screen(Patient("p", values), criteria).findings
    after = screen(Patient("p", richer), criteria).findings
    for a, b in zip(before, after, strict=True):
        assert a.verdict in ("not known", b.verdict)


def test_columns_that_cannot_be():
    criteria = load_criteria("label_legacy")
    with pytest.raises(InputError, match="sex = 'man': must be female, male"):
        screen_many({"sex": np.array(["man"])}, criteria)
    with pytest.raises(InputError, match="one length"):
        screen_many({"age": np.ones(3), "FEV1": np.ones(2)}, criteria)
    with pytest.raises(InputError, match="must hold an item"):
        screen_many({"mood": np.ones(3)}, criteria)


def test_a_hundred_thousand_candidates_at_once():
    generator = np.random.default_rng(5)
    columns = {
        "age": generator.normal(53, 12, 100_000),
        "creatinine_0": generator.normal(1.2, 0.3, 100_000),
        "FEV1": generator.normal(3, 0.8, 100_000),
        "sex": generator.choice(["female", "male"], 100_000),
    }
    criteria = load_criteria("cwg_2014")
    enrolment = screen_many(columns, criteria)
    assert 0 < enrolment.excluded < 100_000


def test_screening_imports_nothing_heavy():
    code = (
        "import sys, aldesim.care.eligibility as e; e.load_criteria('label_legacy');"
        "print(sorted({'scipy', 'polars', 'sympy', 'plotly', 'fhir', 'libsbml', 'llvmlite'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
