import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.care import SIGNS, grade, load_grading, read_grading
from aldesim.care.grading import CTCAE
from aldesim.errors import InputError

GRADING = load_grading()
UP, DOWN = np.inf, -np.inf


def just_above(x):
    return np.nextafter(x, UP)


def just_below(x):
    return np.nextafter(x, DOWN)


THYROID = {"hyperthyroidism", "hypothyroidism"}
EDGES = {  # values and the grade each has
    "weight_gain": [(just_below(5), 0), (5, 1), (just_below(10), 1), (10, 2), (20, 3)],
    "hypoalbuminaemia": [(3.5, 0), (just_below(3.5), 1), (3, 1), (2.99, 2), (2, 2), (1.99, 3)],
    "platelets_decreased": [
        (150, 0),
        (149.9, 1),
        (75, 1),
        (74.9, 2),
        (50, 2),
        (49.9, 3),
        (25, 3),
        (24.9, 4),
    ],
    "lymphocytes_decreased": [
        (1000, 0),
        (999, 1),
        (800, 1),
        (799, 2),
        (500, 2),
        (499, 3),
        (200, 3),
        (199, 4),
    ],
    "lymphocytes_increased": [(4000, 0), (4001, 2), (20_000, 2), (20_001, 3)],
    "sinus_tachycardia": [(100, 0), (101, 1), (120, 1), (121, 2), (130, 2), (131, 3)],
    "hypoxia": [(90, 0), (89.9, 2), (88, 2), (87.9, 3)],
    "confusion": [(0.49, 0), (0.5, 1), (1, 2), (1.5, 3), (2, 4), (5, 4)],
    "vomiting": (INDEX := [(0.49, 0), (0.5, 1), (1, 2), (1.5, 3), (2, 4), (9, 4)]),
    "depression": INDEX,
    "dyspnoea": INDEX,
    "chills": (NO_GRADE_4 := [(0.49, 0), (0.5, 1), (1, 2), (1.5, 3), (9, 3)]),
    "fatigue": NO_GRADE_4,
    "nausea": NO_GRADE_4,
    "rash": NO_GRADE_4,
    "pruritus": NO_GRADE_4,
    "insomnia": NO_GRADE_4,
    "diarrhoea": [(0, 0), (1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (30, 3)],
    "anaemia": [(12, 0), (11.9, 1), (10, 1), (9.9, 2), (8, 2), (7.9, 3), (4, 3)],
    "neutrophils_decreased": [
        *((1.8, 0), (1.79, 1), (1.5, 1), (1.49, 2), (1, 2)),
        *((0.99, 3), (0.5, 3), (0.49, 4)),
    ],
    "acidosis": [(25, 0), (21.4, 0), (21.3, 1), (13.3, 1), (13.2, 3)],
    "hyperglycaemia": [(110, 0), (111, 1), (160, 1), (161, 2), (251, 3), (501, 4)],
    "supraventricular_tachycardia": [(0, 0), (1, 2)],
    "ventricular_tachycardia": [(0, 0), (1, 3)],
    "sepsis": [(0, 0), (1, 3)],
}


@pytest.mark.parametrize("term", EDGES)
def test_thresholds_at_their_edges(term):
    values, expected = zip(*EDGES[term], strict=True)
    assert grade(term, np.array(values)).tolist() == list(expected)


def test_every_term_is_tested_here():
    relative = {"creatinine_increased", "bilirubin_increased", "ALT_increased"}
    several = {"hypotension", "urine_output_decreased", "fever"} | THYROID
    assert {*EDGES, *relative, *several} == set(GRADING.terms)


@pytest.mark.parametrize(
    ("value", "baseline", "expected"),
    [
        (1.2, 1.0, 0),
        (1.21, 1.0, 1),
        (1.8, 1.2, 1),  # 1.5 x ULN exactly
        (1.81, 1.2, 2),
        (0.9, 0.6, 0),  # 1.5 x baseline exactly
        (0.91, 0.6, 2),  # within normal, but above 1.5 x baseline
        (1.81, 0.6, 3),  # above 3 x baseline
        (3.6, 1.2, 2),
        (3.61, 1.2, 3),
        (7.2, 2.5, 3),  # 6 x ULN exactly
        (7.21, 2.5, 4),
    ],
)
def test_creatinine_against_normal_and_baseline(value, baseline, expected):
    assert grade("creatinine_increased", value, baseline).tolist() == [expected]


def test_bilirubin_against_normal_or_an_abnormal_baseline():
    values = [1.2, 1.21, 1.8, 1.81, 3.6, 3.61, 12, 12.1]
    assert grade("bilirubin_increased", values, 0.6).tolist() == [0, 1, 1, 2, 2, 3, 3, 4]
    assert grade("bilirubin_increased", [2.0, 2.1, 3.1, 6.1], 2.0).tolist() == [0, 1, 2, 3]


def test_hypotension_by_what_it_took():
    signs = {
        "SBP": np.array([120, 110, 100, 89, 95, 95, 95, 70]),
        "fluid_bolus_24h": np.array([0, 0, 0, 0, 0.25, 0.25, 0, 0.25]),
        "pressor_dose": np.array([0, 0, 0, 0, 0, 0.5, 2.1, 1.0]),
        "MAP": np.array([90, 85, 80, 70, 70, 65, 65, 49.9]),
    }
    baseline = np.array([120, 129, 120, 105, 130, 130, 130, 130])
    found = grade("hypotension", signs["SBP"], baseline, signs)
    assert found.tolist() == [0, 0, 1, 1, 2, 3, 4, 4]


def test_urine():
    value = np.array([400, 80, 79.9, 79.9, 300])
    day = np.array([1500, 900, 240, 239.9, 239.9])
    found = grade("urine_output_decreased", value, others={"urine_24h_mL": day})
    assert found.tolist() == [0, 0, 3, 4, 4]


def test_fever():
    value = np.array([37.9, 38.0, 39.0, 39.1, 40.0, 40.1, 40.1])
    hours = np.array([0, 0, 0, 0, 0, 24, 24.1])
    found = grade("fever", value, others={"hours_above_40": hours})
    assert found.tolist() == [0, 1, 1, 2, 2, 3, 4]


def test_alanine_aminotransferase_against_normal_or_an_abnormal_baseline():
    values = [40, 41, 120, 121, 200, 201, 800, 801]
    assert grade("ALT_increased", values, 25).tolist() == [0, 1, 1, 2, 2, 3, 3, 4]
    assert grade("ALT_increased", [60, 181, 301], 60).tolist() == [0, 2, 3]


def test_thyroid_by_TSH_and_free_T4():  # noqa: N802
    TSH = np.array([2, 4.6, 10.1, 5, 0.3, 0.1])  # noqa: N806
    others = {"free_T4": np.array([1.2, 1, 0.9, 0.7, 1.5, 2.0])}
    found = [grade(term, TSH, others=others).tolist() for term in sorted(THYROID)]
    assert found == [[0, 0, 0, 0, 1, 2], [0, 1, 2, 2, 0, 0]]


@pytest.mark.parametrize(("bicarbonate", "acidity"), [(21.4, 7.35), (13.3, 7.3)])
def test_acidosis_begins_at_the_bicarbonates_that_go_with_its_acidity(bicarbonate, acidity):
    pressure = 1.5 * bicarbonate + 8  # of carbon dioxide, mmHg
    assert 6.1 + np.log10(bicarbonate / (0.03 * pressure)) == pytest.approx(acidity, abs=0.002)
    edges = [row.below for row in GRADING.terms["acidosis"].criteria]
    assert bicarbonate in edges


def test_a_value_that_is_not_known_has_no_grade():
    assert grade("platelets_decreased", [np.nan, 20]).tolist() == [-1, 4]
    assert grade("creatinine_increased", [5.0, 5.0], [np.nan, 1.0]).tolist() == [-1, 3]
    hours = {"hours_above_40": np.array([np.nan])}
    assert grade("fever", [40.5], others=hours).tolist() == [-1]


@given(
    st.sampled_from(sorted(t for t in EDGES if SIGNS[GRADING.terms[t].sign].kind == "number")),
    st.lists(st.floats(0, 30_000), min_size=2, max_size=30),
)
def test_grades_are_monotone_in_the_sign(term, values):
    found = grade(term, np.sort(values)).astype(int)
    assert (np.diff(found) >= 0).all() or (np.diff(found) <= 0).all()
    assert found.min() >= 0
    assert found.max() <= 4


def test_all_terms_at_once_and_what_is_missing():
    signs = {"platelets": np.array([30.0, 200]), "creatinine": np.array([2.0, 1.0])}
    found = GRADING.grades(signs, {"creatinine": np.array([1.0, 1.0])})
    assert {name: g.tolist() for name, g in found.items()} == {
        "platelets_decreased": [3, 0],
        "creatinine_increased": [2, 0],
    }
    assert all(g.dtype == np.int8 for g in found.values())
    assert GRADING.not_graded(signs)["fever"] == ("hours_above_40", "temperature")
    assert "platelets_decreased" not in GRADING.not_graded(signs)


def test_what_is_needed_must_be_given():
    with pytest.raises(InputError, match=r"creatinine_increased\.baseline"):
        grade("creatinine_increased", 2.0)
    with pytest.raises(InputError, match=r"fever\.hours_above_40"):
        grade("fever", 39.0)
    with pytest.raises(InputError, match="unknown; CTCAE terms here: hypotension"):
        grade("headache", 2.0)


def test_version_organ_classes_and_sources():
    assert GRADING.version == "CTCAE v5.0, 27 November 2017"
    for term in GRADING.terms.values():
        assert term.source.startswith("CTCAE v5.0")
        assert term.soc


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sign: SpO2", "sign: SaO2", "terms[hypoxia].sign = 'SaO2': unknown sign"),
        ("grade: 2, below: 90", "grade: 6, below: 90", "terms[hypoxia].criteria[0].grade = 6"),
        ("grade: 2, below: 90", "grade: 2", "exactly one of above, below"),
        ("grade: 2, below: 90", "grade: 2, below: .inf", "criteria[0].below = inf"),
        ("below: 1, times: LLN", "below: 1, times: lln", "times = 'lln': must be 'ULN', 'LLN'"),
        ("    lower_normal: 150\n", "", "relative to LLN needs lower_normal"),
        ("upper_normal: 1.2", "upper_normal: -1.2", "upper_normal = -1.2: must be greater than 0"),
        ("id: hypoxia", "id: fever", "terms[fever].id = 'fever': is given twice"),
    ],
)
def test_malformed_file(tmp_path, old, new, said):
    path = tmp_path / "mine.yaml"
    path.write_text(CTCAE.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        read_grading(path)
    assert said in str(caught.value)
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)
