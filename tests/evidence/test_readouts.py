import numpy as np
import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.evidence.readouts import courses, doses, kinetics, read, tables

MINUTES = np.arange(0, 1441)
FAST, SLOW = np.log(2) / 12.9, np.log(2) / 85  # per minute


@pytest.fixture
def bolus(simulated):
    """Two patients, 4000 pM at first, in two phases; 1000 IU given."""
    level = 3500 * np.exp(-FAST * MINUTES) + 500 * np.exp(-SLOW * MINUTES)
    course = np.stack([level, 2 * level], axis=1)
    course[0] = 0  # nothing there when the dose is given
    return simulated(MINUTES, {"il2_plasma": course}, dose_IU=[[1000.0, 1000.0]])


def test_half_lives_of_two_phases(bolus):
    first = kinetics.distribution_half_life(
        bolus, until_min=30, terminal_from_min=180, terminal_until_min=300
    )
    assert first.value == pytest.approx(12.9, rel=0.01)
    last = kinetics.half_life(bolus, from_min=180, until_min=300)
    assert last.value == pytest.approx(85, rel=0.01)


def test_start_level_and_clearance_of_a_bolus(bolus):
    assert kinetics.start_level(bolus, until_min=6).value == pytest.approx([1000, 2000], rel=0.01)
    area = (3500 / FAST + 500 / SLOW) / 4  # IU*min/mL
    clearance = kinetics.clearance(bolus, tail_from_h=6, until_h=12)
    assert clearance.value == pytest.approx([1000 / area, 500 / area], rel=0.03)


def test_bioavailability_is_area_per_dose_in_the_same_patient(bolus, simulated):
    half = simulated(
        MINUTES, {"il2_plasma": bolus.course("il2_plasma") / 2}, dose_IU=[[2000.0, 1000.0]]
    )
    share = kinetics.bioavailability(half, bolus, until_h=12, reference_until_h=12)
    assert share.value == pytest.approx([25, 50])


def test_reference_must_have_the_same_patients(bolus, simulated):
    other = simulated(MINUTES, {"il2_plasma": np.ones((len(MINUTES), 3))})
    line = "bioavailability reference=other until_h=12 reference_until_h=12"
    with pytest.raises(InputError, match="must have the patients"):
        read(line, ("bolus",), {"bolus": bolus, "other": other}, "observation x")


def test_peak_and_its_time(simulated):
    level = np.minimum(MINUTES / 240, np.exp(-(MINUTES - 240) / 300))
    made = simulated(MINUTES, {"il2_plasma": 400 * level[:, np.newaxis]})
    assert kinetics.peak(made, 0, 24).value == pytest.approx([100])
    assert kinetics.peak(made, 0, 24, unit="pM").value == pytest.approx([400])
    assert kinetics.time_of_peak(made, 24).value == pytest.approx([4])


def test_the_highest_of_several_counts_rises_by_chance_alone(simulated):
    made = simulated(MINUTES, {"Treg": np.full((len(MINUTES), 4000), 100.0)})
    line = {"sign": "Treg", "days": "0.2,0.4,0.7,1"}
    assert np.all(courses.highest_counted(made, counting=0.0, **line).value == 0)
    found = courses.highest_counted(made, counting=4.0, **line).value
    assert found.mean() == pytest.approx(4 * 1.03, rel=0.1)  # mean of the largest of four normals
    again = courses.highest_counted(made, counting=4.0, **line).value
    assert np.array_equal(found, again)


def test_area_after_the_last_dose_given_to_each(simulated):
    since = MINUTES % 480
    course = np.exp(-since / 60.0) * np.where(MINUTES >= 960, 0.5, 1.0)
    course[since == 0] = 0
    both = np.stack([course, course], axis=1)
    made = simulated(
        MINUTES,
        {"il2_plasma": both},
        dose_IU=[[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]],
        slot_day=[0, 1 / 3, 2 / 3],
    )
    change = kinetics.late_to_first_area(made, hours=7)
    assert change.value == pytest.approx([-50, 0], abs=1)


def test_changes_against_the_start(simulated):
    made = simulated([0, 1440, 2880], {"Treg": np.array([[50.0], [100.0], [200.0]])})
    assert courses.at(made, "Treg", 1.5).value == pytest.approx([150])
    assert courses.at(made, "Treg", 2, against="fold").value == pytest.approx([4])
    assert courses.at(made, "Treg", 2, against="percent").value == pytest.approx([300])
    assert courses.highest(made, "Treg", 0, 1, against="difference").value == pytest.approx([50])
    with pytest.raises(InputError, match="against"):
        courses.at(made, "Treg", 1, against="nothing")
    with pytest.raises(InputError, match="not watched"):
        courses.at(made, "NK", 1)


def test_indices_use_the_body_surface(simulated):
    rows = np.array([[6.0], [8.0]])
    made = simulated([0, 60], {"cardiac_output": rows, "SVR": rows})
    assert courses.at(made, "cardiac_index", 0).value == pytest.approx([3])
    assert courses.at(made, "SVR_dyn", 0).value == pytest.approx([480])
    assert courses.at(made, "SVRI_dyn", 0).value == pytest.approx([960])


def test_recovery_counts_from_each_last_dose(simulated):
    day = np.arange(0, 30)
    rises = np.where(day < 5, 3.0, 1.0)[:, np.newaxis]
    stays = np.full((30, 1), 3.0)
    course = np.concatenate([rises, stays], axis=1)
    course[0] = 1.0
    made = simulated(
        day * 1440, {"creatinine": course}, dose_IU=[[1, 1], [0, 1]], slot_day=[0.0, 2.0]
    )
    back = courses.back_to_start(made, "creatinine", days=5, within=1.25)
    assert back.value.tolist() == [1, 0]
    days = courses.days_to_return(made, "creatinine", share=1.25, from_above="yes")
    assert days.value.tolist() == [4, np.inf]


