import numpy as np
import polars as pl
import pytest

from aldesim.care.measurement import load_schedule, schedule_names
from aldesim.errors import InputError
from aldesim.trial import load_scenario, run
from aldesim.trial.readings import Readings

WARD = load_schedule("ward")
PATIENTS = np.arange(400)
TRUE = {
    "SBP": 120.0,
    "MAP": 90.0,
    "heart_rate": 80.0,
    "SpO2": 97.0,
    "temperature": 37.0,
    "urine_total": 0.0,
    "weight": 80.0,
    "creatinine": 1.0,
    "bilirubin": 0.8,
    "albumin": 4.0,
    "platelets": 220.0,
    "lymphocytes": 1800.0,
    "confusion": 0.0,
    "pressor_dose": 0.0,
    "haemoglobin": 13.5,
    "neutrophils": 4.2,
    "ALT": 25.0,
    "bicarbonate": 25.0,
    "glucose": 95.0,
    "TSH": 1.6,
    "free_T4": 1.2,
    "extra_stools": 0.0,
    "diarrhoea": 0.0,
    **dict.fromkeys(("chills", "fatigue", "nausea", "vomiting", "rash", "pruritus"), 0.0),
    **dict.fromkeys(("depression", "insomnia", "dyspnoea"), 0.0),
}


def seen(size=400, **changes):
    return {name: np.full(size, float(v)) for name, v in {**TRUE, **changes}.items()}


class Ward:
    """Patients who come in at the first dose and stay."""

    def __init__(self, patients=PATIENTS, seed=1):
        self.here = np.ones(len(patients), dtype=bool)
        self.readings = Readings(WARD, seed, patients, seen(len(patients)))

    def at(self, hour, arriving=False, **changes):
        return self.readings.look(
            hour / 24, seen(len(self.here), **changes), self.here, self.here & arriving
        )


def test_errors_have_the_spread_of_the_schedule():
    found = Ward().at(0, arriving=True)
    assert abs(found["SBP"].std() - 4) < 0.5
    assert abs(found["SBP"].mean() - 120) < 1
    assert abs(found["creatinine"].std() - 0.03) < 0.03
    assert set(np.round(found["creatinine"] * 10 % 1, 6)) <= {0.0, 1.0}
    assert found["SpO2"].max() <= 100
    assert found["confusion"].min() >= 0


def test_two_pressures_of_one_cuff_share_their_error():
    found = Ward().at(0, arriving=True)
    assert np.corrcoef(found["SBP"], found["MAP"])[0, 1] > 0.9


def test_vital_signs_are_read_every_four_hours():
    ward = Ward()
    ward.at(0, arriving=True)
    first = ward.at(1, SBP=150)["SBP"]
    assert (ward.at(3, SBP=150)["SBP"] == first).all()
    assert (ward.at(4, SBP=150)["SBP"] > 130).all()


@pytest.mark.parametrize("change", [{"SBP": 75}, {"pressor_dose": 0.5}])
def test_vital_signs_are_read_hourly_when_pressure_is_low_or_supported(change):
    ward = Ward()
    ward.at(0, arriving=True)
    ward.at(4, **change)
    assert (ward.at(5, heart_rate=140, **change)["heart_rate"] > 120).all()
    assert (ward.at(5.25, heart_rate=60, **change)["heart_rate"] > 120).all(), "not between hours"


def test_thyroid_is_read_on_admission_and_not_again_in_the_same_stay():
    ward = Ward()
    ward.at(0, arriving=True)
    first = ward.at(1)["TSH"]
    for hour in range(2, 24 * 6):
        again = ward.at(hour, TSH=30)["TSH"]
    assert (again == first).all()
    assert (ward.at(24 * 14, arriving=True, TSH=30)["TSH"] > 20).all()


def test_rigors_are_noted_every_hour_in_hospital_only():
    ward = Ward()
    ward.at(0, arriving=True)
    assert (ward.at(1, chills=1.5)["chills"] > 1).all()
    ward.here[:] = False
    assert np.isnan(ward.at(2, chills=1.5)["chills"]).all()


def test_laboratory_is_drawn_in_the_morning_and_known_after_its_turnaround():
    ward = Ward()
    ward.at(0, arriving=True)
    assert (ward.at(21, creatinine=3)["creatinine"] < 2).all()
    assert (ward.at(22, creatinine=3)["creatinine"] < 2).all(), "drawn at 6, not yet known"
    assert (ward.at(23, creatinine=5)["creatinine"] < 2).all()
    known = ward.at(24, creatinine=5)["creatinine"]
    assert ((known > 2.5) & (known < 3.5)).all(), "the value of the draw, not of now"
    assert ward.readings.ages(1.0)["laboratory"] == pytest.approx(2)
    assert (ward.readings.previous["creatinine"] < 2).all()


