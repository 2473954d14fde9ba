import numpy as np
import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.regimen import load_regimen
from aldesim.trial import load_scenario, run
from aldesim.trial.calendar import course_calendar


def test_one_course_is_the_regimen():
    regimen = load_regimen("high_dose")
    calendar = course_calendar(regimen, 1, 72)
    for name, values in vars(regimen.slots()).items():
        np.testing.assert_array_equal(getattr(calendar.slots, name), values)
    assert calendar.scan_days((47, 75)) == (47, 75)


def test_next_course_begins_seven_weeks_after_the_longest_stay():
    calendar = course_calendar(load_regimen("high_dose"), 3, 72)
    last_out = calendar.slots.time[27] + 3
    assert calendar.first_days == (0, 71, 142)
    assert 49 <= calendar.first_days[1] - last_out < 50
    assert calendar.slots.cycle.tolist() == np.repeat(np.arange(1, 7), 14).tolist()
    assert calendar.course.tolist() == np.repeat([1, 2, 3], 28).tolist()
    np.testing.assert_allclose(calendar.slots.time[28:56] - 71, calendar.slots.time[:28])
    assert [calendar.opens_course(i) for i in (0, 14, 28, 56)] == [True, False, True, True]
    assert [i for i in range(84) if calendar.ends_cycle(i)] == [13, 27, 41, 55, 69, 83]


def test_response_is_evaluated_about_four_weeks_after_the_course():
    calendar = course_calendar(load_regimen("high_dose"), 2, 72)
    after = calendar.evaluation_days[0] - calendar.slots.time[27]
    assert 28 <= after < 29
    assert calendar.scan_days(()) == (calendar.evaluation_days[0], 71, calendar.evaluation_days[1])


def test_regimen_that_leaves_no_room_is_refused():
    regimen = load_regimen("high_dose")
    plan = regimen.follow_up.model_copy(
        update={"next_course_weeks": 2.0, "counted_from": "first_dose"}
    )
    with pytest.raises(InputError, match=r"next_course_weeks = 2\.0"):
        course_calendar(regimen.model_copy(update={"follow_up": plan}), 2, 72)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    scenario = load_scenario("high-dose-melanoma").model_copy(
        update={"patients": 48, "follow_up_days": 190, "courses": 3}
    )
    return run(scenario, out=tmp_path_factory.mktemp("runs") / "three", chunk=48)


def test_first_course_is_that_of_a_trial_of_one_course(three, result):
    first = three.doses.filter(pl.col("course") == 1).collect()
    assert first.equals(result.doses.collect())


def test_further_courses_only_while_the_tumour_shrinks(three):
    scans, patients = three.scans.collect(), three.patients.collect()
    size = {day: dict(scans.filter(time=day).select("id", "SLD").iter_rows()) for day in (71, 142)}
    second = set(three.doses.filter(pl.col("course") == 2).collect()["id"])
    third = set(three.doses.filter(pl.col("course") == 3).collect()["id"])
    barred = set(patients.filter(pl.col("off_treatment") == "stop_for_good")["id"])
    before = scans.filter(pl.col("change_pct") < 0, time=71, new_lesions=0)
    shrunk = set(before["id"])
    assert second - barred == shrunk - barred
    new = set(scans.filter(pl.col("new_lesions") > 0, time=142)["id"])
    again = {i for i in second if size[142].get(i, 1e9) < size[71][i]}
    assert third - barred == again - barred - new
    assert 0 < len(second) < 48


def test_columns_of_courses_add_up(three):
    patients = three.patients.collect()
    by_course = patients.select(f"doses_course_{k}" for k in (1, 2, 3))
    assert (by_course.sum_horizontal() == patients["doses_given"]).all()
    begun = by_course.select((pl.all() > 0).cast(pl.Int32)).sum_horizontal()
    assert (begun == patients["courses_given"]).all()
    assert patients["doses_planned"].is_in([28, 56, 84]).all()


def test_replay_is_exact_over_courses(three):
    assert three.manifest["replay"]["max_difference"] == 0
    assert len(three.manifest["replay"]["patients"]) == 8