def test_patients_without_a_dose_have_no_last_one(simulated):
    made = simulated(
        [0, 1440], {"MAP": np.array([[90.0, 90.0], [80.0, 80.0]])}, dose_IU=[[1.0, 0.0]]
    )
    for found in (
        courses.at_last_dose(made, "MAP", hours=24),
        courses.highest_after_last_dose(made, "MAP", days=1),
        courses.days_to_return(made, "MAP", share=0.95),
        courses.back_to_start(made, "MAP", days=1, within=1.0),
    ):
        assert np.isnan(found.value).tolist() == [False, True]


def test_later_peaks_relative_to_the_first(simulated):
    course = np.array([[0.0], [2.0], [1.0], [6.0]])
    made = simulated([0, 240, 480, 1440], {"late_cytokines": course})
    found = courses.highest_to_first(made, "late_cytokines", first_h=8, until_day=1)
    assert found.value == pytest.approx([3])


def test_times_of_reaching_and_of_never_reaching(simulated):
    hours = np.arange(0, 13)
    fever = np.stack([37 + 0.25 * hours, np.full(13, 37.0)], axis=1)
    made = simulated(hours * 60, {"temperature": fever})
    assert courses.hour_above(made, "temperature", 38, 12).value[0] == 4
    assert np.isnan(courses.hour_above(made, "temperature", 38, 12).value[1])
    assert courses.hour_of_share(made, "temperature", 0.5, 12).value[0] == 6


def test_half_maximal_level_of_a_known_curve(simulated):
    levels = np.geomspace(0.1, 1e6, 121)
    seen = {
        "one": (levels / (levels + 30))[:, np.newaxis],
        "other": (levels / (levels + 1700))[:, np.newaxis],
    }
    made = simulated(levels * 1440, seen)
    assert doses.half_maximal(made, "one").value == pytest.approx([30], rel=0.01)
    ratio = doses.half_maximal_ratio(made, "other", to="one")
    assert ratio.value == pytest.approx([1700 / 30], rel=0.02)


@pytest.fixture
def trial(simulated):
    patients = pl.DataFrame(
        {
            "id": pl.Series(range(5), dtype=pl.UInt32),
            "status": ["ok", "ok", "ok", "ok", "lane 4 failed"],
            "best_response": ["CR", "PR", "SD", "PD", "NE"],
            "response_day": [50.0, 50.0, np.nan, np.nan, np.nan],
            "progression_day": [3650.0, 415.25, 100.0, 50.0, np.nan],
            "progressed": [False, True, True, True, False],
            "death_day": [3650.0, 900.0, 400.0, 80.0, np.nan],
            "died": [False, True, True, True, False],
            "death_cause": ["", "disease", "disease", "treatment", ""],
            "creatinine_max": [2.0, 1.0, 3.0, 4.0, 1.0],
            "creatinine_0": [1.0, 1.0, 1.0, 1.0, 1.0],
            "doses_cycle_1": [10, 12, 14, 14, 0],
            "doses_cycle_2": [10, 6, 14, 0, 0],
        }
    )
    events = pl.DataFrame(
        {"id": [1, 1, 3, 4], "time": [2.0, 3.0, 40.0, 2.0], "kind": ["arrhythmia"] * 4},
        schema_overrides={"id": pl.UInt32},
    )
    toxicity = pl.DataFrame(
        {"id": [0, 1, 2], "term": ["Platelet count decreased"] * 3, "grade": [0, 1, 3]},
        schema_overrides={"id": pl.UInt32},
    )
    made = {"patients": patients, "events": events, "toxicity": toxicity}
    return simulated([0], {"MAP": np.ones((1, 5))}, tables=made)


def test_responses_and_deaths_leave_failed_patients_out(trial):
    assert tables.response(trial, "objective").value.tolist() == [1, 1, 0, 0]
    assert tables.died_of(trial, "treatment").value.tolist() == [0, 0, 0, 1]
    with pytest.raises(InputError, match="best"):
        tables.response(trial, "splendid")


def test_durations_and_survival_keep_censoring(trial):
    partial = tables.duration(trial, "PR")
    assert partial.known().value == pytest.approx([12])
    assert partial.known().event.tolist() == [True]
    complete = tables.duration(trial, "CR").known()
    assert complete.event.tolist() == [False]
    assert tables.still_free(trial, "objective", 60).known().value.tolist() == [1, 0]
    assert tables.alive(trial, 12).value.tolist() == [1, 1, 1, 0]
    assert tables.survival(trial).event.tolist() == [False, True, True, True]


def test_events_grades_and_columns(trial):
    assert tables.with_event(trial, "arrhythmia", 30).value.tolist() == [0, 1, 0, 0]
    assert tables.graded(trial, "Platelet_count_decreased", 1).value.tolist() == [0, 1, 1, 0]
    with pytest.raises(InputError, match="Boredom"):
        tables.graded(trial, "Boredom", 1)
    rises = tables.share_of(trial, "creatinine_max", "creatinine_0", at_least=2)
    assert rises.value.tolist() == [1, 0, 1, 1]
    assert tables.cycle_doses(trial, cycle=2, of=1).value.tolist() == [100, 50, 100, 0]
    with pytest.raises(InputError, match="no column"):
        tables.column(trial, "mood")


def test_several_experiments_are_pooled(bolus):
    found = read("peak from_h=0 until_h=1", ("a", "b"), {"a": bolus, "b": bolus}, "x")
    assert len(found) == 4
