"""Doses at home after the courses in hospital."""

import numpy as np
import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.regimen import load_regimen
from aldesim.trial import load_scenario, run
from aldesim.trial.calendar import continued, course_calendar
from aldesim.trial.given import dose_records
from aldesim.trial.protocol import prepare
from aldesim.trial.scenario import Continuation

PLAN = Continuation(regimen="subcutaneous_low_dose", weeks=8)
SIZE = 48


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("high-dose-melanoma").model_copy(
        update={
            "patients": SIZE,
            "follow_up_days": 140,
            "continuation": PLAN,
            "scan_days": (75, 100),
        }
    )


@pytest.fixture(scope="module")
def home(scenario, tmp_path_factory):
    return run(scenario, out=tmp_path_factory.mktemp("runs") / "home", chunk=17)


def calendar(name="subcutaneous_low_dose", weeks=8, from_day=None):
    courses = course_calendar(load_regimen("high_dose"), 1, 72)
    return continued(
        courses, load_regimen(name), weeks=weeks, from_day=from_day, ward_hours_after_last_slot=72
    )


def test_doses_at_home_follow_the_evaluation_for_so_many_weeks():
    found = calendar(weeks=13)
    at_home = found.slots.time[found.home]
    assert found.continuation_day == found.evaluation_days[0] == at_home[0]
    assert len(at_home) == 13 * 7, "the regimen of 12 weeks begins again"
    assert (np.diff(at_home) == 1).all()
    assert found.continues(28)
    assert not found.continues(27)
    assert found.slots.cycle[-1] == 4
    assert found.scan_days((100,)) == (found.continuation_day, 100)


def test_rest_of_the_regimen_is_kept_between_rounds():
    found = calendar("subcutaneous_eu", weeks=10)
    starts = found.slots.time[found.home & (found.slots.slot == 1)] - found.continuation_day
    assert starts.tolist() == [0, 32, 64], "a week after the last dose, on day 26"


def test_doses_at_home_may_not_begin_during_the_stay():
    with pytest.raises(InputError, match=r"continuation.from_day = 20: must be after the courses"):
        calendar(from_day=20)


def test_who_goes_on_and_until_when(home):
    doses = home.doses.collect()
    at_home = doses.filter(pl.col("course") == 2)
    first = home.scans.filter(pl.col("time") == at_home["time"].min()).collect()
    free = set(first.filter(pl.col("response") != "PD")["id"])
    patients = home.patients.collect()
    barred = set(patients.filter(pl.col("off_treatment") == "stop_for_good")["id"])
    assert set(at_home["id"]) - barred == free - barred
    assert 0 < len(free) < SIZE
    later = home.scans.filter(pl.col("time").is_in([75.0, 100.0]) & (pl.col("response") == "PD"))
    ends = later.group_by("id").agg(pl.col("time").min().alias("end")).collect()
    after = at_home.join(ends, on="id").filter(pl.col("time") >= pl.col("end"))
    assert len(ends.join(at_home.select("id").unique(), on="id")) > 0
    assert after.is_empty()


def test_courses_are_those_of_a_trial_without_doses_at_home(home, scenario, tmp_path):
    alone = scenario.model_copy(update={"continuation": None, "follow_up_days": 47})
    alone = alone.model_copy(update={"scan_days": (47,)})
    before = run(alone, out=tmp_path / "alone").doses.collect()
    assert home.doses.filter(pl.col("course") == 1).collect().equals(before)


def test_doses_at_home_are_counted_apart(home):
    patients = home.patients.collect()
    ledger = home.doses.filter(pl.col("given_IU") > 0).collect()
    counts = ledger.group_by("id").agg(
        (pl.col("course") == 1).sum().alias("one"), (pl.col("course") == 2).sum().alias("home")
    )
    both = patients.join(counts, on="id", how="left")
    assert (both["doses_given"] == both["one"].fill_null(0)).all()
    assert (both["doses_at_home"] == both["home"].fill_null(0)).all()
    assert patients["doses_planned"].unique().to_list() == [28]
    assert patients["doses_at_home"].max() == 56
    events = dose_records(home).frame
    assert (events["CMT"] == 1).sum() == patients["doses_at_home"].sum()


def test_nobody_is_in_hospital_for_them(home):
    stay = home.patients.select(pl.col("hospital_days").max()).collect().item()
    assert stay <= 2 * (13 / 3 + 3) + 0.1


def test_replay_is_exact(home):
    assert home.manifest["replay"]["max_difference"] == 0


def test_responders_only(scenario):
    plan = PLAN.model_copy(update={"who": "responders"})
    some = run_at_home(scenario, plan)
    assert 0 < len(some) < len(run_at_home(scenario, PLAN))


def run_at_home(scenario, plan):
    from aldesim.trial.treat import treat

    protocol = prepare(
        scenario.model_copy(update={"continuation": plan, "follow_up_days": 60, "scan_days": ()})
    )
    ids = np.arange(SIZE)
    ledger = treat(protocol, ids).ledger.frame(ids)
    return set(ledger.filter(pl.col("course") == 2)["id"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{regimen: subcutaneous_low_dose, weeks: 0}", "continuation.weeks = 0"),
        ("{regimen: subcutaneous_low_dose, weeks: 9, who: all}", "continuation.who = 'all'"),
        ("{regimen: weekly, weeks: 9}", "weekly"),
        ("{regimen: subcutaneous_low_dose, weeks: 9, from_day: 18}", "continuation.from_day = 18"),
        ("{weeks: 9}", "continuation.regimen"),
    ],
)
def test_malformed(tmp_path, text, said):
    from aldesim.trial.scenario import CATALOGUE

    path = tmp_path / "mine.yaml"
    path.write_text((CATALOGUE / "high-dose-melanoma.yaml").read_text() + f"continuation: {text}\n")
    with pytest.raises(InputError) as caught:
        prepare(load_scenario(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