def test_urine_is_what_was_collected():
    ward = Ward()
    ward.at(0, arriving=True)
    for hour in (1, 2, 3):
        assert (ward.at(hour, urine_total=0.05 * hour)["urine_total"] == 0).all()
    total = ward.at(4, urine_total=0.2)["urine_total"]
    assert abs(total.mean() - 0.2) < 0.005
    assert abs(ward.readings.urine_rate.mean() - 0.05) < 0.002


def test_nobody_collects_urine_at_home_and_visits_are_weekly():
    ward = Ward()
    ward.at(0, arriving=True)
    ward.here[:] = False
    assert np.isnan(ward.at(24)["urine_total"]).all()
    assert (ward.at(6 * 24, creatinine=2.5)["creatinine"] < 2).all()
    ward.at(7 * 24, creatinine=2.5)
    assert (ward.at(8 * 24, creatinine=2.5)["creatinine"] > 2).all()


def test_a_reading_does_not_depend_on_the_other_patients():
    whole, part = Ward(), Ward(PATIENTS[30:40])
    for hour in range(30):
        arriving = hour == 0
        a, b = whole.at(hour, arriving, SBP=85), part.at(hour, arriving, SBP=85)
    for sign in WARD.signs:
        np.testing.assert_array_equal(a[sign][30:40], b[sign], err_msg=sign)


def test_what_was_handed_out_is_not_changed_later():
    ward = Ward()
    first = ward.at(0, arriving=True)
    kept = {sign: first[sign].copy() for sign in WARD.signs}
    ward.here[:200] = False
    for hour in range(1, 30):
        ward.at(hour, SBP=85, creatinine=3)
    for sign in WARD.signs:
        np.testing.assert_array_equal(first[sign], kept[sign], err_msg=sign)


def test_every_round_has_a_source():
    assert all(group.source for group in WARD.rounds)
    assert schedule_names() == ["exact", "ward"]
    assert load_schedule("exact") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_hours: [6]", "at_hours: [24]", "at_hours[0] = 24"),
        ("at_hours: [6]", "at_hours: [9, 6]", "at_hours must rise"),
        ("sd: 4, digits: 0", "sd: 4, cv: 0.1, digits: 0", "an sd or a cv, not both"),
        ("error_of: SBP", "error_of: pulse", "must name a sign above it"),
        ("{sign: weight,", "{sign: SBP,", "is read in two rounds"),
    ],
)
def test_malformed_schedule(tmp_path, old, new, said):
    from aldesim.care.measurement.schedule import SHELF

    path = tmp_path / "mine.yaml"
    path.write_text((SHELF / "ward.yaml").read_text().replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load_schedule(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_sign_of_a_schedule_is_named(tmp_path, scenario):
    from aldesim.care.measurement.schedule import SHELF

    path = tmp_path / "mine.yaml"
    path.write_text((SHELF / "ward.yaml").read_text().replace("{sign: weight,", "{sign: GFR,"))
    with pytest.raises(InputError, match="sign = 'GFR': is not read"):
        run(scenario.model_copy(update={"measurement": str(path)}))


def test_decisions_rest_on_charted_values(result):
    log = result.decisions.collect()
    ledger = result.doses.collect()
    assert log.select("id", "cycle", "slot", "action").equals(
        ledger.select("id", "cycle", "slot", "action")
    )
    late = log.filter(pl.col("time") > 1.2, pl.col("cycle") == 1)
    assert set((late["creatinine"] * 10).round(4) % 1) <= {0.0}, "as charted, to one decimal"
    assert late["hours_since_laboratory"].is_between(2, 18).all()
    assert late["hours_since_vitals"].max() == 0, "read just before each dose"


def test_truth_is_kept_for_the_courses(result):
    true = result.courses.filter(pl.col("time") < 4).collect()["creatinine"].to_numpy()
    assert (np.abs(true * 10 - np.round(true * 10)) > 0.01).mean() > 0.5


def test_exact_measurement_shows_the_true_signs(tmp_path):
    scenario = load_scenario("high-dose-melanoma").model_copy(
        update={"patients": 8, "follow_up_days": 30, "scan_days": (), "measurement": "exact"}
    )
    done = run(scenario, out=tmp_path / "exact")
    both = done.decisions.collect().join(done.courses.collect(), on=["id", "time"])
    np.testing.assert_array_equal(both["SBP"], both["SBP_right"])
    assert not [name for name in both.columns if name.startswith("hours_since")]
