import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aldesim.drug import load_molecule
from aldesim.errors import InputError
from aldesim.regimen import load_regimen, regimen_names
from aldesim.regimen.records import (
    Doses,
    doses_from_records,
    event_records,
    plan_doses,
    read_records,
)
from aldesim.regimen.regimen import CATALOGUE

ALDESLEUKIN = load_molecule("aldesleukin")
WEIGHT, AREA = np.array([62.0, 70.0, 91.5]), np.array([1.7, 1.85, 2.1])


def assert_same(a: Doses, b: Doses):
    np.testing.assert_array_equal(a.id, b.id)
    for name in ("time", "amount", "duration"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-12, atol=1e-12)
    assert [r.replace("CIV", "IV_infusion") for r in a.route] == list(b.route)


@pytest.mark.parametrize("name", regimen_names())
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize(("time_unit", "amount_unit"), [("day", "IU"), ("h", "mg"), ("h", "pmol")])
def test_round_trip_through_a_file(tmp_path, name, compress, time_unit, amount_unit):
    planned = plan_doses(load_regimen(name), WEIGHT, AREA)
    events = event_records(
        planned, ALDESLEUKIN, time_unit=time_unit, amount_unit=amount_unit, compress=compress
    )
    path = tmp_path / "doses.csv"
    events.write(path)
    back = read_records(path)
    assert (back.time_unit, back.amount_unit) == (time_unit, amount_unit)
    assert back.frame.equals(events.frame)
    assert_same(planned, doses_from_records(back, ALDESLEUKIN))


def test_high_dose_records():
    events = event_records(plan_doses(load_regimen("high_dose"), WEIGHT[:1], AREA[:1]), ALDESLEUKIN)
    frame = events.frame
    assert frame.columns == ["ID", "TIME", "AMT", "RATE", "EVID", "CMT", "II", "ADDL"]
    assert len(frame) == 28
    assert set(frame["CMT"]) == {2}
    np.testing.assert_allclose(frame["AMT"] / frame["RATE"] * 1440, 15)
    assert frame["TIME"][14] == 14.0


def test_compression_writes_one_record_a_cycle():
    events = event_records(
        plan_doses(load_regimen("high_dose"), WEIGHT, AREA), ALDESLEUKIN, compress=True
    )
    assert len(events.frame) == 2 * len(WEIGHT)
    assert set(events.frame["ADDL"]) == {13}
    np.testing.assert_allclose(events.frame["II"] * 24, 8)


def test_hours():
    planned = plan_doses(load_regimen("high_dose"), WEIGHT[:1], AREA[:1])
    assert event_records(planned, ALDESLEUKIN, time_unit="h").frame["TIME"][1] == 8.0


def test_injections_under_the_skin_and_into_the_vein_have_no_rate():
    for name, compartment in (("subcutaneous_low_dose", 1), ("single_bolus", 2)):
        frame = event_records(plan_doses(load_regimen(name), WEIGHT, AREA), ALDESLEUKIN).frame
        assert set(frame["CMT"]) == {compartment}
        assert set(frame["RATE"]) == {0}


def test_a_dose_by_mouth_goes_to_the_gut(tmp_path):
    path = tmp_path / "oral.yaml"
    path.write_text(
        (CATALOGUE / "single_bolus.yaml").read_text().replace("route: IV_bolus", "route: oral")
    )
    planned = plan_doses(load_regimen(path), WEIGHT, AREA)
    events = event_records(planned, ALDESLEUKIN)
    assert set(events.frame["CMT"]) == {3}
    assert_same(planned, doses_from_records(events, ALDESLEUKIN))


@given(st.lists(st.booleans(), min_size=28, max_size=28))
def test_held_doses_leave_a_gap_that_compression_keeps(given_or_held):
    planned = plan_doses(load_regimen("high_dose"), WEIGHT[:1], AREA[:1])
    kept = np.array(given_or_held)
    ledger = Doses(planned.id, planned.time, planned.amount * kept, planned.duration, planned.route)
    events = event_records(ledger, ALDESLEUKIN, compress=True)
    back = doses_from_records(events, ALDESLEUKIN)
    np.testing.assert_allclose(back.time, planned.time[kept])
    assert (back.amount == planned.amount[kept]).all()


GOOD = "# TIME day; AMT IU\nID,TIME,AMT,RATE,EVID,CMT,II,ADDL\n1,0,42e6,0,1,2,0,0\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("# TIME day; AMT IU\n", "", "must name the units"),
        ("AMT IU", "AMT drops", "must name the units"),
        ("ADDL\n", "ADD\n", "must include"),
        ("42e6", "-42e6", "row 1: AMT = -42000000.0: must be above 0"),
        ("42e6", "NaN", "AMT = nan"),
        ("42e6", "much", "must be numbers"),
        ("0,1,2,0,0", "0,4,2,0,0", "EVID = 4: must be 1, a dose"),
        ("0,1,2,0,0", "0,1,7,0,0", "CMT = 7"),
        ("0,1,2,0,0", "0,1,2,0,3", "II = 0.0: must be above 0 where ADDL is"),
        ("1,0,42e6", "1,,42e6", "TIME = None"),
    ],
)
def test_malformed_file(tmp_path, old, new, said):
    path = tmp_path / "doses.csv"
    path.write_text(GOOD)
    assert len(read_records(path).frame) == 1
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_records(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
